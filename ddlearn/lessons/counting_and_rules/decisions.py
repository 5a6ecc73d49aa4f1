"""What the learner decides: more purified cells or more counted ones, and the numbers of two problems."""

from ddlearn.classroom import Decision, Mistake
from ddlearn.lessons.counting_and_rules import patient

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
        "Counting more cells takes away the error of chance only. The errors of a poor classifier stay, because they "
        "have the same direction in every cell that it sees."
    ),
    hints=(
        "`mean_error(purified, counted)` returns the error of one plan, in points.",
        "Which of the two errors, that of chance or that of the classifier, does each plan reduce?",
    ),
    mistakes=(
        Mistake(
            "more counted cells",
            lambda: both("A"),
            "Plan A counts ten times more cells, with a classifier that errs in the same way on all of them. Compare "
            "the errors.",
        ),
        Mistake(
            "exchanged",
            lambda: ("B", *reversed(both("B")[1:])),
            "The plan is right. You exchanged the two errors.",
        ),
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
    hints=(
        "Average the three standard deviations for one cell, and multiply by 0.798. This over the root of n is 0.01.",
        "In problem 2 the share of cells with the first appearance is a mixture of the two types. Solve for the share.",
    ),
    mistakes=(
        Mistake(
            "standard deviations",
            lambda: numbers(cells=0.4165**2 / 0.01**2),
            "This is the number of cells for a mean standard deviation of 1 point. The mean absolute error is 0.8 "
            "times as large.",
        ),
        Mistake(
            "the count",
            lambda: numbers(share=0.62),
            "0.62 is the count of the most probable types. The classifier errs on a fifth of the cells of each type.",
        ),
    ),
)
