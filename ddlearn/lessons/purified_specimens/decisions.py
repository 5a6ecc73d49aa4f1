"""What the learner decides: how to hold purified cells out, and the numbers of two problems on impure tubes."""

from ddlearn.classroom import Decision, Hints
from ddlearn.lessons.purified_specimens import held_out

HINTS = Hints.beside(__file__)


def both(way: str) -> tuple[str, float, float]:
    """Return a way of holding out, then the accuracies of both ways."""
    return way, *map(held_out.accuracy, held_out.WAYS)


HELD_OUT = Decision(
    name="held_out",
    title="Which cells to hold out?",
    asked=("the way", "the accuracy by cell", "the accuracy by tube"),
    reference=lambda: both("by tube"),
    because=(
        "A new patient is a new specimen, so the test cells must come from specimens that the network has not seen. On "
        "cells of new patients it is right on 89 %, as the test by tube said. The test by cell promised 94 %."
    ),
    **HINTS.of(
        "held_out",
        {
            "the larger number": lambda: both("by cell"),
            "exchanged": lambda: ("by tube", *map(held_out.accuracy, reversed(held_out.WAYS))),
        },
    ),
)


def edge(rare: float, frequent: float = 0.61) -> float:
    """Return the impurity from which every cell of a rare type is taken for one of the most frequent type."""
    return 2 * rare / (frequent + 2 * rare)


def by_hand(
    granulocyte: float = 12 / 30, monocyte: float = 2 / 50, lymphocytes: float = edge(0.28)
) -> tuple[float, ...]:
    """Return the share of granulocytes, T in both wrong tubes, and the impurities that problem 2 asks for."""
    return 30 / 80, granulocyte, monocyte, edge(0.08, 0.62), lymphocytes


BY_HAND = Decision(
    name="by_hand",
    title="Two problems on impure tubes",
    asked=(
        "the share of granulocytes",
        "tube 2 given a granulocyte",
        "tube 1 given a monocyte",
        "the impurity for healthy donors",
        "the impurity for lymphocytes",
    ),
    reference=by_hand,
    because=(
        "A small tube gives few of the cells of its own type, so even a sure granulocyte is from tube 2 with "
        "probability 0.4. The rarer a type is, the less impurity suffices to lose it."
    ),
    **HINTS.of(
        "by_hand",
        {
            "impurities instead of T": lambda: by_hand(12 / 60, 2 / 20),
            "monocytes for lymphocytes": lambda: by_hand(lymphocytes=edge(0.11)),
        },
    ),
)
