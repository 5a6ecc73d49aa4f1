"""Bias and variance of a ridge fit, from singular values: what the learner writes, and the usual mistakes."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit


def bias_variance(s: Tensor, n: int, p: int, penalty: float, signal: float, noise: float) -> tuple[float, float]:
    lam = n * penalty
    left = (lam / (s**2 + lam)) ** 2  # share of the squared signal that the fit misses, per direction
    bias = signal / p * (left.sum() + p - len(s))
    variance = noise * (s**2 / (s**2 + lam) ** 2).sum()
    return float(bias), float(variance)


def split_cases(generator: torch.Generator):
    for n, p, penalty in ((8, 5, 0.03), (6, 15, 0.2), (10, 10, 0.01), (5, 9, 0.0)):
        s = torch.linalg.svdvals(torch.randn(n, p, generator=generator, dtype=torch.float64))
        signal, noise = (0.5 + torch.rand(2, generator=generator, dtype=torch.float64)).tolist()
        yield s, n, p, penalty, signal, noise


BIAS_VARIANCE = Exercise(
    name="bias_variance",
    title="Bias and variance from the singular values",
    reference=bias_variance,
    cases=split_cases,
    hints=(
        "Put lam = n * penalty. Along direction i the fit keeps the share s² / (s² + lam) of the signal.",
        "Bias: square what it leaves, lam / (s² + lam), sum, add the p - len(s) directions that it never sees.",
        "Each direction has signal / p. Variance: noise times the sum of (s / (s² + lam)) squared.",
    ),
    mistakes=(
        Mistake(
            "unseen directions forgotten",
            edit(" + p - len(s)", ""),
            "With p > n there are only n singular values. In the other p - n directions the fit is zero, and "
            "misses everything.",
        ),
        Mistake(
            "n forgotten",
            edit("n * penalty", "penalty"),
            "The penalty stands beside a *mean* squared error, as in lesson 01: next to s² it is n * penalty.",
        ),
        Mistake(
            "bias not squared",
            edit("(lam / (s**2 + lam)) ** 2", "lam / (s**2 + lam)"),
            "You summed what is left of each coefficient. A risk is a squared distance: square it first.",
        ),
        Mistake(
            "degrees of freedom instead of variance",
            edit("s**2 / (s**2 + lam) ** 2", "s**2 / (s**2 + lam)"),
            "Your variance is the noise times the effective degrees of freedom of lesson 01, Σ s² / (s² + lam). "
            "In the variance the denominator is squared.",
        ),
        Mistake(
            "variance of the fitted values",
            edit("s**2 / (s**2 + lam) ** 2", "(s**2 / (s**2 + lam)) ** 2"),
            "That is the variance at the training points, which never explodes. A coefficient's is the square "
            "of s / (s² + lam): small singular values count.",
        ),
        Mistake(
            "signal not shared among p",
            edit("signal / p", "signal"),
            "The signal is the whole of |β|². One of the p directions has signal / p of it.",
        ),
        Mistake(
            "singular values not squared",
            lambda s, *given: bias_variance(s.sqrt(), *given),
            "You put s where s² belongs: s holds the singular values of X, and the eigenvalues of X.T @ X are s².",
        ),
        Mistake(
            "variance first",
            lambda *given: bias_variance(*given)[::-1],
            "Right numbers, other order: return the bias first, then the variance.",
        ),
        Mistake(
            "unseen directions outside the bracket",
            edit("(left.sum() + p - len(s))", "left.sum() + p - len(s)"),
            "Your p - len(s) stands outside the bracket. Each unseen direction, too, has signal / p of the signal.",
        ),
        Mistake(
            "p - n for p - k",
            edit("- len(s)", "- n"),
            "You added p - n directions, a negative number for p < n. Unseen are p - k, with k = min(n, p) = len(s).",
        ),
        Mistake(
            "no brackets squared",
            edit("(lam / (s**2 + lam)) ** 2", "lam / (s**2 + lam)").edit(
                "s**2 / (s**2 + lam) ** 2", "s / (s**2 + lam)"
            ),
            "The brackets of both sums are not squared. Square each term first, then add up.",
        ),
        Mistake(
            "sums squared",
            edit("(lam / (s**2 + lam)) ** 2", "lam / (s**2 + lam)")
            .edit("left.sum()", "left.sum() ** 2")
            .edit("(s**2 / (s**2 + lam) ** 2).sum()", "(s / (s**2 + lam)).sum() ** 2"),
            "You squared the sums. Square each term first, then add up.",
        ),
        Mistake(
            "denominators without the square",
            edit("(lam / (s**2 + lam)) ** 2", "(lam / (s + lam)) ** 2").edit(
                "s**2 / (s**2 + lam) ** 2", "s**2 / (s + lam) ** 2"
            ),
            "Your denominators are s + n λ. They are s² + n λ: s holds singular values of X, not eigenvalues of "
            "X.T @ X.",
        ),
        Mistake(
            "both added",
            lambda *given: sum(bias_variance(*given)),
            "You returned the sum, the risk. Return its two parts, the bias first: `return bias, variance`.",
        ),
        Mistake(
            "signal and noise squared",
            lambda s, n, p, penalty, signal, noise: bias_variance(s, n, p, penalty, signal**2, noise**2),
            "You squared `signal` and `noise`. They hold r² and σ² already.",
        ),
        Mistake(
            "what is kept in the bias",
            edit("(lam / (s**2 + lam)) ** 2", "(s**2 / (s**2 + lam)) ** 2"),
            "Your bias sums what the fit keeps, s² / (s² + lam). It is what the fit misses: lam / (s² + lam).",
        ),
        Mistake(
            "s² missing above the line",
            edit("s**2 / (s**2 + lam) ** 2", "1 / (s**2 + lam)"),
            "In your variance stands 1 / (s² + lam). It is the square of s / (s² + lam).",
        ),
    ),
)
