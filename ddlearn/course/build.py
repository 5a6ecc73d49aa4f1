"""One source a lesson: `solutions/NN_slug.py` gives the notebook that learners open and the solved one.

The source is a Python file in percent format, read with jupytext. What stands between `# BEGIN SOLUTION` and
`# END SOLUTION` becomes `return TODO` in `lessons/NN_slug.ipynb`; in `solutions/NN_slug.ipynb` only the two comments
vanish. Cells tagged `instructor` are in the solved notebook only. Neither carries outputs, and a cell keeps its id
as long as its first line (or heading, or the name of its exercise) stays, whatever happens to the cells around it.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ddlearn.course import rules

BEGIN, END, STUB = "# BEGIN SOLUTION", "# END SOLUTION", "return TODO"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


class SourceError(ValueError):
    """A source that cannot be read as a lesson; the sentence names the file and the cell."""


@dataclass(frozen=True)
class Block:
    """One solution in one cell: the lines between the markers, and the indentation at which its stub stands."""

    indent: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One cell of a source. `parts` are its lines, with each solution as one `Block` among them."""

    id: str
    kind: str
    tags: tuple[str, ...]
    parts: tuple[str | Block, ...]

    def text(self, solved: bool) -> str:
        """The cell as the solved notebook (`solved`) or the learner's notebook shows it."""

        def lines() -> Iterator[str]:
            for part in self.parts:
                if isinstance(part, str):
                    yield part
                elif solved:
                    yield from part.lines
                else:
                    yield part.indent + STUB

        return "\n".join(lines())


@dataclass(frozen=True)
class Source:
    """A lesson as it is written."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def solutions(self) -> tuple[str, ...]:
        """Every line that a learner is asked to find, without its indentation."""
        blocks = (part for cell in self.cells for part in cell.parts if isinstance(part, Block))
        return tuple(line.strip() for block in blocks for line in block.lines if line.strip())

    def notebook(self, solved: bool) -> NotebookNode:
        """The lesson as a notebook, solved or to be solved."""
        make = {"code": new_code_cell, "markdown": new_markdown_cell}
        cells = [
            make[cell.kind](cell.text(solved), id=cell.id, metadata={"tags": list(cell.tags)} if cell.tags else {})
            for cell in self.cells
            if solved or rules.INSTRUCTOR not in cell.tags
        ]
        return new_notebook(cells=cells, metadata=METADATA)


def read(path: Path) -> Source:
    """Read a source. SourceError, with the file and the cell, for a marker that does not pair or a cell of raw text."""
    cells, seen = [], set()
    for position, cell in enumerate(jupytext.read(path, fmt="py:percent").cells, start=1):
        place = f"{path.name}, cell {position}"
        if cell.cell_type not in ("code", "markdown"):
            raise SourceError(f"{place}: a cell is code or markdown, this one is {cell.cell_type}.")
        tags = tuple(cell.metadata.get("tags", ()))
        anchor = _anchor(cell, "instructor" if rules.INSTRUCTOR in tags else cell.cell_type)
        names = (anchor if again == 1 else f"{anchor}-{again}" for again in count(1))
        identity = next(name for name in names if name not in seen)
        seen.add(identity)
        cells.append(Cell(identity, cell.cell_type, tags, tuple(_parts(cell.source, place))))
    return Source(path, tuple(cells))


def render(source: Source, solved: bool) -> str:
    """The text of the notebook file."""
    return nbformat.writes(source.notebook(solved)) + "\n"


def build(root: Path) -> list[Path]:
    """Write both notebooks of every source under `root`; the paths of those that changed."""
    return [path for path, text in _targets(root) if _write(path, text)]


def check(root: Path, exercises: Callable[[str], Iterable[str]]) -> list[str]:
    """Every fault of the notebooks under `root`, each a sentence that names the file; empty when all is well.

    `exercises(number)` gives the names of the exercises that the lesson of that number declares.
    """
    faults, expected = [], dict(_targets(root))
    for path in _sources(root):
        source = read(path)
        names = tuple(exercises(path.name[:2]))
        faults += rules.unsolved(f"lessons/{path.stem}.ipynb", source.notebook(False), source.solutions, names)
        faults += rules.solved(f"solutions/{path.stem}.ipynb", source.notebook(True))
    for path, text in expected.items():
        faults += _drift(path.relative_to(root).as_posix(), path.read_text("utf-8") if path.is_file() else None, text)
    for path in sorted({*(root / "lessons").glob("*.ipynb"), *(root / "solutions").glob("*.ipynb")} - set(expected)):
        faults.append(f"{path.relative_to(root).as_posix()}: no source in solutions/ makes this notebook; remove it.")
    return faults


def _sources(root: Path) -> list[Path]:
    found = sorted((root / "solutions").glob("[0-9][0-9]_*.py"))
    if not found:
        raise FileNotFoundError(f"There is no source of a lesson in {root / 'solutions'}.")
    return found


def _targets(root: Path) -> Iterator[tuple[Path, str]]:
    for path in _sources(root):
        source = read(path)
        yield root / "lessons" / f"{path.stem}.ipynb", render(source, solved=False)
        yield root / "solutions" / f"{path.stem}.ipynb", render(source, solved=True)


def _anchor(cell: NotebookNode, role: str) -> str:
    """What a cell is known by: its exercise, its heading, else its first line; as an id that nbformat allows."""
    exercise = re.search(rules.EXERCISE, cell.source) if cell.cell_type == "code" else None
    first = exercise[1] if exercise else next((line for line in cell.source.splitlines() if line.strip()), "")
    words = re.sub(r"[^a-z0-9]+", "-", first.lower()).strip("-")[:48].rstrip("-")
    return f"{'exercise' if exercise else role}-{words or 'cell'}"


def _parts(text: str, place: str) -> Iterator[str | Block]:
    indent, body = "", None
    for line in text.splitlines():
        mark = line.strip()
        if mark == BEGIN:
            if body is not None:
                raise SourceError(f"{place}: a second '{BEGIN}' before '{END}'.")
            indent, body = line[: len(line) - len(line.lstrip())], []
        elif mark == END:
            if not body:
                raise SourceError(f"{place}: '{END}' without '{BEGIN}' and a solution before it.")
            yield Block(indent, tuple(body))
            body = None
        elif body is None:
            yield line
        else:
            body.append(line)
    if body is not None:
        raise SourceError(f"{place}: '{BEGIN}' without '{END}'.")


def _drift(name: str, found: str | None, expected: str) -> list[str]:
    if found == expected:
        return []
    if found is None:
        return [f"{name}: missing. `ddlearn build` writes it."]
    try:
        old, new = ({cell.id: cell for cell in nbformat.reads(text, 4).cells} for text in (found, expected))
    except Exception:  # whatever nbformat says of a damaged file, the answer is the same
        return [f"{name}: not a notebook. `ddlearn build` writes it again."]
    changed = [key for key in {**new, **old} if old.get(key) != new.get(key)]
    where = f" at cell {changed[0]!r}" if changed else ""
    return [f"{name}: differs from its source{where}. Edit solutions/*.py, then `ddlearn build`."]


def _write(path: Path, text: str) -> bool:
    """Put `text` in place in one step, so that nobody ever reads half a notebook; False if it stood there already."""
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(text.encode())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return True
