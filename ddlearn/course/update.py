"""Take a newer version of a lesson without starting it again: the learner's own functions move, if they pass in it.

The old notebook is kept beside the new one, byte for byte, before anything is written. What moves is the cell of an
exercise, or what passed last if that cell has been changed since. All else that the learner wrote stays in the old one.
"""

import re
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from ddlearn.classroom.progress import PASSED, Progress
from ddlearn.classroom.store import write_whole
from ddlearn.classroom.wording import listed
from ddlearn.course import grade, notebooks, rules, workcopy
from ddlearn.course.submissions import File


def update(folder: Path, source: Path) -> str:
    """Put the lesson at `source` into the working copy `folder`; return what happened, in words."""
    target, new = folder / source.name, nbformat.read(source, as_version=4)
    try:
        old = nbformat.read(target, as_version=4)
    except Exception:  # nbformat raises whatever the damage leads to; what cannot be read is kept as well
        old = new_notebook()
    came, mine = _cells(new), _cells(old)
    texts = {cell.source for cell in new.cells} - {*came.values()}
    # The record may have been lost, and then it knows no better than that yours is the newest.
    if workcopy.has_taken(folder, source) and texts <= {cell.source for cell in old.cells}:
        return (
            f"There is no newer {target.name} than yours; nothing was changed. To begin it again, rename yours: the "
            "next `ddlearn lab` brings the lesson as it came."
        )
    record = Progress().lesson(notebooks.room(source.name))["exercises"]
    passed = {name: one.get("source", "") for name, one in record.items() if one.get("status") == PASSED}
    for name, code in passed.items():
        if re.search(rules.EXERCISE, code) and code.strip() not in mine.get(name, ""):
            mine[name] = code
    mine = {name: code for name, code in mine.items() if code != came.get(name, code)}
    trial = File("", source.name, datetime.now(UTC), nbformat.writes(_with(new, mine)).encode())
    marked = grade.mark(trial, seed=0)
    if not marked.exercises:
        return f"The newest {target.name} could not be tried with your functions: {marked.reason} Nothing was changed."
    moved = [name for name in mine if marked.exercises.get(name, ("",))[0] == PASSED]
    kept = _keep(target)
    write_whole(target, nbformat.writes(_with(new, {name: mine[name] for name in moved})) + "\n")
    workcopy.took(folder, source)
    said = [f"{target.name} is now the newest version. Yours is kept as {kept.name}, with all that you wrote."]
    changed = _changed(old, new) if old.cells else []
    said += [f"New or changed: {listed(changed)}."] if changed else []
    said += [f"Your own, in its place: {listed([f'`{name}`' for name in moved])}."] if moved else []
    for name in (one for one in passed if one not in moved):
        why = f"does not pass in it ({marked.words(name)})" if name in marked.exercises else "is not asked for in it"
        said += [f"Your `{name}` {why}; it is in the old notebook only."]
    return "\n".join(said)


def _cells(notebook: NotebookNode) -> dict[str, str]:
    """Return the code of each exercise's cell; one that asks for several counts for the first."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return {found[1]: source for source in code if (found := re.search(rules.EXERCISE, source))}


def _with(notebook: NotebookNode, mine: dict[str, str]) -> NotebookNode:
    """Return a copy of a notebook with other code in the cells of these exercises."""
    place = {source: mine[name] for name, source in _cells(notebook).items() if name in mine}
    cells = [NotebookNode({**cell, "source": place.get(cell.source, cell.source)}) for cell in notebook.cells]
    return NotebookNode({**notebook, "cells": cells})


def _changed(old: NotebookNode, new: NotebookNode) -> list[str]:
    """Return the headings under which the new lesson differs from the old one, answers to exercises aside."""
    before, asked = {cell.source for cell in old.cells}, {name: _asked(code) for name, code in _cells(old).items()}
    heading, found = "the beginning", {}
    for cell in new.cells:
        title = re.search(r"^#+ (.+)", cell.source, flags=re.M) if cell.cell_type == "markdown" else None
        heading = f"“{title[1].strip()}”" if title else heading
        exercise = re.search(rules.EXERCISE, cell.source) if cell.cell_type == "code" else None
        if not (asked.get(exercise[1]) == _asked(cell.source) if exercise else cell.source in before):
            found[heading] = None
    return list(found)


def _asked(code: str) -> list[str]:
    """Return how an exercise's cell asks: its decorator, signature and docstring, where it has one."""
    parts = code[re.search(rules.EXERCISE, code).start() :].split('"""')
    return parts[:2] if len(parts) > 2 else []


def _keep(path: Path) -> Path:
    """Copy a notebook beside itself, under a name that is free, and return where."""
    stem = f"{path.stem} (yours, {datetime.now(UTC):%Y-%m-%d})"
    names = (f"{stem}.ipynb" if turn == 1 else f"{stem} {turn}.ipynb" for turn in count(1))
    place = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    write_whole(place, path.read_bytes())
    return place
