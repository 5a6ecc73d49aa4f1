"""Lesson 00's black box against least squares as NumPy does it."""

import numpy as np
import pytest
import torch
from drawn import normal
from pages import words_of

from ddlearn import compute
from ddlearn.lessons.start_here import black_box, decisions
from ddlearn.lessons.start_here.exercises import mean_squared_error


@pytest.mark.parametrize("shape", [(20, 7), (20, 20), (20, 60)])
def test_least_squares_is_the_smallest_solution_and_with_a_penalty_that_of_the_normal_equations(shape):
    phi, y = normal(*shape), normal(20, seed=1)
    smallest = np.linalg.pinv(phi.numpy()) @ y.numpy()
    np.testing.assert_allclose(black_box.least_squares(phi, y), smallest, rtol=1e-8, atol=1e-10)
    normal_equations = np.linalg.solve((phi.T @ phi).numpy() + 20 * 0.1 * np.eye(shape[1]), (phi.T @ y).numpy())
    np.testing.assert_allclose(black_box.least_squares(phi, y, 0.1), normal_equations, rtol=1e-8)


@pytest.fixture(scope="module")
def fit():
    """The explorer at its start."""
    return black_box.grow(8, 0.2)


def test_the_error_peaks_at_the_number_of_points_and_comes_down_again(fit):
    small = fit.test[: black_box.SIZES.index(16)].min()
    assert fit.worst_size == 20
    assert fit.test.max() > 100 * small
    assert fit.test[-1] < small
    doubled = black_box.grow(8, 0.2, mean_squared_error=lambda a, b: 2 * mean_squared_error(a, b))
    assert (doubled.test / fit.test).tolist() == pytest.approx([2] * len(black_box.SIZES)), (
        "the errors are the learner's own"
    )
    assert doubled.test_here == pytest.approx(2 * fit.test_here)


def test_the_numbers_of_the_page(fit):
    """Errors of the explorer at its start, to the page's digits; the toy of two and of three waves."""
    errors = dict(zip(black_box.SIZES, fit.test.tolist(), strict=True))
    for size, said in ((1, 0.5), (10, 0.1), (14, 0.1), (18, 25), (400, 0.03)):
        assert errors[size] == pytest.approx(said, rel=0.06)
    assert errors[20] == pytest.approx(3e6, abs=5e5)
    assert black_box.grow(8, 0.2, penalty=1e-3).worst_size == 1
    assert errors[40] == pytest.approx(0.35, rel=0.02)
    waves, new = torch.tensor([[0.5, 0.5, 0.5], [0.5, 0.505, 1.0]], dtype=torch.float64), torch.tensor([0.5, 0.0, 0.5])
    for second, two, three in (
        (0.5, ([1, 0], 0.5), ([0.505, 0.5, -0.005], 0.25)),
        (0.55, ([-9, 10], -4.5), ([0.454, 0.45, 0.095], 0.275)),
    ):
        for weights, prediction in (two, three):
            count = len(weights)
            found = black_box.least_squares(waves[:, :count], torch.tensor([0.5, second], dtype=torch.float64))
            assert found.tolist() == pytest.approx(weights, abs=5.1e-4)
            assert float(new.double()[:count] @ found) == pytest.approx(prediction, abs=5e-4)


def largest_quotient(here, new=None):
    """Size of the change of the fit on new points over that of the targets, where this quotient is largest."""
    _, s, right = np.linalg.svd(here, full_matrices=False)
    sizes = np.linalg.norm(new @ right.T / s, 2) / np.sqrt(len(new)) if new is not None else 1 / s[-1]
    return sizes * np.sqrt(len(here))


def test_the_noise_is_magnified_most_where_the_features_are_as_many_as_the_points():
    """The table of the page, with the explorer's draws; and for independent Gaussian features of mean square one."""
    generator = compute.generator(0)
    torch.randn(20, generator=generator, dtype=torch.float64)  # the noise is drawn first
    found = {size: [] for size in (10, 14, 18, 20, 40, 400)}
    for _ in range(black_box.DRAWS):
        w = torch.empty(400, dtype=torch.float64).cauchy_(generator=generator) * black_box.FREQUENCY
        b = 2 * torch.pi * torch.rand(400, generator=generator, dtype=torch.float64)
        here, new = ((x[:, None] * w + b).cos().numpy() for x in (black_box.X, black_box.GRID))
        for size, quotients in found.items():
            quotients.append(largest_quotient(here[:, :size], new[:, :size]))
    medians = {size: np.median(quotients) for size, quotients in found.items()}
    assert medians == pytest.approx({10: 2, 14: 8, 18: 180, 20: 7e4, 40: 14, 400: 1}, rel=0.1)
    said = "the largest quotient is 2, 70,000 and 1, and the error on new points is 0.1, three million and 0.03"
    assert f"At 10, 20 and 400 features, {said}." in words_of("start_here")
    draws = np.random.default_rng(0).standard_normal((2001, 20, 18))
    assert np.median([largest_quotient(draw) for draw in draws]) == pytest.approx(11, rel=0.05)


def test_without_noise_most_draws_follow_the_curve_and_the_median_hides_the_others():
    """On the page: an error is large if it is at least that of one wave, about 0.5, and small below a tenth of it."""
    errors = []

    def recorded(prediction, target):
        errors.append(mean_squared_error(prediction, target))
        return errors[-1]

    fit = black_box.grow(8, 0.0, mean_squared_error=recorded)
    of_draws = torch.stack(errors[: 2 * black_box.DRAWS * len(black_box.SIZES)]).reshape(black_box.DRAWS, -1, 2)
    peak = black_box.SIZES.index(black_box.POINTS)
    small, large = of_draws[:, peak, 1] < 0.05, of_draws[:, peak, 1] >= 0.5
    assert (small | large).all()
    assert black_box.DRAWS / 2 < small.sum() < black_box.DRAWS
    assert fit.test[peak] < 0.05
    assert fit.worst_size == 1
    page = words_of("start_here")
    assert (
        "In most draws, the waves follow this smooth curve so closely that almost nothing is left to magnify." in page
    )
    assert "In the others they do not, and the error stays large. The median hides it." in page


def test_points_measured_twice_leave_the_peak_and_halve_the_noise():
    phi, new = normal(20, 20).numpy(), normal(50, 20, seed=1).numpy()
    added = [np.square(new @ np.linalg.pinv(np.tile(phi, (times, 1)))).sum() for times in (1, 2)]
    assert decisions.measured(2) == (np.linalg.matrix_rank(np.tile(phi, (2, 1))), pytest.approx(added[1] / added[0]))
