"""The second function that the learner writes: the exact risk of the minimum-norm fit.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import math

import torch

from ddlearn.classroom import Exercise, Mistake, edited


def risk(n: int, p: int, signal: float, noise: float) -> float:
    missed = signal * max(0.0, 1 - n / p)
    if noise == 0:
        return missed
    if abs(p - n) <= 1:
        return math.inf
    return missed + noise * min(n, p) / (abs(p - n) - 1)


def risk_cases(generator: torch.Generator):
    for n, p in ((30, 10), (20, 45), (40, 40), (25, 27), (12, 400), (50, 48), (31, 30), (17, 18)):
        signal, noise = (0.5 + torch.rand(2, generator=generator, dtype=torch.float64)).tolist()
        yield n, p, signal, noise
    yield 40, 40, 1.0, 0.0  # without noise there is nothing to amplify


def branches(below, above):
    """A risk with a formula for p < n, another for p > n, and the peak where it belongs."""

    def wrong(n: int, p: int, signal: float, noise: float) -> float:
        if abs(p - n) <= 1:
            return math.inf if noise > 0 else 0.0
        return (below if p < n else above)(n, p, signal, noise)

    return wrong


def under(n: int, p: int, signal: float, noise: float) -> float:
    return noise * p / (n - p - 1)


def over(n: int, p: int, signal: float, noise: float) -> float:
    return signal * (1 - n / p) + noise * n / (p - n - 1)


def unguarded(n: int, p: int, signal: float, noise: float) -> float:
    return (under if p < n else over)(n, p, signal, noise)


RISK = Exercise(
    name="risk",
    title="The risk of the minimum-norm fit, exactly",
    reference=risk,
    cases=risk_cases,
    hints=(
        "Three cases, by p - n: near zero, below, above. `float('inf')` is infinity, and needs noise above 0.",
        "Below, there is variance only: noise * p / (n - p - 1).",
        "Above, the same with n and p exchanged, and a bias: signal * (1 - n / p).",
    ),
    mistakes=(
        Mistake(
            "total instead of excess risk",
            lambda n, p, signal, noise: risk(n, p, signal, noise) + noise,
            "You added the noise of the new point itself. This risk counts what the fit adds to it, so the truth "
            "has risk 0.",
        ),
        Mistake(
            "no bias above the threshold",
            branches(under, lambda n, p, signal, noise: noise * n / (p - n - 1)),
            "Above the threshold your fit has variance only. It sees n of p directions: the share 1 - n / p of "
            "the signal is missed.",
        ),
        Mistake(
            "the lower formula on both sides",
            branches(under, lambda n, p, signal, noise: signal * (1 - n / p) + under(n, p, signal, noise)),
            "Your variance is negative for p > n: no variance is. Above the threshold n and p exchange their "
            "roles in it.",
        ),
        Mistake(
            "n and p exchanged",
            lambda n, p, signal, noise: risk(p, n, signal, noise),
            "You have n and p the wrong way round: n counts examples, p counts features.",
        ),
        Mistake(
            "finite at p = n",
            unguarded,
            "At p = n yours is finite, and negative. With features and examples equally many the expectation is "
            "infinite: return float('inf') for |p - n| <= 1.",
        ),
        Mistake(
            "infinite without noise",
            lambda n, p, signal, noise: math.inf if abs(p - n) <= 1 else risk(n, p, signal, noise),
            "At p = n yours is infinite even where noise is 0. The peak is amplified noise: without noise the fit "
            "at p = n finds beta exactly, and its risk is 0.",
        ),
        Mistake(
            "the limit instead of the exact formula",
            branches(
                lambda n, p, signal, noise: noise * p / (n - p),
                lambda n, p, signal, noise: signal * (1 - n / p) + noise * n / (p - n),
            ),
            "That is the limit of many examples, g / (1 - g). At finite n one more is taken off: n - p - 1.",
        ),
        Mistake(
            "bias below the threshold too",
            branches(lambda n, p, signal, noise: signal * (1 - n / p) + under(n, p, signal, noise), over),
            "Below the threshold least squares sees every direction, so nothing is missed: yours is negative there.",
        ),
        Mistake(
            "infinite at p = n only",
            edited(risk, ("abs(p - n) <= 1", "p == n")),
            "One feature more or less than examples is not enough: the expectation is infinite for |p - n| = 1 too.",
        ),
        Mistake(
            "signal and noise squared",
            lambda n, p, signal, noise: risk(n, p, signal**2, noise**2),
            "You squared `signal` and `noise`. They hold r² and σ² already.",
        ),
        Mistake(
            "no absolute value",
            edited(risk, ("(abs(p - n) - 1)", "(p - n - 1)")),
            "Your denominator p - n - 1 is negative below the threshold. It is |p - n| - 1 on both sides.",
        ),
        Mistake(
            "the larger above the line",
            edited(risk, ("min(n, p)", "max(n, p)")),
            "Above the line belongs min(n, p), the number of directions that are fitted. You have the larger number.",
        ),
        Mistake(
            "infinity times no noise",
            lambda n, p, signal, noise: (
                signal * max(0.0, 1 - n / p) + noise * (math.inf if abs(p - n) <= 1 else min(n, p) / (abs(p - n) - 1))
            ),
            "Without noise yours is inf · 0, which is NaN. Where `noise` is 0, return the bias alone.",
        ),
        Mistake(
            "two parts",
            lambda n, p, signal, noise: (
                signal * max(0.0, 1 - n / p),
                risk(n, p, signal, noise) - signal * max(0.0, 1 - n / p),
            ),
            "You returned bias and variance apart. The risk is their sum, one number.",
        ),
    ),
)
