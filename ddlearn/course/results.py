"""What a command that takes minutes shows and keeps: a bar while it works, a table at its end, a file all along."""

import json
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ddlearn.classroom.store import write_whole


def bar(console: Console) -> Progress:
    """Return a bar with a count and the time; it goes when the work is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def table(title: str, first: str, numbers: tuple[str, ...], caption: str | None = None) -> Table:
    """Return an empty table: a first column of names, then columns of numbers."""
    made = Table(title=title, caption=caption)
    made.add_column(first, no_wrap=True)
    for name in numbers:
        made.add_column(name, justify="right")
    return made


def write(file: Path | None, records: Iterable[dict]) -> None:
    """Write the records to the file of `--json`, if there is one. OSError where the disk refuses."""
    if file is not None:
        write_whole(file, json.dumps(list(records), indent=2) + "\n")


def spare(path: Path, what: str, mark: str) -> None:
    """Refuse to replace what is not ours: see that at `path` is nothing, or a `what`, which has `mark` in its head.

    IsADirectoryError for a folder, FileExistsError for any other file.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a file.")
    if path.exists() and mark.encode() not in path.read_bytes()[:2048]:
        raise FileExistsError(f"{path} is there already and is no {what}; it is left as it is. Choose another name.")
