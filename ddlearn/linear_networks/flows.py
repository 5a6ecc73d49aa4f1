"""Gradient flow of a pair of numbers in closed form, whatever their imbalance: finite steps are compared with it."""

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["scalar_flow"]


def scalar_flow(t: Tensor, sigma: float, a: float, b: float) -> tuple[Tensor, Tensor]:
    """Return a(t), b(t) of the gradient flow of (ab - sigma)^2 / 2 from any a, b with a + b not 0.  t (T,) -> two (T,).

    The imbalance lambda = a^2 - b^2 is conserved, and P = (a + b)^2 obeys dP/dt = -(P - P1)(P - P2) / 2 with
    P1, P2 = 2 sigma +- s, s = sqrt(lambda^2 + 4 sigma^2). So (P - P1) / (P - P2) decays as e^(-s t): s is the sharpness
    of the minimum that the flow ends in. From P, a + b = +-sqrt(P) and a - b = lambda / (a + b).
    """
    arguments.tensor("t", t)
    if t.ndim != 1:
        raise ValueError(f"t must be of one dimension; got shape {tuple(t.shape)}")
    if t.min() < 0:
        raise ValueError(f"t must be numbers of at least 0; got {t.min().item()} among them")
    sigma, largest = arguments.positive("sigma", sigma), torch.finfo(torch.float64).max
    a, b = (
        torch.tensor(arguments.between(name, value, -largest, largest), dtype=t.dtype)
        for name, value in (("a", a), ("b", b))
    )
    if a + b == 0:
        raise ValueError("a + b must not be 0: from there the flow runs into the saddle at a = b = 0")
    imbalance, P = (a + b) * (a - b), (a + b).square()
    s = torch.hypot(imbalance, 2 * torch.tensor(sigma, dtype=t.dtype))
    P1 = 2 * sigma + s
    P2 = -imbalance * (imbalance / P1)  # the product of the roots is -lambda^2; 2 sigma - s would lose digits
    C = (P - P1) / (P - P2) * torch.exp(-s * t)
    total = torch.sign(a + b) * ((P1 - P2 * C) / (1 - C)).sqrt()  # a + b, (T,)
    return (total + imbalance / total) / 2, (total - imbalance / total) / 2
