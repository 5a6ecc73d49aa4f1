"""What the learner decides: which cells to buy, and the numbers of two problems on the effective bag size."""

from ddlearn.classroom import Decision, Hints

HINTS = Hints.beside(__file__)

OFFERS = {"A": (4000, 4.0), "B": (16_384, 6.26), "C": (160_000, 81.0)}  # cells, effective bag size
RARE = 0.11


def offered(name: str, size: float | None = None) -> tuple[str, float]:
    """Return an offer and its worth in labeled monocytes, by its effective bag size or by another."""
    cells, right = OFFERS[name]
    return name, cells * RARE / ((size or right) * (1 - RARE) + RARE)


OFFER = Decision(
    name="offer",
    title="Which cells?",
    asked=("the offer", "its worth"),
    reference=lambda: max(map(offered, OFFERS), key=lambda pair: pair[1]),
    because="The patients differ more, so their cells are worth more than ten times as many cells of healthy donors.",
    **HINTS.of(
        "offer",
        {
            "the most cells": lambda: offered("C"),
            "the smallest bags": lambda: offered("A"),
            "the bag size": lambda: offered("B", 64),
            "as if labeled": lambda: offered("B", 1),
        },
    ),
)


def sizes(two: float = 5.25, limit: float = 6.0) -> tuple[float, ...]:
    """Return both means and the effective bag size of problem 1, then the two numbers of problem 2."""
    return 7, 3, two, 10 * limit / 15, 45


SIZES = Decision(
    name="sizes",
    title="Two problems on bags",
    asked=("the first mean", "the second mean", "their effective bag size", "the size for 10 cells", "the cells"),
    reference=sizes,
    because=(
        "Two bags are two equations, whose difference divides by the difference of the shares. Counting adds a spread "
        "of its own. It fades as more cells are counted, and α₀ + 1 = 6 remains."
    ),
    **HINTS.of(
        "sizes",
        {
            "spread of one type": lambda: sizes(two=10.5),
            "1 forgotten": lambda: sizes(limit=5.0),
        },
    ),
)
