"""Small tables to ask questions of: three real ones that come with scikit-learn, and a CSV file of your own.

A table has numbers in every column but one, the target, which holds numbers or the names of classes. A file is read as
text and nothing in it is ever run. It may come from any country and program: `files` finds out how its cells are
separated, `cells` how its numbers are written. What cannot be learned from is refused with the line that would go on
without it; nothing is left out behind the learner's back, and what was read as numbers without being one is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.tables import columns, files
from ddlearn.tables.cells import signs
from ddlearn.tables.files import TableRefused, count, read_cells, tidy

if TYPE_CHECKING:
    from pandas import DataFrame, Series

__all__ = ["BUILT_IN", "KINDS", "Table", "TableRefused", "read_table"]

COLUMNS = 200  # features, at most
KINDS = ("auto", "numbers", "classes")
ON_GAPS = ("refuse", "drop")
DECIMALS = ("auto", ".", ",")
SHOWN = 6  # columns that a sentence names one by one


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
    notes: tuple[str, ...] = ()
    """What reading it decided, in sentences: rows dropped, words read as 0 and 1."""

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
        return f"{count(len(self), 'row')}, {count(len(self.columns), 'column')}, and {kind} to predict"

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
        return Table(self.name, x[:, varies], y, columns, self.target, classes, self.source, self.notes)


def read_table(
    path: str | Path,
    target: str | None = None,
    *,
    kind: str = "auto",
    leave_out: str | Sequence[str] = (),
    gaps: str = "refuse",
    decimal: str = "auto",
    encoding: str | None = None,
    skip_lines: int = 0,
) -> Table:
    """Return the table in a CSV file: a row of names, then rows of numbers, with , ; | or tabs between them.

    Columns of two words become 0 and 1. Names and words are compared as one reads them, whatever their bytes.

    Args:
        path: the file.
        target: the column to predict, by default the last.
        kind: "auto" reads a target with words in it, or with ten different whole numbers or fewer, as classes;
            "numbers" and "classes" say it outright. The numbers 1 and 1.0 are one class.
        leave_out: columns to pass over, such as a row number.
        gaps: "refuse" rows in which a value is missing, or "drop" them; `notes` then count them.
        decimal: the sign before the decimals, where the file itself leaves it open.
        encoding: the code page, for files that are neither UTF-8 nor UTF-16.
        skip_lines: lines above the names, such as a title, to pass over.

    Raises:
        TableRefused: with a sentence, wherever this is not possible. All columns at fault are named at once, and the
            error's `options` are the arguments with which reading goes on.
    """
    arguments.one_of("kind", kind, KINDS)
    arguments.one_of("gaps", gaps, ON_GAPS)
    arguments.one_of("decimal", decimal, DECIMALS)
    skip_lines = arguments.whole("skip_lines", skip_lines, 0)
    try:
        path = Path(path).expanduser()
    except RuntimeError:
        raise TableRefused(
            f"{path} begins with ~, and no home folder is known for it. Write the path in full."
        ) from None
    cells, separator, nameless, notes = read_cells(path, encoding, skip_lines)
    leave_out = [leave_out] if isinstance(leave_out, str) else list(leave_out or ())
    leave_out = [_called(cells, name, "to leave out") for name in leave_out]
    cells = cells.drop(columns=leave_out)
    if cells.shape[1] < 2:
        raise TableRefused(f"{path.name} needs two columns at least: one to predict, and one to predict it from.")
    chosen = target is not None
    target = _called(cells, target, "to predict") if chosen else cells.columns[-1]
    if cells.shape[1] - 1 > COLUMNS:
        raise _too_wide(cells, target, leave_out, path.name)
    if decimal == "auto":
        decimal = columns.decimal_of(cells, separator)
    columns.refuse_strays(cells, decimal)
    numbers, faults = {}, {}
    for name in cells.columns.drop(target):
        try:
            if name in nameless:
                raise columns.Fault("has no name in the first row; most often it counts the rows")
            numbers[name] = columns.feature(cells[name], decimal, notes)
        except columns.Fault as error:
            faults[name] = str(error)
    goal = columns.goal(cells[target], target, kind, decimal)
    read = {**numbers, target: goal}
    notes += [said for column in read.values() if column.dtype == float and (said := columns.code_of_gaps(column))]
    missing = {name: column.isna() for name, column in read.items() if column.hasnans}
    emptiest = _emptiest(missing, target)
    rows = ~sum((column for name, column in missing.items() if name not in emptiest), start=cells[target].isna())
    enough = rows.sum() >= files.ROWS[0]
    out = [*faults, *(emptiest if enough else [])]
    options = {"leave_out": [*leave_out, *out]} if out and len(out) < len(cells.columns) - 1 else {}
    refused = missing if gaps == "refuse" else {}
    if refused and enough and not rows.all():
        options["gaps"] = "drop"
    if not chosen and target in missing and missing[target].mean() > 0.5:
        filled = [name for name in [*cells.columns][:-1] if name not in missing and name not in faults]
        options = {"target": filled[-1], "leave_out": [*leave_out, target]} if len(filled) > 1 else {}
    if faults or refused:
        raise TableRefused(_refusal(faults, refused, len(cells.columns) - 1, options), **options)
    kept = ~sum(missing.values(), start=cells[target].isna())
    dropped = len(kept) - int(kept.sum())
    if dropped:
        notes.append(f"{count(dropped, 'row')} with gaps left out.")
        if kept.sum() < files.ROWS[0]:
            said = f"Without gaps there remain {count(int(kept.sum()), 'row')}, and {files.ROWS[0]} are needed."
            raise TableRefused(said + _advice(options), **options)
    features = {name: column[kept] for name, column in numbers.items() if column[kept].nunique() > 1}
    notes += [
        f"Column {name!r} is the same in all rows without gaps: left out." for name in numbers if name not in features
    ]
    if not features:
        raise TableRefused(
            f"In the {count(int(kept.sum()), 'row')} without gaps no column but the target varies. Fill gaps."
        )
    x = torch.tensor([[*column] for column in features.values()], dtype=torch.float64).T.contiguous()
    y, classes = columns.target(goal[kept], target)
    return Table(path.stem, x, y, tuple(features), target, classes, f"the file {path.name}", tuple(notes))


def _called(cells: DataFrame, name: str, purpose: str) -> str:
    """Return a column's name as the table has it; `TableRefused`, with the names that there are, for any other."""
    if not isinstance(name, str):
        raise TableRefused(f"A column is called by its name; got {name!r}. The columns are {_listed(cells)}.")
    if (found := tidy(name)) not in cells:
        raise TableRefused(f"There is no column {found!r} {purpose}. The columns are {_listed(cells)}.")
    return found


def _refusal(faults: dict[str, str], missing: dict[str, Series], columns: int, options: dict) -> str:
    said = []
    if faults:
        named = [f"{name!r} {fault}" for name, fault in faults.items()][:SHOWN]
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        much = f"{len(faults)} of {columns} columns cannot" if len(faults) > 1 else "One column cannot"
        said.append(f"{much} be learned from: {'; '.join(named)}{more}.")
    if missing:
        rows = sum(missing.values(), start=next(iter(missing.values())))
        where = [f"{int(gap.sum())} in {name!r} (first in line {gap[gap].index[0]})" for name, gap in missing.items()]
        more = f" and {len(where) - SHOWN} more columns" if len(where) > SHOWN else ""
        much = count(int(rows.gt(0).sum()), "row")
        said.append(f"{much} with gaps: {', '.join(where[:SHOWN])}{more}.")
    return " ".join(said) + _advice(options)


def _too_wide(cells: DataFrame, target: str, leave_out: list[str], file: str) -> TableRefused:
    """Return the refusal of too many columns, with those to leave out where a few are too many: no numbers first."""
    others = sorted(cells.columns.drop(target), key=lambda name: any(map(signs, cells[name])))
    excess = others[: len(others) - COLUMNS]
    said = f"{file} has {len(others):,} columns to learn from; at most {COLUMNS} are read."
    if len(excess) > SHOWN:
        return TableRefused(f"{said} Delete columns in the file, or leave them out by name: leave_out=[...].")
    options = {"leave_out": [*leave_out, *excess]}
    return TableRefused(said + _advice(options), **options)


def _advice(options: dict) -> str:
    said = [" Fill gaps or mend the cells in the file."] if not options else []
    if "target" in options:
        said.append(f" The target is mostly empty. Name another: target={options['target']!r}.")
    if "leave_out" in options:
        said.append(f" Mend or leave out: leave_out={options['leave_out']}.")
    if "gaps" in options:
        said.append(" Drop these rows: gaps='drop'.")
    return "".join(said)


def _emptiest(missing: dict[str, Series], target: str) -> list[str]:
    """Return columns that had better go than their rows: more than half empty, or one by one, too few rows remain."""
    ordered = sorted((name for name in missing if name != target), key=lambda name: -missing[name].sum())
    out = [name for name in ordered if missing[name].mean() > 0.5]
    for name in ordered[len(out) :]:
        rest = [column for other, column in missing.items() if other not in out]
        if (~sum(rest, start=rest[0])).sum() >= files.ROWS[0]:
            break
        out.append(name)
    return out


def _listed(names: Sequence[str]) -> str:
    names = list(names)
    return ", ".join(map(repr, names[:8])) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _shipped(name: str, loader: str, source: str) -> Table:
    """A table that comes with scikit-learn."""
    from sklearn import datasets

    data = getattr(datasets, loader)(**({"scaled": False} if loader == "load_diabetes" else {}))
    classes = tuple(map(str, getattr(data, "target_names", ())))
    y = torch.from_numpy(data.target)
    target = "class" if classes else "progression"
    x, columns = torch.from_numpy(data.data).double(), tuple(map(str, data.feature_names))
    return Table(name, x, y.long() if classes else y.double(), columns, target, classes, source)


SOURCES = {
    "tumors": ("load_breast_cancer", "Wolberg, Mangasarian, Street 1995, Breast Cancer Wisconsin, CC BY 4.0"),
    "wines": ("load_wine", "Aeberhard and Forina 1991, Wine, UCI repository, CC BY 4.0"),
    "diabetes": ("load_diabetes", "Efron, Hastie, Johnstone, Tibshirani 2004, Annals of Statistics 32"),
}
BUILT_IN: dict[str, Callable[[], Table]] = {name: partial(_shipped, name, *where) for name, where in SOURCES.items()}
