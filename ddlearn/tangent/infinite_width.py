"""The kernels of infinitely wide networks, in closed form: one layer is one map of kernels.

In the NTK parametrization z^{l+1} = W_std / sqrt(n_l) W h^l + b_std b, with h^0 = x and every entry of W and b drawn
from N(0, 1), the outputs of an infinitely wide net are a Gaussian process with the kernel `nngp`, and training moves
them along the tangent kernel `ntk`. With q = Sigma(x, x) and q' = Sigma(x', x'), the layers compose as

    Sigma^1     = W_std^2 x.x' / d + b_std^2                           Theta^1     = Sigma^1
    Sigma^{l+1} = W_std^2 K(Sigma^l, q, q') + b_std^2                  Theta^{l+1} = Sigma^{l+1} + W_std^2 K_dot Theta^l

where K = E[phi(z) phi(z')] and K_dot = E[phi'(z) phi'(z')] for (z, z') ~ N(0, Sigma^l), and after L hidden layers
nngp = Sigma^{L+1}, ntk = Theta^{L+1} (Jacot, Gabriel and Hongler, 2018, arXiv 1806.07572).

`infinite_plain` is that recursion as on a board. K_dot is an angle there, and near rho = 1 an arccosine turns an error
of 1e-16 into one of 1e-8: on the diagonal, at duplicates, everywhere if the bias outweighs the points. `infinite`
carries e = (1 - rho) / 2 from layer to layer instead, the squared sine of half the angle, which keeps its digits
however small it is. It works on a tile of both kernels at a time, which takes less memory and less time.
"""

from __future__ import annotations

import math
import threading
from typing import NamedTuple

import numpy
import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.kernels import angle, ordinary

__all__ = ["InfiniteKernels", "infinite", "infinite_plain"]

STEPS = 8
"""Matrices as large as a result that one layer of the recursion holds, line by line, at a time."""

TILE = 2**18
"""Entries computed at a time: a few buffers of 2 MB of float64 stay in the processor's cache."""


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
    x2, W_std, b_std = _checked(x, x2, depth, activation, W_std, b_std)
    follows = _differentiable(x, x2)
    compute.require_matrices(STEPS * (depth if follows else 1), len(x), len(x2), x, "a kernel matrix")
    x, x2 = (ordinary(one) if follows else one for one in (x, x2))
    W, b, d = W_std**2, b_std**2, x.shape[1]
    nngp = ntk = W * x @ x2.T / d + b
    q, q2 = W * x.square().sum(1)[:, None] / d + b, W * x2.square().sum(1) / d + b
    _require_range("x", q)
    _require_range("x2", q2)
    for _ in range(depth):
        if activation == "relu":  # Cho and Saul, "Kernel methods for deep learning", 2009
            s = _root(q) * _root(q2)
            theta = angle((nngp / s).clamp(-1, 1))
            K, K_dot = s * (theta.sin() + (math.pi - theta) * theta.cos()) / (2 * math.pi), 1 / 2 - theta / 2 / math.pi
        else:  # Williams, "Computing with infinite networks", 1997
            D = (1 + 2 * q + 2 * q2 + 4 * (q * q2 - nngp**2).clamp(min=0)).sqrt()
            K, K_dot = 2 / math.pi * (2 * nngp / D).arctan(), 4 / math.pi / D
        q, q2 = (W * _second_moment(v, activation) + b for v in (q, q2))
        nngp = W * K + b
        ntk = nngp + W * K_dot * ntk
    return InfiniteKernels(nngp, ntk)


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
    of erf to 1e-16 |z|, as steep is a step seen from a distance of |z|. A zero row has the kernel of its bias. Its
    gradient in x and x2 is that of `infinite_plain`, which is called for it.

    Raises `MemoryError` where the results do not fit, and `TypeError` or `ValueError` if x is not a finite matrix, x2
    does not match it, depth is not a whole number of at least 1, activation is unknown, W_std is not positive or b_std
    is negative.
    """
    other, W_std, b_std = _checked(x, x2, depth, activation, W_std, b_std)
    n, m, follows = len(x), len(other), _differentiable(x, other)
    compute.require_matrices(2 + follows * depth * STEPS, n, m, x, "two kernel matrices")
    left = _Side.of("x", x.detach(), depth, activation, W_std, b_std)
    right = left if x2 is None else _Side.of("x2", x2.detach(), depth, activation, W_std, b_std)
    layer = {"relu": _relu_layer, "erf": _erf_layer}[activation]
    kernels = InfiniteKernels(x.new_empty(n, m), x.new_empty(n, m))
    rows = min(n, max(1, TILE // m))
    own = threading.local()

    def tile(start: int) -> None:
        here = slice(start, start + rows)
        there = slice(start if x2 is None else 0, m)  # the upper half is enough where the other is its mirror image
        a, c = left.rows(here), right.rows(there)
        if not hasattr(own, "space"):  # each thread has its own
            own.space = x.new_empty(6, rows * m)
        e, g, rho, T, *_ = space = own.space[:, : len(a.u) * len(c.u)].view(6, len(a.u), len(c.u)).unbind()
        _half_angles(a.u, c.u, e, g, same=x2 is None)
        torch.sub(g, e, out=rho)
        T.copy_(rho)
        for l in range(depth):
            layer(l, a.layers[l], c.layers[l], space)
        for K, normalized in zip(kernels, (rho, T), strict=True):
            torch.mul(normalized, a.size[:, None], out=K[here, there]).mul_(c.size)
            if x2 is None:
                square = K[here, here]
                square.copy_(square.triu() + square.triu(1).T)
                K[start + rows :, here] = K[here, start + rows :].T

    compute.each(tile, range(0, n, rows), x.device)
    if not follows:
        return kernels
    plain = infinite_plain(x, x2, depth, activation, W_std, b_std)
    return InfiniteKernels(*(K + (p - p.detach()) for K, p in zip(kernels, plain, strict=True)))


class _Side(NamedTuple):
    """What the recursion needs of each point alone.

    u (n, d + 1) is the point with its bias as one more coordinate, of length 1. layers (L, 3, n) has q, A and B: rho of
    the next layer is A A' K / sqrt(q q') * (the activation's constant) + B B'; for ReLU A^2 + B^2 = 1. size (n,) is the
    square root of the last q.
    """

    u: Tensor
    layers: Tensor
    size: Tensor

    @classmethod
    def of(cls, name: str, x: Tensor, depth: int, activation: str, W_std: float, b_std: float) -> _Side:
        v = torch.cat([W_std / math.sqrt(x.shape[1]) * x, x.new_full((len(x), 1), b_std)], dim=1)
        length = torch.linalg.vector_norm(v, dim=1)
        q = [length.square()]
        for _ in range(depth):
            q.append(W_std**2 * _second_moment(q[-1], activation) + b_std**2)
        q = torch.stack(q)
        _require_range(name, q)
        to = q[1:].where(q[1:] > 0, math.inf)  # nothing comes of a zero row without bias
        A = W_std * (q[:-1] / 2 / to).sqrt() if activation == "relu" else W_std / to.sqrt()
        layers = torch.stack([q[:-1], A, b_std / to.sqrt()], dim=1)
        return cls(v / length.where(length > 0, 1)[:, None], layers, q[-1].sqrt())

    def rows(self, some: slice) -> _Side:
        return _Side(self.u[some], self.layers[..., some], self.size[some])


def _half_angles(u: Tensor, v: Tensor, e: Tensor, g: Tensor, same: bool) -> None:
    """e = (1 - u.v) / 2 = |u - v|^2 / 4 and g = 1 - e = |u + v|^2 / 4, of unit vectors.

    The inner product is fast and errs by about 1e-16. Rows with a close neighbor, or one that is close to opposite,
    where that would be felt in the angle, are done again by differences: exact duplicates and antipodes are exact.
    With `same`, the rows of u are the first rows of v.
    """
    torch.addmm(u.new_full((1,), 0.5), u, v.T, alpha=-0.5, out=e).clamp_(0, 1)
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


def _relu_layer(l: int, a: Tensor, c: Tensor, space: tuple[Tensor, ...]) -> None:
    """One layer in place; in space are e, g = 1 - e, rho, T = Theta / sqrt(q q'), and h and w to work in.

    With theta = 2h the angle,

        rho <- A A' (sin theta + (pi - theta) cos theta) / pi + B B'          T <- rho + A A' (1 - theta / pi) T

    and the first line is carried as 1 - rho = A A' (1 - ...) + ((A - A')^2 + (B - B')^2) / 2, term by term small.
    """
    (_, A, B), (_, A2, B2), (e, g, rho, T, h, w) = a[..., None], c, space
    _by_numpy("sqrt", e, w)
    _by_numpy("sqrt", g, g)
    if l == 0 and g.min() < 1e-3:  # an arcsine loses angles close to pi; beyond the first layer none is above pi / 2
        torch.atan2(w, g, out=h)
    else:
        _by_numpy("arcsin", w, h)
    e.sub_(g.mul_(w).addcmul_(h, rho, value=-1), alpha=1 / math.pi).clamp_(min=0)
    T.addcmul_(T, h, value=-2 / math.pi)
    if B.any() or B2.any():
        torch.mul(A, A2, out=w)
        e *= w
        T *= w
        for s, t in ((A, A2), (B, B2)):
            torch.sub(s, t, out=w)
            e.addcmul_(w, w, value=0.25)
    torch.sub(e.new_ones(()), e, out=g)
    torch.sub(g, e, out=rho)
    T.add_(rho)


def _by_numpy(name: str, x: Tensor, out: Tensor) -> None:
    """A root or an arcsine, by NumPy on the CPU: its arcsine takes a third of the time of MKL's on AMD."""
    if x.device.type == "cpu":
        getattr(numpy, name)(x.numpy(), out=out.numpy())
    else:
        getattr(torch, name)(x, out=out)


def _erf_layer(l: int, a: Tensor, c: Tensor, space: tuple[Tensor, ...]) -> None:
    """The same for erf. With D^2 = 1 + 2q + 2q' + 4 q q' (1 - rho^2), 1 - rho^2 = 4 e g,

    rho <- A A' (2 / pi) arctan(2 sqrt(q q') rho / D) + B B'          T <- rho + A A' sqrt(q q') 4 / (pi D) T.
    """
    (q, A, B), (q2, A2, B2), (e, g, rho, T, h, _) = a[..., None], c, space
    torch.mul(e, g, out=h).mul_(16 * q).mul_(q2).add_(1 + 2 * q).add_(2 * q2).rsqrt_()
    h.mul_(2 * q.sqrt()).mul_(q2.sqrt())  # 2 sqrt(q q') / D
    T.mul_(h).mul_(2 / math.pi * A).mul_(A2)
    rho.mul_(h).atan_().mul_(2 / math.pi * A).mul_(A2).add_(B * B2).clamp_(-1, 1)
    torch.sub(e.new_full((), 0.5), rho, alpha=0.5, out=e)
    torch.sub(e.new_ones(()), e, out=g)
    T.add_(rho)


def _second_moment(q: Tensor, activation: str) -> Tensor:
    """E[phi(z)^2] for z ~ N(0, q)."""
    return q / 2 if activation == "relu" else 2 / math.pi * (2 * q / (1 + 4 * q).sqrt()).arctan()


def _checked(
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


def _require_range(name: str, q: Tensor) -> None:
    """Refuse points whose variances q have squares beyond the range of their precision."""
    if not (16 * q.detach().square()).isfinite().all():
        raise ValueError(f"{name} must be smaller for {q.dtype}: the fourth power of its rows' length leaves its range")


def _differentiable(x: Tensor, x2: Tensor) -> bool:
    return torch.is_grad_enabled() and (x.requires_grad or x2.requires_grad)


def _root(q: Tensor) -> Tensor:
    """The square root of variances, with the slope 0 at 0, in place of an infinite one; a little above 0 there."""
    return q.clamp(min=torch.finfo(q.dtype).tiny).sqrt()
