"""What takes a build its minutes, and what it keeps of them: runs of lessons, and recordings of explorers.

Each is done in a worker process, and joblib keeps it in the course's cache, under a key of all that it depends on. So
the next build of an unchanged lesson takes seconds.
"""

import hashlib
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile

import nbformat
from joblib import Memory

from ddlearn import lessons
from ddlearn.course import notebooks, run
from ddlearn.course.book import recorder
from ddlearn.course.book.recorder import Recorded
from ddlearn.fetch import cache_folder

DECIDE = ("matplotlib", "numpy", "pillow", "scikit-learn", "scipy", "torch")  # whose versions change what is seen


def memory() -> Memory:
    """Return what keeps results: in a folder that we alone can write, as unpickling runs code, or nowhere."""
    folder = cache_folder() / "book"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        with TemporaryFile(dir=folder, buffering=0) as probe:
            probe.write(b"is there room?")
    except OSError:
        return Memory(None)
    return Memory(folder, verbose=0)


def run_lesson(path: Path) -> tuple[run.Run, nbformat.NotebookNode]:
    """Return what a solved notebook gave when it was run; one that failed is run again next time."""
    kept, call = memory().cache(_run), (path.stem, path.read_text("utf-8"), _code(path.stem[3:]))
    done, notebook = kept(*call)
    if done.errors and kept.check_call_in_cache(*call):
        kept.call_and_shelve(*call).clear()
    return done, notebook


def record(number: str, name: str) -> Recorded:
    """Return the recording of an explorer of a lesson."""
    return memory().cache(_recorded)(number, name, _code(lessons.LESSONS[number]), whole=True)


def estimate(number: str, name: str) -> Recorded:
    """Return what a recording will take, from a sample of its states; what is kept already is known."""
    kept, call = memory().cache(_recorded), (number, name, _code(lessons.LESSONS[number]))
    return kept(*call, whole=kept.check_call_in_cache(*call, whole=True))


# What is kept. `code` is a part of the key and no more.


def _run(stem: str, text: str, code: bytes) -> tuple[run.Run, nbformat.NotebookNode]:
    notebook = nbformat.reads(text, as_version=4)
    return run.fill(notebook, stem, solved=True), notebook


def _recorded(number: str, name: str, code: bytes, whole: bool) -> Recorded:
    """Record an explorer whole, or its start and two other states, which then count for all."""
    explorer, file = getattr(lessons.load(number), name), f"{number}_{name}"
    start, *others = recorder.states(explorer)
    if whole:
        return recorder.record(explorer, [start, *others], file)
    sample = others[len(others) // 3 :: len(others) // 3 + 1]
    first, some = (recorder.record(explorer, [start, *then], file) for then in ([], sample))
    size = first.size + (some.size - first.size) * len(others) // max(1, len(sample))
    seconds = some.seconds * (1 + len(others)) / some.states
    return Recorded(file, 1 + len(others), size, seconds)


@cache
def _code(room: str) -> bytes:
    """Return a hash of what a run or a recording of this room depends on: science, classroom, rooms that it imports."""
    package, rooms = notebooks.PACKAGE, [room]
    for one in rooms:  # those that it imports join them
        texts = [path.read_text("utf-8") for path in (package / "lessons" / one).glob("*.py")]
        rooms += {name for text in texts for name in re.findall(r"ddlearn\.lessons\.(\w+)", text)}.difference(rooms)
    others = {one for one in (package / "lessons").iterdir() if one.is_dir() and one.name not in rooms}
    found = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in DECIDE).encode())
    for path in sorted(path for kind in ("*.py", "*.md", "*.bib") for path in package.rglob(kind)):
        if path.stem in ("recorder", "run") or not {package / "course", *others}.intersection(path.parents):
            found.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return found.digest()
