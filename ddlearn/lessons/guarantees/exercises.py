"""Functions that the learner writes: two bounds on an error rate, and the divergence between Gaussian weights."""

import math

import torch
from scipy.stats import beta, binom, norm
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit
from ddlearn.generalization import kl_inverse

HINTS = Hints.beside(__file__)


def holdout(errors: int, n: int, delta: float) -> float:
    low, high = errors / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if binom.cdf(errors, n, middle) > delta:
            low = middle
        else:
            high = middle
    return high


def pac_bayes(errors: Tensor, kl: float, spent: int, priors: int, delta: float) -> float:
    fresh = errors[spent:]
    n = len(fresh)
    price = kl + math.log(2 * math.sqrt(n) * priors / delta)
    return kl_inverse(fresh.mean(), price / n)


def gaussian_kl(mean: Tensor, sigma: Tensor, prior_sigma: float) -> Tensor:
    ratio = sigma / prior_sigma
    return (ratio**2 + (mean / prior_sigma) ** 2 - 1 - 2 * ratio.log()).sum() / 2


def counted_cases(generator: torch.Generator):
    for n, delta in ((10, 0.05), (50, 0.1), (200, 0.01), (400, 0.05)):
        yield int(torch.randint(1, n // 3, (), generator=generator)), n, delta


def bound_cases(generator: torch.Generator):
    for n, kl, spent, priors, delta in ((300, 0.0, 150, 40, 0.05), (800, 12.5, 0, 40, 0.05), (90, 1.5, 30, 7, 0.01)):
        errors = torch.rand(n, generator=generator, dtype=torch.float64) / 2
        errors[:spent] /= 10  # what a fit has seen it hardly misses
        yield errors, kl, spent, priors, delta


def weight_cases(generator: torch.Generator):
    for count, prior_sigma in ((1, 0.5), (7, 2.0), (40, 1.5)):
        mean = torch.randn(count, generator=generator, dtype=torch.float64)
        yield mean, torch.rand(count, generator=generator, dtype=torch.float64) + 0.2, prior_sigma


HOLDOUT = Exercise(
    name="holdout",
    title="A bound from fresh examples",
    reference=holdout,
    cases=counted_cases,
    **HINTS.of(
        "holdout",
        {
            "confidence for delta": lambda errors, n, delta: float(beta.ppf(delta, errors + 1, n - errors)),
            "the share of errors": lambda errors, n, delta: errors / n,
            "normal approximation": lambda errors, n, delta: (
                errors / n + norm.ppf(1 - delta) * math.sqrt(errors / n * (1 - errors / n) / n)
            ),
        },
    ),
)

PAC_BAYES = Exercise(
    name="pac_bayes",
    title="A bound with a price",
    reference=pac_bayes,
    cases=bound_cases,
    given="judged by the wrong ones",
    **HINTS.of(
        "pac_bayes",
        {
            "judged by the wrong ones": (
                edit("errors[spent:]", "errors[:spent] if spent else errors"),
                edit("errors[spent:]", "errors[:spent]"),
            ),
            "the number of mistakes": edit("fresh.mean()", "float(fresh.sum())"),
        },
    ),
)

GAUSSIAN_KL = Exercise(
    name="gaussian_kl",
    title="The divergence between Gaussian weights",
    reference=gaussian_kl,
    cases=weight_cases,
    no_loop=True,
    **HINTS.of(
        "gaussian_kl",
        {
            "prior over posterior": edit("sigma / prior_sigma\n", "prior_sigma / sigma\n"),
        },
    ),
)
