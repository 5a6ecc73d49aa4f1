"""Three functions that the learner writes: the fit of minimum norm, its risk in closed form, and bias with variance.

Each comes with the wrong versions that classes write most often, and the hint that each of them deserves. Two of these
invert a matrix that has no inverse: `inv_ex` gives the same rounding errors as `inv`, and never raises.
"""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, Remark, uses

WEAK = 3e-4
"""The weakest direction of one case, next to the strongest: a solver that drops it, or cannot see it, is found out."""


def min_norm_fit(X: Tensor, y: Tensor) -> Tensor:
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)  # (n, r), (r,), (r, p)
    return Vh.T @ ((U.T @ y) / s[:, None])


def risk(n: int, p: int, signal: float, noise: float) -> float:
    missed = signal * max(0.0, 1 - n / p)
    if noise == 0:
        return missed
    if abs(p - n) <= 1:
        return math.inf
    return missed + noise * min(n, p) / (abs(p - n) - 1)


def bias_variance(s: Tensor, n: int, p: int, penalty: float, signal: float, noise: float) -> tuple[float, float]:
    lam = n * penalty
    left = (lam / (s**2 + lam)) ** 2  # of beta's square along each direction, what the fit leaves
    bias = signal / p * (left.sum() + p - len(s))
    variance = noise * (s**2 / (s**2 + lam) ** 2).sum()
    return float(bias), float(variance)


def fit_cases(generator: torch.Generator):
    for n, p in ((9, 4), (5, 8), (6, 6), (4, 11)):
        X, y = (torch.randn(n, columns, generator=generator, dtype=torch.float64) for columns in (p, 2))
        if n == p:
            U, _, Vh = torch.linalg.svd(X)
            X = (U * torch.logspace(0, math.log10(WEAK), n, dtype=X.dtype)) @ Vh
        yield X, y


def risk_cases(generator: torch.Generator):
    for n, p in ((30, 10), (20, 45), (40, 40), (25, 27), (12, 400), (50, 48)):
        signal, noise = (0.5 + torch.rand(2, generator=generator, dtype=torch.float64)).tolist()
        yield n, p, signal, noise
    yield 40, 40, 1.0, 0.0  # without noise there is nothing to amplify


def split_cases(generator: torch.Generator):
    for n, p, penalty in ((8, 5, 0.03), (6, 15, 0.2), (10, 10, 0.01), (5, 9, 0.0)):
        s = torch.linalg.svdvals(torch.randn(n, p, generator=generator, dtype=torch.float64))
        signal, noise = (0.5 + torch.rand(2, generator=generator, dtype=torch.float64)).tolist()
        yield s, n, p, penalty, signal, noise


def ridged(X: Tensor, y: Tensor) -> Tensor:
    return torch.linalg.solve(X.T @ X + 1e-6 * torch.eye(X.shape[1]).to(X), X.T @ y)


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


def split(bias=None, variance=None):
    """Both parts, one of them spoilt: bias(left, p), variance(kept), from what directions leave and keep."""

    def wrong(s: Tensor, n: int, p: int, penalty: float, signal: float, noise: float) -> tuple[float, float]:
        right = bias_variance(s, n, p, penalty, signal, noise)
        kept = s**2 / (s**2 + n * penalty)
        return (
            float(signal * bias(1 - kept, p)) if bias else right[0],
            float(noise * variance(kept)) if variance else right[1],
        )

    return wrong


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
        ),
        Mistake(
            "a hidden ridge",
            ridged,
            "There is a small ridge of 1e-6 in your system. It looks harmless, and it is a penalty: where a "
            "singular value squared is that small, it changes the fit and clips the peak.",
        ),
        Mistake(
            "a rank cut-off of 1e-3",
            lambda X, y: torch.linalg.pinv(X, rtol=1e-3) @ y,
            "Your pseudo-inverse counts singular values below 1e-3 of the largest as zero. Those are the ones "
            "that make the peak: keep all that float64 can see.",
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
    ),
)

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
            (
                "You added the noise of the new point itself. This risk counts what the fit adds to it, so the truth "
                "has risk 0."
            ),
        ),
        Mistake(
            "no bias above the threshold",
            branches(under, lambda n, p, signal, noise: noise * n / (p - n - 1)),
            (
                "Above the threshold your fit has variance only. It sees n of p directions: the share 1 - n / p of "
                "the signal is missed."
            ),
        ),
        Mistake(
            "the lower formula on both sides",
            branches(under, lambda n, p, signal, noise: signal * (1 - n / p) + under(n, p, signal, noise)),
            (
                "Your variance is negative for p > n: no variance is. Above the threshold n and p exchange their "
                "roles in it."
            ),
        ),
        Mistake(
            "n and p exchanged",
            lambda n, p, signal, noise: risk(p, n, signal, noise),
            "You have n and p the wrong way round: n counts examples, p counts features.",
        ),
        Mistake(
            "finite at p = n",
            unguarded,
            (
                "At p = n yours is finite, and negative. With features and examples equally many the expectation is "
                "infinite: return float('inf') for |p - n| <= 1."
            ),
        ),
        Mistake(
            "infinite without noise",
            lambda n, p, signal, noise: math.inf if abs(p - n) <= 1 else risk(n, p, signal, noise),
            (
                "At p = n yours is infinite even where noise is 0. The peak is amplified noise: without noise the fit "
                "at p = n finds beta exactly, and its risk is 0."
            ),
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
    ),
)

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
            split(bias=lambda left, p: (left**2).sum() / p),
            (
                "With p > n there are only n singular values. In the other p - n directions the fit is zero, and "
                "misses all that is there."
            ),
        ),
        Mistake(
            "n forgotten",
            lambda s, n, p, penalty, signal, noise: bias_variance(s, n, p, penalty / n, signal, noise),
            "The penalty stands beside a *mean* squared error, as in lesson 01: next to s² it is n * penalty.",
        ),
        Mistake(
            "bias not squared",
            split(bias=lambda left, p: (left.sum() + p - len(left)) / p),
            "You summed what is left of each coefficient. A risk is a squared distance: square it first.",
        ),
        Mistake(
            "degrees of freedom instead of variance",
            split(variance=lambda kept: kept.sum()),
            (
                "Your variance is the noise times the effective degrees of freedom of lesson 01, Σ s² / (s² + lam). "
                "In the variance the denominator is squared."
            ),
        ),
        Mistake(
            "variance of the fitted values",
            split(variance=lambda kept: (kept**2).sum()),
            (
                "That is the variance at the training points, which never explodes. A coefficient's is the square "
                "of s / (s² + lam): small singular values count."
            ),
        ),
        Mistake(
            "signal not shared among p",
            split(bias=lambda left, p: (left**2).sum() + p - len(left)),
            "The signal is the whole of |β|². One of the p directions has signal / p of it.",
        ),
        Mistake(
            "singular values not squared",
            lambda s, n, p, penalty, signal, noise: bias_variance(s.sqrt(), n, p, penalty, signal, noise),
            "You put s where s² belongs: s holds the singular values of X, and the eigenvalues of X.T @ X are s².",
        ),
        Mistake(
            "variance first",
            lambda s, n, p, penalty, signal, noise: bias_variance(s, n, p, penalty, signal, noise)[::-1],
            "Right numbers, other order: return the bias first, then the variance.",
        ),
    ),
)
