"""Hints and classic mistakes of a lesson's exercises, read from Markdown, so that a teacher edits them without Python.

    # ridge

    1. It is one linear system: A alpha = y. What is A?
    2. A = K + n * penalty * I.

    - **n forgotten** `n * penalty` → `penalty`
      The penalty is multiplied by n as well. Where is your n?
    - **no penalty** ` + n * penalty * I` → nothing
      You solved K alpha = y. The penalty is missing.
    - **the fit instead of alpha**
      These are the fitted values K @ alpha. Return alpha itself.

A heading is the name of an exercise or of a decision. The numbered lines are its ladder of hints, the gentlest first. A
mistake is an edit of the reference (or several, with commas between), each of text that stands there once; one without
an edit is implemented in Python, under its name. What follows, indented, is the hint that it deserves.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ddlearn.classroom.mistake import Edit, Mistake

MISTAKE = re.compile(r"- \*\*(.+?)\*\*(?: (`.*))?")
CHANGE = re.compile(r"`([^`]+)` → (?:`([^`]+)`|nothing)(?:, |$)")

Way = Callable | Edit


@dataclass
class _Found:
    """A mistake as the file has it: its edit, if there is one, and the lines of its hint."""

    changes: tuple[tuple[str, str], ...]
    words: list[str] = field(default_factory=list)


@dataclass
class _Section:
    """What stands below a heading."""

    hints: list[str] = field(default_factory=list)
    mistakes: dict[str, _Found] = field(default_factory=dict)


class Hints:
    """What a room's `hints.md` says, by the names of its exercises and decisions.

    Raises:
        FileNotFoundError: if there is no file at `path`.
        ValueError: if a line cannot be read; the message names the file, the line and what is wanted there.
    """

    def __init__(self, path: Path):
        self.path, self._sections = path, {}
        last: list[str] | None = None
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                last = self._take(line, last)
            except ValueError as error:
                raise ValueError(f"{self._place}, line {number}: {error}") from error

    @classmethod
    def beside(cls, module: str) -> "Hints":
        """Return those of the `hints.md` that lies beside a module; give it `__file__`."""
        return cls(Path(module).with_name("hints.md"))

    @property
    def names(self) -> list[str]:
        """The exercises and decisions that the file speaks of."""
        return list(self._sections)

    def of(
        self,
        name: str,
        ways: Mapping[str, Way | tuple[Way, ...]] | None = None,
        sights: Mapping[str, Callable[..., bool]] | None = None,
    ) -> dict[str, tuple]:
        """Return `hints` and `mistakes` of one exercise or decision, as arguments of `Exercise` and `Decision`.

        `ways` implements mistakes, by name: with a function, an edit, or several of them. They come behind the edit in
        the file, where it has one. `sights` are tests of the arguments and an answer: see `Mistake`.

        Raises:
            ValueError: if the file says nothing of `name` or of a mistake, or nobody implements one.
        """
        ways, sights = ways or {}, sights or {}
        if name not in self._sections:
            raise ValueError(f'{self._place} must have a heading "# {name}"; it has {self.names}')
        section, mistakes = self._sections[name], []
        for unknown in [one for one in (*ways, *sights) if one not in section.mistakes]:
            raise ValueError(f"{self._place} must have a hint for the mistake {unknown!r} of {name!r}")
        for mistake, found in section.mistakes.items():
            given = ways.get(mistake, ())
            every = [Edit(found.changes)] if found.changes else []
            every += given if isinstance(given, tuple) else [given]
            if not every or not found.words:
                raise ValueError(f"the mistake {mistake!r} of {name!r} must have an edit or a way, and a hint")
            mistakes.append(Mistake(mistake, every[0], " ".join(found.words), tuple(every[1:]), sights.get(mistake)))
        return {"hints": tuple(section.hints), "mistakes": tuple(mistakes)}

    @property
    def _place(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"

    def _take(self, line: str, last: list[str] | None) -> list[str] | None:
        """Take a line in; return the list to which an indented line that follows is added."""
        words = line.strip()
        section = next(reversed(self._sections.values()), None)
        if line.startswith("# "):
            if words[2:] in self._sections:
                raise ValueError(f"each heading must stand once; got {words!r} again")
            self._sections[words[2:]] = _Section()
            return None
        if not words:
            return last
        if section is None:
            raise ValueError(f'a heading, such as "# ridge", must stand above hints; got {words!r}')
        if hint := re.fullmatch(r"\d+\. (.+)", line):
            section.hints.append(hint[1])
            return None
        if line.startswith("- "):
            found = MISTAKE.fullmatch(line)
            edits = CHANGE.findall(found[2] or "") if found else []
            if not found or CHANGE.sub("", found[2] or ""):
                raise ValueError(f'a mistake must begin as "- **name**" or "- **name** `old` → `new`"; got {line!r}')
            if found[1] in section.mistakes:
                raise ValueError(f"each mistake must have a name of its own; got {found[1]!r} twice")
            section.mistakes[found[1]] = _Found(tuple(edits))
            return section.mistakes[found[1]].words
        if last is None or not line[0].isspace():
            raise ValueError(f"a mistake's hint must be indented below its name; got {words!r}")
        last.append(words)
        return last
