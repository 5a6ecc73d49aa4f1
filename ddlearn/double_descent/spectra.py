"""The spectrum of ReLU features on the sphere, to predict from, and what a finite population changes."""

import math

import numpy as np
import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.double_descent.eigenframework import Spectrum
from ddlearn.double_descent.linear import Numbers

__all__ = ["held_out", "relu_sphere_spectrum"]


def relu_sphere_spectrum(d: int, degrees: int = 40) -> Spectrum:
    """Return the spectrum of ReLU features on the sphere of radius sqrt(d), with a linear target of variance 1.

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
