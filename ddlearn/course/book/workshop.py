"""What takes a build its minutes, and what it keeps of them: runs of lessons, and recordings of explorers.

Each is done in a worker process and kept in the course's cache, under a key of all that it depends on. So the next
build of an unchanged lesson takes seconds.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import nbformat

from ddlearn import lessons
from ddlearn.classroom.store import write_whole
from ddlearn.course import notebooks, run
from ddlearn.course.book import recorder
from ddlearn.fetch import cache_folder

# Their versions decide a number or a picture.
DECIDE = ("matplotlib", "numpy", "pillow", "scikit-learn", "scipy", "torch")


@dataclass(frozen=True)
class Recorded:
    """One explorer: its file's stem, its states, the bytes of its recording, the seconds that these took."""

    file: str
    states: int
    size: int
    seconds: float
    text: str = ""
    still: bytes = b""
    sentence: str = ""


def run_lesson(path: Path) -> tuple[run.Run, nbformat.NotebookNode]:
    """Return what a solved notebook gave when it was run; one that failed is run again next time."""

    def make() -> dict:
        notebook = nbformat.read(path, as_version=4)
        done = run.fill(notebook, path.stem, solved=True)
        return {"run": asdict(done), "notebook": notebook}

    kept = _kept(path.stem, path.read_bytes(), make, lambda made: not made["run"]["errors"])
    return run.Run(**kept["run"]), nbformat.from_dict(kept["notebook"])


def record(number: str, name: str) -> Recorded:
    """Return the recording of an explorer of a lesson."""
    explorer, file = getattr(lessons.load(number), name), f"{number}_{name}"

    def make() -> dict:
        made = recorder.record(explorer, recorder.states(explorer))
        still = base64.b64encode(made.still).decode()
        said = {"file": file, "states": len(made.shown), "sentence": made.shown[0]["sentence"], "seconds": made.seconds}
        return {**said, "text": made.text(file), "still": still}

    kept = _kept(file, name.encode(), make)
    return Recorded(**{**kept, "still": base64.b64decode(kept["still"])}, size=len(kept["text"].encode()))


def estimate(number: str, name: str) -> Recorded:
    """Return what a recording will take, from a sample of its states; what is kept already is known."""
    explorer, file = getattr(lessons.load(number), name), f"{number}_{name}"
    if _place(file, name.encode()).is_file():
        return record(number, name)

    def make() -> dict:
        states = recorder.states(explorer)
        count = len(states)  # of which the start and two on the way through the rest are recorded
        made = recorder.record(explorer, [states[place] for place in sorted({0, count // 3, 2 * count // 3})])
        start, *others = [len(one["picture"]) + len(one["sentence"]) for one in made.shown]
        numbers = len(made.text(file)) - start - sum(others)
        moved, share = sum(others) / max(1, len(others)), count / len(made.shown)
        size = start + moved * (count - 1) + numbers * share
        return {"file": file, "states": count, "size": round(size), "seconds": made.seconds * share}

    return Recorded(**_kept(f"{file}.sample", name.encode(), make))


def _kept(name: str, of: bytes, make: Callable[[], dict], good: Callable[[dict], bool] = lambda made: True) -> dict:
    place = _place(name, of)
    with suppress(OSError, ValueError):
        return json.loads(place.read_text("utf-8"))
    made = make()
    if good(made):
        with suppress(OSError):  # a full disk costs the next build its minutes, and this one nothing
            place.parent.mkdir(parents=True, exist_ok=True)
            for older in place.parent.glob(f"{name}-*.json"):
                older.unlink()
            write_whole(place, json.dumps(made))
    return made


def _place(name: str, of: bytes) -> Path:
    key = hashlib.sha256(_code(lessons.LESSONS[name[:2]]) + of).hexdigest()[:16]
    return cache_folder() / "book" / f"{name}-{key}.json"


@cache
def _code(room: str) -> bytes:
    """A hash of what a run or a recording of this room depends on: science, classroom, and rooms that it imports."""
    rooms, todo, package = set(), {room}, notebooks.PACKAGE
    while todo:
        rooms |= todo
        texts = (path.read_text("utf-8") for one in todo for path in (package / "lessons" / one).glob("*.py"))
        todo = {name for text in texts for name in re.findall(r"ddlearn\.lessons\.(\w+)", text)} - rooms
    found = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in DECIDE).encode())
    for path in sorted(path for kind in ("*.py", "*.md", "*.bib") for path in package.rglob(kind)):
        floor, *inside = path.relative_to(package).parts
        if (floor != "course" or path.stem == "recorder") and (
            len(inside) < 2 or floor != "lessons" or inside[0] in rooms
        ):
            found.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return found.digest()
