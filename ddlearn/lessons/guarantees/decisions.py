"""What the learner decides: how to split labeled examples, and how many fresh ones a guarantee takes."""

import math
from collections.abc import Callable

from ddlearn.classroom import Decision, Hints
from ddlearn.lessons.guarantees import machines
from ddlearn.lessons.guarantees.exercises import holdout

HINTS = Hints.beside(__file__)

LABELED, DELTA, RIDGE, DRAW = 400, 0.05, 3.0, 7
SPLITS = (50, 100, 200, 300, 350)


def errors_of_split(trained_on: int) -> int:
    """Return how many of the other examples a machine gets wrong that was trained on the first `trained_on` of 400."""
    margins, _ = machines.margins(machines.sample(0.0, DRAW), trained_on, LABELED, RIDGE)
    return int((margins[trained_on:] <= 0).sum())


def stated(split: int, delta: float) -> tuple[float, float]:
    """Return a split and its hold-out bound at this delta."""
    return split, holdout(errors_of_split(split), LABELED - split, delta)


def best(delta: float) -> tuple[float, float]:
    """Return the split with the smallest bound at this delta, and the bound."""
    return min((stated(split, delta) for split in SPLITS), key=lambda pair: pair[1])


def rated(key: Callable[[int], float]) -> tuple[float, float]:
    """Return the split that is best by another measure, and its bound with the price of choosing."""
    return stated(min(SPLITS, key=key), DELTA / len(SPLITS))


def fresh(rate: float, delta: float) -> float:
    """Return how many examples without an error guarantee a rate."""
    return math.log(delta) / math.log(1 - rate)


SPLIT = Decision(
    name="split",
    title="How to split 400 labels?",
    asked=("the number to train on", "the bound"),
    reference=lambda: best(DELTA / len(SPLITS)),
    because=(
        "You looked at five bounds and kept the best, so each of the five must hold with probability 1 - delta / 5."
    ),
    **HINTS.of(
        "split",
        {
            "the choice not paid for": lambda: best(DELTA),
            "fewest errors": (lambda: rated(errors_of_split), lambda: stated(min(SPLITS, key=errors_of_split), DELTA)),
            "all for the judges": (lambda: stated(SPLITS[0], DELTA / len(SPLITS)), lambda: stated(SPLITS[0], DELTA)),
        },
    ),
)

FRESH = Decision(
    name="fresh",
    title="How many without an error?",
    asked=("the number at 0.05", "the number at one in a million"),
    reference=lambda: (fresh(0.01, 0.05), fresh(0.01, 1e-6)),
    because="The second number is 4.6 times the first, for a guarantee that fails 50,000 times more rarely.",
    **HINTS.of(
        "fresh",
        {
            "one over delta": lambda: (fresh(0.01, 0.05), 50_000 * fresh(0.01, 0.05)),
            "logarithm to base ten": lambda: (-math.log10(0.05) / 0.01, -math.log10(1e-6) / 0.01),
        },
    ),
)
