"""The shortest fit, which the learner repairs, and its risk, which the learner writes, with the usual wrong versions.

Two of these invert a matrix that has no inverse: `inv_ex` gives the same rounding errors as `inv`, and never raises.
"""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, Remark, edit, uses
from ddlearn.lessons.double_descent_solved.bias_variance import BIAS_VARIANCE, bias_variance

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
    hints=(
        "The function adds a term to X.T @ X. What would happen to the system without it, for p > n?",
        "The formula of Explain needs no inverse of X.T @ X: write X as U diag(s) Vᵀ, and divide along each direction.",
        "With U, s, Vh = torch.linalg.svd(X, full_matrices=False), divide row i of U.T @ y by s[i]. Go back with Vh.T.",
    ),
    mistakes=(
        Mistake(
            "X'X inverted, for p > n too",
            lambda X, y: torch.linalg.inv_ex(X.T @ X).inverse @ X.T @ y,
            "You inverted X.T @ X. With more features than examples it has no inverse, and the result is "
            "rounding error. The singular values of X itself serve for both cases.",
        ),
        Mistake(
            "normal equations, for p > n too",
            lambda X, y: torch.linalg.solve_ex(X.T @ X, X.T @ y).result,
            "You solved the normal equations. They are right for p < n. For p > n they have infinitely many "
            "solutions, and the solver returns rounding error. Take the SVD of X.",
        ),
        Mistake(
            "the dual formula, for p < n too",
            lambda X, y: X.T @ torch.linalg.inv_ex(X @ X.T).inverse @ y,
            "X.T (X X.T)⁻¹ y is the shortest fit when there are more features than examples. With fewer, X X.T "
            "has no inverse. The SVD of X serves for both cases.",
            also=(lambda X, y: X.T @ torch.linalg.solve_ex(X @ X.T, y).result,),
        ),
        Mistake(
            "a hidden ridge",
            lambda X, y: torch.linalg.solve(X.T @ X + 1e-6 * torch.eye(X.shape[1]).to(X), X.T @ y),
            "There is a ridge in this system. It is a penalty: it changes the fit in every direction whose squared "
            "singular value is as small as the ridge, and lowers the peak.",
            sight=is_ridge,
        ),
        Mistake(
            "a rank cut-off of 1e-3",
            lambda X, y: torch.linalg.pinv(X, rtol=1e-3) @ y,
            "Your pseudo-inverse counts small singular values as zero, as its `rtol` says. These make the peak: keep "
            "all that float64 can represent.",
            also=(lambda X, y: torch.linalg.pinv(X, rtol=1e-2) @ y, lambda X, y: torch.linalg.pinv(X, rtol=0.1) @ y),
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
            "These are the fitted values X @ w. Return the weights w, of shape (p, k).",
        ),
        Mistake(
            "Vh taken for V",
            edit("Vh.T @", "Vh @"),
            "The third result of `torch.linalg.svd` is V transposed, of shape (r, p). The way back is Vh.T.",
            also=(
                edit("Vh.T @", "Vh @").edit("(U.T @ y) / s[:, None]", "torch.diag(1 / s) @ U.T @ y"),
                edit("Vh.T @ ((U.T @ y) / s[:, None])", "Vh @ torch.diag(1 / s) @ U.T @ y"),
            ),
        ),
        Mistake(
            "full_matrices=False forgotten",
            edit(", full_matrices=False", ""),
            "Without `full_matrices=False` U and Vh are square, and have more rows or columns than there are singular "
            "values.",
            also=(
                edit(", full_matrices=False", "").edit("(U.T @ y) / s[:, None]", "torch.diag(1 / s) @ U.T @ y"),
                edit(", full_matrices=False", "").edit("((U.T @ y) / s[:, None])", "torch.diag(1 / s) @ U.T @ y"),
            ),
        ),
        Mistake(
            "divided along the columns of y",
            edit("s[:, None]", "s"),
            "`/ s` divides column by column, but each direction is a row of U.T @ y. Give s a second axis: s[:, None].",
        ),
        Mistake(
            "U not transposed",
            edit("U.T @ y", "U @ y"),
            "What y has along each direction is U.T @ y: U has a column for each of them.",
            also=(edit("((U.T @ y) / s[:, None])", "torch.diag(1 / s) @ U @ y"),),
        ),
        Mistake(
            "the first column only",
            lambda X, y: min_norm_fit(X, y)[:, 0],
            "You fitted the first column of y alone. Fit all of them at once: the answer has shape (p, k).",
        ),
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
    hints=(
        "The risk has two parts, bias² and variance. Which of them is zero for p < n?",
        "Two cases come before the general one: no noise, and p within one feature of n. What is the mean in each?",
        "The bias is signal * max(0, 1 - n / p), and the variance is noise * min(n, p) / (abs(p - n) - 1).",
    ),
    mistakes=(
        Mistake(
            "total instead of excess risk",
            lambda n, p, signal, noise: risk(n, p, signal, noise) + noise,
            "You added the noise of the new point itself. The excess risk is what the fit adds to it, so the truth "
            "has the risk 0.",
        ),
        Mistake(
            "no bias above the threshold",
            edit("return bias + noise", "return noise"),
            "For p > n your fit has variance only. But n examples span n of p directions, so the share 1 - n / p of "
            "the signal is missed.",
        ),
        Mistake(
            "the lower formula on both sides",
            edit("min(n, p) / (abs(p - n) - 1)", "p / (n - p - 1)"),
            "Your variance is negative for p > n, which no variance can be. For p > n, n and p exchange their "
            "roles in it.",
        ),
        Mistake(
            "n and p exchanged",
            lambda n, p, signal, noise: risk(p, n, signal, noise),
            "You exchanged n and p: n counts examples, p counts features.",
        ),
        Mistake(
            "finite at p = n",
            edit("abs(p - n) <= 1", "False"),
            "At p = n your risk is finite, and negative. With as many features as examples the mean is infinite: "
            "return float('inf') for |p - n| <= 1.",
        ),
        Mistake(
            "infinite without noise",
            edit("noise == 0", "False"),
            "At p = n your risk is infinite even if the noise is 0. The peak is amplified noise: without noise the fit "
            "at p = n finds the truth exactly, and its risk is 0.",
        ),
        Mistake(
            "the limit instead of the exact formula",
            edit("(abs(p - n) - 1)", "abs(p - n)"),
            "That is the limit of many examples, g / (1 - g). At finite n subtract one more: |p - n| - 1.",
        ),
        Mistake(
            "bias below the threshold too",
            edit("max(0.0, 1 - n / p)", "(1 - n / p)"),
            "For p < n the examples span every direction, so nothing is missed. Your bias is negative there.",
        ),
        Mistake(
            "infinite at p = n only",
            edit("abs(p - n) <= 1", "p == n"),
            "With one feature more or less than examples the mean is infinite too: use |p - n| <= 1.",
        ),
        Mistake(
            "signal and noise squared",
            lambda n, p, signal, noise: risk(n, p, signal**2, noise**2),
            "You squared `signal` and `noise`. They hold r² and σ² already.",
        ),
        Mistake(
            "no absolute value",
            edit("(abs(p - n) - 1)", "(p - n - 1)"),
            "Your denominator p - n - 1 is negative for p < n. It is |p - n| - 1 in both cases.",
        ),
        Mistake(
            "the larger above the line",
            edit("min(n, p)", "max(n, p)"),
            "The numerator is min(n, p), the number of directions that are fitted. You have the larger number.",
        ),
        Mistake(
            "infinity times no noise",
            edit("noise == 0", "False").edit("return math.inf", "return bias + noise * math.inf"),
            "Without noise your risk is inf · 0, which is NaN. If `noise` is 0, return the bias alone.",
        ),
        Mistake(
            "two parts",
            lambda n, p, signal, noise: (
                signal * max(0.0, 1 - n / p),
                risk(n, p, signal, noise) - signal * max(0.0, 1 - n / p),
            ),
            "You returned bias and variance separately. The risk is their sum, one number.",
        ),
    ),
)
