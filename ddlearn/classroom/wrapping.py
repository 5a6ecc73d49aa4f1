"""Answers that come in another wrapping than the reference's: another type, shape or dtype.

Where the numbers inside are the right ones, the work is done, and the sentence begins with that.
"""

import numpy
import torch
from torch import Tensor

from ddlearn.classroom.tolerance import Fault, Tolerance, read, scalar

MANY = 10**6  # entries; a view may have more than can be added up in a moment
DEEPEST = 4  # lists inside lists; one that holds itself has no end

WHOLE = "Your answer"
RIGHT = "The numbers are right. "
REMARKS = {
    "generator": " Write `return` where you wrote `yield`.",
    "coroutine": " Write `def` where you wrote `async def`.",
    "function": " Did you return a function without calling it?",
    "builtin_function_or_method": " Did you forget the brackets of a call?",
    "method": " Did you forget the brackets of a call?",
}


def type_fault(got: object, want: Tensor, tolerance: Tolerance, place: str, number: bool) -> Fault:
    """Return what to say to a value that is no tensor where a tensor is wanted, or no number where `number` is."""
    right = numbers_agree(got, want, tolerance)
    wanted = "a number" if number else "a `torch.Tensor`"
    subject = "this" if place == WHOLE else f"{place[0].lower()}{place[1:]}"
    said = (
        f"The numbers are right, but {subject} is `{kind(got)}`; wanted is {wanted}."
        if right
        else f"{place} is not {'a number' if number else 'a tensor'}: this is `{kind(got)}`."
    )
    return Fault("wrong type", said + _advice(got, want, number, right), right)


def shape_fault(got: Tensor, want: Tensor, tolerance: Tolerance, place: str) -> Fault:
    """Return what to say to a tensor of another shape."""
    shapes = f"{place} has shape {tuple(got.shape)}; wanted is {tuple(want.shape)}."
    if got.dim() == 2 and got.T.shape == want.shape:
        right = numbers_agree(got.T, want, tolerance)
        return Fault("wrong shape", f"{RIGHT if right else ''}{shapes} It is the transpose. `.T` turns it.", right)
    if numbers_agree(got, want, tolerance):
        return Fault("wrong shape", f"{RIGHT}{shapes} {_reshaped(got, want)}", True)
    if want.dim() == 1 and got.shape == (len(want), len(want)):
        pairs = "Somewhere a vector met a whole matrix entry by entry, or a column of shape (n, 1) met a row."
        mend = "A matrix times a vector is `M @ v`, and `M.diagonal()` is the diagonal of a matrix."
        return Fault("wrong shape", f"{shapes} {pairs} {mend}")
    return Fault("wrong shape", f"{shapes}{_to_one_number(got, want, tolerance)}")


def dtype_fault(got: Tensor, want: Tensor, tolerance: Tolerance, place: str) -> Fault | None:
    """Return what to say to a tensor of another dtype; None where it is the same, or whole numbers of another width."""
    both_whole = not (got.is_floating_point() or got.is_complex() or want.is_floating_point() or want.is_complex())
    if got.dtype == want.dtype or (both_whole and torch.bool not in (got.dtype, want.dtype)):
        return None
    right = numbers_agree(got, want, tolerance)
    if got.is_complex():
        why = " A complex number came in somewhere: `.real` keeps its real part."
    elif not got.is_floating_point():
        why = (
            " These are true and false, not numbers."
            if got.dtype == torch.bool
            else " Whole numbers cannot hold a fraction. If they are places, such as `argmin` returns, look up what "
            "stands there."
        )
    elif want.is_floating_point():
        why = " Make new tensors with the dtype of the arguments, for example `torch.eye(n, dtype=x.dtype)`."
    else:
        why = f" `.to({want.dtype})` makes such a tensor of it." if right else ""
    return Fault(
        "wrong type", f"{RIGHT if right else ''}{place} is `{got.dtype}`; wanted is `{want.dtype}`.{why}", right
    )


def numbers_agree(got: object, want: Tensor, tolerance: Tolerance) -> bool:
    """Return whether `got`, whatever its type, shape and dtype, holds the numbers of `want` in their order."""
    numbers, wanted = _numbers(got, want.numel()), read(want)
    if numbers is None or wanted is None or numbers.numel() != wanted.numel() or not numbers.numel():
        return False
    if numbers.is_complex() and not wanted.is_complex():
        if not Tolerance(0, tolerance.atol).agrees(numbers.imag, torch.zeros_like(numbers.imag)):
            return False
        numbers = numbers.real
    kind = torch.complex128 if wanted.is_complex() else torch.float64
    numbers, wanted = numbers.reshape(wanted.shape), wanted.to(kind)
    if numbers.dtype != want.dtype:
        for dtype in (numbers.dtype, want.dtype):
            tolerance = tolerance.as_exact_as(dtype, wanted.abs().max().item())
    return tolerance.agrees(numbers.to(kind), wanted)


def kind(value: object) -> str:
    """Return the type of `value` as a learner would write it: `list`, `numpy.ndarray`, `torch.Tensor`."""
    if isinstance(value, Tensor):
        return "torch.Tensor"
    described = type(value)
    return described.__name__ if described.__module__ == "builtins" else f"{described.__module__}.{described.__name__}"


def _numbers(value: object, count: int, depth: int = 0) -> Tensor | None:
    """Return the numbers inside nested lists, tuples, arrays and tensors as one tensor; None unless there are `count`.

    An array of another size may be a view that no memory could hold if it were copied.
    """
    if isinstance(value, Tensor):
        return read(value) if value.numel() <= count else None
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        if value.dtype.kind not in "biufc" or value.size > count:
            return None
        try:
            return torch.as_tensor(numpy.array(value))
        except (TypeError, ValueError):  # more digits than torch has, or bytes in another order
            return None
    if isinstance(value, (int, float, complex)):
        return torch.tensor(value, dtype=torch.complex128) if isinstance(value, complex) else scalar(value)
    if not isinstance(value, (list, tuple)) or not 0 < len(value) <= count or depth == DEEPEST:
        return None
    parts = [_numbers(item, count, depth + 1) for item in value]
    if any(part is None or part.shape != parts[0].shape for part in parts):
        return None
    return torch.stack(parts) if parts[0].numel() * len(parts) <= count else None


def _advice(got: object, want: Tensor, number: bool, right: bool) -> str:
    many = isinstance(got, (list, tuple))
    if right and many and isinstance(got[0], Tensor) and got[0].shape == want.shape:
        return " Take it out of its brackets; a comma behind it makes brackets too."
    if isinstance(got, complex):
        return " `.real` leaves the imaginary part out." if right else ""
    if number:
        return " `float(...)` makes one of a single entry." if right else REMARKS.get(type(got).__name__, "")
    if many and got and all(isinstance(item, Tensor) for item in got):
        joined = "cat" if right and got[0].dim() == want.dim() else "stack"
        return f" `torch.{joined}(...)` makes one tensor of several."
    if many:
        return f" `torch.tensor(..., dtype={want.dtype})` makes a tensor of plain numbers."
    if isinstance(got, (numpy.ndarray, numpy.generic)):
        return " The lesson speaks torch: `torch.as_tensor(...)` turns it into a tensor."
    if isinstance(got, (int, float)):
        return (
            " Return the tensor itself, without `float(...)` or `.item()`: training needs its gradient."
            if right
            else ""
        )
    return REMARKS.get(type(got).__name__, "")


def _to_one_number(got: Tensor, want: Tensor, tolerance: Tolerance) -> str:
    numbers, wanted = read(got), read(want)
    if want.dim() or not got.is_floating_point() or numbers is None or wanted is None or numbers.numel() > MANY:
        return ""
    for name, one in (("sum", numbers.sum()), ("mean", numbers.mean())):
        if tolerance.agrees(one.to(wanted.dtype), wanted):
            return f" Their {name} is the number that is wanted."
    return ""


def _reshaped(got: Tensor, want: Tensor) -> str:
    if got.squeeze().shape == want.shape:
        return "An axis of length 1 is too many: `.squeeze()` takes it away."
    if want.squeeze().shape == got.shape:
        return f"An axis of length 1 is missing: `.reshape{tuple(want.shape)}`."
    return f"`.reshape{tuple(want.shape)}` puts them into place."
