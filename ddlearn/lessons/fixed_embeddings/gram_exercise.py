"""The first function that the learner writes: the gram matrix of a Gaussian kernel."""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


def gram(x: Tensor, x2: Tensor, width: float) -> Tensor:
    squared_distance = ((x[:, None, :] - x2[None, :, :]) ** 2).sum(-1)  # (n, m)
    return torch.exp(-squared_distance / (2 * width**2))


def gram_cases(generator: torch.Generator):
    for n, m, d, width in ((5, 5, 2, 0.7), (7, 4, 3, 1.3), (1, 6, 1, 0.4), (6, 3, 10, 2.5)):
        x, x2 = (torch.randn(rows, d, generator=generator, dtype=torch.float64) for rows in (n, m))
        yield x, x2, width


GRAM = Exercise(
    name="gram",
    title="The gram matrix of the Gaussian (rbf) kernel",
    reference=gram,
    cases=gram_cases,
    hints=(
        "Three steps: differences, squared distances, exponential. Which shape has each?",
        "Broadcasting makes all pairs at once: x[:, None, :] has shape (n, 1, d) and x2[None, :, :] has (1, m, d).",
        "Sum the squared differences over the last axis, divide by 2 * width**2, change the sign, take torch.exp.",
    ),
    mistakes=(
        Mistake(
            "distance not squared",
            edit("-squared_distance", "-squared_distance.sqrt()"),
            "You put the distance into the exponential; the Gaussian kernel wants the distance squared.",
        ),
        Mistake(
            "no 2 under the fraction",
            edit("(2 * width**2)", "width**2"),
            "The width enters as 2 * width**2, as in the density of a Gaussian. Where is your 2?",
        ),
        Mistake(
            "width not squared",
            edit("width**2", "width"),
            "A squared distance is measured in squared units: divide it by the width squared.",
        ),
        Mistake(
            "minus sign lost",
            edit("-squared", "squared"),
            "Your kernel grows with distance. Near points should be the similar ones: mind the sign.",
        ),
        Mistake(
            "inner product instead of distance",
            lambda x, x2, width: torch.exp(x @ x2.T / (2 * width**2)),
            "x @ x2.T holds inner products. This kernel looks at the distance between the points.",
            also=(lambda x, x2, width: x @ x2.T,),
        ),
        Mistake(
            "x against itself",
            edit("x2[None", "x[None"),
            "Row i must compare x[i] with every row of x2, not of x. The shape to return is (n, m).",
        ),
        Mistake(
            "no exponential",
            edit("torch.exp(-", "("),
            "The exponential is missing: the kernel is torch.exp of minus the squared distance over 2 * width**2.",
            also=(edit("torch.exp", ""),),
        ),
        Mistake(
            "brackets missing under the fraction",
            edit("(2 * width**2)", "2 * width**2"),
            "Python divides by 2 and then *multiplies* by width². Put brackets around the denominator: / (2 * "
            "width**2).",
        ),
        Mistake(
            "mean over the coordinates",
            edit(".sum(-1)", ".mean(-1)"),
            "You averaged over the coordinates. The squared distance is their sum: .sum(-1).",
        ),
        Mistake(
            "constant of a density",
            lambda x, x2, width: gram(x, x2, width) / (width * math.sqrt(2 * math.pi)),
            "You divided by the constant of a Gaussian density. A kernel has none: a point and itself give 1.",
            also=(lambda x, x2, width: gram(x, x2, width) / (width * math.sqrt(2 * math.pi)) ** x.shape[1],),
        ),
        Mistake(
            "summed over the points",
            edit(".sum(-1)", ".sum(1)"),
            "The differences have shape (n, m, d), and you summed over points. The coordinates are the last "
            "axis: .sum(-1).",
            also=(edit(".sum(-1)", ".sum(0)"),),
        ),
        Mistake(
            "both norms in a row",
            lambda x, x2, width: torch.exp(-((x**2).sum(1) + (x2**2).sum(1) - 2 * x @ x2.T) / (2 * width**2)),
            "|x_i|² belongs to row i and |x2_j|² to column j. Make the first a column: (x ** 2).sum(1)[:, None].",
        ),
        Mistake(
            "row by row",
            edit("x[:, None, :] - x2[None, :, :]", "x - x2"),
            "x - x2 pairs row i with row i only. All pairs need a new axis: x[:, None, :] - x2[None, :, :].",
        ),
    ),
)
