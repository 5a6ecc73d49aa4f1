"""Light on its way: a field in one plane, as it is some distance further on, by the angular spectrum.

A plane wave of spatial frequencies (f_x, f_y) gains the phase k_z z over a distance z,

    k_z = 2 pi sqrt(1 / wavelength^2 - f_x^2 - f_y^2),

and any field is a sum of plane waves: transform, multiply, transform back. This solves the Helmholtz equation, with no
paraxial approximation. Two things are left out. The field is periodic, so what leaves on one side comes in at the
other; and waves of f > 1 / wavelength, which die within a wavelength, are dropped. A lens-free camera sees the
intensity |field|^2 and no phase. Lengths are in micrometers.
"""

import math

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["WAVELENGTH", "propagate", "transfer_function"]

WAVELENGTH = 0.532


def propagate(field: Tensor, distance: float | Tensor, pixel: float, wavelength: float = WAVELENGTH) -> Tensor:
    """Return the field a distance further on, or back if it is negative.  (..., h, w) complex -> (..., h, w)

    distance is one number, or a tensor that broadcasts with the leading dimensions; pixel is the spacing of samples.
    """
    if not isinstance(field, Tensor) or field.dtype not in (torch.complex64, torch.complex128):
        got = field.dtype if isinstance(field, Tensor) else type(field).__name__
        raise TypeError(f"field must be a complex torch tensor; got {got}")
    if field.ndim < 2 or field.numel() == 0:
        raise ValueError(f"field must be of shape (..., h, w) and not empty; got shape {tuple(field.shape)}")
    H = transfer_function(field.shape[-2:], distance, pixel, wavelength).to(field)
    return torch.fft.ifft2(torch.fft.fft2(field) * H)


def transfer_function(
    shape: tuple[int, int], distance: float | Tensor, pixel: float, wavelength: float = WAVELENGTH
) -> Tensor:
    """Return exp(i k_z z) for each frequency of an h x w grid, in the order of the FFT; 0 for waves that die out.

    distance: one number -> (h, w), or a tensor (...) -> (..., h, w). complex128.
    """
    h, w = arguments.wholes("shape", shape, 1)
    pixel, wavelength = arguments.positive("pixel", pixel), arguments.positive("wavelength", wavelength)
    if not isinstance(distance, Tensor):
        bound = 1e9  # a kilometer: beyond it the phase has no digits left
        distance = torch.tensor(arguments.between("distance", distance, -bound, bound), dtype=torch.float64)
    z = arguments.tensor("distance", distance).double()[..., None, None]
    fy = torch.fft.fftfreq(h, pixel, dtype=torch.float64, device=z.device)[:, None]
    fx = torch.fft.fftfreq(w, pixel, dtype=torch.float64, device=z.device)
    square = 1 / wavelength**2 - fx.square() - fy.square()
    phase = 2 * math.pi * square.clamp(min=0).sqrt() * z
    return torch.polar((square >= 0).to(phase).expand(phase.shape).contiguous(), phase)
