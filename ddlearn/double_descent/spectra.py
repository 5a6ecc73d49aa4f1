"""Spectra to predict from: of ReLU features on the sphere, and of a kernel on the images that you have.

For real data every image at hand is taken as the population: the eigenvalues of K/M, and the labels' share in each
eigenvector, are all that `predict_features` needs. Nothing is fitted.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.double_descent.eigenframework import Spectrum, predict_features
from ddlearn.double_descent.labels import mean_target, target_noise
from ddlearn.double_descent.linear import Numbers

__all__ = ["held_out", "kernel_spectrum", "predict_images", "relu_sphere_spectrum"]

SMALLEST = 1e-15
"""Eigenvalues of a kernel with k(x, x) = 1 below this are rounding."""


def relu_sphere_spectrum(d: int, degrees: int = 40) -> Spectrum:
    """ReLU features of points on the sphere of radius sqrt(d), with a linear target of variance 1.

    lambda_l = (E relu(sqrt(d) t) P_l(t))^2, t one coordinate of a point of the unit sphere and P_l the Gegenbauer
    polynomial of degree l and index (d-2)/2, 1 at 1; m_l = (2l+d-2)/l C(l+d-3, l-1). What lies beyond `degrees` is the
    tail, for E relu^2 = 1/2. The ridge that stands for the penalty l of `decompose_features` is n l / d.
    """
    d, degrees = arguments.whole("d", d, 3), arguments.whole("degrees", degrees, 2)
    nodes, weights = np.polynomial.legendre.leggauss(400)
    t, w = (nodes + 1) / 2, weights / 2 * (1 - ((nodes + 1) / 2) ** 2) ** ((d - 3) / 2)  # on (0, 1), the ReLU's side
    w /= 2 * w.sum()
    eigenvalues, counts = [], []
    before, P = np.zeros_like(t), np.ones_like(t)
    for l in range(degrees):
        eigenvalues.append((w * math.sqrt(d) * t * P).sum() ** 2)
        counts.append(float((2 * l + d - 2) * math.comb(l + d - 3, l - 1) // l) if l else 1.0)
        before, P = P, ((2 * l + d - 2) * t * P - l * before) / (l + d - 2)
    tail = 0.5 - float(np.dot(counts, eigenvalues))
    return Spectrum(eigenvalues, counts, [float(l == 1) for l in range(degrees)], max(0.0, tail))


def kernel_spectrum(K: Tensor, targets: Tensor) -> Spectrum:
    """The spectrum of a kernel on a population of M points.  K (M, M), targets (M,) or (M, c) -> `Spectrum`.

    Eigenvalues of K/M; v_i^2 = sum over outputs of (u_i . targets)^2 / M.
    """
    arguments.symmetric("K", K)
    arguments.targets("targets", targets, len(K))
    arguments.same_kind("targets", targets, "K", K)
    M = len(K)
    compute.require_matrices(4, M, M, K, "the decomposition of a matrix")
    lam, U = torch.linalg.eigh(K)
    signal = (U.T @ targets.reshape(M, -1)).square().sum(1) / M
    return Spectrum((lam / M).clamp(min=SMALLEST), torch.ones_like(lam), signal)


def held_out(excess: Tensor, n: int, features: Numbers, population: int, noise: float) -> Tensor:
    """From the error over a whole population of M points, n training points among them, to that of the other M - n.

    (T - (n/M) tr) / (1 - n/M) with T the theory's excess, and tr what a fit leaves of the training points: s^2 if it
    interpolates, k >= n; else the optimism of least squares, (1 - k/n)^2 (T + s^2) - s^2 + 2 s^2 k/n. This is our
    heuristic, tested on images only. For a fit with a ridge hand it the theory's degrees of freedom z as `features`.
    """
    arguments.readable("excess", excess)
    infinite = isinstance(excess, Tensor) and excess == math.inf  # at the threshold: so is it at the other points
    arguments.tensor("excess", excess.masked_fill(infinite, 0) if isinstance(excess, Tensor) else excess)
    n = arguments.whole("n", n, 1)
    M = arguments.whole("population", population, n + 1)
    noise = arguments.at_least("noise", noise, 0)
    used = (arguments.numbers("features", features) / n).clamp(max=1).to(excess.device)
    training = (1 - used).square() * (excess + noise) - noise + 2 * noise * used
    training = torch.where(used == 1, torch.full_like(training, noise), training)
    return ((excess - n / M * training) / (1 - n / M)).masked_fill(infinite, math.inf)


def predict_images(
    K: Tensor, y: Tensor, classes: int, n: int, widths: Sequence[int], rate: float = 0.0, *, correct: bool = True
) -> Tensor:
    """The test error of minimum-norm random features on images, before anything is fitted.  -> (widths,)

    K (M, M) is the kernel of all images, y (M,) their labels, of which a fit sees n with the share `rate` wrong. The
    error is the excess squared distance to `mean_target`, summed over classes; `correct` applies `held_out`.
    """
    arguments.symmetric("K", K)
    F, noise = mean_target(y, rate, classes), target_noise(rate, classes)
    widths = arguments.wholes("widths", widths, 1)
    excess = predict_features(kernel_spectrum(K, F.to(K)), n, widths, noise=noise).excess
    return held_out(excess, n, widths, len(K), noise) if correct else excess
