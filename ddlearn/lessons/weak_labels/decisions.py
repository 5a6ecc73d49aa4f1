"""What the learner decides: which cells to buy, and two problems on the effective bag size."""

from ddlearn.classroom import Decision, Mistake

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
    because="The patients differ, so fewer cells of them are worth more than ten times as many of healthy donors.",
    hints=(
        "Write down the effective bag size of each offer first. For A it is the number of cells per bag.",
        "For patients and donors it is α₀ + 1, whatever the number of cells. Insert it in the formula for the worth.",
    ),
    mistakes=(
        Mistake("the most cells", lambda: offered("C"), "C has the most cells, but its donors are much alike."),
        Mistake("the smallest bags", lambda: offered("A"), "A has the smallest effective bag size, but few cells."),
        Mistake("the bag size", lambda: offered("B", 64), "64 cells per patient do not matter: use α₀ + 1."),
        Mistake("as if labeled", lambda: offered("B", 1), "You counted every cell as labeled. Multiply by e as well."),
    ),
)

SYSTEM = Decision(
    name="system",
    title="Two more patients",
    asked=("the first mean", "the second mean", "the effective bag size"),
    reference=lambda: (7, 3, (1 - 0.7**2 - 0.3**2) / 0.08),
    because="Two bags are two equations. Their difference divides by the difference of the shares.",
    hints=(
        "Each bag is one equation. Subtract the second from the first.",
        "For the size, average the shares over both bags first, then proceed as in Exercise 2.",
    ),
)

COUNTED = Decision(
    name="counted",
    title="Counted patients",
    asked=("the size for 10 cells", "the number of cells"),
    reference=lambda: (10 * 6 / 15, 45),
    because="Counting adds a spread of its own. It fades as more cells are counted, and α₀ + 1 = 6 remains.",
    hints=("Insert m = 10 and α₀ = 5.", "Solve 6m = 5.4 (m + 5) for m."),
)
