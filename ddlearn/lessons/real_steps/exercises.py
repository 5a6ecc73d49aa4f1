"""Three functions that the learner writes: the drift of the imbalance, the local rate, and the orbit of period two.

Each comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

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


def weakest(W1: Tensor, W2: Tensor) -> Tensor:
    """s_n(W1)^2 + s_m(W2)^2; a layer with fewer columns than rows has a last singular value of 0."""
    parts = [torch.linalg.svdvals(W)[-1] ** 2 if W.shape[0] <= W.shape[1] else W.new_zeros(()) for W in (W1, W2)]
    return parts[0] + parts[1]


def factor(pl: Tensor, smoothness: float, rate: float) -> Tensor:
    return 1 - 2 * pl * rate + pl * smoothness * rate**2


def last_values(W1: Tensor, W2: Tensor) -> tuple[Tensor, Tensor]:
    """The least value that svdvals returns for each layer, narrow or not."""
    return torch.linalg.svdvals(W1)[-1], torch.linalg.svdvals(W2)[-1]


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


def layer_cases(generator: torch.Generator):
    for n, m, h, rate in ((2, 3, 4, 0.1), (3, 3, 3, 0.02), (4, 2, 7, 0.3), (1, 3, 5, 0.05)):
        W1, W2, G = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((n, h), (m, h), (n, m)))
        yield W1, W2, G, rate


def rate_cases(generator: torch.Generator):
    """The third case has a first layer with fewer columns than rows."""
    for n, m, h, mu in ((2, 3, 5, 0.7), (3, 3, 8, 1.0), (4, 2, 3, 1.4), (3, 1, 4, 0.5)):
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
            "The sign is turned round. D is W1ᵀW1 less W2ᵀW2, so the gradient of W1, which is G W2, comes first.",
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
            lambda W1, W2, mu, smoothness, rate: factor(mu * sum(s**2 for s in last_values(W1, W2)), smoothness, rate),
            "Right, but for narrow layers. With fewer columns than rows a layer cannot reach every direction: "
            "it adds 0, not the last value that svdvals lists.",
        ),
        Mistake(
            "largest instead of least",
            lambda W1, W2, mu, smoothness, rate: factor(
                mu * (torch.linalg.svdvals(W1)[0] ** 2 + torch.linalg.svdvals(W2)[0] ** 2), smoothness, rate
            ),
            "You took the largest singular values. A promise must hold for the weakest direction: `[-1]`, not `[0]`.",
        ),
        Mistake(
            "singular values not squared",
            lambda W1, W2, mu, smoothness, rate: factor(mu * sum(last_values(W1, W2)), smoothness, rate),
            "The gradient passes a layer twice, out and back: its singular value counts squared.",
        ),
        Mistake(
            "multiplied instead of added",
            lambda W1, W2, mu, smoothness, rate: factor(
                mu * last_values(W1, W2)[0] ** 2 * last_values(W1, W2)[1] ** 2, smoothness, rate
            ),
            "You multiplied the layers. Each of them moves the product on its own: their strengths add.",
        ),
        Mistake(
            "singular value of the product",
            lambda W1, W2, mu, smoothness, rate: factor(
                mu * torch.linalg.svdvals(W1 @ W2.T)[-1] ** 2, smoothness, rate
            ),
            "You decomposed the product W1 W2ᵀ. The rate lives on the two layers: one singular value from each.",
        ),
        Mistake(
            "2 forgotten",
            lambda W1, W2, mu, smoothness, rate: (
                1 - mu * weakest(W1, W2) * rate + mu * weakest(W1, W2) * smoothness * rate**2
            ),
            "The gain is 2 µₜ rate: an inequality of Polyak and Łojasiewicz speaks of *half* the squared gradient.",
        ),
        Mistake(
            "rate not squared",
            lambda W1, W2, mu, smoothness, rate: (
                1 - 2 * mu * weakest(W1, W2) * rate + mu * weakest(W1, W2) * smoothness * rate
            ),
            "The loss to curvature grows with the square of the step: smoothness times rate².",
        ),
        Mistake(
            "the gain instead of the factor",
            lambda W1, W2, mu, smoothness, rate: 1 - local_rate(W1, W2, mu, smoothness, rate),
            "This is the share of the loss that is lost. The factor by which the loss is multiplied is 1 minus that.",
        ),
        Mistake(
            "mu forgotten",
            lambda W1, W2, mu, smoothness, rate: local_rate(W1, W2, 1.0, smoothness, rate),
            "mu is missing: how steep the convex problem itself is in its flattest direction.",
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
    ),
)
