"""Small starts against autograd, closed forms and brute force: steps, velocities, the four laws, the measures."""

import math

import pytest
import torch
from drawn import normal
from scipy.optimize import minimize

from ddlearn import compute
from ddlearn import early_alignment as neurons


def data(seed=0, n=8, D=5):
    return neurons.two_classes(n, D, -0.4, 0.3, compute.generator(seed), floor=0.02)


def start(sizes, seed=0, h=12, D=5):
    return neurons.balanced_start(h, D, torch.tensor(sizes, dtype=torch.float64), compute.generator(seed))


def loss_of(X, y, W, v):
    return 2 * torch.nn.functional.softplus(-y * ((X @ W.T).relu() @ v)).sum()


@pytest.mark.parametrize("readout", [True, False])
def test_steps_are_autograds_steps_of_the_stated_size(readout):
    X, y = data()
    W, v = start([0.5, 3.0])
    run = neurons.train(X, y, W, v, fraction=1e-9, max_steps=6, readout=readout, pace=0.05)
    for k in range(2):
        w, a, t = W[k].clone().requires_grad_(), v[k].clone().requires_grad_(), 0.0
        for step in range(6):
            loss = loss_of(X, y, w, a)
            assert float(run.t[step, k]) == pytest.approx(t)
            assert float(run.loss[step, k].sum()) == pytest.approx(loss.item())
            in_w, in_a = torch.autograd.grad(loss, (w, a))
            rate = 0.05 / (min(loss.item(), 16 * math.log(2)) * max(1, w.square().sum(1).mean().item()))
            with torch.no_grad():
                w -= rate * in_w
                a -= rate * in_a * readout
            t += rate
        torch.testing.assert_close(run.W[k], w.detach())
        torch.testing.assert_close(run.v[k], a.detach())


def test_a_network_stops_where_its_loss_is_the_fraction_and_the_others_go_on():
    X, y = data()
    W, v = start([1e-3, 1.0])
    run = neurons.train(X, y, W, v, pace=0.1, watch=lambda W, v: v[:, :2])
    assert run.fallen.all()
    assert run.watched.shape == (len(run.t), 2, 2)
    for k in range(2):
        alone = neurons.train(X, y, W[k : k + 1], v[k : k + 1], pace=0.1)
        torch.testing.assert_close(alone.W[0], run.W[k])
        assert float(loss_of(X, y, run.W[k], run.v[k])) <= 0.01 * 16 * math.log(2)
    assert not neurons.train(X, y, W, v, max_steps=3).fallen.any()


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_turn_is_the_derivative_of_a_small_neurons_direction(sign):
    """Autograd's gradient of the loss at a network of size 1e-6, and a difference quotient of the direction."""
    X, y = data(seed=3)
    for seed in range(4):
        w = (1e-6 * normal(5, seed=seed)).requires_grad_()
        v = sign * w.detach().norm()
        (gradient,) = torch.autograd.grad(loss_of(X, y, w[None], v[None]), w)
        w = w.detach()
        moved = torch.nn.functional.normalize(w - 1e-6 * gradient, dim=0)
        quotient = (moved - torch.nn.functional.normalize(w, dim=0)) / 1e-6
        torch.testing.assert_close(neurons.turn(w, X, y, sign), quotient, rtol=1e-3, atol=1e-4)


def test_inside_its_region_a_direction_turns_as_the_closed_form_says():
    X, y = data(seed=1)
    total = neurons.class_sums(X, y)[0]
    torch.testing.assert_close(total, sum(x for x, label in zip(X, y, strict=True) if label > 0))
    w = total / total.norm() + 0.05 * normal(5, seed=2)
    assert neurons.placed(w[None], torch.ones(1).double(), X, y) == 1
    times = torch.linspace(0, 1, 101, dtype=torch.float64)
    path = neurons.directions(w[None], X, y, torch.ones(1).double(), times)[:, 0]
    angle = torch.arccos((path @ total / total.norm()).clamp(max=1))
    torch.testing.assert_close(
        (angle / 2).tan(), (angle[0] / 2).tan() * (-total.norm() * times).exp(), rtol=0.02, atol=1e-6
    )


def test_a_tenth_of_the_start_is_late_by_the_delay_of_a_decade():
    X, y = data(seed=2)
    W, v = start([1e-3, 1e-5], seed=1)
    late = neurons.train(X, y, W, v).half_times()
    torch.testing.assert_close((late[1] - late[0]) / 2, neurons.delay_per_decade(X, y), rtol=0.02, atol=0)


def test_half_times_are_interpolated():
    t = torch.linspace(0, 5, 51, dtype=torch.float64)[:, None]
    loss = torch.stack([4 * (-t).exp(), 3 * (-t / 2).exp(), 4 * (-t / 100).exp()], 2)[..., :2]
    run = neurons.Run(t, t, t, loss, t, None, t)
    torch.testing.assert_close(run.half_times(), math.log(2) * torch.tensor([[1.0, 2.0]]).double(), rtol=2e-3, atol=0)
    never = torch.stack([1 + 0 * t, 2 - t], 2)
    times = neurons.Run(t, t, t, never, t, None, t).half_times()
    assert times[0, 0].isnan()
    assert float(times[0, 1]) == pytest.approx(1)


def test_neurons_in_their_place_are_counted_one_by_one():
    X, y = data(seed=4)
    W, v = start([1.0], seed=5, h=40)
    W = torch.cat([W, neurons.class_sums(X, y)[None], -X.mean(0)[None, None]], 1)
    v = torch.cat([v, torch.tensor([[1.0, -1.0, 1.0]]).double()], 1)
    count = 0
    for w, a in zip(W[0], v[0], strict=True):
        active = {i for i, x in enumerate(X) if x @ w > 0}
        count += active in ({i for i, label in enumerate(y) if label == a.sign()}, set())
    assert count >= 2
    assert float(neurons.placed(W, v, X, y)) == pytest.approx(count / 43)


def test_measures_of_collapse_follow_from_the_singular_values():
    u, v = torch.linalg.qr(normal(7, 3)).Q, torch.linalg.qr(normal(5, 3, seed=1)).Q
    M = u * torch.tensor([3.0, 2.0, 1e-6]).double() @ v.T
    assert float(neurons.stable_rank(M)) == pytest.approx(13 / 9)
    assert float(neurons.nc1(M)) == pytest.approx(4 / 13)
    one = u * torch.tensor([3.0, 0.0, 1e-6]).double() @ v.T
    assert float(neurons.nc1(one)) == pytest.approx(1e-12 / 9, rel=1e-3)
    torch.testing.assert_close(neurons.nc1(torch.stack([M, 5 * M])), torch.full((2,), 4 / 13).double())


def test_the_readouts_share_as_the_margins_of_the_classes_say():
    X, y = data(seed=6)
    X = torch.where(y[:, None] > 0, X, 0.5 * X)

    def best(points):
        value = minimize(
            lambda w: w @ w,
            points.sum(0).numpy() * 10,
            constraints={"type": "ineq", "fun": lambda w: points.numpy() @ w - 1},
            method="SLSQP",
            tol=1e-14,
        )
        return value.fun**-0.5

    assert neurons.readout_ratio(X, y) == pytest.approx((best(X[y < 0]) / best(X[y > 0])) ** 0.5, rel=1e-4)


def test_two_classes_have_their_cosine_and_keep_the_floor():
    X, y = neurons.two_classes(6, 4, -0.4, 0.0, compute.generator(0))
    assert float(X[0] @ X[-1]) == pytest.approx(-0.4)
    assert X.norm(dim=1).allclose(torch.ones(6).double())
    X, y = data(seed=7, n=10)
    pairs = [
        a * b * torch.cosine_similarity(p, q, 0) for a, p in zip(y, X, strict=True) for b, q in zip(y, X, strict=True)
    ]
    assert neurons.correlation(X, y) == pytest.approx(float(min(pairs)))
    assert neurons.correlation(X, y) > 0.02
    with pytest.raises(ArithmeticError, match=r"above 0\.9"):
        neurons.two_classes(6, 4, 0.5, 0.3, compute.generator(0), floor=0.9)


def test_a_start_is_balanced_and_the_same_at_every_size():
    W, v = start([1.0, 0.01], seed=8)
    torch.testing.assert_close(v.abs(), W.norm(dim=2))
    torch.testing.assert_close(W[1], 0.01 * W[0])
    assert {-1.0, 1.0} == {*v[0].sign().tolist()}
