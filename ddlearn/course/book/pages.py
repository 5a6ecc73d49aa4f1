"""The pages around the lessons, as the Markdown that Sphinx reads: the map, claims, science, hand-outs and slides."""

import pkgutil
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import nbformat

import ddlearn
from ddlearn import lessons, papers
from ddlearn.course import machine, notebooks, rules
from ddlearn.course.book.chapter import Chapter, linked, raw

TITLE = "Why does deep learning work, and what are its limits?"
NO_SCIENCE = {"classroom", "course", "lessons", "__main__"}
MAP = "![The map of the course: a stop for each lesson. The table below says the same.](course.svg)"


def write(source: Path, book: Sequence[Chapter], seeds: str, handout: bool = False, slides: bool = False) -> None:
    """Write every page of the book but those of `static` into an empty folder."""
    shelf = notebooks.shipped(solved=True)[0].parent
    copies = {str(path.relative_to(shelf)): path for path in notebooks.companions(shelf)}
    if root := notebooks.checkout():
        copies["course.svg"] = root / ".github" / "course.svg"
    texts = {name: linked(path.read_text("utf-8"), book[0].here) for name, path in copies.items()}
    extra = {}
    for one in book:
        nbformat.write(one.page, source / f"{one.lesson.slug}.ipynb")
        if handout:
            extra[f"handouts/{one.lesson.slug}.md"] = sheet(one, solved=False)
            extra[f"handouts/{one.lesson.slug}_solved.md"] = sheet(one, solved=True)
        if slides:
            extra[f"slides/{one.lesson.slug}.md"] = deck(one)
    pages = {
        "lessons.md": f"# Lessons\n\n{_toctree(one.lesson.slug for one in book)}",
        "claims.md": claims(book, seeds),
        "GLOSSARY.md": texts["GLOSSARY.md"],
        "NOTATION.md": texts["NOTATION.md"],
        "refreshers.md": f"# Refreshers\n\nTen lines and one worked number each.\n\n{_toctree(['refreshers/*'])}",
        "bibliography.md": bibliography(),
        "science.md": "# The science\n\nTensors and numbers in, tensors and frozen results out.\n\n"
        + _toctree(["science/*"]),
    }
    if extra:
        pages["teaching.md"] = f"# For teaching\n\n{_toctree(sorted(extra))}"
    pages["index.md"] = f"{front(book, seeds)}\n{_toctree(pages, hidden=True)}"
    for name, text in {**texts, **extra, **science(), **pages}.items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text, "utf-8")


def front(book: Sequence[Chapter], seeds: str) -> str:
    """Return the first page: the map, and what whoever teaches can take from here."""
    held, measured = sum(one.held for one in book), sum(one.measured for one in book)
    here, stops = {one.lesson.number for one in book}, []
    for number in lessons.LESSONS:
        lesson = lessons.load(number)
        title, about = lesson.title, "Not in this edition."
        if number in here:
            title = f"[{title}]({lesson.slug}.ipynb)"
            about = f"{lesson.minutes} minutes, difficulty {lesson.difficulty} of 5."
        stops.append(f"| {number} | {title} | {lesson.question} | {about} |")
    table = "\n".join(["| number | lesson | its question | to expect |", "|---|---|---|---|", *stops])
    first = next((f"{one.lesson.number}_{name}" for one in book for name in one.figures), "10_peak")
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
        entries.append(f"- {_plain(papers.joined(paper.authors))} ({paper.year}). {title}. {_plain(paper.venue)}.\n")
    return "# Bibliography\n\n" + "".join(entries)


def claims(book: Sequence[Chapter], seeds: str) -> str:
    """Return the page of all claims, as measured."""
    held, measured = sum(one.held for one in book), sum(one.measured for one in book)
    tables = (f"\n## {one.lesson.number} {one.lesson.title}\n\n{raw(one.claims)}\n" for one in book if one.claims)
    return f"""# All claims, as measured

{held} of {measured} claims hold, measured over {seeds}.

Each stands with its band, and with the reason of the band: a theorem, an identity, an asymptotic law, a paper's
number, or a threshold of our own with its reason, never our own last run. Beside it stand what was measured, and
the control: the same measurement with the cause taken away, which must fall outside the band.
{"".join(tables)}"""


def science() -> dict[str, str]:
    """Return a page for each module of science, from its docstrings, by the name of its file."""
    pages = {}
    for one in pkgutil.iter_modules(ddlearn.__path__, "ddlearn."):
        short = one.name.removeprefix("ddlearn.")
        if short not in NO_SCIENCE:
            parts = [part.name for part in pkgutil.iter_modules([str(notebooks.PACKAGE / short)], f"{one.name}.")]
            blocks = [_documented(one.name, not parts), *map(_documented, parts)]
            pages[f"science/{short}.md"] = "\n".join([f"# `{one.name}`\n", *blocks, ""])
    return pages


def sheet(one: Chapter, solved: bool) -> str:
    """Return a lesson's exercises and problems as a page to hand out, with or without their solutions."""
    cells = (cell for cell in (one.solved if solved else one.unsolved) if not rules.for_instructors(cell))
    text = "\n\n".join(
        f"```python\n{cell.source}\n```" if cell.cell_type == "code" else _up(one.words(cell)) for cell in cells
    )
    sections = re.split(r"(?m)^(?=## )", text)
    kept = [part.strip() for part in sections if part.startswith("## Problem") or re.search(rules.EXERCISE, part)]
    return "\n\n".join([f"# {one.lesson.title}: exercises{' and solutions' if solved else ''}", *kept]) + "\n"


def deck(one: Chapter) -> str:
    """Return a lesson as slides: its question, its predictions, its pictures, its statements, its quiz; notes below."""
    told, opening = one.lesson.parts, re.search(r"!\[[^\]]*\]\([^)]*\)", one.page.cells[0].source)
    figures = [(shown.title, str(one.figures[shown.name])) for shown in one.explorers]
    slides = [
        ("The question", f"{_up(opening[0]) if opening else ''}\n\n{one.lesson.question}"),
        *(("Predict", _listed(asked.question, asked.options or [asked.choices()])) for asked in told.predictions),
        *((title, raw(figure.replace('="explorers/', '="../explorers/'))) for title, figure in figures),
        *(("Claimed, and measured", f"{_plain(it.statement)}\n\n{_plain(str(it.basis))}") for it in told.claims),
        *(("Quiz", _listed(item.question, item.texts)) for item in told.quiz.items),
        ("Notes for the speaker", _up("\n\n".join(map(one.words, filter(rules.for_instructors, one.solved))))),
    ]
    style = raw('<link rel="stylesheet" href="../_static/slides.css">')
    parts = (f"\n\n## {title}\n\n{body}" for title, body in slides)
    return f"# {one.lesson.title}: slides\n\n{style}{''.join(parts)}\n"


def _listed(question: str, answers: Sequence[str]) -> str:
    return "\n".join([_plain(question), "", *(f"- {_plain(answer)}" for answer in answers)])


def _documented(module: str, members: bool = True) -> str:
    return f"```{{eval-rst}}\n.. automodule:: {module}\n{'   :members:' if members else ''}\n```"


def _toctree(names: Iterable[str], hidden: bool = False) -> str:
    listed = "\n".join(names)
    return f"```{{toctree}}\n:maxdepth: 1\n:glob:\n{':hidden:' if hidden else ''}\n\n{listed}\n```\n"


def _plain(text: str) -> str:
    """Return a text in which `backticks` mark code and nothing else has a meaning, as Markdown."""
    signs = r"(`[^`]+`)|([\\*_\[\]<>$#|~])"
    return re.sub(signs, lambda sign: sign[1] or rf"\{sign[2]}", " ".join(text.split()))


def _up(text: str) -> str:
    """Return Markdown whose links lead out of a folder first."""
    return re.sub(r"\]\((?!https?:|#)", "](../", text)
