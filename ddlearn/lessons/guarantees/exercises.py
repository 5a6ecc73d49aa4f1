"""Functions that the learner writes: two bounds on an error rate, and the divergence between Gaussian weights."""

import math

import torch
from scipy.stats import beta, binom, norm
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.generalization import kl_inverse


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
    hints=(
        "At the rate errors / n, so few errors are likely; at the rate 1 they are impossible. Search in between.",
        "Halve: where binom.cdf(errors, n, middle) is above delta, the rate is still possible: raise the lower end.",
        "Sixty halvings from low, high = errors / n, 1.0 are enough. Return high.",
    ),
    mistakes=(
        Mistake(
            "fewer errors, not so few",
            edit("cdf(errors", "cdf(errors - 1"),
            "You left out the count itself: *at most* so many must have probability delta. `binom.cdf(errors, ...)`.",
        ),
        Mistake(
            "exactly so many",
            edit("binom.cdf", "binom.pmf"),
            "`pmf` is the probability of exactly so many errors. Fewer are no less of a surprise: take `cdf`.",
        ),
        Mistake(
            "delta halved",
            edit("> delta", "> delta / 2"),
            "You kept delta / 2 for the other side. This bound has one side only, so all of delta belongs to it.",
        ),
        Mistake(
            "confidence for delta",
            lambda errors, n, delta: float(beta.ppf(delta, errors + 1, n - errors)),
            "You stopped where so few errors have probability 1 - delta. They must be a surprise: probability delta.",
        ),
        Mistake(
            "the share of errors",
            edit("> delta", "> 1 - delta"),
            "This is the share of errors itself, the lower end of the search. Where so few errors have *more* than "
            "probability delta, the rate is still possible: raise the lower end. Or did you compare with 1 - delta?",
            also=(lambda errors, n, delta: errors / n,),
        ),
        Mistake(
            "wrong way",
            edit("> delta", "<= delta"),
            "Your search ends at the rate 1. Where so few errors have *less* than probability delta, the rate is too "
            "high: lower the upper end.",
        ),
        Mistake(
            "divergence instead of counts",
            lambda errors, n, delta: kl_inverse(errors / n, math.log(1 / delta) / n),
            "This bound holds, but is looser: it bounds the binomial tail. `binom.cdf` computes the tail itself.",
        ),
        Mistake(
            "Hoeffding",
            lambda errors, n, delta: errors / n + math.sqrt(math.log(1 / delta) / (2 * n)),
            "Hoeffding's inequality holds, but is looser: it treats every rate as if it were 1/2. Use `binom.cdf`.",
        ),
        Mistake(
            "normal approximation",
            lambda errors, n, delta: errors / n + norm.ppf(1 - delta) * math.sqrt(errors / n * (1 - errors / n) / n),
            "The normal approximation guarantees nothing: after no error it says that the rate is 0. Use `binom.cdf`.",
        ),
    ),
)

PAC_BAYES = Exercise(
    name="pac_bayes",
    title="A bound with a price",
    reference=pac_bayes,
    cases=bound_cases,
    given="judged by the wrong ones",
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
            edit("errors[spent:]", "errors[: len(errors) - spent]"),
            "So many examples may judge, but not these: the first `spent` chose the prior, and it knows them by heart. "
            "Which examples has the prior not seen?",
            also=(
                edit("errors[spent:]", "errors[:spent] if spent else errors"),
                edit("errors[spent:]", "errors[:spent]"),
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

GAUSSIAN_KL = Exercise(
    name="gaussian_kl",
    title="The divergence between Gaussian weights",
    reference=gaussian_kl,
    cases=weight_cases,
    no_loop=True,
    hints=(
        "The weights are independent, so the divergences of the single weights add up.",
        "With r = sigma / prior_sigma and m = mean / prior_sigma, one weight contributes (r² + m² - 1 - 2 log r) / 2.",
        "ratio.log() takes the logarithm of each entry. End with `.sum() / 2`.",
    ),
    mistakes=(
        Mistake(
            "mean instead of sum",
            edit(".sum()", ".mean()"),
            "You averaged over the weights. Divergences of independent weights add up.",
        ),
        Mistake(
            "half forgotten",
            edit(".sum() / 2", ".sum()"),
            "Your sum is right, and twice the divergence: the ½ is missing.",
        ),
        Mistake(
            "logarithm of the other sign",
            edit("- 2 * ratio", "+ 2 * ratio"),
            "Your logarithm has the other sign. A posterior narrower than the prior costs more, not less.",
        ),
        Mistake(
            "logarithm once",
            edit("2 * ratio.log()", "ratio.log()"),
            "The bracket has 2 log r, because it is the logarithm of r².",
        ),
        Mistake(
            "mean not scaled",
            edit("(mean / prior_sigma) ** 2", "mean**2"),
            "The mean counts in units of the prior's width: divide it by prior_sigma before you square.",
        ),
        Mistake(
            "ratio not squared",
            edit("ratio**2", "ratio"),
            "Variances are compared, so the ratio of the widths must be squared.",
        ),
        Mistake(
            "prior over posterior",
            edit("sigma / prior_sigma\n", "prior_sigma / sigma\n"),
            "Your ratio is upside down. The width of the posterior is divided by that of the prior.",
        ),
    ),
)
