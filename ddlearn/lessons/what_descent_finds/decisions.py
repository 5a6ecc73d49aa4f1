"""What the learner decides: how small a start must be, and the margins of data on which all norms agree."""

import math

import torch

from ddlearn.classroom import Decision, Hints
from ddlearn.separable import NORMS, margin, max_margin

HINTS = Hints.beside(__file__)

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
    **HINTS.of(
        "shrink",
        {
            "as the start itself": lambda: start(6.0),
            "one decade only": lambda: (start()[0], start(1.0)[1]),
            "decimal logarithm": lambda: (start()[0], 3 / LENGTH),
            "larger, not smaller": lambda: (1 / start()[0], start()[1]),
        },
    ),
)

AGREE = Decision(
    name="agree",
    title="Three margins of one line",
    asked=("the best l2 margin", "the best l∞ margin", "the best l1 margin"),
    reference=agree,
    because="The best w is along (1, 1) in every norm, so all three methods end at the same line.",
    **HINTS.of(
        "agree",
        {
            "not divided": lambda: (3.0, 3.0, 3.0),
            "dual norms": lambda: (agree()[0], agree()[2], agree()[1]),
            "along the axis": lambda: (1.0, 1.0, 1.0),
        },
    ),
)
