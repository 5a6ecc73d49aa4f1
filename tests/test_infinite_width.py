"""The closed form of infinite width against recursions in more digits, written here on their own."""

import mpmath
import numpy as np
import pytest
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn import tangent
from ddlearn.tangent import infinite_width


def points(n, d, seed=0):
    return normal(n, d, seed=seed)


@pytest.fixture
def small_tiles(monkeypatch):
    """A hundred points take several tiles, with a rest."""
    monkeypatch.setattr(infinite_width, "TILE", 2**12)


def layer(library, activation, S, q, p):
    """E[phi phi'] and E[dphi dphi'] for one pair, by the formulas of Cho and Saul, and of Williams."""
    pi = library.pi if library is mpmath else library.longdouble("3.14159265358979323846264338327950288")
    if activation == "relu":
        s = library.sqrt(q * p)
        if library is mpmath and s == 0:
            return s, library.mpf(1) / 4
        rho = S / s
        rho = min(max(rho, -1), 1) if library is mpmath else np.clip(rho, -1, 1)
        theta = library.acos(rho) if library is mpmath else np.arccos(rho)
        return s * (library.sin(theta) + (pi - theta) * rho) / (2 * pi), (pi - theta) / (2 * pi)
    D = library.sqrt(1 + 2 * q + 2 * p + 4 * (q * p - S * S))
    arctan = library.atan if library is mpmath else np.arctan
    return 2 / pi * arctan(2 * S / D), 4 / (pi * D)


def long_double(x, x2, depth, activation, W_std, b_std):
    """The recursion in 80-bit floats, for points in general position; rho = 1 is set where a point meets itself."""
    same = x is x2
    x, x2 = (np.asarray(v, dtype=np.longdouble) for v in (x, x2))
    W, b, d = np.longdouble(W_std) ** 2, np.longdouble(b_std) ** 2, x.shape[1]
    S = W * (x @ x2.T) / d + b
    T = S.copy()
    q, p = W * (x * x).sum(1)[:, None] / d + b, W * (x2 * x2).sum(1)[None] / d + b
    for _ in range(depth):
        if same:
            np.fill_diagonal(S, q[:, 0])
        K, K_dot = layer(np, activation, S, q, p)
        q, p = (W * layer(np, activation, v, v, v)[0] + b for v in (q, p))
        S = W * K + b
        T = S + W * K_dot * T
    return S, T


def many_digits(x, x2, depth, activation, W_std, b_std):
    """The recursion in 60 digits for one pair: nngp, ntk, and sqrt(k(x, x) k(x2, x2)) of the nngp."""
    with mpmath.workdps(60):
        x, x2 = ([mpmath.mpf(v) for v in row.tolist()] for row in (x, x2))
        W, b, d = mpmath.mpf(W_std) ** 2, mpmath.mpf(b_std) ** 2, len(x)

        def first(u, v):
            return W * mpmath.fsum(s * t for s, t in zip(u, v, strict=True)) / d + b

        S = T = first(x, x2)
        q, p = first(x, x), first(x2, x2)
        for _ in range(depth):
            K, K_dot = layer(mpmath, activation, S, q, p)
            q, p = (W * layer(mpmath, activation, v, v, v)[0] + b for v in (q, p))
            S = W * K + b
            T = S + W * K_dot * T
        return S, T, mpmath.sqrt(q * p)


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="no 80-bit floats here")
@pytest.mark.parametrize("activation", ["relu", "erf"])
@pytest.mark.parametrize(("W_std", "b_std"), [(2**0.5, 0.0), (1.3, 0.4)])
@pytest.mark.parametrize("depth", [1, 3])
def test_equals_a_long_double_recursion_to_1e_13_on_and_off_the_diagonal(activation, W_std, b_std, depth):
    x, x2 = points(130, 64), points(70, 64, seed=1)
    for other in (None, x2):
        mine = tangent.infinite(x, other, depth, activation, W_std, b_std)
        theirs = long_double(x, x if other is None else other, depth, activation, W_std, b_std)
        for K, reference in zip(mine, theirs, strict=True):
            assert np.abs(K.numpy() - reference).max() <= 1e-13 * np.abs(reference).max()


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_the_diagonal_of_relu_is_the_textbook_s(depth):
    x = points(50, 6)
    square = 2 * x.square().sum(1) / 6
    mine = tangent.infinite(x, depth=depth)
    torch.testing.assert_close(mine.nngp.diagonal(), square, rtol=1e-14, atol=0)
    torch.testing.assert_close(mine.ntk.diagonal(), (depth + 1) * square, rtol=1e-14, atol=0)


def hard_points(scale):
    """Exact and near duplicates, multiples, antipodes, a zero row; then all of it again at another scale."""
    a, b = points(2, 4)
    zero = torch.zeros(4, dtype=torch.float64)
    near = [a + gap * b for gap in (1e-12, 1e-9, 1e-7, 1e-4)]
    hard = torch.stack([a, a, b, 3 * a, *near, zero, zero])
    return torch.cat([hard, scale * hard]), torch.stack([-a, -scale * a, -(a + 1e-9 * b), -(a + 1e-3 * b)])


@pytest.mark.parametrize("activation", ["relu", "erf"])
@pytest.mark.parametrize("b_std", [0.0, 0.5])
@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_hard_inputs_keep_their_digits(activation, b_std, scale):
    """nngp and ntk to 1e-13 against 60 digits, in units of sqrt(k(x, x) k(x', x')).

    An erf net at |z| of 1e6 is a step: its ntk is as steep there as an arccosine, and what is lost is the rounding of
    the points' angle, 1e-16, times that steepness, 1e6.
    """
    x, antipodes = hard_points(scale)
    how = (2, activation, 2**0.5, b_std)
    tolerance = {"relu": 1e-13, "erf": 1e-13 if scale < 1 else 1e-9}[activation]
    own, others = ([many_digits(v, v, *how)[1] for v in points] for points in (x, antipodes))
    twice, across = (
        [tangent.infinite(x, other, *how) for other in (None, x.clone())],
        tangent.infinite(x, antipodes, *how),
    )

    def compare(found, i, j, other, size):
        S, T, unit = many_digits(x[i], other[j], *how)
        for nngp, ntk in found:
            assert abs(nngp.item() - S) <= 1e-13 * unit, (i, j)
            assert abs(ntk.item() - T) <= tolerance * mpmath.sqrt(own[i] * size), (i, j)

    for i in range(len(x)):
        for j in range(i + 1):
            compare([(K[p], T[p]) for K, T in twice for p in ((i, j), (j, i))], i, j, x, own[j])
        for j in range(len(antipodes)):
            compare([(across.nngp[i, j], across.ntk[i, j])], i, j, antipodes, others[j])


@pytest.mark.parametrize("activation", ["relu", "erf"])
@pytest.mark.parametrize("b_std", [0.0, 0.1])
def test_no_nan_in_single_precision_whatever_the_mixture(activation, b_std):
    x = torch.cat([torch.cat(hard_points(scale)) for scale in (1e-6, 1e-3, 1e3, 1e6)]).float()
    for other in (None, x.clone(), -x):
        for K in tangent.infinite(x, other, 3, activation, b_std=b_std):
            assert K.dtype == torch.float32
            assert K.isfinite().all()


shapes = st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(1, 6), st.integers(0, 99))


@settings(max_examples=20, deadline=None)
@given(shapes, st.integers(1, 4), st.sampled_from(["relu", "erf"]), st.floats(0.3, 3), st.sampled_from([0.0, 0.2, 2.0]))
def test_equals_the_ten_lines_taught_in_class(shape, depth, activation, W_std, b_std):
    n, m, d, seed = shape
    x, x2 = points(n, d, seed), points(m, d, seed + 1)
    for other in (x2, None):
        mine = tangent.infinite(x, other, depth, activation, W_std, b_std)
        plain = tangent.infinite_plain(x, other, depth, activation, W_std, b_std)
        # Opposite points have 0, so rounding is measured against what points have with themselves.
        alone = tangent.infinite_plain(torch.cat([x, x2]), None, depth, activation, W_std, b_std)
        sizes = [float(K.diagonal().max()) for K in alone]
        torch.testing.assert_close(mine.nngp, plain.nngp, rtol=1e-11, atol=1e-12 * sizes[0])
        torch.testing.assert_close(mine.ntk, plain.ntk, rtol=1e-5, atol=1e-6 * sizes[1])


@pytest.mark.parametrize("n", [1, 110])
@pytest.mark.parametrize("activation", ["relu", "erf"])
@pytest.mark.parametrize("b_std", [0.0, 0.3])
def test_symmetric_and_rectangular_calls_agree(small_tiles, n, activation, b_std):
    """Exact duplicates included: the diagonal of a rectangular call is no worse than that of a symmetric one."""
    x = points(n, 5)
    one = tangent.infinite(x, depth=3, activation=activation, b_std=b_std)
    two = tangent.infinite(x, x.clone(), depth=3, activation=activation, b_std=b_std)
    for K, K2 in zip(one, two, strict=True):
        assert torch.equal(K, K.T)
        assert (K - K2).abs().max() <= 1e-13 * K.abs().max()
    part = tangent.infinite(x[: n // 2 + 1], x, depth=3, activation=activation, b_std=b_std)
    assert (part.ntk - one.ntk[: n // 2 + 1]).abs().max() <= 1e-13 * one.ntk.abs().max()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.integers(1, 4), st.sampled_from(["relu", "erf"]), st.floats(0, 1))
def test_both_kernels_are_positive_and_the_ntk_is_the_larger(seed, depth, activation, b_std):
    mine = tangent.infinite(points(12, 4, seed), None, depth, activation, 1.4, b_std)
    for K in (mine.nngp, mine.ntk, mine.ntk - mine.nngp):
        assert torch.linalg.eigvalsh(K)[0] >= -1e-13 * K.diagonal().max()


def test_the_scale_of_relu_passes_through():
    x = points(6, 3)
    small, large = tangent.infinite(x, depth=3), tangent.infinite(1e6 * x, depth=3)
    torch.testing.assert_close(large.ntk, 1e12 * small.ntk, rtol=1e-13, atol=0)


def test_single_precision_is_no_worse_than_its_rounding():
    x = points(200, 64).float()
    mine, exact = tangent.infinite(x, depth=3), tangent.infinite(x.double(), depth=3)
    assert mine.ntk.dtype == torch.float32
    for K, reference in zip(mine, exact, strict=True):
        assert (K - reference).abs().max() <= 2e-6 * reference.abs().max()


@pytest.mark.parametrize("activation", ["relu", "erf"])
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_two_threads_give_the_numbers_of_one(small_tiles, activation, mode):
    x, x2 = points(90, 5), points(70, 5, seed=1)
    before = torch.get_num_threads()
    try:
        for other in (None, x2):
            results = []
            for count in (1, 2):
                torch.set_num_threads(count)
                with mode():
                    results.append(tangent.infinite(x, other, 3, activation, b_std=0.2))
            for one, two in zip(*results, strict=True):
                torch.testing.assert_close(one, two, rtol=0, atol=1e-14)
    finally:
        torch.set_num_threads(before)
