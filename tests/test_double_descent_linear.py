import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from ddlearn import double_descent as dd
from ddlearn.compute import generator

OFF_PEAK = [0.1, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 1.1, 1.15, 1.2, 1.3, 1.5, 2.0, 3.0, 5.0]


def marchenko_pastur(g, penalty, signal, noise):
    """The ridge's risk as an integral over the eigenvalues of X'X/n, done by quadrature."""
    low, high = (1 - g**0.5) ** 2, (1 + g**0.5) ** 2

    def mean(value):
        """x = middle + radius cos t: sqrt((high - x)(x - low)) and dx are both radius sin t."""
        middle, radius = (low + high) / 2, (high - low) / 2

        def density(t):
            x = middle + radius * math.cos(t)
            return value(x) * (radius * math.sin(t)) ** 2 / (2 * math.pi * g * x)

        atom = (1 - 1 / g) * value(0.0) if g > 1 else 0.0
        return atom + quad(density, 0, math.pi, epsabs=1e-12, limit=500)[0]

    bias = penalty**2 * mean(lambda x: (x + penalty) ** -2)
    return signal * bias + noise * g * mean(lambda x: x / (x + penalty) ** 2)


@settings(max_examples=40, deadline=None)
@given(
    g=st.floats(0.05, 20).filter(lambda g: abs(g - 1) > 1e-3),
    penalty=st.floats(-3, 2).map(lambda e: 10**e),
    signal=st.floats(0, 10),
    noise=st.floats(0, 10),
)
def test_the_ridge_s_risk_is_an_integral_over_the_spectrum(g, penalty, signal, noise):
    expected = marchenko_pastur(g, penalty, signal, noise)
    assert dd.ridge_risk(g, penalty, signal, noise).item() == pytest.approx(expected, rel=1e-6, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(g=st.floats(0.05, 20).filter(lambda g: abs(g - 1) > 0.05), signal=st.floats(0, 10), noise=st.floats(0.01, 10))
def test_the_limits_agree(g, signal, noise):
    limit = dd.ridgeless_risk(g, signal, noise).item()
    assert dd.ridge_risk(g, 1e-7, signal, noise).item() == pytest.approx(limit, rel=1e-3)
    assert dd.ridge_risk(g, 1e-13, signal, noise).item() == pytest.approx(limit, rel=1e-8)  # no digit is lost
    assert dd.ridge_risk(g, 1e9, signal, noise).item() == pytest.approx(signal, rel=1e-6, abs=1e-6)
    n = 10**7
    assert dd.exact_risk(n, round(g * n), signal, noise) == pytest.approx(limit, rel=1e-4)


@settings(max_examples=30, deadline=None)
@given(g=st.floats(0.1, 10), signal=st.floats(0.1, 10), noise=st.floats(0.1, 10))
def test_the_best_penalty_is_the_best(g, signal, noise):
    best = dd.best_penalty(g, signal, noise).item()
    risk = dd.best_ridge_risk(g, signal, noise).item()
    assert dd.ridge_risk(g, best, signal, noise).item() == pytest.approx(risk, rel=1e-10)
    for factor in (0.9, 1.1):
        assert dd.ridge_risk(g, factor * best, signal, noise).item() > risk
    found = minimize_scalar(
        lambda e: dd.ridge_risk(g, math.exp(e), signal, noise).item(), (math.log(best) - 1, math.log(best) + 2)
    )
    assert math.exp(found.x) == pytest.approx(best, rel=1e-3)


def test_only_noise_is_infinite_at_the_threshold():
    for p in (9, 10, 11):
        assert dd.exact_risk(10, p, 5, 1) == math.inf
    assert dd.exact_risk(10, 12, 5, 1) == pytest.approx(5 * (1 - 10 / 12) + 10)
    assert [dd.exact_risk(10, p, 5, 0) for p in (9, 10, 11)] == pytest.approx([0, 0, 5 / 11])
    assert dd.ridgeless_risk([0.5, 1.0, 2.0], 5, 1).tolist() == [1.0, math.inf, 3.5]
    assert dd.ridgeless_risk([0.5, 1.0, 2.0], 5, 0).tolist() == [0.0, 0.0, 2.5]
    assert dd.ridgeless_risk(1.0, 5, 1).item() == math.inf


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 9), p=st.integers(1, 9), penalty=st.sampled_from([0.0, 1e-3, 0.1, 10.0]), seed=st.integers(0, 99)
)
def test_the_averaged_risk_is_its_definition(n, p, penalty, seed):
    """E |A y - beta|^2 with A dense, beta isotropic and the noise averaged: traces, no singular value in sight."""
    X = torch.randn(n, p, generator=generator(seed), dtype=torch.float64)
    A = torch.linalg.solve(X.T @ X + n * penalty * torch.eye(p).double(), X.T) if penalty else torch.linalg.pinv(X)
    missed = A @ X - torch.eye(p).double()
    expected = 5.0 / p * missed.square().sum() + 2.0 * A.square().sum()
    assert dd.risk_given(X, 5.0, 2.0, penalty).item() == pytest.approx(expected.item(), rel=1e-8)
    path = dd.risk_given(X, 5.0, 2.0, [penalty, 1.0])
    assert path[0].item() == pytest.approx(expected.item(), rel=1e-8)


def test_a_repeated_feature_is_not_a_direction():
    X = torch.randn(20, 3, generator=generator(0), dtype=torch.float64)
    X = torch.cat([X, X], 1)
    A = torch.linalg.pinv(X, rtol=1e-9)
    missed = A @ X - torch.eye(6).double()
    assert dd.risk_given(X, 5, 1).item() == pytest.approx(
        (5 / 6 * missed.square().sum() + A.square().sum()).item(), rel=1e-9
    )


def test_plain_draws_average_to_the_exact_risk():
    for n, p in ((30, 12), (30, 60)):
        risks = torch.tensor([dd.plain_risk(n, p, 5, 1, generator(seed)) for seed in range(400)]).double()
        assert risks.mean().item() == pytest.approx(dd.exact_risk(n, p, 5, 1), abs=4 * risks.std().item() / 400**0.5)
    X, y, beta = dd.draw_linear(50, 8, 5, 0, generator(0))
    assert beta.square().sum().item() == pytest.approx(5)
    torch.testing.assert_close(X @ beta, y)
    torch.testing.assert_close(dd.min_norm(X, y), beta)


@pytest.mark.slow
def test_ridge_curves_follow_theirs():
    g = [*OFF_PEAK[:-1], 1.0]
    for penalty in (None, 0.3):
        curve = dd.linear_curve(200, sorted(g), 8, generator(1), penalty=penalty)
        assert ((curve.mean / curve.theory - 1).abs() <= 0.04).all()
        assert curve.theory.max() < 5
    best = dd.linear_curve(200, [1.0], 12, generator(1), penalty=None).theory
    assert best.item() == pytest.approx(dd.best_ridge_risk(1.0, 5, 1).item(), rel=1e-10)


def test_plain_curves_have_wider_bands_around_the_same_mean():
    ratios = [0.5, 2.0]
    plain = dd.linear_curve(60, ratios, 200, generator(0), plain=True)
    averaged = dd.linear_curve(60, ratios, 200, generator(0))
    assert (plain.measured.std(0) > 1.5 * averaged.measured.std(0)).all()
    assert ((plain.mean - plain.theory).abs() <= 4 * plain.measured.std(0) / 200**0.5).all()
