"""Kernel ridge regression for a whole path of penalties, with every point left out once, from one eigendecomposition.

The function f = sum_j alpha_j k(., x_j) that minimises the mean squared error plus penalty * |f|^2 solves

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

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.kernels import ordinary

__all__ = ["FeatureRidgePath", "RidgeFits", "RidgePath", "feature_ridge_path", "ridge", "ridge_path"]


@dataclass(frozen=True, eq=False)
class RidgeFits:
    """Ridge fits for L penalties: what is the same whether they were found by kernel or by features.

    y (n,) or (n, k) are the targets. fitted and leave_one_out, (L, n) or (L, n, k), are predictions at the training
    points, with the point itself and with it left out. degrees_of_freedom (L,) run from the rank (no penalty) to 0.
    """

    penalties: Tensor
    y: Tensor
    fitted: Tensor
    leave_one_out: Tensor
    degrees_of_freedom: Tensor

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


@dataclass(frozen=True, eq=False)
class RidgePath(RidgeFits):
    """Ridge fits by kernel: alpha (L, n) or (L, n, k)."""

    alpha: Tensor

    def predict(self, K_new: Tensor) -> Tensor:
        """Predictions at new points from K_new (m, n), their kernel with the training points -> (L, m) or (L, m, k)."""
        arguments.matrix("K_new", K_new, columns=len(self.y), gradient=True)
        arguments.same_kind("K_new", K_new, "K", self.alpha)
        return torch.einsum("mn,ln...->lm...", K_new, self.alpha)


@dataclass(frozen=True, eq=False)
class FeatureRidgePath(RidgeFits):
    """Ridge fits by features: weights (L, p) or (L, p, k)."""

    weights: Tensor

    def predict(self, phi_new: Tensor) -> Tensor:
        """Predictions at m new points from their features phi_new (m, p) -> (L, m) or (L, m, k)."""
        arguments.matrix("phi_new", phi_new, columns=self.weights.shape[1], gradient=True)
        arguments.same_kind("phi_new", phi_new, "phi", self.weights)
        return torch.einsum("mp,lp...->lm...", phi_new, self.weights)


def ridge(K: Tensor, y: Tensor, penalty: float) -> Tensor:
    """Solve (K + n * penalty * I) alpha = y for alpha.  K (n, n), y (n,) or (n, k) -> alpha, shaped as y.

    `ValueError` if K is not symmetric or has a negative eigenvalue, or the penalty is not positive.
    """
    arguments.symmetric("K", K, gradient=True)
    _check_targets(y, "K", K, gradient=True)
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
    """Kernel ridge for every penalty at once.  K (n, n), y (n,) or (n, k), penalties (L,) -> `RidgePath`.

    Eigenvalues that rounding has pushed below 0 are set to 0. `ValueError` if K is not symmetric, has an eigenvalue
    further below 0 than that, or a penalty is not positive.
    """
    arguments.symmetric("K", K)
    _check_targets(y, "K", K)
    penalties = _check_penalties(penalties, K)
    n = len(K)
    lam, U = compute.eigh(K)
    tolerance = 10 * n * torch.finfo(K.dtype).eps * lam.abs().max()
    if lam[0] < -tolerance:
        raise ValueError(f"K must have no negative eigenvalue, as every Gram matrix; got {lam[0].item():.3g}")
    lam.clamp_(min=0)

    mu = n * penalties[:, None]  # (L, 1)
    inverse = 1 / (lam + mu)  # (L, n)
    Y = y.reshape(n, -1)  # (n, k)
    alpha = _combine(U, inverse, U.T @ Y)  # (L, n, k)
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


def feature_ridge_path(phi: Tensor, y: Tensor, penalties: Tensor | Sequence[float]) -> FeatureRidgePath:
    """Ridge on features for every penalty at once.  phi (n, p), y (n,) or (n, k), penalties (L,) -> `FeatureRidgePath`.

    The same fits as `ridge_path(phi @ phi.T, y, penalties)`; the smaller of the two Gram matrices, p x p or n x n, is
    decomposed. `ValueError` if a penalty is not positive.
    """
    arguments.matrix("phi", phi)
    _check_targets(y, "phi", phi)
    penalties = _check_penalties(penalties, phi)
    n, p = phi.shape
    compute.require_matrices(1, min(n, p), min(n, p), phi, "the Gram matrix of the features")
    gram = phi @ phi.T if p >= n else phi.T @ phi
    arguments.in_range("phi", phi, gram)
    if p >= n:
        path = ridge_path(gram, y, penalties)
        weights = torch.einsum("np,ln...->lp...", phi, path.alpha)
        return FeatureRidgePath(penalties, y, path.fitted, path.leave_one_out, path.degrees_of_freedom, weights)

    lam, V = compute.eigh(gram)
    lam.clamp_(min=0)
    mu = n * penalties[:, None]  # (L, 1)
    inverse = 1 / (lam + mu)  # (L, p)
    Y = y.reshape(n, -1)  # (n, k)
    Z = phi @ V  # (n, p) @ (p, p) -> (n, p): features along the eigenvectors
    fitted = _combine(Z, inverse, Z.T @ Y)  # (L, n, k)
    # h, the diagonal of the hat matrix, is at most s / (s + mu), s = |phi_i|^2. Holding it there keeps rounding from
    # a division by 0 at a point that only itself determines.
    floor = mu / (phi.square().sum(1) + mu)
    spare = (1 - inverse @ Z.square().T).clamp_(min=floor)  # 1 - h, (L, n)
    shape = (len(penalties), *y.shape)
    return FeatureRidgePath(
        penalties=penalties,
        y=y,
        fitted=fitted.reshape(shape),
        leave_one_out=(Y - (Y - fitted) / spare[..., None]).reshape(shape),
        degrees_of_freedom=(lam * inverse).sum(1),
        weights=_combine(V, inverse, Z.T @ Y).reshape(len(penalties), p, *y.shape[1:]),
    )


def _combine(U: Tensor, inverse: Tensor, c: Tensor) -> Tensor:
    """U diag(inverse_l) c for each of the L rows of `inverse`, in one product.  (n, r), (L, r), (r, k) -> (L, n, k)."""
    scaled = torch.einsum("lr,rk->rlk", inverse, c)  # (r, L, k)
    return torch.einsum("nr,rlk->lnk", U, scaled)


def _check_targets(y: Tensor, name: str, rows: Tensor, gradient: bool = False) -> None:
    arguments.targets("y", y, len(rows), gradient=gradient)
    arguments.same_kind("y", y, name, rows)


def _check_penalties(penalties: Tensor | Sequence[float], like: Tensor) -> Tensor:
    """Positive, and not so small that 1 / penalty leaves the range of the precision."""
    penalties = arguments.positives("penalties", penalties, like)
    least = torch.finfo(like.dtype).tiny ** 0.5
    if penalties.min() < least:
        raise ValueError(f"penalties must be at least {least:.1g} in {like.dtype}; got {penalties.min().item()}")
    return penalties
