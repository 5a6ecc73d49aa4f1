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
    arora_term,
    binomial_upper,
    eigenlearning_risk,
    eigenmodes,
    finite_pool_risk,
    haar_pool,
    kernel_fit,
    learnability,
    measure_learnability,
    measure_learning_curve,
    ntk_with_bias,
    pac_bayes_kernel,
    parameter_count_term,
    random_labels,
    spectrum,
    unit_direction,
)
from ddlearn.lessons.how_many_examples import bounds, exercises, shared

RIDGE, NOISE = 0.3, 0.9  # the noise's variance, over ten outputs of .3 each
TRIALS = {50: 8, 200: 8, 800: 4}
DELTA, DRAWS = 0.1, 150  # of the promises that are counted
PARAMETERS = 6601  # of the net in the last explorer


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
    return worst(
        [
            float(finite_pool_risk(lam, V2, n, RIDGE, NOISE))
            / mean(digits_curve(n, trials, RIDGE, NOISE, seed).measured)
            for n, trials in TRIALS.items()
        ]
    )


def digits_left_out(seed: int) -> float:
    curves = [digits_curve(n, trials, RIDGE, NOISE, seed) for n, trials in TRIALS.items()]
    return worst([mean(curve.leave_one_out) / mean(curve.measured) for curve in curves])


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
    modes_of_pool = spectrum(K, Y)
    return tuple(
        measure_learning_curve(
            K, Y, [300], trials=25, generator=generator, ridge=ridge, noise=noise, modes=modes_of_pool
        )
        for ridge, noise in ((0.0, 0.0), (0.5, 0.25))
    )


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


# Bounds


def certified(seed: int, coins: float) -> float:
    here = bounds.sample(coins, seed)
    return pac_bayes_kernel(here.K[:400, :400].contiguous(), here.y[:400]).bound


def half_data(seed: int, judges_all: bool) -> float:
    """Return promised less measured Gibbs error on coin flips, the prior from the first half of 400 examples."""
    margins, unseen = bounds.margins(bounds.sample(1.0, seed), 200, 400, 0.1)

    def promise(errors: Tensor, kl: float, spent: int, priors: int, delta: float) -> float:
        return exercises.pac_bayes(errors, kl, 0 if judges_all else spent, priors, delta)

    value, mu = bounds.best_promise(margins, 200, 0.05, promise)
    return value - float(bounds.gibbs(unseen, mu).mean())


@cached(8)
def held_out(seed: int) -> tuple[tuple[int, float], ...]:
    """Return for every draw the mistakes of a machine of 50 digits on 50 judges, and its share of them on the rest."""
    x, y = bounds.pool()
    found = []
    for draw in range(DRAWS):
        order = torch.randperm(len(x), generator=compute.generator(1000 * seed + draw)).to(x.device)
        fit, judges, rest = order[:50], order[50:100], order[100:]
        K = bounds.kernel(x, x[fit])
        wrong = (y * (K @ unit_direction(K[fit], y[fit], 1.0)) <= 0).double()
        found.append((int(wrong[judges].sum()), mean(wrong[rest])))
    return tuple(found)


def broken_promises(seed: int, interval: bool) -> float:
    """Return how often the measured error is above the hold-out promise, or above the bare share of mistakes."""
    promises = [binomial_upper(wrong, 50, DELTA) if interval else wrong / 50 for wrong, _ in held_out(seed)]
    return sum(rest > promise for promise, (_, rest) in zip(promises, held_out(seed), strict=True)) / DRAWS


def broken_after_the_fact(seed: int, one_prior: bool) -> float:
    """Return how often the best promise, chosen after the data and paid for as one prior, is below the true rate, 1/2.

    In each draw a thousand classifiers guess at 50 examples. With one prior, equal weights on all of them, the choice
    is among forty posteriors that lean more and more towards those with few mistakes. Otherwise it is among the
    classifiers, each its own prior and posterior.
    """
    generator, broken = compute.generator(seed), 0
    for _ in range(DRAWS):
        wrong = torch.randint(0, 2, (1000, 50), generator=generator).double()
        mistakes = wrong.sum(1)
        if one_prior:
            leaning = (-torch.linspace(0, 4, 40, dtype=torch.float64)[:, None] * mistakes).log_softmax(1)
            divergence = (leaning.exp() * (leaning + math.log(len(wrong)))).sum(1)
            choices = zip(leaning.exp() @ wrong, divergence.tolist(), strict=True)
        else:
            choices = [(wrong[mistakes.argmin()], 0.0)]
        broken += min(exercises.pac_bayes(errors, kl, 0, 1, DELTA) for errors, kl in choices) < 0.5
    return broken / DRAWS


def term_ratio(seed: int, blind: bool) -> float:
    """Return the term on coin flips over the term on the digits' own labels; or that of the number of parameters."""
    if blind:
        return parameter_count_term(PARAMETERS, 400) / parameter_count_term(PARAMETERS, 400)
    here, coins = bounds.sample(0.0, seed), random_labels(400, compute.generator(seed))
    H = here.H[:400, :400].contiguous()
    return arora_term(H, coins.to(H)) / arora_term(H, here.y[:400])
