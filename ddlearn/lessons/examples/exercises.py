"""Three functions that the learner writes: the scale of what is learned, the error predicted from it, and a promise.

Each comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import math

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake
from ddlearn.generalization import kl_inverse


def kappa(lam: Tensor, n: float) -> float:
    low, high = 1e-18, float(lam.sum() / n)
    for _ in range(100):
        middle = math.sqrt(low * high)
        if float((lam / (lam + middle)).sum()) > n:
            low = middle
        else:
            high = middle
    return high


def predicted_error(lam: Tensor, V2: Tensor, n: int, kappa: float) -> Tensor:
    N, L = len(lam), lam / (lam + kappa)
    missed = ((1 - L) ** 2 * V2).sum()
    return N / (N - n) * n / (n - (L**2).sum()) * missed


def pac_bayes(errors: Tensor, kl: float, spent: int, priors: int, delta: float) -> float:
    fresh = errors[spent:]
    n = len(fresh)
    price = kl + math.log(2 * math.sqrt(n) * priors / delta)
    return kl_inverse(fresh.mean(), price / n)


def solved(learned, lam: Tensor, n: float, wrong_way: bool = False) -> float:
    """The kappa at which `learned(kappa)` is n, found as the reference does."""
    low, high = 1e-18, float(lam.sum() / n)
    for _ in range(100):
        middle = math.sqrt(low * high)
        if (float(learned(middle)) > n) != wrong_way:
            low = middle
        else:
            high = middle
    return high


def risk(L: Tensor, V2: Tensor, n: int, *, missed: Tensor | None = None, pool: float | None = None) -> Tensor:
    """The formula with another sum of what is missed, or another factor for the pool."""
    N = len(L)
    missed = (1 - L) ** 2 * V2 if missed is None else missed
    return (N / (N - n) if pool is None else pool) * n / (n - (L**2).sum()) * missed.sum()


def share(lam: Tensor, kappa: float) -> Tensor:
    return lam / (lam + kappa)


def promised(q: Tensor | float, kl: float, n: int, priors: float, delta: float) -> float:
    """The bound of a posterior whose training error is q on n examples."""
    return kl_inverse(q, (kl + math.log(2 * math.sqrt(n) * priors / delta)) / n)


def spectrum_cases(generator: torch.Generator):
    for N, n, exponent in ((12, 4, 1.0), (40, 15, 1.5), (200, 60, 2.0), (30, 29, 0.7)):
        spread = torch.rand(N, generator=generator, dtype=torch.float64) + 0.5
        lam = spread * torch.arange(1, N + 1, dtype=torch.float64) ** -exponent
        yield lam.sort(descending=True).values, n


def risk_cases(generator: torch.Generator):
    for lam, n in spectrum_cases(generator):
        V2 = torch.rand(len(lam), generator=generator, dtype=torch.float64) * lam
        # A little beside the true kappa: at it n - sum L is 0, and a formula with that in it would be all rounding.
        yield lam, V2, n, 1.2 * kappa(lam, n)


def promise_cases(generator: torch.Generator):
    for n, kl, spent, priors, delta in ((300, 0.0, 150, 40, 0.05), (800, 12.5, 0, 40, 0.05), (90, 1.5, 30, 7, 0.01)):
        errors = torch.rand(n, generator=generator, dtype=torch.float64) / 2
        errors[:spent] /= 10  # what a fit has seen it hardly misses
        yield errors, kl, spent, priors, delta


KAPPA = Exercise(
    name="kappa",
    title="What n examples buy",
    reference=kappa,
    cases=spectrum_cases,
    hints=(
        "At κ = 0 every mode is learned, which is too much; at κ = Σλ / n too little. In between is the one you want.",
        "Halve: take κ in the middle, add up lam / (lam + κ). More than n? Then κ is too small: move the lower end up.",
        "κ may be tiny, so halve its logarithm: middle = (low * high) ** 0.5, with low = 1e-18. A hundred times.",
    ),
    mistakes=(
        Mistake(
            "wrong way",
            lambda lam, n: solved(lambda k: share(lam, k).sum(), lam, n, wrong_way=True),
            "Your interval closes in on the wrong end. Where too much is learned, κ must grow: raise the *lower* end.",
        ),
        Mistake(
            "what is missed, not what is learned",
            lambda lam, n: solved(lambda k: len(lam) - share(lam, k).sum(), lam, n, wrong_way=True),
            "You made the unlearned shares κ / (λ + κ) add up to n. It is the learned ones, λ / (λ + κ), that n buys.",
        ),
        Mistake(
            "squares",
            lambda lam, n: solved(lambda k: (share(lam, k) ** 2).sum(), lam, n),
            "You added up squares of L. They come in the error's formula; the conservation law adds up L itself.",
        ),
        Mistake(
            "all modes alike",
            lambda lam, n: float(lam.mean()) * (len(lam) - n) / n,
            "This would be right if all eigenvalues were equal. Take the share of each mode first, then add up.",
        ),
        Mistake(
            "the upper end",
            lambda lam, n: float(lam.sum() / n),
            "This is Σλ / n, where the search may start. It leaves out that no mode can be learned more than once.",
        ),
        Mistake(
            "the n-th eigenvalue",
            lambda lam, n: float(lam[n - 1]),
            "This is the n-th eigenvalue: κ would lie there if modes were learned one after the other. They overlap.",
        ),
        Mistake(
            "the shares instead of kappa",
            lambda lam, n: share(lam, kappa(lam, n)),
            "These are the learnabilities L, and right ones. Return κ, one number.",
        ),
    ),
)

PREDICTED_ERROR = Exercise(
    name="predicted_error",
    title="The error at unseen points, predicted",
    reference=predicted_error,
    cases=risk_cases,
    hints=(
        "Begin with L = lam / (lam + kappa). What part of mode i is missed, and what does it cost, squared?",
        "Missed is the sum of (1 - L) ** 2 * V2. Two factors stand before it, and N is len(lam).",
        "The first factor is N / (N - n), the second n / (n - (L ** 2).sum()). Return the product of all three.",
    ),
    mistakes=(
        Mistake(
            "an infinite world",
            lambda lam, V2, n, k: risk(share(lam, k), V2, n, pool=1.0),
            "Your prediction is for an infinite world. Here n of N points are seen, so all of the pool's error is on "
            "the other N - n.",
        ),
        Mistake(
            "no price of overfitting",
            lambda lam, V2, n, k: len(lam) / (len(lam) - n) * ((1 - share(lam, k)) ** 2 * V2).sum(),
            "The factor n / (n - Σ L²) is missing: what is not learned acts as noise on what is, and is fitted too.",
        ),
        Mistake(
            "L not squared",
            lambda lam, V2, n, k: (
                len(lam) / (len(lam) - n) * n / (n - share(lam, k).sum()) * ((1 - share(lam, k)) ** 2 * V2).sum()
            ),
            "You divide by n - Σ L, which the conservation law makes zero. The squares belong there: n - Σ L².",
        ),
        Mistake(
            "learned instead of missed",
            lambda lam, V2, n, k: risk(share(lam, k), V2, n, missed=share(lam, k) ** 2 * V2),
            "You summed what is learned. The error comes from the rest: (1 - L)² of each mode.",
        ),
        Mistake(
            "1 - L squared",
            lambda lam, V2, n, k: risk(share(lam, k), V2, n, missed=(1 - share(lam, k) ** 2) * V2),
            "You took 1 - L². The share 1 - L is missed, and the squared error is its square: (1 - L)².",
        ),
        Mistake(
            "not squared",
            lambda lam, V2, n, k: risk(share(lam, k), V2, n, missed=(1 - share(lam, k)) * V2),
            "A mode of which the share 1 - L is missing leaves the *squared* error (1 - L)² V2.",
        ),
        Mistake(
            "the pool upside down",
            lambda lam, V2, n, k: risk(share(lam, k), V2, n, pool=(len(lam) - n) / len(lam)),
            "Your factor for the pool is upside down: the same error on fewer points is *more* a point, N / (N - n).",
        ),
        Mistake(
            "mean instead of sum",
            lambda lam, V2, n, k: risk(share(lam, k), V2, n) / len(lam),
            "You averaged over the modes. V2 is divided by N already: add up.",
        ),
    ),
)

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
    ),
)
