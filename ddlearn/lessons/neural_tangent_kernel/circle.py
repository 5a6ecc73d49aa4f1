"""The data of this lesson: sixteen points on a circle, and a target that is a sum of a few waves.

On equally spaced points the kernel of the infinitely wide net depends on the angle between two points alone. Its
eigenmodes are therefore waves around the circle, a cosine and a sine of each frequency, whatever the kernel is.
"""

import math

import torch
from torch import Tensor

POINTS = 16
WAVES = (0, 1, 2, 4)  # frequencies, waves in a full turn: those of the target, and the constant


def on_circle(angle: Tensor) -> Tensor:
    """(cos, sin, 1) / sqrt(2): a circle of points of length 1, the last coordinate for the bias.  (n,) -> (n, 3)."""
    return torch.stack([angle.cos(), angle.sin(), torch.ones_like(angle)], 1) / 2**0.5


def target(angle: Tensor) -> Tensor:
    """Three waves, the quicker the larger.  (n,) -> (n,)."""
    return 0.4 * angle.cos() + 0.5 * (2 * angle).sin() + 0.6 * (4 * angle).cos()


ANGLES = 2 * math.pi * torch.arange(POINTS, dtype=torch.float64) / POINTS
GRID = torch.linspace(0, 2 * math.pi, 73, dtype=torch.float64)
X, Y = on_circle(ANGLES), target(ANGLES)
X_GRID = on_circle(GRID)
SIZE = Y.square().mean().sqrt()  # root mean square of the target: the unit of every gap


def amplitudes(residual: Tensor) -> Tensor:
    """Root mean square of a residual's part of each frequency in `WAVES`.  (..., n) -> (..., waves)."""
    parts = []
    for k in WAVES:
        pair = torch.stack([(k * ANGLES).cos(), (k * ANGLES).sin()])
        pair = pair[:1] / POINTS**0.5 if k == 0 else pair * (2 / POINTS) ** 0.5
        parts.append((residual @ pair.T).norm(dim=-1))
    return torch.stack(parts, -1) / POINTS**0.5
