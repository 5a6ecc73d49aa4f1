"""Bags of cells: nobody tells what any one cell is, only how many of each class a bag holds.

Where bags come from decides what they can teach. Bags drawn from one mixture p differ by chance alone, and the more
cells a bag has, the less. Bags that are patients differ because patients do: the mixture of each is a draw from a
Dirichlet distribution, and no size of bag makes patients alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks

__all__ = ["Bags", "draw_bags", "draw_patients"]


@dataclass(frozen=True, eq=False)
class Bags:
    """B bags of k cells each.

    rows (B, k) are the cells, as places in the pool that they were drawn from; counted (B, C) the fractions of each
    class, multiples of 1/k.
    """

    rows: Tensor
    counted: Tensor


def draw_patients(alpha: Tensor | Sequence[float], bags: int, generator: torch.Generator) -> Tensor:
    """Draw the mixtures of so many patients, pi ~ Dirichlet(alpha).  alpha (C,), positive -> (B, C)

    Their mean is alpha / alpha0, alpha0 the sum of alpha. The larger alpha0, the more alike the patients.
    """
    arguments.generator("generator", generator)
    alpha = arguments.positives("alpha", alpha, torch.empty((), dtype=torch.float64))
    bags = arguments.whole("bags", bags, 1)
    # torch draws Dirichlet numbers from its global generator only; NumPy's takes a seed, and this seed is ours.
    seed = torch.randint(2**63 - 1, (1,), generator=generator, device=generator.device).item()
    drawn = numpy.random.default_rng(seed).dirichlet(alpha.tolist(), bags)
    return torch.as_tensor(drawn).to(generator.device)


def draw_bags(y: Tensor, mixtures: Tensor, k: int, generator: torch.Generator) -> Bags:
    """Fill one bag of k cells for each mixture from a pool of cells of known class.  y (n,), mixtures (B, C) -> `Bags`

    Every cell's class is drawn from its bag's mixture, then a cell of that class is taken from the pool: a new one
    while there are any, then the same again in the same order. Bags of one mixture p are `p.expand(bags, -1)`.
    `ValueError` if a class is drawn of which the pool has no cell.
    """
    arguments.generator("generator", generator)
    checks.distributions("mixtures", arguments.without_gradient("mixtures", mixtures))
    classes = mixtures.shape[1]
    arguments.class_labels("y", y, classes)
    k = arguments.whole("k", k, 1)
    drawn = torch.multinomial(mixtures, k, replacement=True, generator=generator)  # (B, k) classes
    rows = torch.empty_like(drawn)
    for c in range(classes):
        wanted, pool = drawn == c, (y == c).nonzero()[:, 0]
        count = int(wanted.sum())
        if count and not len(pool):
            raise ValueError(f"y must have a cell of class {c}, for the mixtures ask for {count}; got none")
        if count:
            order = pool[torch.randperm(len(pool), generator=generator, device=generator.device)]
            rows[wanted] = order[torch.arange(count, device=order.device) % len(order)]
    counted = torch.nn.functional.one_hot(drawn, classes).to(mixtures.dtype).mean(1)
    return Bags(rows, counted)
