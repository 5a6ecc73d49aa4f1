"""What an experiment gives back: a measured curve, every seed of it, and the theory that should explain it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddlearn import arguments

if TYPE_CHECKING:
    import torch

__all__ = ["Curve"]


@dataclass(frozen=True, eq=False)
class Curve:
    """y against x for several seeds, with theory laid over it.

    x (p,), increasing; measured (seeds, p); theory (p,) or None where no theory exists. Raises `TypeError` or
    `ValueError` if the shapes do not fit or an entry is not finite.
    """

    x: torch.Tensor
    measured: torch.Tensor
    theory: torch.Tensor | None
    x_name: str
    y_name: str
    title: str = ""

    def __post_init__(self):
        points = len(arguments.tensor("x", self.x)) if getattr(self.x, "ndim", 1) == 1 else 0
        if not points:
            raise ValueError(f"x must be of shape (p,); got shape {tuple(self.x.shape)}")
        if (self.x.diff() <= 0).any():
            raise ValueError("x must increase from each point to the next")
        arguments.matrix("measured", self.measured, columns=points)
        if self.theory is not None and arguments.tensor("theory", self.theory).shape != (points,):
            raise ValueError(f"theory must be of shape ({points},); got shape {tuple(self.theory.shape)}")
        for name in ("x_name", "y_name", "title"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{name} must be a string; got {type(getattr(self, name)).__name__}")

    @property
    def mean(self) -> torch.Tensor:
        """Mean over seeds, (p,)."""
        return self.measured.mean(0)

    @property
    def low(self) -> torch.Tensor:
        """Least over seeds, (p,): the lower edge of the band."""
        return self.measured.amin(0)

    @property
    def high(self) -> torch.Tensor:
        """Largest over seeds, (p,): the upper edge of the band."""
        return self.measured.amax(0)

    def log_slope(self) -> torch.Tensor:
        """Return the slope of log y on log x by least squares, one a seed, (seeds,): the exponent of a power law.

        Raises `ValueError` unless there are two points or more, and every x and y is positive.
        """
        if len(self.x) < 2:
            raise ValueError("log_slope needs at least two points; got 1")
        if self.x.min() <= 0 or self.measured.min() <= 0:
            raise ValueError("log_slope needs positive x and measured values; a logarithm has no other")
        u = self.x.to(self.measured).log()
        u = u - u.mean()
        return self.measured.log() @ u / (u @ u)
