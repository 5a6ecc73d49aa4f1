"""Unbiased risks from proportions: weigh each cell's loss as every class by its bag, and the labels are not missed.

    R = mean over bags b of  1/k sum over cells i, classes c of  w_bc l_c(x_i),    l_c = -log softmax_c f

A cell of bag b has mean loss sum_c' pi_bc' E_c'[l_c] as class c, linear in the bag's mixture pi_b. So R has the mean
sum_c p_c E_c[l_c], the risk with labels, whenever

    mean over bags of  w_b pi_b'  =  diag(p).

Two answers. One formula for all, if the mixtures have the second moment pp' + (diag p - pp')/kappa:

    w_b = kappa a_b - (kappa - 1) p

kappa is the bag size for bags of independent cells: that is EasyLLP (Busa-Fekete et al., arXiv 2302.03115, whose
condition is such bags). It is alpha0 + 1 for Dirichlet patients whatever the number of cells: our derivation. Or the
least-squares answer for the very mixtures at hand, which we call the mean map. The name is borrowed: Quadrianto et al.
(JMLR 2009) and Patrini et al. (2014) use this pseudo-inverse to estimate the mean operator, the class means of the
features, for a linear model; we weigh the losses of any model with it. Scott and Zhang (arXiv 2006.07330) see bags as
contaminated mixtures too. Unbiased is not the same as good: an estimate may be negative, and has the variance that
`spread` counts.
"""

from collections.abc import Sequence

from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks

__all__ = ["bag_weights", "mean_map_weights", "weighted_bag_loss"]


def bag_weights(proportions: Tensor, p: Tensor | Sequence[float], kappa: float) -> Tensor:
    """Return kappa a - (kappa - 1) p, the weight of each class in each bag.  proportions (B, C), p (C,) -> (B, C)

    They add up to 1 in every bag, and some are negative. kappa >= 1; 1 gives the proportions back.
    """
    checks.distributions("proportions", proportions)
    p = checks.mixture("p", p, classes=proportions.shape[1]).to(proportions)
    kappa = arguments.at_least("kappa", kappa, 1)
    return kappa * proportions - (kappa - 1) * p


def mean_map_weights(mixtures: Tensor, p: Tensor | Sequence[float]) -> Tensor:
    """B Pi (Pi'Pi)^-1 diag(p), the least weights w with w'Pi / B = diag(p).  mixtures Pi (B, C), p (C,) -> (B, C)

    The factor B makes R a mean over bags, which a minibatch of bags estimates as it stands. Purified tubes are bags
    too: their mixtures are the rows of the purity matrix. `ValueError` if the bags do not tell all classes apart.
    """
    inverse = checks.pseudo_inverse("mixtures", mixtures)
    p = checks.mixture("p", p, classes=mixtures.shape[1]).to(mixtures)
    return len(mixtures) * inverse.T * p


def weighted_bag_loss(logits: Tensor, weights: Tensor) -> Tensor:
    """R above: every cell's cross-entropy, weighted by bag and class.  logits (..., B, k, C), weights (B, C) -> (...)

    The dots are a stack of nets, or nothing; weights are (..., B, C) where each net has bags of its own. Can be
    differentiated.
    """
    checks.scores("logits", logits, 3)
    checks.per_bag("weights", weights, logits)
    return -(weights * logits.log_softmax(-1).mean(-2)).sum(-1).mean(-1)
