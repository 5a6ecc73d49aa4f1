"""Choices that the learner defends with numbers: a certified step, and what weight decay leaves of many imbalances."""

import math

from ddlearn.classroom import Decision, Hints

HINTS = Hints.beside(__file__)

FLOOR, LOSS, LARGEST = 0.36, 1.62, 0.1  # of two weights at a = 1, b = -0.8; the largest step that is guaranteed
LAYERS, DECAY, TIME = 5, 0.05, 10


def certified(step: float = FLOOR / (4 * LOSS), drift: float = 2 * LOSS) -> tuple[float, float]:
    """Return a step, and by how much its certified factor is below 1, for a drift of at most `drift` times the step."""
    return step, step * (FLOOR - drift * step)


def layers(count: int = LAYERS - 1, rate: float = 2 * DECAY) -> tuple[float, float]:
    """Return how many imbalances there are, and the share that is left of each after TIME at this rate."""
    return count, math.exp(-rate * TIME)


CERTIFIED_STEP = Decision(
    name="certified_step",
    title="Which step?",
    asked=("the step", "1 minus its certified factor"),
    reference=certified,
    because=(
        "η (0.36 − 3.24 η) is largest at η = 1/18, where it is 0.01. A larger step could drift so far that the floor "
        "is used up: at 0.1 the drift may take 0.324 of the floor 0.36."
    ),
    **HINTS.of(
        "certified_step",
        {
            "the largest step": lambda: certified(LARGEST),
            "drift forgotten": lambda: certified(LARGEST, 0.0),
            "drift forgotten in the factor": lambda: (certified()[0], certified(drift=0.0)[1]),
            "the step that uses up the floor": lambda: certified(FLOOR / (2 * LOSS)),
        },
    ),
)

MANY_LAYERS = Decision(
    name="layers",
    title="Five layers and weight decay",
    asked=("the number of imbalances", "the share that is left"),
    reference=layers,
    because="Each pair of neighboring layers has an imbalance, and weight decay shrinks each by e^(−2γt).",
    **HINTS.of(
        "layers",
        {
            "one per layer": lambda: layers(LAYERS),
            "decay once": lambda: layers(rate=DECAY),
        },
    ),
)
