import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn.compute import generator
from ddlearn.kernels import gram
from ddlearn.parities import any_kernel_bound, krawtchouk, oracle_error, oracle_kernel, parity, sparse_parity


def cube(d):
    return torch.tensor(list(itertools.product([-1.0, 1.0], repeat=d)), dtype=torch.float64)


def parities(x, k):
    """Every parity of size k, a column each."""
    return torch.stack([parity(x, subset) for subset in itertools.combinations(range(x.shape[1]), k)], 1)


def projection_error(functions, targets):
    """Mean squared distance of each target (2^d, N) from the span of some functions (2^d, n), over the whole cube."""
    U, s, _ = torch.linalg.svd(functions, full_matrices=False)
    U = U[:, s > 1e-9 * s[0]]
    return (targets - U @ (U.T @ targets)).square().mean(0)


def test_parities_are_orthonormal():
    x = cube(5)
    basis = torch.cat([parities(x, k) for k in range(6)], 1)
    torch.testing.assert_close(basis.T @ basis / 32, torch.eye(32, dtype=torch.float64), rtol=0, atol=1e-15)


@pytest.mark.parametrize("kernel", ["linear", "polynomial", "rbf", "laplace", "arc_cosine", "oracle"])
@pytest.mark.parametrize(("d", "k", "n"), [(6, 2, 5), (6, 3, 12), (5, 2, 9)])
def test_no_kernel_crosses_the_bound_and_the_oracle_meets_it(kernel, d, k, n):
    """On the whole cube, where test error is exact and the best predictor of the span is a projection.

    Examples come from half of the cube: a point and its antipode are the same to the oracle, and would cost rank.
    """
    x = cube(d)
    seen = x[torch.randperm(2 ** (d - 1), generator=generator(n))[:n]]
    K = oracle_kernel(x, seen, k) if kernel == "oracle" else gram(kernel, x, seen)
    error = projection_error(K, parities(x, k)).mean().item()
    bound = any_kernel_bound(d, k, n)
    assert error >= bound - 1e-12
    if kernel == "oracle":
        rank = torch.linalg.matrix_rank(oracle_kernel(seen, k=k)).item()
        assert error == pytest.approx(1 - rank / math.comb(d, k), abs=1e-12)
        assert rank == n  # else equality was not tested


def test_a_kernel_built_for_one_parity_beats_the_bound_on_it():
    """Negative control: the bound is an average over S and says nothing of one S."""
    x = cube(6)
    first = parity(x, (0, 1))
    errors = projection_error(first[:, None] * first[:5], parities(x, 2))
    assert errors[0] <= 1e-12 < any_kernel_bound(6, 2, 5)
    assert errors.mean() >= any_kernel_bound(6, 2, 5)


@settings(max_examples=40, deadline=None)
@given(d=st.integers(1, 9), data=st.data())
def test_the_table_is_the_mean_over_all_subsets(d, data):
    k = data.draw(st.integers(0, d))
    x = torch.ones(d + 1, d, dtype=torch.float64)
    for h in range(d + 1):
        x[h, :h] = -1  # at distance h from the first row
    chi = parities(x, k)
    torch.testing.assert_close(krawtchouk(d, k), chi[0] @ chi.T / math.comb(d, k), rtol=0, atol=1e-15)
    torch.testing.assert_close(oracle_kernel(x, k=k), chi @ chi.T / math.comb(d, k), rtol=0, atol=1e-14)
    torch.testing.assert_close(oracle_kernel(x, x[:1], k), oracle_kernel(x, k=k)[:, :1], rtol=0, atol=0)


def test_the_table_keeps_its_digits_where_its_terms_cancel():
    """Sums of terms near 1e29 with alternating signs: in floats nothing would be left. Its mean square is 1/N."""
    d, k = 100, 50
    weights = torch.tensor([math.comb(d, h) / 2**d for h in range(d + 1)], dtype=torch.float64)
    assert (weights * krawtchouk(d, k).square()).sum().item() == pytest.approx(1 / math.comb(d, k), rel=1e-12)


def test_the_oracle_s_error_is_that_of_its_interpolation():
    d, k, n = 6, 2, 8
    x, seen = cube(d), cube(d)[torch.randperm(64, generator=generator(3))[:n]]
    K = oracle_kernel(seen, k=k)
    for subset in [(0, 1), (2, 5)]:
        y = parity(seen, subset)
        predicted = oracle_kernel(x, seen, k) @ torch.linalg.solve(K, y)
        direct = (predicted - parity(x, subset)).square().mean()
        torch.testing.assert_close(oracle_error(K, y, d, k), direct, rtol=1e-12, atol=1e-12)
    several = oracle_error(K, parities(seen, k), d, k)
    assert several.shape == (15,)
    assert several.mean().item() == pytest.approx(any_kernel_bound(d, k, n), abs=1e-13)


def test_data_are_signs_that_their_generator_repeats():
    x, y = sparse_parity(50, 7, 3, generator(1))
    assert x.shape == (50, 7)
    assert torch.equal(x.abs(), torch.ones_like(x))
    assert torch.equal(y, x[:, 0] * x[:, 1] * x[:, 2])
    assert torch.equal(x, sparse_parity(50, 7, 3, generator(1))[0])
    assert torch.equal(parity(x, ()), torch.ones(50, dtype=torch.float64))
    assert abs(sparse_parity(4000, 30, 2, generator(2))[0].mean()) < 5 / 4000**0.5


def test_the_bound_of_a_large_problem_is_computed_in_whole_numbers():
    assert any_kernel_bound(1000, 500, 10) == 1.0
    assert any_kernel_bound(60, 30, 10**17) == pytest.approx(1 - 10**17 / math.comb(60, 30), rel=1e-15)
