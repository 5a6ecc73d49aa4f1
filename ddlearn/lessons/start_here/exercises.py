"""The first exercise: one line, so that a learner sees how an exercise answers."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


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
    hints=(
        "Take the difference, square it, take the mean: three operations on whole tensors, no loop.",
        "Tensors subtract entry by entry, ** 2 squares each entry, and .mean() averages them all.",
    ),
    mistakes=(
        Mistake(
            "not squared",
            edit("(prediction - target) ** 2", "prediction - target"),
            "Errors of opposite sign cancel here. Square each difference before you take the mean.",
        ),
        Mistake(
            "absolute value",
            edit(" ** 2", ".abs()"),
            "That is the mean absolute error. This one squares the differences, so that large errors weigh more.",
        ),
        Mistake(
            "sum instead of mean",
            edit(".mean()", ".sum()"),
            "You summed the squares. Divide by their number, or ask for .mean().",
        ),
        Mistake(
            "root of the mean",
            edit(".mean()", ".mean().sqrt()"),
            "This is its square root, the root mean squared error. Here we want it before the root.",
        ),
        Mistake(
            "mean, then square",
            edit(" ** 2).mean()", ").mean() ** 2"),
            "You squared the mean. Square first, then average.",
        ),
        Mistake(
            "the mean forgotten",
            edit(".mean()", ""),
            "These are all the squared errors, one for each point. Average them: one number is wanted.",
        ),
        Mistake(
            "halved",
            edit(".mean()", ".mean() / 2"),
            "This is half of what is asked. Losses often carry a ½ for the sake of their gradient; the plain "
            "mean does not.",
        ),
        Mistake(
            "divided by n - 1",
            edit(".mean()", ".sum() / (len(target) - 1)"),
            "You divided by n - 1, as for a variance around an estimated mean. Here n squares are averaged: "
            "divide by n.",
        ),
        Mistake(
            "variance of the difference",
            edit("((prediction - target) ** 2).mean()", "(prediction - target).var()"),
            "A variance subtracts the mean difference first, so a constant error would count as none. Square "
            "the difference itself.",
            also=(edit("((prediction - target) ** 2).mean()", "(prediction - target).var(correction=0)"),),
        ),
        Mistake(
            "difference of the squares",
            edit("(prediction - target) ** 2", "prediction**2 - target**2"),
            "You squared first and subtracted afterwards. Subtract first: a prediction of the wrong sign is an "
            "error too.",
        ),
        Mistake(
            "only the first point",
            lambda prediction, target: (prediction[0] - target[0]) ** 2 / len(target),
            "Only the first point is in it. In a loop, the `return` must stand below the loop, not inside.",
        ),
        Mistake(
            "a class called with the data",
            lambda prediction, target: torch.nn.MSELoss(prediction, target),
            "torch.nn.MSELoss is a class, and its brackets take settings. Make one first: "
            "torch.nn.MSELoss()(prediction, target).",
        ),
        Mistake(
            "^ for the power",
            edit("** 2", "^ 2"),
            "In Python ^ is the exclusive or of bits. A power is written ** 2.",
        ),
    ),
)
