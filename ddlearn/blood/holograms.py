"""Lens-free holograms of single cells: the intensity that a bare camera records, some 40 um behind the cell.

    field at the camera = the transmission of the cell, propagated over the focus distance
    picture             = |field|^2, 2 x 2 samples to a pixel, times the tilt of the light, plus the camera's noise

32 x 32 pixels of .8 um. Simplified: one cell to a field, the wavelength of light in vacuum, perfectly coherent light,
no removal of the twin image. Cells are made a block at a time, so memory does not grow with their number, unless all
the pictures are wanted.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.blood.cells import CELL_TYPES, Cells, draw_cells
from ddlearn.blood.effects import Effects
from ddlearn.blood.features import ring_features, standardize
from ddlearn.blood.optics import transfer_function
from ddlearn.blood.transmission import FIELD, PIXEL, transmission
from ddlearn.compute import Progress, require_memory

__all__ = ["CAMERA", "record", "simulate_cells", "simulate_rings"]

CAMERA = FIELD // 2
"""Pixels on a side of a picture."""
BLOCK = 64
"""Cells made at once. Fixed, so that the same generator gives the same pictures everywhere."""


def simulate_cells(
    labels: Tensor,
    effects: Effects,
    generator: torch.Generator,
    which: Tensor | None = None,
    progress: Progress | None = None,
) -> Tensor:
    """Return pictures of new cells of these types, as the camera records them.  labels (n,) -> (n, 32, 32), float32

    which (n,), int64, says for each cell the specimen it lies in; it may be left out where there is one specimen only.
    Pictures are float32, whose rounding is a ten-thousandth of the camera's noise. progress(fraction, words) is called
    after each block, and may raise to stop.
    """
    which = _check(labels, effects, generator, which)
    require_memory(4 * CAMERA**2 * len(labels), f"{len(labels)} pictures of cells")
    return torch.cat(list(_blocks(labels, effects, generator, which, progress)))


def simulate_rings(
    labels: Tensor,
    effects: Effects,
    generator: torch.Generator,
    which: Tensor | None = None,
    progress: Progress | None = None,
) -> Tensor:
    """`ring_features` of the same cells that `simulate_cells` makes, with no picture kept.  labels (n,) -> (n, 32)"""
    which = _check(labels, effects, generator, which)
    blocks = _blocks(labels, effects, generator, which, progress)
    return torch.cat([ring_features(standardize(pictures)) for pictures in blocks])


def record(
    cells: Cells,
    effects: Effects,
    which: Tensor,
    generator: torch.Generator | None = None,
    dtype: torch.dtype = torch.float64,
) -> Tensor:
    """Return the pictures of given cells, all at once; without a generator the camera has no noise.  -> (n, 32, 32)

    which (n,), int64: the specimen that each cell lies in.
    """
    if not isinstance(cells, Cells):
        raise TypeError(f"cells must be Cells; got {type(cells).__name__}")
    if not isinstance(effects, Effects):
        raise TypeError(f"effects must be Effects; got {type(effects).__name__}")
    which = _specimens_of(which, len(cells), effects).to(cells.radius.device)
    present, which = which.unique(return_inverse=True)
    effects = effects[present.to(effects.focus.device)]
    field = transmission(cells, effects.contrast.to(which.device)[which], dtype)
    H = transfer_function((FIELD, FIELD), effects.focus.to(which.device), PIXEL).to(field.dtype)  # one a specimen
    field = torch.fft.ifft2(torch.fft.fft2(field).mul_(H[which]))
    parts = torch.view_as_real(field).square_().reshape(-1, CAMERA, 2, CAMERA, 4)
    picture = parts.sum((2, 4)).div_(4)
    picture.mul_(_light(effects, picture)[which])
    if generator is not None:
        noise = torch.randn(picture.shape, generator=generator, device=generator.device, dtype=dtype)
        picture.add_(noise.mul_(effects.noise.to(noise)[which][:, None, None]))
    return picture


def _light(effects: Effects, like: Tensor) -> Tensor:
    """1 + tilt_x X + tilt_y Y for each specimen.  (S, CAMERA, CAMERA)"""
    X = torch.linspace(-1, 1, CAMERA, dtype=like.dtype, device=like.device)
    tilt = effects.tilt.to(like)[:, :, None, None]
    return 1 + tilt[:, 0] * X + tilt[:, 1] * X[:, None]


def _blocks(
    labels: Tensor, effects: Effects, generator: torch.Generator, which: Tensor, progress: Progress | None
) -> Iterator[Tensor]:
    for start in range(0, len(labels), BLOCK):
        rows = slice(start, start + BLOCK)
        cells = draw_cells(labels[rows], generator)
        yield record(cells, effects, which[rows], generator, torch.float32)
        if progress is not None:
            done = min(start + BLOCK, len(labels))
            progress(done / len(labels), f"{done} of {len(labels)} cells")


def _check(labels: Tensor, effects: Effects, generator: torch.Generator, which: Tensor | None) -> Tensor:
    arguments.class_labels("labels", labels, len(CELL_TYPES))
    arguments.generator("generator", generator)
    if not isinstance(effects, Effects):
        raise TypeError(f"effects must be Effects; got {type(effects).__name__}")
    if which is None:
        if len(effects) > 1:
            raise ValueError(f"which must say the specimen of each cell, for there are {len(effects)}; got None")
        which = torch.zeros(len(labels), dtype=torch.int64)
    return _specimens_of(which, len(labels), effects)


def _specimens_of(which: Tensor, n: int, effects: Effects) -> Tensor:
    if not isinstance(which, Tensor) or which.dtype != torch.int64:
        got = which.dtype if isinstance(which, Tensor) else type(which).__name__
        raise TypeError(f"which must be a tensor of int64 indices of specimens; got {got}")
    if which.shape != (n,):
        raise ValueError(f"which must be of shape ({n},); got shape {tuple(which.shape)}")
    if which.min() < 0 or which.max() >= len(effects):
        raise ValueError(
            f"which must be indices from 0 to {len(effects) - 1}; got indices from {which.min()} to {which.max()}"
        )
    return which
