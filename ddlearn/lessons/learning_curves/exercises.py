"""Functions that the learner writes: the water level, the error predicted from it, and the modes of a target."""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

__all__ = ["KAPPA", "MODE_POWERS", "PREDICTED_ERROR", "kappa", "mode_powers", "predicted_error"]

HINTS = Hints.beside(__file__)

SHORT_OF = 2e-3
"""A search that stopped too early ends within this share of the interval from κ, or of 1 if the interval is shorter."""


def kappa(lam: Tensor, n: float) -> float:
    low, high = 1e-18, float(lam.sum() / n)
    for _ in range(100):
        middle = math.sqrt(low * high)
        if float((lam / (lam + middle)).sum()) > n:
            low = middle
        else:
            high = middle
    return high


def predicted_error(lam: Tensor, V: Tensor, n: int, level: float) -> Tensor:
    N, L = len(lam), lam / (lam + level)
    missed = ((1 - L) ** 2 * V).sum()
    return N / (N - n) * n / (n - (L**2).sum()) * missed


def mode_powers(K: Tensor, Y: Tensor) -> Tensor:
    N = len(K)
    U = torch.linalg.eigh(K / N).eigenvectors
    powers = (U.T @ Y) ** 2 / N
    return powers.sum(1).flip(0)


def spectrum_cases(generator: torch.Generator):
    """Draw power laws, one of them so large that κ is well above 1."""
    for N, n, exponent, size in (
        (12, 4, 1.0, 1),
        (40, 15, 1.5, 1),
        (200, 60, 2.0, 1),
        (30, 29, 0.7, 1),
        (25, 5, 0.5, 20),
    ):
        spread = size * (torch.rand(N, generator=generator, dtype=torch.float64) + 0.5)
        lam = spread * torch.arange(1, N + 1, dtype=torch.float64) ** -exponent
        yield lam.sort(descending=True).values, n


def risk_cases(generator: torch.Generator):
    for lam, n in spectrum_cases(generator):
        V = torch.rand(len(lam), generator=generator, dtype=torch.float64) * lam
        # A little beside the true kappa: at it n - sum L is 0, and a formula with that in it would be all rounding.
        yield lam, V, n, 1.2 * kappa(lam, n)


KAPPA = Exercise(
    name="kappa",
    title="What n examples buy",
    reference=kappa,
    cases=spectrum_cases,
    **HINTS.of(
        "kappa",
        {
            "the lower end": edit("(lam / (lam + middle)).sum()", "(lam / (lam + middle)).mean()"),
        },
        sights={
            "stopped too early": lambda lam, n, answer: (
                abs(float(answer) - kappa(lam, n)) < SHORT_OF * max(1, float(lam.sum() / n))
            ),
        },
    ),
)

PREDICTED_ERROR = Exercise(
    name="predicted_error",
    title="The error at unseen points, predicted",
    reference=predicted_error,
    cases=risk_cases,
    given="L not squared",
    **HINTS.of("predicted_error"),
)


def kernel_cases(generator: torch.Generator):
    for N, outputs in ((5, 1), (9, 3), (20, 2)):
        x = torch.randn(N, 2 * N, generator=generator, dtype=torch.float64)
        yield x @ x.T, torch.randn(N, outputs, generator=generator, dtype=torch.float64)


MODE_POWERS = Exercise(
    name="mode_powers",
    title="How much of the target lies in each mode",
    reference=mode_powers,
    cases=kernel_cases,
    no_loop=True,
    **HINTS.of(
        "mode_powers",
        {
            "not divided by N": edit(" / N\n    return", "\n    return"),
        },
    ),
)
