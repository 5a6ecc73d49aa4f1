"""What the learner decides: where counting puts the peak, and when to stop the smallest example."""

from ddlearn.classroom import Decision, Hints

HINTS = Hints.beside(__file__)

IMAGES, BELKIN_PIXELS, PIXELS, CLASSES, UNITS = 4000, 784, 64, 10, 20


def width(equations: int) -> int:
    """Return the width whose number of parameters is closest to so many equations, for Belkin's images."""
    return round((equations - CLASSES) / (BELKIN_PIXELS + 1 + CLASSES))


def counted(classes: int = CLASSES) -> tuple[int, int, int]:
    """Return both widths, and the number of examples with `classes` equations each at which the small network peaks."""
    parameters = (PIXELS + 1 + CLASSES) * UNITS + CLASSES
    return width(IMAGES * CLASSES), width(IMAGES), round(parameters / classes)


def distance(steps: int, factor: float = 1.0) -> float:
    """Return the squared distance from the truth after so many steps; `factor` multiplies the part of the noise."""
    return 2 * 0.2 ** (2 * steps) + 0.5 * factor * (1 - 0.992**steps) ** 2


def stopped(factor: float = 1.0) -> tuple[int, float]:
    """Return the best number of steps, and its distance."""
    return min((distance(steps, factor), steps) for steps in range(1, 300))[::-1]


EXPECT = Decision(
    name="expect",
    title="Where is the peak expected?",
    asked=("the width for squared loss", "the width for cross-entropy", "the number of examples"),
    reference=counted,
    because=(
        "About 40,000 parameters need 50 units, where Belkin and others found the peak. Ten times fewer conditions "
        "need ten times fewer units. And 20 units have 1,510 parameters: 151 examples with ten numbers each."
    ),
    **HINTS.of(
        "expect",
        {
            "the two losses exchanged": lambda: (counted()[1], counted()[0], counted()[2]),
            "one equation per example": lambda: counted(classes=1),
        },
    ),
)

STOP = Decision(
    name="stop",
    title="When to stop",
    asked=("the number of steps", "the smallest distance"),
    reference=stopped,
    because="By then the strong direction is learned almost completely, and the weak one has hardly begun.",
    **HINTS.of(
        "stop",
        {
            "the root of the distance": lambda: (stopped()[0], stopped()[1] ** 0.5),
            "one step too many": lambda: (stopped()[0] + 1, distance(stopped()[0] + 1)),
        },
    ),
)
