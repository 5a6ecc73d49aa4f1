"""One source a lesson: `solutions/NN_slug.py` gives the notebook that learners open and the solved one.

The source is a Python file in percent format, read with jupytext. What stands between `# BEGIN SOLUTION` and
`# END SOLUTION` becomes `return TODO` in `lessons/NN_slug.ipynb`; in `solutions/NN_slug.ipynb` only the two comments
vanish. Lines behind `# BEGIN GIVEN`, written as comments, are what learners get instead of `return TODO`: a version to
repair. Cells tagged `instructor` or `solution` are in the solved notebook only. Neither carries outputs, and a cell
keeps its id as long as its first line (or heading, or the name of its exercise) stays, whatever happens around it.

`[[slug]]` in Markdown becomes a link to that lesson, by its number of today; `[[slug#Heading|words]]` has words of its
own. Companions (notation, glossary, refreshers, pictures) are written in `solutions/` and copied to `lessons/`. Where
pyproject.toml has the address of the issues, a lesson ends with links that report a problem, one for each part.
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ddlearn.classroom.store import write_whole
from ddlearn.course import rules
from ddlearn.course.notebooks import companions

BEGIN, GIVEN, END = "# BEGIN SOLUTION", "# BEGIN GIVEN", "# END SOLUTION"
SOLUTION = re.compile(rf"^([ \t]*){BEGIN}[ \t]*\n(.*?)\n[ \t]*{END}[ \t]*$", flags=re.M | re.S)
LINK = re.compile(r"\[\[(\w+)(#[\w-]+)?(?:\|([^\]]+))?\]\]")
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


def read(path: Path) -> NotebookNode:
    """Return a source as a notebook whose solutions still stand between their markers.

    Raises:
        SourceError: with the file and the cell, for a marker that does not pair or a cell of raw text.
    """
    cells: dict[str, NotebookNode] = {}
    for position, cell in enumerate(jupytext.read(path, fmt="py:percent").cells, start=1):
        place = f"{path.name}, cell {position}"
        if cell.cell_type not in ("code", "markdown"):
            raise SourceError(f"{place}: a cell is code or markdown, this one is {cell.cell_type}.")
        markers = [line for line in map(str.strip, cell.source.splitlines()) if line in (BEGIN, END)]
        if markers != [BEGIN, END] * len(SOLUTION.findall(cell.source)):
            raise SourceError(f"{place}: '{BEGIN}' and '{END}' must stand in pairs, with a solution between them.")
        make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
        tags = cell.metadata.get("tags", [])
        anchor = _anchor(cell, rules.INSTRUCTOR if rules.INSTRUCTOR in tags else cell.cell_type)
        names = (anchor if again == 1 else f"{anchor}-{again}" for again in count(1))
        identity = next(name for name in names if name not in cells)
        text = linked(cell.source, path.parent) if cell.cell_type == "markdown" else cell.source
        cells[identity] = make(text, id=identity, metadata={"tags": tags} if tags else {})
    return new_notebook(cells=list(cells.values()), metadata=METADATA)


def linked(text: str, folder: Path) -> str:
    """Return a Markdown text with each `[[slug]]` as a link to the lesson of that name among the sources in a folder.

    Raises:
        SourceError: for a lesson that is not there.
    """
    stems = {path.stem.partition("_")[2]: path.stem for path in folder.glob("[0-9][0-9]_*.py")}

    def link(found: re.Match) -> str:
        slug, anchor, words = found.groups()
        if slug not in stems:
            raise SourceError(f"{found[0]} names no lesson. There are: {', '.join(sorted(stems))}.")
        return f"[{words or f'lesson {stems[slug][:2]}'}]({stems[slug]}.ipynb{anchor or ''})"

    return LINK.sub(link, text)


def notebook(source: NotebookNode, solved: bool) -> NotebookNode:
    """Return the lesson of a source, solved or to be solved."""
    cells = []
    for cell in source.cells:
        if solved or not rules.solved_only(cell):
            text = SOLUTION.sub(lambda found: _block(found)[0 if solved else 1], cell.source)
            cells.append(NotebookNode({**cell, "source": text}))
    return new_notebook(cells=cells, metadata=METADATA)


def _block(found: re.Match) -> tuple[str, str]:
    """Return what stands between a solution's markers: the solution, and what a learner gets in its place."""
    solution, _, given = found[2].partition(f"{found[1]}{GIVEN}\n")
    given = re.sub(rf"^{found[1]}# ?", found[1], given, flags=re.M)
    return solution.rstrip("\n"), given or f"{found[1]}return TODO"


def solutions(source: NotebookNode) -> list[str]:
    """Return every line that a learner is asked to find, without its indentation."""
    blocks = [_block(found) for cell in source.cells for found in SOLUTION.finditer(cell.source)]
    known = {line.strip() for _, given in blocks for line in given.splitlines()}
    lines = (line.strip() for solution, _ in blocks for line in solution.splitlines())
    return [line for line in lines if line and line not in known]


def given(source: NotebookNode) -> list[str]:
    """Return the names of the exercises that a learner repairs or decides: their cells need no `return TODO`."""
    return [name for cell in source.cells if GIVEN in cell.source for name in re.findall(rules.EXERCISE, cell.source)]


def build(root: Path) -> list[Path]:
    """Write both notebooks of every source under `root`; return the paths of those that changed."""
    texts = _texts(root, _sources(root))
    changed = [path for path, text in texts.items() if not (path.is_file() and path.read_bytes() == text.encode())]
    for path in changed:
        write_whole(path, texts[path])
    return changed


def check(root: Path, exercises: Callable[[str], Iterable[str]]) -> list[str]:
    """Return every fault of the notebooks under `root`, each a sentence that names the file; empty when all is well.

    `exercises(number)` gives the names of the exercises that the lesson of that number declares.
    """
    faults, sources = [], _sources(root)
    for stem, source in sources.items():
        learners = notebook(source, solved=False)
        asked = exercises(stem[:2])
        faults += rules.unsolved(f"lessons/{stem}.ipynb", learners, solutions(source), asked, given(source))
        faults += rules.solved(f"solutions/{stem}.ipynb", notebook(source, solved=True))
    expected = _texts(root, sources)
    for path in sorted({*expected, *(root / "solutions").glob("*.ipynb"), *_files(root / "lessons")}):
        found = path.read_text("utf-8") if path.is_file() else None
        if found != expected.get(path):
            faults.append(f"{path.relative_to(root).as_posix()}: {_drift(found, expected.get(path))}")
    return faults


def _sources(root: Path) -> dict[str, NotebookNode]:
    found = sorted((root / "solutions").glob("[0-9][0-9]_*.py"))
    if not found:
        raise FileNotFoundError(f"There is no source of a lesson in {root / 'solutions'}.")
    return {path.stem: read(path) for path in found}


def _texts(root: Path, sources: dict[str, NotebookNode]) -> dict[Path, str]:
    """The text of each notebook, and of each companion in `lessons/`."""
    here, issues, texts = root / "solutions", _issues(root), {}
    for stem, source in sources.items():
        for folder in ("lessons", "solutions"):
            made = notebook(source, folder == "solutions")
            made.cells += [problem(stem, source, issues)] if issues else []
            texts[root / folder / f"{stem}.ipynb"] = nbformat.writes(made) + "\n"
    return texts | {root / "lessons" / path.relative_to(here): path.read_text("utf-8") for path in companions(here)}


def problem(stem: str, source: NotebookNode, issues: str) -> NotebookNode:
    """Return a folded cell with a link for each part of a lesson: to a form that knows both, and sends nothing."""
    prose = [cell.source for cell in source.cells if cell.cell_type == "markdown" and not rules.solved_only(cell)]
    parts = re.findall(r"^## (.+)", "\n".join(prose), flags=re.M)
    asked = ({"template": "problem.yml", "lesson": stem, "part": part} for part in parts)
    links = [f"[{query['part']}]({issues}/new?{urlencode(query)})" for query in asked]
    text = "Report a problem with a part of this page"
    words = f"<details><summary>{text}</summary>\n\n{' · '.join(links)}\n\n</details>"
    return new_markdown_cell(words, id="markdown-report-a-problem")


def _issues(root: Path) -> str:
    """Return the address of the repository's issues, "" where pyproject.toml has none."""
    file = root / "pyproject.toml"
    project = tomllib.loads(file.read_text("utf-8")).get("project", {}) if file.is_file() else {}
    return project.get("urls", {}).get("Issues", "").rstrip("/")


def _files(folder: Path) -> list[Path]:
    return [*folder.glob("*.ipynb"), *companions(folder)]


def _anchor(cell: NotebookNode, role: str) -> str:
    """What a cell is known by: its exercise, its heading, else its first line; as an id that nbformat allows."""
    exercise = re.search(rules.EXERCISE, cell.source) if cell.cell_type == "code" else None
    first = exercise[1] if exercise else next((line for line in cell.source.splitlines() if line.strip()), "")
    words = re.sub(r"[^a-z0-9]+", "-", first.lower()).strip("-")[:48].rstrip("-")
    return f"{'exercise' if exercise else role}-{words or 'cell'}"


def _drift(found: str | None, expected: str | None) -> str:
    if expected is None:
        return "no source in solutions/ makes this file; remove it."
    if found is None:
        return "missing. `ddlearn build` writes it."
    if not expected.startswith("{"):
        return "differs from its twin in solutions/. Edit that one, then `ddlearn build`."
    try:
        old, new = ({cell.id: cell for cell in nbformat.reads(text, 4).cells} for text in (found, expected))
    except Exception:  # whatever nbformat says of a damaged file, the answer is the same
        return "not a notebook. `ddlearn build` writes it again."
    changed = next((key for key in {**new, **old} if old.get(key) != new.get(key)), None)
    where = f" at cell {changed!r}" if changed else ""
    return f"differs from its source{where}. Edit solutions/*.py, then `ddlearn build`."
