"""When two answers agree, and how the numbers in them are read."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Tolerance:
    """Entries agree where `|got - want| <= atol + rtol * |want|`; NaN agrees with NaN, an infinity with itself."""

    rtol: float
    atol: float

    def wrong(self, got: Tensor, want: Tensor) -> Tensor:
        return ~torch.isclose(got, want, rtol=self.rtol, atol=self.atol, equal_nan=True)

    def agrees(self, got: Tensor, want: Tensor) -> bool:
        return got.shape == want.shape and not self.wrong(got, want).any()

    def as_exact_as(self, dtype: torch.dtype, size: float) -> "Tolerance":
        """Return the tolerance that fits numbers of about `size` that were computed in a coarser `dtype`."""
        if not (dtype.is_floating_point or dtype.is_complex):
            return self
        half_the_digits = torch.finfo(dtype).eps ** 0.5
        return Tolerance(max(self.rtol, half_the_digits), max(self.atol, half_the_digits * size))


USUAL = Tolerance(1e-6, 1e-9)  # far above the rounding of float64, and far below any mistake
EXACT = Tolerance(0.0, 0.0)
ROUGHLY = Tolerance(1e-4, 0.0)
"""For numbers that were computed partly in float32: of another dtype, and up to this share of the largest apart."""


def read(value: object) -> Tensor | None:
    """Return the entries of a tensor, or a number in float64, on the CPU; None where there are none to read.

    Sparse, nested and meta tensors cannot be read. A whole number beyond the range of floats is infinite.
    """
    if isinstance(value, (int, float)):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf if value > 0 else -math.inf
        return torch.tensor(number, dtype=torch.float64)
    if not isinstance(value, Tensor) or value.layout != torch.strided or value.is_meta or value.is_nested:
        return None
    return value.detach().cpu()


def as_scalar(value: object) -> object:
    """Return a number, or a real tensor of no dimension, as such a tensor in float64; all else as it is."""
    numbers = read(value)
    return value if numbers is None or numbers.dim() or numbers.is_complex() else numbers.double()


def same(got: object, want: object, tolerance: Tolerance = USUAL) -> bool:
    """Return whether two answers are the same in type, shape, dtype and, NaN included, in every entry.

    Two errors, and two texts, are the same in type and words; a list will do for a tuple.
    """
    if isinstance(want, (Exception, str)):
        return type(got) is type(want) and str(got) == str(want)
    if isinstance(want, (tuple, list)):
        alike = isinstance(got, (tuple, list)) and len(got) == len(want)
        return alike and all(same(one, other, tolerance) for one, other in zip(got, want, strict=True))
    if isinstance(want, (int, float)):
        got, want = as_scalar(got), read(want)
    if not (isinstance(got, Tensor) and isinstance(want, Tensor)) or got.shape != want.shape:
        return False
    got, want = read(got), read(want)
    if got is None or want is None:
        return False
    if tolerance is ROUGHLY and got.is_floating_point() and want.is_floating_point():
        got, want = got.double(), want.double()
        tolerance = Tolerance(ROUGHLY.rtol, ROUGHLY.rtol * max(want[want.isfinite()].abs().tolist(), default=0.0))
    return got.dtype == want.dtype and tolerance.agrees(got, want)


def changed(before: object, after: object) -> bool:
    """Return whether a tensor or a number inside `after` differs from its twin inside `before`."""
    return not same(list(numbers_in(after)), list(numbers_in(before)), EXACT)


def numbers_in(value: object) -> Iterator[Tensor | int | float]:
    """Yield the tensors and the numbers inside nested tuples, lists and dictionaries, in order."""
    if isinstance(value, (Tensor, int, float)):
        yield value
    elif isinstance(value, (tuple, list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(item)
