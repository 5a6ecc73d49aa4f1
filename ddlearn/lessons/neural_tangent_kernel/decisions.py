"""What the learner decides: a step from the eigenvalues of a kernel, and how many steps a slow mode needs."""

import math

import torch

from ddlearn.classroom import Decision, Mistake
from ddlearn.lessons.neural_tangent_kernel.exercises import next_layer
from ddlearn.lessons.neural_tangent_kernel.shared import ANGLES, X, infinite_ntk

EIGENVALUES, POINTS = (18.0, 6.0, 2.0), 4  # of the page's kernel by hand
LEFT = 0.01


def slowest(step: float) -> float:
    """Return the size of the largest factor of all modes."""
    return max(abs(1 - step * one / POINTS) for one in EIGENVALUES)


def best_step() -> tuple[float, float]:
    """Return the step at which the largest and the smallest eigenvalue have factors of one size, and this size."""
    step = 2 * POINTS / (EIGENVALUES[0] + EIGENVALUES[-1])
    return step, slowest(step)


def with_slowest(step: float) -> tuple[float, float]:
    return step, slowest(step)


LIMIT = 2 * POINTS / EIGENVALUES[0]

STEP = Decision(
    name="step",
    title="Which step?",
    asked=("the step", "the largest size of a factor"),
    reference=best_step,
    because=(
        "The modes with the eigenvalues 18 and 2 now shrink equally fast, by −0.8 and 0.8. A larger step would slow "
        "down the first of them, because it jumps too far beyond zero. The theorem of Lee et al. 2019 holds for steps "
        "below 2n/(λ_min + λ_max), which is your step."
    ),
    hints=(
        "Sketch the sizes |1 − 18η/4|, |1 − 6η/4| and |1 − 2η/4| against η. The slowest mode is the highest of the "
        "three.",
        "The highest line first falls and then rises. At the lowest point, two of the three sizes are equal.",
        "Solve 18η/4 − 1 = 1 − 2η/4 for η.",
    ),
    mistakes=(
        Mistake(
            "the largest step",
            lambda: with_slowest(LIMIT),
            "At this step the factor of the eigenvalue 18 is −1: that mode changes its sign and never shrinks.",
            also=(lambda: (LIMIT, abs(1 - LIMIT * EIGENVALUES[-1] / POINTS)),),
        ),
        Mistake(
            "half of the largest step",
            lambda: with_slowest(LIMIT / 2),
            "This step removes the mode with eigenvalue 18 at once. The mode with eigenvalue 2 is the slowest, and a "
            "larger step would speed it up.",
        ),
        Mistake(
            "n forgotten",
            lambda: (2 / (EIGENVALUES[0] + EIGENVALUES[-1]), best_step()[1]),
            "The factor is right. Your step lacks the n: a mode is multiplied by 1 − ηλ/4.",
        ),
        Mistake(
            "the factor with its sign",
            lambda: (best_step()[0], -best_step()[1]),
            "The step is right. The size of a factor is its absolute value.",
        ),
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
    hints=(
        "Begin the recursion with `x @ x.T` for both kernels, and apply your `next_layer` once.",
        "The eigenvalue of a wave is the first row of the kernel times torch.cos(k * angles). λ_max is the largest.",
        "With this step a wave keeps the fraction 1 − λ_k/λ_max per step. Its power falls to 0.01 after log(0.01) / "
        "log(fraction) steps.",
    ),
    mistakes=(
        Mistake(
            "gradient flow",
            lambda: steps_needed(flow=True),
            "You used e^(−ηλt/n), the formula of gradient flow. A step multiplies the wave by 1 − ηλ/n.",
        ),
        Mistake(
            "the largest step",
            lambda: steps_needed(per_step=2.0),
            "You took the step 2n/λ_max. The problem asks for half of it, n/λ_max.",
        ),
        Mistake(
            "the waves exchanged",
            lambda: steps_needed()[::-1],
            "Both numbers are right, in the other order. Which wave has the larger eigenvalue?",
        ),
    ),
)
