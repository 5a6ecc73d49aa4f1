"""Functions that the learner writes: the drift of the imbalance, and the floor; `local_rate` is beside."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.real_steps_real_widths.local_rate_exercise import LOCAL_RATE, local_rate

__all__ = ["FLOOR", "IMBALANCE_DRIFT", "LOCAL_RATE", "floor", "imbalance_drift", "local_rate"]


def imbalance_drift(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    A, B = G @ W2, G.T @ W1  # the gradients: (n, h) of W1, (m, h) of W2
    return rate**2 * (A.T @ A - B.T @ B)


def by_difference(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    """Return the drift of the imbalance as the difference of two imbalances."""
    V1, V2 = W1 - rate * G @ W2, W2 - rate * G.T @ W1
    return V1.T @ V1 - V2.T @ V2 - (W1.T @ W1 - W2.T @ W2)


def is_difference(W1: Tensor, W2: Tensor, G: Tensor, rate: float, answer: Tensor) -> bool:
    """Return whether an answer is the drift, up to the rounding of two imbalances of this size."""
    size = torch.finfo(answer.dtype).eps * float(W1.square().sum() + W2.square().sum())
    return bool((answer - imbalance_drift(W1, W2, G, rate)).norm() <= 8 * size)


def one_after_the_other(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    V1 = W1 - rate * G @ W2
    V2 = W2 - rate * G.T @ V1
    return V1.T @ V1 - V2.T @ V2 - (W1.T @ W1 - W2.T @ W2)


def layer_cases(generator: torch.Generator):
    """Draw layers and steps; in the last case large layers and a tiny step, where rounding hides the drift."""
    for n, m, h, rate, size in ((2, 3, 4, 0.1, 1), (3, 3, 3, 0.1, 1), (1, 3, 5, 0.1, 1), (4, 2, 7, 1e-8, 1e5)):
        W1, W2, G = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((n, h), (m, h), (n, m)))
        yield size * W1, size * W2, G, rate


def floor(D: Tensor, d: int, k: int) -> Tensor:
    eigenvalues = torch.linalg.eigvalsh(D).flip(0)  # the largest first
    h = len(D)
    first = eigenvalues[d - 1].clamp(min=0) if d <= h else 0
    second = (-eigenvalues[h - k]).clamp(min=0) if k <= h else 0
    return D.new_zeros(()) + first + second


def floor_cases(generator: torch.Generator):
    for d, k, h in ((2, 3, 6), (1, 1, 1), (3, 2, 4), (4, 2, 3), (2, 2, 3), (3, 3, 2)):
        W1, W2 = (torch.randn(rows, h, generator=generator, dtype=torch.float64) for rows in (d, k))
        yield W1.T @ W1 - W2.T @ W2, d, k


IMBALANCE_DRIFT = Exercise(
    name="imbalance_drift",
    title="What one step adds to the imbalance",
    reference=imbalance_drift,
    cases=layer_cases,
    hints=(
        "Two gradients first: A = G W2 is that of W1, and B = GᵀW1 is that of W2. Which shapes do they have?",
        "Put W1 − rate·A and W2 − rate·B into D. The terms with one factor of rate cancel; which are left?",
        "What is left is rate² (AᵀA − BᵀB), a matrix of shape (h, h). `A.T @ A` is AᵀA.",
    ),
    mistakes=(
        Mistake(
            "the difference of two imbalances",
            by_difference,
            "You subtracted one imbalance from another. That is right, and it shows neither what cancels nor that "
            "rate² is left. With large layers and a tiny step, rounding hides the drift. Multiply it out by hand.",
            sight=is_difference,
        ),
        Mistake(
            "rate not squared",
            edit("rate**2", "rate"),
            "Each gradient comes with its own factor of the rate, and they meet in pairs: the rate enters squared.",
        ),
        Mistake(
            "rate forgotten",
            edit("rate**2 * ", ""),
            "This does not depend on the rate. A step half as long drifts a quarter as far: where is rate²?",
        ),
        Mistake(
            "the flow's answer",
            lambda W1, W2, G, rate: torch.zeros(W1.shape[1], W1.shape[1], dtype=W1.dtype, device=W1.device),
            "Nothing moves: that is gradient flow. A finite step leaves the terms in rate². Keep them.",
        ),
        Mistake(
            "signs swapped",
            edit("A.T @ A - B.T @ B", "B.T @ B - A.T @ A"),
            "Your sign is the opposite one. Asked for is D after minus D before, with D = W1ᵀW1 − W2ᵀW2. The gradient "
            "of W1 is A = G W2, and that of W2 is B = GᵀW1.",
        ),
        Mistake(
            "added instead of subtracted",
            edit("A - B", "A + B"),
            "You added the two layers. The imbalance is a difference, and its drift is one too.",
        ),
        Mistake(
            "the new imbalance",
            edit("return", "return W1.T @ W1 - W2.T @ W2 +"),
            "This is the imbalance after the step. The exercise asks only for what the step added.",
        ),
        Mistake(
            "weights instead of gradients",
            edit("A.T @ A - B.T @ B", "W1.T @ W1 - W2.T @ W2"),
            "You built the difference from the weights. It is the gradients A and B whose squares are left over.",
        ),
        Mistake(
            "halved",
            edit("rate**2", "rate**2 / 2"),
            "A factor ½ too much. This is no Taylor expansion: the product (W − rate·A)ᵀ(W − rate·A) is exact.",
        ),
        Mistake(
            "one layer after the other",
            one_after_the_other,
            "You moved W1 first and used the new W1 in W2's gradient. Both gradients belong to the layers "
            "before the step.",
        ),
        Mistake(
            "terms of first order kept",
            edit("B.T @ B)", "B.T @ B) - 2 * rate * (W1.T @ A + W2.T @ B)"),
            "Your terms with one factor of rate add up. W1ᵀA and BᵀW2 are equal and come with opposite signs: "
            "they cancel.",
        ),
        Mistake(
            "product over the columns",
            edit("A.T @ A - B.T @ B", "A @ A.T - B @ B.T"),
            "A has shape (n, h) and B (m, h), and D is (h, h). The products are AᵀA and BᵀB: A.T @ A.",
        ),
        Mistake(
            "G not transposed",
            edit("G.T @ W1", "G @ W1"),
            "The gradient of W2 has the shape of W2, (m, h). It takes the transpose: B = GᵀW1, `G.T @ W1`.",
        ),
    ),
)

FLOOR = Exercise(
    name="floor",
    title="The floor under the strength",
    reference=floor,
    cases=floor_cases,
    hints=(
        "`torch.linalg.eigvalsh(D)` sorts upward. Which entry is the d-th largest eigenvalue of D?",
        "The k-th largest eigenvalue of −D is minus the k-th smallest of D. If h is below d or k, that term is 0.",
        "values = eigvalsh(D). The terms are values[h − d] and −values[k − 1], each at least 0.",
    ),
    mistakes=(
        Mistake(
            "negative terms kept",
            lambda D, d, k: (
                sum(
                    sign * torch.linalg.eigvalsh(D)[at]
                    for sign, at, rows in ((1, len(D) - d, d), (-1, k - 1, k))
                    if rows <= len(D)
                )
                + D.new_zeros(())
            ),
            "A term below 0 counts as 0: the strength of one layer cannot make the other one weaker.",
        ),
        Mistake(
            "largest eigenvalues",
            lambda D, d, k: torch.linalg.eigvalsh(D)[-1].clamp(min=0) + (-torch.linalg.eigvalsh(D)[0]).clamp(min=0),
            "You took the largest eigenvalues of D and of −D. The weakest of d directions needs the d-th largest.",
        ),
        Mistake(
            "d and k exchanged",
            lambda D, d, k: floor(D, k, d),
            "W1 has d rows, and D counts it with a plus. So the positive eigenvalues are counted up to d.",
        ),
        Mistake(
            "narrow layers forgotten",
            edit(" if d <= h else 0", "").edit(" if k <= h else 0", ""),
            "With h < d there is no d-th eigenvalue. A narrow layer misses a direction, so its term is 0.",
        ),
        Mistake(
            "positive part only",
            edit(" + second", ""),
            "You counted the first layer only. Negative eigenvalues of D hold up the second one.",
        ),
        Mistake(
            "off by one",
            edit("eigenvalues[d - 1]", "eigenvalues[min(d, h - 1)]"),
            "Python counts from 0: the d-th largest of sorted values has the index d − 1.",
        ),
    ),
)
