"""Random features in the proportional limit: examples, features and inputs grow together, and the risk is a formula.

Inputs x and weights theta are uniform on the sphere of radius sqrt(d) in d dimensions, y = beta . x + noise, and the
features of a point are sigma(theta_j . x / sqrt(d)), j = 1 .. N. The fit minimises |y - Z a|^2 / n + (N l / d) |a|^2.
With psi1 = N/d, psi2 = n/d, the excess risk is

    F1^2 B + (tau^2 + Fs^2) V + Fs^2,    |beta| = F1, noise variance tau^2, Fs^2 a nonlinear part of the target

(Mei and Montanari, arXiv 1908.05355). Of the activation only mu1 = E G sigma(G) and mus^2 = E sigma^2 - mu0^2 - mu1^2
matter, through zeta = mu1/mus and lb = l/mus^2. Their fixed-point equations come down to one number q, which is found
by bisection (our reduction): with h = q + zeta^2 q / (1 + zeta^2 q),

    (psi1 - h)(psi2 - h) = psi1 psi2 lb q,    0 < h < min(psi1, psi2).

B and V are then ratios of polynomials in chi = -q. Those are written from memory of the paper, and checked here by
simulation at several d and by V = psi1 / (psi2 - psi1), exact for psi1 < psi2 without a penalty.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.double_descent.linear import Numbers

__all__ = ["FEATURE_ACTIVATIONS", "FeatureRisk", "Moments", "feature_risk", "moments"]

FEATURE_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "erf": torch.erf,
    "absolute": lambda z: z.abs() - math.sqrt(2 / math.pi),
}
"""Activations of random features. "absolute" has mean 0 and no linear part: it is simulated, and has no theory here."""

HALVINGS = 120


@dataclass(frozen=True)
class Moments:
    """What the limit knows of an activation: mu0, mu1 and the square of mus."""

    mu0: float
    mu1: float
    mu_star2: float

    @property
    def zeta2(self) -> float:
        """mu1^2 / mus^2: large for a nearly linear activation."""
        return self.mu1**2 / self.mu_star2


@functools.cache
def moments(activation: str = "relu") -> Moments:
    """The moments of one of `FEATURE_ACTIVATIONS` under G ~ N(0, 1).

    relu: 1/sqrt(2 pi), 1/2 and 1/4 - 1/(2 pi). The others by Gauss-Legendre on either side of 0: a rule that does not
    know of a kink there, Gauss-Hermite with 120 nodes say, is wrong in the second digit.
    """
    arguments.one_of("activation", activation, tuple(FEATURE_ACTIVATIONS))
    if activation == "relu":
        return Moments(1 / math.sqrt(2 * math.pi), 0.5, 0.25 - 1 / (2 * math.pi))
    nodes, weights = np.polynomial.legendre.leggauss(200)
    half = torch.from_numpy(6 * (nodes + 1))  # (0, 12)
    G = torch.cat([-half, half])
    density = torch.from_numpy(6 * weights).repeat(2) * (-G.square() / 2).exp() / math.sqrt(2 * math.pi)
    value = FEATURE_ACTIVATIONS[activation](G)
    mu0, mu1, second = ((density * one).sum().item() for one in (value, G * value, value.square()))
    mu1 = 0.0 if abs(mu1) < 1e-14 else mu1
    return Moments(mu0, mu1, second - mu0**2 - mu1**2)


@dataclass(frozen=True, eq=False)
class FeatureRisk:
    """bias B, variance V and chi, each of the shape of psi1, psi2 and penalty together."""

    bias: Tensor
    variance: Tensor
    chi: Tensor

    def risk(self, signal: float, noise: float, nonlinear: float = 0.0) -> Tensor:
        """signal B + (noise + nonlinear) V + nonlinear, with signal = F1^2, noise = tau^2, nonlinear = Fs^2."""
        signal, noise = arguments.at_least("signal", signal, 0), arguments.at_least("noise", noise, 0)
        nonlinear = arguments.at_least("nonlinear", nonlinear, 0)
        parts = ((signal, self.bias), (noise + nonlinear, self.variance))
        # A part of which there is none adds 0, at the peak too, where it would be 0 times infinity.
        return sum(strength * part if strength > 0 else torch.zeros_like(part) for strength, part in parts) + nonlinear


def feature_risk(psi1: Numbers, psi2: Numbers, penalty: Numbers = 0.0, activation: str = "relu") -> FeatureRisk:
    """B and V for psi1 = N/d features and psi2 = n/d examples per input.  Each () or (L,) -> `FeatureRisk`.

    Infinite at psi1 = psi2 without a penalty. `ValueError` for an activation without a linear part, zeta = 0.
    """
    psi1, psi2 = arguments.numbers("psi1", psi1), arguments.numbers("psi2", psi2)
    penalty = arguments.numbers("penalty", penalty, zero=True)
    known = moments(activation)
    if known.mu1 == 0:
        raise ValueError(f"activation must have a linear part for this theory; got {activation!r}")
    lb = penalty / known.mu_star2
    psi1, psi2, lb = torch.broadcast_tensors(psi1, psi2, lb)
    z2 = known.zeta2
    chi = -_solve(psi1, psi2, lb, z2)
    E0, E1, E2 = _polynomials(chi, z2, psi1, psi2)
    peak = (lb == 0) & (psi1 == psi2)
    inf = torch.full_like(chi, math.inf)
    return FeatureRisk(torch.where(peak, inf, E1 / E0), torch.where(peak, inf, E2 / E0), chi)


def _solve(psi1: Tensor, psi2: Tensor, lb: Tensor, z2: float) -> Tensor:
    """q: left minus right of its equation is positive at 0, negative at the ridgeless q, and 0 once between."""
    c = torch.minimum(psi1, psi2) * z2 - z2 - 1
    root = (c.square() + 4 * z2 * torch.minimum(psi1, psi2)).sqrt()
    high = torch.where(c > 0, (c + root) / (2 * z2), 2 * torch.minimum(psi1, psi2) / (root - c))
    ridgeless, low = high, torch.zeros_like(high)
    for _ in range(HALVINGS):
        q = (low + high) / 2
        h = q + z2 * q / (1 + z2 * q)
        below = (psi1 - h) * (psi2 - h) > psi1 * psi2 * lb * q
        low, high = torch.where(below, q, low), torch.where(below, high, q)
    return torch.where(lb == 0, ridgeless, (low + high) / 2)


def _polynomials(x: Tensor, z2: float, psi1: Tensor, psi2: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """E0, E1 and E2 in x = chi."""
    z4, z6, P = z2**2, z2**3, psi1 * psi2
    E0 = (
        (-(x**5) * z6 + 3 * x**4 * z4 + (P - psi2 - psi1 + 1) * x**3 * z6 - 2 * x**3 * z4 - 3 * x**3 * z2)
        + ((psi1 + psi2 - 3 * P + 1) * x**2 * z4 + 2 * x**2 * z2 + x**2 + 3 * P * x * z2 - P)
    )  # fmt: skip
    E1 = psi2 * x**3 * z4 - psi2 * x**2 * z2 + P * x * z2 - P
    E2 = (
        (x**5 * z6 - 3 * x**4 * z4 + (psi1 - 1) * x**3 * z6 + 2 * x**3 * z4 + 3 * x**3 * z2)
        - ((psi1 + 1) * x**2 * z4 + 2 * x**2 * z2 + x**2)
    )  # fmt: skip
    return E0, E1, E2
