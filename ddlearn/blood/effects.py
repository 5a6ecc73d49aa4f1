"""What all cells of one specimen have in common, and those of another have not: focus, tilt, noise, contrast.

A specimen is looked at once, at one distance from the camera, under light that is a little uneven, with its own noise,
in its own liquid. None of this tells a cell's type, and all of it changes the picture. Where each type of cell comes
from a tube of its own, the tube and the type cannot be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.blood.transmission import CONTRAST

__all__ = ["Effects", "specimen_effects"]

FOCUS = 40.0
NOISE = 0.06


@dataclass(frozen=True, eq=False)
class Effects:
    """The circumstances of S specimens, float64.

    focus (S,): distance from cell to camera, um. tilt (S, 2): the light is multiplied by 1 + tilt_x X + tilt_y Y, with
    X and Y from -1 to 1 over the picture. noise (S,): deviation of each camera pixel, for light of intensity 1.
    contrast (S,): difference in refractive index of cell and liquid.
    """

    focus: Tensor
    tilt: Tensor
    noise: Tensor
    contrast: Tensor

    def __post_init__(self) -> None:
        S = arguments.tensor("focus", self.focus).shape
        if len(S) != 1:
            raise ValueError(f"focus must be of shape (S,); got shape {tuple(S)}")
        for name, shape in (("tilt", (*S, 2)), ("noise", tuple(S)), ("contrast", tuple(S))):
            if tuple(arguments.tensor(name, getattr(self, name)).shape) != shape:
                raise ValueError(f"{name} must be of shape {shape}; got shape {tuple(getattr(self, name).shape)}")
        for name in ("noise", "contrast"):
            if getattr(self, name).min() < 0:
                raise ValueError(f"{name} must be at least 0; got {getattr(self, name).min().item()} among them")

    def __len__(self) -> int:
        return len(self.focus)

    def __getitem__(self, rows: slice | Tensor) -> Effects:
        """Some of the specimens: a slice, indices, or a mask."""
        return Effects(*(getattr(self, field.name)[rows] for field in fields(self)))


def specimen_effects(n: int, strength: float, generator: torch.Generator) -> Effects:
    """The circumstances of n specimens; strength 0 makes all alike, 1 is the course's own, 2 is a careless laboratory.

        focus = 40 + s N(0, 4) um        noise    = .06 exp(s N(0, .25))
        tilt  = s N(0, .10), twice       contrast = .022 exp(s N(0, .08))

    An assumption, not a fit.  -> `Effects` of n specimens, on the generator's device
    """
    n = arguments.whole("n", n, 1)
    s = arguments.between("strength", strength, 0, 5)
    arguments.generator("generator", generator)
    draw = torch.randn(n, 5, generator=generator, device=generator.device, dtype=torch.float64)
    return Effects(
        focus=FOCUS + s * 4 * draw[:, 0],
        tilt=s * 0.10 * draw[:, 1:3],
        noise=NOISE * (s * 0.25 * draw[:, 3]).exp(),
        contrast=CONTRAST * (s * 0.08 * draw[:, 4]).exp(),
    )
