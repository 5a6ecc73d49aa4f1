"""Lesson 00's black box against least squares as NumPy does it."""

import numpy as np
import pytest
import torch
from drawn import normal

from ddlearn.lessons.start_here import black_box
from ddlearn.lessons.start_here.exercises import mean_squared_error


@pytest.mark.parametrize("shape", [(20, 7), (20, 20), (20, 60)])
def test_least_squares_is_the_smallest_solution_and_with_a_penalty_that_of_the_normal_equations(shape):
    phi, y = normal(*shape), normal(20, seed=1)
    smallest = np.linalg.pinv(phi.numpy()) @ y.numpy()
    np.testing.assert_allclose(black_box.least_squares(phi, y), smallest, rtol=1e-8, atol=1e-10)
    normal_equations = np.linalg.solve((phi.T @ phi).numpy() + 20 * 0.1 * np.eye(shape[1]), (phi.T @ y).numpy())
    np.testing.assert_allclose(black_box.least_squares(phi, y, 0.1), normal_equations, rtol=1e-8)


def test_the_error_peaks_at_the_number_of_points_and_comes_down_again():
    fit = black_box.grow(8, 0.2)
    small = fit.test[: black_box.SIZES.index(16)].min()
    assert fit.worst_size == 20
    assert fit.test.max() > 100 * small
    assert fit.test[-1] < small
    doubled = black_box.grow(8, 0.2, mean_squared_error=lambda a, b: 2 * mean_squared_error(a, b))
    assert (doubled.test / fit.test).tolist() == pytest.approx([2] * len(black_box.SIZES)), (
        "the errors are the learner's own"
    )
    assert doubled.test_here == pytest.approx(2 * fit.test_here)


def test_the_numbers_of_the_page():
    """Errors of the explorer at its start, to the page's digits; the toy of two and of three waves."""
    fit = black_box.grow(8, 0.2)
    errors = dict(zip(black_box.SIZES, fit.test.tolist(), strict=True))
    for size, said in ((1, 0.5), (10, 0.1), (14, 0.1), (18, 25), (400, 0.03)):
        assert errors[size] == pytest.approx(said, rel=0.06)
    assert 2e6 < errors[20] < 5e6
    assert black_box.grow(8, 0.2, penalty=1e-3).worst_size == 1
    waves, new = torch.tensor([[0.5, 0.5, 0.5], [0.5, 0.505, 1.0]], dtype=torch.float64), torch.tensor([0.5, 0.0, 0.5])
    noisy = torch.tensor([0.5, 0.55], dtype=torch.float64)
    two, three = (black_box.least_squares(waves[:, :count], noisy) for count in (2, 3))
    assert two.tolist() == pytest.approx([-9, 10])
    assert float(new.double()[:2] @ two) == pytest.approx(-4.5)
    assert three.tolist() == pytest.approx([0.45, 0.45, 0.10], abs=0.005)
    assert float(new.double() @ three) == pytest.approx(0.27, abs=0.005)
