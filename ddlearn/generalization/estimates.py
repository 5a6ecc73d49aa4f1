"""The test error from the training set alone: every point left out once, without a refit, and the shortcut's shortcut.

With A = K + ridge I and alpha = A^-1 Y, a fit to all points but i misses y_i by alpha_i / (A^-1)_ii exactly. So

    leave one out = mean_i sum_c (alpha_ic / (A^-1)_ii)^2
    GCV           = n sum alpha^2 / (tr A^-1)^2            the diagonal replaced by its mean

GCV is generalized cross-validation (Golub, Heath and Wahba, 1979), met again as the kernel alignment risk estimator
(Jacot et al., 2020, arXiv 2006.09796). Where points differ in how much they determine themselves, and neither noise nor
ridge evens that out, its mean is no stand-in for the diagonal, and GCV reads low.

One Cholesky factor serves both. For many penalties at once see `ddlearn.ridge.ridge_path`, whose penalty is ridge / n.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments, compute

__all__ = ["KernelFit", "kernel_fit"]

JITTER = {torch.float64: 1e-10, torch.float32: 1e-5}
"""The least ridge, as a share of the mean diagonal: below it a Gram matrix loses positive definiteness to rounding."""


@dataclass(frozen=True, eq=False)
class KernelFit:
    """Kernel ridge for one ridge. Y and alpha (n, C), diagonal (n,) that of A^-1."""

    Y: Tensor
    alpha: Tensor
    diagonal: Tensor

    @property
    def left_out(self) -> Tensor:
        """Prediction at each point from the fit to all others, (n, C)."""
        return self.Y - self.alpha / self.diagonal[:, None]

    @property
    def leave_one_out(self) -> float:
        """Mean squared error of `left_out`, summed over outputs."""
        return (self.alpha / self.diagonal[:, None]).square().sum(1).mean().item()

    @property
    def gcv(self) -> float:
        """Generalized cross-validation, summed over outputs."""
        return (len(self.Y) * self.alpha.square().sum() / self.diagonal.sum().square()).item()


def kernel_fit(K: Tensor, Y: Tensor, ridge: float) -> KernelFit:
    """Solve (K + ridge I) alpha = Y.  K (n, n), Y (n,) or (n, C), ridge of at least 0 -> `KernelFit`.

    A ridge below 1e-10 of K's mean diagonal (float32: 1e-5) is raised to that: it is how interpolation is computed.

    Raises `TypeError` or `ValueError` if K is not symmetric or has a negative eigenvalue beyond that, Y does not fit or
    ridge is negative.
    """
    arguments.symmetric("K", K)
    n = len(arguments.targets("Y", Y, len(K)))
    arguments.same_kind("Y", Y, "K", K)
    ridge = arguments.at_least("ridge", ridge, 0)
    compute.require_matrices(3, n, n, K, "the Cholesky factor and inverse")
    A = K.clone()
    A.diagonal().add_(max(ridge, JITTER[K.dtype] * K.diagonal().mean().item()))
    factor, failed = torch.linalg.cholesky_ex(A)
    if failed:
        raise ValueError("K must have no negative eigenvalue, as every Gram matrix, and not be zero")
    Y = Y.reshape(n, -1)
    return KernelFit(Y, torch.cholesky_solve(Y, factor), torch.cholesky_inverse(factor).diagonal())
