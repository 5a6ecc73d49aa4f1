"""The problem of this lesson, and random starts for it: four inputs, four outputs, any width, layers of unlike scales.

Entries are N(0, 1 / sqrt(4 h)), so that the product W1 W2' is of one size at every width h; a ratio r makes the entries
of W1 r times those of W2 with the same product.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.linear_networks import LeastSquares, Starts, gaussian_layers, measured_rate

SIDE = 4
CONDITION = 2.0  # K / mu
WIDEST = 64  # up to here a wider net is a narrower one with more units: a slider adds them one by one


def draw(width: int, ratio: float, seed: int) -> Starts:
    """Draw one problem and start, not stacked: W1 and W2 (SIDE, width)."""
    generator = compute.generator(seed)
    s = torch.linspace(CONDITION, 1, SIDE, dtype=torch.float64).sqrt()
    W_star = torch.randn(SIDE, SIDE, generator=generator, dtype=torch.float64) / 2
    size = (SIDE * width) ** -0.25
    scales = size * ratio**0.5, size / ratio**0.5
    W1, W2 = gaussian_layers(1, SIDE, SIDE, max(width, WIDEST), scales, generator)
    return Starts(LeastSquares(s, W_star), W1[0, :, :width].contiguous(), W2[0, :, :width].contiguous())


def stack(width: int, ratios: tuple[float, ...], seeds: range) -> Starts:
    """Draw a start for each ratio and seed, in stacks of shape (ratios, seeds)."""
    drawn = [draw(width, ratio, seed) for ratio in ratios for seed in seeds]

    def stacked(tensors: list[Tensor]) -> Tensor:
        return torch.stack(tensors).unflatten(0, (len(ratios), len(seeds)))

    problem = LeastSquares(stacked([d.problem.s for d in drawn]), stacked([d.problem.W_star for d in drawn]))
    return Starts(problem, stacked([d.W1 for d in drawn]), stacked([d.W2 for d in drawn]))


def measuring(problem: LeastSquares, share: float = 1.0) -> Callable[[int, Tensor, Tensor], Tensor]:
    """Return the step rule that measures its rate where the weights now are, and takes this share of it."""
    return lambda t, W1, W2: share * measured_rate(problem, W1, W2)
