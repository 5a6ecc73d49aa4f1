"""The learner's working copy of the lessons: what was shipped may be replaced, what was touched never is.

`.ddlearn.json` in the folder remembers, for each lesson, the hash of the version that the learner has taken. A file
with that hash is nobody's work, and a newer version of the course takes its place in one step. A file with any other
hash is the learner's: it stays, and `update` takes a version newer than the one remembered.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from ddlearn.classroom.store import write_whole
from ddlearn.course import notebooks

RECORD = ".ddlearn.json"


@dataclass
class WorkingCopy:
    """What `prepare` did, by names of notebooks."""

    folder: Path
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return what happened, a line each."""
        said = {
            "Added": self.added,
            "Brought up to date (you had not touched it)": self.updated,
            "Kept as you left it": self.kept,
        }
        lines = [f"{what}: {', '.join(names)}." for what, names in said.items() if names]
        lines += [
            f"There is a newer {name}. `ddlearn lab --update {name[:2]}` takes it, with your own functions in it, and "
            "keeps yours beside it."
            for name in self.newer
        ]
        return "\n".join([f"Your working copy is {self.folder}.", *lines])


def prepare(folder: Path, sources: list[Path] | None = None) -> WorkingCopy:
    """Make the working copy, or bring it up to date.

    `sources` are the shipped notebooks, by default those of this copy of the course; what they link to comes along.
    OSError with a sentence where the folder cannot be written; nothing of the learner's has then been changed.
    """
    sources = notebooks.shipped() if sources is None else sources
    shelf = sources[0].parent
    copy = WorkingCopy(folder.expanduser().absolute())
    try:
        copy.folder.mkdir(parents=True, exist_ok=True)
        taken = _read(copy.folder)
        for source in [*notebooks.companions(shelf), *sources]:
            _bring(copy, source, taken, source.relative_to(shelf).as_posix())
        _write(copy.folder, taken)
    except OSError as error:
        raise OSError(
            f"The working copy {copy.folder} cannot be written ({error.strerror or error}). Choose a "
            "folder of your own: ddlearn lab FOLDER."
        ) from error
    return copy


def touched(folder: Path) -> list[Path]:
    """Return the notebooks of a folder that are the learner's: changed, or made. NotADirectoryError if it is none."""
    folder = folder.expanduser().absolute()
    if not folder.is_dir():
        raise NotADirectoryError(f"There is no folder {folder}.")
    # A clone, which a hub makes for each learner, has no record: what is as shipped there is nobody's work either.
    elsewhere = [source for source in notebooks.shipped() if source.parent != folder.resolve()]
    taken = {source.name: _hash(source.read_bytes()) for source in elsewhere} | _read(folder)
    return [path for path in sorted(folder.glob("*.ipynb")) if taken.get(path.name) != _hash(path.read_bytes())]


def has_taken(folder: Path, source: Path) -> bool:
    """Return whether the learner's notebook is of the version at `source`, as far as the record knows."""
    return _read(folder).get(source.name) == _hash(source.read_bytes())


def took(folder: Path, source: Path) -> None:
    """Remember that the learner's notebook is now of the version at `source`: no newer one is offered."""
    _write(folder, _read(folder) | {source.name: _hash(source.read_bytes())})


def _bring(copy: WorkingCopy, source: Path, taken: dict[str, str], name: str) -> None:
    """Add, replace or keep one file, called `name` in the copy. `taken` are the hashes of the record."""
    target, new = copy.folder / name, source.read_bytes()
    old = target.read_bytes() if target.exists() else None
    lesson = target.suffix == ".ipynb"  # what lessons link to comes along without a word
    if old not in (None, new) and taken.get(name) != _hash(old):
        copy.kept.append(name)
        # Without a record nobody can tell what this copy was made from: from now on, it counts from this version.
        if taken.setdefault(name, _hash(new)) != _hash(new) and lesson:
            copy.newer.append(name)
        return
    if old != new:
        write_whole(target, new)
        if lesson:
            (copy.added if old is None else copy.updated).append(name)
    taken[name] = _hash(new)


def _read(folder: Path) -> dict[str, str]:
    """The record; empty if it is not there or damaged, and then every lesson that differs counts as touched."""
    try:
        lessons = json.loads((folder / RECORD).read_text("utf-8"))["lessons"]
        return {name: str(entry["shipped"]) for name, entry in lessons.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(folder: Path, taken: dict[str, str]) -> None:
    record = {"version": 1, "lessons": {name: {"shipped": version} for name, version in taken.items()}}
    write_whole(folder / RECORD, json.dumps(record, indent=1) + "\n")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
