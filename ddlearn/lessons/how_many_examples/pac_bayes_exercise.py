"""The third function that the learner writes: a PAC-Bayes bound from examples that did not choose the prior."""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.generalization import kl_inverse


def pac_bayes(errors: Tensor, kl: float, spent: int, priors: int, delta: float) -> float:
    fresh = errors[spent:]
    n = len(fresh)
    price = kl + math.log(2 * math.sqrt(n) * priors / delta)
    return kl_inverse(fresh.mean(), price / n)


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
            edit("errors[spent:]", "errors"),
            "You let all examples judge. The first `spent` chose the prior, so it knows them by heart: your bound is "
            "splendid, and false.",
        ),
        Mistake(
            "the price over all examples",
            edit("len(fresh)", "len(errors)"),
            "The right examples judge, but the price is spread over all of them. n counts the fresh ones only.",
        ),
        Mistake(
            "priors forgotten",
            edit(" * priors", ""),
            "You tried several priors and paid for one. The theorem is about one prior: for the best of m of them to "
            "hold, each must hold with probability 1 - delta / m.",
        ),
        Mistake(
            "priors outside the logarithm",
            edit("math.log(2 * math.sqrt(n) * priors", "priors * math.log(2 * math.sqrt(n)"),
            "You paid once per prior. Each prior takes its part of delta, so their number is inside the logarithm.",
        ),
        Mistake(
            "divergence forgotten",
            edit("kl + math", "math"),
            "The price has no kl. A posterior that went far from its prior to fit the examples has to pay for the way.",
        ),
        Mistake(
            "root forgotten",
            edit("math.sqrt(n)", "n"),
            "You have 2 n in the logarithm. The theorem asks for 2 times the *root* of n only.",
        ),
        Mistake(
            "Pinsker",
            edit("kl_inverse(fresh.mean(), price / n)", "float(fresh.mean()) + math.sqrt(price / (2 * n))"),
            "Your bound holds, but is looser: q plus a root, Pinsker's inequality. `kl_inverse` gives away less.",
        ),
        Mistake(
            "price added",
            edit("kl_inverse(fresh.mean(), price / n)", "fresh.mean() + price / n"),
            "You added the price to the share of mistakes. It bounds a divergence and no difference: `kl_inverse`.",
        ),
        Mistake(
            "the price not shared by n",
            edit("price / n", "price"),
            "The price is paid once, for n examples together: divide it by n.",
        ),
        Mistake(
            "the divergence not shared by n",
            edit("price / n", "kl + (price - kl) / n"),
            "Only your logarithm is divided by n. The sum of both, kl + log(...), is divided by n.",
        ),
        Mistake(
            "judged by the wrong ones",
            edit("errors[spent:]", "errors[:spent]"),
            "Your slice keeps the wrong examples. The first `spent` chose the prior; those behind them judge: "
            "errors[spent:].",
            also=(
                edit("errors[spent:]", "errors[:spent] if spent else errors"),
                edit("errors[spent:]", "errors[: len(errors) - spent]"),
            ),
        ),
        Mistake(
            "priors beside delta",
            edit("* priors / delta", "/ (priors * delta)"),
            "You multiplied delta by the number of priors, so more priors make your bound better. Each of them gets "
            "delta / priors: their number multiplies what stands in the logarithm.",
        ),
        Mistake(
            "2 under the root",
            edit("2 * math.sqrt(n)", "math.sqrt(2 * n)"),
            "Your 2 is under the root. The bound has 2√n, twice the root of n.",
        ),
        Mistake(
            "arguments of kl_inverse exchanged",
            edit("fresh.mean(), price / n", "price / n, fresh.mean()"),
            "You gave `kl_inverse` its arguments in the wrong order. The share of mistakes is the first.",
        ),
        Mistake(
            "the number of mistakes",
            edit("fresh.mean()", "fresh.sum()"),
            "You added the errors up. The first argument of `kl_inverse` is a share of mistakes between 0 and 1: their "
            "mean.",
            also=(edit("fresh.mean()", "float(fresh.sum())"),),
        ),
        Mistake(
            "the price alone",
            edit("kl_inverse(fresh.mean(), price / n)", "price / n"),
            "This is the price per example. The bound is the largest error rate that the price allows: `kl_inverse`.",
        ),
    ),
)
