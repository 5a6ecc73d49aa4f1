import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import eval_gegenbauer

from ddlearn.double_descent import Spectrum, held_out, predict_features, relu_sphere_spectrum

I = torch.arange(1, 201).double()
POWER = Spectrum(I**-1.5, torch.ones(200), I**-2)


def kernel_ridge(lam, v2, n, ridge, noise):
    """Kernel ridge regression at infinite width, kappa by scipy (Simon et al. 2021 and others)."""
    lam, v2 = lam.numpy(), v2.numpy()
    kappa = math.exp(brentq(lambda u: (lam / (lam + math.exp(u))).sum() + ridge / math.exp(u) - n, -40, 40, xtol=1e-15))
    q = ((lam / (lam + kappa)) ** 2).sum()
    return ((v2 * (kappa / (lam + kappa)) ** 2).sum() + noise) / (1 - q / n)


@settings(max_examples=20, deadline=None)
@given(
    n=st.integers(2, 150), ridge=st.floats(-6, 2).map(lambda e: 10**e), noise=st.floats(0, 2), decay=st.floats(1.1, 3)
)
def test_infinitely_many_features_are_kernel_ridge_regression(n, ridge, noise, decay):
    spectrum = Spectrum(I**-decay, torch.ones(200), I**-2)
    expected = kernel_ridge(spectrum.eigenvalues, spectrum.signal, n, ridge, noise)
    found = predict_features(spectrum, n, math.inf, ridge, noise)
    assert found.mse.item() == pytest.approx(expected, rel=1e-9)
    assert found.excess.item() == pytest.approx(expected - noise, rel=1e-8, abs=1e-10)
    assert predict_features(spectrum, n, 1e13, ridge, noise).mse.item() == pytest.approx(expected, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(2, 120), k=st.integers(2, 120), ridge=st.floats(-5, 1).map(lambda e: 10**e))
def test_both_equations_of_the_papers_hold(n, k, ridge):
    found = predict_features(POWER, n, k, ridge, 0.1)
    z, gamma, kappa = (getattr(found, name).item() for name in ("z", "gamma", "kappa"))
    assert z == pytest.approx((POWER.eigenvalues / (POWER.eigenvalues + gamma)).sum().item(), rel=1e-9)
    assert z + ridge / kappa == pytest.approx(n, rel=1e-7)
    assert z + k * kappa / gamma == pytest.approx(k, rel=1e-7)


@settings(max_examples=20, deadline=None)
@given(n=st.integers(3, 120), k=st.integers(2, 119), noise=st.floats(0, 2))
def test_few_features_without_a_ridge(n, k, noise):
    """k < n: the closed form (sum gamma/(lambda+gamma) v^2 + s^2) / (1 - k/n), with z(gamma) = k by scipy."""
    if k >= n:
        k = n - 1
    lam = POWER.eigenvalues.numpy()
    gamma = math.exp(brentq(lambda u: (lam / (lam + math.exp(u))).sum() - k, -60, 10, xtol=1e-15))
    expected = ((gamma / (lam + gamma) * POWER.signal.numpy()).sum() + noise) / (1 - k / n)
    found = predict_features(POWER, n, k, noise=noise)
    assert found.mse.item() == pytest.approx(expected, rel=1e-8)
    assert found.kappa.item() == 0


def test_the_peak_is_where_features_are_as_many_as_examples():
    for n in (2, 3, 17, 60, 119):
        assert predict_features(POWER, n, n, noise=0.1).mse.item() == math.inf
        assert predict_features(POWER, n, n, 1e-3, 0.1).mse.item() < 100
    curve = predict_features(POWER, 50, [10, 25, 40, 49, 50, 51, 60, 100, 1000], noise=0.1).mse
    assert int(curve.argmax()) == 4
    assert curve.shape == (9,)


def test_a_target_of_fewer_directions_than_examples_is_learned():
    spectrum = Spectrum([1.0, 0.5], [3, 2], [1.0, 1.0])
    assert predict_features(spectrum, 20, math.inf).excess.item() == pytest.approx(0, abs=1e-9)
    assert predict_features(spectrum, 20, math.inf, noise=1.0).mse.item() == pytest.approx(1 / (1 - 5 / 20), rel=1e-9)
    assert predict_features(spectrum, 20, math.inf, 1e9).mse.item() == pytest.approx(2, rel=1e-6)


def test_units_of_the_kernel_do_not_matter():
    for c in (1e-6, 1e6):
        scaled = Spectrum(c * POWER.eigenvalues, POWER.counts, POWER.signal)
        for k, ridge in ((25, 0.1), (100, 0.0)):
            assert predict_features(scaled, 50, k, c * ridge, 0.1).mse.item() == pytest.approx(
                predict_features(POWER, 50, k, ridge, 0.1).mse.item(), rel=1e-9
            )


@pytest.mark.parametrize("d", [3, 5, 50])
def test_relu_on_the_sphere(d):
    spectrum = relu_sphere_spectrum(d)
    norm = quad(lambda t: (1 - t * t) ** ((d - 3) / 2), -1, 1)[0]
    alpha = (d - 2) / 2
    for l in range(5):

        def weighted(t, l=l):
            P = eval_gegenbauer(l, alpha, t) / eval_gegenbauer(l, alpha, 1)
            return (1 - t * t) ** ((d - 3) / 2) * d**0.5 * t * P

        inner = quad(weighted, 0, 1)[0]
        assert spectrum.eigenvalues[l].item() == pytest.approx((inner / norm) ** 2, rel=1e-7, abs=1e-15)
    assert spectrum.trace == pytest.approx(0.5, rel=1e-9)
    assert spectrum.counts[:3].tolist() == [1, d, d * (d + 1) / 2 - 1]
    assert 0 <= spectrum.tail < 0.002
    if d == 50:
        assert spectrum.eigenvalues[:4].tolist() == pytest.approx([0.16075, 0.005, 6.18e-5, 0], abs=5e-6)


def test_what_is_seen_is_taken_out_of_the_population():
    """An interpolator is wrong by the noise at n of M points: the mean over all is a mixture of the two."""
    seen, unseen, n, M = 0.3, 1.7, 100, 400
    excess = torch.tensor([(n * seen + (M - n) * unseen) / M]).double()
    assert held_out(excess, n, [200], M, seen).item() == pytest.approx(unseen)
    # Least squares on pure noise: T + s^2 = s^2 / (1 - k/n), and at the training points a fit has s^2 k/n of the noise.
    k, noise = 40, 0.5
    T = noise / (1 - k / n) - noise
    at_training = noise * k / n
    expected = (T - n / M * at_training) / (1 - n / M)
    assert held_out(torch.tensor([T]).double(), n, [k], M, noise).item() == pytest.approx(expected)
