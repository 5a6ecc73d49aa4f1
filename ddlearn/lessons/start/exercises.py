"""The first exercise: one line, so that a learner sees how an exercise answers."""

import torch

from ddlearn.classroom import Exercise, Mistake
from ddlearn.lessons.start.black_box import mean_squared_error


def cases(generator: torch.Generator):
    for n in (3, 8, 20):
        yield tuple(torch.randn(n, generator=generator, dtype=torch.float64) for _ in range(2))


MEAN_SQUARED_ERROR = Exercise(
    name="mean_squared_error",
    title="How far off, on average?",
    reference=mean_squared_error,
    cases=cases,
    no_loop=True,
    hints=(
        "Take the difference, square it, take the mean: three operations on whole tensors, no loop.",
        "Tensors subtract entry by entry, ** 2 squares each entry, and .mean() averages them all.",
    ),
    mistakes=(
        Mistake(
            "not squared",
            lambda prediction, target: (prediction - target).mean(),
            "Errors of opposite sign cancel here. Square each difference before you take the mean.",
        ),
        Mistake(
            "absolute value",
            lambda prediction, target: (prediction - target).abs().mean(),
            "That is the mean absolute error. This one squares the differences, so that large errors weigh more.",
        ),
        Mistake(
            "sum instead of mean",
            lambda prediction, target: ((prediction - target) ** 2).sum(),
            "You summed the squares. Divide by their number, or ask for .mean().",
        ),
        Mistake(
            "root of the mean",
            lambda prediction, target: ((prediction - target) ** 2).mean().sqrt(),
            "This is its square root, the root mean squared error. Here we want it before the root.",
        ),
        Mistake(
            "mean, then square",
            lambda prediction, target: (prediction - target).mean() ** 2,
            "You squared the mean. Square first, then average.",
        ),
        Mistake(
            "the mean forgotten",
            lambda prediction, target: (prediction - target) ** 2,
            "These are all the squared errors, one for each point. Average them: one number is wanted.",
        ),
    ),
)
