"""A chapter: the notebook of one lesson, run, as a page of the book shows it.

Cells of code and their outputs stay. A call that puts something live on the page, such as questions or an explorer,
gives way to what a page can show in its place.
"""

import ast
import re
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

import nbformat
from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ddlearn import lessons
from ddlearn.classroom.prose import inline, to_html
from ddlearn.course import notebooks, rules
from ddlearn.course.index import anchor

# What these print is of the machine that runs them, and no reader's: the page shows the call alone.
OF_THE_MACHINE = {("lesson", "start"), ("doctor", "show")}
WIDGET = "application/vnd.jupyter.widget-view+json"
NOTEBOOK = re.compile(r"\[([^\]]*)\]\((?:\.\./)?(\d\d_\w+)\.ipynb(?:#[^)]*)?\)")
SCRIPT = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>")
STYLE = re.compile(r'(<(?:table|caption|t[hd])\b[^>]*?) style="[^"]*"')  # of a table; a page has a style of its own
INSTRUCTOR = ":::::{{admonition}} For the instructor\n:class: note instructor\n\n{}\n:::::"

_pages = Environment(loader=PackageLoader(__package__, ""), autoescape=True, trim_blocks=True, lstrip_blocks=True)
_pages.filters |= {
    "code": lambda source: Markup(highlight(source.strip("\n"), PythonLexer(), HtmlFormatter())),
    "prose": lambda text: Markup(to_html(text)),
    "unstyled": lambda table: Markup(STYLE.sub(r"\1", table)),
    "words": lambda text: Markup(inline(text)),
}
PARTS = _pages.get_template("parts.html").module


def linked(text: str, here: Container[str]) -> str:
    """Return a Markdown text in which a link to a lesson that is not `here` is its words alone.

    Where it leads to a heading, it names it as Sphinx does: "#By-hand", which JupyterLab asks for, is "#by-hand".
    """
    kept = NOTEBOOK.sub(lambda link: link[0] if link[2] in here else link[1], text)
    return re.sub(r"(?<=\.ipynb#)[^)]*", lambda heading: anchor(heading[0]), kept)


class Chapter:
    """Writes one lesson as a page: `path` is its solved notebook, and `here` names the lessons of this edition.

    `explorers` are those that it shows, and `figures` has what stands for each, by its name. After `fill`, `page` is
    the notebook that Sphinx reads and `claims` the printed table. In the run, `held` of `measured` claims held.
    """

    def __init__(self, path: Path, here: Container[str], instructor: bool = False):
        self.lesson, self.here, self.instructor = lessons.load(notebooks.number(path)), here, instructor
        stub = next(one for one in notebooks.shipped() if one.name == path.name)
        self.solved, self.unsolved = (nbformat.read(one, as_version=4).cells for one in (path, stub))
        there = {("lesson", one.name, "show"): one for one in self.lesson.parts.explorers}
        calls = (call for cell in self.solved if cell.cell_type == "code" for call in calls_in(cell.source))
        self.explorers = [there[call] for call in dict.fromkeys(calls) if call in there]
        self.figures: dict[str, Markup] = {}
        self.claims, self.held, self.measured = Markup(), 0, 0
        self._stubs = {cell.id: cell.source for cell in self.unsolved}
        self._unasked = {one.name: one for one in self.lesson.parts.predictions}

    def fill(self, run: NotebookNode) -> None:
        """Make the page of the solved notebook, run."""
        cells = (cell for cell in run.cells if self.instructor or not rules.for_instructors(cell))
        self.page = new_notebook(cells=[*map(self._cell, cells)], metadata=run.metadata)

    def words(self, cell: NotebookNode) -> str:
        """Return the Markdown of a cell, linked to lessons of this edition alone."""
        return linked(cell.source, self.here)

    def _cell(self, cell: NotebookNode) -> NotebookNode:
        if cell.cell_type == "markdown":
            return new_markdown_cell((INSTRUCTOR if rules.for_instructors(cell) else "{}").format(self.words(cell)))
        calls = list(calls_in(cell.source))
        if blocks := [block for call in calls for block in self._known(call, cell)]:
            return new_markdown_cell(raw(Markup("\n").join(blocks)))
        outputs = [] if OF_THE_MACHINE & {call[:2] for call in calls} else list(_still(cell.outputs))
        return NotebookNode({**cell, "outputs": outputs})

    def _known(self, call: tuple[str, ...], cell: NotebookNode) -> Iterator[Markup]:
        """Yield what the page shows in place of a call that it knows; nothing for one that it does not."""
        told, stub = self.lesson.parts, self._stubs.get(cell.id, "")
        exercises, decisions = ({one.name: one for one in kind} for kind in (told.exercises, told.decisions))
        match call:
            case ("lesson", "recap" | "quiz" as part):
                yield PARTS.questions(getattr(told, part))
            case ("lesson", "predict", *names):  # without a name: all that no other cell asks
                yield from (PARTS.prediction(self._unasked.pop(name)) for name in names or list(self._unasked))
            case ("lesson", "exercise" | "problem", name) if name in exercises:
                yield PARTS.exercise(exercises[name], stub, cell.source)
            case ("lesson", "decide", name, *_):
                yield PARTS.decision(decisions[name], stub, cell.source, _html(cell.outputs))
            case ("lesson", "claims"):
                self.claims = PARTS.claims(_html(cell.outputs), self.lesson.number)
                yield self.claims
            case ("lesson", name, "show") if name in self.figures:
                yield self.figures[name]


def raw(block: str) -> str:
    """Return HTML as Markdown that leaves it alone."""
    return f"``````````{{raw}} html\n{block}\n``````````"


def calls_in(source: str) -> Iterator[tuple[str, ...]]:
    """Yield each call in a cell: its dotted names, then its texts. `lesson.predict("peak")` is three words."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            texts = (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
            yield *ast.unparse(node.func).split("."), *texts


def _still(outputs: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield outputs as a page can show them, without what runs in a notebook only."""
    for output in outputs:
        data = output.get("data", {})
        fragment = SCRIPT.sub("", "".join(data.get("text/html", "")))
        if fragment.strip() and WIDGET not in data:
            yield NotebookNode({**output, "data": {"text/html": fragment}})
        elif not data.keys() & {"text/html", WIDGET}:
            yield output


def _html(outputs: Iterable[NotebookNode]) -> str:
    return "".join(
        f"<pre>{escape(one.text)}</pre>" if "text" in one else one.get("data", {}).get("text/html", "")
        for one in _still(outputs)
    )
