"""The third function that the learner writes: a PAC-Bayes bound from examples that did not choose the prior.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edited
from ddlearn.generalization import kl_inverse


def pac_bayes(errors: Tensor, kl: float, spent: int, priors: int, delta: float) -> float:
    fresh = errors[spent:]
    n = len(fresh)
    price = kl + math.log(2 * math.sqrt(n) * priors / delta)
    return kl_inverse(fresh.mean(), price / n)


def promised(q: Tensor | float, kl: float, n: int, priors: float, delta: float) -> float:
    """The bound of a posterior whose training error is q on n examples."""
    return kl_inverse(q, (kl + math.log(2 * math.sqrt(n) * priors / delta)) / n)


def promise_cases(generator: torch.Generator):
    for n, kl, spent, priors, delta in ((300, 0.0, 150, 40, 0.05), (800, 12.5, 0, 40, 0.05), (90, 1.5, 30, 7, 0.01)):
        errors = torch.rand(n, generator=generator, dtype=torch.float64) / 2
        errors[:spent] /= 10  # what a fit has seen it hardly misses
        yield errors, kl, spent, priors, delta


PAC_BAYES = Exercise(
    name="pac_bayes",
    title="A promise with a price",
    reference=pac_bayes,
    cases=promise_cases,
    hints=(
        "Three steps: which examples may judge, what the price is, and the worst rate that the two leave possible.",
        "Fresh are errors[spent:], and n counts those only. The price is kl + log(2 sqrt(n) priors / delta), over n.",
        "return kl_inverse(fresh.mean(), price / n); math.log and math.sqrt do the rest.",
    ),
    mistakes=(
        Mistake(
            "judged by those who were spent too",
            lambda errors, kl, spent, priors, delta: promised(errors.mean(), kl, len(errors), priors, delta),
            "You let all examples judge. The first `spent` chose the prior, so it knows them by heart: your bound is "
            "splendid, and false.",
        ),
        Mistake(
            "the price over all examples",
            lambda errors, kl, spent, priors, delta: kl_inverse(
                errors[spent:].mean(), (kl + math.log(2 * math.sqrt(len(errors)) * priors / delta)) / len(errors)
            ),
            "The right examples judge, but the price is spread over all of them. n counts the fresh ones only.",
        ),
        Mistake(
            "priors forgotten",
            lambda errors, kl, spent, priors, delta: promised(errors[spent:].mean(), kl, len(errors) - spent, 1, delta),
            "You tried several priors and paid for one. The theorem is about one prior: for the best of m of them to "
            "hold, each must hold with probability 1 - delta / m.",
        ),
        Mistake(
            "priors outside the logarithm",
            lambda errors, kl, spent, priors, delta: kl_inverse(
                errors[spent:].mean(),
                (kl + priors * math.log(2 * math.sqrt(len(errors) - spent) / delta)) / (len(errors) - spent),
            ),
            "You paid once per prior. Each prior takes its part of delta, so their number is inside the logarithm.",
        ),
        Mistake(
            "divergence forgotten",
            lambda errors, kl, spent, priors, delta: promised(
                errors[spent:].mean(), 0, len(errors) - spent, priors, delta
            ),
            "The price has no kl. A posterior that went far from its prior to fit the examples has to pay for the way.",
        ),
        Mistake(
            "root forgotten",
            lambda errors, kl, spent, priors, delta: promised(
                errors[spent:].mean(), kl, len(errors) - spent, priors * math.sqrt(len(errors) - spent), delta
            ),
            "You have 2 n in the logarithm. The theorem asks for 2 times the *root* of n only.",
        ),
        Mistake(
            "Pinsker",
            lambda errors, kl, spent, priors, delta: (
                float(errors[spent:].mean())
                + math.sqrt(
                    (kl + math.log(2 * math.sqrt(len(errors) - spent) * priors / delta)) / (2 * (len(errors) - spent))
                )
            ),
            "Your bound holds, but is looser: q plus a root, Pinsker's inequality. `kl_inverse` gives away less.",
        ),
        Mistake(
            "price added",
            lambda errors, kl, spent, priors, delta: (
                errors[spent:].mean()
                + (kl + math.log(2 * math.sqrt(len(errors) - spent) * priors / delta)) / (len(errors) - spent)
            ),
            "You added the price to the share of mistakes. It bounds a divergence and no difference: `kl_inverse`.",
        ),
        Mistake(
            "the price not shared by n",
            lambda errors, kl, spent, priors, delta: kl_inverse(
                errors[spent:].mean(), kl + math.log(2 * math.sqrt(len(errors) - spent) * priors / delta)
            ),
            "The price is paid once, for n examples together: divide it by n.",
        ),
        Mistake(
            "the divergence not shared by n",
            edited(pac_bayes, ("price / n", "kl + (price - kl) / n")),
            "Only your logarithm is divided by n. The sum of both, kl + log(...), is divided by n.",
        ),
        Mistake(
            "judged by the wrong ones",
            edited(pac_bayes, ("errors[spent:]", "errors[:spent]")),
            "Your slice keeps the wrong examples. The first `spent` chose the prior; those behind them judge: "
            "errors[spent:].",
            also=(
                edited(pac_bayes, ("errors[spent:]", "errors[:spent] if spent else errors")),
                edited(pac_bayes, ("errors[spent:]", "errors[: len(errors) - spent]")),
            ),
        ),
        Mistake(
            "priors beside delta",
            edited(pac_bayes, ("* priors / delta", "/ (priors * delta)")),
            "You multiplied delta by the number of priors, so more priors make your bound better. Each of them gets "
            "delta / priors: their number multiplies what stands in the logarithm.",
        ),
        Mistake(
            "2 under the root",
            edited(pac_bayes, ("2 * math.sqrt(n)", "math.sqrt(2 * n)")),
            "Your 2 is under the root. The bound has 2√n, twice the root of n.",
        ),
        Mistake(
            "arguments of kl_inverse exchanged",
            edited(pac_bayes, ("fresh.mean(), price / n", "price / n, fresh.mean()")),
            "You gave `kl_inverse` its arguments in the wrong order. The share of mistakes is the first.",
        ),
        Mistake(
            "the number of mistakes",
            edited(pac_bayes, ("fresh.mean()", "fresh.sum()")),
            "You added the errors up. The first argument of `kl_inverse` is a share of mistakes between 0 and 1: their "
            "mean.",
            also=(edited(pac_bayes, ("fresh.mean()", "float(fresh.sum())")),),
        ),
        Mistake(
            "the price alone",
            edited(pac_bayes, ("kl_inverse(fresh.mean(), price / n)", "price / n")),
            "This is the price per example. The bound is the largest error rate that the price allows: `kl_inverse`.",
        ),
    ),
)
