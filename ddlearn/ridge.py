"""Kernel ridge regression for a whole path of penalties, with every point left out once, from one eigendecomposition.

The function f = sum_j alpha_j k(., x_j) that minimizes the mean squared error plus penalty * |f|^2 solves

    (K + n * penalty * I) alpha = y.

With K = U diag(lambda) U' and mu = n * penalty, everything that one wants to know about f, for any penalty, is a
product with U: the cost is the decomposition, and more penalties are nearly free.

    alpha              = U (lambda + mu)^-1 U' y
    fitted             = y - mu alpha
    leave one out      = y - alpha / diag(U (lambda + mu)^-1 U')    predicts y_i from the fit to all points but i
    degrees of freedom = sum lambda / (lambda + mu)

The fit to the others keeps mu: the same problem, less one point. With one point only, what is left knows nothing and
predicts 0. Relative errors grow as eps * lambda_max / mu, with eps the precision: K itself is no more accurate.

`ridge` has gradients in K and y. The paths have none, for eigenvectors have none where eigenvalues are equal: they
refuse tensors that require one. Their predictions have a gradient in the new points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.kernels import ordinary

__all__ = ["RidgePath", "ridge", "ridge_path"]


@dataclass(frozen=True, eq=False)
class RidgePath:
    """Kernel ridge fits for L penalties.

    y (n,) or (n, k) are the targets, and alpha (L, n) or (L, n, k) the weights of the training points. fitted and
    leave_one_out, shaped as alpha, are predictions there, with the point itself and with it left out.
    degrees_of_freedom (L,) run from the rank (no penalty) to 0.
    """

    penalties: Tensor
    y: Tensor
    fitted: Tensor
    leave_one_out: Tensor
    degrees_of_freedom: Tensor
    alpha: Tensor

    @property
    def train_error(self) -> Tensor:
        """Mean squared error at the training points, (L,)."""
        return (self.fitted - self.y).square().flatten(1).mean(1)

    @property
    def leave_one_out_error(self) -> Tensor:
        """Mean squared error at points left out, (L,): an almost unbiased estimate of the test error."""
        return (self.leave_one_out - self.y).square().flatten(1).mean(1)

    @property
    def best(self) -> int:
        """Index of the penalty whose leave-one-out error is least."""
        return int(self.leave_one_out_error.argmin())

    def predict(self, K_new: Tensor) -> Tensor:
        """Predictions at new points from K_new (m, n), their kernel with the training points -> (L, m) or (L, m, k)."""
        arguments.matrix("K_new", K_new, columns=len(self.y), gradient=True)
        arguments.same_kind("K_new", K_new, "K", self.alpha)
        return torch.einsum("mn,ln...->lm...", K_new, self.alpha)


def ridge(K: Tensor, y: Tensor, penalty: float) -> Tensor:
    """Solve (K + n * penalty * I) alpha = y for alpha.  K (n, n), y (n,) or (n, k) -> alpha, shaped as y.

    `ValueError` if K is not symmetric or has a negative eigenvalue, or the penalty is not positive.
    """
    arguments.symmetric("K", K, gradient=True)
    arguments.targets("y", y, len(K), gradient=True)
    arguments.same_kind("y", y, "K", K)
    penalty = arguments.positive("penalty", penalty)
    n = len(K)
    compute.require_matrices(2, n, n, K, "the Cholesky factor")
    A = K.clone()
    A.diagonal().add_(n * penalty)
    L, failed = torch.linalg.cholesky_ex(A)
    if failed:  # A penalty lost in the rounding of K: the decomposition copes, and says so if K itself is at fault.
        return ridge_path(K, y, [penalty]).alpha[0]
    y = ordinary(y) if L.requires_grad else y
    return torch.cholesky_solve(y.reshape(n, -1), L).reshape(y.shape)


def ridge_path(K: Tensor, y: Tensor, penalties: Tensor | Sequence[float]) -> RidgePath:
    """Return kernel ridge for every penalty at once.  K (n, n), y (n,) or (n, k), penalties (L,) -> `RidgePath`.

    Eigenvalues that rounding has pushed below 0 are set to 0. `ValueError` if K is not symmetric, has an eigenvalue
    further below 0 than that, or a penalty is not positive.
    """
    arguments.symmetric("K", K)
    arguments.targets("y", y, len(K))
    arguments.same_kind("y", y, "K", K)
    penalties = arguments.positives("penalties", penalties, K)
    least = torch.finfo(K.dtype).tiny ** 0.5  # 1 / penalty must stay within the range of the precision
    if penalties.min() < least:
        raise ValueError(f"penalties must be at least {least:.1g} in {K.dtype}; got {penalties.min().item()}")
    n = len(K)
    lam, U = compute.eigh(K)
    tolerance = 10 * n * torch.finfo(K.dtype).eps * lam.abs().max()
    if lam[0] < -tolerance:
        raise ValueError(f"K must have no negative eigenvalue, as every Gram matrix; got {lam[0].item():.3g}")
    lam.clamp_(min=0)

    mu = n * penalties[:, None]  # (L, 1)
    inverse = 1 / (lam + mu)  # (L, n)
    Y = y.reshape(n, -1)  # (n, k)
    scaled = torch.einsum("lr,rk->rlk", inverse, U.T @ Y)
    alpha = torch.einsum("nr,rlk->lnk", U, scaled)  # (L, n, k): all penalties in one product
    diagonal = inverse @ U.square_().T  # (L, n) @ (n, n) -> (L, n); U is not needed as it was any more
    shape = (len(penalties), *y.shape)
    return RidgePath(
        penalties=penalties,
        y=y,
        fitted=(Y - mu[..., None] * alpha).reshape(shape),
        leave_one_out=(Y - alpha / diagonal[..., None]).reshape(shape),
        degrees_of_freedom=(lam * inverse).sum(1),
        alpha=alpha.reshape(shape),
    )
