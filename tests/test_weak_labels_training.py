"""The loop that trains nets on bags and tubes, against its own formulas, and the batches that it draws."""

import math

import pytest
import torch

from ddlearn import weak_labels as wl
from ddlearn.compute import generator
from ddlearn.networks import MLP


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
