"""The pages around the lessons, as the Markdown that Sphinx reads: the map, claims, science, hand-outs and slides."""

import pkgutil
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from markupsafe import Markup

import ddlearn
from ddlearn import lessons, papers
from ddlearn.classroom.lesson import Lesson
from ddlearn.course import machine, notebooks, rules
from ddlearn.course.book.chapter import Chapter, linked, raw

TITLE = "Why does deep learning work, and what are its limits?"
NO_SCIENCE = {"classroom", "course", "lessons", "__main__"}
ABSENT = "Not in this edition."
MAP = "![The map of the course: a stop for each lesson. The table below says the same.](course.svg)"


@dataclass
class Made:
    """One lesson of the edition: its page, and what its run held."""

    stem: str
    chapter: Chapter
    page: nbformat.NotebookNode
    claims: Markup
    held: int
    measured: int

    @property
    def lesson(self) -> Lesson:
        return self.chapter.lesson


def write(source: Path, made: Sequence[Made], seeds: str, handout: bool = False, slides: bool = False) -> None:
    """Write every page of the book but those of `static` into an empty folder."""
    shelf = notebooks.shipped(solved=True)[0].parent
    here = {one.stem for one in made}
    copies = {source / path.relative_to(shelf): path for path in notebooks.companions(shelf)}
    if root := notebooks.checkout():
        copies[source / "course.svg"] = root / ".github" / "course.svg"
    for copy, path in copies.items():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        if copy.suffix == ".md":
            copy.write_text(linked(path.read_text("utf-8"), here), "utf-8")
    for one in made:
        nbformat.write(one.page, source / f"{one.stem}.ipynb")
    texts = {
        "index": front(made, seeds),
        "lessons": f"# Lessons\n\n{_toctree([one.stem for one in made])}",
        "claims": claims(made, seeds),
        "bibliography": bibliography(),
        "refreshers": f"# Refreshers\n\nTen lines and one worked number each.\n\n{_toctree(['refreshers/*'])}",
        "science": science(source / "science"),
    }
    extra = {}
    if handout:
        for one in made:
            extra |= {f"handouts/{one.stem}": sheet(one, False), f"handouts/{one.stem}_solved": sheet(one, True)}
    if slides:
        extra |= {f"slides/{one.stem}": deck(one) for one in made}
    if extra:
        texts["teaching"] = f"# For teaching\n\n{_toctree(extra)}"
    pages = ["lessons", "claims", "GLOSSARY", "NOTATION", "refreshers", "bibliography", "science"]
    texts["index"] += "\n" + _toctree([*pages, *(["teaching"] if extra else [])], hidden=True)
    for name, text in {**texts, **extra}.items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / f"{name}.md").write_text(text, "utf-8")


def front(made: Sequence[Made], seeds: str) -> str:
    """Return the first page: the map, and what whoever teaches can take from here."""
    held, measured = sum(one.held for one in made), sum(one.measured for one in made)
    here = {one.stem[:2]: one for one in made}
    stops = []
    for number in lessons.LESSONS:
        lesson = lessons.load(number)
        title = f"[{lesson.title}]({here[number].stem}.ipynb)" if number in here else lesson.title
        about = f"{lesson.minutes} minutes, difficulty {lesson.difficulty} of 5." if number in here else ABSENT
        stops.append(f"| {number} | {title} | {lesson.question} | {about} |")
    table = "\n".join(["| number | lesson | its question | to expect |", "|---|---|---|---|", *stops])
    first = next((f"{one.stem[:2]}_{name}" for one in made for name in one.chapter.figures), "10_peak")
    return f"""# {TITLE}

Each lesson asks one question, builds the few lines that answer it, and lays the theory over the experiment in one
picture. This is the course to read: every lesson is solved and run, and every picture moves. In the notebooks all
controls of a picture move together, and the solutions are yours to write.

{held} of the {measured} claims that these lessons make hold, measured over {seeds}:
[all claims, as measured](claims.md).

## The map

{MAP if notebooks.checkout() else ""}

{table}

## One picture in a page of yours

Copy `player.js` and the folder `explorers` beside your page, and write where the picture should stand:

```html
<script src="player.js" defer></script>
<ddlearn-explorer src="explorers/{first}.js"></ddlearn-explorer>
```

An address such as `#{first[3:]}.noise=0.2`
behind that of a page opens this state of its picture.

## This edition

ddlearn {ddlearn.__version__}, run on {machine.sentence()}.
"""


def bibliography() -> str:
    """Return the page of all papers, as `papers.bib` has them."""
    entries = []
    for paper in map(papers.paper, papers.keys()):
        title = f"[{_plain(paper.title)}]({paper.url})" if paper.url else _plain(paper.title)
        entries.append(f"- {_plain(papers.joined(paper.authors))} ({paper.year}). {title}. {_plain(paper.venue)}.")
    return "\n".join(["# Bibliography", "", *entries, ""])


BANDS = """\
Each stands with its band, and with the reason of the band: a theorem, an identity, an asymptotic law, a paper's
number, or a threshold of our own with its reason, never our own last run. Beside it stand what was measured, and
the control: the same measurement with the cause taken away, which must fall outside the band."""


def claims(made: Sequence[Made], seeds: str) -> str:
    """Return the page of all claims, as measured."""
    held, measured = sum(one.held for one in made), sum(one.measured for one in made)
    told = [f"# All claims, as measured\n\n{held} of {measured} claims hold, measured over {seeds}.", BANDS]
    told += [f"## {one.stem[:2]} {one.lesson.title}\n\n{raw(one.claims)}" for one in made if one.claims]
    return "\n\n".join(told) + "\n"


def science(folder: Path) -> str:
    """Write a page for each module of science, from its docstrings; return the page that lists them."""
    folder.mkdir()
    for one in pkgutil.iter_modules(ddlearn.__path__):
        if one.name in NO_SCIENCE:
            continue
        inside = pkgutil.iter_modules([f"{place}/{one.name}" for place in ddlearn.__path__])  # of a package
        blocks = [_documented(f"ddlearn.{one.name}", not one.ispkg)]
        blocks += [_documented(f"ddlearn.{one.name}.{part.name}") for part in inside]
        (folder / f"{one.name}.md").write_text("\n".join([f"# `ddlearn.{one.name}`\n", *blocks, ""]), "utf-8")
    return f"# The science\n\nTensors and numbers in, tensors and frozen results out.\n\n{_toctree(['science/*'])}"


def sheet(one: Made, solved: bool) -> str:
    """Return a lesson's exercises and problems as a page to hand out, with or without their solutions."""
    sections: list[list[str]] = [[""]]
    for cell in _cells(one.stem, solved):
        if cell.cell_type == "code":
            sections[-1].append(f"```python\n{cell.source}\n```")
        elif not rules.for_instructors(cell):
            first, *others = re.split(r"(?m)^(?=## )", _up(one.chapter.words(cell)))
            sections[-1].append(first)
            sections += [[part] for part in others]
    texts = ("\n\n".join(parts) for parts in sections)
    kept = [text for text in texts if text.startswith("## Problem") or re.search(rules.EXERCISE, text)]
    return "\n\n".join([f"# {one.lesson.title}: exercises{' and solutions' if solved else ''}", *kept]) + "\n"


def deck(one: Made) -> str:
    """Return a lesson as slides: its question, its predictions, its pictures, its statements, its quiz; notes below."""
    told = one.lesson.parts
    titles = {explorer.name: explorer.title for explorer in told.explorers}
    opening = re.search(r"!\[[^\]]*\]\([^)]*\)", one.page.cells[0].source)
    parts = [("The question", f"{_up(opening[0]) if opening else ''}\n\n{one.lesson.question}")]
    parts += [("Predict", _listed(asked.question, asked.options or [asked.choices()])) for asked in told.predictions]
    for name, figure in one.chapter.figures.items():
        parts.append((titles[name], raw(str(figure).replace('="explorers/', '="../explorers/'))))
    parts += [
        ("Claimed, and measured", f"{_plain(claim.statement)}\n\n{_plain(str(claim.basis))}") for claim in told.claims
    ]
    parts += [("Quiz", _listed(item.question, item.texts)) for item in told.quiz.items]
    slides = "\n\n".join(f"## {title}\n\n{body}" for title, body in parts)
    notes = "\n\n".join(_up(one.chapter.words(cell)) for cell in filter(rules.for_instructors, _cells(one.stem, True)))
    style = raw('<link rel="stylesheet" href="../_static/slides.css">')
    return f"# {one.lesson.title}: slides\n\n{style}\n\n{slides}\n\n## Notes for the speaker\n\n{notes}\n"


def _listed(question: str, answers: Sequence[str]) -> str:
    return "\n".join([_plain(question), "", *(f"- {_plain(answer)}" for answer in answers)])


def _cells(stem: str, solved: bool) -> list[nbformat.NotebookNode]:
    path = next(path for path in notebooks.shipped(solved) if path.stem == stem)
    return nbformat.read(path, as_version=4).cells


def _documented(module: str, members: bool = True) -> str:
    return f"```{{eval-rst}}\n.. automodule:: {module}\n{'   :members:' if members else ''}\n```"


def _toctree(names, hidden: bool = False) -> str:
    listed = "\n".join(names)
    return f"```{{toctree}}\n:maxdepth: 1\n:glob:\n{':hidden:' if hidden else ''}\n\n{listed}\n```\n"


def _plain(text: str) -> str:
    """Return a text in which `backticks` mark code and nothing else has a meaning, as Markdown."""
    pieces = re.split(r"(`[^`]+`)", " ".join(text.split()))
    return "".join(one if one[:1] == "`" else re.sub(r"([\\*_\[\]<>$#|~])", r"\\\1", one) for one in pieces)


def _up(text: str) -> str:
    """Return Markdown whose links lead out of a folder first."""
    return re.sub(r"\]\((?!https?:|#)", "](../", text)
