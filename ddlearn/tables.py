"""Small tables to ask questions of: three real ones that come with scikit-learn, and a CSV file of your own.

A table has numbers in every column but one, the target, which holds numbers or the names of classes. A file is read as
text and nothing in it is ever run. What cannot be learned from is refused in one sentence that says where it stands
and what to do; nothing is mended or left out behind the learner's back.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["BUILT_IN", "KINDS", "Table", "TableRefused", "read_table"]

ROWS = (20, 5000)
COLUMNS = 200  # features, at most
CLASSES = 20  # at most
FEW = 10  # a target of so many different whole numbers, or fewer, is taken for classes
BYTES = 20 * 2**20
LARGEST = 1e100  # of a number: its square still fits
KINDS = ("auto", "numbers", "classes")


class TableRefused(ValueError):
    """The file is no table to learn from; the message is one sentence or two for whoever made it."""


@dataclass(frozen=True, eq=False)
class Table:
    """x (N, d) float64; y (N,), float64 numbers, or int64 places in `classes`, which is empty for numbers."""

    name: str
    x: Tensor
    y: Tensor
    columns: tuple[str, ...]
    target: str
    classes: tuple[str, ...] = ()
    source: str = ""

    def __len__(self) -> int:
        return len(self.x)

    @property
    def points(self) -> Tensor:
        """The columns at one scale: mean 0 and variance 1 each.  (N, d)"""
        x = self.x - self.x.mean(0)
        x = x / x.abs().amax(0)  # first, lest the squares of tiny numbers vanish
        x = x - x.mean(0)
        return x / x.square().mean(0).sqrt()

    @property
    def said(self) -> str:
        """The table in words: its size, and what its target is."""
        kind = f"{len(self.classes)} classes" if self.classes else "a number"
        return f"{_count(len(self), 'row')}, {_count(len(self.columns), 'column')}, and {kind} to predict"

    def sample(self, rows: int, generator: torch.Generator) -> Table:
        """At most so many rows, drawn without replacement; a column that they leave constant, or an empty class, goes.

        `TableRefused` if nothing is left to learn from or to predict.
        """
        rows = arguments.whole("rows", rows, 1)
        arguments.generator("generator", generator)
        if rows >= len(self):
            return self
        chosen = torch.randperm(len(self), generator=generator, device=generator.device)[:rows].to(self.x.device)
        x, y, classes = self.x[chosen], self.y[chosen], self.classes
        varies = (x != x[0]).any(0)
        columns = tuple(name for name, kept in zip(self.columns, varies.tolist(), strict=True) if kept)
        if classes:
            there, y = torch.unique(y, return_inverse=True)
            classes = tuple(classes[i] for i in there.tolist())
        if not columns or (y == y[0]).all():
            raise TableRefused(f"In {rows} rows drawn at random nothing varies. Take a sample that is more even.")
        return Table(self.name, x[:, varies], y, columns, self.target, classes, self.source)


def read_table(
    path: str | Path, target: str | None = None, *, kind: str = "auto", leave_out: Sequence[str] = ()
) -> Table:
    """The table in a CSV file: a row of names, then rows of numbers; commas, or semicolons or tabs, between them.

    target is the name of the column to predict, by default the last; leave_out are columns to pass over, such as a row
    number. With kind "auto" a target with words in it, or with ten different whole numbers or fewer, is read as
    classes; "numbers" and "classes" say it outright.

    Raises:
        TableRefused: with a sentence, wherever this is not possible.
    """
    arguments.one_of("kind", kind, KINDS)
    path = Path(path).expanduser()
    header, rows = _cells(_text(path), path.name)
    names = [name for name in header if name not in leave_out]
    for name in leave_out:
        if name not in header:
            raise TableRefused(f"There is no column {name!r} to leave out. The columns are {_listed(header)}.")
    if len(names) < 2:
        raise TableRefused(f"{path.name} needs two columns at least: one to predict, and one to predict it from.")
    target = names[-1] if target is None else target
    if target not in names:
        raise TableRefused(f"There is no column {target!r} to predict. The columns are {_listed(names)}.")
    if len(names) - 1 > COLUMNS:
        raise TableRefused(f"{path.name} has {len(names) - 1:,} columns to learn from; at most {COLUMNS} are read.")
    features = [name for name in names if name != target]
    place = {name: i for i, name in enumerate(header)}
    x = torch.tensor([_column(rows, place[name], name) for name in features], dtype=torch.float64).T.contiguous()
    y, classes = _target([(line, cells[place[target]]) for line, cells in rows], target, kind)
    return Table(path.stem, x, y, tuple(features), target, classes, f"your file {path.name}")


def _text(path: Path) -> str:
    if path.is_dir():
        raise TableRefused(f"{path} is a folder. Name the CSV file in it.")
    try:
        if path.stat().st_size > BYTES:
            raise TableRefused(f"{path.name} is larger than {BYTES // 2**20} MB. Take fewer rows or columns.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise TableRefused(
            f"There is no file {path.name} in {path.resolve().parent}. Put it beside the notebook: a file can be "
            "dragged into JupyterLab’s list of files."
        ) from None
    except (OSError, ValueError) as error:  # a ValueError for a path with a null in it
        raise TableRefused(f"{path.name!r} cannot be read: {error}.") from None
    if data[:2] == b"PK" or b"\0" in data:
        raise TableRefused(f"{path.name} is no text. If it is a spreadsheet, save it as CSV first.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableRefused(
            f"{path.name} is not UTF-8 text: byte {error.start + 1:,} is none of it. Save it as “CSV UTF-8”."
        ) from None


def _cells(text: str, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and each row with the number of its line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise TableRefused(f"{name} is empty.")
    between = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    rows = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise TableRefused(f"{name} cannot be read as CSV at line {reader.line_num}: {error}.") from None
    if not rows:
        raise TableRefused(f"{name} has no cell with anything in it.")
    header = rows.pop(0)[1]
    _check_header(header, name)
    for line, cells in rows:
        if len(cells) != len(header):
            raise TableRefused(
                f"Line {line} has {_count(len(cells), 'cell')} and the header has {len(header)}. Every row needs as "
                "many; a cell with a comma in it stands in quotation marks."
            )
    least, most = ROWS
    if not least <= len(rows) <= most:
        much = f"at least {least} are needed" if len(rows) < least else f"at most {most:,} are read: take a sample"
        raise TableRefused(f"{name} has {_count(len(rows), 'row')} under its header; {much}.")
    return header, rows


def _check_header(header: list[str], name: str) -> None:
    if all(_number(cell) is not None for cell in header):
        raise TableRefused(f"{name} has numbers in its first row, where the names of the columns should stand.")
    if "" in header:
        raise TableRefused(f"Column {header.index('') + 1} has no name. Give each column one, in the first row.")
    twice = [cell for cell, times in Counter(header).items() if times > 1]
    if twice:
        raise TableRefused(f"Two columns are called {twice[0]!r}. Give each a name of its own.")


def _column(rows: list[tuple[int, list[str]]], place: int, name: str) -> list[float]:
    numbers = []
    for line, cells in rows:
        value = _number(cells[place])
        if value is None or not abs(value) < LARGEST:
            raise TableRefused(f"{_fault(cells[place], line, name)} Mend it, or leave the column out.")
        numbers.append(value)
    if min(numbers) == max(numbers):
        raise TableRefused(f"Column {name!r} holds the same number in every row. Leave it out: it tells nothing.")
    return numbers


def _target(cells: list[tuple[int, str]], name: str, kind: str) -> tuple[Tensor, tuple[str, ...]]:
    for line, cell in cells:
        if not cell:
            raise TableRefused(f"Line {line}, column {name!r}, is empty: what is to be predicted must be known.")
    numbers = [_number(cell) for _, cell in cells]
    bad = next((i for i, value in enumerate(numbers) if value is None or not abs(value) < LARGEST), None)
    if kind == "auto":
        few = bad is None and len(set(numbers)) <= FEW and all(value == round(value) for value in numbers)
        # One cell with a slip in a column of numbers is a slip, not a class.
        words = sum(value is None for value in numbers)
        kind = "classes" if few or words > len(cells) / 2 else "numbers"
    if kind == "numbers":
        if bad is not None:
            line, cell = cells[bad]
            raise TableRefused(f"{_fault(cell, line, name)} Mend it, or say kind='classes' if it names a class.")
        if min(numbers) == max(numbers):
            raise TableRefused(f"The target {name!r} is the same in every row: there is nothing to predict.")
        return torch.tensor(numbers, dtype=torch.float64), ()
    count = Counter(cell for _, cell in cells)
    classes = sorted(count, key=lambda word: (_order(word), word))
    if len(classes) < 2:
        raise TableRefused(f"The target {name!r} has one class only, {classes[0]!r}: there is nothing to tell apart.")
    if len(classes) > CLASSES:
        raise TableRefused(f"The target {name!r} has {len(classes):,} different classes; at most {CLASSES} are read.")
    rare = min(classes, key=count.get)
    if count[rare] < 2:
        raise TableRefused(f"The class {rare!r} has one row only. It cannot be both learned and tested: leave it out.")
    return torch.tensor([classes.index(cell) for _, cell in cells]), tuple(classes)


def _number(cell: str) -> float | None:
    """The number that a cell holds, "nan" and "inf" included; None if it holds something else."""
    try:
        return None if "_" in cell else float(cell)  # Python reads 1_000; a table does not mean it
    except ValueError:
        return None


def _order(word: str) -> float:
    value = _number(word)
    return math.inf if value is None or math.isnan(value) else value


def _fault(cell: str, line: int, name: str) -> str:
    where = f"Line {line}, column {name!r}"
    if not cell:
        return f"{where}, is empty."
    value = _number(cell)
    if value is not None:
        what = "is not finite" if not math.isfinite(value) else "is too large"
        return f"{where}: {_short(cell)} {what}."
    point = " Write it with a point." if _number(cell.replace(",", ".")) is not None else ""
    return f"{where}: {_short(cell)} is no number.{point}"


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else f"{cell[:39]}…")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:8])) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _shipped(name: str, loader: str, source: str) -> Table:
    """A table that comes with scikit-learn."""
    from sklearn import datasets

    data = getattr(datasets, loader)(**({"scaled": False} if loader == "load_diabetes" else {}))
    classes = tuple(map(str, getattr(data, "target_names", ())))
    y = torch.from_numpy(data.target)
    target = "class" if classes else "progression"
    x, columns = torch.from_numpy(data.data).double(), tuple(map(str, data.feature_names))
    return Table(name, x, y.long() if classes else y.double(), columns, target, classes, source)


BUILT_IN: dict[str, Callable[[], Table]] = {
    "tumours": lambda: _shipped(
        "tumours", "load_breast_cancer", "Wolberg, Mangasarian, Street 1995, Breast Cancer Wisconsin, CC BY 4.0"
    ),
    "wines": lambda: _shipped("wines", "load_wine", "Aeberhard and Forina 1991, Wine, UCI repository, CC BY 4.0"),
    "diabetes": lambda: _shipped(
        "diabetes", "load_diabetes", "Efron, Hastie, Johnstone, Tibshirani 2004, Annals of Statistics 32"
    ),
}
