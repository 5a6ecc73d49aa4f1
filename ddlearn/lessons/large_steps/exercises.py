"""Functions that the learner writes or repairs: steps of descent on two weights and on two layers, and an orbit."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


def period_two_orbit(lr: Tensor) -> tuple[Tensor, Tensor]:
    total, difference = (1 + 3 / lr).sqrt(), (1 - 1 / lr).sqrt()
    return (total - difference) / 2, (total + difference) / 2


def descent_step(a: float, b: float, lr: float) -> tuple[float, float]:
    r = a * b - 1
    return a - lr * r * b, b - lr * r * a


def catapult_step(f: Tensor, kernel: Tensor, lr: Tensor, width: int) -> tuple[Tensor, Tensor]:
    moved = f * (1 - lr * kernel + lr**2 * f**2 / width)
    return moved, kernel + lr * f**2 / width * (lr * kernel - 4)


def one_after_the_other(a: float, b: float, lr: float) -> tuple[float, float]:
    """Update b with the new a, and with the old residual."""
    r = a * b - 1
    a = a - lr * r * b
    return a, b - lr * r * a


def residual_twice(a: float, b: float, lr: float) -> tuple[float, float]:
    """Update a, then compute the residual again for b."""
    a = a - lr * (a * b - 1) * b
    return a, b - lr * (a * b - 1) * a


def uniform(generator: torch.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))


def weight_cases(generator: torch.Generator):
    for low, high in ((0.2, 0.6), (1.0, 2.0), (-1.0, -0.5), (0.5, 1.5)):
        yield uniform(generator, 1.5, 2.5), uniform(generator, low, high), uniform(generator, 0.3, 0.9)


def throw_cases(generator: torch.Generator):
    for width in (2, 5, 50):
        f, kernel, lr = torch.rand(3, 4, generator=generator, dtype=torch.float64)
        yield 1 + f, 2 + 4 * kernel, 0.2 + 0.6 * lr, width


def orbit_cases(generator: torch.Generator):
    for count in (1, 4, 9):
        yield (1.01 + torch.rand(count, generator=generator, dtype=torch.float64),)


DESCENT_STEP = Exercise(
    name="descent_step",
    title="One step on two weights",
    reference=descent_step,
    cases=weight_cases,
    given="b moved with the new a",
    **HINTS.of(
        "descent_step",
        {
            "b moved with the new a": one_after_the_other,
            "residual computed again": residual_twice,
            "a moved with the new b": lambda a, b, lr: one_after_the_other(b, a, lr)[::-1],
            "orders exchanged": lambda a, b, lr: descent_step(a, b, lr)[::-1],
        },
    ),
)

CATAPULT_STEP = Exercise(
    name="catapult_step",
    title="The catapult's two lines for m units",
    reference=catapult_step,
    cases=throw_cases,
    **HINTS.of(
        "catapult_step",
        {
            "width once only": edit("lr * f**2 / width", "lr * f**2"),
            "kernel frozen": lambda f, kernel, lr, width: (catapult_step(f, kernel, lr, width)[0], kernel),
        },
    ),
)


PERIOD_TWO_ORBIT = Exercise(
    name="period_two_orbit",
    title="The orbit of period two",
    reference=period_two_orbit,
    cases=orbit_cases,
    **HINTS.of(
        "period_two_orbit",
        {
            "upper first": lambda lr: period_two_orbit(lr)[::-1],
            "squares returned": lambda lr: tuple(z**2 for z in period_two_orbit(lr)),
            "sum of squares taken for the sum": lambda lr: (1 / lr, torch.ones_like(lr)),
            "the fixed point": lambda lr: (torch.ones_like(lr), torch.ones_like(lr)),
            "sum and difference returned": edit(
                "(total - difference) / 2, (total + difference) / 2", "total, difference"
            ),
        },
    ),
)
