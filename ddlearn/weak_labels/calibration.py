"""Does a classifier know what it does not know? Of cells called with 80 % confidence, 80 % should be right.

The expected calibration error puts cells into bins by confidence, the largest predicted probability, and takes the mean
over cells of their bin's |share right - mean confidence|. It is biased upwards where bins hold few cells.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks

__all__ = ["Reliability", "expected_calibration_error", "reliability"]


@dataclass(frozen=True, eq=False)
class Reliability:
    """Each bin's share of all cells, mean confidence and share of right answers, all (bins,); 0 for an empty bin."""

    share: Tensor
    confidence: Tensor
    accuracy: Tensor

    @property
    def error(self) -> Tensor:
        """The expected calibration error, sum over bins of share |accuracy - confidence|, ()."""
        return self.share @ (self.accuracy - self.confidence).abs()


def reliability(P: Tensor, y: Tensor, bins: int = 15, weights: Tensor | None = None) -> Reliability:
    """Confidence against accuracy in equal bins (0, 1/bins], ..., (1 - 1/bins, 1].  P (n, C), y (n,) -> `Reliability`

    weights (n,), at least 0, count a cell more or less often: p_y / (share of y) for a test set in another mix.
    """
    checks.distributions("P", P)
    arguments.class_labels("y", y, P.shape[1], rows=len(P))
    bins = arguments.whole("bins", bins, 1)
    weights = P.new_ones(len(P)) if weights is None else arguments.tensor("weights", weights).to(P)
    if weights.shape != (len(P),) or weights.min() < 0 or weights.max() == 0:
        raise ValueError(f"weights must be {len(P)} numbers of at least 0, not all 0; got shape {tuple(weights.shape)}")
    weights = weights / weights.sum()
    confidence, called = P.max(1)
    place = ((confidence * bins).ceil().long() - 1).clamp(0, bins - 1)
    share, confident, right = (
        P.new_zeros(bins).index_add(0, place, weights * value)
        for value in (torch.ones_like(confidence), confidence, (called == y).to(P))
    )
    filled = share.clamp(min=torch.finfo(P.dtype).tiny)
    return Reliability(share, confident / filled, right / filled)


def expected_calibration_error(P: Tensor, y: Tensor, bins: int = 15, weights: Tensor | None = None) -> Tensor:
    """Return the mean over cells of |accuracy - confidence| of their bin, from 0 to 1.  P (n, C), y (n,) -> ()

    `bins` and `weights` as in `reliability`.
    """
    return reliability(P, y, bins, weights).error
