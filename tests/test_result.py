import dataclasses

import pytest
import torch

from ddlearn.result import Curve

X = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)
MEASURED = torch.stack([3 * X**-0.5, 5 * X**-2.0])


def curve(**changes):
    return Curve(**{"x": X, "measured": MEASURED, "theory": None, "x_name": "features", "y_name": "error", **changes})


def test_mean_and_band_are_over_seeds():
    c = curve(measured=torch.tensor([[1.0, 2.0, 3.0], [3.0, 0.0, 3.0]]))
    assert c.mean.tolist() == [2, 1, 3]
    assert c.low.tolist() == [1, 0, 3]
    assert c.high.tolist() == [3, 2, 3]


def test_log_slope_is_the_exponent_of_each_seed():
    assert curve().log_slope().tolist() == pytest.approx([-0.5, -2.0], abs=1e-14)
    assert curve(x=X.float()).log_slope().tolist() == pytest.approx([-0.5, -2.0], abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"x": X[None]}, r"^x must be of shape \(p,\); got shape \(1, 3\)$"),
        ({"x": X.flip(0)}, r"^x must increase from each point to the next$"),
        ({"x": X[:2]}, r"^measured must be a matrix of shape \(n, 2\); got shape \(2, 3\)$"),
        ({"theory": X[:2]}, r"^theory must be of shape \(3,\); got shape \(2,\)$"),
        ({"theory": X * float("nan")}, r"^theory must be finite; got nan at \[0\]$"),
    ],
)
def test_a_curve_that_does_not_fit_together_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        curve(**changes)


def test_names_are_words_and_x_a_tensor():
    with pytest.raises(TypeError, match=r"^y_name must be a string; got NoneType$"):
        curve(y_name=None)
    with pytest.raises(TypeError, match=r"^x must be a torch tensor; got list"):
        curve(x=[1.0, 2.0, 4.0])


def test_log_slope_of_what_has_no_logarithm_is_refused():
    with pytest.raises(ValueError, match=r"^log_slope needs positive x and measured values"):
        curve(measured=-MEASURED).log_slope()
    with pytest.raises(ValueError, match=r"^log_slope needs at least two points; got 1$"):
        curve(x=X[:1], measured=MEASURED[:, :1]).log_slope()


def test_a_curve_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        curve().title = "other"
