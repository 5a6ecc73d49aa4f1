"""Nets trained on bags and tubes: the loop itself, and what the theory says will happen, on handwritten digits.

Numbers asserted of trained nets are floors and ceilings with a margin; their direction is the theory's. The digits 0, 1
and 2 stand for the classes, and accuracies are re-weighted to the mix P.
"""

import functools
import math

import pytest
import torch
from sklearn.datasets import load_digits

from ddlearn import weak_labels as wl
from ddlearn.compute import generator
from ddlearn.networks import MLP

P = torch.tensor([0.61, 0.28, 0.11], dtype=torch.float64)
ALPHA = 5.26 * P
MAJORITY = P.max().item()
NET = MLP((64, 32, 3))


@functools.cache
def digits():
    """x, y of 400 cells to train on, then those of the others."""
    data = load_digits()
    kept = torch.as_tensor(data.target) < 3
    x, y = torch.as_tensor(data.data)[kept] / 16, torch.as_tensor(data.target)[kept].long()
    order = torch.randperm(len(y), generator=generator(0))
    x, y = (x - x.mean(0))[order], y[order]
    return x[:400], y[:400], x[400:], y[400:]


def accuracy(parameters):
    """Of each net: in the mix P, and balanced."""
    _, _, x, y = digits()
    right = (NET.apply(parameters, x).argmax(-1) == y).double()
    by_class = torch.stack([right[:, y == c].mean(1) for c in range(3)], 1)
    return by_class @ P, by_class.mean(1)


def learn(mixtures, k, weigh=None, seed=0):
    """Two nets on bags with a proportion loss, or with a weighted loss of weigh(counted)."""
    x, y, _, _ = digits()
    bags = wl.draw_bags(y, mixtures, k, generator(seed))
    told = bags.counted if weigh is None else weigh(bags.counted)
    of_bags = wl.proportion_loss if weigh is None else wl.weighted_bag_loss
    draw = wl.draw_bag_batches(bags.rows, min(len(bags), 32), min(k, 16), lambda z, b: of_bags(z, told[b]))
    return accuracy(wl.train_classifiers(NET, x, draw, nets=2, steps=150, generator=generator(seed)))


def independent(bags):
    return P.expand(bags, -1)


def patients(bags, seed=0):
    return wl.draw_patients(ALPHA, bags, generator(seed))


# What is learned -----------------------------------------------------------------------------------------------------


def test_large_independent_bags_teach_the_majority_and_the_same_cells_by_patient_teach_the_classes():
    alike, balanced = learn(independent(32), 512)
    assert alike.max() <= MAJORITY + 0.04
    assert balanced.max() <= 0.4
    assert learn(patients(32), 512)[0].min() >= 0.9


def test_small_independent_bags_teach_with_the_bag_size_for_kappa():
    """Negative control of both: bags of 8 are informative, and kappa = k is right where cells are independent."""
    assert learn(independent(512), 8)[0].min() >= 0.9
    assert learn(independent(512), 8, lambda a: wl.bag_weights(a, P, 8))[0].min() >= 0.9


def test_the_mean_map_learns_from_patients():
    assert learn(patients(32), 512, lambda a: wl.mean_map_weights(a, P))[0].min() >= 0.9


def test_names_of_bags_in_disorder_teach_nothing():
    """Negative control: the same bags, each with the proportions of another."""
    shuffle = torch.randperm(128, generator=generator(5))
    _, balanced = learn(patients(128), 64, lambda a: wl.bag_weights(a[shuffle], a.mean(0), 1))
    assert balanced.max() <= 0.65
    _, balanced = learn(patients(128), 64, lambda a: wl.bag_weights(a, a.mean(0), wl.kappa(64, 5.26)))
    assert balanced.min() >= 0.85


def test_forward_correction_repairs_impure_tubes():
    """Four of ten cells of tube 2 are of class 1: taken by name, class 1 loses cells; corrected, it does not."""
    x, y, x_new, y_new = digits()
    purity = torch.tensor([[0.96, 0.02, 0.02], [0.03, 0.57, 0.40], [0.05, 0.35, 0.60]], dtype=torch.float64)
    bags = wl.draw_bags(y, purity, 1500, generator(0))
    rows, tubes = bags.rows.flatten(), torch.arange(3).repeat_interleave(1500)
    T, _ = wl.purity_to_transition(purity)
    errors = {}
    for name, transition in (("naive", torch.eye(3, dtype=torch.float64)), ("forward", T)):
        draw = wl.draw_cell_batches(len(rows), 256, lambda z, r, t=transition: wl.forward_loss(z, tubes[r], t))
        parameters = wl.train_classifiers(NET, x[rows], draw, nets=2, steps=150, generator=generator(1))
        Q = NET.apply(parameters, x_new).softmax(-1)
        errors[name] = torch.stack([wl.expected_calibration_error(own, y_new) for own in Q])
        if name == "forward":
            assert accuracy(parameters)[1].min() >= 0.85
    assert errors["forward"].max() + 0.05 <= errors["naive"].min()


# The loop ------------------------------------------------------------------------------------------------------------


def small(steps=7, **changed):
    g = generator(0)
    x = torch.randn(20, 3, generator=g, dtype=torch.float64)
    y = torch.randint(2, (20,), generator=g)

    def loss(z, rows):
        return torch.nn.functional.cross_entropy(z.mT, y[rows].expand(len(z), -1), reduction="none").mean(-1)

    net = MLP((3, 5, 2), bias=changed.pop("bias", "all"))
    draw = wl.draw_cell_batches(20, 8, loss)
    settings = {"nets": 2, "steps": steps, "lr": 0.1, "weight_decay": 0.3, "clip": 0.2, "generator": generator(4)}
    return net, x, y, wl.train_classifiers(net, x, draw, **{**settings, **changed})


@pytest.mark.parametrize("bias", ["all", "none"])
def test_a_step_is_adamw_with_a_cosine_and_a_cut_gradient(bias):
    """Each net by itself, by the update's own formulas and autograd."""
    steps = 7
    net, x, y, together = small(steps, bias=bias)
    for e in range(2):
        g = generator(4)
        starts = [net.init(g) for _ in range(2)]
        theta = [part.clone() for pair in starts[e] for part in pair if part is not None]
        first, second = [torch.zeros_like(t) for t in theta], [torch.zeros_like(t) for t in theta]
        for t in range(steps):
            rows = torch.randperm(20, generator=g)[:8]
            leaves = [part.clone().requires_grad_() for part in theta]
            parts = iter(leaves)
            pairs = tuple((next(parts), next(parts) if b is not None else None) for _, b in starts[e])
            loss = torch.nn.functional.cross_entropy(net.apply(pairs, x[rows]), y[rows])
            gradients = torch.autograd.grad(loss, leaves)
            length = sum(one.square().sum() for one in gradients).sqrt()
            rate = 0.1 * (1 + math.cos(math.pi * t / steps)) / 2
            for i, one in enumerate(gradients):
                cut = one * min(1.0, 0.2 / length.item())
                first[i] = 0.9 * first[i] + 0.1 * cut
                second[i] = 0.999 * second[i] + 0.001 * cut**2
                step = (first[i] / (1 - 0.9 ** (t + 1))) / ((second[i] / (1 - 0.999 ** (t + 1))).sqrt() + 1e-8)
                theta[i] = theta[i] * (1 - rate * 0.3) - rate * step
        got = [part[e] for pair in together for part in pair if part is not None]
        for mine, wanted in zip(got, theta, strict=True):
            torch.testing.assert_close(mine, wanted, rtol=1e-9, atol=1e-10)


def test_progress_is_told_and_may_stop_it():
    said = []
    small(progress=lambda fraction, words: said.append((fraction, words)))
    assert said[0] == (pytest.approx(1 / 7), "1 of 7 steps")

    def stop(fraction, words):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        small(progress=stop)


def test_what_comes_back_is_no_graph_and_the_same_for_a_seed():
    _, _, _, one = small()
    _, _, _, two = small()
    for (W, b), (V, c) in zip(one, two, strict=True):
        assert not W.requires_grad
        assert torch.equal(W, V)
        assert torch.equal(b, c)


def test_a_batch_of_bags_is_cells_of_those_bags():
    rows = torch.arange(60).reshape(10, 6)
    seen = []
    draw = wl.draw_bag_batches(rows, 4, 3, lambda z, chosen: seen.append((z, chosen)))
    taken, loss = draw(generator(0))
    assert taken.shape == (12,)
    loss(taken[None, :, None].double())
    z, chosen = seen[0]
    assert z.shape == (1, 4, 3, 1)
    assert len(chosen.unique()) == 4
    for bag, cells in zip(chosen.tolist(), z[0, :, :, 0].long().tolist(), strict=True):
        assert len(set(cells)) == 3
        assert all(cell // 6 == bag for cell in cells)
    whole, _ = wl.draw_bag_batches(rows, 10, 6, lambda z, chosen: z)(generator(0))
    assert sorted(whole.tolist()) == list(range(60))


def test_each_net_draws_and_learns_its_own_cells():
    """Two nets of one stack learn as each would alone from its cells; one has fewer cells than a batch."""
    x, y, own = torch.eye(2).double().repeat(10, 1), torch.tensor([0, 1]).repeat(10), torch.tensor([[0, 2], [1, 3]])
    rows, loss = wl.draw_own_batches(own, 5, lambda z, picked: picked)(generator(0))
    assert rows.shape == (2, 5)
    assert torch.equal(rows, own.gather(1, loss(None)))
    assert set(rows[0].tolist()) == {0, 2}

    def entropy(z, picked):
        return -z.log_softmax(-1).gather(-1, y[own.gather(1, picked)][..., None])[..., 0].mean(1)

    net = MLP((2, 4, 2))
    nets = wl.train_classifiers(
        net, x, wl.draw_own_batches(own, 5, entropy), nets=2, steps=40, lr=0.05, generator=generator(1)
    )
    called = net.apply(nets, x[:2]).argmax(-1)
    assert called.tolist() == [[0, 0], [1, 1]]  # each has seen one class only
