"""What the learner decides: a step from the eigenvalues of a kernel, and how many steps a slow mode needs."""

import math

import torch

from ddlearn.classroom import Decision, Hints
from ddlearn.lessons.neural_tangent_kernel.exercises import next_layer
from ddlearn.lessons.neural_tangent_kernel.shared import ANGLES, X, infinite_ntk

HINTS = Hints.beside(__file__)

EIGENVALUES, POINTS = (18.0, 6.0, 2.0), 4  # of the page's kernel by hand
LEFT = 0.01


def slowest(step: float) -> float:
    """Return the size of the largest factor of all modes."""
    return max(abs(1 - step * one / POINTS) for one in EIGENVALUES)


def with_slowest(step: float) -> tuple[float, float]:
    return step, slowest(step)


def best_step() -> tuple[float, float]:
    """Return the step at which the largest and the smallest eigenvalue have factors of one size, and this size."""
    return with_slowest(2 * POINTS / (EIGENVALUES[0] + EIGENVALUES[-1]))


LIMIT = 2 * POINTS / EIGENVALUES[0]

STEP = Decision(
    name="step",
    title="Which step?",
    asked=("the step", "the largest size of a factor"),
    reference=best_step,
    because=(
        "The modes with the eigenvalues 18 and 2 now shrink equally fast: their factors are −0.8 and 0.8. A larger "
        "step would slow down the first of them, because it jumps too far beyond zero. The theorem of Lee et al. 2019 "
        "holds for steps below 2n/(λ_min + λ_max), which is your step."
    ),
    **HINTS.of(
        "step",
        {
            "the largest step": (
                lambda: with_slowest(LIMIT),
                lambda: (LIMIT, abs(1 - LIMIT * EIGENVALUES[-1] / POINTS)),
            ),
            "half of the largest step": lambda: with_slowest(LIMIT / 2),
            "n forgotten": lambda: (2 / (EIGENVALUES[0] + EIGENVALUES[-1]), best_step()[1]),
            "the factor with its sign": lambda: (best_step()[0], -best_step()[1]),
        },
    ),
)


def steps_needed(per_step: float = 1.0, flow: bool = False) -> tuple[int, int]:
    """Return after how many steps at most `LEFT` of the waves 1 and 4 is left, at `per_step` times n / lambda_max."""
    Theta = infinite_ntk(X, next_layer)
    largest = float(torch.linalg.eigvalsh(Theta)[-1])
    shares = [per_step * float(Theta[0] @ (k * ANGLES).cos()) / largest for k in (1, 4)]
    rates = shares if flow else [-math.log(1 - share) for share in shares]
    slow, fast = (math.ceil(-math.log(LEFT) / rate) for rate in rates)
    return slow, fast


PATIENCE = Decision(
    name="patience",
    title="How long for the fast wave?",
    asked=("the steps for the wave k = 1", "the steps for the wave k = 4"),
    reference=steps_needed,
    because=(
        "The fast wave needs about 74 times as many steps as the slow one. The film ends after 300 steps, with 15 % of "
        "the fast wave left."
    ),
    **HINTS.of(
        "patience",
        {
            "gradient flow": lambda: steps_needed(flow=True),
            "the largest step": lambda: steps_needed(per_step=2.0),
            "the waves exchanged": lambda: steps_needed()[::-1],
        },
    ),
)
