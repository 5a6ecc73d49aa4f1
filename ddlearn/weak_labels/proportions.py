"""The proportion loss: a bag's mean prediction should be the bag's proportions.

    L = 1/B sum_b KL(a_b || q_b),    q_b = 1/k sum over cells i of softmax f(x_i)

It asks nothing of any one cell. If all bags have the same proportions a, then the constant prediction a is perfect, L =
0, and no amount of such bags teaches anything. Nor is perfect matching always wanted: a calibrated classifier predicts
its bag's mixture only on average over bags. The loss is that of deep learning from label proportions (Ardehaly and
Culotta, arXiv 1709.04108; Dulac-Arnold et al., arXiv 1905.12909).
"""

import math

import torch
from torch import Tensor

from ddlearn.weak_labels import checks

__all__ = ["proportion_loss"]


def proportion_loss(logits: Tensor, proportions: Tensor) -> Tensor:
    """Return mean over bags of KL(proportions || mean prediction).  logits (..., B, k, C), proportions (B, C) -> (...)

    The dots are a stack of nets, or nothing; proportions are (..., B, C) where each net has bags of its own. The mean
    of the predictions is taken in logarithms, so that no logit is too large. Can be differentiated.
    """
    checks.scores("logits", logits, 3)
    checks.per_bag("proportions", proportions, logits)
    checks.distributions("proportions", proportions.flatten(0, -2))
    mean = logits.log_softmax(-1).logsumexp(-2) - math.log(logits.shape[-2])  # log q, (..., B, C)
    return (torch.xlogy(proportions, proportions) - proportions * mean).sum(-1).mean(-1)
