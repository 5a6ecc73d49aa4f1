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
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise FileExistsError(f"{place} is there and is no folder; it is left as it is. Choose another: --out FOLDER.")
    if strangers := sorted(_files(place) - _named(place)):
        raise FileExistsError(
            f"{place} holds what no earlier book put there ({strangers[0]}); it is left as it is. "
            "Choose another: --out FOLDER."
        )


@contextmanager
def in_the_making(place: Path, **facts: object) -> Iterator[Path]:
    """A new folder to write the book into; at the end it takes its place, or after an error vanishes.

    `facts` stand in its record, beside the names of its files.
    """
    refuse(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{place.name}-", suffix=".draft", dir=place.parent))
    try:
        yield draft
        record = {"generator": GENERATOR, **facts, "files": sorted({*_files(draft), RECORD})}
        (draft / RECORD).write_text(json.dumps(record, indent=1) + "\n", "utf-8")
        draft.chmod(0o755)  # a temporary folder is closed to everybody else, a published one is not
        _move(draft, place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _move(draft: Path, place: Path) -> None:
    refuse(place)  # minutes have passed since the first look
    if not place.exists():
        os.rename(draft, place)
        return
    old = draft.with_suffix(".old")  # free, as the draft's own name was
    os.rename(place, old)
    try:
        os.rename(draft, place)
    except OSError:
        os.rename(old, place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _files(folder: Path) -> set[str]:
    # A link counts as a file, wherever it leads: nothing beyond it is looked at, let alone removed.
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix() for path in found}


def _named(folder: Path) -> set[str]:
    """The files that an earlier book wrote here; none if the record is not there or is not ours."""
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
        return {str(name) for name in record["files"]} if record["generator"] == GENERATOR else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()
