import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn import double_descent as dd
from ddlearn.compute import generator
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train


@settings(max_examples=80, deadline=None)
@given(n=st.integers(1, 60), classes=st.integers(2, 6), rate=st.floats(0, 1), seed=st.integers(0, 999))
def test_exactly_so_many_labels_are_wrong_and_the_clean_ones_stay(n, classes, rate, seed):
    y = torch.randint(classes, (n,), generator=generator(seed))
    before = y.clone()
    noisy = dd.flip_labels(y, rate, classes, generator(seed + 1))
    assert int((noisy != y).sum()) == round(rate * n)
    assert torch.equal(y, before)
    assert noisy.data_ptr() != y.data_ptr()
    assert set(noisy.tolist()) <= set(range(classes))
    several = dd.flip_labels(y, rate, classes, generator(seed + 1), draws=3)
    assert torch.equal(several[0], noisy)
    assert ((several != y).sum(1) == round(rate * n)).all()


def test_every_wrong_class_and_every_label_is_as_likely():
    """4000 draws: their counts, and the mean targets and their noise, which are moments of the flips."""
    y = torch.tensor([0, 2, 1, 1, 3, 0, 0, 2, 3, 1])
    noisy = dd.flip_labels(y, 0.5, 4, generator(0), draws=4000)
    counts = torch.bincount(((noisy - y) % 4).flatten(), minlength=4)
    assert counts[0] == 20000
    assert (counts[1:] - 20000 / 3).abs().max() < 5 * (20000 * 2 / 9) ** 0.5
    assert ((noisy != y).double().mean(0) - 0.5).abs().max() < 5 * 0.5 / 4000**0.5
    targets = dd.one_hot(noisy, 4)
    torch.testing.assert_close(targets.mean(0), dd.mean_target(y, 0.5, 4), rtol=0, atol=0.04)
    spread = (targets - dd.mean_target(y, 0.5, 4)).square().sum(2).mean()
    assert spread.item() == pytest.approx(dd.target_noise(0.5, 4), abs=0.02)
    assert dd.target_noise(0, 10) == 0
    assert torch.equal(dd.mean_target(y, 0, 4), dd.one_hot(y, 4))


def test_counting():
    assert dd.parameters(64, 72, 10) == 75 * 72 + 10 == MLP((64, 72, 10)).size
    assert dd.threshold_width(500, 64, 10) == pytest.approx((5000 - 10) / 75)
    y = dd.one_hot(torch.arange(10).repeat(5), 10)
    assert dd.null_mse(y) == pytest.approx(0.9)


def test_the_detector_takes_the_first_size_below_the_level():
    sizes, mse = torch.tensor([10, 100, 1000, 10000]), torch.tensor([0.5, 0.09, 0.0009, 0.5])
    assert dd.interpolation_point(sizes, mse, 0.9, share=0.01) == pytest.approx(100 * 10 ** (math.log10(10) / 2))
    assert dd.interpolation_point(sizes, mse, 0.9, share=0.9) == 10
    assert dd.interpolation_point(sizes, mse, 0.9, share=1e-4) is None
    exact = dd.interpolation_point([1.0, 2.0], [1.0, 0.0], 0.9)
    assert 1 <= exact <= 2


def test_landmarks_are_found_where_they_are():
    ratio, values = [0.1, 0.2, 0.39, 0.5, 1.0, 2.0, 3.0], [3.0, 1.0, 5.0, 2.0, 4.0, 3.0, 0.5]
    found = dd.landmarks(ratio, values)
    assert found == (1.0, 0.2, 4.0, 1.0, 0.5)
    assert (found.rise, found.gain) == (4.0, 0.5)


def test_inputs_are_centered_by_pixel_and_scaled_by_one_number():
    x = torch.randn(50, 4, generator=generator(0)).double() * torch.tensor([1.0, 2, 0, 4]) + 3
    a, b = dd.standardize(x, x[:5])
    assert a.mean(0).abs().max() < 1e-12
    assert a.square().mean().item() == pytest.approx(1)
    torch.testing.assert_close(a[:5], b)
    torch.testing.assert_close(a[:, 1] * (x - x.mean(0)).square().mean().sqrt(), x[:, 1] - x[:, 1].mean())


def small(seeds=2, n=30, rate=0.2, seed=0):
    draw = generator(seed)
    x, x_new = (torch.rand(m, 5, generator=draw, dtype=torch.float64) for m in (n, 20))
    y, y_new = ((4 * one[:, 0]).long().clamp(max=2) for one in (x, x_new))
    return x, dd.flip_labels(y, rate, 3, draw, seeds), x_new, y_new


@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
def test_a_sweep_is_its_nets_trained_one_by_one(loss):
    x, y, x_new, y_new = small()
    how = {"steps": 40, "lr": 0.02, "optimizer": "adam", "loss": loss, "weight_decay": 1e-3}
    widths = [3, 8]
    sweep = dd.net_widths(x, y, x_new, y_new, widths, generator(1), classes=3, dtype=torch.float64, record=[7], **how)
    assert sweep.steps.tolist() == [7, 40]
    assert sweep.error.shape == sweep.train_mse.shape == (2, 2, 2)
    assert sweep.ratio.tolist() == pytest.approx([dd.parameters(5, H, 3) / 90 for H in widths])
    mean, scale = x.mean(0), (x - x.mean(0)).square().mean().sqrt()
    nets = [MLP((5, H, 3), W_std=3**-0.5) for H in (3, 3, 8, 8)]
    start = Ensemble.draw(nets, generator(1))
    for i, net in enumerate(nets):
        target = torch.eye(3).double()[y[i % 2]]
        alone = Ensemble([net], [start.parameters[i]])
        trained = train(alone, (x - mean) / scale, target, **how).ensemble.parameters[0]
        f, g = net.apply(trained, (x_new - mean) / scale), net.apply(trained, (x - mean) / scale)
        values = [
            (f.argmax(1) != y_new).double().mean(),
            (f - torch.eye(3).double()[y_new]).square().sum(1).mean(),
            (g.argmax(1) != y[i % 2]).double().mean(),
            (g - target).square().sum(1).mean(),
        ]
        found = [getattr(sweep, name)[i // 2, i % 2, -1] for name in ("error", "mse", "train_error", "train_mse")]
        torch.testing.assert_close(torch.stack(found), torch.stack(values))


def test_steps_are_recorded_on_a_log_axis_or_as_asked():
    x, y, x_new, y_new = small()
    calls = []
    sweep = dd.net_widths(
        x, y, x_new, y_new, [4], generator(0), classes=3, steps=100, progress=lambda f, words: calls.append(f)
    )
    assert len(sweep.steps) == 16
    assert (sweep.steps[0].item(), sweep.steps[-1].item()) == (10, 100)
    assert sweep.error.dtype == torch.float64
    assert calls
    first = dd.net_widths(x, y, x_new, y_new, [4], generator(0), classes=3, steps=5, record=[0])
    assert first.steps.tolist() == [0, 5]
    batched = {"batch": 10, "optimizer": "momentum", "lr": 0.1}
    a, b = (dd.net_widths(x, y, x_new, y_new, [4], generator(3), classes=3, steps=5, **batched) for _ in range(2))
    assert torch.equal(a.mse, b.mse)


def test_outputs_are_kept_where_they_are_asked_for():
    x, y, x_new, y_new = small()
    how = {"classes": 3, "steps": 20, "record": [5]}
    sweep = dd.net_widths(x, y, x_new, y_new, [3, 6], generator(0), keep_outputs=True, **how)
    assert sweep.outputs.shape == (2, 2, 2, 20, 3)
    torch.testing.assert_close((sweep.outputs.argmax(-1) != y_new).double().mean(-1), sweep.error)
    target = torch.eye(3)[y_new]
    torch.testing.assert_close((sweep.outputs - target).square().sum(-1).mean(-1).double(), sweep.mse)
    assert dd.net_widths(x, y, x_new, y_new, [3, 6], generator(0), **how).outputs is None


def test_an_average_is_that_of_neighbors_in_a_ring():
    outputs = torch.arange(12.0).reshape(2, 3, 2)
    pairs = dd.average_outputs(outputs, 2)
    for w in range(2):
        for s in range(3):
            assert torch.equal(pairs[w, s], (outputs[w, s] + outputs[w, (s + 1) % 3]) / 2)
    assert torch.equal(dd.average_outputs(outputs, 1), outputs)
    torch.testing.assert_close(dd.average_outputs(outputs, 3), outputs.mean(1, keepdim=True).expand(2, 3, 2))
