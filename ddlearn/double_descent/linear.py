"""Linear regression with isotropic inputs: the whole double descent in closed form.

x ~ N(0, I_p), y = beta . x + noise, n examples. `signal` is r^2 = |beta|^2, `noise` the variance s^2, `ratio` is
g = p/n. Every risk is the excess E |b - beta|^2 of a fit b: predicting 0 has risk r^2, and the noise is not counted.

The fit of minimum norm is ordinary least squares for p < n and passes through every example for p > n. At p = n it
must pass through noisy examples with not a parameter to spare, and its risk is infinite. On either side

    g < 1: s^2 g / (1 - g)              g > 1: r^2 (1 - 1/g) + s^2 / (g - 1)

as n grows, and at any n exactly what `exact_risk` says. A ridge chosen well has no peak. The limits are those of
Hastie, Montanari, Rosset and Tibshirani (arXiv 1903.08560), the finite sizes those of Breiman and Freedman (1983) and
Belkin, Hsu and Xu (arXiv 1903.07571); all are checked here by simulation.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["best_penalty", "best_ridge_risk", "exact_risk", "ridge_risk", "ridgeless_risk"]

Numbers = float | Tensor | Sequence[float]


def ridgeless_risk(ratio: Numbers, signal: float, noise: float) -> Tensor:
    """Risk of the minimum-norm fit as n and p grow together.  ratio () or (L,) -> the same shape; inf at ratio 1."""
    g, (signal, noise) = arguments.numbers("ratio", ratio), _strengths(signal, noise)
    variance = noise * g.clamp(max=1) / (1 - g).abs() if noise > 0 else 0
    return signal * (1 - 1 / g).clamp(min=0) + variance


def exact_risk(n: int, p: int, signal: float, noise: float) -> float:
    """Return risk of the minimum-norm fit at any n and p, averaged over Gaussian inputs: no limit, no approximation.

    s^2 p / (n - p - 1) for p <= n - 2;  r^2 (1 - n/p) + s^2 n / (p - n - 1) for p >= n + 2;  infinite between, unless
    there is no noise.
    """
    n, p = arguments.whole("n", n, 1), arguments.whole("p", p, 1)
    signal, noise = _strengths(signal, noise)
    missed = signal * max(0.0, 1 - n / p)
    if noise == 0:
        return missed
    if abs(p - n) <= 1:
        return math.inf
    return missed + noise * min(n, p) / (abs(p - n) - 1)


def ridge_risk(ratio: Numbers, penalty: Numbers, signal: float, noise: float) -> Tensor:
    """Risk of (X'X/n + penalty I)^-1 X'y/n as n and p grow together.  ratio and penalty () or (L,) -> their shape.

    R = r^2 l^2 m' + s^2 g (m - l m') with l the penalty, m the positive root of g l m^2 + (1 - g + l) m = 1 and
    m' = m (1 + g m) / S, S = sqrt((1 - g + l)^2 + 4 g l). Written so that no digit is lost as l goes to 0.
    """
    g, l = arguments.numbers("ratio", ratio), arguments.numbers("penalty", penalty)
    signal, noise = _strengths(signal, noise)
    m, S = _resolvent(g, l)
    lm_slope = l * m * (l + g * l * m) / S  # l^2 m'
    spare = S + (1 - g - l).abs()
    variance = m / S * torch.where(g + l < 1, spare / 2, 2 * l / spare)  # m - l m'
    return signal * lm_slope + noise * g * variance


def best_penalty(ratio: Numbers, signal: float, noise: float) -> Tensor:
    """The penalty with the least risk, s^2 g / r^2.  ratio () or (L,) -> the same shape. signal must be above 0."""
    g, noise = arguments.numbers("ratio", ratio), arguments.at_least("noise", noise, 0)
    return noise * g / arguments.positive("signal", signal)


def best_ridge_risk(ratio: Numbers, signal: float, noise: float) -> Tensor:
    """Risk at the best penalty, s^2 g m. It has no peak, and more examples always lower it.  () or (L,) -> the same."""
    arguments.positive("noise", noise)
    g, l = arguments.numbers("ratio", ratio), best_penalty(ratio, signal, noise)
    return noise * g * _resolvent(g, l)[0]


def _resolvent(g: Tensor, l: Tensor) -> tuple[Tensor, Tensor]:
    """m(-l) and S, m from whichever of its two forms does not cancel."""
    b = 1 - g + l
    S = torch.hypot(b, 2 * g.sqrt() * l.sqrt())
    return torch.where(b > 0, 2 / (S + b), (S - b) / (2 * g * l)), S


def _strengths(signal: float, noise: float) -> tuple[float, float]:
    return arguments.at_least("signal", signal, 0), arguments.at_least("noise", noise, 0)
