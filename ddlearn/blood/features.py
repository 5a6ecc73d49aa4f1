"""Numbers that describe a hologram and do not change as the cell turns: means and variances over rings.

A cell may lie in any direction, and its type does not depend on that. So each picture is described ring by ring around
its middle: 16 mean intensities, which keep the fringes, and 16 log variances within a ring, which keep how grainy or
lopsided it is. That is domain knowledge already, put into the features. A quarter turn or a mirror leaves them exactly
as they are, any other turn as far as pixels allow. They are not invariant to a shift: a cell off the middle smears its
rings.
"""

import functools

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["RINGS", "ring_features", "standardize"]

RINGS = 16
FLOOR = 0.05
"""Added to a variance before its logarithm."""


def standardize(pictures: Tensor) -> Tensor:
    """Return (I / median(I) - 1) / .25, each picture by its own median, the lower one of two.  (n, h, w) -> (n, h, w)

    The background is then 0, however bright the light was.
    """
    _pictures(pictures)
    median = pictures.flatten(1).median(1).values
    if median.min() <= 0:
        raise ValueError(f"pictures must have medians above 0, as intensities have; got {median.min().item()}")
    return pictures / (0.25 * median[:, None, None]) - 4


def ring_features(pictures: Tensor) -> Tensor:
    """Mean and log(variance + .05) of 16 rings, one pixel wide, the last one open.  (n, h, w) -> (n, 32), float64

    Rings are around the middle of the picture; ring r holds the pixels at a distance from r to r + 1, and the last
    holds all beyond. h and w are 24 at least, so that no ring is empty.
    """
    _pictures(pictures)
    h, w = pictures.shape[1:]
    if min(h, w) < 24:
        raise ValueError(f"pictures must be 24 pixels or more on each side; got shape {tuple(pictures.shape)}")
    ring, share = _rings(h, w, str(pictures.device))
    flat = pictures.flatten(1).double()
    mean = flat @ share
    variance = (flat - mean[:, ring]).square_() @ share
    return torch.cat([mean, (variance + FLOOR).log_()], 1)


@functools.lru_cache(maxsize=8)
def _rings(h: int, w: int, device: str) -> tuple[Tensor, Tensor]:
    """The ring of each pixel (h w,), and each pixel's share in the mean of each ring (h w, RINGS)."""
    y, x = torch.arange(h) - (h - 1) / 2, torch.arange(w) - (w - 1) / 2
    ring = torch.hypot(x.double(), y.double()[:, None]).long().clamp_(max=RINGS - 1).flatten()
    member = torch.nn.functional.one_hot(ring, RINGS).double()
    return ring.to(device), (member / member.sum(0)).to(device)


def _pictures(pictures: Tensor) -> None:
    arguments.tensor("pictures", pictures)
    if pictures.ndim != 3:
        raise ValueError(f"pictures must be of shape (n, h, w); got shape {tuple(pictures.shape)}")
