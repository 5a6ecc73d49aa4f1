"""Sentences of refusal: every public function checks what it is given here, and says it in the same words.

A refusal names the argument, what it got and what it wants. A wrong kind of thing is a `TypeError`, a wrong value a
`ValueError`. Each check returns the argument, so that it stands where the argument is first used. This module must stay
importable without torch: the light parts of the classroom stand on it too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = [
    "at_least",
    "between",
    "class_labels",
    "distributions",
    "generator",
    "in_range",
    "matrix",
    "numbers",
    "one_of",
    "positive",
    "positives",
    "readable",
    "same_kind",
    "signs",
    "symmetric",
    "targets",
    "tensor",
    "whole",
    "wholes",
    "without_gradient",
]


SLACK = 1e-6  # of the sum of a distribution: float32 holds a thousand classes that well


def positive(name: str, value: float) -> float:
    """Require a finite number above zero."""
    return _number(name, value, "a positive number", lambda number: 0 < number < math.inf)


def at_least(name: str, value: float, low: float) -> float:
    """Require a finite number, `low` or more."""
    return _number(name, value, f"a number of at least {low}", lambda number: low <= number < math.inf)


def between(name: str, value: float, low: float, high: float) -> float:
    """Require a number in [low, high]."""
    return _number(name, value, f"a number from {low} to {high}", lambda number: low <= number <= high)


def whole(name: str, value: int, low: int | None = None, high: int | None = None) -> int:
    """Require a whole number in [low, high]; a side that is None is open."""
    wanted = "a whole number"
    if low is not None and high is not None:
        wanted += f" from {low} to {high}"
    elif low is not None:
        wanted += f" of at least {low}"
    elif high is not None:
        wanted += f" of at most {high}"
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be {wanted}; got {_shown(value)}")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{name} must be {wanted}; got {value}")
    return int(value)


def wholes(name: str, values: Sequence[int], low: int | None = None, high: int | None = None) -> list[int]:
    """Require a list of whole numbers in [low, high], one at least."""
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise TypeError(f"{name} must be a list of whole numbers; got {_shown(values)}")
    checked = [whole(f"{name}[{i}]", value, low, high) for i, value in enumerate(values)]
    if not checked:
        raise ValueError(f"{name} must not be empty")
    return checked


def one_of(name: str, value: object, options: Collection) -> object:
    """Require one of the options, which the sentence lists."""
    if not any(type(value) is type(option) and value == option for option in options):
        listed = ", ".join(repr(option) for option in options)
        raise ValueError(f"{name} must be one of {listed}; got {_shown(value)}")
    return value


def tensor(name: str, value: torch.Tensor, *, gradient: bool = False) -> torch.Tensor:
    """Require a dense torch tensor of any shape but an empty one, float32 or float64, every entry finite.

    One that asks for a gradient is refused, unless `gradient` says that the function passes the right one on.
    """
    import torch

    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} must be a torch tensor; got {_kind(value)}. torch.as_tensor({name}) converts it.")
    if value.dtype not in (torch.float32, torch.float64):
        raise TypeError(f"{name} must be float32 or float64; got {value.dtype}. {name}.double() converts it.")
    if value.numel() == 0:
        raise ValueError(f"{name} must not be empty; got shape {tuple(value.shape)}")
    readable(name, value)
    if not gradient:
        without_gradient(name, value)
    # A sum tells in a tenth of the time that all is finite; where it does not, it may only have run over.
    if not value.detach().sum().isfinite() and not (finite := torch.isfinite(value)).all():
        place = (~finite).nonzero()[0].tolist()
        raise ValueError(f"{name} must be finite; got {value[tuple(place)].item()} at {place}")
    return value


def readable(name: str, value: object) -> object:
    """Anything but a tensor whose entries cannot be looked at as real numbers: sparse, complex, or on no device."""
    import torch

    if isinstance(value, torch.Tensor):
        if value.layout != torch.strided:
            raise TypeError(f"{name} must be a dense tensor; got {value.layout}. {name}.to_dense() converts it.")
        if value.is_complex():
            raise TypeError(f"{name} must be real; got {value.dtype}")
        if value.device.type == "meta":
            raise ValueError(f"{name} must have values; got a tensor on the meta device, which has a shape only")
    return value


def in_range(name: str, value: torch.Tensor, products: torch.Tensor) -> torch.Tensor:
    """Require a tensor of which the products that are needed, of its entries, are finite as well."""
    if not products.detach().isfinite().all():
        raise ValueError(f"{name} must be smaller for {value.dtype}: products of its entries leave its range")
    return value


def without_gradient(name: str, value: object) -> object:
    """Anything but a tensor whose gradient autograd records now: better no answer than a gradient that lacks a part."""
    if getattr(value, "requires_grad", False):
        import torch

        if torch.is_grad_enabled():
            raise ValueError(
                f"{name} must not require a gradient, for none is passed on here; {name}.detach() has none"
            )
    return value


def matrix(
    name: str, value: torch.Tensor, *, rows: int | None = None, columns: int | None = None, gradient: bool = False
) -> torch.Tensor:
    """Require a tensor of two dimensions, of as many rows and columns as asked."""
    tensor(name, value, gradient=gradient)
    wanted = f"({rows or 'n'}, {columns or 'd'})"
    if value.ndim != 2 or rows not in (None, value.shape[0]) or columns not in (None, value.shape[1]):
        raise ValueError(f"{name} must be a matrix of shape {wanted}; got shape {tuple(value.shape)}")
    return value


def symmetric(name: str, value: torch.Tensor, *, gradient: bool = False) -> torch.Tensor:
    """Require a square matrix equal to its transpose, up to the square root of its precision."""
    import torch

    matrix(name, value, gradient=gradient)
    if value.shape[0] != value.shape[1]:
        raise ValueError(f"{name} must be a square matrix of shape (n, n); got shape {tuple(value.shape)}")
    gap = 0.0 if torch.equal(value, value.mT) else (value - value.mT).abs_().max().item()
    if gap > torch.finfo(value.dtype).eps ** 0.5 * value.abs().max().item():
        raise ValueError(f"{name} must be symmetric; got entries that differ from their mirror image by {gap:.2g}")
    return value


def signs(name: str, value: torch.Tensor, rows: int | None = None) -> torch.Tensor:
    """Require a tensor of -1 and +1, of shape (rows,) if that is asked."""
    other = tensor(name, value)[value.abs() != 1]
    if len(other):
        raise ValueError(f"{name} must consist of -1 and +1; got {other[0].item()}")
    if rows is not None and value.shape != (rows,):
        raise ValueError(f"{name} must be of shape ({rows},); got shape {tuple(value.shape)}")
    return value


def targets(name: str, value: torch.Tensor, rows: int, *, gradient: bool = False) -> torch.Tensor:
    """Require what is to be predicted: a tensor of shape (rows,) or (rows, k)."""
    tensor(name, value, gradient=gradient)
    if value.ndim not in (1, 2) or value.shape[0] != rows:
        raise ValueError(f"{name} must be of shape ({rows},) or ({rows}, k); got shape {tuple(value.shape)}")
    return value


def class_labels(
    name: str, value: torch.Tensor, classes: int | None = None, *, rows: int | None = None, flat: bool = True
) -> torch.Tensor:
    """Require classes by number, from 0 to classes - 1: int64, of shape (n,), or of any shape if not `flat`."""
    import torch

    if not isinstance(value, torch.Tensor) or value.dtype != torch.int64:
        got = f"a tensor of {value.dtype}" if isinstance(value, torch.Tensor) else _kind(value)
        raise TypeError(f"{name} must be a torch tensor of int64; got {got}")
    readable(name, value)
    if value.numel() == 0 or (flat and (value.ndim != 1 or rows not in (None, len(value)))):
        wanted = f"be of shape ({rows or 'n'},) and not empty" if flat else "not be empty"
        raise ValueError(f"{name} must {wanted}; got shape {tuple(value.shape)}")
    least, most = value.min().item(), value.max().item()
    if least < 0 or (classes is not None and most >= classes):
        below = "" if classes is None else f" to {classes - 1}"
        raise ValueError(f"{name} must be classes from 0{below}; got {least if least < 0 else most} among them")
    return value


def distributions(name: str, value: torch.Tensor, *, positive: bool = False) -> torch.Tensor:
    """A tensor whose rows are distributions over classes: at least 0, or above 0 if `positive`, and in sum 1."""
    least, sums = value.min().item(), value.sum(-1).reshape(-1)
    if least < 0 or (positive and least == 0):
        raise ValueError(f"{name} must be {'positive' if positive else 'at least 0'}; got {least} among them")
    worst = sums[(sums - 1).abs().argmax()].item()
    if abs(worst - 1) > SLACK:
        raise ValueError(f"{name} must add up to 1 over the classes; got {worst:.6g}")
    return value


def generator(name: str, value: torch.Generator) -> torch.Generator:
    """Require a torch generator: where random numbers come from."""
    import torch

    if not isinstance(value, torch.Generator):
        raise TypeError(f"{name} must be a torch.Generator; got {_kind(value)}")
    return value


def same_kind(name: str, value: torch.Tensor, like_name: str, like: torch.Tensor) -> torch.Tensor:
    """Require a tensor of the same precision and on the same device as another."""
    if value.dtype != like.dtype:
        raise TypeError(f"{name} must be of the same dtype as {like_name}, {like.dtype}; got {value.dtype}")
    if value.device != like.device:
        raise ValueError(f"{name} must be on the same device as {like_name}, {like.device}; got {value.device}")
    return value


def positives(name: str, value: torch.Tensor | Sequence[float], like: torch.Tensor) -> torch.Tensor:
    """Require positive numbers, in a tensor or a plain list, as a vector of `like`'s precision on its device."""
    import torch

    if not isinstance(value, (torch.Tensor, list, tuple)):
        raise TypeError(f"{name} must be a torch tensor or a list of positive numbers; got {_shown(value)}")
    if isinstance(value, torch.Tensor) and tensor(name, value).ndim != 1:
        raise ValueError(f"{name} must be of shape (L,); got shape {tuple(value.shape)}")
    return numbers(name, value).to(like)


def numbers(name: str, value: float | torch.Tensor | Sequence[float], *, zero: bool = False) -> torch.Tensor:
    """Require one number or several, in a tensor or a plain list, each above 0, or at least 0 if `zero`.  -> () or (L,)

    In float64, for formulas that are as good for a point as for a curve.
    """
    import torch

    check = (lambda name, one: at_least(name, one, 0)) if zero else positive
    if not isinstance(value, (list, tuple)) and getattr(value, "ndim", 0) == 0:
        return torch.tensor(check(name, value), dtype=torch.float64)
    if isinstance(value, (list, tuple)):
        value = torch.tensor([check(f"{name}[{i}]", one) for i, one in enumerate(value)], dtype=torch.float64)
    elif isinstance(value, torch.Tensor) and value.dtype in (torch.int32, torch.int64):
        value = value.double()
    tensor(name, value)
    if value.ndim != 1:
        raise ValueError(f"{name} must be one number or of shape (L,); got shape {tuple(value.shape)}")
    least = value.min().item()
    if least < 0 or (least == 0 and not zero):
        raise ValueError(f"{name} must be {'at least 0' if zero else 'positive numbers'}; got {least} among them")
    return value.double()


def _number(name: str, value: object, wanted: str, fits: Callable[[float], bool]) -> float:
    """A real number that fits: Python's, NumPy's, or a tensor of no dimension. True and False are none."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        if hasattr(value, "layout"):  # a tensor; for a number of NumPy's torch need not be imported
            without_gradient(name, readable(name, value))
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be {wanted}; got {_shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{name} must be {wanted}; got a number beyond the range of floats") from None
    if not fits(number):
        raise ValueError(f"{name} must be {wanted}; got {value}")
    return number


def _kind(value: object) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _shown(value: object) -> str:
    """Scalars and words are quoted; of anything larger the kind is enough."""
    return repr(value) if isinstance(value, (str, bool, int, float, type(None))) else _kind(value)
