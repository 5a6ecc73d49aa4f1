"""Choices that the learner defends with numbers: a certified step, and what weight decay leaves of many imbalances."""

import math

from ddlearn.classroom import Decision, Mistake

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
    hints=(
        "Write the certified factor with μ = 1, floor 0.36 and L₀ = 1.62. How does it depend on η?",
        "1 minus the factor is η (0.36 − 3.24 η). Where is its derivative 0?",
    ),
    mistakes=(
        Mistake(
            "the largest step",
            lambda: certified(LARGEST),
            "At η = 0.1 the drift may use up 0.324 of the floor 0.36. A smaller step is certified for more.",
        ),
        Mistake(
            "drift forgotten",
            lambda: certified(LARGEST, 0.0),
            "You left out the drift 2ηL₀. The floor that remains is 0.36 − 3.24 η.",
        ),
        Mistake(
            "drift forgotten in the factor",
            lambda: (certified()[0], certified(drift=0.0)[1]),
            "The step is right. In its factor the drift is missing: the floor that remains is 0.36 − 3.24 η.",
        ),
        Mistake(
            "the step that uses up the floor",
            lambda: certified(FLOOR / (2 * LOSS)),
            "At this step the drift may use up the floor, so nothing is certified. Look for the best step below it.",
        ),
    ),
)

MANY_LAYERS = Decision(
    name="layers",
    title="Five layers and weight decay",
    asked=("the number of imbalances", "the share that is left"),
    reference=layers,
    because="Each pair of neighboring layers has an imbalance, and weight decay shrinks each by e^(−2λt).",
    hints=(
        "Which two layers share a hidden layer? Count the hidden layers.",
        "Decay adds −λW to the motion of each layer. Then WᵀW changes at the rate −2λWᵀW.",
    ),
    mistakes=(
        Mistake("one per layer", lambda: layers(LAYERS), "One imbalance belongs to each *pair* of neighboring layers."),
        Mistake(
            "decay once",
            lambda: layers(rate=DECAY),
            "The weights shrink by e^(−λt). The imbalance is made of products of two weights.",
        ),
    ),
)
