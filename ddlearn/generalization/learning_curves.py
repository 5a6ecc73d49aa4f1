"""The learning curve before anything is trained, from a kernel's spectrum and the target's share of each eigenmode.

A pool of N points is the whole world, each as likely as any other. With K / N = U diag(lambda) U' and targets Y (N, C),
mode i holds V2_i = sum over outputs c of (u_i' Y_c)^2 / N, and the V2 add up to the mean squared target. Train kernel
ridge, (K_nn + ridge I) alpha = y, on n points drawn from the pool, labels with noise of variance s^2, summed over the
outputs as V2 is. Then

    kappa solves  sum_i L_i + ridge / kappa = n     with the learnability  L_i = lambda_i / (lambda_i + kappa)
    error = n / (n - sum L_i^2) (sum (1 - L_i)^2 V2_i + s^2)

predicts the mean squared error at a fresh point, fresh noise included. The first line is a conservation law: n examples
buy n units of learning. This is the eigenlearning form of Simon, Dickens, Karkada and DeWeese ("The Eigenlearning
Framework", TMLR 2023, arXiv 2110.03922); Bordelon, Canatar and Pehlevan (arXiv 2002.02561, 2006.13198) found the same
curve by the replica method. It takes the world to be infinite.

**A finite pool.** Tested on the N - n points that training has not seen, ridge regression is interpolation with the
kernel K + ridge 1[x = x'], and label noise is a white target. Both go into the spectrum:

    lambda' = lambda + ridge / N,    V2' = V2 + s^2 / N,    the same kappa and L with ridge 0
    error at unseen points = N / (N - n)  n / (n - sum L^2) sum (1 - L)^2 V2'

for an interpolator makes no error at the n points it has seen, so that all of the pool's error sits at the others. As N
grows this becomes the form above. Our derivation; like the form above it takes the eigenvectors to be in general
position (a Haar pool). On real data they are not quite, and for n above about 0.4 N it reads low.

Both know the whole pool and its labels. They explain a curve; they promise nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ddlearn import arguments, compute

__all__ = [
    "Eigenmodes",
    "Learnability",
    "Spectrum",
    "eigenlearning_risk",
    "eigenmodes",
    "finite_pool_risk",
    "learnability",
    "spectrum",
]

HALVINGS = 80
"""Each halves the logarithm's interval: enough for the last digit, whatever the spectrum."""


class Eigenmodes(NamedTuple):
    """Eigenvalues of K / N, largest first, (N,), and its eigenvectors of length 1, the columns of U (N, N)."""

    lam: Tensor
    U: Tensor


class Spectrum(NamedTuple):
    """Eigenvalues of K / N, largest first, and the target's squared coefficients, (N,) each."""

    lam: Tensor
    V2: Tensor


class Learnability(NamedTuple):
    """kappa () or (p,), and the share L (N,) or (p, N) of each mode that is learned, in [0, 1]."""

    kappa: Tensor
    L: Tensor


def eigenmodes(K: Tensor) -> Eigenmodes:
    """Return lambda and U of a pool.  K (N, N). Eigenvalues below 0 by rounding are set to 0.

    Raises `TypeError` or `ValueError` if K is not symmetric or has a negative eigenvalue beyond rounding.
    """
    N = len(arguments.symmetric("K", K))
    compute.require_matrices(4, N, N, K, "the decomposition of a matrix")
    lam, U = torch.linalg.eigh(K)
    if lam[0] < -10 * N * torch.finfo(K.dtype).eps * lam.abs().max():
        raise ValueError(f"K must have no negative eigenvalue, as every Gram matrix; got {lam[0].item():.3g}")
    return Eigenmodes(lam.flip(0).clamp_(min=0) / N, U.flip(1))


def spectrum(K: Tensor, Y: Tensor) -> Spectrum:
    """Return lambda and V2 of a pool.  K (N, N), Y (N,) or (N, C). Eigenvalues below 0 by rounding are set to 0.

    Raises `TypeError` or `ValueError` if K is not symmetric or has a negative eigenvalue beyond rounding, or Y does not
    fit.
    """
    arguments.symmetric("K", K)
    N = len(arguments.targets("Y", Y, len(K)))
    arguments.same_kind("Y", Y, "K", K)
    lam, U = eigenmodes(K)
    return Spectrum(lam, (U.T @ Y.reshape(N, -1)).square().sum(1) / N)


def learnability(lam: Tensor, n: float | Tensor | Sequence[float], ridge: float = 0.0) -> Learnability:
    """Return kappa and L with sum L + ridge / kappa = n.  lam (N,) of at least 0; n a number or (p,) of them.

    kappa is found by bisection, to the last digits. Without ridge, n examples learn a kernel of rank n or less to the
    end: kappa is 0, and every mode with an eigenvalue has L = 1.

    Raises `TypeError` or `ValueError` if lam is no vector of at least 0, all of it is 0, n is not positive or ridge is
    negative.
    """
    _check_modes("lam", lam)
    if lam.max() <= 0:
        raise ValueError("lam must have an eigenvalue above 0; got zeros only")
    n, ridge = _sizes(n, lam), arguments.at_least("ridge", ridge, 0)
    kappa = _conserve(lam, n, ridge)
    return Learnability(kappa, torch.where(lam > 0, lam / (lam + kappa[..., None]), 0))


def eigenlearning_risk(
    lam: Tensor, V2: Tensor, n: float | Tensor | Sequence[float], ridge: float = 0.0, noise: float = 0.0
) -> Tensor:
    """Return the standard form: mean squared error at a fresh point of an infinite world.  lam, V2 (N,) -> shaped as n.

    noise is s^2, the variance of the label noise summed over outputs; the noise of the fresh label is in the error.

    Raises as `learnability` does, and if V2 does not fit lam or noise is negative.
    """
    V2, noise = _check_target(lam, V2, noise)
    L = learnability(lam, n, ridge).L
    return _amplified(_sizes(n, lam), L, (1 - L).square() @ V2 + noise)


def finite_pool_risk(
    lam: Tensor, V2: Tensor, n: float | Tensor | Sequence[float], ridge: float = 0.0, noise: float = 0.0
) -> Tensor:
    """The finite-pool form: mean squared error at the points of the pool not trained on.  lam, V2 (N,) -> shaped as n.

    lam and V2 must hold every mode of the pool, zeros included, for N is their length. noise as in
    `eigenlearning_risk`.

    Raises as `eigenlearning_risk` does, and if n is not below N: then there is no unseen point.
    """
    V2, noise = _check_target(lam, V2, noise)
    N, size, ridge = len(lam), _sizes(n, lam), arguments.at_least("ridge", ridge, 0)
    if size.max() >= N:
        raise ValueError(f"n must be below {N}, the size of the pool; got {size.max().item():g}")
    L = learnability(lam + ridge / N, n).L
    return N / (N - size) * _amplified(size, L, (1 - L).square() @ (V2 + noise / N))


def _conserve(lam: Tensor, n: Tensor, ridge: float) -> Tensor:
    """kappa (...) for n (...), by halving the ratio of two bounds.

    With r positive eigenvalues, each L is at most lambda / kappa, so kappa <= (sum lambda + ridge) / n; ridge / kappa
    is at most n, so kappa >= ridge / n; and at kappa = (r / n - 1) lambda_min all L together are n or more.
    """
    positive = lam[lam > 0]
    low = ((len(positive) / n - 1) * positive.min()).clamp(min=0).maximum(ridge / n)
    high = (positive.sum() + ridge) / n
    for _ in range(HALVINGS):
        middle = low.sqrt() * high.sqrt()
        learned = (positive / (positive + middle[..., None])).sum(-1) + ridge / middle
        low, high = torch.where(learned > n, middle, low), torch.where(learned > n, high, middle)
    return torch.where(low > 0, low.sqrt() * high.sqrt(), 0)


def _amplified(n: Tensor, L: Tensor, missed: Tensor) -> Tensor:
    """n / (n - sum L^2) times what is missed, and 0 where nothing is."""
    return torch.where(missed > 0, n / (n - L.square().sum(-1)).clamp(min=0) * missed, 0)


def _sizes(n: float | Tensor | Sequence[float], like: Tensor) -> Tensor:
    """n as a number of `like`'s kind, () or (p,)."""
    if isinstance(n, (list, tuple)) or (isinstance(n, Tensor) and n.ndim > 0):
        return arguments.positives("n", n, like)
    return like.new_tensor(arguments.positive("n", n))


def _check_modes(name: str, value: Tensor) -> Tensor:
    if arguments.tensor(name, value).ndim != 1:
        raise ValueError(f"{name} must be of shape (N,); got shape {tuple(value.shape)}")
    if value.min() < 0:
        raise ValueError(f"{name} must be at least 0 everywhere; got {value.min().item()}")
    return value


def _check_target(lam: Tensor, V2: Tensor, noise: float) -> tuple[Tensor, float]:
    _check_modes("lam", lam)
    arguments.same_kind("V2", _check_modes("V2", V2), "lam", lam)
    if V2.shape != lam.shape:
        raise ValueError(f"V2 must be of shape {tuple(lam.shape)}, as lam; got shape {tuple(V2.shape)}")
    return V2, arguments.at_least("noise", noise, 0)
