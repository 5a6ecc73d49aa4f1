"""When two tensors agree, and how the numbers of an answer are read."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Fault:
    """The rung of the ladder on which a value failed, why, and whether its numbers are right for all that."""

    status: str
    words: str
    right: bool = False


@dataclass(frozen=True)
class Tolerance:
    """Entries agree where `|got - want| <= atol + rtol * |want|`."""

    rtol: float
    atol: float

    def wrong(self, got: Tensor, want: Tensor) -> Tensor:
        """Return the mask of the entries that disagree; NaN agrees with NaN, an infinity with itself."""
        return ~torch.isclose(got, want, rtol=self.rtol, atol=self.atol, equal_nan=True)

    def agrees(self, got: Tensor, want: Tensor) -> bool:
        """Return whether no entry disagrees."""
        return not self.wrong(got, want).any()

    def as_exact_as(self, dtype: torch.dtype, size: float) -> "Tolerance":
        """Return the tolerance that fits numbers of about `size` that were computed in a coarser `dtype`."""
        if not (dtype.is_floating_point or dtype.is_complex):
            return self
        half_the_digits = torch.finfo(dtype).eps ** 0.5
        return Tolerance(max(self.rtol, half_the_digits), max(self.atol, half_the_digits * size))


def scalar(number: float) -> Tensor:
    """Return a number as a tensor of no dimension; a whole number beyond the range of floats is infinite."""
    try:
        return torch.tensor(float(number), dtype=torch.float64)
    except OverflowError:
        return torch.tensor(float("inf") if number > 0 else float("-inf"), dtype=torch.float64)


def read(tensor: Tensor) -> Tensor | None:
    """Return the numbers on the CPU, or None where they cannot be read: sparse, nested, meta tensors."""
    if tensor.layout != torch.strided or tensor.is_meta or tensor.is_nested:
        return None
    return tensor.detach().cpu()
