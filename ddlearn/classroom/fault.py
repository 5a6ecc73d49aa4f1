"""What is wrong with a learner's answer, from the coarse to the fine.

It is asked, in this order: is it a tensor, of this shape, of this dtype, finite, and right in every entry? Each way to
fail has its own sentence, which begins with the good news where the numbers inside are right. A list will do for a
tuple, whose values are asked one after the other, and a tensor without dimensions for a number.
"""

import math

import numpy
import torch
from torch import Tensor

from ddlearn.classroom.compare import USUAL, Tolerance, as_scalar, numbers_in, read
from ddlearn.classroom.verdict import Verdict

MANY = 10**6  # entries; a view may have more than can be added up in a moment
DEEPEST = 4  # lists inside lists; one that holds itself has no end

WHOLE = "Your answer"
RIGHT = "The numbers are right. "
WHY_NAN = "NaN comes from 0 / 0, inf · 0 or inf − inf, or from the logarithm or the root of a negative number."
WHY_INFINITE = "Infinity comes from a division by zero, from log 0 or an overflow, or you return it yourself."
CALL = " Did you return a function without calling it?"
REMARKS = {
    "generator": " Write `return` where you wrote `yield`.",
    "coroutine": " Write `def` where you wrote `async def`.",
    **dict.fromkeys(("function", "builtin_function_or_method", "method"), CALL),
}


def fault(got: object, want: object, place: str = WHOLE) -> Verdict | None:
    """Return the first thing that is wrong with `got`, or None if it agrees with `want`."""
    if isinstance(want, tuple):
        return _tuple_fault(got, want, place)
    number = isinstance(want, (int, float))
    if number:
        got, want = as_scalar(got), read(want)
    if not isinstance(got, Tensor):
        return _type_fault(got, want, place, number)
    if got.shape != want.shape:
        return _shape_fault(got, want, place)
    typed = _dtype_fault(got, want, place)
    if typed and not typed.right and got.is_floating_point() and want.is_floating_point():
        valued = _value_fault(got, want, place, USUAL.as_exact_as(got.dtype, want.abs().max().item()))
        return Verdict(valued.status, f"{valued.detail}\n\n{typed.detail}") if valued else typed
    return typed or _value_fault(got, want, place)


def other_dtype(got: object, want: object) -> str:
    """Return what to say of the first floating tensor in `got` that has another dtype than its twin; "" if none has."""
    for one, twin in zip(numbers_in(got), numbers_in(want), strict=False):
        if isinstance(one, Tensor) and isinstance(twin, Tensor) and one.is_floating_point():
            found = _dtype_fault(one, twin, WHOLE)
            if found:
                return found.detail
    return ""


def _fault(status: str, words: str, right: bool) -> Verdict:
    """Return the fault; where the numbers are `right` its words begin with that."""
    return Verdict(status, f"{RIGHT if right else ''}{words}", right=right)


def _tuple_fault(got: object, want: tuple, place: str) -> Verdict | None:
    if not isinstance(got, (tuple, list)):
        wanted = f"{place} is a `{_type_name(got)}`; wanted is a tuple of {len(want)} values."
        if _value_by_value(got, want):
            mend = f" Return them with commas between: `return {', '.join('abcdefgh'[: len(want)])}`."
            return _fault("wrong type", wanted + mend, True)
        found = [k for k, one in enumerate(want, start=1) if fault(got, one) is None]
        alone = f" It is the right value {found[0]}; return the others too." if found else ""
        return Verdict("wrong type", wanted + alone)
    if len(got) != len(want):
        return Verdict("wrong shape", f"{place} has {len(got)} values; wanted are {len(want)}.")
    if len(want) > 1 and not _value_by_value(got, want) and _value_by_value(got[::-1], want):
        return _fault("not yet", "They stand in the other order: the last is wanted first.", True)
    values = enumerate(zip(got, want, strict=True), start=1)
    faults = (fault(one, other, f"Value {number} of your answer") for number, (one, other) in values)
    return next(filter(None, faults), None)


def _value_by_value(got: object, want: tuple) -> bool:
    if isinstance(got, Tensor) and (got.dim() == 0 or read(got) is None):
        return False
    if not isinstance(got, (list, tuple, Tensor)) or len(got) != len(want):
        return False
    return all(map(_numbers_agree, got, (item if isinstance(item, Tensor) else read(item) for item in want)))


def _type_fault(got: object, want: Tensor, place: str, number: bool) -> Verdict:
    """Return what to say to a value that is no tensor where a tensor is wanted, or no number where `number` is."""
    kind, right = "a number" if number else "a tensor", _numbers_agree(got, want)
    said = f"{place} is not {kind}: this is `{_type_name(got)}`."
    return _fault("wrong type", said + _advice(got, want, number, right), right)


def _advice(got: object, want: Tensor, number: bool, right: bool) -> str:
    many = isinstance(got, (list, tuple))
    if right and many and isinstance(got[0], Tensor) and got[0].shape == want.shape:
        return " Take it out of its brackets; a comma behind it makes brackets too."
    if right and isinstance(got, complex):
        return " `.real` leaves the imaginary part out."
    if right and number:
        return " `float(...)` makes one of a single entry."
    if number:
        return REMARKS.get(type(got).__name__, "")
    if many and got and all(isinstance(item, Tensor) for item in got):
        joined = "cat" if right and got[0].dim() == want.dim() else "stack"
        return f" `torch.{joined}(...)` makes one tensor of several."
    if many:
        return f" `torch.tensor(..., dtype={want.dtype})` makes a tensor of plain numbers."
    if isinstance(got, (numpy.ndarray, numpy.generic)):
        return " The lesson speaks torch: `torch.as_tensor(...)` turns it into a tensor."
    if right:
        return " Return the tensor itself, without `float(...)` or `.item()`: training needs its gradient."
    return REMARKS.get(type(got).__name__, "")


def _type_name(value: object) -> str:
    """Return the type of `value` as a learner would write it: `list`, `numpy.ndarray`, `torch.Tensor`."""
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _shape_fault(got: Tensor, want: Tensor, place: str) -> Verdict:
    shapes = f"{place} has shape {tuple(got.shape)}; wanted is {tuple(want.shape)}."
    if got.dim() == 2 and got.T.shape == want.shape:
        return _fault("wrong shape", f"{shapes} It is the transpose. `.T` turns it.", _numbers_agree(got.T, want))
    if _numbers_agree(got, want):
        return _fault("wrong shape", f"{shapes} `.reshape({tuple(want.shape)})` puts them into place.", True)
    if want.dim() == 1 and got.shape == (len(want), len(want)):
        pairs = "Somewhere a vector met a whole matrix entry by entry, or a column of shape (n, 1) met a row."
        mend = "A matrix times a vector is `M @ v`, and `M.diagonal()` is the diagonal of a matrix."
        return Verdict("wrong shape", f"{shapes} {pairs} {mend}")
    return Verdict("wrong shape", shapes + _to_one_number(got, want))


def _to_one_number(got: Tensor, want: Tensor) -> str:
    numbers = read(got)
    if want.dim() or not got.is_floating_point() or numbers is None or numbers.numel() > MANY:
        return ""
    found = {"sum": numbers.sum(), "mean": numbers.mean()}
    names = [name for name, one in found.items() if USUAL.agrees(one.to(want.dtype), want)]
    return f" Their {names[0]} is the number that is wanted." if names else ""


def _dtype_fault(got: Tensor, want: Tensor, place: str) -> Verdict | None:
    """Return what to say to a tensor of another dtype; None where it is the same, or whole numbers of another width."""
    both_whole = not (got.is_floating_point() or got.is_complex() or want.is_floating_point() or want.is_complex())
    if got.dtype == want.dtype or (both_whole and torch.bool not in (got.dtype, want.dtype)):
        return None
    if got.is_complex():
        why = "A complex number came in somewhere: `.real` keeps its real part."
    elif got.dtype == torch.bool:
        why = "These are true and false, not numbers."
    elif not got.is_floating_point():
        places = "If they are places, such as `argmin` returns, look up what stands there."
        why = f"Whole numbers cannot hold a fraction. {places}"
    elif want.is_floating_point():
        why = "Make new tensors with the dtype of the arguments, for example `torch.eye(n, dtype=x.dtype)`."
    else:
        why = f"`.to({want.dtype})` makes such a tensor."
    return _fault("wrong type", f"{place} is `{got.dtype}`; wanted is `{want.dtype}`. {why}", _numbers_agree(got, want))


def _value_fault(got: Tensor, want: Tensor, place: str, tolerance: Tolerance = USUAL) -> Verdict | None:
    numbers, wanted = read(got), read(want)
    if numbers is None:
        return Verdict("wrong type", f"{place} should be a dense tensor; it is `{got.layout}` on `{got.device}`.")
    numbers = numbers.to(wanted.dtype)
    broken = ~torch.isfinite(numbers) & torch.isfinite(wanted)
    wrong = broken if broken.any() else tolerance.wrong(numbers, wanted)
    if not wrong.any():
        return None
    first = tuple(wrong.nonzero()[0].tolist())
    found, expected = numbers[first].item(), wanted[first].item()
    if broken.any():
        entry = f"{found} at {list(first)}" if first else f"{found}"
        share = f"{int(broken.sum())} of {broken.numel()} entries not finite, the first {entry}"
        why = WHY_NAN if math.isnan(found) else WHY_INFINITE
        return Verdict("not finite", f"{place} has {share}, where {expected:.6g} is expected. {why}")
    digits = 6 if f"{found:.6g}" != f"{expected:.6g}" else 12
    share = f" {int(wrong.sum())} of {wrong.numel()} entries differ." if wrong.numel() > 1 else ""
    entry = f"entry {list(first)}" if first else "the value"
    return Verdict("not yet", f"{place}: {entry} is {found:.{digits}g}; expected is {expected:.{digits}g}.{share}")


def _numbers_agree(got: object, want: Tensor) -> bool:
    """Return whether `got`, whatever its type, shape and dtype, holds the numbers of `want` in their order."""
    numbers, wanted = _numbers(got, want.numel()), read(want)
    if numbers is None or numbers.numel() != wanted.numel() or not numbers.numel():
        return False
    tolerance = USUAL
    if numbers.dtype != wanted.dtype:
        for dtype in (numbers.dtype, wanted.dtype):
            tolerance = tolerance.as_exact_as(dtype, wanted.abs().max().item())
    return tolerance.agrees(numbers.reshape(wanted.shape).to(torch.complex128), wanted.to(torch.complex128))


def _numbers(value: object, count: int, depth: int = 0) -> Tensor | None:
    """Return the numbers inside nested lists, tuples, arrays and tensors as one tensor; None unless there are `count`.

    An array of another size may be a view that no memory could hold if it were copied.
    """
    if isinstance(value, (int, float)) or (isinstance(value, Tensor) and value.numel() <= count):
        return read(value)
    if isinstance(value, (numpy.ndarray, numpy.generic, complex)):
        array = numpy.asarray(value)
        try:
            return torch.as_tensor(array.copy()) if array.dtype.kind in "biufc" and array.size <= count else None
        except (TypeError, ValueError):  # more digits than torch has, or bytes in another order
            return None
    if not isinstance(value, (list, tuple)) or not 0 < len(value) <= count or depth == DEEPEST:
        return None
    parts = [_numbers(item, count, depth + 1) for item in value]
    if any(part is None or part.shape != parts[0].shape for part in parts):
        return None
    return torch.stack(parts) if parts[0].numel() * len(parts) <= count else None
