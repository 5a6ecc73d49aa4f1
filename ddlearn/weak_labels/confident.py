"""How pure are the tubes? A classifier trained on the tubes' names knows more than the names do.

The confident joint counts, in each tube, the cells that look like each class: a cell looks like class c if its
predicted probability of c reaches what is usual for cells of tube c, the tube's mean. (If it reaches several, the most
probable counts; if none, the cell is left out.) Rows divided by their sums estimate the purity. Predictions must be
made out of fold, by classifiers that have not seen the cell. After Northcutt, Jiang and Chuang, arXiv 1911.00068.
"""

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks

__all__ = ["confident_joint", "estimate_purity"]

TIE = 1e-6
"""A probability this near to its threshold reaches it: what is meant to be equal differs by rounding."""


def confident_joint(P: Tensor, tubes: Tensor) -> Tensor:
    """Cells counted by tube (row) and by the class that they look like (column).  P (n, C), tubes (n,) -> (C, C) int64

    P are predicted probabilities, made out of fold; tube c is the one named after class c. `ValueError` if a tube has
    no cell, for then it has no threshold.
    """
    checks.distributions("P", P)
    classes = P.shape[1]
    arguments.class_labels("tubes", tubes, classes, rows=len(P))
    sizes = tubes.bincount(minlength=classes)
    if sizes.min() == 0:
        raise ValueError(f"tubes must name every class; got no cell of tube {sizes.argmin().item()}")
    own = P.gather(1, tubes[:, None])[:, 0]
    threshold = P.new_zeros(classes).index_add(0, tubes, own) / sizes
    reached = threshold <= P + TIE
    looks_like = torch.where(reached, P, -1.0).argmax(1)
    cell = (tubes * classes + looks_like)[reached.any(1)]
    return cell.bincount(minlength=classes**2).reshape(classes, classes)


def estimate_purity(P: Tensor, tubes: Tensor) -> Tensor:
    """The confident joint with rows divided by their sums: purity (C, C), a row for each tube.  P (n, C), tubes (n,)

    A tube of which no cell looks like anything counts as pure.
    """
    counts = confident_joint(P, tubes).to(P)
    silent = counts.sum(1) == 0
    counts[silent, silent] = 1
    return counts / counts.sum(1, keepdim=True)
