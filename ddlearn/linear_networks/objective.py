"""The convex problem that a two-layer linear network solves by a detour: a loss of the product of its layers."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["LeastSquares", "Objective", "Reduction", "reduce_data"]


class Objective(Protocol):
    """A loss l of the product W: mu-strongly convex, K-smooth, and 0 at its minimizer W_star (..., n, m).

    mu and K have the shape of the stack of problems; `loss` maps (..., n, m) to (...), `gradient` to (..., n, m).
    """

    @property
    def mu(self) -> Tensor: ...
    @property
    def K(self) -> Tensor: ...
    @property
    def W_star(self) -> Tensor: ...
    def loss(self, W: Tensor) -> Tensor: ...
    def gradient(self, W: Tensor) -> Tensor: ...


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """l(W) = |S (W - W_star)|^2 / 2, S = diag(s).  s (..., n) positive, W_star (..., n, m).

    The singular values of the data are s: mu = min s^2 and K = max s^2. `reduce_data` brings any data to this form.
    """

    s: Tensor
    W_star: Tensor

    def __post_init__(self):
        arguments.tensor("s", self.s)
        arguments.tensor("W_star", self.W_star)
        arguments.same_kind("W_star", self.W_star, "s", self.s)
        if self.s.min() <= 0:
            raise ValueError(f"s must be positive numbers; got {self.s.min().item()} among them")
        if self.W_star.ndim < 2 or self.W_star.shape[:-1] != self.s.shape:
            wanted = ", ".join(map(str, self.s.shape))
            raise ValueError(f"W_star must be of shape ({wanted}, m), as s asks; got shape {tuple(self.W_star.shape)}")

    @property
    def mu(self) -> Tensor:
        return self.s.amin(-1).square()

    @property
    def K(self) -> Tensor:
        return self.s.amax(-1).square()

    def loss(self, W: Tensor) -> Tensor:
        return (self.s[..., None] * (W - self.W_star)).square().sum((-2, -1)) / 2

    def gradient(self, W: Tensor) -> Tensor:
        return self.s.square()[..., None] * (W - self.W_star)


@dataclass(frozen=True, eq=False)
class Reduction:
    """Least squares on data, seen in the coordinates that gradient descent moves in.

    |Y - X V1 W2'|^2 / 2 = problem.loss(Q'V1 W2') + floor, for every V1 (d, h) and W2 (m, h). Q (d, r) spans the rows of
    X; the part of V1 outside it has no gradient and never moves.
    """

    problem: LeastSquares
    Q: Tensor
    floor: Tensor


def reduce_data(X: Tensor, Y: Tensor) -> Reduction:
    """Least squares with inputs X (N, d) and targets Y (N, m) as a `LeastSquares` problem, by X = P S Q' of rank r.

    W1 = Q'V1 and W_star = S^-1 P'Y; the least loss is |(I - PP')Y|^2 / 2. `ValueError` if X is zero.
    """
    arguments.matrix("X", X)
    arguments.matrix("Y", Y, rows=len(X))
    arguments.same_kind("Y", Y, "X", X)
    P, s, Qt = torch.linalg.svd(X, full_matrices=False)
    r = int((s > max(X.shape) * torch.finfo(X.dtype).eps * s[0]).sum())
    if r == 0:
        raise ValueError("X must have an entry that is not 0; got zeros only")
    P, s, Q = P[:, :r], s[:r], Qt[:r].T
    projected = P.T @ Y  # (r, N) @ (N, m) -> (r, m)
    floor = (Y - P @ projected).square().sum() / 2
    return Reduction(LeastSquares(s, projected / s[:, None]), Q, floor)
