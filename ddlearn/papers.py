"""The papers that the course rests on, by key: `papers.bib` beside this module is the only list of them.

A key is the first author's surname and the year, with a letter where two would share it: "chizat2019", "du2019a". In a
text a paper is mentioned as in Pandoc, "@chizat2019".
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".bib")
ADDRESSES = {"url": "", "eprint": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
MENTION = re.compile(r"@([a-z]+\d{4}[a-z]?)\b")


@dataclass(frozen=True)
class Paper:
    """One entry of the bibliography; `venue` is the journal or the proceedings, "arXiv" for neither."""

    authors: tuple[str, ...]
    surnames: tuple[str, ...]
    title: str
    venue: str
    year: int
    url: str

    @property
    def full(self) -> str:
        """The entry as a list of references prints it."""
        return f"{joined(self.authors)} ({self.year}). {self.title}. {self.venue}."


def cite(*keys: str) -> str:
    """Return papers as a sentence names them: "Jacot, Gabriel and Hongler 2018; Lee et al. 2019".

    All of three authors are named, of four or more the first. ValueError for a key that the bibliography does not have.
    """
    cited = []
    for key in keys:
        entry, letter = paper(key), key[-1] if key[-1:].isalpha() else ""
        who = joined(entry.surnames) if len(entry.surnames) < 4 else f"{entry.surnames[0]} et al."
        cited.append(f"{who} {entry.year}{letter}")
    return "; ".join(cited)


def mentioned(text: str) -> list[str]:
    """Return the keys that a text mentions as `@key`, in its order."""
    return MENTION.findall(text)


def named(text: str, name: Callable[[str], str] = cite) -> str:
    """Return the text with each `@key` replaced by the name of the paper. ValueError for an unknown key."""
    return MENTION.sub(lambda found: name(found[1]), text)


def keys() -> list[str]:
    """Return the keys of all papers, in the order of the file."""
    return list(_entries())


def joined(names: Sequence[str]) -> str:
    """Return names as prose lists them: "A", "A and B", "A, B and C"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


@cache
def paper(key: str) -> Paper:
    """Return the entry of this key. ValueError for a key that the bibliography does not have."""
    entries = _entries()
    if key not in entries:
        near = get_close_matches(key, entries, n=3) or list(entries)[:3]
        raise ValueError(f"the key of a paper must be one of {FILE.name}, such as {', '.join(near)}; got {key!r}")
    from pybtex.richtext import Text

    def plain(text: str) -> str:
        return str(Text.from_latex(text))

    def names(*parts: str) -> tuple[str, ...]:
        people = entries[key].persons["author"]
        return tuple(plain(" ".join(name for part in parts for name in one.get_part(part))) for one in people)

    fields = entries[key].fields
    return Paper(
        authors=names("first", "middle", "prelast", "last"),
        surnames=names("prelast", "last"),
        title=plain(fields["title"]),
        venue=plain(fields.get("journal") or fields.get("booktitle") or "arXiv"),
        year=int(fields["year"]),
        url=next((f"{site}{fields[name]}" for name, site in ADDRESSES.items() if name in fields), ""),
    )


@cache
def _entries():
    """The parsed file. pybtex is imported on the first look, so that `import ddlearn` stays light."""
    from pybtex.database import parse_file

    return parse_file(FILE, bib_format="bibtex").entries
