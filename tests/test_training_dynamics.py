"""Dynamics in closed form, the tangent of a net, and measures of laziness, against training step by step."""

import functools
import math

import mpmath
import pytest
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ddlearn import tangent
from ddlearn.compute import generator
from ddlearn.kernels import rbf
from ddlearn.networks import MLP
from ddlearn.tangent import training


def points(n, d, seed=0):
    return normal(n, d, seed=seed)


def problem(n=30, m=20, k=3, seed=0):
    x, x_test = points(n, 4, seed), points(m, 4, seed + 1)
    y = x[:, :k].sin() + x[:, :1] * x[:, 1:2]
    return tangent.infinite(x, depth=2).ntk, tangent.infinite(x_test, x, depth=2).ntk, y


def descend(K, K_test, y, f0, f0_test, lr, steps):
    """Linear gradient descent as a learner would write it."""
    f, g = f0.clone(), f0_test.clone()
    for _ in range(steps):
        pull = (f - y) / y.numel()
        f, g = f - lr * K @ pull, g - lr * K_test @ pull
    return f, g


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 12), st.integers(1, 5), st.integers(0, 3), st.integers(0, 99), st.integers(0, 60), st.floats(0.01, 1)
)
def test_descent_is_iterated_gradient_descent_to_1e_12(n, m, k, seed, steps, share):
    """k = 0 stands for targets without a second dimension."""
    draw = generator(seed)
    K_all = tangent.infinite(points(n + m, 3, seed), depth=2).ntk
    K, K_test = K_all[:n, :n], K_all[n:, :n]
    form = (k,) if k else ()
    y, f0 = (torch.randn(n, *form, generator=draw, dtype=torch.float64) for _ in range(2))
    f0_test = torch.randn(m, *form, generator=draw, dtype=torch.float64)
    predicted = tangent.dynamics(K, y, f0)
    lr = share * predicted.max_lr
    f, g = descend(K, K_test, y, f0, f0_test, lr, steps)
    scale = f0.abs().max() + y.abs().max() + f0_test.abs().max()
    assert (predicted.descent(steps, lr) - f).abs().max() <= 1e-12 * scale
    assert (predicted.descent(steps, lr, K_test, f0_test) - g).abs().max() <= 1e-12 * scale * (1 + steps)


def test_flow_solves_the_differential_equation():
    K, K_test, y = problem()
    predicted = tangent.dynamics(K, y, 0.5)
    h = 1e-6
    for t in (0.1, 1.0, 10.0):
        pull = (predicted.flow(t) - y) / y.numel()
        before, after = predicted.flow([t - h, t + h])
        torch.testing.assert_close((after - before) / (2 * h), -K @ pull, rtol=0, atol=1e-7)
        before, after = predicted.flow([t - h, t + h], K_test, 0.5)
        torch.testing.assert_close((after - before) / (2 * h), -K_test @ pull, rtol=0, atol=1e-7)


def test_many_times_are_one_at_a_time():
    K, K_test, y = problem()
    predicted = tangent.dynamics(K, y)
    times = torch.tensor([0.0, 0.5, 7.0, math.inf], dtype=torch.float64)
    assert predicted.flow(times).shape == (4, 30, 3)
    assert predicted.flow(times, K_test).shape == (4, 20, 3)
    assert tangent.dynamics(K, y[:, 0]).flow(times, K_test).shape == (4, 20)
    assert tangent.dynamics(K, y[:, 0]).flow(0.5, K_test).shape == (20,)
    for t, f, g in zip(times, predicted.flow(times), predicted.flow(times, K_test), strict=True):
        torch.testing.assert_close(predicted.flow(t), f, rtol=1e-13, atol=1e-13)
        torch.testing.assert_close(predicted.flow(t.item(), K_test), g, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("share", [None, 0.5, 0.97, 1.02], ids=["flow", "slow", "swinging", "diverging"])
@pytest.mark.parametrize("smooth", [False, True], ids=["all modes", "no numerical rank"])
def test_hundreds_of_times_are_fifty_at_a_time(smooth, share):
    K, K_test, y = problem(k=2)
    if smooth:
        x, x_test = points(30, 2), points(20, 2, seed=1)
        K, K_test = rbf(x, width=5), rbf(x_test, x, width=5)
    path = tangent.dynamics(K, y)
    if share is None:
        times, at = [0.0, *torch.logspace(-8, 14, 300).tolist(), math.inf], path.flow
    else:
        times, at = list(range(300)), functools.partial(path.descent, lr=share * path.max_lr)
    for where in (None, K_test):
        whole = at(times, K_test=where)
        each = torch.cat([at(times[i : i + 50], K_test=where) for i in range(0, len(times), 50)])
        assert ((whole - each).abs() <= 1e-11 * each.abs().amax((1, 2), keepdim=True).clamp(min=1)).all()


def test_only_what_is_a_mixture_is_mixed():
    """300 times of 75 modes, four decades of both; of eight there are more than are mixed, as of random weights."""
    narrow, wide = (torch.logspace(-d, d, 300, dtype=torch.float64)[:, None] for d in (2, 4))
    decay = torch.exp(-narrow * narrow[::4].T)
    mix, few = training._few(decay)
    assert len(few) == training.MIXED
    torch.testing.assert_close(mix @ few, decay, rtol=0, atol=1000 * torch.finfo(decay.dtype).eps)
    random = torch.rand(300, 75, generator=generator(0), dtype=torch.float64)
    for weight in (torch.exp(-wide * wide[::4].T), random, decay[:100]):
        assert training._few(weight)[0] is None


def test_training_starts_where_it_is_told_and_ends_in_kernel_regression():
    K, K_test, y = problem()
    f0, f0_test = points(30, 3, 5), points(20, 3, 6)
    predicted = tangent.dynamics(K, y, f0)
    torch.testing.assert_close(predicted.flow(0), f0, rtol=0, atol=1e-13)
    torch.testing.assert_close(predicted.descent(0, 1.0), f0, rtol=0, atol=1e-13)
    assert torch.equal(predicted.flow(0, K_test, f0_test), f0_test)
    regression = f0_test + K_test @ torch.linalg.solve(K, y - f0)
    torch.testing.assert_close(predicted.flow(math.inf), y, rtol=0, atol=1e-12)
    torch.testing.assert_close(predicted.flow(math.inf, K_test, f0_test), regression, rtol=1e-9, atol=1e-9)
    last = predicted.descent(10**15, 0.5 * predicted.max_lr, K_test, f0_test)
    torch.testing.assert_close(last, regression, rtol=1e-9, atol=1e-9)


def test_digits_of_a_long_training():
    """Against 40 digits, on a kernel whose decomposition is known: a diagonal one."""
    lam = torch.tensor([4.0, 1.0, 1e-3, 1e-9, 0.0], dtype=torch.float64)
    y = torch.tensor([1.0, -2.0, 3.0, 5.0, 7.0], dtype=torch.float64)
    predicted = tangent.dynamics(torch.diag(lam), y)
    K_test = torch.diag(lam)
    with mpmath.workdps(40):
        for steps, lr in ((7, 1.9), (1000, 2.4999), (10**6, 2.0), (999_999, 2.0)):
            factors = [(1 - mpmath.mpf(lr) * mpmath.mpf(v) / 5) ** steps for v in lam.tolist()]
            expected = [float(v * (1 - factor)) for v, factor in zip(y.tolist(), factors, strict=True)]
            assert predicted.descent(steps, lr).tolist() == pytest.approx(expected, rel=1e-10, abs=1e-12)
            assert predicted.descent(steps, lr, K_test).tolist() == pytest.approx(expected, rel=1e-10, abs=1e-13)
            flow = [
                float(v * -mpmath.expm1(-mpmath.mpf(lr * steps) * s / 5))
                for v, s in zip(y.tolist(), lam.tolist(), strict=True)
            ]
            assert predicted.flow(lr * steps, K_test).tolist() == pytest.approx(flow, rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("t", [1.0, 1e12, 1e300, math.inf])
def test_duplicates_with_different_targets_stay_between_them(t):
    """Each pair of duplicates ends at its mean, at the points and beside them, however long the training."""
    x = points(10, 3)
    x, y = torch.cat([x, x]), torch.cat([torch.zeros(10), torch.ones(10)]).double()
    x_test = torch.cat([points(6, 3, 1), x[:3]])
    predicted = tangent.dynamics(tangent.infinite(x, depth=2).ntk, y)
    K_test = tangent.infinite(x_test, x, depth=2).ntk
    f, g = predicted.flow(t), predicted.flow(t, K_test)
    assert f.isfinite().all()
    assert g.isfinite().all()
    assert (f[:10] - f[10:]).abs().max() <= 1e-6
    assert (g[6:] - f[:3]).abs().max() <= 1e-6
    if t >= 1e12:
        torch.testing.assert_close(f, torch.full_like(f, 0.5), rtol=0, atol=1e-6)


def test_zero_modes_are_left_alone():
    K = torch.ones(4, 4, dtype=torch.float64)
    y = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)
    predicted = tangent.dynamics(K, y, 1.0)
    for t in (1e3, 1e20, math.inf):
        torch.testing.assert_close(predicted.flow(t), torch.full_like(y, 2.5), rtol=0, atol=1e-12)
        torch.testing.assert_close(predicted.flow(t, K[:2], 1.0), torch.full_like(y[:2], 2.5), rtol=0, atol=1e-7)
    still = tangent.dynamics(0 * K, y, 1.0)
    assert still.max_lr == math.inf
    assert (still.flow([0.0, 5.0, math.inf]) == 1).all()
    assert (still.flow(math.inf, 0 * K, 1.0) == 1).all()
    assert (still.descent(10, 3.0, 0 * K, 1.0) == 1).all()


def test_a_smooth_kernel_without_numerical_rank_gives_numbers():
    x = points(80, 1)
    K = rbf(x, width=3.0)
    predicted = tangent.dynamics(K, x[:, 0].sin())
    x_test = points(50, 1, 1).clamp(-1.5, 1.5)
    for t in (1e10, 1e18, math.inf):
        assert (predicted.flow(t) - x[:, 0].sin()).abs().max() <= 0.1
        assert (predicted.flow(t, rbf(x_test, x, width=3.0)) - x_test[:, 0].sin()).abs().max() <= 0.1


def test_descent_converges_below_max_lr_and_diverges_above():
    K, K_test, y = problem()
    predicted = tangent.dynamics(K, y)
    assert predicted.max_lr == pytest.approx(2 * y.numel() / torch.linalg.eigvalsh(K)[-1].item(), rel=1e-12)
    error = [
        (predicted.descent([0, 500, 1000], share * predicted.max_lr) - y).norm(dim=(1, 2)) for share in (0.995, 1.005)
    ]
    assert error[0][2] < error[0][1] < error[0][0]
    assert error[1][2] > error[1][1]
    for steps in (10**4, 10**4 + 1, 10**9):
        assert predicted.descent(steps, 1.5 * predicted.max_lr).isfinite().all()
        assert predicted.descent(steps, 1.5 * predicted.max_lr, K_test).isfinite().all()


def test_each_mode_decays_on_its_own():
    K, _, y = problem()
    predicted = tangent.dynamics(K, y)
    torch.testing.assert_close(predicted.modes * predicted.eigenvalues @ predicted.modes.T, K, rtol=0, atol=1e-12)
    assert (predicted.eigenvalues.diff() <= 0).all()
    left = predicted.modes.T @ (predicted.flow(2.0) - y)
    expected = torch.exp(-2.0 * predicted.eigenvalues / y.numel())[:, None] * predicted.residual
    torch.testing.assert_close(left, expected, rtol=0, atol=1e-13)


def test_linearized_keeps_the_start_when_the_net_moves_on():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 9), nn.Tanh(), nn.Linear(9, 3)).double()
    x = points(5, 4)
    f, linear = net(x).detach(), tangent.linearize(net)
    with torch.no_grad():
        for p in net.parameters():
            p.add_(1.0)
    torch.testing.assert_close(linear(x, linear.parameters), f, rtol=0, atol=1e-15)


@pytest.mark.parametrize("parametrization", ["standard", "ntk", "mup"])
@pytest.mark.parametrize("bias", ["all", "none"])
def test_the_linearized_net_trained_step_by_step_follows_the_formula(parametrization, bias):
    """Three ways to one number: training the tangent itself, its kernel iterated, its kernel in closed form."""
    net = MLP((4, 12, 10, 2), "tanh", parametrization, b_std=0.2, bias=bias)
    start = net.init(generator(0))
    linear = tangent.linearize(net, start)
    x, x_test, y = points(6, 4), points(3, 4, 1), points(6, 2, 2)
    K = tangent.empirical(net, x, outputs="full", parameters=start).transpose(1, 2).reshape(12, 12)
    K_test = tangent.empirical(net, x_test, x, "full", start).transpose(1, 2).reshape(6, 12)
    predicted = tangent.dynamics(K, y.flatten(), linear(x, start).flatten())
    lr = 0.4 * predicted.max_lr
    theta = start
    for _ in range(30):
        flat = [t.detach().requires_grad_() for pair in theta for t in pair if t is not None]
        step = iter(flat)
        theta = tuple((next(step), None if b is None else next(step)) for _, b in theta)
        loss = (linear(x, theta) - y).square().sum() / (2 * y.numel())
        slopes = iter(torch.autograd.grad(loss, flat))
        theta = tuple((W - lr * next(slopes), None if b is None else b - lr * next(slopes)) for W, b in theta)
    closed = predicted.descent(30, lr, K_test, linear(x_test, start).flatten()).view(3, 2)
    torch.testing.assert_close(predicted.descent(30, lr).view(6, 2), linear(x, theta), rtol=0, atol=1e-12)
    torch.testing.assert_close(closed, linear(x_test, theta), rtol=0, atol=1e-12)


def test_drift_is_relative():
    K = points(4, 4)
    assert tangent.drift(K, K) == 0
    assert tangent.drift(K, 1.25 * K) == pytest.approx(0.25, rel=1e-14)
    assert tangent.drift(3 * K, 3.75 * K) == pytest.approx(0.25, rel=1e-14)


def test_alignment_is_the_cosine_of_centered_kernels():
    y = points(9, 1)[:, 0]
    assert tangent.alignment(torch.outer(y, y), y) == pytest.approx(1, rel=1e-13)
    assert tangent.alignment(5 + 2 * torch.outer(y, y), y + 3) == pytest.approx(1, rel=1e-13)
    H = torch.eye(9, dtype=torch.float64) - 1 / 9
    for Y in (y, points(9, 3, 1)):
        K = rbf(points(9, 2, 2))
        K_c, Y_c = H @ K @ H, H @ Y.reshape(9, -1)
        target = Y_c @ Y_c.T
        expected = (K_c * target).sum() / (K_c.norm() * target.norm())
        assert tangent.alignment(K, Y) == pytest.approx(expected.item(), rel=1e-12)
        assert 0 <= tangent.alignment(K, Y) <= 1
    other = torch.zeros(9, dtype=torch.float64)
    other[:2] = torch.tensor([1.0, -1.0])
    across = other - (other @ (H @ y)) / (H @ y @ (H @ y)) * (H @ y)
    assert tangent.alignment(torch.outer(across, across), y) == pytest.approx(0, abs=1e-14)
