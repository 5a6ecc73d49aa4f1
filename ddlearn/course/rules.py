"""What a notebook of the course must satisfy; each fault is a sentence that names the file and the cell."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from nbformat import NotebookNode

INSTRUCTOR, SOLUTION = "instructor", "solution"
EXERCISE = r"""(?:@lesson\.(?:exercise|problem)|lesson\.decide)\(\s*["']([^"']+)["']"""
LONGEST_CELL = 25  # lines
FEWEST_CELLS = {"00": 5}  # code cells of a lesson that are not the usual eight
SHORT_LINE = 12  # a solution's line up to this length gives nothing away: "return total"
PICTURE = r"""<img\b(?![^>]*\balt\s*=\s*(?:"[^"]*\S[^"]*"|'[^']*\S[^']*'))[^>]*>|!\[\s*\]\([^)]*\)"""
"""A picture without words: in HTML without an `alt` that says something, or in Markdown without a text."""


def unsolved(
    name: str, notebook: NotebookNode, solutions: Iterable[str], exercises: Collection[str], given: Collection[str]
) -> list[str]:
    """Return the faults of a learner's notebook: the common rules, solved work that shows, exercises that do not.

    `given` names the exercises that begin with a version to repair, or a choice to make.
    """
    found, asked = common(name, notebook), exercises_in(notebook)
    telling = sorted({line for line in solutions if len(line) > SHORT_LINE})
    for place, cell in _cells(name, notebook, "code", "markdown"):
        if solved_only(cell):
            found.append(f"{place}: an instructor's note, or a solution, in the learner's notebook.")
        found += [f"{place}: shows a line of a solution: {line}" for line in telling if line in cell.source]
    for place, cell in _cells(name, notebook, "code"):
        stubs = [one for one in re.findall(EXERCISE, cell.source) if one not in given]
        if stubs and cell.source.count("return TODO") != len(stubs):
            found.append(f"{place}: exercise {stubs[0]!r} must leave one `return TODO` to the learner.")
    if sorted(asked) != sorted(exercises):
        found.append(f"{name}: asks for {', '.join(asked)}; its room declares {', '.join(exercises)}.")
    return found


def solved(name: str, notebook: NotebookNode) -> list[str]:
    """Return the faults of a solved notebook: the common rules, and a stub that nobody filled."""
    stubs = (place for place, cell in _cells(name, notebook, "code") if "return TODO" in cell.source)
    return [*common(name, notebook), *(f"{place}: still says `return TODO`." for place in stubs)]


def common(name: str, notebook: NotebookNode) -> list[str]:
    """Return the faults that neither notebook may have."""
    code, prose = (_cells(name, notebook, kind) for kind in ("code", "markdown"))
    fewest = FEWEST_CELLS.get(name.rpartition("/")[2][:2], 8)
    found = [] if len(code) >= fewest else [f"{name}: {len(code)} cells of code; at least {fewest} are expected."]
    found += _headings(name, prose)
    marked = (place for place, cell in [*code, *prose] if re.search(r"\b(BEGIN|END) SOLUTION\b", cell.source))
    found += [f"{place}: a solution's marker is left." for place in marked]
    for place, cell in prose:
        for picture in re.findall(PICTURE, cell.source):
            found.append(f"{place}: a picture without words for those who cannot see it: {picture}")
    for place, cell in code:
        found += _code(place, cell.source)
    return found


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


def _headings(name: str, prose: list[tuple[str, NotebookNode]]) -> Iterator[str]:
    levels = []
    for place, cell in prose:
        # The sign # inside a fenced block is a comment in code and no heading.
        text = re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.M | re.S)
        for signs, heading in re.findall(r"^ {0,3}(#{1,6})\s+(.*)", text, flags=re.M):
            if levels and len(signs) > levels[-1] + 1:
                yield f"{place}: heading {heading.strip()!r} jumps from level {levels[-1]} to {len(signs)}."
            levels.append(len(signs))
    if levels.count(1) != 1 or not prose[0][1].source.startswith("# "):
        yield f"{name}: a lesson begins with its title, its only heading of level 1."


def _code(place: str, source: str) -> Iterator[str]:
    if (length := len(source.splitlines())) > LONGEST_CELL:
        yield f"{place}: {length} lines; {LONGEST_CELL} at most."
    if re.search(r"\bpip\b", source):
        yield f"{place}: mentions pip; `make lab` installs, a lesson does not."
    try:
        compile(source, place, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        yield f"{place}: not plain Python (line {error.lineno}: {error.msg})."
