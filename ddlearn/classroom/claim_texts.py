"""The words of a lesson's claims, read from Markdown, so that a teacher edits them without Python.

    ## loo
    Leave-one-out by the shortcut equals n separate refits that keep nλ fixed.

    - **unit** relative difference of predictions
    - **exact** @allen1974: the refits keep nλ as it is for all n points
    - **control** refits with (n − 1)λ, as ridge on n − 1 points has it

The basis is one of theorem, exact, asymptotic, paper and ours, with its source, which mentions papers as `@key`; those
that it does not mention stand before it, with a colon. What stands above the first heading is no claim's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ddlearn import papers
from ddlearn.classroom.claim import BASES, Band, Basis, Claim, Measure, claim

ITEM = re.compile(r"- \*\*(.+?)\*\* ?(.*)")
ITEMS = ("unit", *BASES, "control")
BEFORE = re.compile(r"^@\w+(?:, @\w+)*(?:: |$)")


@dataclass(frozen=True)
class Measured:
    """A claim without its words: the band without its unit, and how it is measured, as in `claim`."""

    id: str
    band: Band
    measure: Callable[..., float]
    cause: Mapping[str, object] | None = None
    control: Mapping[str, object] | Measure | None = None


class ClaimTexts:
    """What a room's `claims.md` says, by the ids of its claims.

    Raises:
        FileNotFoundError: if there is no file at `path`.
        ValueError: if a line cannot be read; the message names the file, the line and what is wanted there.
    """

    def __init__(self, path: Path):
        self._place, self._texts = f"{path.parent.name}/{path.name}", {}
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                self._take(line)
            except ValueError as error:
                raise ValueError(f"{self._place}, line {number}: {error}") from error

    @classmethod
    def beside(cls, module: str) -> "ClaimTexts":
        """Return those of the `claims.md` that lies beside a module; give it `__file__`."""
        return cls(Path(module).with_name("claims.md"))

    def of(self, *measured: Measured) -> tuple[Claim, ...]:
        """Return the claims, in the order given, each with its text.

        Raises:
            ValueError: if a claim has no text, a text no claim, or a text lacks something; the message names them.
            TypeError: if a cause or a control does not fit its measure, as in `claim`.
        """
        ids = [one.id for one in measured]
        for missing in [id for id in ids if id not in self._texts]:
            raise ValueError(f'{self._place} must have a heading "## {missing}"; it has {list(self._texts)}')
        for strange in [id for id in self._texts if id not in ids]:
            raise ValueError(f"{self._place} must speak of claims that are measured, {ids}; got {strange!r}")
        return tuple(map(self._claim, measured))

    def _take(self, line: str) -> None:
        """Take a line in: a heading, an item, or more of what stands above it."""
        words = line.strip()
        if line.startswith("## "):
            if words[3:] in self._texts:
                raise ValueError(f"each claim must have one heading; got {words[3:]!r} again")
            self._texts[words[3:]] = {"statement": ""}
        elif words and self._texts:
            id, text = next(reversed(self._texts.items()))
            last, item = next(reversed(text)), ITEM.fullmatch(line)
            if item and item[1] in ITEMS and item[1] not in text:
                text[item[1]] = item[2]
            elif line.startswith("- ") or (last != "statement" and not line[0].isspace()):
                wanted = f'be indented, or begin as "- **unit**", with one of {", ".join(ITEMS)}, each once'
                raise ValueError(f"below the statement of {id!r} a line must {wanted}; got {line!r}")
            else:
                text[last] = f"{text[last]} {words}".strip()

    def _claim(self, one: Measured) -> Claim:
        text = self._texts[one.id]
        kinds, note = [kind for kind in BASES if kind in text], text.get("control", "")
        try:
            if not text["statement"] or not text.get("unit") or len(kinds) != 1:
                raise ValueError(f"there must be a statement, a unit and one basis; got {text}")
            if bool(note) != (one.control is not None):
                raise ValueError(f"there must be a note where there is a control, and only there; got {note!r}")
            if one.band.unit:
                raise ValueError(f"the unit must stand in the text alone; got the band {str(one.band)!r}")
            basis = _basis(kinds[0], text[kinds[0]])
        except ValueError as error:
            raise ValueError(f"{self._place}, claim {one.id!r}: {error}") from error
        band, control = replace(one.band, unit=text["unit"]), (one.control, note) if note else None
        return claim(one.id, text["statement"], band, basis, one.measure, one.cause, control)


def _basis(kind: str, words: str) -> Basis:
    if "@" in papers.MENTION.sub("", words):
        raise ValueError(f'"@" must begin the key of a paper, such as @chizat2019; got {words!r}')
    return Basis(kind, tuple(dict.fromkeys(papers.mentioned(words))), BEFORE.sub("", words))
