"""Gradient flow of two-layer linear networks in closed form: the limit of small steps, solved three times.

Where depth makes the dynamics nonlinear, three cases can still be integrated: a balanced mode, which waits and then
learns in a sigmoid; one pair of numbers of any imbalance; and a symmetric matrix problem, a Riccati equation. They are
what finite steps are compared with. The formulas were derived again for this course; the balanced mode is that of Saxe,
McClelland and Ganguli (arXiv 1312.6120).
"""

from __future__ import annotations

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["balanced_flow", "riccati_flow", "scalar_flow"]


def balanced_flow(t: Tensor, sigma: Tensor, w0: Tensor) -> Tensor:
    """w(t) = sigma e^(2 sigma t) / (e^(2 sigma t) - 1 + sigma / w0), which solves dw/dt = 2 w (sigma - w), w(0) = w0.

    The product w = ab of a balanced pair a = b, one for each mode.  t (T,), sigma (k,), w0 (k,) -> (T, k).
    """
    t, sigma, w0 = _times(t), _vector("sigma", sigma), _vector("w0", w0)
    if len(sigma) != len(w0):
        raise ValueError(f"w0 must be of shape ({len(sigma)},), as sigma; got shape {tuple(w0.shape)}")
    for name, value in (("sigma", sigma), ("w0", w0)):
        if value.min() <= 0:
            raise ValueError(f"{name} must be positive numbers; got {value.min().item()} among them")
    return sigma / (1 + (sigma / w0 - 1) * torch.exp(-2 * sigma * t[:, None]))


def scalar_flow(t: Tensor, sigma: float, a: float, b: float) -> tuple[Tensor, Tensor]:
    """a(t), b(t) of the gradient flow of (ab - sigma)^2 / 2 from any a, b with a + b not 0.  t (T,) -> two (T,).

    The imbalance lambda = a^2 - b^2 is conserved, and P = (a + b)^2 obeys dP/dt = -(P - P1)(P - P2) / 2 with
    P1, P2 = 2 sigma +- s, s = sqrt(lambda^2 + 4 sigma^2). So (P - P1) / (P - P2) decays as e^(-s t): s is the sharpness
    of the minimum that the flow ends in. From P, a + b = +-sqrt(P) and a - b = lambda / (a + b).
    """
    t, sigma = _times(t), arguments.positive("sigma", sigma)
    a, b = (torch.tensor(_finite(name, value), dtype=t.dtype) for name, value in (("a", a), ("b", b)))
    if a + b == 0:
        raise ValueError("a + b must not be 0: from there the flow runs into the saddle at a = b = 0")
    imbalance, P = (a + b) * (a - b), (a + b).square()
    s = torch.hypot(imbalance, 2 * torch.tensor(sigma, dtype=t.dtype))
    P1 = 2 * sigma + s
    P2 = -imbalance * (imbalance / P1)  # the product of the roots is -lambda^2; 2 sigma - s would lose digits
    C = (P - P1) / (P - P2) * torch.exp(-s * t)
    total = torch.sign(a + b) * ((P1 - P2 * C) / (1 - C)).sqrt()  # a + b, (T,)
    return (total + imbalance / total) / 2, (total - imbalance / total) / 2


def riccati_flow(t: float, Y: Tensor, U0: Tensor) -> Tensor:
    """P(t) = U U' for dU/dt = (Y - U U') U, U(0) = U0: the flow of |Y - U U'|^2 / 4.  Y (n, n), U0 (n, k) -> (n, n).

    P = E U0 (I + U0' M U0)^-1 U0' E with E = e^(Y t) and M = (e^(2 Y t) - I) Y^-1. E and M are divided by the largest
    growth, so nothing overflows; modes that lag by more than a factor 1e8 in E are lost in rounding.
    """
    t = arguments.at_least("t", t, 0)
    arguments.symmetric("Y", Y)
    arguments.matrix("U0", U0, rows=len(Y))
    arguments.same_kind("U0", U0, "Y", Y)
    for name, value in (("Y", Y), ("U0", U0)):
        arguments.in_range(name, value, value.square().sum())
    y, Q = torch.linalg.eigh(Y)
    growth = (y[-1] * t).clamp(min=0)
    E = torch.exp(y * t - growth)
    M = torch.where(y.abs() * t < 1e-9, 2 * t, torch.expm1(2 * y * t) / y.where(y != 0, 1))
    large = y * t > 1  # there e^(2yt) alone may overflow; the 1 is kept beside it
    M = torch.where(large, (E.square() - torch.exp(-2 * growth)) / y.where(y != 0, 1), M * torch.exp(-2 * growth))
    V = Q.T @ U0  # (n, k)
    inner = torch.exp(-2 * growth) * torch.eye(U0.shape[1], dtype=Y.dtype, device=Y.device) + (V.T * M) @ V
    EV = E[:, None] * V
    P = EV @ torch.linalg.solve(inner, EV.T)
    return Q @ ((P + P.T) / 2) @ Q.T


def _times(t: Tensor) -> Tensor:
    _vector("t", t)
    if t.min() < 0:
        raise ValueError(f"t must be numbers of at least 0; got {t.min().item()} among them")
    return t


def _vector(name: str, value: Tensor) -> Tensor:
    arguments.tensor(name, value)
    if value.ndim != 1:
        raise ValueError(f"{name} must be of one dimension; got shape {tuple(value.shape)}")
    return value


def _finite(name: str, value: float) -> float:
    return arguments.between(name, value, -torch.finfo(torch.float64).max, torch.finfo(torch.float64).max)
