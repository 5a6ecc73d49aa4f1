"""A classifier moves to a place where the classes have other shares, and keeps what it knows of their looks.

Bayes' rule in the new place has the same likelihoods and another prior, so the posterior is that of the old place times
p_to / p_from. If the new shares are not known, they are the fixed point of counting with themselves: a lesson builds
that iteration, the EM algorithm of Saerens, Latinne and Decaestecker (Neural Computation 2002).
"""

from collections.abc import Sequence

from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks

__all__ = ["classify_and_count", "count_error", "prior_shift"]


def prior_shift(P: Tensor, p_from: Tensor | Sequence[float], p_to: Tensor | Sequence[float]) -> Tensor:
    """Return posteriors under another prior, proportional to P p_to / p_from.  P (n, C), p_from and p_to (C,) -> (n, C)

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


def classify_and_count(P: Tensor) -> Tensor:
    """Return the share of cells whose most probable class is c.  P (n, C) -> (C,)"""
    checks.distributions("P", P)
    return P.argmax(1).bincount(minlength=P.shape[1]).to(P) / len(P)


def count_error(counted: Tensor, truth: Tensor) -> Tensor:
    """Return the mean over classes of |counted - truth|, as a share.  (..., C), (..., C) -> (...)"""
    arguments.tensor("counted", counted)
    arguments.tensor("truth", truth)
    if counted.shape != truth.shape or not counted.ndim:
        raise ValueError(f"truth must be of counted's shape {tuple(counted.shape)}; got shape {tuple(truth.shape)}")
    return (counted - truth).abs().mean(-1)
