"""The shortest fit, which the learner repairs, and its risk, which the learner writes, with the usual wrong versions.

Two of these invert a matrix that has no inverse: `inv_ex` gives the same rounding errors as `inv`, and never raises.
"""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, Remark, edit, uses
from ddlearn.lessons.double_descent_solved.bias_variance import BIAS_VARIANCE, bias_variance

__all__ = ["BIAS_VARIANCE", "MIN_NORM_FIT", "RISK", "bias_variance", "min_norm_fit", "risk"]

HINTS = Hints.beside(__file__)

WEAK = 3e-4
"""The weakest direction of one case, next to the strongest: a solver that drops it, or cannot see it, is found out."""


def min_norm_fit(X: Tensor, y: Tensor) -> Tensor:
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)  # (n, r), (r,), (r, p)
    return Vh.T @ ((U.T @ y) / s[:, None])


def fit_cases(generator: torch.Generator):
    for n, p in ((9, 4), (5, 8), (6, 6), (4, 11)):
        X, y = (torch.randn(n, columns, generator=generator, dtype=torch.float64) for columns in (p, 2))
        if n == p:
            U, _, Vh = torch.linalg.svd(X)
            X = (U * torch.logspace(0, math.log10(WEAK), n, dtype=X.dtype)) @ Vh
        yield X, y


def is_ridge(X: Tensor, y: Tensor, b: Tensor) -> bool:
    """Whether b is a ridge fit of any penalty: then X'(y - X b) is a positive multiple of b."""
    slope = X.T @ (y - X @ b)
    penalty = float((slope * b).sum() / b.square().sum())
    return penalty > 1e-9 and torch.allclose(slope, penalty * b, rtol=1e-4, atol=1e-6 * float(slope.abs().max()))


MIN_NORM_FIT = Exercise(
    name="min_norm_fit",
    title="The shortest fit",
    reference=min_norm_fit,
    cases=fit_cases,
    given="a hidden ridge",
    remarks=(
        Remark(
            "a solver that knows it already",
            lambda X, y: torch.linalg.pinv(X) @ y,
            uses("pinv", "pinverse", "lstsq"),
            "The library did it for you. It divides by the singular values, which is where the peak comes from. "
            "Write it once with torch.linalg.svd, to see the division.",
        ),
    ),
    **HINTS.of(
        "min_norm_fit",
        {
            "X'X inverted, for p > n too": lambda X, y: torch.linalg.inv_ex(X.T @ X).inverse @ X.T @ y,
            "normal equations, for p > n too": lambda X, y: torch.linalg.solve_ex(X.T @ X, X.T @ y).result,
            "the dual formula, for p < n too": (
                lambda X, y: X.T @ torch.linalg.inv_ex(X @ X.T).inverse @ y,
                lambda X, y: X.T @ torch.linalg.solve_ex(X @ X.T, y).result,
            ),
            "a hidden ridge": lambda X, y: torch.linalg.solve(X.T @ X + 1e-6 * torch.eye(X.shape[1]).to(X), X.T @ y),
            "a rank cut-off of 1e-3": (
                lambda X, y: torch.linalg.pinv(X, rtol=1e-3) @ y,
                lambda X, y: torch.linalg.pinv(X, rtol=1e-2) @ y,
                lambda X, y: torch.linalg.pinv(X, rtol=0.1) @ y,
            ),
            "in float32": lambda X, y: (torch.linalg.pinv(X.float()) @ y.float()).double(),
            "multiplied by s": lambda X, y: X.T @ y,
            "the fitted values": lambda X, y: X @ min_norm_fit(X, y),
            "Vh taken for V": (
                edit("Vh.T @", "Vh @").edit("(U.T @ y) / s[:, None]", "torch.diag(1 / s) @ U.T @ y"),
                edit("Vh.T @ ((U.T @ y) / s[:, None])", "Vh @ torch.diag(1 / s) @ U.T @ y"),
            ),
            "full_matrices=False forgotten": (
                edit(", full_matrices=False", "").edit("(U.T @ y) / s[:, None]", "torch.diag(1 / s) @ U.T @ y"),
                edit(", full_matrices=False", "").edit("((U.T @ y) / s[:, None])", "torch.diag(1 / s) @ U.T @ y"),
            ),
            "U not transposed": edit("((U.T @ y) / s[:, None])", "torch.diag(1 / s) @ U @ y"),
            "the first column only": lambda X, y: min_norm_fit(X, y)[:, 0],
        },
        sights={
            "a hidden ridge": is_ridge,
        },
    ),
)


def risk(n: int, p: int, signal: float, noise: float) -> float:
    bias = signal * max(0.0, 1 - n / p)
    if noise == 0:
        return bias
    if abs(p - n) <= 1:
        return math.inf
    return bias + noise * min(n, p) / (abs(p - n) - 1)


def risk_cases(generator: torch.Generator):
    for n, p in ((30, 10), (20, 45), (40, 40), (25, 27), (12, 400), (50, 48), (31, 30), (17, 18)):
        signal, noise = (0.5 + torch.rand(2, generator=generator, dtype=torch.float64)).tolist()
        yield n, p, signal, noise
    yield 40, 40, 1.0, 0.0  # without noise there is nothing to amplify


RISK = Exercise(
    name="risk",
    title="The risk of the shortest fit",
    reference=risk,
    cases=risk_cases,
    **HINTS.of(
        "risk",
        {
            "total instead of excess risk": lambda n, p, signal, noise: risk(n, p, signal, noise) + noise,
            "n and p exchanged": lambda n, p, signal, noise: risk(p, n, signal, noise),
            "signal and noise squared": lambda n, p, signal, noise: risk(n, p, signal**2, noise**2),
            "two parts": lambda n, p, signal, noise: (
                signal * max(0.0, 1 - n / p),
                risk(n, p, signal, noise) - signal * max(0.0, 1 - n / p),
            ),
        },
    ),
)
