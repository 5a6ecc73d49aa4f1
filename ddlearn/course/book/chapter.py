"""A chapter: the notebook of one lesson, run, as a page of the book shows it.

Cells of code and their outputs stay. A call that puts something live on the page, such as questions or an explorer,
gives way to what a page can show in its place.
"""

import ast
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from ddlearn.classroom.lesson import Lesson
from ddlearn.course import rules
from ddlearn.course.book.parts import PARTS
from ddlearn.course.index import anchor

# What these print is of the machine that runs them, and no reader's: the page shows the call alone.
OF_THE_MACHINE = {("lesson", "start"), ("doctor", "show")}
WIDGET = "application/vnd.jupyter.widget-view+json"
NOTEBOOK = re.compile(r"\[([^\]]*)\]\((?:\.\./)?(\d\d_\w+)\.ipynb(#[^)]*)?\)")
SCRIPT = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>")
INSTRUCTOR = ":::::{{admonition}} For the instructor\n:class: note instructor\n\n{}\n:::::"


def linked(text: str, here: Container[str]) -> str:
    """Return a Markdown text in which a link to a lesson that is not `here` is its words alone.

    Where it leads to a heading, it names it as Sphinx does: "#By-hand", which JupyterLab asks for, is "#by-hand".
    """

    def link(found: re.Match) -> str:
        if found[2] not in here:
            return found[1]
        return found[0].replace(found[3], f"#{anchor(found[3])}") if found[3] else found[0]

    return NOTEBOOK.sub(link, text)


def shown_explorers(lesson: Lesson, notebook: NotebookNode) -> list:
    """Return the explorers that a notebook shows, in its order, each once."""
    there = {one.name: one for one in lesson.parts.explorers}
    calls = (call for cell in notebook.cells if cell.cell_type == "code" for call in calls_in(cell.source))
    names = dict.fromkeys(call[1] for call in calls if call[0] == "lesson" and call[2:] == ("show",))
    return [there[name] for name in names if name in there]


@dataclass
class Chapter:
    """Writes one lesson as a page.

    `stubs` are the cells of the notebook that learners get, by id; `here` the stems of the lessons in this edition;
    `figures` what stands for each explorer, by its name. `claims` is the printed table, once the page is made.
    """

    lesson: Lesson
    stubs: dict[str, str]
    here: Sequence[str]
    figures: dict[str, Markup]
    instructor: bool = False
    claims: str = ""
    _asked: set[str] = field(default_factory=set)

    def page(self, run: NotebookNode) -> NotebookNode:
        """Return the notebook that Sphinx reads, of a solved notebook that was run."""
        cells = [made for cell in run.cells if (made := self._cell(cell)) is not None]
        return new_notebook(cells=cells, metadata=run.metadata)

    def words(self, cell: NotebookNode) -> str:
        """Return the Markdown of a cell, linked to lessons of this edition alone."""
        return linked(cell.source, self.here)

    def _cell(self, cell: NotebookNode) -> NotebookNode | None:
        if cell.cell_type == "markdown":
            if not rules.for_instructors(cell):
                return new_markdown_cell(self.words(cell))
            return new_markdown_cell(INSTRUCTOR.format(self.words(cell))) if self.instructor else None
        calls = list(calls_in(cell.source))
        if blocks := [block for call in calls for block in self.known(call, cell)]:
            return new_markdown_cell(raw(Markup("\n").join(blocks)))
        outputs = [] if OF_THE_MACHINE & {call[:2] for call in calls} else [*map(_still, cell.outputs)]
        return NotebookNode({**cell, "outputs": [one for one in outputs if one]})

    def known(self, call: tuple[str, ...], cell: NotebookNode) -> Iterator[Markup]:
        """Yield what the page shows in place of a call that it knows; nothing for one that it does not."""
        told = self.lesson.parts
        exercises = {one.name: one for one in told.exercises}
        predictions = {one.name: one for one in told.predictions}
        stub = self.stubs.get(cell.id, "")
        match call:
            case ("lesson", "recap"):
                yield PARTS.questions(told.recap)
            case ("lesson", "quiz"):
                yield PARTS.questions(told.quiz)
            case ("lesson", "predict", name) if name in predictions:
                self._asked.add(name)
                yield PARTS.prediction(predictions[name])
            case ("lesson", "predict"):  # which one is chosen as the lesson is taken: all that no other cell asks
                yield from (PARTS.prediction(one) for name, one in predictions.items() if name not in self._asked)
            case ("lesson", "exercise" | "problem", name) if name in exercises:
                yield PARTS.exercise(exercises[name], stub, cell.source)
            case ("lesson", "decide", name, *_):
                decision = next(one for one in told.decisions if one.name == name)
                yield PARTS.decision(decision, stub, cell.source, _html(cell.outputs))
            case ("lesson", "claims"):
                self.claims = PARTS.claims(_html(cell.outputs), self.lesson.number)
                yield self.claims
            case ("lesson", name, "show") if name in self.figures:
                yield self.figures[name]


def raw(block: str) -> str:
    """Return HTML as Markdown that leaves it alone."""
    return f"``````````{{raw}} html\n{block}\n``````````"


def calls_in(source: str) -> Iterator[tuple[str, ...]]:
    """Yield each call of dotted names in a cell: its names, then its texts. `lesson.predict("peak")` is three words."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            names, place = [], node.func
            while isinstance(place, ast.Attribute):
                names, place = [place.attr, *names], place.value
            if isinstance(place, ast.Name):
                texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                yield (place.id, *names, *texts)


def _still(output: NotebookNode) -> NotebookNode | None:
    """Return an output as a page can show it, without what runs in a notebook only; None if nothing is left."""
    data = output.get("data")
    if data is None:
        return output
    if WIDGET in data:
        return None
    if "text/html" in data:
        fragment = SCRIPT.sub("", "".join(data["text/html"]))
        return NotebookNode({**output, "data": {"text/html": fragment}}) if fragment.strip() else None
    return output


def _html(outputs: Sequence[NotebookNode]) -> str:
    shown = [one for one in map(_still, outputs) if one]
    return "".join(
        f"<pre>{escape(one.text)}</pre>" if "text" in one else one.get("data", {}).get("text/html", "") for one in shown
    )
