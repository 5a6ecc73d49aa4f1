"""The recursion of `ddlearn.tangent.infinite_width`, line by line, and what it shares with the fast version."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.kernels import angle, ordinary

__all__ = ["InfiniteKernels", "infinite_plain"]

STEPS = 8
"""Matrices as large as a result that one layer of the recursion holds, line by line, at a time."""


class InfiniteKernels(NamedTuple):
    """The two kernels of an infinitely wide net, (n, m) each."""

    nngp: Tensor
    ntk: Tensor


def infinite_plain(
    x: Tensor,
    x2: Tensor | None = None,
    depth: int = 1,
    activation: str = "relu",
    W_std: float = 2**0.5,
    b_std: float = 0.0,
) -> InfiniteKernels:
    """Run the recursion, line by line.  x (n, d), x2 (m, d) or None for x itself -> nngp, ntk (n, m).

    For reading: same arguments and same numbers as `infinite`, but at duplicates and on the diagonal the ntk is
    accurate to the square root of the precision only (1e-7 in float64). It has a gradient in x and x2, by autograd, as
    accurate as that; where the kernel has a kink, at duplicates and at zero rows, the part that is infinite or
    undefined counts as 0.
    """
    x2, W_std, b_std = check_points(x, x2, depth, activation, W_std, b_std)
    compute.require_matrices(STEPS * (depth if differentiable(x, x2) else 1), len(x), len(x2), x, "a kernel matrix")
    x, x2 = (ordinary(one) if differentiable(x, x2) else one for one in (x, x2))
    W, b, d = W_std**2, b_std**2, x.shape[1]
    nngp = ntk = W * x @ x2.T / d + b
    q, q2 = W * x.square().sum(1)[:, None] / d + b, W * x2.square().sum(1) / d + b
    require_range("x", q)
    require_range("x2", q2)
    for _ in range(depth):
        if activation == "relu":  # Cho and Saul, "Kernel methods for deep learning", 2009
            s = _root(q) * _root(q2)
            theta = angle((nngp / s).clamp(-1, 1))
            K, K_dot = s * (theta.sin() + (math.pi - theta) * theta.cos()) / (2 * math.pi), 1 / 2 - theta / 2 / math.pi
            q, q2 = W * q / 2 + b, W * q2 / 2 + b
        else:  # Williams, "Computing with infinite networks", 1997
            D = (1 + 2 * q + 2 * q2 + 4 * (q * q2 - nngp**2).clamp(min=0)).sqrt()
            K, K_dot = 2 / math.pi * (2 * nngp / D).arctan(), 4 / math.pi / D
            q, q2 = (W * 2 / math.pi * (2 * v / (1 + 4 * v).sqrt()).arctan() + b for v in (q, q2))
        nngp = W * K + b
        ntk = nngp + W * K_dot * ntk
    return InfiniteKernels(nngp, ntk)


def check_points(
    x: Tensor, x2: Tensor | None, depth: int, activation: str, W_std: float, b_std: float
) -> tuple[Tensor, float, float]:
    """Refuse what cannot be; x2 or x in its place, and the two scales as floats."""
    arguments.matrix("x", x, gradient=True)
    if x2 is not None:
        arguments.matrix("x2", x2, columns=x.shape[1], gradient=True)
        arguments.same_kind("x2", x2, "x", x)
    arguments.whole("depth", depth, 1)
    arguments.one_of("activation", activation, ("relu", "erf"))
    W_std, b_std = arguments.positive("W_std", W_std), arguments.at_least("b_std", b_std, 0)
    return x if x2 is None else x2, W_std, b_std


def require_range(name: str, q: Tensor) -> None:
    """Refuse points whose variances q have squares beyond the range of their precision."""
    if not (16 * q.detach().square()).isfinite().all():
        raise ValueError(f"{name} must be smaller for {q.dtype}: the fourth power of its rows' length leaves its range")


def differentiable(x: Tensor, x2: Tensor) -> bool:
    return torch.is_grad_enabled() and (x.requires_grad or x2.requires_grad)


def _root(q: Tensor) -> Tensor:
    """The square root of variances, with the slope 0 at 0, in place of an infinite one; a little above 0 there."""
    return q.clamp(min=torch.finfo(q.dtype).tiny).sqrt()
