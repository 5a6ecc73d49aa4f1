"""What a notebook of the course must satisfy; each fault is a sentence that names the file and the cell."""

import ast
import re
from collections.abc import Iterable, Iterator

import nbformat
from nbformat import NotebookNode

INSTRUCTOR = "instructor"
EXERCISE = r"""@lesson\.exercise\(\s*["']([^"']+)["']"""
LONGEST_CELL = 25  # lines
FEWEST_CELLS = {"00": 5}  # code cells of a lesson that are not the usual eight
SHORT_LINE = 12  # a solution's line up to this length gives nothing away: "return total"


def unsolved(name: str, notebook: NotebookNode, solutions: Iterable[str], exercises: Iterable[str]) -> list[str]:
    """Faults of a learner's notebook: the common rules, solved work that shows, exercises that do not."""
    return [
        *common(name, notebook),
        *_leaks(name, notebook, solutions),
        *_exercises(name, notebook, tuple(exercises)),
    ]


def solved(name: str, notebook: NotebookNode) -> list[str]:
    """Faults of a solved notebook: the common rules, and a stub that nobody filled."""
    empty = (
        f"{_at(name, i)}: still says `return TODO`." for i, cell in _code(notebook) if "return TODO" in cell.source
    )
    return [*common(name, notebook), *empty]


def common(name: str, notebook: NotebookNode) -> list[str]:
    """Faults that neither notebook may have."""
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        return [f"{name}: not a valid notebook: {str(error).splitlines()[0]}"]
    return [*_frame(name, notebook), *_headings(name, notebook), *_pictures(name, notebook), *_cells(name, notebook)]


def exercises_in(notebook: NotebookNode) -> list[str]:
    """The names of the exercises that a notebook asks for, in its order."""
    return [found for _, cell in _code(notebook) for found in re.findall(EXERCISE, cell.source)]


def _at(name: str, position: int) -> str:
    return f"{name}, cell {position}"


def _of(kind: str, notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    return [(position, cell) for position, cell in enumerate(notebook.cells, start=1) if cell.cell_type == kind]


def _code(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    return _of("code", notebook)


def _frame(name: str, notebook: NotebookNode) -> Iterator[str]:
    kernel = notebook.metadata.get("kernelspec", {}).get("name")
    if kernel != "python3":
        yield f"{name}: the kernel must be python3, which every Jupyter has; got {kernel!r}."
    fewest = FEWEST_CELLS.get(name.rpartition("/")[2][:2], 8)
    count = len(_code(notebook))
    if count < fewest:
        yield f"{name}: suspiciously short, {count} code cells; at least {fewest} are expected."
    ids = [cell.id for cell in notebook.cells]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"{name}: two cells have the id {twice!r}."


def _headings(name: str, notebook: NotebookNode) -> Iterator[str]:
    level, titles = 0, 0
    for position, cell in _of("markdown", notebook):
        # The sign # inside a fenced block is a comment in code and no heading.
        prose = re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.M | re.S)
        for heading in re.finditer(r"^ {0,3}(#{1,6})\s+(.*)", prose, flags=re.M):
            deeper = len(heading[1])
            titles += deeper == 1
            if level and deeper > level + 1:
                yield f"{_at(name, position)}: heading {heading[2].strip()!r} jumps from level {level} to {deeper}."
            level = deeper
    if titles != 1:
        yield f"{name}: a lesson has one heading of level 1, its title; found {titles}."
    if notebook.cells and not re.match(r"# \S", notebook.cells[0].source):
        yield f"{_at(name, 1)}: a lesson begins with its title."


def _pictures(name: str, notebook: NotebookNode) -> Iterator[str]:
    for position, cell in _of("markdown", notebook):
        tags = re.findall(r"<img\b[^>]*>", cell.source)
        bare = [tag for tag in tags if not re.search(r"""\balt\s*=\s*("[^"]*\S[^"]*"|'[^']*\S[^']*')""", tag)]
        bare += re.findall(r"!\[\s*\]\([^)]*\)", cell.source)
        for picture in bare:
            yield f"{_at(name, position)}: a picture without words for those who cannot see it: {picture}"


def _cells(name: str, notebook: NotebookNode) -> Iterator[str]:
    for position, cell in _code(notebook):
        place = _at(name, position)
        if cell.outputs or cell.execution_count is not None:
            yield f"{place}: carries outputs."
        if (length := len(cell.source.splitlines())) > LONGEST_CELL:
            yield f"{place}: {length} lines; {LONGEST_CELL} at most."
        if re.search(r"\bpip\b", cell.source):
            yield f"{place}: mentions pip; `make lab` installs, a lesson does not."
        try:
            compile(cell.source, place, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            yield f"{place}: not plain Python (line {error.lineno}: {error.msg})."
    for position, cell in enumerate(notebook.cells, start=1):
        if re.search(r"\b(BEGIN|END) SOLUTION\b", cell.source):
            yield f"{_at(name, position)}: a solution's marker is left."


def _leaks(name: str, notebook: NotebookNode, solutions: Iterable[str]) -> Iterator[str]:
    telling = sorted({line for line in solutions if len(line) > SHORT_LINE})
    for position, cell in enumerate(notebook.cells, start=1):
        if INSTRUCTOR in cell.metadata.get("tags", ()):
            yield f"{_at(name, position)}: an instructor's note in the learner's notebook."
        for line in (one for one in telling if one in cell.source):
            yield f"{_at(name, position)}: shows a line of a solution: {line}"


def _exercises(name: str, notebook: NotebookNode, declared: tuple[str, ...]) -> Iterator[str]:
    asked = exercises_in(notebook)
    for exercise in declared:
        if (times := asked.count(exercise)) != 1:
            yield f"{name}: exercise {exercise!r} must appear once; it appears {times} times."
    for stranger in sorted(set(asked) - set(declared)):
        yield f"{name}: exercise {stranger!r} is not one that the lesson declares."
    for position, cell in _code(notebook):
        names = re.findall(EXERCISE, cell.source)
        if names and cell.source.count("return TODO") != len(names):
            yield f"{_at(name, position)}: exercise {names[0]!r} must leave one `return TODO` to the learner."
