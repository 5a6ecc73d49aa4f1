"""The way back: under each term of the glossary, and under each refresher, links to the lessons that point there.

A lesson links to `GLOSSARY.md#some-term` and to `refreshers/some_page.md`. `ddlearn build` writes the links back as a
last line, `*In:* ...`, of the entry and of the page. A term that no lesson links to has those that say it.
"""

import re
from pathlib import Path

from ddlearn import lessons
from ddlearn.classroom.store import write_whole

BACK = "*In:* "


def write(root: Path) -> list[Path]:
    """Write the links back anew in the companions under `root`; return the files that changed."""
    stale = _stale(root)
    for path, text in stale.items():
        write_whole(path, text)
    return list(stale)


def faults(root: Path) -> list[str]:
    """Return a sentence for each companion whose links back differ from what the lessons say."""
    names = (path.relative_to(root).as_posix() for path in _stale(root))
    return [
        f"{name}: its links to lessons differ from the lessons' own. `ddlearn build` writes them." for name in names
    ]


def anchor(heading: str) -> str:
    """Return what follows "#" in a link to a heading: in small letters, with a hyphen for each blank."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _stale(root: Path) -> dict[Path, str]:
    """The glossary and the refreshers whose links back are not as they should be, each with its right text."""
    solutions = root / "solutions"
    pages = {path.stem: path.read_text("utf-8") for path in sorted(solutions.glob("[0-9][0-9]_*.py"))}

    def back(target: str, folder: str = "", said: str = "") -> str:
        linked = [stem for stem, text in pages.items() if f"]({target})" in text]
        if said and not linked:
            linked = [stem for stem, text in pages.items() if re.search(rf"\b{re.escape(said)}s?\b", text, flags=re.I)]
        links = (f"[{lessons.load(stem[:2]).title}]({folder}{stem}.ipynb)" for stem in linked)
        return f"{BACK}{' · '.join(links)}\n" if linked else ""

    glossary = solutions / "GLOSSARY.md"
    right = {
        path: _ended(path.read_text("utf-8"), back(f"refreshers/{path.name}", "../"))
        for path in solutions.glob("refreshers/*.md")
    }
    if glossary.is_file():
        head, *entries = re.split(r"^(?=## )", glossary.read_text("utf-8"), flags=re.M)
        terms = [entry.splitlines()[0].removeprefix("## ") for entry in entries]
        ends = (back(f"GLOSSARY.md#{anchor(term)}", said=term.partition(" (")[0]) for term in terms)
        right[glossary] = head + "\n".join(map(_ended, entries, ends))
    return {path: text for path, text in right.items() if text != path.read_text("utf-8")}


def _ended(text: str, line: str) -> str:
    """A text with this last line in the place of the one that an earlier build wrote."""
    kept = re.sub(rf"\n+{re.escape(BACK)}[^\n]*\n*\Z", "\n", text).rstrip("\n")
    return f"{kept}\n\n{line}" if line else f"{kept}\n"
