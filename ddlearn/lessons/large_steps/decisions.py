"""Choices that the learner defends with numbers: a step that ends in flat minima only, and where the orbit repels."""

import math

import torch

from ddlearn.classroom import Decision, Hints
from ddlearn.sharpness import factor_descent, factor_sharpness

HINTS = Hints.beside(__file__)

START = 2.0, 0.25
FLATTEST, WANTED = 2.0, 3.2  # sharpness
NEAR = 1.1  # a step just beyond 1


def flat_step(step: float = 2 / WANTED) -> tuple[float, float]:
    """Return the step, and the sharpness where descent from START ends with it."""
    a, b = torch.tensor(START, dtype=torch.float64).unsqueeze(1)
    run = factor_descent(a, b, 1.0, step, 2000)
    return step, float(factor_sharpness(run.first[-1], run.second[-1], 1.0))


def flow_sharpness() -> float:
    """Return the sharpness where gradient flow from START ends: it keeps the imbalance."""
    a, b = START
    return math.hypot(a**2 - b**2, FLATTEST)


def repels(step: float = math.sqrt(5) - 1) -> tuple[float, float]:
    """Return the factor of two steps near the orbit at NEAR, and the step at which this factor is −1."""
    return 9 - 2 * (1 + NEAR) ** 2, step


FLAT_STEP = Decision(
    name="flat_step",
    title="A step that ends in flat minima only",
    asked=("the step", "the sharpness at the end"),
    reference=flat_step,
    because=(
        "Beyond 2/3.2 = 0.625, descent cannot stay at a minimum that is sharper than 3.2. The minimum that it finds is "
        "much flatter: 2/η is a limit, and no prediction."
    ),
    **HINTS.of(
        "flat_step",
        {
            "one over the sharpness": lambda: flat_step(1 / WANTED),
            "the limit taken for the end": lambda: (2 / WANTED, WANTED),
            "the step of the flow's minimum": lambda: flat_step(2 / flow_sharpness()),
            "where the flow ends": lambda: (2 / WANTED, flow_sharpness()),
        },
    ),
)

REPELS = Decision(
    name="repels",
    title="Where the orbit repels",
    asked=("the factor at η = 1.1", "the step at which the orbit begins to repel"),
    reference=repels,
    because="The factor of two steps is 9 − 2(1 + η)². It is −1 at η = √5 − 1.",
    **HINTS.of(
        "repels",
        {
            "one point of the orbit": lambda: (
                1 + NEAR - 3 * NEAR * (math.sqrt(1 + 3 / NEAR) + math.sqrt(1 - 1 / NEAR)) ** 2 / 4,
                repels()[1],
            ),
            "factor zero": lambda: repels(3 / math.sqrt(2) - 1),
        },
    ),
)
