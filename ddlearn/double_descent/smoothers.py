"""Fits that are linear in their targets: predictions are P y, and P says all that data and features decide.

With features Z = U diag(s) V' of n examples and Z_new of m other points, the ridge fit and its limit, the
interpolation (or least-squares fit) of minimum norm, predict

    P = Z_new V diag(f) U',    f = s / (s^2 + ridge),    f = 1 / s at ridge 0.

One decomposition serves every ridge and all targets, and what noise of variance 1 in the targets adds to each
prediction is the squared length of its row of P.

The honest part is the small singular values. They make the peak of double descent, and a solver that drops them, or
loses them in single precision, hides it. `rank_cut` is the share of the largest singular value at or below which one
counts as 0; it is stated, never left to a solver's default.

**Effective parameters** (Curth, Jeffares and van der Schaar, arXiv 2310.18988) count what a fit uses, by the noise that
its weights let through: p_test = n times the mean squared length of a row of P at new points, p_train = the trace of P
at the examples. Past the threshold p_train stays at n, but p_test comes down: drawn against it, double descent folds
back to the U of the textbooks.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments, compute

__all__ = ["RANK_CUT", "Smoother", "gram_smoother", "min_norm", "smoother"]

RANK_CUT = 1e-12
"""Near the rounding of an SVD in float64: what is below it is not there."""

ASPECT = 1.5
"""From this ratio of the longer side to the shorter on, a QR first makes an SVD several times as fast."""


@dataclass(frozen=True, eq=False)
class Smoother:
    """U (n, r), s (r,) largest first, and T = Z_new V (m, r): P = T diag(f) U' for any ridge."""

    U: Tensor
    s: Tensor
    T: Tensor

    def filter(self, ridge: float = 0.0) -> Tensor:
        """Return f, (r,)."""
        ridge = arguments.at_least("ridge", ridge, 0)
        return 1 / self.s if ridge == 0 else 1 / (self.s + ridge / self.s)

    def weights(self, ridge: float = 0.0) -> Tensor:
        """Return P, (m, n): what each prediction makes of each target."""
        return (self.T * self.filter(ridge)) @ self.U.T

    def predict(self, y: Tensor, ridge: float = 0.0) -> Tensor:
        """Return P y for targets (..., n, k) -> (..., m, k)."""
        arguments.tensor("y", y)
        n = len(self.U)
        if y.ndim < 2 or y.shape[-2] != n:
            raise ValueError(f"y must be of shape (..., {n}, k); got shape {tuple(y.shape)}")
        arguments.same_kind("y", y, "the features", self.U)
        return (self.T * self.filter(ridge)) @ (self.U.T @ y)

    def p_test(self, ridge: float = 0.0) -> float:
        """Return the effective parameters at new points: n times the mean over them of |row of P|^2."""
        return len(self.U) * (self.T.square() @ self.filter(ridge).square()).mean().item()

    def p_train(self, ridge: float = 0.0) -> float:
        """Return the effective parameters at the training points, the trace of the hat matrix: the rank at ridge 0."""
        return (self.s * self.filter(ridge)).sum().item()


def smoother(Z: Tensor, Z_new: Tensor, rank_cut: float = RANK_CUT) -> Smoother:
    """Return the smoother of features Z (n, p) at the points of Z_new (m, p), by an SVD."""
    arguments.matrix("Z", Z)
    arguments.matrix("Z_new", Z_new, columns=Z.shape[1])
    arguments.same_kind("Z_new", Z_new, "Z", Z)
    rank_cut = arguments.between("rank_cut", rank_cut, 0, 1)
    U, s, V = _thin_svd(Z)
    kept = s > rank_cut * s[0]
    return Smoother(U[:, kept], s[kept], Z_new @ V[:, kept])


def gram_smoother(K: Tensor, K_new: Tensor, rank_cut: float = RANK_CUT) -> Smoother | None:
    """Return the same from K = Z Z' (n, n) and K_new = Z_new Z' (m, n); None where that would lose the small values.

    For more features than fit in memory, and for sums that grow. The eigenvalues are s^2, known to the precision of the
    largest. None if the least is below the square root of the precision, relative to it: then only an SVD is honest.
    """
    arguments.symmetric("K", K)
    arguments.matrix("K_new", K_new, columns=len(K))
    arguments.same_kind("K_new", K_new, "K", K)
    rank_cut = arguments.between("rank_cut", rank_cut, 0, 1)
    compute.require_matrices(4, *K.shape, K, "the decomposition of a matrix")
    w, U = torch.linalg.eigh(K)
    if w[0] <= torch.finfo(K.dtype).eps ** 0.5 * w[-1]:
        return None
    s, U = w.flip(0).sqrt(), U.flip(1)
    kept = s > rank_cut * s[0]
    s, U = s[kept], U[:, kept]
    return Smoother(U, s, K_new @ U / s)


def min_norm(X: Tensor, y: Tensor, ridge: float = 0.0, rank_cut: float = RANK_CUT) -> Tensor:
    """V diag(f) U'y: of all b with the least |y - X b|^2 the shortest, or the minimum of |y - X b|^2 + ridge |b|^2.

    X (n, p), y (n,) or (n, k) -> (p,) or (p, k). By an SVD, or a QR where no singular value is small and ridge is 0.
    """
    arguments.matrix("X", X)
    arguments.targets("y", y, len(X))
    arguments.same_kind("y", y, "X", X)
    ridge = arguments.at_least("ridge", ridge, 0)
    rank_cut = arguments.between("rank_cut", rank_cut, 0, 1)
    compute.require_matrices(3, *X.shape, X, "the decomposition of a matrix")
    Y = y.reshape(len(X), -1)
    b = _by_qr(X, Y, rank_cut) if ridge == 0 else None
    if b is None:
        U, s, V = _thin_svd(X)
        f = torch.where(s > rank_cut * s[0], 1 / (s + ridge / s), 0.0)
        b = V @ (f[:, None] * (U.T @ Y))
    return b.reshape(-1, *y.shape[1:])


def _by_qr(X: Tensor, Y: Tensor, rank_cut: float) -> Tensor | None:
    """The fit of minimum norm, several times as fast as by an SVD; None where digits or a singular value could be lost.

    |R| |R^-1|, Frobenius norms, is at least the ratio of the largest singular value to the smallest.
    """
    tall = X if len(X) >= X.shape[1] else X.T
    Q, R = torch.linalg.qr(tall)
    inverse = torch.linalg.solve_triangular(R, torch.eye(len(R), dtype=R.dtype, device=R.device), upper=True)
    if not R.norm() * inverse.norm() * max(torch.finfo(R.dtype).eps ** (1 / 3), rank_cut) < 1:
        return None
    return inverse @ (Q.T @ Y) if tall is X else Q @ (inverse.T @ Y)


def _thin_svd(Z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Z = U diag(s) V', s largest first.  (n, p) -> U (n, r), s (r,), V (p, r), r the smaller of n and p."""
    n, p = Z.shape
    compute.require_matrices(3, n, p, Z, "the decomposition of a matrix")
    if p > n:
        V, s, U = _thin_svd(Z.T)
        return U, s, V
    Q = None
    if n >= ASPECT * p:
        Q, Z = torch.linalg.qr(Z)
    U, s, Vt = torch.linalg.svd(Z, full_matrices=False)
    return U if Q is None else Q @ U, s, Vt.T
