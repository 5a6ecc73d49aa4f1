"""How the claims of the lesson are measured, and their controls: the same with the cause taken away."""

import math

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import cached
from ddlearn.datasets import one_hot
from ddlearn.generalization import (
    LearningCurve,
    Spectrum,
    eigenlearning_risk,
    eigenmodes,
    finite_pool_risk,
    haar_pool,
    kernel_fit,
    learnability,
    measure_learnability,
    measure_learning_curve,
    ntk_with_bias,
    spectrum,
)
from ddlearn.lessons.learning_curves import shared

RIDGE, NOISE = 0.3, 0.9  # the noise's variance, over ten outputs of .3 each
TRIALS = {50: 8, 200: 8, 800: 4}


# Learning curves


@cached(1)
def digits() -> tuple[Tensor, Tensor, Spectrum]:
    """Return all 1,797 digits as one pool: kernel, ten outputs, and the spectrum."""
    x, classes = shared.digits(shared.ALL)
    K = ntk_with_bias(x, shared.LENGTH)
    Y = one_hot(classes, 10, centered=True).to(K)
    return K, Y, spectrum(K, Y)


@cached(16)
def digits_curve(n: int, trials: int, ridge: float, noise: float, seed: int) -> LearningCurve:
    K, Y, modes_of_digits = digits()
    how = {"trials": trials, "ridge": ridge, "noise": noise, "modes": modes_of_digits}
    return measure_learning_curve(K, Y, [n], generator=compute.generator(seed), **how)


def digits_curves(seed: int) -> list[LearningCurve]:
    return [digits_curve(n, trials, RIDGE, NOISE, seed) for n, trials in TRIALS.items()]


def mean(trials: Tensor) -> float:
    return float(trials.mean())


def worst(ratios: list[float]) -> float:
    """Return the ratio that is furthest from 1."""
    return max(ratios, key=lambda ratio: abs(math.log(ratio)))


def digits_predicted(seed: int, shuffled: bool) -> float:
    """Return predicted over measured error at three numbers of examples, the worst, or with the target shuffled."""
    lam, V2 = digits()[2]
    if shuffled:
        V2 = V2[torch.randperm(len(V2), generator=compute.generator(seed)).to(V2.device)]
    theory = [float(finite_pool_risk(lam, V2, n, RIDGE, NOISE)) for n in TRIALS]
    return worst([one / mean(curve.measured) for one, curve in zip(theory, digits_curves(seed), strict=True)])


def digits_left_out(seed: int) -> float:
    return worst([mean(curve.leave_one_out) / mean(curve.measured) for curve in digits_curves(seed)])


def digits_training_error(seed: int) -> float:
    """Return the training error over the measured one, at 200 examples."""
    K, Y, _ = digits()
    generator, n = compute.generator(seed), 200
    errors = []
    for _ in range(TRIALS[n]):
        seen = torch.randperm(len(K), generator=generator)[:n].to(K.device)
        noise = (NOISE / 10) ** 0.5 * torch.randn(n, 10, generator=generator, dtype=torch.float64).to(K)
        fit = kernel_fit(K[seen][:, seen], Y[seen] + noise, RIDGE)
        errors.append(RIDGE**2 * fit.alpha.square().sum(1).mean())  # what is left over is ridge times alpha
    return mean(torch.stack(errors)) / mean(digits_curve(n, TRIALS[n], RIDGE, NOISE, seed).measured)


def estimate_without_noise(seed: int, estimate: str) -> float:
    curve = digits_curve(200, 12, 0.0, 0.0, seed)
    return mean(getattr(curve, estimate)) / mean(curve.measured)


@cached(8)
def haar_curves(seed: int) -> tuple[LearningCurve, ...]:
    """Learn half of a world of 600 with random eigenvectors: without ridge and noise, and with both."""
    generator = compute.generator(seed)
    mode = torch.arange(1, 601, dtype=torch.float64)
    K, Y = haar_pool(mode**-1.5, torch.randn(600, generator=generator, dtype=torch.float64) / mode, generator)
    how = {"trials": 25, "generator": generator, "modes": spectrum(K, Y)}
    settings = ({"ridge": 0.0, "noise": 0.0}, {"ridge": 0.5, "noise": 0.25})
    return tuple(measure_learning_curve(K, Y, [300], **how, **setting) for setting in settings)


def haar_predicted(seed: int, form: str) -> float:
    return worst([float(getattr(curve, form)[0]) / mean(curve.measured) for curve in haar_curves(seed)])


def infinite_limit(seed: int, whole: bool) -> float:
    """Return the worst gap of the pool's form from the standard one, over n / N; or with the ridge's modes left out."""
    n, size = 50, 400
    mode = torch.arange(1, size + 1, dtype=torch.float64)
    V2 = mode**-1.5 * (0.5 + torch.rand(size, generator=compute.generator(seed), dtype=torch.float64))
    standard = float(eigenlearning_risk(mode**-1.5, V2, n, RIDGE, NOISE))
    gaps = []
    for N in (5_000, 50_000, 500_000):
        lam, target = (torch.cat([part, part.new_zeros(N - size)]) for part in (mode**-1.5, V2))
        pool = finite_pool_risk(lam, target, n, RIDGE if whole else 0.0, NOISE)
        gaps.append(abs(float(pool) / standard - 1) * N / n)
    return max(gaps)


# What n examples buy


def units_bought(seed: int, ridge: float) -> float:
    """Add up the measured shares of all modes of 400 digits, over n."""
    K, n = ntk_with_bias(shared.digits(400)[0], shared.LENGTH), 100
    U = eigenmodes(K).U
    learned = measure_learnability(K, U, n, trials=1, generator=compute.generator(seed), ridge=ridge)
    return float(learned.sum()) / n


def mode_gap(seed: int, steps: bool) -> float:
    """Return the mean distance of ten modes' measured shares from theory, or from the first n modes whole, no other."""
    here, n = shared.world(shared.TEN), 100
    picked = torch.tensor(shared.PICKS)
    theory = (picked <= n).double() if steps else learnability(here.lam, n).L.cpu()[picked - 1]
    learned = measure_learnability(here.K, here.picked, n, trials=8, generator=compute.generator(seed))
    return float((learned.mean(0).cpu() - theory).abs().mean())
