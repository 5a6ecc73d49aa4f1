"""What n examples promise about all others: bounds that hold for any data, with probability 1 - delta over the draw.

They need no theory of learning beyond two inversions. If each of n independent examples is missed with probability p
and a share q was, then p is at most the value at which q would be a surprise: exactly, for a predictor fixed before the
examples were drawn (`binomial_upper`), or through the divergence kl(q, p) = q log(q/p) + (1-q) log((1-q)/(1-p)), which
is the form that survives the choice of a predictor (`kl_inverse`; Langford and Shawe-Taylor 2003, Seeger 2002).

The examples are independent, and drawn as those are on which the mistakes will be made; nothing else is assumed. A
bound on a share of mistakes says something below 1/2 only: guessing needs no examples.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import scipy.special
import torch
from torch import Tensor

from ddlearn import arguments, compute

__all__ = ["RIDGES", "MarginBound", "binomial_upper", "kl_inverse", "margin_bound", "unit_direction"]

RIDGES = (1e-6, 1e-3, 1e-2, 0.1, 1.0, 10.0)
"""Ridges tried where a bound holds for all of them at once, for a kernel with about 1 on its diagonal."""

HALVINGS = 60


def binomial_upper(errors: int, n: int, delta: float = 0.05) -> float:
    """Largest rate of mistakes that `errors` or fewer among n fresh examples do not rule out: Clopper and Pearson 1934.

    The (1 - delta)-quantile of Beta(errors + 1, n - errors): at it, so few mistakes have probability delta. Holds for a
    predictor that has not seen these n: the hold-out bound.

    Raises `TypeError` or `ValueError` unless 0 <= errors <= n and 0 < delta < 1.
    """
    n = arguments.whole("n", n, 1)
    errors, delta = arguments.whole("errors", errors, 0, n), open_share("delta", delta)
    return 1.0 if errors == n else float(scipy.special.betaincinv(errors + 1, n - errors, 1 - delta))


def kl_inverse(q: float, c: float) -> float:
    """Return the largest p with q log(q/p) + (1 - q) log((1 - q)/(1 - p)) <= c, by bisection on [q, 1].

    It errs on the safe side: the p returned is the upper end of the last interval. kl_inverse(0, c) = 1 - exp(-c), and
    never is it more than q + sqrt(c / 2), Pinsker's inequality.

    Raises `TypeError` or `ValueError` unless 0 <= q <= 1 and c is at least 0.
    """
    q, c = arguments.between("q", q, 0, 1), arguments.at_least("c", c, 0)
    low, high = q, 1.0
    for _ in range(HALVINGS):
        p = (low + high) / 2
        if p >= 1 or _kl(q, p) > c:
            high = p
        else:
            low = p
    return high


@dataclass(frozen=True, eq=False)
class MarginBound:
    """`value` bounds the share of mistakes of the unit function alpha (n,), which came of this ridge, at margin rho."""

    value: float
    rho: float
    ridge: float
    alpha: Tensor


def margin_bound(
    K: Tensor, y: Tensor, delta: float = 0.05, ridges: Sequence[float] = RIDGES, margins: int = 24
) -> MarginBound:
    """Rademacher bound by margins for a kernel machine (Bartlett and Mendelson, JMLR 3, 2002), the best on a grid.

    For all functions of norm 1 at once, with g_i = y_i f(x_i) and rho on a grid of `margins` in geomspace(.005, 1),

        mistakes <= mean clip(1 - g_i / rho, 0, 1) + (2 / rho) sqrt(tr K) / n + 3 sqrt(log(2 margins / delta) / (2n)).

    The ridge may be chosen at will; each rho costs its part of delta, hence `margins` in the logarithm. The grid suits
    a kernel with about 1 on its diagonal.  K (n, n), y (n,) of -1 and +1.

    Raises `TypeError` or `ValueError` if K is no Gram matrix, y no signs, or another argument out of range.
    """
    n, delta = check_labeled_gram(K, y), open_share("delta", delta)
    margins = arguments.whole("margins", margins, 2)
    complexity = 2 * K.diagonal().sum().sqrt().item() / n
    spread = 3 * math.sqrt(math.log(2 * margins / delta) / (2 * n))
    rhos = torch.logspace(math.log10(0.005), 0, margins, dtype=K.dtype, device=K.device)

    def best_margin(ridge: float) -> MarginBound:
        alpha = unit_direction(K, y, ridge)
        g = y * (K @ alpha)
        values = (1 - g / rhos[:, None]).clamp(0, 1).mean(1) + complexity / rhos + spread
        least = values.argmin()
        return MarginBound(values[least].item(), rhos[least].item(), ridge, alpha)

    return min(map(best_margin, arguments.positives("ridges", ridges, K).tolist()), key=lambda found: found.value)


def unit_direction(K: Tensor, y: Tensor, ridge: float) -> Tensor:
    """Return alpha / sqrt(alpha' K alpha) with alpha = (K + ridge I)^-1 y: the ridge fit as a function of norm 1.  (n,)

    Its values K alpha at the training points, times y, are their margins. `TypeError` or `ValueError` if K is no Gram
    matrix, y no signs, or ridge not positive.
    """
    check_labeled_gram(K, y)
    compute.require_matrices(2, *K.shape, K, "the Cholesky factor")
    A = K.clone()
    A.diagonal().add_(arguments.positive("ridge", ridge))
    factor, failed = torch.linalg.cholesky_ex(A)
    if failed:
        raise ValueError("K must have no negative eigenvalue, as every Gram matrix, or ridge must be larger")
    alpha = torch.cholesky_solve(y[:, None], factor)[:, 0]
    return alpha / (alpha @ K @ alpha).sqrt()


def open_share(name: str, value: float) -> float:
    """Require a probability that is neither 0 nor 1."""
    share = arguments.between(name, value, 0, 1)
    if share in (0, 1):
        raise ValueError(f"{name} must be above 0 and below 1; got {value}")
    return share


def check_labeled_gram(K: Tensor, y: Tensor, name: str = "K") -> int:
    """Require K (n, n) symmetric and y (n,) of -1 and +1 -> n."""
    arguments.symmetric(name, K)
    arguments.signs("y", y, len(K))
    arguments.same_kind("y", y, name, K)
    return len(K)


def _kl(q: float, p: float) -> float:
    """Divergence of two coins, p in (0, 1)."""
    left = q * math.log(q / p) if q > 0 else 0.0
    return left + ((1 - q) * math.log((1 - q) / (1 - p)) if q < 1 else 0.0)
