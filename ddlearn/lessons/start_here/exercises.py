"""The first exercise: one line, so that a learner sees how an exercise answers."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


def mean_squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Return mean_i (prediction_i - target_i)^2, a scalar."""
    return ((prediction - target) ** 2).mean()


def cases(generator: torch.Generator):
    for n in (3, 8, 20):
        yield tuple(torch.randn(n, generator=generator, dtype=torch.float64) for _ in range(2))


MEAN_SQUARED_ERROR = Exercise(
    name="mean_squared_error",
    title="How far off, on average?",
    reference=mean_squared_error,
    cases=cases,
    **HINTS.of(
        "mean_squared_error",
        {
            "variance of the difference": edit(
                "((prediction - target) ** 2).mean()", "(prediction - target).var(correction=0)"
            ),
            "only the first point": lambda prediction, target: (prediction[0] - target[0]) ** 2 / len(target),
            "a class called with the data": lambda prediction, target: torch.nn.MSELoss(prediction, target),
        },
    ),
)
