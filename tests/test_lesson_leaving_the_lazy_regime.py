"""The lesson's own computations against independent ones."""

from dataclasses import replace

import pytest
import torch
from drawn import normal
from pages import words_of

from ddlearn import compute, diagonal_networks, tangent
from ddlearn.lessons.leaving_the_lazy_regime import (
    decisions,
    diagonal,
    exercises,
    lesson,
    scale,
    shared,
    transfer,
    wide,
    wide_sweep,
    width,
)
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

PARITY, DIGITS = shared.TASKS
TWO = (1.0, 100.0)


def leaves(parameters):
    return [[p.clone().requires_grad_() if p is not None else None for p in pair] for pair in parameters]


def test_the_exercises_references_are_the_librarys_functions():
    K, L = normal(5, 5), normal(5, 5, seed=1)
    assert exercises.drift(K, L) == pytest.approx(tangent.drift(K, L))
    given = normal(6).abs(), normal(6, seed=1).abs(), normal(3, 6), normal(3), 0.02
    torch.testing.assert_close(exercises.diagonal_step(*given), diagonal_networks.gradient_step(*given))


@pytest.mark.parametrize("task", shared.TASKS)
def test_a_doubled_net_is_zero_and_keeps_the_kernel_of_its_half(task):
    model = shared.net(task)
    pairs = shared.draw(model, compute.generator(3), exercises.doubled)
    x = normal(7, model.widths[0])
    model.check(pairs)
    assert model.apply(pairs, x).abs().max() < 1e-14
    half = replace(model, widths=(model.widths[0], shared.UNITS // 2, 1))
    (W, b), (a, _) = pairs
    h = shared.UNITS // 2
    of_half = (W[:h], b[:h]), (a[:, :h], None)
    torch.testing.assert_close(
        tangent.empirical(model, x, parameters=pairs, rates=True),
        tangent.empirical(half, x, parameters=of_half, rates=True),
    )


def test_the_same_start_is_trained_once_whoever_made_it(monkeypatch):
    def again(W, b, a):
        return torch.cat([W, W]), torch.cat([b, b]), torch.cat([a, -a])

    def train_again(*arguments, **options):
        raise AssertionError("the same start was trained twice")

    scale.regimes(1.0, PARITY, True, scales=TWO)
    monkeypatch.setattr(shared, "train", train_again)
    scale.regimes(100.0, PARITY, True, scales=TWO, doubled=again)
    one, other = (shared.Start.of([shared.draw(shared.net(PARITY), compute.generator(k), again)]) for k in (0, 1))
    assert one != other


@pytest.mark.parametrize("alpha", [0.5, 4.0])
def test_an_output_scale_is_a_target_divided_by_it(alpha):
    """Plain autograd on 1/(2 alpha^2) mean (alpha f - y)^2, with the rates of muP, against targets y / alpha."""
    model = MLP((6, 8, 1), parametrization="mup", bias="hidden", W_std=1.0, b_std=0.5)
    start = model.init(compute.generator(1), readout="signs", doubled=True)
    x, y = normal(9, 6), normal(9, seed=2)
    theta = leaves(start)
    for _ in range(20):
        loss = (alpha * model.apply(theta, x)[:, 0] - y).square().mean() / (2 * alpha**2)
        loss.backward()
        with torch.no_grad():
            for part in (p for pair in theta for p in pair if p is not None):
                part -= 0.1 * 8 * part.grad
                part.grad = None
    ours = train(Ensemble((model,), (start,)), x, y / alpha, steps=20, lr=0.1).ensemble.parameters[0]
    torch.testing.assert_close(
        shared.flat(ours), torch.cat([p.detach().flatten() for q in theta for p in q if p is not None])
    )


@pytest.mark.parametrize("zero", [True, False])
def test_the_tangents_way_is_the_shortest_that_fits(zero):
    """The Jacobian by autograd, one example after the other, and least squares by torch."""
    model = shared.net(PARITY)
    drawn = shared.draw(model, compute.generator(5), exercises.doubled if zero else None)
    start = shared.Start.of([drawn])
    _, moved = shared.tangents(PARITY, 0, (2.0,), shared.cast(start.parameters[0], torch.float64))
    x, y, _, _ = shared.examples(PARITY, 0)
    theta = leaves(shared.cast(start.parameters[0], torch.float64))
    flat = [p for pair in theta for p in pair if p is not None]
    f = model.apply(theta, x)[:, 0]
    J = torch.stack([torch.cat([g.flatten() for g in torch.autograd.grad(one, flat, retain_graph=True)]) for one in f])
    shortest = torch.linalg.lstsq(J, (y / 2.0 - f.detach())[:, None], driver="gelsd").solution.norm()
    size = torch.cat([p.detach().flatten() for p in flat]).norm()
    assert float(moved[0]) == pytest.approx(float(shortest / size), rel=1e-3)  # a ridge of 1e-6 stands between them


def test_every_scale_fits_and_the_rich_end_reads_the_two_bits():
    found = scale.regimes(1.0, PARITY, True, scales=TWO)
    x, y, *_ = shared.examples(PARITY, 0)
    W, b, a = found.sweep.weights[1:].double().split([shared.UNITS * shared.BITS, shared.UNITS, shared.UNITS], 1)
    f = (torch.relu(x @ W.view(2, shared.UNITS, shared.BITS).mT + b[:, None]) @ a[..., None])[..., 0] / shared.UNITS
    assert (torch.tensor(TWO)[:, None] * f - y).square().mean(1).max() < 1e-3
    rich, lazy = found.sweep.reading
    assert rich[:2].min() > 2 * rich[2:].max()
    assert lazy[:2].max() < 1.5
    below, above = found.sweep.test
    assert below < found.sweep.bound < above
    assert found.here == 0
    assert scale.regimes(90.0, PARITY, True, scales=TWO).here == 1


def test_on_digits_the_scale_hardly_matters():
    """The honest counterpoint: no line to cross, and the two ends within a quarter of each other."""
    sweep = scale.regimes(1.0, DIGITS, True, scales=TWO).sweep
    assert sweep.bound is None
    assert float(sweep.test.max() / sweep.test.min()) < 1.25


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("scaling", width.SCALINGS)
def test_the_width_nets_take_plain_steps_of_the_stated_learning_rate(scaling, equal, monkeypatch):
    """Autograd on f = s sum a relu(w x + b), s = m^(p-1), with the step 0.3 / (s^2 m), or that of 64 units."""
    monkeypatch.setattr(width, "STEPS", 3)
    m, power = 128, width.SCALINGS[scaling]
    jobs = ((m, 0, width.PACE),)
    (net,) = width.trained.__wrapped__("relu", power, width.factor(scaling, equal), jobs)
    x, y = width.points()
    model = MLP((64, m, 1), "relu", "mup", W_std=8.0, b_std=0.5, bias="hidden")
    (W, b), (a, _) = model.init(compute.generator(0), torch.float32, readout="signs", doubled=True)
    W, b, a = (p.double().requires_grad_() for p in (W, b, a[0]))
    s = m ** (power - 1)
    for _ in range(3):
        loss = (s * torch.relu(x @ W.T + b) @ a - y).square().mean() / 2
        grads = torch.autograd.grad(loss, (W, b, a))
        lr = 0.3 / (s**2 * m) if equal else 0.3 * 64 ** (1 - 2 * power)
        W, b, a = (p - lr * g for p, g in zip((W, b, a), grads, strict=True))
    _, ours = net.seen("weights")
    torch.testing.assert_close(ours, torch.cat([p.detach().flatten() for p in (W, b, a)]), rtol=1e-4, atol=1e-5)
    error = (s * torch.relu(x @ W.T + b) @ a - y).square().mean().item()
    assert net.error == pytest.approx(error, rel=1e-3)


@pytest.mark.slow
def test_without_its_factor_a_wide_mup_net_is_not_trained_and_with_it_a_step_transfers():
    """The page's numbers: the step that is best at 64 units leaves 0.56 at 1,024 without the factor, 0.021 with it."""
    mup = next(iter(width.SCALINGS))
    kept, scaled = (width.width(mup, equal, "relu") for equal in (False, True))
    assert kept.errors[1] == pytest.approx(0.82, abs=0.02)
    assert scaled.errors[1] == pytest.approx(0.09, abs=0.005)
    assert kept.errors[0] == pytest.approx(scaled.errors[0])
    assert scaled.errors[1] < 0.1
    best = int(kept.tried[0].argmin())
    assert kept.tried[-1, best] > 0.5 > 0.05 > scaled.tried[-1, best]
    assert width.trained_error(1024, 1, 64 * width.TRIED[best]) == pytest.approx(float(kept.tried[-1, best]), rel=1e-3)


def test_the_two_networks_of_the_question_and_their_kernels():
    """The page's numbers at output scales 1 and 100, from the zero function and from a random start."""
    zero, random = (scale.regimes(1.0, PARITY, start, scales=TWO) for start in (True, False))
    assert zero.sweep.test.tolist() == pytest.approx([0.005, 0.72], rel=0.02)
    assert zero.drifted.tolist() == pytest.approx([1.1, 0.033], rel=0.05)
    assert zero.sweep.alignment.tolist() == pytest.approx([0.05, 0.30, 0.05], abs=0.006)
    assert float(random.sweep.test[1]) == pytest.approx(4.1, abs=0.06)
    assert zero.sweep.regression == pytest.approx(0.74, abs=0.005)
    assert float(zero.moved[1]) == pytest.approx(0.04, abs=0.005)
    page = words_of("leaving_the_lazy_regime")
    assert "hardly better than the kernel of its start: 0.72 beside 0.74." in page
    assert "weights that move by 4 % fit the labels" in page


@pytest.mark.slow
def test_the_kernel_of_a_relu_network_changes_fourfold_less_at_ten_times_the_output_scale():
    ten, hundred = scale.regimes(10.0, PARITY, True, scales=(10.0, 100.0)).drifted
    assert float(ten / hundred) == pytest.approx(4, abs=0.5)
    said = (
        "from $\\alpha = 10$ to 100 about fourfold, where the $1/\\alpha^2$ of the two weights would give a hundredfold"
    )
    assert said in words_of("leaving_the_lazy_regime")


def test_the_errors_beside_which_the_wide_networks_step_is_chosen():
    """Of the second exercise: both steps at 64 units, the unchanged one at 1,024, and the answer's error."""
    found = [width.trained_error(*given) for given in ((64, 1, 51.2), (64, 8, 3.2), (1024, 1, 51.2))]
    assert found == pytest.approx([0.020, 0.016, 0.56], rel=0.03)
    assert decisions.steps()[2] < 0.03


def test_the_factor_is_one_where_the_switch_is_idle():
    for scaling in width.SCALINGS:
        same = width.factor(scaling, True) == width.factor(scaling, False)
        assert bool(width.idle({"scaling": scaling})) == same


@pytest.mark.slow
def test_in_usual_code_the_best_plain_step_falls_with_the_width():
    """Output weights of size 1/sqrt(h), one step for all layers: 0.2, 0.05 and 0.013 for 64, 256 and 1,024 units."""
    x, y = (part.float() for part in width.points())
    tried, best = [1e-4 * 2**k for k in range(13)], []
    for h in (64, 256, 1024):
        net = MLP((64, h, 1), "relu", "standard", W_std=1.0, bias="none")
        start = net.init(compute.generator(0), torch.float32, doubled=True)
        nets = Ensemble((net,) * len(tried), (start,) * len(tried))
        losses = train(nets, 8 * x, y[:, None], steps=100, lr=tried).losses[:, -1]
        best.append(tried[int(losses.argmin())])
    assert best == pytest.approx([0.2048, 0.0512, 0.0128])


@pytest.mark.parametrize(
    ("scale_", "weights", "kernel"), [(10.0, 0.025, 0.000625), (1.0, 0.25, 0.0625), (0.25, 1.0, 1.0)]
)
def test_one_step_of_two_weights_is_the_table_of_the_page(scale_, weights, kernel):
    start = torch.ones(2, dtype=torch.float64, requires_grad=True)

    def output(pair):
        return scale_ * (pair[0] ** 2 - pair[1] ** 2)

    def tangent_kernel(pair):
        pair = pair.detach().requires_grad_()
        return torch.autograd.grad(output(pair), pair)[0].square().sum()

    (gradient,) = torch.autograd.grad((output(start) - 1) ** 2 / 2, start)
    end = start.detach() - gradient / (8 * scale_**2)
    assert float(output(end)) == pytest.approx(1)
    assert exercises.drift(start.detach(), end) == pytest.approx(weights)
    assert float(tangent_kernel(end) / tangent_kernel(start)) - 1 == pytest.approx(kernel)


@pytest.mark.parametrize("growth", [2.0, 4.0])
def test_the_fits_of_one_example_are_the_table_of_the_page(growth):
    X, y = torch.tensor([[2.0, 1.0]], dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64)
    ratio = growth**2 + growth**-2
    second = 2 / (2 * ratio + 1)
    size = (second / (growth**2 - growth**-2)) ** 0.5
    expected = torch.tensor([ratio * second, second], dtype=torch.float64)
    torch.testing.assert_close(diagonal_networks.flow_limit(X, y, size), expected)
    found = diagonal_networks.descend(X, y, size, pace=0.01)
    torch.testing.assert_close(found.w, expected, rtol=0.02, atol=0)
    assert float(found.u[1] / size) == pytest.approx(growth, rel=0.02)
    assert float(found.u[0] / size) == pytest.approx(growth**2, rel=0.02)


def test_a_dense_truth_is_found_better_from_the_lazy_end():
    dense, sparse = (diagonal.diagonal(1.0, "40", truth) for truth in reversed(diagonal.TRUTHS))
    assert dense.path[0] > dense.path[-1]
    assert sparse.path[0] < 0.01 < 0.5 < sparse.path[-1]
    assert dense.missed < 0.05
    torch.testing.assert_close(sparse.path[-1], sparse.l2, rtol=1e-3, atol=0)


def test_the_best_rate_is_the_bottom_of_a_parabola_in_logarithms_and_stays_between_its_neighbors():
    rates = 2.0 ** torch.arange(-6, 1, dtype=torch.float64)
    bottoms = torch.tensor([-4.3, -2.0, -1.4], dtype=torch.float64)
    losses = (0.7 * (rates.log2() - bottoms[:, None]).square() - 1).exp()
    torch.testing.assert_close(transfer.best_rates(rates, losses), 2**bottoms)
    losses[0, -3:] = torch.inf  # diverged
    assert torch.isfinite(transfer.best_rates(rates, losses)).all()
    rising = transfer.best_rates(rates, rates[None])
    assert rates[0] <= rising[0] <= rates[1]


@pytest.mark.slow
def test_the_rate_that_suits_a_narrow_net_suits_a_wide_one_in_mup_alone():
    page = words_of("leaving_the_lazy_regime")
    standard, mup = (transfer.transfer(name, "Adam") for name in transfer.PARAMETRIZATIONS)
    slopes = [f"$-{-float(r.best.log_slope()):.2f}$" for r in (standard, mup)]
    assert f"slope {slopes[0]} in the standard parametrization and {slopes[1]} in muP" in page
    ends = [float(r.losses[-1, int(r.losses[0].argmin())]) for r in (standard, mup)]
    assert f"of 512 units ends at the loss {ends[0]:.2f}, a muP network at {ends[1]:.3f}" in page


@pytest.mark.parametrize(("size", "widest", "seeds"), [("binder", 2048, 3), ("laptop", 8192, 3), ("gpu", 8192, 10)])
def test_the_full_sweep_of_widths_grows_with_the_machine(monkeypatch, size, widest, seeds):
    monkeypatch.setenv("DDLEARN_SCALE", size)
    widths, starts = wide.plan()
    assert (widths[-1], starts) == (widest, seeds)
    assert set(width.WIDTHS) < set(widths)


def test_the_full_sweep_of_widths_is_asked_for_by_name_and_says_what_it_trained(monkeypatch):
    assert wide_sweep not in lesson.parts.explorers
    monkeypatch.setattr(wide, "plan", lambda: ((32, 64, 96), 1))
    monkeypatch.setattr(width, "TRIED", (0.1, 12.8))
    monkeypatch.setattr("ddlearn.training.PULSE", 0.0)
    found, told = wide_sweep.fresh(), []
    result = wide.wide("α = √h (NTK)", True, "relu", progress=lambda share, words: told.append(share))
    assert result.moved["weights"].measured.shape == (1, 3)
    assert told == sorted(told)
    assert told[-1] == 1
    assert found.figure.png(result)
    assert width.sentence(result).startswith("3 times wider divides")
