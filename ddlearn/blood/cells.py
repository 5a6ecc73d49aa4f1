"""White blood cells as shapes: how large a cell is, how much of it the nucleus fills, in how many lobes, how grainy.

    granulocyte   12.0 um   nucleus of 2 to 4 lobes, a third of the cell          many granules
    lymphocyte     9.2 um   one round nucleus that fills most of the cell         almost none
    monocyte      12.2 um   one nucleus, half of the cell, mostly kidney-shaped   few

Ratios of sizes, and of nucleus to cell, were measured on 299 masked cells of a public set (Zheng, Wang, Wang, Liu,
Micron 107:55-71, 2018, doi 10.1016/j.micron.2018.01.010); the scale in micrometers, the granules and the optical
constants are assumed. Lengths are in micrometers, angles in radians.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["CELL_TYPES", "GRANULOCYTE", "LYMPHOCYTE", "MONOCYTE", "TEXTURES", "CellType", "Cells", "draw_cells"]

GRANULOCYTE, LYMPHOCYTE, MONOCYTE = range(3)
TEXTURES = 128
"""Granule patterns that there are; each cell has one of them, rolled by `roll`."""


@dataclass(frozen=True)
class CellType:
    """What the cells of one type have in common."""

    name: str
    diameter: float  # mean, um; log-normal with the coefficient of variation below
    diameter_cv: float
    nucleus: float  # mean share of the cell's area that the nucleus fills; normal, held within [.15, .85]
    nucleus_sd: float
    lobes: tuple[int, int]  # fewest and most lobes of the nucleus, each number as likely
    kidney: float  # how often the nucleus has a bite taken out of it
    granules: float  # phase of the granules, rad: the median of a log-normal whose logarithm deviates by .30


CELL_TYPES = (
    CellType("granulocyte", 12.0, 0.09, 0.335, 0.052, (2, 4), 0.0, 0.30),
    CellType("lymphocyte", 9.2, 0.10, 0.609, 0.071, (1, 1), 0.0, 0.05),
    CellType("monocyte", 12.2, 0.106, 0.515, 0.051, (1, 1), 0.8, 0.12),
)


@dataclass(frozen=True, eq=False)
class Cells:
    """The shapes of n cells, a vector of each property; `roll` is (n, 2)."""

    label: Tensor
    radius: Tensor
    nucleus: Tensor
    lobes: Tensor
    kidney: Tensor
    arc: Tensor  # angle between neighboring lobes
    granules: Tensor
    x: Tensor
    y: Tensor
    angle: Tensor
    axis: Tensor  # ratio of the short to the long radius: the ellipse has radii R sqrt(axis) and R / sqrt(axis)
    texture: Tensor
    roll: Tensor

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, rows: slice | Tensor) -> Cells:
        """Some of the cells: a slice, indices, or a mask."""
        return Cells(*(getattr(self, field.name)[rows] for field in fields(self)))


def draw_cells(labels: Tensor, generator: torch.Generator) -> Cells:
    """Draw a cell of each of these types, which lies within 1 um of the middle of its field, turned anyhow.

    labels (n,), int64: 0 granulocyte, 1 lymphocyte, 2 monocyte -> `Cells` on the generator's device, float64.
    """
    arguments.class_labels("labels", labels, len(CELL_TYPES))
    arguments.generator("generator", generator)
    n, device = len(labels), generator.device
    label = labels.to(device)

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        draw = torch.rand(n, *shape, generator=generator, device=device, dtype=torch.float64)
        return low + (high - low) * draw

    def normal() -> Tensor:
        return torch.randn(n, generator=generator, device=device, dtype=torch.float64)

    def of_type(name: str) -> Tensor:
        values = [getattr(cell_type, name) for cell_type in CELL_TYPES]
        return torch.tensor(values, device=device, dtype=torch.float64)[label]

    spread = (1 + of_type("diameter_cv").square()).log()  # variance of the logarithm
    fewest, most = of_type("lobes").unbind(1)
    return Cells(
        label=label,
        radius=of_type("diameter") / 2 * (spread.sqrt() * normal() - spread / 2).exp(),
        nucleus=(of_type("nucleus") + of_type("nucleus_sd") * normal()).clamp(0.15, 0.85),
        lobes=(fewest + uniform(0, 1) * (most - fewest + 1)).long(),
        kidney=uniform(0, 1) < of_type("kidney"),
        arc=uniform(0.8, 1.3),
        granules=of_type("granules") * (0.30 * normal()).exp(),
        x=uniform(-1, 1),
        y=uniform(-1, 1),
        angle=uniform(0, 2 * math.pi),
        axis=uniform(0.92, 1).sqrt(),
        texture=torch.randint(TEXTURES, (n,), generator=generator, device=device),
        roll=torch.randint(2**16, (n, 2), generator=generator, device=device),
    )
