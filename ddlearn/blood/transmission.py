"""What a cell does to the light that passes through it: it delays most, and absorbs a little.

    phase      = (2 pi / wavelength) (contrast * thickness + .008 * nucleus * min(thickness, 6 um))
                 + granules * texture * body * (1 - .7 * nucleus)
    amplitude  = exp(-.06 * body - .10 * nucleus)
    transmission t = amplitude * exp(i phase)

body and nucleus are 1 inside and 0 outside, with edges .5 um wide. The body is an ellipsoid; a nucleus of several lobes
is a row of discs on an arc, and a kidney is a disc with a bite taken out of it. `contrast` is the difference in
refractive index between the cell and the liquid that it swims in. The light is a plane wave of amplitude 1, so t is
also the field right behind the cell. Our model, with assumed constants.
"""

import functools
import math

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.blood.cells import TEXTURES, Cells
from ddlearn.blood.optics import WAVELENGTH

__all__ = ["CONTRAST", "FIELD", "PIXEL", "transmission"]

FIELD = 64
"""Samples on a side of the field, PIXEL um apart: 25.6 um."""
PIXEL = 0.40
CONTRAST = 0.022

EDGE = 0.5
TEXTURE_SEED = 123


def transmission(cells: Cells, contrast: float | Tensor = CONTRAST, dtype: torch.dtype = torch.float64) -> Tensor:
    """Return the field right behind each cell, sampled on FIELD x FIELD points.  n cells -> (n, 64, 64) complex

    contrast is one number or (n,), one for each cell. dtype is the precision to work in.
    """
    if not isinstance(cells, Cells):
        raise TypeError(f"cells must be Cells; got {type(cells).__name__}")
    arguments.one_of("dtype", dtype, (torch.float32, torch.float64))
    contrast = arguments.numbers("contrast", contrast, zero=True)
    if contrast.shape not in ((), (len(cells),)):
        raise ValueError(f"contrast must be one number or of shape ({len(cells)},); got shape {tuple(contrast.shape)}")
    contrast = contrast.to(cells.radius).to(dtype).reshape(-1, 1, 1)

    # Lengths in units of the edge from here on, so that a ramp costs a clamp and no product.
    radius = cells.radius / EDGE
    axis = (torch.arange(FIELD, dtype=torch.float64, device=radius.device) - (FIELD - 1) / 2) * PIXEL / EDGE
    dx, dy = axis - cells.x[:, None] / EDGE, axis - cells.y[:, None] / EDGE
    square = _elliptic_square(cells, dx, dy, dtype)
    column = radius.to(dtype)[:, None, None]
    thickness = (column.square() - square).clamp_(min=0).sqrt_().mul_(2 * EDGE)
    body = _ramp(column - square.sqrt_())
    nucleus = _nucleus(cells, radius, dx, dy, dtype)

    k = 2 * math.pi / WAVELENGTH
    grain = _textures(radius.device, dtype, cells).mul_(cells.granules.to(dtype)[:, None, None]).mul_(body)
    phase = grain.mul_(1 - 0.7 * nucleus)
    phase.add_(thickness * contrast, alpha=k)
    phase.addcmul_(thickness.clamp_(max=6), nucleus, value=0.008 * k)
    amplitude = body.mul_(-0.06).sub_(nucleus, alpha=0.10).exp_()
    return torch.polar(amplitude, phase)


def _ramp(depth: Tensor) -> Tensor:
    """From 0 to 1 over one edge's width, .5 at the edge itself. Changes its argument."""
    return depth.add_(0.5).clamp_(0, 1)


def _elliptic_square(cells: Cells, dx: Tensor, dy: Tensor, dtype: torch.dtype) -> Tensor:
    """u^2 / axis + v^2 axis, for (u, v) = (dx, dy) in the cell's own directions.  -> (n, FIELD, FIELD)

    As a form a dx^2 + 2 b dx dy + c dy^2: outer sums and products, one pass each.
    """
    cos, sin = cells.angle.cos()[:, None], cells.angle.sin()[:, None]
    e = cells.axis[:, None]
    a, b, c = cos**2 / e + sin**2 * e, cos * sin * (1 / e - e), sin**2 / e + cos**2 * e
    square = (a * dx.square()).to(dtype)[:, None, :] + (c * dy.square()).to(dtype)[:, :, None]
    return square.addcmul_((2 * b * dx).to(dtype)[:, None, :], dy.to(dtype)[:, :, None]).clamp_(min=0)


def _nucleus(cells: Cells, radius: Tensor, dx: Tensor, dy: Tensor, dtype: torch.dtype) -> Tensor:
    """1 within a lobe, and not within the bite.  -> (n, FIELD, FIELD)"""
    lobes = cells.lobes.double()
    out = (0.12 + 0.40 * (lobes > 1).double()) * radius
    nearest = None
    for l in range(int(cells.lobes.max())):
        place = torch.full_like(lobes, l).minimum(lobes - 1)  # a cell that has fewer shows its last one again
        square = _square_distance(cells, (place - (lobes - 1) / 2) * cells.arc, out, dx, dy, dtype)
        nearest = square if nearest is None else torch.minimum(nearest, square, out=nearest)
    size = radius * (cells.nucleus / lobes).sqrt()
    nucleus = _ramp(size.to(dtype)[:, None, None] - nearest.sqrt_())
    bitten = cells.kidney.nonzero()[:, 0]
    if len(bitten):
        some, R = cells[bitten], radius[bitten]
        square = _square_distance(some, torch.zeros_like(R), 0.75 * R, dx[bitten], dy[bitten], dtype)
        bite = _ramp((0.42 * R).to(dtype)[:, None, None] - square.sqrt_())
        nucleus[bitten] = nucleus[bitten].mul_(1 - bite)
    return nucleus


def _square_distance(cells: Cells, angle: Tensor, out: Tensor, dx: Tensor, dy: Tensor, dtype: torch.dtype) -> Tensor:
    """From each sample to a point of the cell, at this angle to its axis and this far out.  -> (n, FIELD, FIELD)"""
    x = dx - (out * (cells.angle + angle).cos())[:, None]
    y = dy - (out * (cells.angle + angle).sin())[:, None]
    return x.square().to(dtype)[:, None, :] + y.square().to(dtype)[:, :, None]


def _textures(device: torch.device, dtype: torch.dtype, cells: Cells) -> Tensor:
    """Each cell's granule pattern, rolled.  -> (n, FIELD, FIELD)"""
    steps = torch.arange(FIELD, device=device)
    rows = (steps + cells.roll[:, :1]) % FIELD
    columns = (steps + cells.roll[:, 1:]) % FIELD
    patterns = _patterns(str(device), dtype)
    return patterns[cells.texture[:, None, None], rows[:, :, None], columns[:, None, :]]


@functools.lru_cache(maxsize=2)
def _patterns(device: str, dtype: torch.dtype) -> Tensor:
    """White noise of which frequencies about .55 cycles per um are kept, of deviation 1.  (TEXTURES, FIELD, FIELD)"""
    draw = compute.generator(TEXTURE_SEED)
    noise = torch.randn(TEXTURES, FIELD, FIELD, generator=draw, dtype=torch.float64)
    f = torch.fft.fftfreq(FIELD, PIXEL, dtype=torch.float64)
    band = torch.exp(-0.5 * ((torch.hypot(f[:, None], f) - 0.55) / 0.25).square())
    grain = torch.fft.ifft2(torch.fft.fft2(noise) * band).real
    return (grain / grain.std((1, 2), keepdim=True)).to(device=device, dtype=dtype)
