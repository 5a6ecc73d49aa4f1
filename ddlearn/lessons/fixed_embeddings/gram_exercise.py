"""The first function that the learner writes: the gram matrix of a Gaussian kernel."""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


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
    **HINTS.of(
        "gram",
        {
            "inner product instead of distance": (
                lambda x, x2, width: torch.exp(x @ x2.T / (2 * width**2)),
                lambda x, x2, width: x @ x2.T,
            ),
            "no exponential": edit("torch.exp", ""),
            "constant of a density": (
                lambda x, x2, width: gram(x, x2, width) / (width * math.sqrt(2 * math.pi)),
                lambda x, x2, width: gram(x, x2, width) / (width * math.sqrt(2 * math.pi)) ** x.shape[1],
            ),
            "summed over the points": edit(".sum(-1)", ".sum(0)"),
            "both norms in a row": lambda x, x2, width: torch.exp(
                -((x**2).sum(1) + (x2**2).sum(1) - 2 * x @ x2.T) / (2 * width**2)
            ),
        },
    ),
)
