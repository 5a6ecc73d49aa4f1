"""Functions that the learner writes: the drift of the imbalance, the orbit of period two; `local_rate` is beside."""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, Remark, edit
from ddlearn.classroom.sandbox import call
from ddlearn.lessons.real_steps_real_widths.local_rate_exercise import LOCAL_RATE, local_rate

__all__ = ["IMBALANCE_DRIFT", "LOCAL_RATE", "PERIOD_TWO_ORBIT", "imbalance_drift", "local_rate", "period_two_orbit"]


def imbalance_drift(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    A, B = G @ W2, G.T @ W1  # the gradients: (n, h) of W1, (m, h) of W2
    return rate**2 * (A.T @ A - B.T @ B)


def period_two_orbit(c: Tensor) -> tuple[Tensor, Tensor]:
    total, difference = (1 + 3 / c).sqrt(), (1 - 1 / c).sqrt()
    return (total - difference) / 2, (total + difference) / 2


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


def orbit_cases(generator: torch.Generator):
    for count in (1, 4, 9):
        yield (1.01 + torch.rand(count, generator=generator, dtype=torch.float64),)


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


PERIOD_TWO_ORBIT = Exercise(
    name="period_two_orbit",
    title="The orbit of period two",
    reference=period_two_orbit,
    cases=orbit_cases,
    hints=(
        "You know z₁z₂ and z₁² + z₂². What are (z₁ + z₂)² and (z₂ − z₁)²?",
        "(z₁ + z₂)² = (1 + 1/c) + 2/c and (z₂ − z₁)² = (1 + 1/c) − 2/c. Take the roots.",
        "Half the sum less half the difference is the lower value; half the sum plus half the difference, the upper.",
    ),
    mistakes=(
        Mistake(
            "half forgotten",
            edit("(total - difference) / 2", "total - difference").edit(
                "(total + difference) / 2", "total + difference"
            ),
            "Twice too large: the sum plus the difference is *two* times z₂.",
        ),
        Mistake(
            "upper first",
            lambda c: period_two_orbit(c)[::-1],
            "Both are right, in the other order. The lower value comes first.",
        ),
        Mistake(
            "roots forgotten",
            edit("(1 + 3 / c).sqrt(), (1 - 1 / c).sqrt()", "1 + 3 / c, 1 - 1 / c"),
            "1 + 3/c is the *square* of the sum, 1 − 1/c that of the difference. Take the roots first.",
        ),
        Mistake(
            "squares returned",
            lambda c: tuple(z**2 for z in period_two_orbit(c)),
            "These are z₁² and z₂². Asked are the values themselves.",
        ),
        Mistake(
            "cross term once",
            edit("(1 + 3 / c).sqrt(), (1 - 1 / c).sqrt()", "(1 + 2 / c).sqrt(), 1"),
            "The square of a sum holds the product *twice*: (z₁ + z₂)² = z₁² + z₂² + 2 z₁z₂.",
        ),
        Mistake(
            "sum of squares taken for the sum",
            lambda c: (1 / c, torch.ones_like(c)),
            "You solved for two numbers whose *sum* is 1 + 1/c. That is the sum of their squares.",
        ),
        Mistake(
            "the fixed point",
            lambda c: (torch.ones_like(c), torch.ones_like(c)),
            "z = 1 is where a single step stands still: the minimum. It repels for c > 1; find the two around it.",
        ),
        Mistake(
            "brackets missing",
            edit("(total - difference) / 2", "total - difference / 2").edit(
                "(total + difference) / 2", "total + difference / 2"
            ),
            "Python divides before it subtracts, so only the difference is halved. Put brackets: (sum - "
            "difference) / 2.",
        ),
        Mistake(
            "sum and difference returned",
            edit("(total - difference) / 2, (total + difference) / 2", "difference, total"),
            "These are the difference z₂ − z₁ and the sum z₁ + z₂. Half of sum minus difference is z₁; half of "
            "sum plus difference, z₂.",
            also=(edit("(total - difference) / 2, (total + difference) / 2", "total, difference"),),
        ),
        Mistake(
            "negative root",
            edit("(total - difference)", "-(total + difference)"),
            "Your two values are ± the upper one. The product z₁z₂ = 1/c is positive: both values have one sign.",
        ),
        Mistake(
            "cross term forgotten in the sum",
            edit("3 / c", "1 / c"),
            "1 + 1/c is z₁² + z₂². The square of the sum holds twice the product as well: (z₁ + z₂)² = 1 + 3/c.",
        ),
        Mistake(
            "signs of the cross term exchanged",
            edit("3 / c", "1 / c").edit("1 - 1 / c", "1 - 3 / c"),
            "You took the root of a negative number, 1 − 3/c. Add 2/c to 1 + 1/c for the sum, and subtract 2/c "
            "for the difference.",
        ),
        Mistake(
            "math.sqrt of a tensor",
            edit("(1 + 3 / c).sqrt(), (1 - 1 / c).sqrt()", "float(1 + 3 / c) ** 0.5, float(1 - 1 / c) ** 0.5"),
            "math.sqrt takes one number, and c is a tensor. Write torch.sqrt(...) or (...).sqrt().",
        ),
    ),
)
