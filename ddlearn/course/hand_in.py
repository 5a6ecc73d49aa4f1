"""Handing in: a learner's record, and notebooks on request, packed into one file for whoever teaches.

Nothing leaves the learner's folder without this act, and nothing is packed before its words are read and agreed to.
"""

import getpass
import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ddlearn.classroom.progress import Progress
from ddlearn.classroom.store import write_whole
from ddlearn.classroom.wording import counted, listed
from ddlearn.course import submissions
from ddlearn.course.report import passed

NO_NOTEBOOK = "no notebook: `--notebooks FOLDER` adds those in FOLDER that you have changed"


def own_name() -> str:
    """Return what a hub, or this system, calls its user; "" where it has the name that every container has."""
    name = os.environ.get("JUPYTERHUB_USER", "")
    with suppress(OSError, KeyError, ImportError):  # a system without names
        name = name or getpass.getuser()
    return "" if name in ("jovyan", "root") else name


def hand_in(to: Path, name: str, notebooks: list[Path], agreed: Callable[[str], bool]) -> Path | None:
    """Ask `agreed` about the words of `contents`, then write the hand-in; return its path, None where they said no.

    `to` is a folder, in which the hand-in gets a name of its own, or a file that is not there yet, ending in .zip.
    ValueError for any other, and for an empty name.
    """
    now, record = datetime.now(UTC), Progress().read()
    path = _target(to.expanduser().resolve(), name, now)
    if not agreed(contents(record, name, notebooks, path)):
        return None
    write_whole(path, submissions.pack(name, now, record, notebooks))
    return path


def contents(record: dict, name: str, notebooks: list[Path], path: Path) -> str:
    """Return in plain words what a hand-in holds and where it goes."""
    lessons = record["lessons"].values()
    exercises = [entry for lesson in lessons for entry in lesson.get("exercises", {}).values()]
    predictions, answers, claims = (
        counted(sum(len(lesson.get(section, {})) for lesson in lessons), noun)
        for section, noun in (("predictions", "prediction"), ("quiz", "answer"), ("claims", "claim"))
    )
    done = f"""your record of {counted(len(lessons), "lesson")}:
  {counted(len(exercises), "exercise")}, {sum(map(passed, exercises))} of them passed, each with the code of your last
  try, the number of your tries and of the hints that you read, and the mistake that was recognized;
  {predictions}, {answers} to questions and {claims} as measured here; and when you did each"""
    books = [f"“{notebook.name}”" for notebook in notebooks]
    work = f"all that is written in {counted(len(books), 'notebook')}: {listed(books)}" if books else NO_NOTEBOOK
    return f"""\
This is what you hand in:
- your name: {name}
- {done if lessons else "no record: no lesson has been begun here"}
- {work}
It goes into one file: {path}
Whoever can read that file can read all of this. Nothing is sent over a network."""


def _target(to: Path, name: str, now: datetime) -> Path:
    if not name.strip():
        raise ValueError('say who you are: ddlearn hand-in --name "Ada Lovelace".')
    if to.is_dir():
        words = re.sub(r"[^\w.-]+", "-", name).strip(".-") or "hand-in"
        return to / f"{words}-{now:%Y%m%dT%H%M%S%fZ}.zip"
    if to.exists() or to.suffix != ".zip" or not to.parent.is_dir():
        raise ValueError(f"--to must be a folder that is there, or a new file in one that ends in .zip; got {to}.")
    return to
