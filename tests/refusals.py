"""What a function refuses, as a table: bad calls, and the sentence that each gets.

    TABLE = {"rbf": [("x", kernels.rbf, MATRIX), (lambda: kernels.rbf(X, X[:, :2]), "x2 must be a matrix of ...")]}
    test_refusals, test_names = refusals(TABLE, kernels.__all__)

An entry is a bad call with its sentence, and the error unless it is a `ValueError`; or an argument's name, a call of
one bad value, and the kinds of bad value that are refused there. A sentence may be given by its beginning.
"""

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import torch


@dataclass(frozen=True)
class Kind:
    """Bad values of one kind, the exception, and the sentence for an argument of a given name."""

    values: Collection
    error: type[Exception]
    sentence: Callable[[str, Any], str]


def bad(error: type[Exception], sentence: str, *values: object) -> Kind:
    """Bad values whose sentence is made of the argument's {name}, the value {v}, its {shape} and its {kind}."""

    def said(name: str, v: object) -> str:
        words = {"name": name, "v": v, "shape": tuple(getattr(v, "shape", ())), "kind": type(v).__qualname__}
        return sentence.format(**words)

    return Kind(values, error, said)


def ones(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.ones(shape, dtype=dtype)


def with_entry(value: float) -> torch.Tensor:
    return ones(5, 3).index_put_((torch.tensor(1), torch.tensor(2)), torch.tensor(value).double())


not_tensors = bad(
    TypeError, "{name} must be a torch tensor; got {kind}. torch.as_tensor({name}) converts it.", [1.0], 3, "x", {}
)
wrong_dtypes = bad(
    TypeError,
    "{name} must be float32 or float64; got {v.dtype}. {name}.double() converts it.",
    *(ones(2, 3, dtype=d) for d in (torch.int64, torch.uint8, torch.bool, torch.float16, torch.complex128)),
)
empty = bad(ValueError, "{name} must not be empty; got shape {shape}", ones(0, 3), ones(3, 0), ones(0, 0))
not_finite = Kind(
    [with_entry(value) for value in (math.nan, math.inf, -math.inf)],
    ValueError,
    lambda name, v: f"{name} must be finite; got {v[1, 2].item()} at [1, 2]",
)
not_matrices = bad(
    ValueError, "{name} must be a matrix of shape (n, d); got shape {shape}", ones(3), ones(2, 3, 4), ones(1, 1, 1, 1)
)
not_square = bad(ValueError, "{name} must be a square matrix of shape (n, n); got shape (5, 3)", ones(5, 3))
not_symmetric = bad(
    ValueError,
    "{name} must be symmetric; got entries that differ from their mirror image by 0.5",
    torch.tensor([[1.0, 0.5], [0.0, 1.0]]),
)
not_positive = bad(ValueError, "{name} must be a positive number; got {v}", 0, -1, 0.0, -1e-300, math.nan, math.inf)
not_numbers = bad(TypeError, "{name} must be a positive number; got {v!r}", "2", None, True)
negative = bad(ValueError, "{name} must be a number of at least 0; got {v}", -1, -1e-300, math.nan, math.inf)
not_generators = bad(TypeError, "{name} must be a torch.Generator; got {kind}", 0, None)

TENSOR = (not_tensors, wrong_dtypes, empty, not_finite)
MATRIX = (*TENSOR, not_matrices)
SYMMETRIC = (*MATRIX, not_square, not_symmetric)
POSITIVE = (not_positive, not_numbers)


def other_columns(count: int) -> Kind:
    sentence = f"{{name}} must be a matrix of shape (n, {count}); got shape {{shape}}"
    return bad(ValueError, sentence, *(ones(5, d) for d in (1, count - 1, count + 1) if 0 < d != count))


def whole(low: int | None = None, high: int | None = None) -> tuple[Kind, ...]:
    """What is no whole number from low to high."""
    wanted = f"from {low} to {high}" if high is not None else f"of at least {low}"
    outside = [v for v in (None if low is None else low - 1, None if high is None else high + 1) if v is not None]
    return (
        bad(TypeError, f"{{name}} must be a whole number {wanted}; got {{v!r}}", 1.5, "1", True, None),
        bad(ValueError, f"{{name}} must be a whole number {wanted}; got {{v}}", *outside),
    )


def not_among(*options: object) -> Kind:
    listed = ", ".join(map(repr, options))
    return bad(ValueError, f"{{name}} must be one of {listed}; got {{v!r}}", "nothing like it", True, 77)


def cases(table: dict[str, list[tuple]]) -> Iterator:
    for function, entries in table.items():
        for place, entry in enumerate(entries):
            if isinstance(entry[0], str):
                name, call, kinds = entry
                rows = [(partial(call, v), kind.sentence(name, v), kind.error) for kind in kinds for v in kind.values]
            else:
                rows = [entry if len(entry) == 3 else (*entry, ValueError)]
            for number, row in enumerate(rows):
                yield pytest.param(*row, id=f"{function}-{place}-{number}")


def refusals(table: dict[str, list[tuple]], public: Collection[str]) -> tuple[Callable, Callable]:
    """Two tests: each bad call of the table gets its sentence, and the table has a row for each public name."""

    @pytest.mark.parametrize(("call", "sentence", "error"), [*cases(table)])
    def test_refusals(call, sentence, error):
        with pytest.raises(Exception) as refusal:
            call()
        assert type(refusal.value) is error, repr(refusal.value)
        assert str(refusal.value).startswith(sentence), f"{str(refusal.value)!r} does not begin with {sentence!r}"

    def test_every_public_name_is_in_the_table():
        assert set(table) == set(public)

    return test_refusals, test_every_public_name_is_in_the_table
