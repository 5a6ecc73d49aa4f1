import math

import mpmath
import numpy as np
import pytest
import scipy.integrate
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import pairwise

from ddlearn.compute import generator
from ddlearn.kernels import KERNELS, FourierFeatures, ReluFeatures, arc_cosine, gram, laplace, linear, polynomial, rbf

EPS = torch.finfo(torch.float64).eps
ALL = [(name, {}) for name in KERNELS] + [("arc_cosine", {"order": 0}), ("arc_cosine", {"order": 2})]


sizes = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 5), st.integers(0, 99))


@settings(max_examples=40, deadline=None)
@given(sizes, st.floats(0.05, 20), st.integers(1, 4), st.floats(0, 3))
def test_grams_equal_scikit_learn_s(size, width, degree, offset):
    n, m, d, seed = size
    x, x2 = normal(n, d, seed=seed), normal(m, d, seed=seed + 1)
    a, b = x.numpy(), x2.numpy()
    close = {"rtol": 1e-11, "atol": 1e-13}
    np.testing.assert_allclose(linear(x, x2), pairwise.linear_kernel(a, b), **close)
    theirs = pairwise.polynomial_kernel(a, b, degree=degree, gamma=1, coef0=offset)
    np.testing.assert_allclose(polynomial(x, x2, degree, offset), theirs, rtol=1e-11, atol=1e-12)
    # Their distances cancel: EPS |x|^2 / width^2 of error in the exponent is theirs, not ours.
    theirs = pairwise.rbf_kernel(a, b, gamma=1 / (2 * width**2))
    np.testing.assert_allclose(rbf(x, x2, width), theirs, rtol=1e-11, atol=100 * EPS / width**2)
    theirs = np.exp(-np.linalg.norm(a[:, None] - b[None], axis=2) / width)
    np.testing.assert_allclose(laplace(x, x2, width), theirs, **close)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_arc_cosine_is_the_gaussian_average_over_random_units(order):
    """k = 2 E[z^n z'^n, both positive], by quadrature over the direction of w in the plane of x and x'."""
    moment = 2**order * math.factorial(order)  # E r^(2n) for r^2 chi-squared of 2 degrees
    for angle in (0.0, 0.3, 1.5, 2.9, math.pi):
        x = torch.tensor([[2.0, 0.0]], dtype=torch.float64)
        x2 = 0.7 * torch.tensor([[math.cos(angle), math.sin(angle)]], dtype=torch.float64)
        low, high = angle - math.pi / 2, math.pi / 2
        average = scipy.integrate.quad(lambda t, a=angle: (math.cos(t) * math.cos(t - a)) ** order, low, high)[0]
        expected = 2 * moment / (2 * math.pi) * average * (2 * 0.7) ** order
        assert arc_cosine(x, x2, order).item() == pytest.approx(expected, abs=3e-8 if order == 0 else 1e-13)


@pytest.mark.parametrize(("name", "parameters"), ALL)
@pytest.mark.parametrize("n", [1, 2, 7, 700])  # 700 takes more than one block of rows
def test_a_gram_is_symmetric_positive_and_the_same_with_x2_given(name, parameters, n):
    x = normal(n, 3)
    K = gram(name, x, **parameters)
    assert K.shape == (n, n)
    assert torch.equal(K, K.T)
    apart = (K - gram(name, x, x.clone(), **parameters)).abs()
    diagonal = apart.diagonal().clone()
    apart.fill_diagonal_(0)
    scale = K.diagonal().max().item()
    assert apart.max() <= 20 * EPS * scale
    assert diagonal.max() <= (3e-8 if parameters == {"order": 0} else 20 * EPS) * scale
    if n < 100:
        assert torch.linalg.eigvalsh(K)[0] >= -20 * n * EPS * scale


def test_the_diagonal_is_exact():
    x = 1e3 * normal(50, 7)
    assert (rbf(x, width=1e-3).diagonal() == 1).all()
    assert (laplace(x, width=1e-3).diagonal() == 1).all()
    assert (arc_cosine(x, order=0).diagonal() == 1).all()
    square = x.square().sum(1)
    torch.testing.assert_close(arc_cosine(x, order=1).diagonal(), square, rtol=8 * EPS, atol=0)
    torch.testing.assert_close(arc_cosine(x, order=2).diagonal(), 3 * square**2, rtol=16 * EPS, atol=0)


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("gap", [1e-9, 1e-5, 1.0])
def test_near_duplicates_keep_their_digits(offset, gap):
    """At a width of the gap's own size a distance by |x|^2 + |x'|^2 - 2 x.x' would have no digit left."""
    x = normal(6, 30) + offset
    x2 = x + gap * normal(6, 30, seed=1)
    K = torch.stack([rbf(x, x2, gap).diagonal(), laplace(x, x2, gap).diagonal()])
    for i in range(6):
        # The points are the floats that they are: their distance is taken in 40 digits.
        with mpmath.workdps(40):
            differences = [mpmath.mpf(a) - mpmath.mpf(b) for a, b in zip(x[i].tolist(), x2[i].tolist(), strict=True)]
            r = mpmath.sqrt(sum(t * t for t in differences)) / gap
            expected = [float(mpmath.exp(-(r**2) / 2)), float(mpmath.exp(-r))]
            slack = float(30 * EPS * (1 + r**2))
        assert K[:, i].tolist() == pytest.approx(expected, rel=slack, abs=0)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize(("name", "parameters"), ALL)
def test_hard_inputs_give_numbers(name, parameters, scale):
    x = scale * torch.cat([normal(3, 4), normal(3, 4), -normal(3, 4), torch.zeros(2, 4, dtype=torch.float64)])
    K = gram(name, x, **parameters)
    assert K.isfinite().all()
    assert torch.equal(K, K.T)


def test_a_zero_row_is_orthogonal_to_everything_for_arc_cosine():
    x = torch.tensor([[0.0, 0.0], [3.0, 4.0]], dtype=torch.float64)
    assert arc_cosine(x, order=0).tolist() == [[0.5, 0.5], [0.5, 1.0]]
    assert arc_cosine(x, order=1).tolist() == [[0.0, 0.0], [0.0, 25.0]]
    assert arc_cosine(x, order=0).tolist() == arc_cosine(x, x.clone(), order=0).tolist()


@pytest.mark.parametrize(("name", "parameters"), ALL)
def test_single_precision_stays_single(name, parameters):
    x, x2 = normal(6, 3).float(), normal(4, 3, seed=1).float()
    K = gram(name, x, x2, **parameters)
    assert K.dtype == torch.float32
    double = gram(name, x.double(), x2.double(), **parameters)
    torch.testing.assert_close(K.double(), double, rtol=1e-4, atol=1e-5)


def test_columns_of_a_larger_matrix_are_taken_as_they_lie():
    wide = normal(6, 8)
    assert torch.equal(rbf(wide[:, ::2]), rbf(wide[:, ::2].contiguous()))


def test_fourier_features_have_the_kernel_s_mean_and_the_theory_s_variance():
    """(k_hat - k)^2 averages (1 - k^2)^2 / (2m): each of 4 entries within 5 standard errors over 2000 draws."""
    pairs, draws, width = 8, 2000, 1.5
    x = torch.tensor([[0.0, 0.0], [0.5, 0.0], [0.0, 1.2], [2.0, 1.0], [3.0, -2.0]], dtype=torch.float64)
    k = rbf(x[:1], x[1:], width)[0]
    g = generator(0)
    hats = []
    for _ in range(draws):
        phi = FourierFeatures.draw(2, pairs, width, g)(x)
        hats.append(phi[1:] @ phi[0])
    error = torch.stack(hats) - k  # (draws, 4)
    for measured, expected in ((error, 0 * k), (error**2, (1 - k**2) ** 2 / (2 * pairs))):
        standard_error = measured.std(0) / draws**0.5
        assert ((measured.mean(0) - expected).abs() <= 5 * standard_error).all()


def test_relu_features_have_the_mean_of_arc_cosine_of_order_1():
    x = normal(6, 3)
    K = arc_cosine(x, order=1)
    g = generator(0)
    draws = torch.stack([(phi := ReluFeatures.draw(3, 16, g)(x)) @ phi.T for _ in range(3000)])
    assert ((draws.mean(0) - K).abs() <= 5 * draws.std(0) / 3000**0.5).all()


def test_features_are_a_fixed_embedding_once_drawn():
    for draw in (
        lambda g, **k: FourierFeatures.draw(3, 5, 0.7, g, **k),
        lambda g, **k: ReluFeatures.draw(3, 5, g, **k),
    ):
        phi, again = draw(generator(1)), draw(generator(1))
        x = normal(6, 3)
        assert torch.equal(phi(x), again(x))
        torch.testing.assert_close(phi(x)[2:4], phi(x[2:4]), rtol=1e-13, atol=1e-14)
        assert phi(x.float()).dtype == torch.float32
        assert draw(generator(1), dtype=torch.float32).W.dtype == torch.float32
    assert FourierFeatures.draw(3, 5, 0.7, generator(1))(x).shape == (6, 10)
    torch.testing.assert_close(
        FourierFeatures.draw(3, 5, 0.7, generator(1))(x).square().sum(1), torch.ones(6).double(), rtol=1e-14, atol=0
    )
