"""Where the peak is expected, where it is found, and how large it is.

A model interpolates once it has as many numbers to choose as equations to meet: P = n K, for P parameters, n examples,
K outputs and the squared loss. Linear fits have N weights for every output, P = N K, so they do at N = n features; a
net shares its P parameters among the outputs. With cross-entropy it is enough to get every label right, which takes
about n parameters. Counting is a heuristic for nets, and `interpolation_point` is what the training loss says of it.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["Landmarks", "interpolation_point", "landmarks", "null_mse", "parameters", "threshold_width"]


class Landmarks(NamedTuple):
    """The lowest value before the peak, the peak, both with the ratio at which they are, and the last value."""

    first: float
    first_at: float
    peak: float
    peak_at: float
    last: float

    @property
    def rise(self) -> float:
        """Peak over first minimum."""
        return self.peak / self.first

    @property
    def gain(self) -> float:
        """Last over first minimum: below 1, the second descent wins."""
        return self.last / self.first


def parameters(d: int, H: int, K: int) -> int:
    """Return P = (d + 1 + K) H + K: weights and biases of a net with d inputs, H hidden units and K outputs."""
    d, H, K = (arguments.whole(name, one, 1) for name, one in (("d", d), ("H", H), ("K", K)))
    return (d + 1 + K) * H + K


def threshold_width(n: int, d: int, K: int) -> float:
    """Return the width H at which P = n K."""
    n, d, K = (arguments.whole(name, one, 1) for name, one in (("n", n), ("d", d), ("K", K)))
    return (n - 1) * K / (d + 1 + K)


def null_mse(y: Tensor) -> float:
    """Return mean |y - mean y|^2, summed over outputs: the training error of a constant.  y (n, k)"""
    arguments.matrix("y", y)
    return (y - y.mean(0)).square().sum(1).mean().item()


def interpolation_point(sizes: Tensor, train_mse: Tensor, null: float, share: float = 0.02) -> float | None:
    """Return the first size whose training MSE is below `share` of the null MSE, or None. A convention of ours.

    sizes (W,), increasing, and train_mse (W,). Between two sizes it is where the line of log MSE over log size passes
    the level. Training *error* 0 comes too early, for a label is right long before its target is met.
    """
    sizes = arguments.numbers("sizes", sizes).reshape(-1)
    mse = arguments.numbers("train_mse", train_mse, zero=True).reshape(-1)
    if sizes.shape != mse.shape or (sizes.diff() <= 0).any():
        raise ValueError("sizes must increase, one for each of train_mse")
    level = arguments.positive("null", null) * arguments.between("share", share, 0, 1)
    below = (mse < level).nonzero()
    if len(below) == 0:
        return None
    i = int(below[0])
    if i == 0:
        return sizes[0].item()
    x, v = sizes[i - 1 : i + 1].log(), mse[i - 1 : i + 1].clamp(min=1e-300).log()
    part = (v[0] - math.log(level)) / (v[0] - v[1])
    return (x[0] + part * (x[1] - x[0])).exp().item()


def landmarks(ratio: Tensor, values: Tensor, before: float = 0.4, until: float = 2.5) -> Landmarks:
    """Return the landmarks of a curve over the ratio of size to threshold.  ratio (W,), increasing, values (W,)

    First: the lowest before `before`. Peak: the highest from there to `until`. Last: the widest. A bump in the first
    stretch goes unseen by this rule: draw the whole curve too.
    """
    ratio, values = (arguments.numbers(*one, zero=True).reshape(-1) for one in (("ratio", ratio), ("values", values)))
    if ratio.shape != values.shape or (ratio.diff() <= 0).any():
        raise ValueError("ratio must increase, one for each of values")
    before = arguments.positive("before", before)
    early, late = ratio < before, (ratio >= before) & (ratio < arguments.at_least("until", until, before))
    if not early.any() or not late.any():
        raise ValueError(f"ratio must have points below {before} and from there to {until}")
    i = int(torch.where(early, values, torch.inf).argmin())
    j = int(torch.where(late, values, -torch.inf).argmax())
    return Landmarks(values[i].item(), ratio[i].item(), values[j].item(), ratio[j].item(), values[-1].item())
