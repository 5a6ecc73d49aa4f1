"""How much bags can teach, in one number: kappa, the spread of their mixtures.

What a class mean costs depends on the bags only through G = mean over bags of pi pi', the second moment of their
mixtures. Least squares from N bagged cells has the variance sigma^2 / N [G^-1]_cc; N p_c labeled cells of class c
would have sigma^2 / (N p_c). The quotient is the label efficiency, in labeled cells a bagged cell:

    e_c = 1 / (p_c [G^-1]_cc)

For independent cells and for Dirichlet patients G is known. There kappa is all that counts:

    G    = p p' + (diag p - p p') / kappa
    G^-1 = kappa diag(1/p) - (kappa - 1) 1 1'
    e_c  = 1 / (kappa (1 - p_c) + p_c)

kappa = 1 are cells with labels. k independent cells counted have kappa = k; patients known exactly have alpha0 + 1;
patients of whom k cells are counted k (alpha0 + 1) / (k + alpha0), between the two. All of this is our derivation.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks

__all__ = ["efficiency", "kappa", "mixing_efficiency", "mixing_moment", "second_moment"]


def kappa(k: int | None = None, alpha0: float | None = None) -> float:
    """Return the spread of bags of k counted cells, of patients of concentration alpha0 known exactly, or of both.

    k alone: bags of independent cells. alpha0 alone: Dirichlet patients. Both: patients of whom k cells are counted.
    `TypeError` if neither is given.
    """
    if k is None and alpha0 is None:
        raise TypeError("kappa takes k, alpha0 or both; got neither")
    size = math.inf if k is None else arguments.whole("k", k, 1)
    if alpha0 is None:
        return float(size)
    alpha0 = arguments.positive("alpha0", alpha0)
    return (alpha0 + 1) / (1 + alpha0 / size)


def second_moment(p: Tensor | Sequence[float], kappa: float) -> Tensor:
    """Return G = pp' + (diag p - pp') / kappa, the mean of pi pi'.  p (C,) -> (C, C)"""
    p = checks.mixture("p", p)
    outer = torch.outer(p, p)
    return outer + (p.diag() - outer) / arguments.at_least("kappa", kappa, 1)


def efficiency(p: Tensor | Sequence[float], kappa: float) -> Tensor:
    """e_c = 1 / (kappa (1 - p_c) + p_c): labeled cells that a bagged cell is worth, class by class.  p (C,) -> (C,)"""
    p = checks.mixture("p", p)
    return 1 / (arguments.at_least("kappa", kappa, 1) * (1 - p) + p)


def mixing_moment(mixtures: Tensor) -> Tensor:
    """Return Pi'Pi / B, the second moment of the bags at hand.  mixtures Pi (B, C) -> (C, C)

    Its least eigenvalue says how well the least distinct direction is seen: 1/C for as many pure tubes of each class,
    never more.
    """
    checks.distributions("mixtures", mixtures)
    return mixtures.T @ mixtures / len(mixtures)


def mixing_efficiency(mixtures: Tensor, p: Tensor | Sequence[float]) -> Tensor:
    """Return e_c = 1 / (p_c [(Pi'Pi/B)^-1]_cc) of any bags of equal size.  mixtures Pi (B, C), p (C,), positive -> (C,)

    Above 1 where a rare class is over-sampled. `ValueError` if the bags do not tell all classes apart.
    """
    inverse = checks.pseudo_inverse("mixtures", mixtures)  # its rows' squares are the diagonal of (Pi'Pi)^-1
    p = checks.mixture("p", p, classes=mixtures.shape[1], positive=True).to(mixtures)
    return 1 / (p * len(mixtures) * inverse.square().sum(1))
