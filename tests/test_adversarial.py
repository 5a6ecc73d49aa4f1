"""Networks with powers of ReLUs against autograd, and attacks against functions whose radius is known."""

import math

import pytest
import torch
from drawn import normal

from ddlearn import adversarial, compute
from ddlearn.adversarial import Net

EYE = torch.eye(9, dtype=torch.float64)
LABELS = torch.tensor([1.0] * 5 + [-1.0] * 4).double()


def averages(K):
    """F of the module: one ReLU of each class's summed centers."""
    labels = torch.where(torch.arange(K) < (K + 1) // 2, 1.0, -1.0).double()
    rows = torch.stack([EYE[:K][labels > 0].sum(0), EYE[:K][labels < 0].sum(0)])
    return Net(rows, torch.tensor([1.0, -1.0]).double(), 1), EYE[:K], labels


@pytest.mark.parametrize("p", [1, 2, 3])
def test_output_and_slope_are_the_formulas_and_autograds(p):
    W, v, x = normal(4, 3), normal(4, seed=1), normal(6, 3, seed=2).requires_grad_()
    net = Net(W, v, p)
    for one in x:
        units = [max(0.0, float(w @ one)) ** p / float(w.norm()) ** (p - 1) for w in W]
        assert float(net(one)) == pytest.approx(sum(a * unit for a, unit in zip(v.tolist(), units, strict=True)))
    (slope,) = torch.autograd.grad(net(x).sum(), x)
    torch.testing.assert_close(net.slope(x.detach()), slope)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_steps_are_autograds_steps_of_the_stated_size(p):
    x, y = normal(6, 3, seed=2), LABELS[2:8]
    start = Net(normal(4, 3), normal(4, seed=1), p)
    net = adversarial.train(x, y, start, pace=0.1, target=0.9 * float((-y * start(x)).exp().mean()))
    W, v = start.W.clone().requires_grad_(), start.v.clone().requires_grad_()
    for _ in range(net.steps):
        size = W.norm(dim=1)
        f = ((x @ W.T).relu() ** p / size ** (p - 1)) @ v
        loss = (-y * f).exp().mean()
        in_W, in_v = torch.autograd.grad(loss, (W, v))
        rate = 0.1 / max(1, float(loss)) / max(1, float(size.square().mean()))
        with torch.no_grad():
            W -= rate * in_W
            v -= rate * in_v
    assert net.steps > 0
    torch.testing.assert_close(net.W, W.detach())
    torch.testing.assert_close(net.v, v.detach())
    assert net.loss == pytest.approx(float((-y * net(x)).exp().mean()))


def test_what_does_not_come_down_is_said():
    with pytest.raises(ArithmeticError, match="after 2 steps"):
        adversarial.train(normal(6, 3), LABELS[2:8], Net(normal(4, 3), normal(4), 1), pace=1e-9, max_steps=2)


@pytest.mark.parametrize("K", [2, 5, 9])
def test_class_averages_are_fooled_at_one_over_the_root_of_k(K):
    net, centers, labels = averages(K)
    attacks = adversarial.directed(centers, labels, centers, labels)
    torch.testing.assert_close(attacks[0].norm(dim=1), torch.ones(K).double())
    torch.testing.assert_close(attacks[0][-1], adversarial.mean_attack(centers, labels, float(labels[-1])))
    found = adversarial.radius(net, centers, labels, attacks[:1])
    torch.testing.assert_close(found, torch.full((K,), K**-0.5).double(), rtol=0, atol=1e-4)


def test_one_unit_per_cluster_withstands_half_the_way_to_the_next():
    net = Net(EYE, LABELS, 3)
    attacks = adversarial.directed(EYE, LABELS, EYE, LABELS)
    assert attacks.shape == (10, 9, 9)
    torch.testing.assert_close(attacks[6, 0], (EYE[5] - EYE[0]) / math.sqrt(2))
    torch.testing.assert_close(attacks[1, 3], attacks[0, 3])
    found = adversarial.radius(net, EYE, LABELS, attacks)
    torch.testing.assert_close(found, torch.full((9,), math.sqrt(0.5)).double(), rtol=0, atol=1e-4)


def test_the_gradient_attack_finds_the_distance_to_a_plane():
    w = normal(5, seed=3)
    linear = Net(torch.stack([w, -w]), torch.tensor([1.0, -1.0]).double(), 1)  # f = w . x
    x = 0.3 * normal(7, 5, seed=4)
    y = linear(x).sign()
    directions = adversarial.gradient_attack(linear, x, y, compute.generator(0), far=0.01, steps=300)
    found = adversarial.radius(linear, x, y, directions)
    torch.testing.assert_close(found, (x @ w).abs() / w.norm(), rtol=0.05, atol=1e-3)
    exact = adversarial.radius(linear, x, y, (-y[:, None] * w / w.norm())[None])
    torch.testing.assert_close(exact, (x @ w).abs() / w.norm(), rtol=0, atol=1e-4)


def test_a_radius_is_zero_on_the_wrong_side_and_infinite_where_nothing_turns_the_sign():
    net, x = Net(EYE[:1], torch.ones(1).double(), 1), EYE[:1]
    ahead = x[None]
    assert float(adversarial.radius(net, x, torch.ones(1).double(), ahead)) == math.inf
    assert float(adversarial.radius(net, x, -torch.ones(1).double(), ahead)) == 0


def test_clusters_lie_around_their_centers():
    x, y = adversarial.clusters(EYE, LABELS, 200, 0.3, compute.generator(0))
    torch.testing.assert_close(x.view(9, 200, 9).mean(1), EYE, rtol=0, atol=0.04)
    assert float((x - EYE.repeat_interleave(200, 0)).square().sum(1).mean()) == pytest.approx(0.09, rel=0.05)
    assert y.view(9, 200).eq(LABELS[:, None]).all()
