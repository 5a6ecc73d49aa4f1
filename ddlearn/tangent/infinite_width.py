"""The kernels of infinitely wide networks, in closed form: one layer is one map of kernels.

In the NTK parametrization z^{l+1} = W_std / sqrt(n_l) W h^l + b_std b, with h^0 = x and every entry of W and b drawn
from N(0, 1), the outputs of an infinitely wide net are a Gaussian process with the kernel `nngp`, and training moves
them along the tangent kernel `ntk`. With q = Sigma(x, x) and q' = Sigma(x', x'), the layers compose as

    Sigma^1     = W_std^2 x.x' / d + b_std^2                           Theta^1     = Sigma^1
    Sigma^{l+1} = W_std^2 K(Sigma^l, q, q') + b_std^2                  Theta^{l+1} = Sigma^{l+1} + W_std^2 K_dot Theta^l

where K = E[phi(z) phi(z')] and K_dot = E[phi'(z) phi'(z')] for (z, z') ~ N(0, Sigma^l), and after L hidden layers
nngp = Sigma^{L+1}, ntk = Theta^{L+1} (Jacot, Gabriel and Hongler, 2018, arXiv 1806.07572). `infinite_plain` is that
recursion as one would write it on a board; `infinite` gives the same numbers faster, in less memory, and where the
board loses digits.

**Where the board loses digits.** K_dot is an angle, and near rho = 1 an arccosine turns an error of 1e-16 into one of
1e-8: on the diagonal, at duplicates, everywhere if the bias outweighs the points. `infinite` carries e = (1 - rho) / 2
from layer to layer instead, the squared sine of half the angle, which keeps its digits however small it is. It starts
from an inner product, or from a difference of the points wherever two of them are close.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy
import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.kernels import ordinary
from ddlearn.tangent.recursion import (
    STEPS,
    InfiniteKernels,
    check_points,
    differentiable,
    infinite_plain,
    require_range,
)

__all__ = ["infinite"]

TILE = 2**18
"""Entries computed at a time: a few buffers of 2 MB of float64 stay in the processor's cache."""


def infinite(
    x: Tensor,
    x2: Tensor | None = None,
    depth: int = 1,
    activation: str = "relu",
    W_std: float = 2**0.5,
    b_std: float = 0.0,
) -> InfiniteKernels:
    """Return the NNGP and NTK of an infinitely wide net of `depth` hidden layers.

    x (n, d), x2 (m, d) or None for x itself -> nngp, ntk (n, m), with x2 None exactly symmetric. activation is "relu"
    or "erf"; the formulas are the module's. With "relu", W_std = sqrt(2) and b_std = 0 (the defaults) the diagonals are
    2 |x|^2 / d and (depth + 1) 2 |x|^2 / d.

    In float64 accurate to 1e-13 of sqrt(k(x, x) k(x', x')), at duplicates, near-duplicates and antipodes too; the ntk
    of erf to 1e-16 |z|, as steep is a step seen from a distance of |z|. A zero row has the kernel of its bias. Beside
    the results it takes 13 MB a thread. Its gradient in x and x2 is that of `infinite_plain`, which is called for it.

    Raises `MemoryError` where the results do not fit, and `TypeError` or `ValueError` if x is not a finite matrix, x2
    does not match it, depth is not a whole number of at least 1, activation is unknown, W_std is not positive or b_std
    is negative.
    """
    other, *scales = check_points(x, x2, depth, activation, W_std, b_std)
    follows = differentiable(x, other)
    compute.require_matrices(2 + follows * depth * STEPS, len(x), len(other), x, "two kernel matrices")
    if follows:
        return InfiniteKernels(
            *_Differentiable.apply(ordinary(x), None if x2 is None else ordinary(x2), depth, activation, *scales)
        )
    return _infinite(x, x2, depth, activation, *scales)


class _Differentiable(torch.autograd.Function):
    """`infinite`, with the gradient of `infinite_plain`."""

    @staticmethod
    def forward(ctx, x: Tensor, x2: Tensor | None, *how: object) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x, x2)
        ctx.how = how
        return tuple(_infinite(x, x2, *how))

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        points = [one if one is None else one.detach().requires_grad_() for one in ctx.saved_tensors]
        with torch.enable_grad():
            found = infinite_plain(*points, *ctx.how)
        slopes = iter(torch.autograd.grad(found, [one for one in points if one is not None], slopes))
        return (*(one if one is None else next(slopes) for one in points), *[None] * len(ctx.how))


def _infinite(x: Tensor, x2: Tensor | None, depth: int, activation: str, W_std: float, b_std: float) -> InfiniteKernels:
    """`infinite`, of arguments that were checked."""
    other = x if x2 is None else x2
    n, m = len(x), len(other)
    left = _Side.of("x", x, depth, activation, W_std, b_std)
    right = left if x2 is None else _Side.of("x2", other, depth, activation, W_std, b_std)
    layer = {"relu": _relu_layer, "erf": _erf_layer}[activation]
    nngp, ntk = x.new_empty(n, m), x.new_empty(n, m)
    rows = min(n, max(1, TILE // m))
    own = threading.local()

    def tile(start: int) -> None:
        if not hasattr(own, "space"):
            own.space = x.new_empty(6, rows * m)
        stop = min(start + rows, n)
        first = start if x2 is None else 0  # the upper half is enough where the other is its mirror image
        a, c = left[start:stop], right[first:m]
        buffers = [flat[: (stop - start) * (m - first)].view(stop - start, m - first) for flat in own.space]
        e, g, rho, T = buffers[:4]
        _half_angles(a.u, c.u, e, g, same=x2 is None)
        torch.sub(e.new_ones(()), e, alpha=2, out=rho)
        T.copy_(rho)
        for l in range(depth):
            layer(a, c, l, *buffers)
        for K, normalized in ((nngp, rho), (ntk, T)):
            block = K[start:stop, first:]
            torch.mul(normalized, a.q[-1].sqrt()[:, None], out=block)
            block *= c.q[-1].sqrt()

    compute.each(tile, range(0, n, rows), x.device)
    if x2 is None:
        for K in (nngp, ntk):
            _mirror(K, rows)
    return InfiniteKernels(nngp, ntk)


@dataclass(frozen=True, eq=False)
class _Side:
    """What the recursion needs of each point alone: vectors of length n, one row a layer.

    u is the point with its bias as one more coordinate, of length 1. q (L+1, n) are its variances. rho of the next
    layer is A A' K / sqrt(q q') * (the activation's constant) + B B'; for ReLU A^2 + B^2 = 1.
    """

    u: Tensor
    q: Tensor
    A: Tensor
    B: Tensor

    @classmethod
    def of(cls, name: str, x: Tensor, depth: int, activation: str, W_std: float, b_std: float) -> _Side:
        v = W_std / math.sqrt(x.shape[1]) * x
        if b_std:
            v = torch.cat([v, v.new_full((len(v), 1), b_std)], dim=1)
        length = torch.linalg.vector_norm(v, dim=1)
        q = [length.square()]
        for _ in range(depth):
            K = q[-1] / 2 if activation == "relu" else (2 * q[-1] / (1 + 4 * q[-1]).sqrt()).arctan() * (2 / math.pi)
            q.append(W_std**2 * K + b_std**2)
        q = torch.stack(q)
        require_range(name, q)
        to = q[1:].where(q[1:] > 0, math.inf)  # nothing comes of a zero row without bias
        A = W_std * (q[:-1] / 2 / to).sqrt() if activation == "relu" else W_std / to.sqrt()
        return cls(v / length.where(length > 0, 1)[:, None], q, A, b_std / to.sqrt())

    def __getitem__(self, rows: slice) -> _Side:
        return _Side(self.u[rows], self.q[:, rows], self.A[:, rows], self.B[:, rows])


def _half_angles(u: Tensor, v: Tensor, e: Tensor, g: Tensor, same: bool) -> None:
    """e = (1 - u.v) / 2 = |u - v|^2 / 4 and g = 1 - e = |u + v|^2 / 4, of unit vectors.

    The inner product is fast and errs by about 1e-16. Rows with a close neighbor, or one that is close to opposite,
    where that would be felt in the angle, are done again by differences: exact duplicates and antipodes are exact.
    With `same`, the rows of u are the first rows of v.
    """
    torch.addmm(e.new_full((1,), 0.5), u, v.T, alpha=-0.5, out=e)
    e.clamp_(0, 1)
    if same:
        e.diagonal().fill_(0.5)
    torch.sub(e.new_ones(()), e, out=g)
    close = torch.finfo(e.dtype).eps ** (1 / 3)
    for small, large, sign in ((e, g, 1), (g, e, -1)):
        rows = (small.amin(1) < close).nonzero()[:, 0]
        if len(rows):
            exact = torch.cdist(u[rows], sign * v, compute_mode="donot_use_mm_for_euclid_dist").square_().div_(4)
            near = small[rows] < close
            small[rows] = torch.where(near, exact, small[rows])
            large[rows] = torch.where(near, 1 - exact, large[rows])
    if same:
        e.diagonal().zero_()
        g.diagonal().fill_(1)


def _relu_layer(a: _Side, c: _Side, l: int, e: Tensor, g: Tensor, rho: Tensor, T: Tensor, h: Tensor, w: Tensor) -> None:
    """One layer in place, T = Theta / sqrt(q q'). With theta = 2h the angle,

        rho <- A A' (sin theta + (pi - theta) cos theta) / pi + B B'          T <- rho + A A' (1 - theta / pi) T

    and the first line is carried as 1 - rho = A A' (1 - ...) + ((A - A')^2 + (B - B')^2) / 2, term by term small.
    """
    _into(numpy.sqrt, torch.sqrt, e, w)
    _into(numpy.sqrt, torch.sqrt, g, g)
    if l == 0 and g.min() < 1e-3:  # an arcsine loses angles close to pi; beyond the first layer none is above pi / 2
        torch.atan2(w, g, out=h)
    else:
        _into(numpy.arcsin, torch.asin, w, h)
    g.mul_(w).addcmul_(h, rho, value=-1)  # (sin(theta) - theta cos(theta)) / 2
    e.sub_(g, alpha=1 / math.pi).clamp_(min=0)
    T.addcmul_(T, h, value=-2 / math.pi)
    if a.B[l].any() or c.B[l].any():
        torch.mul(a.A[l][:, None], c.A[l], out=w)
        e *= w
        T *= w
        for s, t in ((a.A[l], c.A[l]), (a.B[l], c.B[l])):
            torch.sub(s[:, None], t, out=w)
            e.addcmul_(w, w, value=0.25)
    torch.sub(e.new_ones(()), e, out=g)
    torch.sub(e.new_ones(()), e, alpha=2, out=rho)
    T += rho


def _into(of_numpy: Callable, of_torch: Callable, x: Tensor, out: Tensor) -> None:
    """A root or an arcsine, by NumPy on the CPU: its arcsine takes a third of the time of MKL's on AMD."""
    if x.device.type == "cpu":
        of_numpy(x.numpy(), out=out.numpy())
    else:
        of_torch(x, out=out)


def _erf_layer(a: _Side, c: _Side, l: int, e: Tensor, g: Tensor, rho: Tensor, T: Tensor, h: Tensor, w: Tensor) -> None:
    """One layer in place, T = Theta / sqrt(q q'). With D^2 = 1 + 2q + 2q' + 4 q q' (1 - rho^2), 1 - rho^2 = 4 e g,

    rho <- A A' (2 / pi) arctan(2 sqrt(q q') rho / D) + B B'          T <- rho + A A' sqrt(q q') 4 / (pi D) T.
    """
    q, p = a.q[l][:, None], c.q[l]
    torch.mul(e, g, out=h).mul_(16 * q).mul_(p).add_(1 + 2 * q).add_(2 * p).rsqrt_()
    torch.mul((4 / math.pi * a.A[l] * a.q[l].sqrt())[:, None], c.A[l] * p.sqrt(), out=w)
    T.mul_(h).mul_(w)
    rho.mul_(h).mul_(2 * q.sqrt()).mul_(p.sqrt()).atan_()
    rho.mul_((2 / math.pi * a.A[l])[:, None]).mul_(c.A[l])
    if a.B[l].any() or c.B[l].any():
        rho.addcmul_(a.B[l][:, None], c.B[l])
    rho.clamp_(-1, 1)
    torch.sub(e.new_full((), 0.5), rho, alpha=0.5, out=e)
    torch.sub(e.new_ones(()), e, out=g)
    T += rho


def _mirror(K: Tensor, rows: int) -> None:
    """Copy the upper half of a square matrix to the lower, some rows at a time."""
    for start in range(0, len(K), rows):
        stop = min(start + rows, len(K))
        K[stop:, start:stop] = K[start:stop, stop:].T
        square = K[start:stop, start:stop]
        square.copy_(square.triu() + square.triu(1).T)
