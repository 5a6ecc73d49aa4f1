"""Bias and variance of a ridge fit, from singular values: what the learner writes, and the usual mistakes."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints

HINTS = Hints.beside(__file__)


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
    **HINTS.of(
        "bias_variance",
        {
            "singular values not squared": lambda s, *given: bias_variance(s.sqrt(), *given),
            "variance first": lambda *given: bias_variance(*given)[::-1],
            "both added": lambda *given: sum(bias_variance(*given)),
            "signal and noise squared": lambda s, n, p, penalty, signal, noise: bias_variance(
                s, n, p, penalty, signal**2, noise**2
            ),
        },
    ),
)
