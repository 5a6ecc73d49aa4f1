"""Functions that the learner writes: the drift of the imbalance; `local_rate` is beside."""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, Remark, edit
from ddlearn.classroom.sandbox import call
from ddlearn.lessons.real_steps_real_widths.local_rate_exercise import LOCAL_RATE, local_rate

__all__ = ["IMBALANCE_DRIFT", "LOCAL_RATE", "imbalance_drift", "local_rate"]


def imbalance_drift(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    A, B = G @ W2, G.T @ W1  # the gradients: (n, h) of W1, (m, h) of W2
    return rate**2 * (A.T @ A - B.T @ B)


def by_difference(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    """Return the drift of the imbalance as the difference of two imbalances."""
    V1, V2 = W1 - rate * G @ W2, W2 - rate * G.T @ W1
    return V1.T @ V1 - V2.T @ V2 - (W1.T @ W1 - W2.T @ W2)


def drowns_in_rounding(function: Callable) -> bool:
    """Return whether a drift is lost at a step so small that it lies below the last digit of the imbalance."""
    W1, W2, G = (torch.eye(3, dtype=torch.float64) / d for d in (3, 7, 1))
    found = call(function, (W1, W2, G, 1e-9), seconds=5.0).value
    wanted = imbalance_drift(W1, W2, G, 1e-9)
    return isinstance(found, Tensor) and bool((found - wanted).norm() > 0.1 * wanted.norm())


def one_after_the_other(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    V1 = W1 - rate * G @ W2
    V2 = W2 - rate * G.T @ V1
    return V1.T @ V1 - V2.T @ V2 - (W1.T @ W1 - W2.T @ W2)


def layer_cases(generator: torch.Generator):
    for n, m, h, rate in ((2, 3, 4, 0.1), (3, 3, 3, 0.02), (4, 2, 7, 0.3), (1, 3, 5, 0.05)):
        W1, W2, G = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((n, h), (m, h), (n, m)))
        yield W1, W2, G, rate


IMBALANCE_DRIFT = Exercise(
    name="imbalance_drift",
    title="What one step adds to the imbalance",
    reference=imbalance_drift,
    cases=layer_cases,
    remarks=(
        Remark(
            "the difference of two imbalances",
            by_difference,
            drowns_in_rounding,
            "You subtracted one imbalance from another. That is right, and it shows neither what cancels nor that "
            "rate² is left; and for small steps it drowns in rounding. Multiply it out by hand once.",
        ),
    ),
    hints=(
        "Two gradients first: A = G W2 is that of W1, and B = GᵀW1 is that of W2. Which shapes do they have?",
        "Put W1 − rate·A and W2 − rate·B into D. The terms with one factor of rate cancel; which are left?",
        "What is left is rate² (AᵀA − BᵀB), a matrix of shape (h, h). `A.T @ A` is AᵀA.",
    ),
    mistakes=(
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
            "Nothing moves: that is gradient flow. A finite step leaves the terms in rate², and you are to keep them.",
        ),
        Mistake(
            "signs swapped",
            edit("A.T @ A - B.T @ B", "B.T @ B - A.T @ A"),
            "The sign is turned round. Wanted is D after minus D before, with D = W1ᵀW1 − W2ᵀW2. The gradient of W1"
            " is A = G W2, and that of W2 is B = GᵀW1.",
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
