"""Specimens: so many cells out of one mixture, all seen under the same circumstances.

A patient's blood is a specimen, and so is a purified tube: one is a mixture given by physiology, the other a mixture
given by a centrifuge. So both are rows of shares here, and one function draws cells for either. Each specimen has
circumstances of its own (`Effects`). With one tube a type, circumstances and type cannot be told apart: this is the
batch effect, and `strength` says how bad it is.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.blood.effects import specimen_effects
from ddlearn.blood.holograms import simulate_rings
from ddlearn.compute import Progress

__all__ = ["Sample", "draw_specimens", "purity"]


@dataclass(frozen=True, eq=False)
class Sample:
    """Cells of B specimens.

    x (n, 32) are ring features; labels (n,) the true types, 0 to 2; source (n,) the specimen that each cell came from.
    Cells of one specimen lie together.
    """

    x: Tensor
    labels: Tensor
    source: Tensor


def purity(impurity: float) -> Tensor:
    """Return three tubes of which each holds the share `impurity` of other types, half of it each.  -> (3, 3), float64

    Row: tube; column: type of cell.
    """
    e = arguments.between("impurity", impurity, 0, 1)
    return torch.full((3, 3), e / 2, dtype=torch.float64).fill_diagonal_(1 - e)


def draw_specimens(
    mixes: Tensor,
    cells: int,
    generator: torch.Generator,
    *,
    strength: float = 1.0,
    progress: Progress | None = None,
) -> Sample:
    """Draw `cells` cells of each specimen, types drawn from its row of mixes (B, 3), under circumstances of its own.

    -> `Sample` of B * cells, on the generator's device. D tubes of each type are `purity(e).repeat_interleave(D, 0)`.
    Features are as they come; scale them by the training cells.
    """
    arguments.distributions("mixes", arguments.matrix("mixes", mixes, columns=3))
    cells = arguments.whole("cells", cells, 1)
    arguments.generator("generator", generator)
    device = generator.device
    labels = torch.multinomial(mixes.to(device), cells, replacement=True, generator=generator).flatten()
    source = torch.arange(len(mixes), device=device).repeat_interleave(cells)
    effects = specimen_effects(len(mixes), strength, generator)
    return Sample(simulate_rings(labels, effects, generator, source, progress), labels, source)
