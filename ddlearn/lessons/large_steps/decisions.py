"""Choices that the learner defends with numbers: a step that ends in flat minima only, and where the orbit repels."""

import math

import torch

from ddlearn.classroom import Decision, Mistake
from ddlearn.sharpness import factor_descent, factor_sharpness

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
    hints=(
        "A minimum of sharpness S repels if η > 2/S. For which η do all minima with S > 3.2 repel?",
        "The step is 2/3.2. For the second number, call `descent_step` 2,000 times and compute a² + b².",
    ),
    mistakes=(
        Mistake(
            "one over the sharpness",
            lambda: flat_step(1 / WANTED),
            "1/S is the fastest step for a curvature S. It still tolerates minima of sharpness up to 2S.",
        ),
        Mistake(
            "the limit taken for the end",
            lambda: (2 / WANTED, WANTED),
            "The step is right. But 3.2 is only the limit: run descent, and compute a² + b² where it ends.",
        ),
        Mistake(
            "the step of the flow's minimum",
            lambda: flat_step(2 / flow_sharpness()),
            "This is the limit of the minimum that gradient flow would reach, of sharpness 4.42.",
        ),
        Mistake(
            "where the flow ends",
            lambda: (2 / WANTED, flow_sharpness()),
            "The step is right. But 4.42 is where gradient flow ends, which keeps the imbalance. Run descent instead.",
        ),
    ),
)

REPELS = Decision(
    name="repels",
    title="Where the orbit repels",
    asked=("the factor at η = 1.1", "the step at which the orbit begins to repel"),
    reference=repels,
    because="The factor of two steps is 9 − 2(1 + η)². It is −1 at η = √5 − 1.",
    hints=(
        "One step is z(1 + η − ηz²). Its derivative is 1 + η − 3ηz². Multiply the derivatives at both points.",
        "With z₁² + z₂² = 1 + 1/η and z₁z₂ = 1/η the product is 9 − 2(1 + η)². When is it −1?",
    ),
    mistakes=(
        Mistake(
            "one point of the orbit",
            lambda: (1 + NEAR - 3 * NEAR * (math.sqrt(1 + 3 / NEAR) + math.sqrt(1 - 1 / NEAR)) ** 2 / 4, repels()[1]),
            "This is the derivative at one of the two points. Two steps have the product of both derivatives.",
        ),
        Mistake(
            "factor zero",
            lambda: repels(3 / math.sqrt(2) - 1),
            "At this step the factor is 0: there the orbit attracts fastest. It repels when the factor is below −1.",
        ),
    ),
)
