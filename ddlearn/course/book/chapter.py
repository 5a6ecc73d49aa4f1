"""A chapter: one lesson, run and turned into HTML, block by block."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from markupsafe import Markup
from nbformat import NotebookNode

from ddlearn.classroom.lesson import Lesson
from ddlearn.classroom.page import plain
from ddlearn.course import rules
from ddlearn.course.book import outputs, parts
from ddlearn.course.book.prose import Prose
from ddlearn.course.book.stills import TAG

# What these print is of the machine that runs them, and no reader's: the page shows the call alone.
OF_THE_MACHINE = {("lesson", "start"), ("doctor", "show")}


@dataclass
class Chapter:
    """One lesson as a page of the book.

    `blocks` are its cells as HTML, its title left out; `headings` those of its prose: level, id, HTML. `question` and
    `needs` are the first cell's, as HTML, and `builds_on` the lessons named there; `claims` is the printed table.
    """

    number: str
    lesson: Lesson
    pictures: outputs.Pictures
    blocks: list[Markup] = field(default_factory=list)
    headings: list[tuple[int, str, Markup]] = field(default_factory=list)
    question: str = ""
    needs: str = ""
    builds_on: list[str] = field(default_factory=list)
    claims: str = ""
    claims_held: int = 0
    claims_measured: int = 0

    @property
    def page(self) -> str:
        return page_of(self.lesson)

    @property
    def name(self) -> str:
        return f"{int(self.number)} · {self.lesson.title}"


def page_of(lesson: Lesson) -> str:
    """The file of a lesson's page."""
    return f"{lesson.slug}.html"


def chapter(
    lesson: Lesson,
    solved: NotebookNode,
    unsolved: NotebookNode,
    address: Callable[[str], str | None] = lambda number: None,
    instructor: bool = False,
) -> Chapter:
    """The chapter of a lesson whose `solved` notebook has been run, with the cells of `stills.cells` at its end.

    `unsolved` is the notebook that learners get, `address(number)` the page of another lesson in this edition; with
    `instructor`, the notes for instructors stand where they stand in the solved notebook.
    """
    made = Chapter(lesson.number, lesson, outputs.Pictures(lesson.number))
    drawn = [cell for cell in solved.cells if TAG in cell.metadata.get("tags", ())]
    cells = [cell for cell in solved.cells if cell not in drawn]
    stubs = {cell.id: cell.source for cell in unsolved.cells}
    prose = Prose(address)
    _opening(made, cells[0].source, prose)
    writer = _Writer(made, prose, stubs, outputs.stills_of(drawn, made.pictures))
    for cell in cells:
        if instructor or rules.INSTRUCTOR not in cell.metadata.get("tags", ()):
            made.blocks += writer.blocks(cell)
    # The page has its title as a heading of its own.
    made.headings = [(level, name, Markup(words)) for level, name, words in prose.headings if level > 1]
    return made


def _opening(made: Chapter, text: str, prose: Prose) -> None:
    """Read from the first cell what the map says of a lesson: its question, and what it needs."""
    _, _, rest = text.partition("\n\n")
    question = re.search(r"\*\*Question\.\*\*\s+(.*?)\n\n", text, flags=re.S)
    made.question = Markup(prose.line(question[1] if question else rest.partition("\n\n")[0]))
    asked = re.search(r"\*\*(?:You need\*\*|Before you start:\*\*)\s+(.*?)\s*(?=\*\*|\Z)", text, flags=re.S)
    if asked:
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", asked[1]).replace("\n", " ")
        made.needs = Markup(prose.line(words))
        named = re.findall(r"\blessons?\s+\d\d(?:(?:,| and)\s+\d\d\b)*", words)
        made.builds_on = re.findall(r"\d\d", " ".join(named))


@dataclass
class _Writer:
    """Turns cells into blocks."""

    made: Chapter
    prose: Prose
    stubs: dict[str, str]
    stills: dict[str, list[tuple[str, str]]]
    asked: set[str] = field(default_factory=set)

    def blocks(self, cell: NotebookNode) -> Iterator[Markup]:
        if cell.cell_type == "markdown":
            yield self._markdown(cell)
        elif cell.cell_type == "code":
            yield from self._code(cell)

    def _markdown(self, cell: NotebookNode) -> Markup:
        rendered = Markup(re.sub(r"(?s)<h1\b.*?</h1>\s*", "", self.prose.html(cell.source)))
        if rules.INSTRUCTOR in cell.metadata.get("tags", ()):
            return Markup('<div class="instructor" role="note" aria-label="For the instructor">{}</div>').format(
                rendered
            )
        return rendered

    def _code(self, cell: NotebookNode) -> Iterator[Markup]:
        lesson, calls = self.made.lesson, list(_calls(cell.source))
        known = [block for call in calls for block in self._known(call, cell)]
        if known:
            yield from known
            return
        yield parts.code(cell.source)
        if not OF_THE_MACHINE & {call[:2] for call in calls}:
            name = f"Output of lesson {lesson.number}"
            yield from map(Markup, outputs.shown(cell.outputs, self.made.pictures, name))

    def _known(self, call: tuple[str, ...], cell: NotebookNode) -> Iterator[Markup]:
        """What the page shows in place of a call that it knows; nothing for one that it does not."""
        lesson = self.made.lesson
        explorers = {one.name: one for one in lesson.parts.explorers}
        exercises = {one.name: one for one in lesson.parts.exercises}
        predictions = {one.name: one for one in lesson.parts.predictions}
        match call:
            case ("lesson", "recap"):
                yield parts.questions(lesson.parts.recap)
            case ("lesson", "quiz"):
                yield parts.questions(lesson.parts.quiz)
            case ("lesson", "predict", name) if name in predictions:
                self.asked.add(name)
                yield parts.prediction(predictions[name])
            case ("lesson", "predict"):  # which one is chosen as the lesson is taken: all that no other cell asks
                yield from (parts.prediction(one) for name, one in predictions.items() if name not in self.asked)
            case ("lesson", "exercise" | "problem", name) if name in exercises:
                yield parts.exercise(exercises[name], self.stubs.get(cell.id, ""), cell.source)
            case ("lesson", "claims"):
                table = list(outputs.shown(cell.outputs, self.made.pictures, f"Claims of lesson {lesson.number}"))
                self.made.claims = Markup("").join(map(Markup, table))
                yield Markup('<div class="claims">{}</div>').format(self.made.claims)
            case ("lesson", name, "show") if name in explorers:
                pictures = [one for one in cell.outputs if outputs.WIDGET not in one.get("data", {})]
                figure = "".join(outputs.shown(pictures, self.made.pictures, explorers[name].title))
                yield parts.explorer(explorers[name], figure, self.stills.get(name, []))


def _calls(source: str) -> Iterator[tuple[str, ...]]:
    """Each call of dotted names in a cell, as its names and then its texts: lesson.predict("peak") -> three words."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            names, place = [], node.func
            while isinstance(place, ast.Attribute):
                names, place = [place.attr, *names], place.value
            if isinstance(place, ast.Name):
                texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                yield (place.id, *names, *texts)


def sections(made: Chapter) -> Iterator[tuple[str, str, str]]:
    """The chapter's text, part by part, for a search: the id of the part's heading, the heading, the words below."""
    identity, heading, words = "", made.lesson.title, []
    for piece in re.split(r"(<h[2-6]\b.*?</h[2-6]>)", "\n".join(made.blocks), flags=re.S):
        if re.match(r"<h[2-6]", piece):
            yield identity, heading, " ".join(words)
            identity, heading, words = re.search(r'id="([^"]*)"', piece)[1], plain(piece), []
        else:
            words += plain(piece).split()
    yield identity, heading, " ".join(words)
