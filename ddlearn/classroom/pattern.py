"""How a wrong answer differs from the right one, where one short sentence says it for every case.

A factor, a sign, an order, a single entry: what a colleague sees at a glance. These come after an exercise's own
classic mistakes, which know more. A pattern needs `ENOUGH` different numbers, lest chance make one; of whole numbers,
such as a verdict's 1, 0 and -1, none is told.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import torch
from torch import Tensor

from ddlearn.classroom.compare import USUAL, read
from ddlearn.classroom.wording import brief

ENOUGH = 3  # different numbers that are wanted, over all cases
LARGEST_SIZE = 10**4  # of an axis, in a case of an exercise
Pair = tuple[Tensor, Tensor]  # what was found, and what is wanted


def pattern(got: Sequence[object], want: Sequence[object]) -> str:
    """Return the sentence that is true of all these answers, or an empty text.

    Values of a tuple that are right take no part; those that are wrong must all show the pattern.
    """
    pairs = _wrong_pairs(got, want)
    if not pairs or len(torch.cat([other.flatten() for _, other in pairs]).unique()) < ENOUGH:
        return ""
    for words, holds in PATTERNS:
        if all(holds(one, other) for one, other in pairs):
            return words
    return _factor(pairs) or _offset(pairs)


def _wrong_pairs(got: Sequence[object], want: Sequence[object]) -> list[Pair]:
    """The values that disagree, in float64; none at all if one of them cannot be compared."""
    pairs = []
    for one, other in zip(got, want, strict=True):
        ones, others = (value if isinstance(value, (tuple, list)) else (value,) for value in (one, other))
        if len(ones) != len(others) or any(isinstance(value, int) for value in others):
            return []
        for a, b in zip(map(_plain, ones), map(_plain, others), strict=True):
            if a is None or b is None or a.shape != b.shape or not (a.isfinite().all() and b.isfinite().all()):
                return []
            if not USUAL.agrees(a, b):
                pairs.append((a, b))
    return pairs


def _plain(value: object) -> Tensor | None:
    numbers = read(value)
    return None if numbers is None or numbers.is_complex() else numbers.double()


def _is(change: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], bool]:
    """What was found is this function of what is wanted."""
    return lambda got, want: bool(change(want).isfinite().all()) and USUAL.agrees(got, change(want))


def _rows_permuted(got: Tensor, want: Tensor) -> bool:
    if want.dim() < 2 or len(want) < 2:
        return False
    met = ~USUAL.wrong(got.flatten(1)[:, None], want.flatten(1)[None]).any(-1)
    return bool(met.any(0).all() and met.any(1).all())


def _permuted(got: Tensor, want: Tensor) -> bool:
    return USUAL.agrees(got.flatten().sort().values, want.flatten().sort().values)


def _diagonal_only(got: Tensor, want: Tensor) -> bool:
    square = want.dim() == 2 and want.shape[0] == want.shape[1] > 1
    return square and not (USUAL.wrong(got, want) & ~torch.eye(len(want), dtype=torch.bool)).any()


def _one_entry(got: Tensor, want: Tensor) -> bool:
    return want.numel() > 2 and int(USUAL.wrong(got, want).sum()) == 1


def _nearly(got: Tensor, want: Tensor) -> bool:
    return USUAL.as_exact_as(torch.float32, want.abs().max().item() / 100).agrees(got, want)


PATTERNS = (
    ("Every entry is zero.", lambda got, want: not got.any()),
    ("Every sign is turned: this is minus what is expected.", _is(torch.neg)),
    ("Every size is right, and some signs are wrong.", lambda got, want: USUAL.agrees(got.abs(), want.abs())),
    ("All entries but one are right.", _one_entry),
    ("Only the diagonal is wrong.", _diagonal_only),
    ("It is the transpose of what is expected.", _is(lambda want: want.transpose(0, -1))),
    ("The numbers are right, from the last to the first.", _is(lambda want: torch.atleast_1d(want).flip(0))),
    ("The rows are right, in another order.", _rows_permuted),
    ("The numbers are right, in another order.", _permuted),
    ("Every entry is the square of what is expected.", _is(torch.square)),
    ("Every entry is the square root of what is expected.", _is(torch.sqrt)),
    ("Every entry is one over what is expected.", _is(torch.reciprocal)),
    ("Every entry is the logarithm of what is expected.", _is(torch.log)),
    ("Every entry is e to the power of what is expected.", _is(torch.exp)),
    ("It agrees to about four digits: was something rounded, computed in float32, or stopped too early?", _nearly),
)


def _factor(pairs: list[Pair]) -> str:
    """Say by which factor all entries are off, if there is one, or one for each case."""
    factors = [((got * want).sum() / (want * want).sum()).item() for got, want in pairs]
    for factor, (got, want) in zip(factors, pairs, strict=True):
        if not math.isfinite(factor) or not factor or not USUAL.agrees(got, factor * want):
            return ""
    others = [factor for factor in factors if not math.isclose(factor, factors[0], rel_tol=1e-6)]
    if not others:
        return f"Every entry is exactly {_said(factors[0])} times what is expected."
    sizes = all(map(_is_of_a_size, factors))
    if not sizes and any(want.numel() == 1 for _, want in pairs):
        return ""
    return (
        f"All entries are off by one factor: {_said(factors[0])} times what is expected here, "
        f"{_said(others[0])} times in another case.{' Which of the sizes is it?' if sizes else ''}"
    )


def _is_of_a_size(factor: float) -> bool:
    """Whether a factor may be one of the sizes, n or 1/n or half of it: of single numbers chance makes any other."""
    halves = 2 * max(abs(factor), 1 / abs(factor))
    return halves <= 2 * LARGEST_SIZE and math.isclose(halves, round(halves), rel_tol=1e-6)


def _offset(pairs: list[Pair]) -> str:
    """Say how much too large or too small all entries are, if it is one number in every case."""
    off = (pairs[0][0] - pairs[0][1]).flatten()[0].item()
    if not all(USUAL.agrees(got, want + off) for got, want in pairs):
        return ""
    return f"Every entry is {_said(abs(off))} too {'large' if off > 0 else 'small'}."


def _said(number: float) -> str:
    """The number as a fraction of small whole numbers, as one of √2, π and their like, or with its digits."""
    known = {"√2": 2**0.5, "1/√2": 0.5**0.5, "π": math.pi, "1/π": 1 / math.pi, "2π": 2 * math.pi, "e": math.e}
    for words, value in known.items():
        if math.isclose(abs(number), value, rel_tol=1e-6):
            return words if number > 0 else f"−{words}"
    fraction = Fraction(number).limit_denominator(12)
    if fraction and math.isclose(number, fraction, rel_tol=1e-6):
        return str(fraction).replace("-", "−")
    if _is_of_a_size(number) and abs(number) < 1:
        return f"1/{brief(1 / number)}"
    return f"{number:.6g}".replace("-", "−")
