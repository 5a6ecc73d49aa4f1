"""Three functions that the learner writes: the drift of the imbalance, the local rate, and the orbit of period two.

Each comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, Remark
from ddlearn.classroom.sandbox import call


def imbalance_drift(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    A, B = G @ W2, G.T @ W1  # the gradients: (n, h) of W1, (m, h) of W2
    return rate**2 * (A.T @ A - B.T @ B)


def local_rate(W1: Tensor, W2: Tensor, mu: float, smoothness: float, rate: float) -> Tensor:
    wide_enough = [W for W in (W1, W2) if W.shape[0] <= W.shape[1]]  # the others add 0
    pl = mu * sum((torch.linalg.svdvals(W)[-1] ** 2 for W in wide_enough), start=W1.new_zeros(()))
    return 1 - 2 * pl * rate + pl * smoothness * rate**2


def period_two_orbit(c: Tensor) -> tuple[Tensor, Tensor]:
    total, difference = (1 + 3 / c).sqrt(), (1 - 1 / c).sqrt()
    return (total - difference) / 2, (total + difference) / 2


def factor(pl: Tensor, smoothness: float, rate: float) -> Tensor:
    return 1 - 2 * pl * rate + pl * smoothness * rate**2


def least_values(W1: Tensor, W2: Tensor, mindful: tuple[bool, bool]) -> list[Tensor]:
    """The least singular value of each layer; of a narrow one it is 0 for the mindful, else the last of svdvals."""
    return [
        W.new_zeros(()) if minds and W.shape[0] > W.shape[1] else torch.linalg.svdvals(W)[-1]
        for W, minds in zip((W1, W2), mindful, strict=True)
    ]


def with_values(formula: Callable, *mindful: bool) -> Callable:
    """The answer formula(s1, s2, mu, smoothness, rate) on the least singular values."""
    return lambda W1, W2, *numbers: formula(*least_values(W1, W2, mindful), *numbers)


def either_way(formula: Callable) -> dict:
    """A mistake in the formula, made by somebody who minds narrow layers, and by somebody who does not."""
    return {"wrong": with_values(formula, True, True), "also": (with_values(formula, False, False),)}


def strength(s1: Tensor, s2: Tensor, mu: float, smoothness: float, rate: float) -> Tensor:
    return factor(mu * (s1**2 + s2**2), smoothness, rate)


def by_difference(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    """The drift of the imbalance as the difference of two imbalances."""
    V1, V2 = W1 - rate * G @ W2, W2 - rate * G.T @ W1
    return V1.T @ V1 - V2.T @ V2 - (W1.T @ W1 - W2.T @ W2)


def drowns_in_rounding(function: Callable) -> bool:
    """Whether a drift is lost at a step so small that it lies below the last digit of the imbalance."""
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


def rate_cases(generator: torch.Generator):
    """In the third case the first layer has fewer columns than rows, in the last the second layer."""
    for n, m, h, mu in ((2, 3, 5, 0.7), (3, 3, 8, 1.0), (4, 2, 3, 1.4), (3, 1, 4, 0.5), (2, 4, 3, 0.8)):
        W1, W2 = (torch.randn(rows, h, generator=generator, dtype=torch.float64) for rows in (n, m))
        smoothness = float(5 + 5 * torch.rand((), generator=generator, dtype=torch.float64))
        yield W1, W2, mu, smoothness, 0.7 / smoothness


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
            (
                "You subtracted one imbalance from another. That is right, and it shows neither what cancels nor that "
                "rate² is left; and for small steps it drowns in rounding. Multiply it out by hand once."
            ),
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
            lambda W1, W2, G, rate: imbalance_drift(W1, W2, G, 1.0) * rate,
            "Each gradient comes with its own factor of the rate, and they meet in pairs: the rate enters squared.",
        ),
        Mistake(
            "rate forgotten",
            lambda W1, W2, G, rate: imbalance_drift(W1, W2, G, 1.0),
            "This does not depend on the rate. A step half as long drifts a quarter as far: where is rate²?",
        ),
        Mistake(
            "the flow's answer",
            lambda W1, W2, G, rate: torch.zeros(W1.shape[1], W1.shape[1], dtype=W1.dtype, device=W1.device),
            "Nothing moves: that is gradient flow. A finite step leaves the terms in rate², and you are to keep them.",
        ),
        Mistake(
            "signs swapped",
            lambda W1, W2, G, rate: -imbalance_drift(W1, W2, G, rate),
            (
                "The sign is turned round. Asked is D after minus D before, with D = W1ᵀW1 − W2ᵀW2. The gradient of W1 "
                "is A = G W2, and that of W2 is B = GᵀW1."
            ),
        ),
        Mistake(
            "added instead of subtracted",
            lambda W1, W2, G, rate: rate**2 * ((G @ W2).T @ (G @ W2) + (G.T @ W1).T @ (G.T @ W1)),
            "You added the two layers. The imbalance is a difference, and its drift is one too.",
        ),
        Mistake(
            "the new imbalance",
            lambda W1, W2, G, rate: W1.T @ W1 - W2.T @ W2 + imbalance_drift(W1, W2, G, rate),
            "This is the imbalance after the step. Asked is only what the step added to it.",
        ),
        Mistake(
            "weights instead of gradients",
            lambda W1, W2, G, rate: rate**2 * (W1.T @ W1 - W2.T @ W2),
            "You built the difference from the weights. It is the gradients A and B whose squares are left over.",
        ),
        Mistake(
            "halved",
            lambda W1, W2, G, rate: imbalance_drift(W1, W2, G, rate) / 2,
            "A factor ½ too much. This is no Taylor expansion: the product (W − rate·A)ᵀ(W − rate·A) is exact.",
        ),
        Mistake(
            "one layer after the other",
            one_after_the_other,
            (
                "You moved W1 first and used the new W1 in W2's gradient. Both gradients belong to the layers "
                "before the step."
            ),
        ),
        Mistake(
            "terms of first order kept",
            lambda W1, W2, G, rate: imbalance_drift(W1, W2, G, rate) - 2 * rate * (W1.T @ G @ W2 + W2.T @ G.T @ W1),
            (
                "Your terms with one factor of rate add up. W1ᵀA and BᵀW2 are equal and come with opposite signs: "
                "they cancel."
            ),
        ),
        Mistake(
            "product over the columns",
            lambda W1, W2, G, rate: rate**2 * ((G @ W2) @ (G @ W2).T - (G.T @ W1) @ (G.T @ W1).T),
            "A has shape (n, h) and B (m, h), and D is (h, h). The products are AᵀA and BᵀB: A.T @ A.",
        ),
        Mistake(
            "G not transposed",
            lambda W1, W2, G, rate: G @ W1,
            "The gradient of W2 has the shape of W2, (m, h). It takes the transpose: B = GᵀW1, `G.T @ W1`.",
        ),
    ),
)

LOCAL_RATE = Exercise(
    name="local_rate",
    title="The factor by which one step shrinks the loss",
    reference=local_rate,
    cases=rate_cases,
    hints=(
        "First the strength of the layers: the least singular value of each, squared, added up. That times mu is µₜ.",
        "`torch.linalg.svdvals(W)` lists min(rows, columns) values, largest first. Has W fewer columns than rows, the "
        "value that counts is missing from the list: it is 0.",
        "Return 1 − 2·µₜ·rate + µₜ·smoothness·rate².",
    ),
    mistakes=(
        Mistake(
            "narrow layer counted",
            with_values(strength, False, False),
            (
                "Right, but for narrow layers. With fewer columns than rows a layer cannot reach every direction: "
                "it adds 0, not the last value that svdvals lists."
            ),
            also=(
                with_values(strength, True, False),
                with_values(strength, False, True),
            ),
        ),
        Mistake(
            "all zero for a narrow layer",
            lambda W1, W2, mu, smoothness, rate: (
                local_rate(W1, W2, mu, smoothness, rate)
                if W1.shape[1] >= max(len(W1), len(W2))
                else torch.ones_like(W1[0, 0])
            ),
            "A narrow layer adds 0, and the other layer still counts. Only the sum of the two matters.",
        ),
        Mistake(
            "largest instead of least",
            lambda W1, W2, mu, smoothness, rate: factor(
                mu * (torch.linalg.svdvals(W1)[0] ** 2 + torch.linalg.svdvals(W2)[0] ** 2), smoothness, rate
            ),
            "You took the largest singular values. A promise must hold for the weakest direction: `[-1]`, not `[0]`.",
        ),
        Mistake(
            name="singular values not squared",
            hint="The gradient passes a layer twice, out and back: its singular value counts squared.",
            **either_way(lambda s1, s2, mu, smoothness, rate: factor(mu * (s1 + s2), smoothness, rate)),
        ),
        Mistake(
            name="sum squared",
            hint="You squared the sum. Square each singular value, then add.",
            **either_way(lambda s1, s2, mu, smoothness, rate: factor(mu * (s1 + s2) ** 2, smoothness, rate)),
        ),
        Mistake(
            name="multiplied instead of added",
            hint="You multiplied the layers. Each of them moves the product on its own: their strengths add.",
            **either_way(lambda s1, s2, mu, smoothness, rate: factor(mu * s1**2 * s2**2, smoothness, rate)),
        ),
        Mistake(
            "singular value of the product",
            lambda W1, W2, mu, smoothness, rate: factor(
                mu * torch.linalg.svdvals(W1 @ W2.T)[-1] ** 2, smoothness, rate
            ),
            "You decomposed the product W1 W2ᵀ. The rate lives on the two layers: one singular value from each.",
        ),
        Mistake(
            "eigenvalues of WᵀW",
            lambda W1, W2, mu, smoothness, rate: factor(
                mu * (torch.linalg.eigvalsh(W1.T @ W1)[0] + torch.linalg.eigvalsh(W2.T @ W2)[0]), smoothness, rate
            ),
            (
                "WᵀW is (h, h), and a wide layer leaves directions of it at 0. The squared singular values are "
                "eigenvalues of WWᵀ, (n, n)."
            ),
        ),
        Mistake(
            "counted from 1",
            lambda W1, W2, mu, smoothness, rate: torch.linalg.svdvals(W1)[len(W1)] + torch.linalg.svdvals(W2)[len(W2)],
            "Python counts from 0: the n-th of n values has the index n − 1, and `[-1]` is the last.",
        ),
        Mistake(
            name="2 forgotten",
            hint=(
                "The gain is 2 µₜ rate: an inequality of Polyak and Łojasiewicz speaks of *half* the squared gradient."
            ),
            **either_way(
                lambda s1, s2, mu, smoothness, rate: (
                    1 - mu * (s1**2 + s2**2) * rate + mu * (s1**2 + s2**2) * smoothness * rate**2
                )
            ),
        ),
        Mistake(
            name="rate not squared",
            hint="The loss to curvature grows with the square of the step: smoothness times rate².",
            **either_way(
                lambda s1, s2, mu, smoothness, rate: (
                    1 - 2 * mu * (s1**2 + s2**2) * rate + mu * (s1**2 + s2**2) * smoothness * rate
                )
            ),
        ),
        Mistake(
            name="mu_t in one term only",
            hint="Your last term lacks µₜ. Both terms carry it: the gain of a step and its loss to curvature.",
            **either_way(
                lambda s1, s2, mu, smoothness, rate: 1 - 2 * mu * (s1**2 + s2**2) * rate + smoothness * rate**2
            ),
        ),
        Mistake(
            name="sign of the last term",
            hint="The last term has a plus: curvature takes back some of what the step gains.",
            **either_way(
                lambda s1, s2, mu, smoothness, rate: (
                    1 - 2 * mu * (s1**2 + s2**2) * rate - mu * (s1**2 + s2**2) * smoothness * rate**2
                )
            ),
        ),
        Mistake(
            name="the gain instead of the factor",
            hint=(
                "This is the share of the loss that is lost. The factor by which the loss is multiplied is 1 minus "
                "that."
            ),
            **either_way(lambda s1, s2, mu, smoothness, rate: 1 - strength(s1, s2, mu, smoothness, rate)),
        ),
        Mistake(
            name="mu forgotten",
            hint="mu is missing: how steep the convex problem itself is in its flattest direction.",
            **either_way(lambda s1, s2, mu, smoothness, rate: strength(s1, s2, 1.0, smoothness, rate)),
        ),
        Mistake(
            "layers forgotten",
            lambda W1, W2, mu, smoothness, rate: factor(torch.as_tensor(mu, dtype=W1.dtype), smoothness, rate),
            "The layers are missing. µₜ is mu times the sum of their least singular values, squared.",
        ),
    ),
)


def both(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    return low, high


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
            lambda c: both(2 * period_two_orbit(c)[0], 2 * period_two_orbit(c)[1]),
            "Twice too large: the sum plus the difference is *two* times z₂.",
        ),
        Mistake(
            "upper first",
            lambda c: period_two_orbit(c)[::-1],
            "Both are right, in the other order. The lower value comes first.",
        ),
        Mistake(
            "roots forgotten",
            lambda c: both((1 + 3 / c - (1 - 1 / c)) / 2, (1 + 3 / c + (1 - 1 / c)) / 2),
            "1 + 3/c is the *square* of the sum, 1 − 1/c that of the difference. Take the roots first.",
        ),
        Mistake(
            "squares returned",
            lambda c: both(period_two_orbit(c)[0] ** 2, period_two_orbit(c)[1] ** 2),
            "These are z₁² and z₂². Asked are the values themselves.",
        ),
        Mistake(
            "cross term once",
            lambda c: both(((1 + 2 / c).sqrt() - 1) / 2, ((1 + 2 / c).sqrt() + 1) / 2),
            "The square of a sum holds the product *twice*: (z₁ + z₂)² = z₁² + z₂² + 2 z₁z₂.",
        ),
        Mistake(
            "sum of squares taken for the sum",
            lambda c: both(1 / c, torch.ones_like(c)),
            "You solved for two numbers whose *sum* is 1 + 1/c. That is the sum of their squares.",
        ),
        Mistake(
            "the fixed point",
            lambda c: both(torch.ones_like(c), torch.ones_like(c)),
            "z = 1 is where a single step stands still: the minimum. It repels for c > 1; find the two around it.",
        ),
        Mistake(
            "brackets missing",
            lambda c: both((1 + 3 / c).sqrt() - (1 - 1 / c).sqrt() / 2, (1 + 3 / c).sqrt() + (1 - 1 / c).sqrt() / 2),
            (
                "Python divides before it subtracts, so only the difference is halved. Put brackets: (sum - "
                "difference) / 2."
            ),
        ),
        Mistake(
            "sum and difference returned",
            lambda c: both((1 - 1 / c).sqrt(), (1 + 3 / c).sqrt()),
            (
                "These are the difference z₂ − z₁ and the sum z₁ + z₂. Half of sum minus difference is z₁; half of "
                "sum plus difference, z₂."
            ),
            also=(lambda c: both((1 + 3 / c).sqrt(), (1 - 1 / c).sqrt()),),
        ),
        Mistake(
            "negative root",
            lambda c: both(-period_two_orbit(c)[1], period_two_orbit(c)[1]),
            "Your two values are ± the upper one. The product z₁z₂ = 1/c is positive: both values have one sign.",
        ),
        Mistake(
            "cross term forgotten in the sum",
            lambda c: both(
                ((1 + 1 / c).sqrt() - (1 - 1 / c).sqrt()) / 2, ((1 + 1 / c).sqrt() + (1 - 1 / c).sqrt()) / 2
            ),
            "1 + 1/c is z₁² + z₂². The square of the sum holds twice the product as well: (z₁ + z₂)² = 1 + 3/c.",
        ),
        Mistake(
            "signs of the cross term exchanged",
            lambda c: both(
                ((1 + 1 / c).sqrt() - (1 - 3 / c).sqrt()) / 2, ((1 + 1 / c).sqrt() + (1 - 3 / c).sqrt()) / 2
            ),
            (
                "You took the root of a negative number, 1 − 3/c. Add 2/c to 1 + 1/c for the sum, and subtract 2/c "
                "for the difference."
            ),
        ),
        Mistake(
            "math.sqrt of a tensor",
            lambda c: both(math.sqrt(1 + 3 / c) - math.sqrt(1 - 1 / c), c),
            "math.sqrt takes one number, and c is a tensor. Write torch.sqrt(...) or (...).sqrt().",
        ),
    ),
)
