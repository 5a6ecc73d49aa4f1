"""The second function that the learner writes: the local rate of a net of two layers.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake


def local_rate(W1: Tensor, W2: Tensor, mu: float, smoothness: float, rate: float) -> Tensor:
    wide_enough = [W for W in (W1, W2) if W.shape[0] <= W.shape[1]]  # the others add 0
    pl = mu * sum((torch.linalg.svdvals(W)[-1] ** 2 for W in wide_enough), start=W1.new_zeros(()))
    return 1 - 2 * pl * rate + pl * smoothness * rate**2


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


def rate_cases(generator: torch.Generator):
    """In the third case the first layer has fewer columns than rows, in the last the second layer."""
    for n, m, h, mu in ((2, 3, 5, 0.7), (3, 3, 8, 1.0), (4, 2, 3, 1.4), (3, 1, 4, 0.5), (2, 4, 3, 0.8)):
        W1, W2 = (torch.randn(rows, h, generator=generator, dtype=torch.float64) for rows in (n, m))
        smoothness = float(5 + 5 * torch.rand((), generator=generator, dtype=torch.float64))
        yield W1, W2, mu, smoothness, 0.7 / smoothness


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
