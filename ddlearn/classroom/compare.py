"""Comparing a learner's answer with the reference's, from the coarse to the fine.

A tensor is asked, in this order: is it a tensor, of this shape, of this dtype, finite, and within
`|got - want| <= atol + rtol * |want|` in every entry? Each way to fail has its own sentence. Where the reference
returns a tuple, its values are asked one after the other; where it returns a number, a tensor of one entry will do too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy
import torch
from torch import Tensor


@dataclass(frozen=True)
class Fault:
    """The rung of the ladder on which a value failed, and why."""

    status: str
    words: str


@dataclass(frozen=True)
class Tolerance:
    """Entries agree where `|got - want| <= atol + rtol * |want|`."""

    rtol: float
    atol: float

    def wrong(self, got: Tensor, want: Tensor) -> Tensor:
        """Return the mask of the entries that disagree; NaN agrees with NaN, an infinity with itself."""
        return ~torch.isclose(got, want, rtol=self.rtol, atol=self.atol, equal_nan=True)


def fault(got: object, want: object, tolerance: Tolerance, place: str = "Your answer") -> Fault | None:
    """Return the first thing that is wrong with `got`, or None if it agrees with `want`."""
    if isinstance(want, tuple):
        return _tuple_fault(got, want, tolerance, place)
    if isinstance(want, (int, float)):
        got, want = _as_scalar(got), torch.tensor(float(want), dtype=torch.float64)
    if not isinstance(got, Tensor):
        return _type_fault(got, want, tolerance, place)
    if got.shape != want.shape:
        turned = " It is the transpose." if got.dim() == 2 and got.T.shape == want.shape else ""
        return Fault("wrong shape", f"{place} has shape {tuple(got.shape)}; wanted is {tuple(want.shape)}.{turned}")
    return _dtype_fault(got, want, place) or _value_fault(got, want, tolerance, place)


def same(got: object, want: object, tolerance: Tolerance) -> bool:
    """Return whether two answers are the same in type, shape, dtype and, NaN included, in every entry."""
    if isinstance(want, tuple):
        return (
            isinstance(got, tuple)
            and len(got) == len(want)
            and all(same(one, other, tolerance) for one, other in zip(got, want, strict=True))
        )
    if isinstance(want, Tensor):
        if not isinstance(got, Tensor) or got.shape != want.shape or got.dtype != want.dtype:
            return False
        got, want = _read(got), _read(want)
        return got is not None and want is not None and not tolerance.wrong(got, want).any()
    return isinstance(got, (int, float, Tensor)) and fault(got, want, tolerance) is None


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


def kind(value: object) -> str:
    """Return the type of `value` as a learner would write it: `list`, `numpy.ndarray`, `torch.Tensor`."""
    if isinstance(value, Tensor):
        return "torch.Tensor"
    described = type(value)
    return described.__name__ if described.__module__ == "builtins" else f"{described.__module__}.{described.__name__}"


def _as_scalar(value: object) -> object:
    """Return a number, or a real tensor of one entry, as a tensor of no dimension; anything else as it is."""
    if isinstance(value, (int, float)):
        return torch.tensor(float(value), dtype=torch.float64)
    if not isinstance(value, Tensor) or value.numel() != 1 or value.is_complex():
        return value
    numbers = _read(value)
    return value if numbers is None else numbers.reshape(()).double()


def _tuple_fault(got: object, want: tuple, tolerance: Tolerance, place: str) -> Fault | None:
    if not isinstance(got, tuple):
        return Fault("wrong type", f"{place} is a `{kind(got)}`; wanted is a tuple of {len(want)} values.")
    if len(got) != len(want):
        return Fault("wrong shape", f"{place} has {len(got)} values; wanted are {len(want)}.")
    faults = (
        fault(one, other, tolerance, f"Value {number} of your answer")
        for number, (one, other) in enumerate(zip(got, want, strict=True), start=1)
    )
    return next(filter(None, faults), None)


def _type_fault(got: object, want: Tensor, tolerance: Tolerance, place: str) -> Fault:
    plain = Fault("wrong type", f"{place} should be a `torch.Tensor`; this is `{kind(got)}`.{_remark(got)}")
    try:
        if not isinstance(got, (numpy.ndarray, numpy.generic)) and not _of_plain_numbers(got):
            return plain
        # An array of another shape may be a view that no memory could hold if it were copied.
        right = numpy.shape(got) == tuple(want.shape) and _agrees(torch.as_tensor(numpy.array(got)), want, tolerance)
    except (TypeError, ValueError, OverflowError, RecursionError):  # texts, objects, a ragged list, one inside itself
        return plain
    begin = "The numbers are right, but " if right else f"{place} is not a tensor: "
    said = f"this is `{kind(got)}`; the lesson speaks torch: `torch.as_tensor(...)` turns it into a tensor."
    return Fault("wrong type", begin + said)


def _agrees(numbers: Tensor, want: Tensor, tolerance: Tolerance) -> bool:
    return not numbers.is_complex() and fault(numbers.to(want.dtype), want, tolerance) is None


def _of_plain_numbers(value: object) -> bool:
    # A list of tensors is none: turning it into one array could need more memory than there is.
    return isinstance(value, (int, float)) or (isinstance(value, list) and all(map(_of_plain_numbers, value)))


def _remark(got: object) -> str:
    return {
        "list": " `torch.stack(...)` makes one tensor of a list of equal ones.",
        "generator": " Write `return` where you wrote `yield`.",
        "coroutine": " Write `def` where you wrote `async def`.",
        "function": " Did you return a function without calling it?",
        "builtin_function_or_method": " Did you forget the brackets of a call?",
        "method": " Did you forget the brackets of a call?",
    }.get(type(got).__name__, "")


def _dtype_fault(got: Tensor, want: Tensor, place: str) -> Fault | None:
    both_whole = not (got.is_floating_point() or got.is_complex() or want.is_floating_point() or want.is_complex())
    if got.dtype == want.dtype or (both_whole and torch.bool not in (got.dtype, want.dtype)):
        return None
    if got.is_complex():
        why = " A complex number came in somewhere: `.real` keeps its real part."
    elif not got.is_floating_point():
        why = " Whole numbers cannot hold a fraction: work on the floating tensors that you were given."
    elif want.is_floating_point():
        why = " Make new tensors with the dtype of the arguments, for example `torch.eye(n, dtype=x.dtype)`."
    else:
        why = ""
    return Fault("wrong type", f"{place} is `{got.dtype}`; wanted is `{want.dtype}`.{why}")


def _value_fault(got: Tensor, want: Tensor, tolerance: Tolerance, place: str) -> Fault | None:
    numbers, wanted = _read(got), _read(want)
    if numbers is None:
        return Fault("wrong type", f"{place} should be a dense tensor; it is `{got.layout}` on `{got.device}`.")
    numbers = numbers.to(wanted.dtype)
    broken = ~torch.isfinite(numbers) & torch.isfinite(wanted)
    if broken.any():
        first = tuple(broken.nonzero()[0].tolist())
        count = f"{int(broken.sum())} of {broken.numel()} entries"
        why = "a division by zero, a logarithm or a root of a negative number, or an overflow"
        return Fault("not finite", f"{place} has {count} not finite, the first {_entry(numbers, first)}: {why}.")
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


def _read(tensor: Tensor) -> Tensor | None:
    """Return the numbers on the CPU, or None where they cannot be read: sparse, nested, meta tensors."""
    if tensor.layout != torch.strided or tensor.is_meta or tensor.is_nested:
        return None
    return tensor.detach().cpu()
