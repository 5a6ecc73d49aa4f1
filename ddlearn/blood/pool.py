"""A pool of cells, made once and drawn from again and again: simulating is the slow part of every experiment.

In a pool the circumstances of a specimen are no clue to the type: every 50 cells, of whichever types, share theirs. So
what is learned from a pool is learned about cells. (`draw_specimens` is for the other case.)
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.blood.cells import CELL_TYPES
from ddlearn.blood.effects import specimen_effects
from ddlearn.blood.holograms import simulate_rings
from ddlearn.compute import Progress

__all__ = ["CellPool", "cell_pool"]

CELLS_PER_SPECIMEN = 50


@dataclass(frozen=True, eq=False)
class CellPool:
    """Ring features of cells to learn from and to test on, as many of each type, scaled by the training cells.

    train_x (n, 32) and test_x (m, 32) have mean 0 and deviation 1 over the training cells; train_y (n,) and test_y (m,)
    are types, 0 to 2. mean and deviation (32,) scale other cells alike.
    """

    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor
    mean: Tensor
    deviation: Tensor

    def take(self, labels: Tensor, generator: torch.Generator) -> Tensor:
        """A training cell of each of these types, no cell twice until its type has run out.  (n,) -> indices (n,)"""
        arguments.class_labels("labels", labels, len(CELL_TYPES))
        arguments.generator("generator", generator)
        labels = labels.to(self.train_y.device)
        chosen = torch.empty_like(labels)
        for c in range(len(CELL_TYPES)):
            there = (self.train_y == c).nonzero()[:, 0]
            order = torch.randperm(len(there), generator=generator, device=generator.device).to(there.device)
            wanted = (labels == c).nonzero()[:, 0]
            chosen[wanted] = there[order[torch.arange(len(wanted), device=there.device) % len(there)]]
        return chosen


def cell_pool(
    train: int,
    test: int,
    generator: torch.Generator,
    *,
    strength: float = 1.0,
    progress: Progress | None = None,
) -> CellPool:
    """Return `train` cells of each type to learn from, and `test` of each to test on, at some 5,000 cells a second.

    Cells are shuffled, and every 50 of them form a specimen of the given strength.  -> `CellPool`
    """
    train, test = arguments.whole("train", train, 2), arguments.whole("test", test, 1)
    arguments.between("strength", strength, 0, 5)
    arguments.generator("generator", generator)
    types, device = len(CELL_TYPES), generator.device
    n, m = types * train, types * test
    y = torch.cat([torch.randperm(count, generator=generator, device=device) for count in (n, m)]) % types
    learned, tested = (torch.arange(count, device=device) // CELLS_PER_SPECIMEN for count in (n, m))
    which = torch.cat([learned, learned[-1] + 1 + tested])  # no specimen holds cells of both kinds
    effects = specimen_effects(int(which[-1]) + 1, strength, generator)
    x = simulate_rings(y, effects, generator, which, progress)
    mean, deviation = x[:n].mean(0), x[:n].std(0)
    x = (x - mean) / deviation
    return CellPool(x[:n], y[:n], x[n:], y[n:], mean, deviation)
