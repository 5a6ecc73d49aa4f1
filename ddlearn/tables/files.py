"""A file of a table, as people's programs write it, to its cells: code page, separator, quotes and blank lines.

The standard library's csv splits the lines. What is found out here is what one must know before: which signs the bytes
are, and what stands between the cells.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from ddlearn.tables.cells import signs

if TYPE_CHECKING:
    from pandas import DataFrame

ROWS = (20, 5000)
BYTES = 20 * 2**20
TITLE = 10  # lines, at most, that may stand above the names
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\0\0": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
OTHERS = {
    b"PK\x03\x04": "a spreadsheet or a zip archive. Unpack an archive; open a spreadsheet and save it as “CSV UTF-8”",
    b"\xd0\xcf\x11\xe0": "a spreadsheet. Open it and save it as “CSV UTF-8” first",
    b"\x1f\x8b": "packed (gzip). Unpack it first",
    b"%PDF": "a PDF. Take the table from where it is published as CSV",
    b"<": "a web page and no table. Download the CSV file itself; on GitHub that is the link “Raw”",
    (b'{"', b"[{"): "JSON and no CSV. Save the table as “CSV UTF-8” first",
    b"@relation": "an ARFF file and no CSV. Delete all lines above the data and write a row of names there",
    b"@RELATION": "an ARFF file and no CSV. Delete all lines above the data and write a row of names there",
}  # how files begin that are often taken for a table
NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
SEPARATORS = (",", ";", "\t", "|")
# Soft hyphens, spaces and joiners without width, and the marks that turn the direction of writing.
WITHOUT_WIDTH = dict.fromkeys(
    [0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
)
SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?[;,\t]*\r?\n')  # the first line that Excel writes, and obeys


class TableRefused(ValueError):
    """The file is no table to learn from. The message says where, why, and what to do.

    `options` are what to pass to `read_table`, by name, so that it would go on.
    """

    def __init__(self, message: str, **options):
        super().__init__(message)
        self.options = options


def read_cells(path: Path, encoding: str | None, skip_lines: int) -> tuple[DataFrame, str, list[str], list[str]]:
    """Return the cells of a file as text, the sign that separates them, columns without a name, and notes.

    The columns have the names of the first row, or "column 3"; the index is the number of each row's line. Rows without
    anything in them are left out.

    Raises:
        TableRefused: if the file is not there, is no text, or has rows of different length.
    """
    import pandas

    name, text = path.name, _text(path, encoding)
    given = SEPARATOR_LINE.match(text)
    skipped = max(skip_lines, int(bool(given)))
    text = "".join(text.splitlines(keepends=True)[skipped:]).rstrip("\x1a")  # with which old programs end a file
    if not text.strip(" ,;\t|\r\n"):
        raise TableRefused(f"{name} is empty.")
    rows, separator = _split(text, name, given[1] if given else None, skipped)
    _refuse_title(rows)
    lines, written = zip(*rows, strict=True)
    columns = [[*map(tidy, column)] for column in zip_longest(*written, fillvalue="")]
    columns = [(head, cells) for head, *cells in columns if head or any(cells)]  # not a separator too many
    titles, notes = _titles(columns, name)
    cells = pandas.DataFrame(dict(zip(titles, (cells for _, cells in columns), strict=True)), lines[1:], dtype=object)
    # pandas calls a column without a name "Unnamed: 0" when it reads one, and writes that.
    nameless = [one for one, (head, _) in zip(titles, columns, strict=True) if re.fullmatch(r"(Unnamed: \d+)?", head)]
    least, most = ROWS
    if not least <= len(cells) <= most:
        much = f"at least {least} are needed" if len(cells) < least else f"at most {most:,} are read: take a sample"
        raise TableRefused(f"{name} has {count(len(cells), 'row')} under its header; {much}.")
    return cells, separator, nameless, notes


def tidy(text: str) -> str:
    """Return a text as one reads it: composed letters (Unicode NFC), single spaces inside, no signs without width."""
    text = unicodedata.normalize("NFC", text).translate(WITHOUT_WIDTH)
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
    if (other := next((words for begin, words in OTHERS.items() if data.lstrip().startswith(begin)), None)) is not None:
        raise TableRefused(f"{path.name} is {other}.")
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
        said = (
            f"{path.name} is no {page.upper()} text: byte {error.start + 1:,} does not fit. Save it as “CSV UTF-8”, or "
        )
        if encoding or not set(data).isdisjoint(NOT_IN_CP1252):
            raise TableRefused(f"{said}name the code page of the program that wrote it: encoding='...'.") from None
        raise TableRefused(
            f"{said}say encoding='cp1252' if an older Windows program wrote it.", encoding="cp1252"
        ) from None


def _split(text: str, name: str, given: str | None, skipped: int) -> tuple[list[tuple[int, list[str]]], str]:
    """Return the rows, each with its line, and the separator with which all agree and most cells are numbers."""
    tries, refusals, first = [], [], next((line for line in text.splitlines() if line.strip()), "")
    for sign in [given] if given else [sign for sign in SEPARATORS if sign in text]:
        try:
            rows = _rows(text, sign, skipped)
        except csv.Error as error:
            refusals.append((first.count(sign) + 1, str(error)))
            continue
        if any(len(row) > 1 for _, row in rows):
            odd = [(line, len(row)) for line, row in rows if not _fits(row, rows[0][1])]
            filled = [cell for _, row in rows[1:50] for cell in map(tidy, row) if cell]
            numbers = sum(map(bool, map(signs, filled)))
            tries.append((-len(odd), numbers / max(len(filled), 1), len(rows[0][1]), sign, rows, odd))
    best = max(tries, key=lambda one: one[:3], default=None)
    broken = max(refusals, default=None)
    if best and not best[0]:
        return best[4], best[3]
    if broken and (best is None or broken[0] > best[2]):
        raise TableRefused(f"{name} cannot be read as CSV: {broken[1]}")
    if best is None:
        raise TableRefused(
            f"{name} needs two columns at least, one to predict and one to predict it from, with commas, semicolons or "
            "tabs between them."
        )
    *_, rows, odd = best
    _refuse_title(rows)
    expected = len(_trimmed(rows[0][1]))
    if len(odd) == len(rows) - 1 and expected > 1 and {saw for _, saw in odd} == {expected + 1}:
        raise TableRefused(
            f"Every row has {count(expected + 1, 'cell')} and the header has {expected}. If the rows begin with a "
            "number or name of their own (R writes them so), put a name for it first in the header. If commas stand "
            "before decimals, save the file with semicolons between the cells."
        )
    line, saw = odd[0]
    raise TableRefused(
        f"Line {line} has {count(saw, 'cell')} and the header has {expected}. The names stand in the first row, and "
        "every row needs as many cells. Delete lines that are no row, such as a title, a comment or a note; put a cell "
        "with the separator in it in quotation marks."
    )


def _rows(text: str, sign: str, skipped: int) -> list[tuple[int, list[str]]]:
    """Return the rows with something in them, each with the number of its first line; csv.Error in a sentence."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, skipinitialspace=True, strict=True)
    rows, line = [], 1 + skipped
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, row))
            line = 1 + skipped + reader.line_num
    except csv.Error as error:
        if "expected after" in str(error):
            raise csv.Error(
                f"in line {skipped + reader.line_num}, something stands behind the quotation mark that ends a cell. A "
                "quotation mark inside a cell is written twice."
            ) from None
        if "field limit" in str(error):
            raise csv.Error(f"a cell in line {line} has more than {csv.field_size_limit():,} characters.") from None
        raise csv.Error(f"the quotation mark that opens a cell in line {line} is not closed.") from None
    return rows


def _refuse_title(rows: list[tuple[int, list[str]]]) -> None:
    """Refuse lines above the names, such as a title: they have less than half as many cells with something in them."""
    filled = [sum(bool(cell.strip()) for cell in row) for _, row in rows]
    names = next(place for place, cells in enumerate(filled) if cells >= max(filled) / 2)
    if 0 < names <= TITLE:
        line, above = rows[names][0], rows[0][0]
        raise TableRefused(
            f"Line {above} is a title: it has {count(filled[0], 'cell')}, and the names seem to stand in line {line}. "
            f"Pass over all lines above them: skip_lines={line - 1}.",
            skip_lines=line - 1,
        )


def _trimmed(row: list[str]) -> list[str]:
    return row[: max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)]


def _fits(row: list[str], header: list[str]) -> bool:
    """Return whether a row has a cell for each name, and nothing but empty cells beyond the header."""
    return len(row) >= len(_trimmed(header)) and len(_trimmed(row)) <= len(header)


def _titles(columns: list[tuple[str, list[str]]], name: str) -> tuple[list[str], list[str]]:
    """Return the names of the columns, one without a name called by its place, and what to say of them."""
    numbers = [head for head, _ in columns if signs(head)]
    if numbers and all(not head or head in numbers or head in cells for head, cells in columns):
        raise TableRefused(
            f"{name} has numbers in its first row, where the names of the columns should stand. Write a row of names "
            "above it."
        )
    titles = [head or f"column {place}" for place, (head, _) in enumerate(columns, start=1)]
    twice = [title for title, times in Counter(titles).items() if times > 1]
    if twice:
        raise TableRefused(f"Two columns are called {twice[0]!r}. Give each a name of its own.")
    named = ", ".join(map(repr, numbers[:3])) + (" ..." if len(numbers) > 3 else "")
    return titles, [f"The first row was read as names, although it holds numbers: {named}."] if numbers else []
