"""A classifier moves to a place where the classes have other shares, and keeps what it knows of their looks.

Bayes' rule in the new place has the same likelihoods and another prior, so the posterior is that of the old place times
p_to / p_from. If the new shares are not known, they are the fixed point of counting with themselves: the EM algorithm
of Saerens, Latinne and Decaestecker (Neural Computation 2002). A Dirichlet prior on the shares, such as what the blood
of people is like, makes it the most probable answer rather than the most likely one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks

__all__ = ["EstimatedPrior", "classify_and_count", "count_error", "prior_shift", "saerens_em"]


@dataclass(frozen=True, eq=False)
class EstimatedPrior:
    """shares (C,) of the classes in the new place, and posterior (n, C), each cell's with these for a prior.

    objective (T,), one an iteration and the last for `shares`, is the log-likelihood sum_i log sum_c P_ic pi_c / p_c
    plus (alpha_c - 1) log pi_c; it never falls.
    """

    shares: Tensor
    posterior: Tensor
    objective: Tensor


def prior_shift(P: Tensor, p_from: Tensor | Sequence[float], p_to: Tensor | Sequence[float]) -> Tensor:
    """Posteriors under another prior, proportional to P p_to / p_from.  P (n, C), p_from and p_to (C,) -> (n, C)

    `ValueError` if a row of P puts everything on classes that p_to rules out.
    """
    checks.distributions("P", P)
    p_from = checks.mixture("p_from", p_from, classes=P.shape[1], positive=True).to(P)
    p_to = checks.mixture("p_to", p_to, classes=P.shape[1]).to(P)
    shifted = P * (p_to / p_from)
    sums = shifted.sum(1, keepdim=True)
    if sums.min() == 0:
        row = sums.argmin().item()
        raise ValueError(f"p_to must leave every cell a class; got none for P[{row}], which is {P[row].tolist()}")
    return shifted / sums


def saerens_em(
    P: Tensor,
    p_from: Tensor | Sequence[float],
    alpha: Tensor | Sequence[float] | None = None,
    *,
    iterations: int = 1000,
    tolerance: float = 1e-10,
) -> EstimatedPrior:
    """The shares of the classes where the cells were found.  P (n, C) posteriors under the prior p_from (C,)

    From p_from, iterates pi <- normalize(sum_i q_i(pi) + alpha - 1), q_i the posteriors shifted to pi, until no share
    moves by more than `tolerance`. alpha (C,), each 1 or more, is a Dirichlet prior on the shares; None is
    all ones, the plain algorithm.
    """
    checks.distributions("P", P)
    classes = P.shape[1]
    p_from = checks.mixture("p_from", p_from, classes=classes, positive=True).to(P)
    alpha = P.new_ones(classes) if alpha is None else arguments.positives("alpha", alpha, P)
    if alpha.shape != (classes,) or alpha.min() < 1:
        raise ValueError(f"alpha must be {classes} numbers of at least 1; got {alpha.tolist()}")
    iterations = arguments.whole("iterations", iterations, 1)
    tolerance = arguments.at_least("tolerance", tolerance, 0)
    likelihood = P / p_from
    shares, objective = p_from / p_from.sum(), []
    for _ in range(iterations):
        joint = likelihood * shares
        evidence = joint.sum(1, keepdim=True)
        objective.append(evidence.log().sum() + torch.xlogy(alpha - 1, shares).sum())
        before, total = shares, (joint / evidence).sum(0) + alpha - 1
        shares = total / total.sum()
        if (shares - before).abs().max() <= tolerance:
            break
    joint = likelihood * shares
    evidence = joint.sum(1, keepdim=True)
    objective.append(evidence.log().sum() + torch.xlogy(alpha - 1, shares).sum())
    return EstimatedPrior(shares, joint / evidence, torch.stack(objective))


def classify_and_count(P: Tensor) -> Tensor:
    """The share of cells whose most probable class is c.  P (n, C) -> (C,)"""
    checks.distributions("P", P)
    return P.argmax(1).bincount(minlength=P.shape[1]).to(P) / len(P)


def count_error(counted: Tensor, truth: Tensor) -> Tensor:
    """Mean over classes of |counted - truth|, as a share.  (..., C), (..., C) -> (...)"""
    arguments.tensor("counted", counted)
    arguments.tensor("truth", truth)
    if counted.shape != truth.shape or not counted.ndim:
        raise ValueError(f"truth must be of counted's shape {tuple(counted.shape)}; got shape {tuple(truth.shape)}")
    return (counted - truth).abs().mean(-1)
