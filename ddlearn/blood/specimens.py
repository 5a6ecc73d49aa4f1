"""Specimens: so many cells out of one mixture, all seen under the same circumstances.

A patient's blood is a specimen, and so is a purified tube: one is a mixture given by physiology, the other a mixture
given by a centrifuge. So both are rows of shares here, and one function draws cells for either. Each specimen has
circumstances of its own (`Effects`). With one tube a type, circumstances and type cannot be told apart: this is the
batch effect, and `strength` says how bad it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.blood.effects import specimen_effects
from ddlearn.blood.holograms import simulate_cells, simulate_rings

__all__ = ["Sample", "draw_specimens", "purity"]


@dataclass(frozen=True, eq=False)
class Sample:
    """Cells of B specimens.

    x (n, ...) are ring features, or pictures; labels (n,) the true types, 0 to 2; source (n,) the specimen that each
    cell came from; mixes (B, 3) what the specimens are made of. Cells of one specimen lie together.
    """

    x: Tensor
    labels: Tensor
    source: Tensor
    mixes: Tensor


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
    pictures: bool = False,
    progress: Callable[[float, str], object] | None = None,
) -> Sample:
    """Draw `cells` cells of each specimen, types drawn from its row of mixes (B, 3), under circumstances of its own.

    -> `Sample` of B * cells, on the generator's device: ring features, or pictures if asked for. D tubes of each type
    are `purity(e).repeat_interleave(D, 0)`. Features are as they come; scale them by the training cells.
    """
    labels, source = draw_labels(mixes, cells, generator)
    effects = specimen_effects(len(mixes), strength, generator)
    simulate = simulate_cells if pictures else simulate_rings
    return Sample(simulate(labels, effects, generator, source, progress), labels, source, mixes.to(labels.device))


def draw_labels(mixes: Tensor, cells: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw types of `cells` cells from each row of mixes, and the row that each is from.  -> (B cells,), (B cells,)"""
    arguments.distributions("mixes", arguments.matrix("mixes", mixes, columns=3))
    cells = arguments.whole("cells", cells, 1)
    arguments.generator("generator", generator)
    device = generator.device
    labels = torch.multinomial(mixes.to(device), cells, replacement=True, generator=generator).flatten()
    return labels, torch.arange(len(mixes), device=device).repeat_interleave(cells)
