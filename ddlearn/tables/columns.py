"""A column of text cells, to numbers or to classes: what a feature may hold, and what a target is taken for."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ddlearn.tables import cells as writing
from ddlearn.tables.files import TableRefused, count

if TYPE_CHECKING:
    from pandas import DataFrame, Series

CLASSES = 20  # at most
EXACT = 2**53  # beyond it, two whole numbers may be one float64
CODES = (-9, -99, -999, -9999, -99999)  # that programs write for a missing value
FEW = 10  # a target of so many different whole numbers, or fewer, is taken for classes
TOTAL = re.compile(
    r"(grand |sub)?(total|sum|summe|gesamt|insgesamt|somme|totale|suma|mean|average|mittelwert|durchschnitt|moyenne|"
    r"media|median|count|anzahl)e?s?[:.]?",
    re.IGNORECASE,
)  # what the first cell of a line under the rows may say


class Fault(Exception):
    """Why a column holds nothing to learn from, to follow its name in a sentence."""


def decimal_of(cells: DataFrame, separator: str) -> str:
    """Return the decimal sign that all cells of a file agree on; `TableRefused` where they leave it open.

    A cell such as "0,5" or "1.234,5" can mean one thing only. One such as "1,137" may be read as 1137 or as 1.137. A
    file with commas between its cells has its decimals behind points.
    """
    told, doubtful = set(), []
    for name, column in cells.items():
        for cell in column:
            signs = writing.signs(cell)
            if len(signs) == 1:
                told |= signs
            elif signs and not signs.isdisjoint(cell):
                doubtful.append((name, cell))
    if len(told) == 1:
        return told.pop()
    if told or not doubtful or separator == ",":
        return "."
    name, cell = doubtful[0]
    low, high = sorted(writing.as_number(cell, sign) for sign in ".,")
    raise TableRefused(
        f"In column {name!r}, {cell!r} may be {low:g} or {high:g}, and no other cell says which. Say "
        "decimal='.' if a point stands before the decimals, or decimal=',' if a comma does.",
        decimal=",",
    )


def refuse_strays(cells: DataFrame, decimal: str) -> None:
    """Refuse a line of words among lines of numbers (names again, units, a comment), and a total below them."""
    values = cells.map(lambda cell: writing.as_number(cell, decimal)).notna()
    gap = cells.map(writing.is_gap)
    numeric = values.sum() > (~values & ~gap).sum()
    words = (~values & ~gap).loc[:, numeric]
    stray = words.any(axis=1) & ~values.loc[:, numeric].any(axis=1)
    # In the only column of numbers it may be a slip; and in many lines it is how the file is.
    if words.shape[1] > 1 and 0 < stray.sum() <= len(cells) / 10:
        line = stray[stray].index[0]
        cell = cells.loc[line].loc[words.loc[line].loc[lambda word: word].index[0]]
        raise TableRefused(
            f"Line {line} holds words, such as {_short(cell)}, where other lines hold numbers. Delete it if it is a "
            "comment or holds units, a total or the names once more. If it holds the names, delete the lines above it."
        )
    name, first = next((name, cell) for name, cell in cells.iloc[-1].items() if cell)
    if TOTAL.fullmatch(first) and (cells[name] == first).sum() == 1:
        raise TableRefused(
            f"Line {cells.index[-1]}, the last, holds {first!r}: it sums up the rows and is none. Delete that line."
        )


def code_of_gaps(values: Series) -> str | None:
    """Return a sentence if numbers look as if they stood for missing values: -999, say, in a column without others
    below 0.
    """
    coded = values.isin(CODES)
    if not coded.any() or (values[~coded] < 0).any():
        return None
    code, rows = values[coded].iloc[0], count(int(coded.sum()), "row")
    return f"Column {values.name!r} holds {code:g} in {rows}, read as a number: empty these cells if it means a gap."


def feature(cells: Series, decimal: str, notes: list[str]) -> Series:
    """Return a column as numbers, NaN where a cell is a gap; `Fault` where it is none."""
    gap = cells.isin(writing.gaps_among({*cells}))
    known = cells[~gap]
    if known.empty:
        raise Fault("is empty")
    values = known.map(lambda cell: writing.as_number(cell, decimal)).astype(float)
    wrong = _no_number(values)
    words = [*known[wrong].unique()]
    if wrong.all() and (same := writing.alike(words)):
        raise Fault(f"holds {', which '.join(same)}")
    if wrong.all() and (coded := writing.two_words(words)):
        notes.append(
            f"In column {cells.name!r}, {' and '.join(f'{word!r} is {value:g}' for word, value in coded.items())}."
        )
        return known.map(coded).astype(float).reindex(cells.index)
    if any(map(writing.DATE.fullmatch, words)):
        raise Fault("holds dates or times")
    if wrong.all() and not any(sign.isdigit() for word in words for sign in word):
        raise Fault(f"holds words, {len(words):,} different ones" if len(words) > 1 else "holds one word only")
    if wrong.any():
        raise Fault(_wrong(cells, wrong, decimal))
    if values.nunique() == 1:
        raise Fault("holds the same number in every row")
    return values.reindex(cells.index)


def goal(cells: Series, name: str, kind: str, decimal: str) -> Series:
    """Return the target as numbers, or as names of classes, with NaN or None where it is not known."""
    values = cells.map(lambda cell: writing.as_number(cell, decimal)).astype(float)
    gap = cells.map(writing.is_gap)
    wrong, known = _no_number(values) & ~gap, values[~gap]
    if kind == "auto":
        few = not wrong.any() and known.nunique() <= FEW and (known == known.round()).all()
        # One cell with a slip in a column of numbers is a slip, not a class.
        kind = "classes" if few or wrong.sum() > len(known) / 2 else "numbers"
        odd = cells[
            wrong & cells.map(lambda cell: bool(writing.MEASURE.fullmatch(cell) or writing.DATE.fullmatch(cell)))
        ]
        if kind == "classes" and len(odd) > len(known) / 2:
            raise TableRefused(
                f"The target {name!r} holds dates, or numbers with a sign beside them, such as {_short(odd.iloc[0])} "
                f"in line {odd.index[0]}. Write bare numbers, or say kind='classes' if they name classes.",
                kind="classes",
            )
    if kind == "numbers":
        if wrong.any():
            raise TableRefused(
                f"The target {name!r} {_wrong(cells, wrong, decimal)}. Mend it, or say kind='classes' if it names a "
                "class.",
                kind="classes",
            )
        return values.where(~gap)
    named = cells.where(values.isna() | (values.abs() >= EXACT), values.map(_named, na_action="ignore"))
    return named.where(~cells.isin(writing.gaps_among({*cells}, among_words=True)), None)


def target(values: Series, name: str) -> tuple[Tensor, tuple[str, ...]]:
    """Return the target, known in every row, as numbers or as places among the names of its classes."""
    if values.dtype == float:
        if values.nunique() == 1:
            raise TableRefused(f"The target {name!r} is the same in every row: there is nothing to predict.")
        return torch.tensor([*values], dtype=torch.float64), ()
    times = Counter(values)
    classes = sorted(times, key=lambda word: (_order(word), word))
    if len(classes) < 2:
        raise TableRefused(f"The target {name!r} has one class only, {classes[0]!r}: there is nothing to tell apart.")
    if len(classes) > CLASSES:
        raise TableRefused(
            f"The target {name!r} has {len(classes):,} different classes; at most {CLASSES} are read. If it holds "
            "numbers, write them bare, without units."
        )
    if same := writing.alike(classes):
        raise TableRefused(f"The classes {' '.join(same)}. Write one class one way.")
    rare = min(classes, key=times.get)
    if times[rare] < 2:
        raise TableRefused(
            f"The class {rare!r} has one row only (line {values.index[values == rare][0]}). It cannot be both learned "
            "and tested: delete that row, or give it another class."
        )
    return torch.tensor([classes.index(word) for word in values]), tuple(classes)


def _no_number(values: Series) -> Series:
    return values.isna() | ~(values.abs() < writing.LARGEST)


def _wrong(cells: Series, wrong: Series, decimal: str) -> str:
    line = wrong[wrong].index[0]
    return f"is wrong in line {line}: {_short(cells[line])} {writing.fault(cells[line], decimal)}"


def _named(value: float) -> str:
    return repr(value + 0.0).removesuffix(".0")  # -0.0 is 0


def _order(word: str) -> float:
    value = writing.as_number(word)
    return math.inf if value is None else value


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else f"{cell[:39]}…")
