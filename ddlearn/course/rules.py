"""What a notebook of the course must satisfy; each fault is a sentence that names the file and the cell."""

import ast
import re
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode

INSTRUCTOR, SOLUTION = "instructor", "solution"
EXERCISE = r"""(?:@lesson\.(?:exercise|problem)|lesson\.decide)\(\s*["']([^"']+)["']"""
LONGEST_CELL = 25  # lines
FEWEST_CELLS = {"00": 5}  # code cells of a lesson that are not the usual eight
SHORT_LINE = 12  # a solution's line up to this length gives nothing away: "return total"
PICTURE = r"""<img\b(?![^>]*\balt\s*=\s*(?:"[^"]*\S[^"]*"|'[^']*\S[^']*'))[^>]*>|!\[\s*\]\([^)]*\)"""
"""A picture without words: in HTML without an `alt` that says something, or in Markdown without a text."""


def unsolved(
    name: str,
    notebook: NotebookNode,
    solutions: Iterable[str],
    exercises: Iterable[str],
    given: Iterable[str] = (),
) -> list[str]:
    """Return the faults of a learner's notebook: the common rules, solved work that shows, exercises that do not.

    `given` names the exercises that begin with a version to repair, or a choice to make.
    """
    asked = _exercises(name, notebook, [*exercises], {*given})
    return [*common(name, notebook), *_leaks(name, notebook, solutions), *asked]


def solved(name: str, notebook: NotebookNode) -> list[str]:
    """Return the faults of a solved notebook: the common rules, and a stub that nobody filled."""
    stubs = (place for place, cell in _cells(name, notebook, "code") if "return TODO" in cell.source)
    return [*common(name, notebook), *(f"{place}: still says `return TODO`." for place in stubs)]


def common(name: str, notebook: NotebookNode) -> list[str]:
    """Return the faults that neither notebook may have."""
    return [*_frame(name, notebook), *_headings(name, notebook), *_each(name, notebook)]


def for_instructors(cell: NotebookNode) -> bool:
    """Return whether a cell is a note for instructors."""
    return INSTRUCTOR in cell.metadata.get("tags", ())


def solved_only(cell: NotebookNode) -> bool:
    """Return whether a cell is in the solved notebook only: a note for instructors, or the solution of a problem."""
    return for_instructors(cell) or SOLUTION in cell.metadata.get("tags", ())


def exercises_in(notebook: NotebookNode) -> list[str]:
    """Return the names of the exercises that a notebook asks for, in its order."""
    return [found for _, cell in _cells("", notebook, "code") for found in re.findall(EXERCISE, cell.source)]


def _cells(name: str, notebook: NotebookNode, *kinds: str) -> list[tuple[str, NotebookNode]]:
    """The cells of these kinds, each with the place that a fault names."""
    numbered = enumerate(notebook.cells, start=1)
    return [(f"{name}, cell {position}", cell) for position, cell in numbered if cell.cell_type in kinds]


def _frame(name: str, notebook: NotebookNode) -> Iterator[str]:
    fewest = FEWEST_CELLS.get(name.rpartition("/")[2][:2], 8)
    count = len(_cells(name, notebook, "code"))
    if count < fewest:
        yield f"{name}: suspiciously short, {count} code cells; at least {fewest} are expected."
    if notebook.cells and not re.match(r"# \S", notebook.cells[0].source):
        yield f"{name}, cell 1: a lesson begins with its title."


def _headings(name: str, notebook: NotebookNode) -> Iterator[str]:
    level, titles = 0, 0
    for place, cell in _cells(name, notebook, "markdown"):
        # The sign # inside a fenced block is a comment in code and no heading.
        prose = re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.M | re.S)
        for signs, heading in re.findall(r"^ {0,3}(#{1,6})\s+(.*)", prose, flags=re.M):
            deeper = len(signs)
            titles += deeper == 1
            if level and deeper > level + 1:
                yield f"{place}: heading {heading.strip()!r} jumps from level {level} to {deeper}."
            level = deeper
    if titles != 1:
        yield f"{name}: a lesson has one heading of level 1, its title; found {titles}."


def _each(name: str, notebook: NotebookNode) -> Iterator[str]:
    for place, cell in _cells(name, notebook, "code", "markdown"):
        if re.search(r"\b(BEGIN|END) SOLUTION\b", cell.source):
            yield f"{place}: a solution's marker is left."
        if cell.cell_type == "code":
            yield from _code(place, cell)
        else:
            for picture in re.findall(PICTURE, cell.source):
                yield f"{place}: a picture without words for those who cannot see it: {picture}"


def _code(place: str, cell: NotebookNode) -> Iterator[str]:
    if (length := len(cell.source.splitlines())) > LONGEST_CELL:
        yield f"{place}: {length} lines; {LONGEST_CELL} at most."
    if re.search(r"\bpip\b", cell.source):
        yield f"{place}: mentions pip; `make lab` installs, a lesson does not."
    try:
        compile(cell.source, place, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        yield f"{place}: not plain Python (line {error.lineno}: {error.msg})."


def _leaks(name: str, notebook: NotebookNode, solutions: Iterable[str]) -> Iterator[str]:
    telling = sorted({line for line in solutions if len(line) > SHORT_LINE})
    for place, cell in _cells(name, notebook, "code", "markdown"):
        if solved_only(cell):
            yield f"{place}: an instructor's note, or a solution, in the learner's notebook."
        yield from (f"{place}: shows a line of a solution: {line}" for line in telling if line in cell.source)


def _exercises(name: str, notebook: NotebookNode, declared: list[str], given: set[str]) -> Iterator[str]:
    asked = exercises_in(notebook)
    for exercise in declared:
        if (times := asked.count(exercise)) != 1:
            yield f"{name}: exercise {exercise!r} must appear once; it appears {times} times."
    for stranger in sorted(set(asked) - set(declared)):
        yield f"{name}: exercise {stranger!r} is not one that the lesson declares."
    for place, cell in _cells(name, notebook, "code"):
        names = [found for found in re.findall(EXERCISE, cell.source) if found not in given]
        if names and cell.source.count("return TODO") != len(names):
            yield f"{place}: exercise {names[0]!r} must leave one `return TODO` to the learner."
