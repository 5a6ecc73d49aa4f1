"""The pages of the book, written from its chapters: the map, a page a lesson, the claims, the search."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

import ddlearn
from ddlearn import lessons
from ddlearn.course import machine, notebooks
from ddlearn.course.book.chapter import Chapter, sections
from ddlearn.course.book.prose import Prose

STATIC = ("book.css", "book.js", "search.js")
MAP, CLAIMS, SEARCH, INDEX = "index.html", "claims.html", "search.html", "search-index.js"


@dataclass(frozen=True)
class Stop:
    """One lesson on the map; `chapter` is None where it is not in this edition."""

    number: str
    title: str
    chapter: Chapter | None
    leads_to: tuple[str, ...] = ()


def write(
    folder: Path, chapters: Sequence[Chapter], instructor: bool = False, seeds: str = "one seed, in this build"
) -> None:
    """Write the whole book into an empty folder. `seeds` says over how many, and where, claims were measured."""
    environment = Environment(
        loader=PackageLoader("ddlearn.course.book"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    now = datetime.now(UTC)
    environment.globals.update(
        version=ddlearn.__version__,
        written=f"{now.day} {now:%B %Y}",
        machine=machine.sentence(),
        edition="Instructor’s edition" if instructor else "",
        names={one.number: one.name for one in chapters},
        pages={one.number: one.page for one in chapters},
        map=MAP,
        claims=CLAIMS,
        search=SEARCH,
    )
    (folder / "figures").mkdir()
    for name, picture in (pair for one in chapters for pair in one.pictures.files.items()):
        (folder / "figures" / name).write_bytes(picture)
    companions = _companions(folder)
    held, measured = sum(one.claims_held for one in chapters), sum(one.claims_measured for one in chapters)
    pages = {
        MAP: ("front.html", {"stops": _stops(chapters), "held": held, "measured": measured, "seeds": seeds}),
        CLAIMS: ("claims.html", {"chapters": chapters, "held": held, "measured": measured, "seeds": seeds}),
        SEARCH: ("search.html", {"index": INDEX}),
    }
    for place, one in enumerate(chapters):
        before, after = chapters[:place][-1:], chapters[place + 1 :][:1]
        pages[one.page] = ("lesson.html", {"chapter": one, "before": before, "after": after})
    pages |= {name: ("companion.html", values) for name, values in companions.items()}
    for name, (template, values) in pages.items():
        (folder / name).write_text(environment.get_template(template).render(here=name, **values), "utf-8")
    (folder / INDEX).write_text(index(chapters), "utf-8")
    for name in STATIC:
        text = resources.files(__package__).joinpath("templates", name).read_text("utf-8")
        (folder / name).write_text(text, "utf-8")


def _companions(folder: Path) -> dict[str, dict[str, object]]:
    """Copy the opening pictures; return what the pages of notation, glossary and refreshers say, by their address."""
    shelf, pages = notebooks.shipped(solved=True)[0].parent, {}
    for path in notebooks.companions(shelf):
        place = path.relative_to(shelf)
        if path.suffix == ".md":
            text = path.read_text("utf-8")
            values = {"content": Markup(Prose().html(text)), "name": text.partition("\n")[0].lstrip("# ")}
            pages[f"{path.stem}.html"] = values
        else:
            (folder / place).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, folder / place)
    return pages


def index(chapters: Sequence[Chapter]) -> str:
    """What a search looks through, as a script: pages opened from a disk may load one, and may fetch nothing."""
    entries = [
        {"page": one.page, "lesson": one.name, "at": identity, "heading": heading, "text": words}
        for one in chapters
        for identity, heading, words in sections(one)
    ]
    listed = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return f"window.bookIndex = {listed};\n"


def _stops(chapters: Sequence[Chapter]) -> list[Stop]:
    here = {one.number: one for one in chapters}
    stops = []
    for number in lessons.LESSONS:
        title = here[number].lesson.title if number in here else lessons.load(number).title
        leads = tuple(one.number for one in chapters if number in one.builds_on)
        stops.append(Stop(number, title, here.get(number), leads))
    return stops
