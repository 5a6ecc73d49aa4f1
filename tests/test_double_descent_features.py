import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn import double_descent as dd
from ddlearn.compute import generator
from ddlearn.double_descent import decomposition


def test_points_are_on_the_sphere():
    x = dd.sphere(500, 7, generator(0))
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


def test_the_parts_of_drawn_features_add_up_to_the_theory_s_risk():
    parts = dd.decompose_features(30, 90, [45], generator(0), data_sets=6, inits=6, noise=0.0)
    theory = dd.predict_features(dd.relu_sphere_spectrum(30), 90, 45).excess
    assert parts.total.item() == pytest.approx(theory.item(), rel=0.06)


def test_a_smoother_of_features_is_a_least_squares_fit():
    draw = generator(0)
    x, x_new, theta = dd.sphere(30, 5, draw), dd.sphere(8, 5, draw), dd.sphere(12, 5, draw)
    Z, Z_new = ((one @ theta.T / 5**0.5).relu() for one in (x, x_new))
    expected = Z_new @ torch.linalg.pinv(Z)
    torch.testing.assert_close(dd.feature_smoother(x, x_new, theta).weights(), expected, rtol=1e-8, atol=1e-9)
