"""What the learner decides: the width of a kernel, from a file in which each example is stored twice."""

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import Decision, Hints
from ddlearn.lessons.fixed_embeddings.exercises import leave_one_out

HINTS = Hints.beside(__file__)

WIDTHS, PENALTY, NOISE, EXAMPLES = (0.06, 0.12, 0.25, 0.5), 1e-3, 0.6, 40


def file() -> tuple[Tensor, Tensor]:
    """Return the colleague's file: 40 examples of the wave, each stored twice, shuffled -> x (80, 1), y (80,)."""
    generator = compute.generator(10)
    x, y, _ = datasets.wave(EXAMPLES, NOISE, generator)
    order = torch.randperm(2 * EXAMPLES, generator=generator) % EXAMPLES
    return x[order], y[order]


def once() -> tuple[Tensor, Tensor]:
    """Return each example of the file once -> x (40, 1), y (40,)."""
    x, y = file()
    order = x[:, 0].argsort()[::2]
    return x[order], y[order]


def errors(x: Tensor, y: Tensor) -> dict[float, float]:
    """Return the leave-one-out error of each width, a mean of squares."""
    left_out = {width: leave_one_out(kernels.rbf(x, x, width), y, PENALTY) for width in WIDTHS}
    return {width: float((predicted - y).square().mean()) for width, predicted in left_out.items()}


def choice(x: Tensor, y: Tensor) -> tuple[float, float]:
    """Return the width with the smallest leave-one-out error, and this error."""
    found = errors(x, y)
    width = min(found, key=found.get)
    return width, found[width]


def changed(factor: float = 1.0, power: float = 1.0) -> tuple[float, float]:
    """Return the right width, with its error times a factor and to a power."""
    width, error = choice(*once())
    return width, (factor * error) ** power


WIDTH = Decision(
    name="width",
    title="Which width?",
    asked=("the width", "its leave-one-out error"),
    reference=lambda: choice(*once()),
    because=(
        "Each example was in the file twice, so the copy of the point left out was still among the others. A narrow "
        "kernel repeats the copy. With each example once, the width 0.06 has the error 0.67, and yours is above 0.36."
    ),
    **HINTS.of(
        "width",
        {
            "the report": (lambda: choice(*file()), lambda: (WIDTHS[0], errors(*once())[WIDTHS[0]])),
            "the error in the file": lambda: (choice(*once())[0], errors(*file())[choice(*once())[0]]),
            "a sum instead of a mean": lambda: changed(factor=EXAMPLES),
            "the root of the mean": lambda: changed(power=0.5),
        },
    ),
)
