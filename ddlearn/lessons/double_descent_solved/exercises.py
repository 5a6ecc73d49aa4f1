"""The fit of minimum norm, a function that the learner writes, with the wrong versions that classes write most often.

Two of these invert a matrix that has no inverse: `inv_ex` gives the same rounding errors as `inv`, and never raises.
The two other functions, its risk and bias with variance, stand in modules of their own.
"""

import functools
import math
from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, Remark, uses
from ddlearn.lessons.double_descent_solved.risk_exercise import RISK, risk
from ddlearn.lessons.double_descent_solved.split_exercise import BIAS_VARIANCE, bias_variance

__all__ = ["BIAS_VARIANCE", "MIN_NORM_FIT", "RISK", "bias_variance", "min_norm_fit", "risk"]

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


def ridged(X: Tensor, y: Tensor) -> Tensor:
    return torch.linalg.solve(X.T @ X + 1e-6 * torch.eye(X.shape[1]).to(X), X.T @ y)


def fit_with(back: Callable, here: Callable, full: bool = False) -> Callable:
    """The fit with another matrix at its end, back(Vh), and another beginning, here(U, s, y)."""

    def wrong(X: Tensor, y: Tensor) -> Tensor:
        U, s, Vh = torch.linalg.svd(X, full_matrices=full)
        return back(Vh) @ here(U, s, y)

    return wrong


def scaled(U: Tensor, s: Tensor, y: Tensor) -> Tensor:
    return (U.T @ y) / s[:, None]


def through(X: Tensor, y: Tensor, full: bool = False, turned: bool = True, back: str = "V") -> Tensor:
    """The fit as a product of four matrices, from left to right, one of them wrong."""
    U, s, Vh = torch.linalg.svd(X, full_matrices=full)
    return (Vh.T if back == "V" else Vh) @ torch.diag(1 / s) @ (U.T if turned else U) @ y


def cut_off(share: float, X: Tensor, y: Tensor) -> Tensor:
    return torch.linalg.pinv(X, rtol=share) @ y


def is_ridge(X: Tensor, y: Tensor, b: Tensor) -> bool:
    """Whether b is a ridge fit of any penalty: then X'(y - X b) is a positive multiple of b."""
    slope = X.T @ (y - X @ b)
    penalty = float((slope * b).sum() / b.square().sum())
    return penalty > 1e-9 and torch.allclose(slope, penalty * b, rtol=1e-4, atol=1e-6 * float(slope.abs().max()))


MIN_NORM_FIT = Exercise(
    name="min_norm_fit",
    title="The fit of minimum norm",
    reference=min_norm_fit,
    cases=fit_cases,
    remarks=(
        Remark(
            "a solver that knows it already",
            lambda X, y: torch.linalg.pinv(X) @ y,
            uses("pinv", "pinverse", "lstsq"),
            "The library did it for you. It divides by the singular values, and that is where the peak comes from: "
            "write it once with torch.linalg.svd, and see the division.",
        ),
    ),
    hints=(
        "Write X as U diag(s) Vᵀ. Along each direction the fit is a division: which number by which?",
        "`U, s, Vh = torch.linalg.svd(X, full_matrices=False)`. Then U.T @ y says what y has along each direction.",
        "Divide row i of U.T @ y by s[i] (s[:, None] has the right shape), and go back with Vh.T.",
    ),
    mistakes=(
        Mistake(
            "X'X inverted, for p > n too",
            lambda X, y: torch.linalg.inv_ex(X.T @ X).inverse @ X.T @ y,
            "You inverted X.T @ X. With more features than examples it has no inverse, and what comes out is "
            "rounding error, enormous. The singular values of X itself serve both sides.",
        ),
        Mistake(
            "normal equations, for p > n too",
            lambda X, y: torch.linalg.solve_ex(X.T @ X, X.T @ y).result,
            "You solved the normal equations. They are right for p < n; for p > n they have infinitely many "
            "solutions, and a solver for one answer finds noise. Take the SVD of X.",
        ),
        Mistake(
            "the dual formula, for p < n too",
            lambda X, y: X.T @ torch.linalg.inv_ex(X @ X.T).inverse @ y,
            "X.T (X X.T)⁻¹ y is the shortest fit when there are more features than examples. With fewer, X X.T "
            "has no inverse. The SVD of X serves both sides.",
            also=(lambda X, y: X.T @ torch.linalg.solve_ex(X @ X.T, y).result,),
        ),
        Mistake(
            "a hidden ridge",
            ridged,
            "There is a ridge in your system. It looks harmless, and it is a penalty: it changes the fit where a "
            "singular value squared is as small, and clips the peak.",
            sight=is_ridge,
        ),
        Mistake(
            "a rank cut-off of 1e-3",
            lambda X, y: torch.linalg.pinv(X, rtol=1e-3) @ y,
            "Your pseudo-inverse counts small singular values as zero, as its `rtol` says. Those are the ones "
            "that make the peak: keep all that float64 can see.",
            also=tuple(functools.partial(cut_off, share) for share in (1e-2, 0.1)),
        ),
        Mistake(
            "in float32",
            lambda X, y: (torch.linalg.pinv(X.float()) @ y.float()).double(),
            "You worked in float32, which carries seven digits. The weakest direction needs more of them. Stay "
            "in the precision of X.",
        ),
        Mistake(
            "multiplied by s",
            lambda X, y: X.T @ y,
            "That is X.T @ y: it multiplies by the singular values. A fit has to undo X, and divides by them.",
        ),
        Mistake(
            "the fitted values",
            lambda X, y: X @ min_norm_fit(X, y),
            "These are the fitted values X @ b. Return the coefficients b, of shape (p, k).",
        ),
        Mistake(
            "Vh taken for V",
            fit_with(lambda Vh: Vh, scaled),
            "The third result of `torch.linalg.svd` is V transposed, of shape (r, p). The way back is Vh.T.",
            also=(
                fit_with(lambda Vh: Vh, lambda U, s, y: torch.diag(1 / s) @ U.T @ y),
                lambda X, y: through(X, y, back="Vh"),
            ),
        ),
        Mistake(
            "full_matrices=False forgotten",
            fit_with(lambda Vh: Vh.T, scaled, full=True),
            "Without `full_matrices=False` U and Vh are square, and have more rows or columns than there are singular "
            "values.",
            also=(
                fit_with(lambda Vh: Vh.T, lambda U, s, y: torch.diag(1 / s) @ U.T @ y, full=True),
                lambda X, y: through(X, y, full=True),
            ),
        ),
        Mistake(
            "divided along the columns of y",
            fit_with(lambda Vh: Vh.T, lambda U, s, y: (U.T @ y) / s),
            "`/ s` divides column by column, and each direction is a row of U.T @ y. Give s a second axis: s[:, None].",
        ),
        Mistake(
            "U not transposed",
            fit_with(lambda Vh: Vh.T, lambda U, s, y: (U @ y) / s[:, None]),
            "What y has along each direction is U.T @ y: U has a column for each of them.",
            also=(lambda X, y: through(X, y, turned=False),),
        ),
        Mistake(
            "the first column only",
            lambda X, y: min_norm_fit(X, y)[:, 0],
            "You fitted the first column of y alone. Fit all of them at once: the answer has shape (p, k).",
        ),
    ),
)
