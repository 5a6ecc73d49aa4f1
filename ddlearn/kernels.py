"""Fixed embeddings: a kernel compares two points in a space of features that nobody learned.

A kernel k(x, x') is an inner product of embeddings, phi(x) . phi(x'), that need never be written down: the Gram matrix
K_ij = k(x_i, x_j) is all that a linear method needs. Where the embedding *is* wanted, a few random features stand in
for it: their inner products equal the kernel on average, and miss it by 1/sqrt(number of features).

Every Gram matrix is exactly symmetric when x2 is None, and exact on its diagonal. Distances are taken from differences
of coordinates and never from |x|^2 + |x'|^2 - 2 x.x', which loses half the digits at near-duplicates: however close two
points are, their distance is accurate to d rounding errors. Matrices are filled by blocks of rows: a few blocks are all
the memory that is used beside the result. A matrix that does not fit in memory is refused with a `MemoryError`.

Kernels and features have gradients in the points, by autograd. Where a kernel has a kink (laplace and arc_cosine of
order 0 at a duplicate, arc_cosine at a zero row), the gradient counts it as 0. Parameters such as the width have none,
and are refused if they ask for one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments, compute

__all__ = ["KERNELS", "FourierFeatures", "ReluFeatures", "arc_cosine", "gram", "laplace", "linear", "polynomial", "rbf"]

BLOCK = 2**18
"""Entries of a Gram matrix computed at a time: 2 MB of float64, which the processor's cache holds."""

KEPT = 8
"""Matrices as large as the result that autograd keeps for a gradient, about."""


def linear(x: Tensor, x2: Tensor | None = None) -> Tensor:
    """Return k(x, x') = x . x'.  x (n, d), x2 (m, d) or None for x itself -> (n, m)."""
    return _by_blocks(lambda a, b: a @ b.T, x, x2, degree=1)


def polynomial(x: Tensor, x2: Tensor | None = None, degree: int = 2, offset: float = 1.0) -> Tensor:
    """k(x, x') = (x . x' + offset)^degree: all products of up to `degree` coordinates.  (n, d), (m, d) -> (n, m).

    degree is a whole number of at least 1, and offset is at least 0: else this is no kernel, and a `ValueError`.
    """
    arguments.whole("degree", degree, 1)
    arguments.at_least("offset", offset, 0)
    return _by_blocks(lambda a, b: (a @ b.T).add_(float(offset)).pow_(int(degree)), x, x2, degree=int(degree))


def rbf(x: Tensor, x2: Tensor | None = None, width: float = 1.0) -> Tensor:
    """Return k(x, x') = exp(-|x - x'|^2 / (2 width^2)).  x (n, d), x2 (m, d) or None for x itself -> (n, m)."""
    width = arguments.positive("width", width)
    return _by_blocks(lambda a, b: _distances(a, b).div(width).square_().div_(-2).exp_(), x, x2)


def laplace(x: Tensor, x2: Tensor | None = None, width: float = 1.0) -> Tensor:
    """Return k(x, x') = exp(-|x - x'| / width), with the Euclidean distance.  (n, d), (m, d) -> (n, m)."""
    width = arguments.positive("width", width)
    return _by_blocks(lambda a, b: _distances(a, b).div(-width).exp_(), x, x2)


def arc_cosine(x: Tensor, x2: Tensor | None = None, order: int = 1) -> Tensor:
    """k(x, x') = |x|^order |x'|^order J(theta) / pi, theta the angle between x and x'.  (n, d), (m, d) -> (n, m).

    J is pi - theta, sin + (pi - theta) cos, or 3 sin cos + (pi - theta)(1 + 2 cos^2) for order 0, 1, 2: the kernel of
    infinitely many random units with activation 1[z > 0], relu(z) or relu(z)^2, times two (Cho and Saul, "Kernel
    methods for deep learning", 2009). A zero row has no angle: it counts as orthogonal to everything. Off the diagonal,
    order 0 of a duplicate or an antipode is accurate to the square root of the precision only (1e-8 in float64), for so
    is the arccosine there; orders 1 and 2 are flat at both ends and keep all digits.
    """
    arguments.one_of("order", order, (0, 1, 2))

    def angle_kernel(a: Tensor, b: Tensor) -> Tensor:
        u, r = _directions(a)
        v, s = _directions(b)
        cos = (u @ v.T).clamp_(-1, 1)
        theta = angle(cos)
        if order == 0:
            J = math.pi - theta
        elif order == 1:
            J = theta.sin() + (math.pi - theta) * cos
        else:
            J = 3 * theta.sin() * cos + (math.pi - theta) * (1 + 2 * cos**2)
        return J.mul_(r[:, None] ** order).mul_(s**order).div_(math.pi)

    K = _by_blocks(angle_kernel, x, x2, degree=order)
    if x2 is None:  # On the diagonal theta = 0 is set, for computed it would be off by 1e-8.
        r = _directions(x)[1]
        K.diagonal().copy_(torch.where(r > 0, {0: 1, 1: 1, 2: 3}[order] * r ** (2 * order), K.diagonal()))
    return K


KERNELS: dict[str, Callable[..., Tensor]] = {
    "linear": linear,
    "polynomial": polynomial,
    "rbf": rbf,
    "laplace": laplace,
    "arc_cosine": arc_cosine,
}


def gram(kernel: str, x: Tensor, x2: Tensor | None = None, **parameters: float) -> Tensor:
    """The Gram matrix of the kernel of that name in `KERNELS`, with its own parameters.  (n, d), (m, d) -> (n, m)."""
    arguments.one_of("kernel", kernel, tuple(KERNELS))
    function = KERNELS[kernel]
    known = function.__code__.co_varnames[2 : function.__code__.co_argcount]
    for name in parameters:
        if name not in known:
            raise TypeError(f"the {kernel} kernel takes {' and '.join(known) or 'no parameters'}; got {name}")
    return function(x, x2, **parameters)


@dataclass(frozen=True, eq=False)
class FourierFeatures:
    """Random Fourier features of the rbf kernel: phi(x) = (cos(x W), sin(x W)) / sqrt(m), x (n, d) -> (n, 2m).

    The m columns of W (d, m) are drawn from N(0, I / width^2). Then phi(x) . phi(x') has the mean k(x, x') and the
    variance (1 - k^2)^2 / (2m), and |phi(x)| = 1 (Rahimi and Recht, "Random features for large-scale kernel machines",
    2007). Draw once, and apply the same features to training and test points.
    """

    W: Tensor

    def __post_init__(self):
        arguments.matrix("W", self.W)

    @classmethod
    def draw(
        cls, d: int, pairs: int, width: float, generator: torch.Generator, dtype: torch.dtype = torch.float64
    ) -> FourierFeatures:
        """Draw m = `pairs` frequencies for points of d coordinates, on the generator's device."""
        width = arguments.positive("width", width)
        return cls(_normal(("d", d), ("pairs", pairs), generator, dtype) / width)

    def __call__(self, x: Tensor) -> Tensor:
        arguments.matrix("x", x, columns=len(self.W), gradient=True)
        z = x @ self.W.to(x)  # (n, d) @ (d, m) -> (n, m)
        return torch.cat([z.cos(), z.sin()], dim=1).div_(math.sqrt(self.W.shape[1]))


@dataclass(frozen=True, eq=False)
class ReluFeatures:
    """A random ReLU layer: phi(x) = sqrt(2/m) relu(x W), x (n, d) -> (n, m).

    The m columns of W (d, m) are drawn from N(0, I). Then phi(x) . phi(x') has the mean arc_cosine(x, x', order=1) (Cho
    and Saul, 2009): a wide network of which only the last layer is trained is a kernel machine.
    """

    W: Tensor

    def __post_init__(self):
        arguments.matrix("W", self.W)

    @classmethod
    def draw(cls, d: int, count: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> ReluFeatures:
        """Draw m = `count` random units for points of d coordinates, on the generator's device."""
        return cls(_normal(("d", d), ("count", count), generator, dtype))

    def __call__(self, x: Tensor) -> Tensor:
        arguments.matrix("x", x, columns=len(self.W), gradient=True)
        return (x @ self.W.to(x)).relu_().mul(math.sqrt(2 / self.W.shape[1]))


def angle(cos: Tensor) -> Tensor:
    """Return arccos, with the slope 0 where cos is 1 or -1 up to rounding, in place of an infinite one.

    A cosine has an extremum there: its own slope is 0, and infinity times 0 would be NaN.
    """
    if not cos.requires_grad:
        return cos.arccos()
    end = 1 - cos.detach().square() <= 16 * torch.finfo(cos.dtype).eps
    return torch.where(end, cos.detach().arccos(), cos.masked_fill(end, 0).arccos())


def ordinary(x: Tensor) -> Tensor:
    """Return a copy of what was made in inference mode, which autograd does not keep; else x itself."""
    return x.clone() if x.is_inference() else x


def _by_blocks(kernel: Callable[[Tensor, Tensor], Tensor], x: Tensor, x2: Tensor | None, degree: int = 0) -> Tensor:
    """K = kernel(x, x2), some rows at a time. With x2 None only the upper half is computed, and mirrored.

    K grows with the product of two rows' lengths to the power of `degree`.
    """
    arguments.matrix("x", x, gradient=True)
    if x2 is not None:
        arguments.matrix("x2", x2, columns=x.shape[1], gradient=True)
        arguments.same_kind("x2", x2, "x", x)
    other = x if x2 is None else x2
    for name, one in (("x", x), ("x2", other)):
        if degree:
            arguments.in_range(name, one, 4 * (1 + one.detach().square().sum(1)) ** degree)
    differentiable = torch.is_grad_enabled() and (x.requires_grad or other.requires_grad)
    compute.require_matrices(KEPT if differentiable else 1, len(x), len(other), x, "a kernel matrix")
    if differentiable:  # in one piece: backwards, every block would cost a copy of the whole
        K = kernel(ordinary(x), ordinary(other))
        return K if x2 is not None else K.triu() + K.triu(1).T
    K = x.new_empty(len(x), len(other))
    rows = max(1, BLOCK // len(other))
    for start in range(0, len(x), rows):
        stop = min(start + rows, len(x))
        if x2 is not None:
            K[start:stop] = kernel(x[start:stop], x2)
            continue
        block = kernel(x[start:stop], x[start:])
        square, right = block[:, : stop - start], block[:, stop - start :]
        K[start:stop, start:stop] = square.triu() + square.triu(1).T
        K[start:stop, stop:] = right
        K[stop:, start:stop] = right.T
    return K


def _distances(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distances from differences of coordinates, which are never all held.  (n, d), (m, d) -> (n, m)."""
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


def _directions(x: Tensor) -> tuple[Tensor, Tensor]:
    """x / |x| and |x|; a zero row stays zero, and has no gradient."""
    r = torch.linalg.vector_norm(x, dim=1)
    return x.where(r[:, None] > 0, 0) / r.where(r > 0, 1)[:, None], r


def _normal(rows: tuple[str, int], columns: tuple[str, int], generator: torch.Generator, dtype: torch.dtype) -> Tensor:
    shape = [arguments.whole(name, size, 1) for name, size in (rows, columns)]
    arguments.generator("generator", generator)
    return torch.randn(shape, generator=generator, dtype=dtype, device=generator.device)
