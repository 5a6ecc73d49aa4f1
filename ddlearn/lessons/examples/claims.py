"""What lesson 06 claims, what theory expects, and how each claim is measured; beside each, a control that must fail."""

import math
from functools import lru_cache

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Claim
from ddlearn.generalization import (
    LearningCurve,
    Spectrum,
    arora_term,
    binomial_upper,
    centred_one_hot,
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
from ddlearn.lessons.examples import bounds, exercises, worlds

RIDGE, NOISE = 0.3, 0.9  # the noise's variance, over ten outputs of .3 each
TRIALS = {50: 8, 200: 8, 800: 4}
DELTA, DRAWS = 0.1, 150  # of the promises that are counted
PARAMETERS = 6601  # of the net in the last explorer


# Learning curves


@lru_cache(maxsize=1)
def digits() -> tuple[Tensor, Tensor, Spectrum]:
    """All 1,797 digits as one pool: kernel, ten outputs, and the spectrum."""
    x, classes = worlds.digits(worlds.ALL)
    K = ntk_with_bias(x, worlds.LENGTH)
    Y = centred_one_hot(classes, 10).to(K)
    return K, Y, spectrum(K, Y)


@lru_cache(maxsize=16)
def digits_curve(n: int, trials: int, ridge: float, noise: float, seed: int) -> LearningCurve:
    K, Y, modes_of_digits = digits()
    how = {"trials": trials, "ridge": ridge, "noise": noise, "modes": modes_of_digits}
    return measure_learning_curve(K, Y, [n], generator=compute.generator(seed), **how)


def mean(trials: Tensor) -> float:
    return float(trials.mean())


def worst(ratios: list[float]) -> float:
    """The ratio that is furthest from 1."""
    return max(ratios, key=lambda ratio: abs(math.log(ratio)))


def digits_predicted(seed: int, shuffled: bool = False) -> float:
    """Predicted over measured at three numbers of examples, the worst; or with the target dealt to other modes."""
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


def digits_left_out(scale: str, seed: int) -> float:
    curves = [digits_curve(n, trials, RIDGE, NOISE, seed) for n, trials in TRIALS.items()]
    return worst([mean(curve.leave_one_out) / mean(curve.measured) for curve in curves])


def digits_training_error(scale: str, seed: int) -> float:
    """The training error over the measured one, at 200 examples."""
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


@lru_cache(maxsize=8)
def haar_curves(seed: int) -> tuple[LearningCurve, ...]:
    """Half of a world of 600 with random eigenvectors: without ridge and noise, and with both."""
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
    """Gap of the pool's form from the standard one, in units of n / N, at worst; or with the ridge's modes left out."""
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
    """Measured shares of all modes of 400 digits, added up, over n."""
    K, n = ntk_with_bias(worlds.digits(400)[0], worlds.LENGTH), 100
    U = eigenmodes(K).U
    learned = measure_learnability(K, U, n, trials=1, generator=compute.generator(seed), ridge=ridge)
    return float(learned.sum()) / n


def mode_gap(seed: int, steps: bool) -> float:
    """Mean distance of measured shares of ten modes from theory, or from the first n modes whole and no other."""
    here, n = worlds.world(worlds.TEN), 100
    picked = torch.tensor(worlds.PICKS)
    theory = (picked <= n).double() if steps else learnability(here.lam, n).L.cpu()[picked - 1]
    learned = measure_learnability(here.K, here.picked, n, trials=8, generator=compute.generator(seed))
    return float((learned.mean(0).cpu() - theory).abs().mean())


# Bounds


def drawn(n: int, seed: int, coins: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """K between n digits, K of the unseen with them, and the labels of both: the digits' own, or coin flips."""
    x, y = bounds.pool()
    generator = compute.generator(seed)
    order = torch.randperm(len(x), generator=generator).to(x.device)
    if coins:
        y = random_labels(len(x), generator).to(x)
    seen, unseen = order[:n], order[n:]
    K = bounds.kernel(x[seen], x[seen])
    return (K + K.T) / 2, bounds.kernel(x[unseen], x[seen]), y[seen], y[unseen]


def certified(seed: int, coins: bool) -> float:
    K, _, y, _ = drawn(400, seed, coins)
    return pac_bayes_kernel(K, y).bound


def half_data(seed: int, judges_all: bool) -> float:
    """Promised less measured Gibbs error on coin flips, with the prior from the first half of 400 examples."""
    K, K_unseen, y, y_unseen = drawn(400, seed, coins=True)
    alpha = unit_direction(K[:200, :200].contiguous(), y[:200], 0.1)
    margins, unseen = y * (K[:, :200] @ alpha), y_unseen * (K_unseen[:, :200] @ alpha)

    def promise(errors: Tensor, kl: float, spent: int, looks: int, delta: float) -> float:
        return exercises.pac_bayes(errors, kl, 0 if judges_all else spent, looks, delta)

    value, mu = bounds.best_promise(margins, 200, 0.05, promise)
    return value - float(bounds.gibbs(unseen, mu).mean())


@lru_cache(maxsize=8)
def held_out(seed: int) -> tuple[tuple[int, float], ...]:
    """In every draw: mistakes of a machine of 50 digits on 50 judges, and its share of mistakes on all the rest."""
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
    """How often the measured error is above the hold-out promise, or above the bare share of mistakes."""
    promises = [binomial_upper(wrong, 50, DELTA) if interval else wrong / 50 for wrong, _ in held_out(seed)]
    return sum(rest > promise for promise, (_, rest) in zip(promises, held_out(seed), strict=True)) / DRAWS


def term_ratio(seed: int, blind: bool) -> float:
    """The term on coin flips over the term on the digits' own labels; or that of the number of parameters."""
    if blind:
        return parameter_count_term(PARAMETERS, 400) / parameter_count_term(PARAMETERS, 400)
    here, coins = bounds.sample(0.0, seed), random_labels(400, compute.generator(seed))
    H = here.H[:400, :400].contiguous()
    return arora_term(H, coins.to(H)) / arora_term(H, here.y[:400])


CLAIMS = (
    Claim(
        id="06.conservation",
        statement="n examples buy n units of learning: measured on fits, the shares of all modes add up to n.",
        paper="Simon, Dickens, Karkada, DeWeese 2023",
        basis="identity, in every draw",
        expected=1.0,
        tolerance=1e-6,
        unit="units for each example",
        measure=lambda scale, seed: units_bought(seed, 0.0),
        control=lambda scale, seed: units_bought(seed, 1.0),
        control_note="a ridge of 1, which takes its part",
    ),
    Claim(
        id="06.learnability",
        statement="Mode by mode, fits to digits learn the share λ / (λ + κ).",
        paper="Simon, Dickens, Karkada, DeWeese 2023",
        basis="asymptotic",
        expected=0.0,
        tolerance=0.05,
        unit="mean distance of ten shares, at 100 examples",
        measure=lambda scale, seed: mode_gap(seed, steps=False),
        control=lambda scale, seed: mode_gap(seed, steps=True),
        control_note="the first n modes whole, the others not at all",
    ),
    Claim(
        id="06.random-world",
        statement="Where eigenvectors are random, the finite-pool formula is right with half of the world seen.",
        paper="our derivation, after Simon et al. 2023",
        basis="asymptotic",
        expected=1.0,
        tolerance=0.06,
        unit="predicted over measured, the worse of two",
        measure=lambda scale, seed: haar_predicted(seed, "finite_pool"),
        control=lambda scale, seed: haar_predicted(seed, "standard"),
        control_note="the form for an infinite world",
    ),
    Claim(
        id="06.infinite",
        statement="In a growing world the finite-pool formula becomes the standard one, with a gap below n / N.",
        paper="Simon, Dickens, Karkada, DeWeese 2023",
        basis="limit of our derivation",
        expected=1.0,
        tolerance=0.0,
        sense="at_most",
        unit="gap over n / N",
        measure=lambda scale, seed: infinite_limit(seed, whole=True),
        control=lambda scale, seed: infinite_limit(seed, whole=False),
        control_note="the ridge left out of the pool's spectrum",
    ),
    Claim(
        id="06.digits",
        statement="On real digits the learning curve with ridge and noise is known before training.",
        paper="our derivation, after Simon et al. 2023",
        basis="asymptotic",
        expected=1.0,
        tolerance=0.03,
        unit="predicted over measured, the worst of 50, 200 and 800",
        measure=lambda scale, seed: digits_predicted(seed),
        control=lambda scale, seed: digits_predicted(seed, shuffled=True),
        control_note="the target's coefficients dealt to other modes",
    ),
    Claim(
        id="06.left-out",
        statement="Leave-one-out knows nothing but the n examples and finds the same curve.",
        paper="Allen 1974",
        basis="asymptotic",
        expected=1.0,
        tolerance=0.08,
        unit="leave-one-out over measured, the worst of 50, 200 and 800",
        measure=digits_left_out,
        control=digits_training_error,
        control_note="the training error in its place",
    ),
    Claim(
        id="06.gcv",
        statement="Without noise and ridge, generalized cross-validation reads low.",
        paper="Golub, Heath, Wahba 1979; Jacot et al. 2020",
        basis="floor",
        expected=0.85,
        tolerance=0.0,
        sense="at_most",
        unit="GCV over measured, 200 digits",
        measure=lambda scale, seed: estimate_without_noise(seed, "gcv"),
        control=lambda scale, seed: estimate_without_noise(seed, "leave_one_out"),
        control_note="leave-one-out in its place",
    ),
    Claim(
        id="06.pac-bayes",
        statement="400 digits are enough to promise better than guessing, without a test set.",
        paper="Langford, Shawe-Taylor 2003; Seeger 2002; Maurer 2004",
        basis="theorem, with probability .95",
        expected=0.5,
        tolerance=0.0,
        sense="at_most",
        unit="of mistakes, at most",
        measure=lambda scale, seed: certified(seed, coins=False),
        control=lambda scale, seed: certified(seed, coins=True),
        control_note="coin flips for labels: nothing to promise",
    ),
    Claim(
        id="06.spent",
        statement="A prior from half of the examples is fair if only the other half judges.",
        paper="Seeger 2002; Maurer 2004",
        basis="theorem, with probability .95",
        expected=0.0,
        tolerance=0.0,
        sense="at_least",
        unit="promised less measured mistakes, on coin flips",
        measure=lambda scale, seed: half_data(seed, judges_all=False),
        control=lambda scale, seed: half_data(seed, judges_all=True),
        control_note="all examples judge, the spent ones too",
    ),
    Claim(
        id="06.broken",
        statement="A promise at delta = 0.1 is broken in one draw of ten at most.",
        paper="Clopper, Pearson 1934",
        basis="theorem, and three standard errors of the count",
        expected=DELTA,
        tolerance=3 * (DELTA * (1 - DELTA) / DRAWS) ** 0.5,
        sense="at_most",
        unit="of the promises broken",
        measure=lambda scale, seed: broken_promises(seed, interval=True),
        control=lambda scale, seed: broken_promises(seed, interval=False),
        control_note="the bare share of mistakes as a promise",
    ),
    Claim(
        id="06.random-labels",
        statement="A term above 1 promises nothing, yet tells labels with a meaning from coin flips.",
        paper="Arora, Du, Hu, Li, Wang 2019",
        basis="floor",
        expected=2.0,
        tolerance=0.0,
        sense="at_least",
        unit="times larger on coin flips, 400 digits",
        measure=lambda scale, seed: term_ratio(seed, blind=False),
        control=lambda scale, seed: term_ratio(seed, blind=True),
        control_note="the number of parameters, which sees no label",
    ),
)
