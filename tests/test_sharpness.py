import math

import mpmath
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from ddlearn.compute import generator
from ddlearn.sharpness import (
    ORBIT_STABLE_BELOW,
    catapult,
    edge_of_stability,
    factor_descent,
    factor_sharpness,
    period_two_orbit,
    sharpness,
)


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def uniform(seed, low, high, size=400):
    return low + (high - low) * torch.rand(size, generator=generator(seed), dtype=torch.float64)


def test_a_step_burns_the_imbalance_by_exactly_one_minus_rate_r_squared():
    a, b = uniform(0, 0.05, 2), uniform(1, 0.05, 1.5)
    run = factor_descent(a, b, 1.0, 0.05, 50)
    imbalance, r = run.first.square() - run.second.square(), run.first * run.second - 1
    torch.testing.assert_close(imbalance[1:], imbalance[:-1] * (1 - (0.05 * r[:-1]).square()), rtol=0, atol=1e-13)


def test_sharpness_of_two_factors_is_the_hessian_s():
    a, b = uniform(0, -2, 2, 20), uniform(1, -2, 2, 20)
    for i in range(20):
        hessian = torch.autograd.functional.hessian(
            lambda w: (w[0] * w[1] - 1.3).square() / 2, torch.stack([a, b])[:, i]
        )
        assert factor_sharpness(a, b, 1.3)[i].item() == pytest.approx(
            torch.linalg.eigvalsh(hessian)[-1].item(), rel=1e-12
        )
    b = 1.3 / a
    torch.testing.assert_close(
        factor_sharpness(a, b, 1.3), torch.hypot(a.square() - b.square(), numbers(2.6)), rtol=1e-13, atol=0
    )


@settings(max_examples=50, deadline=None)
@given(c=st.floats(1, 1e6))
def test_the_orbit_is_one_of_period_two(c):
    with mpmath.workdps(40):
        exact = mpmath.mpf(c)
        low, high = (mpmath.sqrt(1 + 3 / exact) + sign * mpmath.sqrt(1 - 1 / exact) for sign in (-1, 1))
        assert abs(low / 2 * (1 + exact - exact * low**2 / 4) - high / 2) < 1e-25
        assert abs(high / 2 * (1 + exact - exact * high**2 / 4) - low / 2) < 1e-25
        assert period_two_orbit(c) == pytest.approx((float(low / 2), float(high / 2)), rel=1e-14)


def test_the_orbit_is_stable_up_to_where_it_is_said_to_be():
    """The multiplier of two steps on the balanced line, 9 - 2 (1 + c)^2, passes -1 there; beyond, the orbit repels."""
    for c, stable in ((ORBIT_STABLE_BELOW - 0.02, True), (ORBIT_STABLE_BELOW + 0.02, False)):
        start = numbers(period_two_orbit(c)[0] + 1e-6)
        z = factor_descent(start, start, 1.0, c, 400).first[::2, 0]
        assert ((z[-1] - period_two_orbit(c)[0]).abs() < 1e-9) == stable
        slopes = [1 + c - 3 * c * z**2 for z in period_two_orbit(c)]
        assert slopes[0] * slopes[1] == pytest.approx(9 - 2 * (1 + c) ** 2, rel=1e-12)


def weights_of_the_catapult(width, count):
    u, v = torch.randn(2, count, width, generator=generator(0), dtype=torch.float64)
    return u, v, (u * v).sum(1) / math.sqrt(width), (u.square() + v.square()).sum(1) / width


def test_two_numbers_follow_the_weights_of_the_catapult():
    width = 1000
    u, v, f, kernel = weights_of_the_catapult(width, 10)
    rate = 2.5 / kernel
    run = catapult(f, kernel, rate, width, 60)
    for t in range(60):
        step = (rate * run.first[t] / math.sqrt(width))[:, None]
        u, v = u - step * v, v - step * u
        kernel = (u.square() + v.square()).sum(1) / width
        torch.testing.assert_close(run.second[t + 1], kernel, rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(run.first[t + 1], (u * v).sum(1) / math.sqrt(width), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("start", "ends"), [(1.0, "lazy"), (2.5, "catapult"), (3.9, "catapult"), (4.05, "diverges")])
def test_the_catapult_lies_between_two_and_four(start, ends):
    _, _, f, kernel = weights_of_the_catapult(1000, 10)
    run = catapult(f, kernel, start / kernel, 1000, 400)
    loss, share = run.first.square() / 2, run.second[-1] * start / kernel
    if ends == "diverges":
        assert run.first[-1].isinf().all()
    else:
        assert (loss[-1] < 1e-6).all()
        assert (share < 2).all()
        if ends == "lazy":
            assert (share > 0.95 * start).all()
            assert (loss.max(0).values == loss[0]).all()
        else:
            assert (share < start - 0.5).all()
            assert (loss.max(0).values > 10 * loss[0]).all()
    assert not run.first.isnan().any()


def digit_loss():
    digits = load_digits()
    order = torch.randperm(len(digits.target), generator=generator(0))[:100]
    x = torch.as_tensor(digits.data)[order].float() / 16
    y = torch.nn.functional.one_hot(torch.as_tensor(digits.target)[order], 10).float() - 0.1
    x = x - x.mean(0)

    def loss(V, W, U):
        return (torch.tanh(torch.tanh(x @ V) @ W) @ U - y).square().sum(1).mean() / 2

    sizes = [(64, 32), (32, 32), (32, 10)]
    rng = generator(0)
    return loss, [torch.randn(size, generator=rng) / math.sqrt(size[0]) for size in sizes]


def test_power_iteration_finds_the_largest_eigenvalue():
    A = torch.diag(numbers(3.0, -1.0, 0.5))
    start = [torch.ones(1).double(), torch.ones(2).double()]

    def quadratic(a, b):
        w = torch.cat([a, b])
        return w @ A @ w / 2

    value, direction = sharpness(quadratic, start, 60, start)
    assert value == pytest.approx(3, rel=1e-12)
    torch.testing.assert_close(torch.cat(direction), numbers(1.0, 0.0, 0.0), rtol=0, atol=1e-12)
    negative, _ = sharpness(lambda w: -w.square().sum(), [torch.ones(2).double()], 5, [torch.ones(2).double()])
    assert negative == pytest.approx(-2)


def test_a_net_climbs_to_the_edge_of_stability_and_stays():
    loss, weights = digit_loss()
    before = [w.clone() for w in weights]
    seen = []
    run = edge_of_stability(loss, weights, 0.4, 1000, progress=lambda share, words: seen.append((share, words)))
    assert run.sharpness[0] * 0.4 < 0.7 * 2  # it starts well below 2/rate
    late = run.share[len(run.times) * 2 // 3 :]
    assert 0.97 <= late.mean() <= 1.1
    assert run.losses.shape == (1001,)
    assert run.losses[-1] < 0.1 * run.losses[0]
    assert (run.losses.diff() > 0).float().mean() > 0.05  # it does not descend at every step
    assert seen[-1] == (1.0, f"step 1000 of 1000: sharpness {run.sharpness[-1]:.3g}")
    assert all(torch.equal(a, b) for a, b in zip(before, weights, strict=True))
