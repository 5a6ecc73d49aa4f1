"""One source a lesson: `solutions/NN_slug.py` gives the notebook that learners open and the solved one.

CONTRIBUTING.md says how a source is written, for jupytext's percent format. Neither notebook carries outputs, and a
cell keeps its id as long as its first line (or heading, or the name of its exercise) stays, whatever happens around it.
Companions (notation, glossary, refreshers, pictures) are written in `solutions/` and copied to `lessons/`.
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
from ddlearn.course import guide, index, notebooks, rules

BEGIN, GIVEN, END = "# BEGIN SOLUTION", "# BEGIN GIVEN", "# END SOLUTION"
SOLUTION = re.compile(rf"^([ \t]*){BEGIN}[ \t]*\n(.*?)\n[ \t]*{END}[ \t]*$", flags=re.M | re.S)
LINK = re.compile(r"\[\[(\w+)(#[\w:-]+)?(?:\|([^\]]+))?\]\]")
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


def read(path: Path) -> NotebookNode:
    """Return a source as a notebook whose solutions still stand between their markers. ValueError for a lone marker."""
    cells: dict[str, NotebookNode] = {}
    for position, cell in enumerate(jupytext.read(path, fmt="py:percent").cells, start=1):
        markers = [line for line in map(str.strip, cell.source.splitlines()) if line in (BEGIN, END)]
        if markers != [BEGIN, END] * len(SOLUTION.findall(cell.source)):
            place = f"{path.name}, cell {position}"
            raise ValueError(f"{place}: '{BEGIN}' and '{END}' must stand in pairs, with a solution between them.")
        make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
        tags = cell.metadata.get("tags", [])
        anchor = _anchor(cell, rules.INSTRUCTOR if rules.INSTRUCTOR in tags else cell.cell_type)
        names = (anchor if again == 1 else f"{anchor}-{again}" for again in count(1))
        identity = next(name for name in names if name not in cells)
        text = linked(cell.source, path.parent) if cell.cell_type == "markdown" else cell.source
        cells[identity] = make(text, id=identity, metadata={"tags": tags} if tags else {})
    return new_notebook(cells=list(cells.values()), metadata=METADATA)


def linked(text: str, folder: Path) -> str:
    """Return a text with each `[[slug]]` as a link to the lesson of that name in a folder. ValueError for no lesson."""
    stems = {path.stem.partition("_")[2]: path.stem for path in folder.glob("[0-9][0-9]_*.py")}

    def link(found: re.Match) -> str:
        slug, anchor, words = found.groups()
        if slug not in stems:
            raise ValueError(f"{found[0]} names no lesson. There are: {', '.join(sorted(stems))}.")
        return f"[{words or f'lesson {stems[slug][:2]}'}]({stems[slug]}.ipynb{anchor or ''})"

    made = LINK.sub(link, text)
    if left := re.search(r"\[\[[a-z_]+[^\]]*\]\]", made):
        raise ValueError(f"{left[0]} is no link: write [[slug]], or [[slug#Heading-with-hyphens|words]].")
    return made


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
    """Write all that is made of the sources under `root`; return the paths of the files that changed."""
    texts = _texts(root, sources(root))
    changed = [path for path, text in texts.items() if _found(path) != text]
    for path in changed:
        write_whole(path, texts[path])
    return changed


def check(root: Path, exercises: Callable[[str], Iterable[str]]) -> list[str]:
    """Return every fault of what is made of the sources under `root`, each a sentence that names the file.

    `exercises(number)` gives the names of the exercises that the lesson of that number declares.
    """
    lessons = sources(root)
    faults = guide.faults(root, lessons)
    for stem, source in lessons.items():
        learners, asked = notebook(source, solved=False), exercises(stem[:2])
        faults += rules.unsolved(f"lessons/{stem}.ipynb", learners, solutions(source), asked, given(source))
        faults += rules.solved(f"solutions/{stem}.ipynb", notebook(source, solved=True))
    texts, shelf = _texts(root, lessons), root / "lessons"
    there = [*root.glob("solutions/*.ipynb"), *shelf.glob("*.ipynb"), *notebooks.companions(shelf)]
    for path in sorted({*texts, *there}):
        name = path.relative_to(root).as_posix()
        if path not in texts:
            faults.append(f"{name}: no source in solutions/ makes this file; remove it.")
        elif _found(path) != texts[path]:
            faults.append(f"{name}: is not what its source says. Edit the source, then `ddlearn build`.")
    return faults


def sources(root: Path) -> dict[str, NotebookNode]:
    """Return the sources under `root`, read, by the stem of their names."""
    return {path.stem: read(path) for path in notebooks.sources(root)}


def _found(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


def _texts(root: Path, lessons: dict[str, NotebookNode]) -> dict[Path, str]:
    """The text of each file that is made of the sources: notebooks, companions and guide."""
    here, issues = root / "solutions", _issues(root)
    texts = index.texts(root, lessons)
    for path in notebooks.companions(here):
        texts[root / "lessons" / path.relative_to(here)] = texts.get(path) or path.read_text("utf-8")
    for stem, source in lessons.items():
        for folder in ("lessons", "solutions"):
            made = notebook(source, folder == "solutions")
            made.cells += [problem(stem, source, issues)] if issues else []
            texts[root / folder / f"{stem}.ipynb"] = nbformat.writes(made) + "\n"
    return texts | guide.texts(root, lessons)


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


def _anchor(cell: NotebookNode, role: str) -> str:
    """What a cell is known by: its exercise, its heading, else its first line; as an id that nbformat allows."""
    exercise = re.search(rules.EXERCISE, cell.source) if cell.cell_type == "code" else None
    first = exercise[1] if exercise else next((line for line in cell.source.splitlines() if line.strip()), "")
    words = re.sub(r"[^a-z0-9]+", "-", first.lower()).strip("-")[:48].rstrip("-")
    return f"{'exercise' if exercise else role}-{words or 'cell'}"
