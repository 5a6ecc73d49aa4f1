"""A file of a table, as people's programs write it, to its cells: code page, separator, quotes and blank lines.

pandas splits the lines. What is found out here is what one must know before: which signs the bytes are, and what stands
between the cells.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from ddlearn.tables.cells import as_number

if TYPE_CHECKING:
    from pandas import DataFrame

ROWS = (20, 5000)
BYTES = 20 * 2**20
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\0\0": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATORS = (",", ";", "\t", "|")
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[;,\t]*\r?\n')  # the first line that Excel writes, and obeys


class TableRefused(ValueError):
    """The file is no table to learn from. The message says where, why, and what to do.

    `options` are what to pass to `read_table`, by name, so that it would go on.
    """

    def __init__(self, message: str, **options):
        super().__init__(message)
        self.options = options


def read_cells(path: Path, encoding: str | None = None) -> tuple[DataFrame, str, list[str]]:
    """Return the cells of a file as text, the sign that separates them, and the columns that the file gives no name.

    The columns have the names of the first row, or "column 3"; the index is the number of each row's line. Rows without
    anything in them are left out.

    Raises:
        TableRefused: if the file is not there, is no text, or has rows of different length.
    """
    name, text = path.name, _text(path, encoding)
    given = SEPARATOR_LINE.match(text)
    text = text[given.end() :] if given else text
    if not text.strip(" ,;\t|\r\n"):
        raise TableRefused(f"{name} is empty.")
    above = re.match(r"([ ,;\t|]*(\r\n|\r|\n))*", text)[0]  # lines without anything, before the names
    text, skipped = text[len(above) :], bool(given) + len(re.findall(r"\r\n|\r|\n", above))
    cells, separator = _split(text, name, given[1] if given else None, skipped)
    line_ends = cells.apply(lambda column: column.str.count("\r\n|\r|\n")).fillna(0).sum(axis=1).astype(int)
    cells.index = (1 + line_ends).cumsum() + skipped
    bare = cells.fillna("").apply(lambda column: column.map(tidy))
    something = (bare != "").any(axis=1)
    short = something & cells.isna().any(axis=1)
    cells = bare[something]
    header, cells = [*cells.iloc[0]], cells.iloc[1:]
    if short.any():
        line = short[short].index[0]
        raise _ragged(line, int((~bare.loc[line].eq("")).sum()), len(header))
    keep = [bool(title) or cells[place].ne("").any() for place, title in enumerate(header)]  # not a separator too many
    cells = cells.loc[:, keep]
    titles = [title for title, kept in zip(header, keep, strict=True) if kept]
    cells.columns = _titles(titles, name)
    nameless = [called for called, title in zip(cells, titles, strict=True) if not title]
    least, most = ROWS
    if not least <= len(cells) <= most:
        much = f"at least {least} are needed" if len(cells) < least else f"at most {most:,} are read: take a sample"
        raise TableRefused(f"{name} has {count(len(cells), 'row')} under its header; {much}.")
    return cells, separator, nameless


def tidy(text: str) -> str:
    """Return a text as one reads it: composed letters (Unicode NFC), single spaces inside, no signs without width."""
    text = unicodedata.normalize("NFC", text).translate(dict.fromkeys(map(ord, "\u200b\u200e\u200f\ufeff")))
    return " ".join(text.split())


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 row", "1,200 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _text(path: Path, encoding: str | None) -> str:
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
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise TableRefused(f"{path.name} is a spreadsheet. Open it and save it as “CSV UTF-8” first.")
    marked = next((page for mark, page in MARKS.items() if data.startswith(mark)), None)
    if encoding is None and marked is None and b"\0" in data:
        places = [place % 2 for place, byte in enumerate(data[:2000]) if not byte]
        if len(set(places)) == 1 and len(places) > min(len(data), 2000) / 4:  # every other byte: UTF-16 without a mark
            marked = "utf-16-le" if places[0] else "utf-16-be"
        else:
            raise TableRefused(f"{path.name} is no text. If it is a spreadsheet, save it as “CSV UTF-8” first.")
    page = encoding or marked or "utf-8"
    try:
        return data.decode(page)
    except LookupError:
        raise TableRefused(f"There is no encoding {encoding!r}. Usual ones are 'utf-8' and 'cp1252'.") from None
    except UnicodeDecodeError as error:
        raise TableRefused(
            f"{path.name} is no {page.upper()} text: byte {error.start + 1:,} does not fit. Save it as “CSV UTF-8”, or "
            "say encoding='cp1252' if an older Windows program wrote it.",
            encoding="cp1252",
        ) from None


def _split(text: str, name: str, separator: str | None, skipped: int) -> tuple[DataFrame, str]:
    """Return the cells with the separator that gives the most columns, all rows agreeing; else that of most rows."""
    import pandas

    tries, refusals = [], []
    for sign in [separator] if separator else [sign for sign in SEPARATORS if sign in text] or [","]:
        try:
            cells = pandas.read_csv(
                io.StringIO(text, newline=""),
                sep=sign,
                header=None,
                dtype="string",
                keep_default_na=False,
                skip_blank_lines=False,
                skipinitialspace=True,
                engine="python",  # the one that tells a cell that is missing from an empty one
            )
        except (pandas.errors.ParserError, pandas.errors.EmptyDataError) as error:
            refusals.append((_first_row(text, sign), sign, str(error)))
            continue
        cells = cells.astype(object).where(cells.notna(), None)
        ragged = (cells.isna().any(axis=1) & cells.notna().any(axis=1)).sum()
        if cells.shape[1] > 1:
            tries.append((-ragged, cells.shape[1], sign, cells))
        else:
            refusals.append((1, sign, ""))
    if tries and (max(tries, key=lambda one: one[:2])[0] == 0 or not any(width > 1 for width, *_ in refusals)):
        *_, sign, cells = max(tries, key=lambda one: one[:2])
        return cells, sign
    _, _, said = max([*refusals, *((one[1], one[2], "") for one in tries)], key=lambda one: one[0])
    numbers = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", said)
    if numbers:
        expected, line, saw = map(int, numbers.groups())
        raise _ragged(line + skipped, saw, expected)
    if said:
        raise TableRefused(f"{name} cannot be read as CSV: {said[:1].lower()}{said[1:].rstrip('.')}.")
    raise TableRefused(
        f"{name} needs two columns at least, one to predict and one to predict it from, with commas, semicolons or "
        "tabs between them."
    )


def _first_row(text: str, sign: str) -> int:
    return next(line for line in text.splitlines() if line.strip()).count(sign) + 1


def _ragged(line: int, saw: int, expected: int) -> TableRefused:
    return TableRefused(
        f"Line {line} has {count(saw, 'cell')} and the header has {expected}. Every row needs as many, and the names "
        "stand in the first row; a cell with the separator in it stands in quotation marks."
    )


def _titles(titles: list[str], name: str) -> list[str]:
    """Return the names of the columns; one without a name is called by its place."""
    if all(any(as_number(title, sign) is not None for sign in ".,") for title in titles if title):
        raise TableRefused(f"{name} has numbers in its first row, where the names of the columns should stand.")
    titles = [title or f"column {place}" for place, title in enumerate(titles, start=1)]
    twice = [title for title, times in Counter(titles).items() if times > 1]
    if twice:
        raise TableRefused(f"Two columns are called {twice[0]!r}. Give each a name of its own.")
    return titles
