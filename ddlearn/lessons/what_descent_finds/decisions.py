"""What the learner decides: how small a start must be, and the margins of data on which all norms agree."""

import math

import torch

from ddlearn.classroom import Decision, Mistake
from ddlearn.separable import NORMS, margin, max_margin

LENGTH = 8.0  # of x+, in the question
AGREED = torch.tensor([[2.0, 1.0], [1.0, 2.0]], dtype=torch.float64)


def start(decades: float = 3.0, base: float = 10.0) -> tuple[float, float]:
    """Return the factor of the start, and the delay of the loss, for this many factors of `base`."""
    return 10.0**-decades, decades * math.log(base) / LENGTH


def agree() -> tuple[float, ...]:
    """Return the best margin of the two points in l2, in l-infinity and in l1."""
    return tuple(float(margin(AGREED, max_margin(AGREED, name), name)) for name in NORMS)


START = Decision(
    name="shrink",
    title="How small a start?",
    asked=("the factor of the start", "the delay"),
    reference=start,
    because="NC1 falls as the square of the start, and each factor of ten costs ln 10/|x₊|: the price is a logarithm.",
    hints=(
        "NC1 goes as the square of the start. Which number has the square 10⁻⁶?",
        "Three factors of ten cost three times ln 10/|x₊|, with the natural logarithm.",
    ),
    mistakes=(
        Mistake(
            "as the start itself",
            lambda: start(6.0),
            "You made the start a million times smaller. NC1 falls as the square of the start.",
        ),
        Mistake(
            "one decade only",
            lambda: (start()[0], start(1.0)[1]),
            "Your delay is that of one factor of ten. How many are there?",
        ),
        Mistake(
            "decimal logarithm",
            lambda: (start()[0], 3 / LENGTH),
            "You took log₁₀. Neurons grow as exp(|x₊| t), so the logarithm is the natural one.",
        ),
        Mistake(
            "larger, not smaller",
            lambda: (1 / start()[0], start()[1]),
            "This factor makes the start larger.",
        ),
    ),
)

AGREE = Decision(
    name="agree",
    title="Three margins of one line",
    asked=("the best l2 margin", "the best l∞ margin", "the best l1 margin"),
    reference=agree,
    because="The best w is along (1, 1) in every norm, so all three methods end at the same line.",
    hints=(
        "By symmetry, try w = (1, 1). What is its product with both points?",
        "The product is 3. Divide it by the l2, l∞ and l1 length of (1, 1).",
    ),
    mistakes=(
        Mistake("not divided", lambda: (3.0, 3.0, 3.0), "This is w · z for w = (1, 1). Divide by the length of w."),
        Mistake(
            "dual norms",
            lambda: (agree()[0], agree()[2], agree()[1]),
            "You exchanged l∞ and l1. The margin in a norm divides by that norm of w.",
        ),
        Mistake(
            "along the axis",
            lambda: (1.0, 1.0, 1.0),
            "This is the margin of w = (1, 0). Another direction has a larger one in every norm.",
        ),
    ),
)
