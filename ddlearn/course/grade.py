"""Grade a folder of notebooks: their exercises on fresh cases, each notebook in a kernel of its own.

Its cells run in order, but for those that only show a part of the lesson. The limits of time, memory and network stop
accidents, not somebody who means harm: the code of a learner runs with the rights of whoever grades.
"""

import re
from bisect import insort
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from rich.console import Console
from rich.markup import escape

from ddlearn import compute, lessons
from ddlearn.classroom.progress import PASSED
from ddlearn.course import class_page, results, run, submissions
from ddlearn.course.submissions import File

LIMITS = (120.0, 2000.0)  # seconds and MB of one notebook; a lesson is made for 75 and 700
QUIET = "import os, sys; sys.stdout = sys.stderr = open(os.devnull, 'w')"  # a loop that prints fills no memory here
ONLY_SHOWN = re.compile(r"#.*|lesson\.(?!exercise\b|problem\b|decide\b).*|\s*")  # a line that no exercise needs
WHO = ("learner", "lesson", "notebook", "passed", "of", "percent", "reason")
GRADEBOOK = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")  # in this order, for Canvas


@dataclass
class Mark:
    """A notebook, its lesson's slug, each exercise's status and recognized mistake, and why some are missing."""

    file: File
    lesson: str = ""
    exercises: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    reason: str = ""

    @property
    def passed(self) -> int:
        """How many exercises passed."""
        return sum(status == PASSED for status, _ in self.exercises.values())

    @property
    def percent(self) -> float:
        """The share of the lesson's exercises that passed; 0 where the lesson is not known."""
        return round(100 * self.passed / max(1, len(self.exercises)), 1)

    def words(self, name: str) -> str:
        """What an exercise came to: "classic mistake: n forgotten"."""
        return ": ".join(filter(None, self.exercises[name]))


def mark(file: File, seed: int) -> Mark:
    """Mark one notebook on the cases of a seed. Whatever it does is a reason in the result, never an exception."""
    if file.fault:
        return Mark(file, reason=file.fault)
    try:
        notebook = nbformat.reads(file.data.decode(), as_version=4)
        code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    except Exception as error:  # nbformat raises whatever the damage leads to
        return Mark(file, reason=f"It is no notebook ({type(error).__name__}).")
    (room,) = re.findall(r"ddlearn\.lessons\.(\w+)", code)[:1] or [""]
    if room not in lessons.SLUGS:
        return Mark(file, reason="No cell of it imports a lesson.")
    slug = lessons.load(room).slug
    for cell in notebook.cells:  # they keep their places, by which a reason names them
        cell.source = cell.source if _counts(cell) else ""
    notebook.cells[: notebook.cells[0].cell_type != "code"] = [new_code_cell(QUIET)]  # in the title's place
    try:
        found = run.fill(notebook, slug, limits=LIMITS, DDLEARN_SEED=str(seed), OMP_NUM_THREADS="1")
    except Exception as error:  # a kernel that does not start
        return Mark(file, slug, reason=f"It could not be run ({type(error).__name__}: {error}).")
    exercises = {name: found.found.get(name, ("missing", None)) for name in lessons.exercises(room)}
    lacking = any(status == "missing" for status, _ in exercises.values())
    return Mark(file, slug, exercises, "; ".join(found.messages)[:300] if lacking else "")


def _counts(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and not all(map(ONLY_SHOWN.fullmatch, cell.source.splitlines()))


def table(marks: Iterable[Mark]) -> str:
    """Return one row per notebook as CSV: its score, and for each exercise 1 or 0 and what it came to."""
    rows = []
    for mark in marks:
        score = (mark.passed, len(mark.exercises), mark.percent, mark.reason)
        row = dict(zip(WHO, (mark.file.learner, mark.lesson, mark.file.path, *score), strict=True))
        for name, (status, _) in mark.exercises.items():
            head = f"{mark.lesson[:2]} {name}"
            row |= {head: int(status == PASSED), f"{head}: found": mark.words(name)}
        rows.append(row)
    frame = pd.DataFrame(rows, dtype=object)
    return _csv(frame[[*WHO, *sorted(frame.columns[len(WHO) :], key=lambda head: head[:2])]])


def gradebook(marks: Iterable[Mark]) -> str:
    """Return one row per learner as CSV, as Canvas and Moodle import it: for each lesson the percentage passed.

    Of two notebooks of one lesson the better counts. One that could not be run leaves its place empty, and who has no
    other is not in it: course sites refuse rows of somebody whom they do not know, such as a damaged file's.
    """
    known, rows = {}, []  # a name as it was written first: "ada" and "Ada" are one learner
    for mark in filter(lambda mark: mark.exercises, marks):
        name = known.setdefault(mark.file.learner.casefold(), mark.file.learner)
        heading = f"{mark.lesson[:2]} {lessons.load(mark.lesson[:2]).title}"
        rows.append((name, mark.file.account, heading, mark.percent))
    best = pd.DataFrame(rows, columns=["Student", "ID", "lesson", "percent"]).groupby(["Student", "ID", "lesson"])
    wide = best["percent"].max().unstack()
    book = wide.reset_index()
    book["SIS Login ID"] = ["" if " " in learner else learner for learner in book["Student"]]
    return _csv(book.reindex(columns=[*GRADEBOOK, *wide.columns]))


def _csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV; a text that a spreadsheet would run as a formula gets an apostrophe before it."""

    def safe(cell: object) -> object:
        return f"'{cell}" if str(cell).startswith(("=", "+", "-", "@", "\t")) else "" if pd.isna(cell) else cell

    return frame.map(safe).to_csv(index=False, lineterminator="\n")


def main(folder: Path, file: Path, seed: int) -> int:
    """Grade the folder, show the table, write both files; 0 however bad a notebook is, ValueError if there is none."""
    console, notebooks, marks = Console(), list(submissions.notebooks(folder)), []
    if not notebooks:
        raise ValueError(f"There is no notebook in {folder}. `ddlearn hand-in --notebooks FOLDER` hands them in.")
    book = file.with_name(f"{file.stem}-gradebook{file.suffix}")
    for path, heads in ((file, WHO), (book, GRADEBOOK)):
        results.spare(path, "table of ddlearn grade", ",".join(heads))
    shown = results.table("Notebooks", "learner", ("lesson", "passed", "percent"))
    with results.bar(console) as bar, ThreadPoolExecutor(compute.threads()) as pool:
        task = bar.add_task("notebooks", total=len(notebooks))
        for one in pool.map(lambda notebook: mark(notebook, seed), notebooks):
            insort(marks, one, key=lambda mark: (mark.file.learner.casefold(), mark.lesson))
            bar.advance(task)
            results.write_whole(file, table(marks))  # who stops the run keeps what it found
    for one in marks:
        passed = f"{one.passed} of {len(one.exercises)}"
        shown.add_row(escape(one.file.learner), one.lesson[:2] or "?", passed, f"{one.percent:g}")
    results.write_whole(book, gradebook(marks))
    console.print(shown)
    said = [f"{one.file.path}: {one.reason}" for one in marks if one.reason]
    handed, known = {one.learner.casefold() for one in notebooks}, class_page.read(folder, names=True)[0]
    said += [f"{one.name} handed in no notebook." for one in known if one.name.casefold() not in handed]
    said += [f"Cases of seed {seed}.", f"One row per notebook: {file}", f"For Canvas and Moodle: {book}"]
    console.print("\n".join(said), markup=False, highlight=False, soft_wrap=True)
    return 0
