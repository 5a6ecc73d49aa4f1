"""How the claims of the lesson are measured, and their controls: the same with the cause taken away."""

import math

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import cached
from ddlearn.generalization import (
    arora_term,
    binomial_upper,
    pac_bayes_kernel,
    parameter_count_term,
    random_labels,
    unit_direction,
)
from ddlearn.lessons.guarantees import bounds, exercises, machines

DELTA, DRAWS = 0.1, 150  # of the guarantees that are counted
PARAMETERS = 6601  # of the net in the last explorer


def certified(seed: int, coins: float) -> float:
    here = machines.sample(coins, seed)
    return pac_bayes_kernel(here.K[:400, :400].contiguous(), here.y[:400]).bound


def half_data(seed: int, judges_all: bool) -> float:
    """Return bound less measured Gibbs error on coin flips, the prior from the first half of 400 examples."""
    margins, unseen = machines.margins(machines.sample(1.0, seed), 200, 400, 0.1)

    def bound(errors: Tensor, kl: float, spent: int, priors: int, delta: float) -> float:
        return exercises.pac_bayes(errors, kl, 0 if judges_all else spent, priors, delta)

    value, mu = bounds.best_bound(margins, 200, 0.05, bound)
    return value - float(machines.gibbs(unseen, mu).mean())


@cached(8)
def held_out(seed: int) -> tuple[tuple[int, float], ...]:
    """Return for every draw the mistakes of a machine of 50 digits on 50 judges, and its share of them on the rest."""
    x, y = machines.pool()
    found = []
    for draw in range(DRAWS):
        order = torch.randperm(len(x), generator=compute.generator(1000 * seed + draw)).to(x.device)
        fit, judges, rest = order[:50], order[50:100], order[100:]
        K = machines.kernel(x, x[fit])
        wrong = (y * (K @ unit_direction(K[fit], y[fit], 1.0)) <= 0).double()
        found.append((int(wrong[judges].sum()), float(wrong[rest].mean())))
    return tuple(found)


def failed(seed: int, interval: bool) -> float:
    """Return how often the measured error is above the hold-out bound, or above the bare share of mistakes."""
    stated = [binomial_upper(wrong, 50, DELTA) if interval else wrong / 50 for wrong, _ in held_out(seed)]
    return sum(rest > bound for bound, (_, rest) in zip(stated, held_out(seed), strict=True)) / DRAWS


def broken_after_the_fact(seed: int, one_prior: bool) -> float:
    """Return how often the best bound, chosen after the data and paid for as one prior, is below the true rate, 1/2.

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
    here, coins = machines.sample(0.0, seed), random_labels(400, compute.generator(seed))
    H = here.H[:400, :400].contiguous()
    return arora_term(H, coins.to(H)) / arora_term(H, here.y[:400])
