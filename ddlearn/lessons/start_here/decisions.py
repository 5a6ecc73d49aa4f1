"""What the learner decides: which of two models to trust, and what a second measurement does to the peak."""

import torch

from ddlearn.classroom import Decision, Hints
from ddlearn.lessons.start_here.black_box import POINTS
from ddlearn.lessons.start_here.exercises import mean_squared_error

HINTS = Hints.beside(__file__)

TARGETS, NEW_TARGETS = torch.tensor([0.0, 1.0, 0.0, -1.0]), torch.tensor([0.7, 0.7, -0.7, -0.7])
PREDICTIONS = {"A": torch.tensor([0.0, 1.0, 0.0, -1.0]), "B": torch.tensor([0.2, 0.8, -0.1, -0.9])}
NEW_PREDICTIONS = {"A": torch.tensor([1.9, -0.4, 0.3, -1.5]), "B": torch.tensor([0.6, 0.5, -0.6, -0.8])}


def new_error(model: str) -> float:
    """Return a model's mean squared error on the new points."""
    return float(mean_squared_error(NEW_PREDICTIONS[model], NEW_TARGETS))


def best() -> tuple[str, float]:
    """Return the model with the smaller error on new points, and this error."""
    model = min(NEW_PREDICTIONS, key=new_error)
    return model, new_error(model)


MODEL = Decision(
    name="model",
    title="Which model?",
    asked=("the model", "its error on new points"),
    reference=best,
    because="Model A fits the four points that it has seen exactly. On new points, its error is sixty times larger.",
    **HINTS.of(
        "model",
        {
            "the better fit": (
                lambda: ("A", float(mean_squared_error(PREDICTIONS["A"], TARGETS))),
                lambda: ("A", new_error("A")),
            ),
            "the error on the points seen": lambda: ("B", float(mean_squared_error(PREDICTIONS["B"], TARGETS))),
            "a sum instead of a mean": lambda: ("B", 4 * new_error("B")),
        },
    ),
)


def measured(times: int) -> tuple[int, float]:
    """Return the size of the peak, and the factor of the noise's part there, if each point is measured so many times.

    The equations of one input have the same left side, so their number does not grow. Least squares aims at the mean
    of the targets, and the variance of this mean is that of one target over their number.
    """
    return POINTS, 1 / times


TWICE = Decision(
    name="twice",
    title="Every point twice",
    asked=("the number of features at the peak", "the factor of the noise’s part"),
    reference=lambda: measured(2),
    because=(
        "One model has one value per input, so there are still 20 different left sides for 20 weights. Of two targets "
        "at an input, least squares takes the mean. Its noise has half the variance, and squared errors halve with it."
    ),
    **HINTS.of(
        "twice",
        {
            "as many as the targets": lambda: (2 * POINTS, 0.5),
            "as many as the targets, with the same noise": lambda: (2 * POINTS, 1.0),
            "the noise stays": lambda: (POINTS, 1.0),
            "standard deviation": lambda: (POINTS, 0.5**0.5),
            "halved twice": lambda: (POINTS, 0.25),
        },
    ),
)
