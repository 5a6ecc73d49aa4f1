import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn.compute import generator
from ddlearn.double_descent import (
    decompose_features,
    decomposition,
    feature_smoother,
    predict_features,
    relu_sphere_spectrum,
    sphere,
)


def test_points_are_on_the_sphere():
    x = sphere(500, 7, generator(0))
    torch.testing.assert_close(x.square().sum(1), torch.full((500,), 7.0).double())
    assert x.mean(0).abs().max() < 0.2


SHARED = ((True, True), (True, False), (False, True), (False, False))  # by two fits: the data, the features


@settings(max_examples=20, deadline=None)
@given(T=st.integers(2, 4), M=st.integers(2, 4), seed=st.integers(0, 99))
def test_the_parts_are_means_over_pairs(T, M, seed):
    """Brute force over all pairs of fits: what a pair shares is what a mean over the rest cannot remove."""
    m, n, d = 5, 4, 3
    draw = generator(seed)
    P, X, X_new = (torch.randn(s, generator=draw, dtype=torch.float64) for s in ((T, M, m, n), (T, n, d), (m, d)))
    rows = [decomposition._of_one_data_set(list(own), x, X_new) for own, x in zip(P, X, strict=True)]
    found = decomposition._scaled([decomposition._parts(rows)], signal=2.0, noise=3.0)
    off = torch.stack([torch.stack([P[t, k] @ X[t] - X_new for k in range(M)]) for t in range(T)])

    def mean(pairs, A, scale):
        return np.mean([(A[a] * A[b]).sum().item() / scale for a, b in pairs])

    fits = list(itertools.product(range(T), range(M)))
    pairs = [[(a, b) for a in fits for b in fits if (a[0] == b[0], a[1] == b[1]) == shared] for shared in SHARED]
    both, data, features, neither = (mean(some, off, m * d) for some in pairs)
    W, W_data = (mean(some, P, m) for some in pairs[:2])
    close = {"rel": 1e-9, "abs": 1e-9}
    assert found.bias2.item() == pytest.approx(2 * neither, **close)
    assert found.data.item() == pytest.approx(2 * (data - neither), **close)
    assert found.features.item() == pytest.approx(2 * (features - neither), **close)
    assert found.interaction.item() == pytest.approx(2 * (both - data - features + neither), **close)
    assert found.noise_data.item() == pytest.approx(3 * W_data, **close)
    assert found.noise_interaction.item() == pytest.approx(3 * (W - W_data), **close)
    assert found.total.item() == pytest.approx(2 * both + 3 * W, **close)
    assert found.ensemble(math.inf).item() == pytest.approx(2 * data + 3 * W_data, **close)
    assert found.ensemble(1, math.inf).item() == pytest.approx(2 * features, **close)
    assert found.ensemble(math.inf, math.inf).item() == pytest.approx(2 * neither, **close)
    assert found.ensemble(4).item() == pytest.approx((found.total + 3 * found.ensemble(math.inf)).item() / 4, **close)


def test_the_risk_of_a_mean_of_fits_is_that_of_its_parts():
    """The mean of 2 by 3 fits of fresh data and features, fitted and averaged, over 200 such means."""
    d, n, N, draw = 4, 8, 12, generator(0)
    x_new, risks = sphere(60, d, draw), []
    for _ in range(200):
        thetas = [sphere(N, d, draw) for _ in range(2)]
        errors, noisy = torch.zeros(60, d, dtype=torch.float64), 0.0
        for _ in range(3):
            x = sphere(n, d, draw)
            P = sum(feature_smoother(x, x_new, theta).weights(0.5) for theta in thetas) / 2
            errors += (P @ x - x_new) / 3
            noisy += P.square().sum() / 60 / 9
        risks.append(errors.square().mean() + 0.5 * noisy)
    risks = torch.stack(risks)
    how = {"data_sets": 20, "inits": 20, "noise": 0.5, "penalty": 0.5 * d / (n * N)}
    found = torch.cat([decompose_features(d, n, [N], generator(s), **how).ensemble(2, 3) for s in range(1, 9)])
    spread = (risks.var() / len(risks) + found.var() / len(found)).sqrt().item()
    assert risks.mean().item() == pytest.approx(found.mean().item(), abs=4 * spread)
    assert spread < 0.04 * risks.mean()


def test_the_interaction_makes_the_peak():
    """ReLU, d = 30, n = 90: 92 % of the noiseless risk next to the threshold, and little of it with a penalty.

    Over features given the data it is 98 %, over data given the features 92 %, by the features alone 6 or 7 %.
    """
    n, ratios, how = 90, [0.2, 0.5, 0.9, 1.1, 2.0, 10.0], {"data_sets": 6, "inits": 6, "noise": 0.0}
    widths = [round(n * g) for g in ratios]
    parts = decompose_features(30, n, widths, generator(0), **how)
    near, at = slice(2, 4), 3
    assert (parts.interaction / parts.total)[near].tolist() == pytest.approx([0.91, 0.92], abs=0.03)
    assert ((parts.interaction + parts.features) / parts.total)[at] > 0.96
    assert ((parts.interaction + parts.data) / parts.total)[at] > 0.88
    assert (parts.features / parts.total)[at] < 0.1
    assert (parts.interaction / parts.total)[[0, 5]].max() < 0.3
    assert (parts.bias2.diff() < 0.005).all()
    penalized = decompose_features(30, n, widths, generator(0), penalty=0.1, **how)
    assert (penalized.interaction / penalized.total).max() < 0.3
    # Either mean is rid of the peak: nowhere is it above what it is at 0.2 n features.
    for mean in (parts.ensemble(math.inf), parts.ensemble(1, math.inf)):
        assert (mean[1:] < mean[0]).all()
    theory = predict_features(relu_sphere_spectrum(30), n, widths[1]).excess
    assert parts.total[1].item() == pytest.approx(theory.item(), rel=0.06)


def test_a_smoother_of_features_is_a_least_squares_fit():
    draw = generator(0)
    x, x_new, theta = sphere(30, 5, draw), sphere(8, 5, draw), sphere(12, 5, draw)
    Z, Z_new = ((one @ theta.T / 5**0.5).relu() for one in (x, x_new))
    expected = Z_new @ torch.linalg.pinv(Z)
    torch.testing.assert_close(feature_smoother(x, x_new, theta).weights(), expected, rtol=1e-8, atol=1e-9)
