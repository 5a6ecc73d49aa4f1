"""What the learner decides: more purified cells or more counted ones, and the numbers of two problems."""

from ddlearn.classroom import Decision, Hints
from ddlearn.lessons.counting_and_rules import patient

HINTS = Hints.beside(__file__)

PLANS = {"A": (30, 300), "B": (900, 30)}  # purified cells to learn from, cells counted of each patient


def both(plan: str) -> tuple[str, float, float]:
    """Return a plan, then the errors of both plans."""
    return plan, *(patient.mean_error(*cells) for cells in PLANS.values())


SPEND = Decision(
    name="spend",
    title="Purified cells or counted cells?",
    asked=("the plan", "the error of A", "the error of B"),
    reference=lambda: both("B"),
    because=(
        "Counting more cells takes away the error of chance only. The errors of a poor classifier stay, because it "
        "errs in the same way on all cells that look alike."
    ),
    **HINTS.of(
        "spend",
        {
            "more counted cells": lambda: both("A"),
            "exchanged": lambda: ("B", *reversed(both("B")[1:])),
        },
    ),
)


def numbers(cells: float = 0.3323**2 / 0.01**2, share: float = 0.7) -> tuple[float, float, float]:
    """Return the number of cells of problem 1, and the two fixed points of problem 2."""
    return cells, share, 0.0


NUMBERS = Decision(
    name="numbers",
    title="Two problems on counting",
    asked=("the number of cells", "the share at 62 %", "the share at 10 %"),
    reference=numbers,
    because="The error of chance falls as one over the root: a tenth of the error takes a hundred times the cells.",
    **HINTS.of(
        "numbers",
        {
            "standard deviations": lambda: numbers(cells=0.4165**2 / 0.01**2),
            "the count": lambda: numbers(share=0.62),
        },
    ),
)
