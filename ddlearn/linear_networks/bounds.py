"""What holds at one point of the path: how strongly the layers pass a gradient on, and what a single step then does.

The loss of the product is strongly convex and smooth. Seen from the layers it is neither, but near a point it is, with
constants that the singular values of T(G) = (G W2, G'W1) set. (2) and (3) are Theorem 3.1 of Xu, Min, Tarmoun, Mallada
and Vidal (TMLR 2025, arXiv 2505.11664), with another K_t; the K_t of (1) is our derivation.

    (1) K_t(eta) = |G|_2 + K (smax(T) + eta |grad| / 2)^2,   mu_t = mu smin(T)^2
    (2) L_{t+1} <= L_t - eta (1 - eta K_t / 2) |grad|^2,     |grad|^2 / 2 >= mu_t L_t
    (3) L_{t+1} <= (1 - 2 mu_t eta + mu_t K_t eta^2) L_t     if eta K_t <= 2
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.linear_networks.dynamics import gradients, require_layers
from ddlearn.linear_networks.objective import Objective

__all__ = ["LocalConstants", "Range", "local_constants", "measured_rate", "spectral_bounds", "tangent_range"]


class Range(NamedTuple):
    """Smallest and largest squared singular value of T, or bounds on them.  Each (...)."""

    low: Tensor
    high: Tensor


class LocalConstants(NamedTuple):
    """Constants of one step of a given rate from one point: smoothness K_t and Polyak-Lojasiewicz mu_t.  Each (...)."""

    rate: Tensor
    smoothness: Tensor
    pl: Tensor

    @property
    def contraction(self) -> Tensor:
        """1 - 2 mu_t eta + mu_t K_t eta^2, the factor by which the loss shrinks at least; for eta K_t <= 2."""
        return 1 - self.pl * self.rate * (2 - self.rate * self.smoothness)


def tangent_range(W1: Tensor, W2: Tensor) -> Range:
    """Return the extreme squared singular values of T: s_n(W1)^2 + s_m(W2)^2 and s_1(W1)^2 + s_1(W2)^2.  -> two (...).

    s_n(W1) is 0 where h < n, and s_m(W2) where h < m.
    """
    require_layers(W1, W2)
    parts = [(torch.linalg.svdvals(W).square(), W.shape[-2] <= W.shape[-1]) for W in (W1, W2)]
    low = sum(values[..., -1] * full for values, full in parts)
    return Range(low, sum(values[..., 0] for values, _ in parts))


def spectral_bounds(spectrum: Tensor, n: int, m: int, weakest: float | Tensor, strongest: float | Tensor) -> Range:
    """Bounds on T from the eigenvalues of the imbalance D and the extreme singular values of the product W (n, m).

    spectrum (..., r) holds the eigenvalues of D, or the `imbalance_spectrum`, largest first; smin(W) >= weakest and
    smax(W) <= strongest, numbers or (...). With a = [lambda_n(D)]+, b = [lambda_m(-D)]+, d = [lambda_1(D)]+ and
    e = [lambda_1(-D)]+,

        (6) smin(T)^2 >= (a - e + sqrt((a + e)^2 + 4 u^2)) / 2 + (b - d + sqrt((b + d)^2 + 4 v^2)) / 2
        (7) smax(T)^2 <= (d + sqrt(d^2 + 4 strongest^2)) / 2 + (e + sqrt(e^2 + 4 strongest^2)) / 2

    where u = weakest if n <= m else 0, and v = weakest if m <= n else 0. For n = m these are alpha_0 and beta_0 of Xu,
    Min, Tarmoun, Mallada and Vidal (AISTATS 2023, Table 2); derived again here, also for n and m apart. weakest = 0
    leaves a + b, the constant of flow in Min, Tarmoun, Vidal and Mallada (2021, Theorem 1); D = 0 leaves 2 weakest.
    """
    if arguments.tensor("spectrum", spectrum).ndim == 0:
        raise ValueError("spectrum must be of shape (..., r); got one number")
    n, m = arguments.whole("n", n, 1), arguments.whole("m", m, 1)
    weakest, strongest = (
        not_negative(name, value, spectrum) for name, value in (("weakest", weakest), ("strongest", strongest))
    )
    zero = torch.zeros_like(spectrum[..., 0])
    a = spectrum[..., n - 1].clamp(min=0) if spectrum.shape[-1] >= n else zero
    b = (-spectrum[..., -m]).clamp(min=0) if spectrum.shape[-1] >= m else zero
    d, e = spectrum[..., 0].clamp(min=0), (-spectrum[..., -1]).clamp(min=0)
    u, v = weakest * (n <= m), weakest * (m <= n)
    low = a + _excess(a + e, u) + b + _excess(b + d, v)
    high = (d + torch.hypot(d, 2 * strongest) + e + torch.hypot(e, 2 * strongest)) / 2
    return Range(low, high)


def local_constants(problem: Objective, W1: Tensor, W2: Tensor, rate: float | Tensor) -> LocalConstants:
    """Return the constants (1) of a step of this rate from (W1, W2).  -> each (...)"""
    strength, slope, curvature = _local(problem, W1, W2)
    rate = not_negative("rate", rate, slope)
    smoothness = curvature + problem.K * (strength.high.sqrt() + rate * slope / 2).square()
    return LocalConstants(rate, smoothness, problem.mu * strength.low)


def measured_rate(problem: Objective, W1: Tensor, W2: Tensor) -> Tensor:
    """The step-size rule eta K_t(eta) = 1, solved where the weights now are: the best rate that (3) knows.  -> (...)"""
    strength, slope, curvature = _local(problem, W1, W2)
    K, top = problem.K, strength.high.sqrt()
    largest = top.maximum((curvature / K).sqrt())
    if (largest == 0).any():
        raise ValueError("W1, W2 and the gradient must not all be 0: there no step changes anything, whatever its rate")
    # In units of their own, as the squares and cubes of large numbers leave the range of floats.
    size, bend = power_of_two(largest), power_of_two(K)
    K, top, curvature, slope = K / bend, top / size, curvature / bend / size / size, slope / bend / size / size / size
    return unit_root(curvature + K * top.square(), K * top * slope, K * slope.square() / 4) / bend / size / size


def power_of_two(value: Tensor) -> Tensor:
    """Return the largest power of two that is not above a positive value: a unit that costs no digit."""
    return value / (2 * torch.frexp(value).mantissa)


def unit_root(*coefficients: Tensor) -> Tensor:
    """The one positive eta with c_1 eta + c_2 eta^2 + ... = 1, every c at least 0 and c_1 above it.  (...) -> (...)

    Convex and increasing: from 1 / c_1, on the right, Newton's steps come down to the root and never pass it.
    """
    c = [torch.as_tensor(one) for one in coefficients]
    eta = 1 / c[0]
    for _ in range(100):
        value, slope = torch.zeros_like(eta), torch.zeros_like(eta)
        for one in reversed(c):  # Horner, for the value and the slope at once
            slope = slope * eta + value + one
            value = (value + one) * eta
        lower = eta - (value - 1) / slope
        if not (lower < eta).any():
            break
        eta = torch.minimum(eta, lower)
    return eta * (1 - 4 * torch.finfo(eta.dtype).eps)


def _local(problem: Objective, W1: Tensor, W2: Tensor) -> tuple[Range, Tensor, Tensor]:
    """The range of T, |grad| and |G|_2 at a point."""
    slope = gradients(problem, W1, W2).norm
    curvature = torch.linalg.matrix_norm(problem.gradient(W1 @ W2.mT), ord=2)
    return tangent_range(W1, W2), slope, curvature


def _excess(width: Tensor, margin: Tensor) -> Tensor:
    """(sqrt(width^2 + 4 margin^2) - width) / 2, without the cancellation."""
    total = width + torch.hypot(width, 2 * margin)
    return 2 * margin * (margin / total.where(total > 0, 1))


def not_negative(name: str, value: float | Tensor, like: Tensor) -> Tensor:
    if isinstance(value, Tensor):
        value = arguments.readable(name, value)
    elif value == value:  # NaN is refused below, with the others that are not at least 0
        arguments.between(name, value, -math.inf, math.inf)
    value = torch.as_tensor(value, dtype=like.dtype, device=like.device)
    if value.numel() == 0 or value.isinf().any():
        raise ValueError(f"{name} must be finite numbers, one at least; got {value.tolist()}")
    if not (value >= 0).all():
        raise ValueError(f"{name} must be at least 0 everywhere; got {value.min().item()}")
    return value
