"""Comparing a learner's answer with the reference's, from the coarse to the fine.

A tensor is asked, in this order: is it a tensor, of this shape, of this dtype, finite, and within
`|got - want| <= atol + rtol * |want|` in every entry? Each way to fail has its own sentence. Where the reference
returns a tuple, its values are asked one after the other, and a list will do too; where it returns a number, a tensor
without dimensions will.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from ddlearn.classroom.tolerance import Fault, Tolerance, read, scalar
from ddlearn.classroom.wrapping import RIGHT, WHOLE, dtype_fault, kind, numbers_agree, shape_fault, type_fault

WHY_NAN = "NaN comes from 0 / 0, inf · 0 or inf − inf, or from the logarithm or the root of a negative number."
WHY_INFINITE = "Infinity comes from a division by zero, from log 0 or an overflow, or you return it yourself."

ROUGHLY = 1e-4  # as far as numbers that were computed partly in float32 may lie apart

__all__ = ["Fault", "Tolerance", "changed", "fault", "numbers_in", "other_dtype", "roughly_same", "same"]


def fault(got: object, want: object, tolerance: Tolerance, place: str = WHOLE) -> Fault | None:
    """Return the first thing that is wrong with `got`, or None if it agrees with `want`."""
    if isinstance(want, tuple):
        return _tuple_fault(got, want, tolerance, place)
    number = isinstance(want, (int, float))
    if number:
        got, want = _as_scalar(got), scalar(want)
    if not isinstance(got, Tensor):
        return type_fault(got, want, tolerance, place, number)
    if got.shape != want.shape:
        return shape_fault(got, want, tolerance, place)
    typed = dtype_fault(got, want, tolerance, place)
    if typed and not typed.right and got.is_floating_point() and want.is_floating_point():
        valued = _value_fault(got, want, tolerance.as_exact_as(got.dtype, want.abs().max().item()), place)
        return Fault(valued.status, f"{valued.words}\n\n{typed.words}") if valued else typed
    return typed or _value_fault(got, want, tolerance, place)


def same(got: object, want: object, tolerance: Tolerance) -> bool:
    """Return whether two answers are the same in type, shape, dtype and, NaN included, in every entry.

    Two errors, and two texts, are the same in type and words.
    """
    if isinstance(want, (Exception, str)):
        return type(got) is type(want) and str(got) == str(want)
    if isinstance(want, tuple):
        return (
            isinstance(got, (tuple, list))
            and len(got) == len(want)
            and all(same(one, other, tolerance) for one, other in zip(got, want, strict=True))
        )
    if isinstance(want, Tensor):
        if not isinstance(got, Tensor) or got.shape != want.shape or got.dtype != want.dtype:
            return False
        got, want = read(got), read(want)
        return got is not None and want is not None and tolerance.agrees(got, want)
    return isinstance(got, (int, float, Tensor)) and fault(got, want, tolerance) is None


def roughly_same(got: object, want: object) -> bool:
    """Return whether two answers agree in shape and, to about four digits, in every entry, whatever their dtype."""
    if isinstance(want, (tuple, list)):
        alike = isinstance(got, (tuple, list)) and len(got) == len(want)
        return alike and all(map(roughly_same, got, want))
    if isinstance(got, Exception) and isinstance(want, Exception):
        return same(got, want, Tolerance(0.0, 0.0))
    ones, others = (read(value) if isinstance(value, Tensor) else _as_scalar(value) for value in (got, want))
    if not (isinstance(ones, Tensor) and isinstance(others, Tensor)) or ones.shape != others.shape:
        return False
    if ones.is_complex() or others.is_complex() or torch.bool in (ones.dtype, others.dtype):
        return False
    ones, others = ones.double(), others.double()
    sizes = others[others.isfinite()].abs()
    return Tolerance(ROUGHLY, ROUGHLY * (sizes.max().item() if len(sizes) else 0.0)).agrees(ones, others)


def other_dtype(got: object, want: object) -> str:
    """Return what to say of the first floating tensor in `got` that has another dtype than its twin; "" if none has."""
    for one, other in zip(numbers_in(got), numbers_in(want), strict=False):
        if isinstance(one, Tensor) and isinstance(other, Tensor) and one.is_floating_point():
            found = dtype_fault(one, other, Tolerance(ROUGHLY, 0.0), WHOLE)
            if found:
                return found.words
    return ""


def changed(before: object, after: object) -> bool:
    """Return whether a tensor or a number inside `after` differs from its twin inside `before`."""
    exact = Tolerance(0.0, 0.0)
    was, now = list(numbers_in(before)), list(numbers_in(after))
    return len(was) != len(now) or not all(same(one, other, exact) for one, other in zip(now, was, strict=True))


def numbers_in(value: object) -> Iterator[Tensor | int | float]:
    """Yield the tensors and the numbers inside nested tuples, lists and dictionaries, in order."""
    if isinstance(value, (Tensor, int, float)):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from numbers_in(item)
    elif isinstance(value, dict):
        yield from numbers_in(list(value.values()))


def _as_scalar(value: object) -> object:
    """Return a number, or a real tensor of no dimension, as such a tensor in float64; anything else as it is."""
    if isinstance(value, (int, float)):
        return scalar(value)
    if not isinstance(value, Tensor) or value.dim() or value.is_complex():
        return value
    numbers = read(value)
    return value if numbers is None else numbers.double()


def _tuple_fault(got: object, want: tuple, tolerance: Tolerance, place: str) -> Fault | None:
    if not isinstance(got, (tuple, list)):
        wanted = f"{place} is a `{kind(got)}`; wanted is a tuple of {len(want)} values."
        right = isinstance(got, Tensor) and _value_by_value(got, want, tolerance)
        mend = f" Return them with commas between: `return {', '.join('abcdefgh'[: len(want)])}`."
        if right:
            return Fault("wrong type", f"{RIGHT}{wanted}{mend}", True)
        found = [k for k, one in enumerate(want, start=1) if fault(got, one, tolerance) is None]
        alone = f" It is the right value {found[0]}; return the others too." if found else ""
        return Fault("wrong type", wanted + alone)
    if len(got) != len(want):
        return Fault("wrong shape", f"{place} has {len(got)} values; wanted are {len(want)}.")
    if len(want) > 1 and not _value_by_value(got, want, tolerance) and _value_by_value(got[::-1], want, tolerance):
        return Fault("not yet", f"{RIGHT}They stand in the other order: the last is wanted first.", True)
    faults = (
        fault(one, other, tolerance, f"Value {number} of your answer")
        for number, (one, other) in enumerate(zip(got, want, strict=True), start=1)
    )
    return next(filter(None, faults), None)


def _value_by_value(got: list | tuple | Tensor, want: tuple, tolerance: Tolerance) -> bool:
    if isinstance(got, Tensor) and (got.dim() == 0 or read(got) is None):
        return False
    wanted = [item if isinstance(item, Tensor) else scalar(item) for item in want]
    return len(got) == len(want) and all(map(numbers_agree, got, wanted, [tolerance] * len(want)))


def _value_fault(got: Tensor, want: Tensor, tolerance: Tolerance, place: str) -> Fault | None:
    numbers, wanted = read(got), read(want)
    if numbers is None:
        return Fault("wrong type", f"{place} should be a dense tensor; it is `{got.layout}` on `{got.device}`.")
    numbers = numbers.to(wanted.dtype)
    broken = ~torch.isfinite(numbers) & torch.isfinite(wanted)
    if broken.any():
        first = tuple(broken.nonzero()[0].tolist())
        count = f"{int(broken.sum())} of {broken.numel()} entries"
        why = WHY_NAN if numbers[first].isnan() else WHY_INFINITE
        said = (
            f"{place} has {count} not finite, the first {_entry(numbers, first)}, where {wanted[first].item():.6g} is"
        )
        return Fault("not finite", f"{said} expected. {why}")
    wrong = tolerance.wrong(numbers, wanted)
    if not wrong.any():
        return None
    first = tuple(wrong.nonzero()[0].tolist())
    found, expected = numbers[first].item(), wanted[first].item()
    digits = 6 if f"{found:.6g}" != f"{expected:.6g}" else 12
    share = f" {int(wrong.sum())} of {wrong.numel()} entries differ." if wrong.numel() > 1 else ""
    entry = f"entry {list(first)}" if first else "the value"
    return Fault("not yet", f"{place}: {entry} is {found:.{digits}g}; expected is {expected:.{digits}g}.{share}")


def _entry(numbers: Tensor, index: tuple) -> str:
    return f"{numbers[index].item()} at {list(index)}" if index else f"{numbers.item()}"
