"""Pools of points: a world of N points, of which some are drawn to learn from and the others are what is unseen.

A pool is a kernel K (N, N) and targets Y (N, C). Of real points it is the tangent kernel of a wide net; a Haar pool,
whose eigenvectors are drawn at random, is the world that the theory of learning curves assumes.
"""

import torch
from torch import Tensor

from ddlearn import arguments, compute, tangent

__all__ = ["centered", "haar_pool", "ntk_with_bias", "random_labels", "unit_rows"]


def centered(x: Tensor, length: float = 1.0) -> Tensor:
    """Return points around their mean, scaled together so that their mean length is `length`.  x (N, d) -> (N, d).

    Raises `TypeError` or `ValueError` if all points are one, or length is not positive.
    """
    length = arguments.positive("length", length)
    x = _around_mean(x)
    return x * (length / x.norm(dim=1).mean())


def unit_rows(x: Tensor) -> Tensor:
    """Return points around their mean, each scaled to length 1; one at the mean stays there.  x (N, d) -> (N, d)."""
    x = _around_mean(x)
    norms = x.norm(dim=1, keepdim=True)
    return x / norms.where(norms > 0, 1)


def ntk_with_bias(x: Tensor, bias: float, x2: Tensor | None = None) -> Tensor:
    """Tangent kernel of a wide two-layer ReLU net on inputs with one more column, `bias`.  (n, d), (m, d) -> (n, m).

    With D = d + 1 columns, q = |x| |x'| / D and theta the angle between x and x',

        k = q (sin theta + (pi - theta) cos theta) / pi + q cos theta (pi - theta) / pi

    which is half of `tangent.infinite` at its defaults: 2 |x|^2 / D on the diagonal.

    Raises `TypeError` or `ValueError` if x is not a finite matrix, x2 does not match it or bias is negative.
    """
    arguments.matrix("x", x)
    bias = arguments.at_least("bias", bias, 0)
    if x2 is not None:
        x2 = _with_column(arguments.matrix("x2", x2, columns=x.shape[1]), bias)
    return tangent.infinite(_with_column(x, bias), x2).ntk.div_(2)


def haar_pool(lam: Tensor, v: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw K = N Q diag(lam) Q' and Y = sqrt(N) Q v, Q uniform among orthogonal matrices.  lam (N,), v (N,) or (N, C).

    Its spectrum is lam, and V2 is v^2 summed over outputs: the assumption of `learning_curves`, made true.

    Raises `TypeError` or `ValueError` if lam is no vector of at least 0 or v does not fit it.
    """
    if arguments.tensor("lam", lam).ndim != 1 or lam.min() < 0:
        raise ValueError(f"lam must be numbers of at least 0, of shape (N,); got shape {tuple(lam.shape)}")
    N = len(arguments.targets("v", v, len(lam)))
    arguments.same_kind("v", v, "lam", lam)
    arguments.generator("generator", generator)
    compute.require_matrices(5, N, N, lam, "a pool's kernel")
    normal = torch.randn(N, N, generator=generator, dtype=lam.dtype, device=generator.device)
    Q, R = torch.linalg.qr(normal)
    Q = (Q * R.diagonal().sign()).to(lam.device)  # else the signs would depend on how the factors are computed
    root = Q * (N * lam).sqrt()
    return root @ root.T, N**0.5 * Q @ v


def random_labels(n: int, generator: torch.Generator) -> Tensor:
    """Draw -1 or +1 by a fair coin, whatever the point: there is nothing to learn.  (n,), float64.

    The control of Zhang et al., "Understanding deep learning requires rethinking generalization" (2017, arXiv
    1611.03530): a net fits them, and a bound that certifies them is wrong.
    """
    n = arguments.whole("n", n, 1)
    arguments.generator("generator", generator)
    return 2.0 * torch.randint(0, 2, (n,), generator=generator, device=generator.device).double() - 1


def _around_mean(x: Tensor) -> Tensor:
    x = arguments.matrix("x", x) - x.mean(0)
    if not x.any():
        raise ValueError("x must have points that differ")
    return x


def _with_column(x: Tensor, bias: float) -> Tensor:
    return torch.cat([x, x.new_full((len(x), 1), bias)], 1)
