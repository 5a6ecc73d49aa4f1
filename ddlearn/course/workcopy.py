"""The learner's working copy of the lessons: what was shipped may be replaced, what was touched never is.

`.ddlearn.json` in the folder remembers, for each lesson, the hash of the version that the learner has taken. A file
with that hash is nobody's work, and a newer version of the course takes its place in one step. A file with any other
hash is the learner's. It stays, and a version newer than the one remembered is offered beside it.
"""

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path

import ddlearn
from ddlearn.classroom.store import write_whole
from ddlearn.course import notebooks

RECORD = ".ddlearn.json"


@dataclass
class WorkingCopy:
    """What `prepare` did: names of notebooks, and sentences that the learner should read."""

    folder: Path
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return what happened, a line each."""
        said = {
            "Added": self.added,
            "Brought up to date (you had not touched it)": self.updated,
            "Kept as you left it": self.kept,
            "The newest version lies beside yours": self.beside,
        }
        lines = [f"{what}: {', '.join(names)}." for what, names in said.items() if names]
        lines += [
            f"There is a newer {name}. `ddlearn lab --fresh {name[:2]}` puts it beside yours." for name in self.newer
        ]
        return "\n".join([f"Your working copy is {self.folder}.", *lines, *self.notices])


def prepare(folder: Path, fresh: list[str] | None = None, sources: list[Path] | None = None) -> WorkingCopy:
    """Make the working copy, or bring it up to date; `fresh` lessons are also put beside the learner's own.

    `sources` are the shipped notebooks, by default those of this copy of the course; what they link to comes along.
    OSError with a sentence where the folder cannot be written; nothing of the learner's has then been changed.
    """
    sources = notebooks.shipped() if sources is None else sources
    beside = {path for folder in {source.parent for source in sources} for path in notebooks.companions(folder)}
    wanted = notebooks.choose(fresh, sources) if fresh else []
    copy = WorkingCopy(folder.expanduser().absolute())
    try:
        copy.folder.mkdir(parents=True, exist_ok=True)
        taken = _read(copy)
        for path in sorted(beside):
            _bring(copy, path, taken, path.relative_to(sources[0].parent).as_posix())
        for source in sources:
            _bring(copy, source, taken, source.name)
            if source in wanted:
                _put_beside(copy, source, taken)
            if source.name in copy.kept and taken[source.name] != _hash(source.read_bytes()):
                copy.newer.append(source.name)
        record = {"version": 1, "lessons": {name: {"shipped": version} for name, version in taken.items()}}
        write_whole(copy.folder / RECORD, json.dumps(record, indent=1) + "\n")
    except (FileExistsError, NotADirectoryError) as error:
        raise NotADirectoryError(f"{copy.folder} is no folder; choose another: ddlearn lab FOLDER.") from error
    except OSError as error:
        raise OSError(
            f"The working copy {copy.folder} cannot be written ({error.strerror or error}). Choose a "
            "folder of your own: ddlearn lab FOLDER."
        ) from error
    return copy


def touched(folder: Path) -> list[Path]:
    """Return the notebooks of a working copy that are the learner's: changed, or made. NotADirectoryError if none."""
    copy = WorkingCopy(folder.expanduser().absolute())
    if not copy.folder.is_dir():
        raise NotADirectoryError(f"There is no folder {copy.folder}.")
    taken = _read(copy)
    return [path for path in sorted(copy.folder.glob("*.ipynb")) if taken.get(path.name) != _hash(path.read_bytes())]


def _bring(copy: WorkingCopy, source: Path, taken: dict[str, str], name: str) -> None:
    """Add, replace or keep one file, called `name` in the copy. `taken` are the hashes of the record."""
    target, new = copy.folder / name, source.read_bytes()
    old = target.read_bytes() if target.exists() else None
    if old not in (None, new) and taken.get(name) != _hash(old):
        copy.kept.append(name)
        # Without a record nobody can tell what this copy was made from: from now on, it counts from this version.
        taken.setdefault(name, _hash(new))
        return
    if old != new:
        write_whole(target, new)
        if target.suffix == ".ipynb":  # what lessons link to comes along without a word
            (copy.added if old is None else copy.updated).append(name)
    taken[name] = _hash(new)


def _put_beside(copy: WorkingCopy, source: Path, taken: dict[str, str]) -> None:
    new = source.read_bytes()
    if (copy.folder / source.name).read_bytes() == new:
        copy.notices.append(f"Your {source.name} is the newest version, just as it came.")
        return
    stem = f"{source.stem} (version {ddlearn.__version__})"
    names = (f"{stem}.ipynb" if turn == 1 else f"{stem} {turn}.ipynb" for turn in itertools.count(1))
    places = (copy.folder / name for name in names)
    beside = next(place for place in places if not place.exists() or place.read_bytes() == new)
    if not beside.exists():
        write_whole(beside, new)
    taken[source.name] = _hash(new)
    copy.beside.append(beside.name)


def _read(copy: WorkingCopy) -> dict[str, str]:
    """The record; empty if it is not there or damaged, and then every lesson that differs counts as touched."""
    path = copy.folder / RECORD
    try:
        lessons = json.loads(path.read_text("utf-8"))["lessons"] if path.exists() else {}
        return {name: str(entry["shipped"]) for name, entry in lessons.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        copy.notices.append(f"{RECORD} was damaged. Every lesson that differs from the course's was kept as it is.")
        return {}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
