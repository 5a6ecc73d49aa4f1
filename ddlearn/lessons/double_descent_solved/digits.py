"""Random features on real digits: the error that theory expects, and that of fits.

The theory is `double_descent.predict_features`: of the digits it sees the eigenvalues of their kernel, and how much of
the labels lies along each eigenvector. The population is POPULATION digits; a fit learns from N_TRAIN of them and is
tested on others, so `held_out` takes the training points' own part out of the prediction (our heuristic).
"""

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn import double_descent as dd
from ddlearn.classroom import cached

POPULATION, N_TRAIN, TEST, CLASSES, SEEDS = 1200, 200, 500, 10, 3
WIDTHS = (6, 12, 20, 32, 46, 64, 85, 110, 140, 165, 180, 190, 200, 210, 220, 240, 270, 330, 450, 700, 1300, 2500, 4000)
PENALTIES = (3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)  # added to the kernel that N features make


@cached(2)
def population(seed: int) -> tuple[Tensor, Tensor]:
    """Return POPULATION digits as points, and their labels."""
    digits = datasets.digits(compute.generator(seed), 1797 - POPULATION)
    return digits.train_x, digits.train_y


@cached(4)
def modes(width: float, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return eigenvalues (M,) of the population's kernel, largest first, and its eigenvectors (M, M)."""
    values, U = torch.linalg.eigh(kernels.rbf(population(seed)[0], width=width))
    return (values.flip(0) / POPULATION).clamp(min=1e-15), U.flip(1)


@cached(16)
def spectrum(rate: float, width: float, seed: int = 0) -> dd.Spectrum:
    """Return all that the theory sees of the digits, with the share `rate` of their labels wrong."""
    values, U = modes(width, seed)
    along = U.T @ dd.mean_target(population(seed)[1], rate, CLASSES)
    return dd.Spectrum(values, torch.ones_like(values), along.square().sum(1) / POPULATION)


@cached(64)
def predict(rate: float, width: float, sizes: tuple[int, ...], penalty: float, seed: int = 0) -> Tensor:
    """Return the error that theory expects on digits that no fit has seen, (sizes,); infinite at N_TRAIN features
    without a penalty."""
    noise = dd.target_noise(rate, CLASSES)
    found = dd.predict_features(spectrum(rate, width, seed), N_TRAIN, sizes, penalty, noise)
    # What a fit copies of its training points goes with its degrees of freedom, z; without a penalty that is the rank.
    return dd.held_out(found.excess, N_TRAIN, found.z, POPULATION, noise)


def expected(
    rate: float, width: float, sizes: tuple[int, ...], penalized: bool, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Return theory's error without a penalty, or the least with one, and which of (0, *PENALTIES).  (sizes,) each"""
    errors = [predict(rate, width, sizes, penalty, seed) for penalty in (PENALTIES if penalized else (0.0,))]
    least, which = torch.stack(errors).min(0)
    return least, which + penalized


@cached(8)
def measured(rate: float, width: float, seed: int, progress: compute.Progress | None = None) -> dd.FitPath:
    """Fit random features to N_TRAIN digits at WIDTHS, without a penalty and with each of PENALTIES."""
    return dd.image_curve(
        *population(seed),
        N_TRAIN,
        WIDTHS,
        SEEDS,
        compute.generator(seed + 1),
        width=width,
        rate=rate,
        test=TEST,
        ridges=(0.0, *PENALTIES),
        against="mean",
        progress=compute.part(progress, 0, 1, "Fitting the digits: {}"),
    )


def median_gap(mean: Tensor, rate: float, width: float, penalized: bool, seed: int = 0) -> float:
    """Return the median relative distance of the mean (WIDTHS,) from theory, for |N/n - 1| > 0.15: nearer the
    threshold a mean is no number."""
    away = [i for i, N in enumerate(WIDTHS) if abs(N / N_TRAIN - 1) > 0.15]
    theory = expected(rate, width, tuple(WIDTHS[i] for i in away), penalized, seed)[0]
    return float((theory / mean[away] - 1).abs().median())
