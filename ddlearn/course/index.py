"""The way back: under each term of the glossary, and under each refresher, links to the lessons that point there.

A lesson links to `GLOSSARY.md#some-term` and to `refreshers/some_page.md`. `ddlearn build` writes the links back as a
last line, `*In:* ...`, of the entry and of the page. A term that no lesson links to has the lessons that introduce it,
in italics, or else those that say it.
"""

import re
from pathlib import Path

from nbformat import NotebookNode

from ddlearn import lessons

BACK = "*In:* "


def texts(root: Path, sources: dict[str, NotebookNode]) -> dict[Path, str]:
    """Return the glossary and the refreshers under `root` with the links back that the sources ask for."""
    pages = {stem: "\n".join(cell.source for cell in source.cells) for stem, source in sources.items()}

    def ended(text: str, folder: str, *patterns: str) -> str:
        """The text, and below it the lessons that have the first pattern which any of them has."""
        text = re.sub(rf"\n+{re.escape(BACK)}[^\n]*\n*\Z", "", text).rstrip("\n") + "\n"
        for pattern in patterns:
            if there := [stem for stem, page in pages.items() if re.search(pattern, page, flags=re.I)]:
                links = (f"[{lessons.load(stem[:2]).title}]({folder}{stem}.ipynb)" for stem in there)
                return f"{text}\n{BACK}{' · '.join(links)}\n"
        return text

    def entry(text: str) -> str:
        term = text.splitlines()[0].removeprefix("## ")
        word = rf"{re.escape(term.partition(' (')[0])}s?"
        return ended(text, "", rf"\]\(GLOSSARY\.md#{anchor(term)}\)", rf"\*{word}\*", rf"\b{word}\b")

    made = {}
    for path in root.glob("solutions/refreshers/*.md"):
        made[path] = ended(path.read_text("utf-8"), "../", rf"\]\(refreshers/{path.name}\)")
    for path in root.glob("solutions/GLOSSARY.md"):
        head, *entries = re.split(r"^(?=## )", path.read_text("utf-8"), flags=re.M)
        made[path] = head + "\n".join(map(entry, entries))
    return made


def anchor(heading: str) -> str:
    """Return what follows "#" in a link to a heading: in small letters, with a hyphen for each blank."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
