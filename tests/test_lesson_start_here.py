"""Lesson 00's black box against least squares as NumPy and SciPy do it."""

import numpy as np
import pytest
import torch

from ddlearn import compute
from ddlearn.lessons.start_here import black_box
from ddlearn.lessons.start_here.exercises import mean_squared_error


@pytest.mark.parametrize("shape", [(20, 7), (20, 20), (20, 60)])
def test_least_squares_is_the_smallest_solution(shape):
    phi = torch.randn(*shape, generator=compute.generator(0), dtype=torch.float64)
    y = torch.randn(shape[0], generator=compute.generator(1), dtype=torch.float64)
    expected = np.linalg.pinv(phi.numpy()) @ y.numpy()
    np.testing.assert_allclose(black_box.least_squares(phi, y), expected, rtol=1e-8, atol=1e-10)


def test_the_penalised_one_solves_the_normal_equations():
    phi = torch.randn(20, 7, generator=compute.generator(0), dtype=torch.float64)
    y = torch.randn(20, generator=compute.generator(1), dtype=torch.float64)
    expected = np.linalg.solve((phi.T @ phi).numpy() + 20 * 0.1 * np.eye(7), (phi.T @ y).numpy())
    np.testing.assert_allclose(black_box.least_squares(phi, y, 0.1), expected, rtol=1e-10)


def test_the_error_peaks_at_the_number_of_points_and_comes_down_again():
    fit = black_box.grow(8, 0.2)
    small = fit.test[: black_box.SIZES.index(16)].min()
    assert fit.worst_size == 20
    assert fit.test.max() > 100 * small
    assert fit.test[-1] < small


def test_the_errors_are_the_learners_own():
    doubled = black_box.grow(8, 0.2, mean_squared_error=lambda a, b: 2 * mean_squared_error(a, b))
    plain = black_box.grow(8, 0.2)
    torch.testing.assert_close(doubled.test, 2 * plain.test)
    assert doubled.test_here == pytest.approx(2 * plain.test_here)
