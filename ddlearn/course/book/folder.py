"""The book's folder: made beside its place, and moved there in one step; what is no book of ours is never touched.

`book.json` in the folder names the files of the edition. A folder is replaced only if it has that file and nothing that
the file does not name: whatever else lies there is somebody's.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RECORD = "book.json"
GENERATOR = "ddlearn book"


def refuse(place: Path) -> None:
    """Raise, in a sentence, if there is something at `place` that is neither an earlier book nor an empty folder."""
    left = "it is left as it is. Choose another: --out FOLDER."
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise FileExistsError(f"{place} is there and is no folder; {left}")
    if strangers := sorted(_files(place) - _named(place)):
        raise FileExistsError(f"{place} holds what no earlier book put there ({strangers[0]}); {left}")


@contextmanager
def in_the_making(place: Path, **facts: object) -> Iterator[Path]:
    """Open a new folder to write the book into; at the end it takes its place, after an error it vanishes.

    `facts` stand in its record, beside the names of its files.
    """
    refuse(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    # The draft has a folder to itself, for myst-nb leaves `jupyter_execute` beside the pages that it writes.
    with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent, ignore_cleanup_errors=True) as own:
        draft = Path(own) / place.name
        draft.mkdir()
        yield draft
        record = {"generator": GENERATOR, **facts, "files": sorted({*_files(draft), RECORD})}
        (draft / RECORD).write_text(json.dumps(record, indent=1) + "\n", "utf-8")
        refuse(place)  # minutes have passed since the first look
        old = Path(f"{own}.old")  # free, as the name of the folder was
        if place.exists():
            os.rename(place, old)
        try:
            os.rename(draft, place)
        except OSError:
            if old.exists():
                os.rename(old, place)
            raise
        shutil.rmtree(old, ignore_errors=True)


def _files(folder: Path) -> set[str]:
    # A link counts as a file, wherever it leads: nothing beyond it is looked at, let alone removed.
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix() for path in found}


def _named(folder: Path) -> set[str]:
    """Return the files that an earlier book wrote here; none if the record is not there or is not ours."""
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
        return {str(name) for name in record["files"]} if record["generator"] == GENERATOR else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()
