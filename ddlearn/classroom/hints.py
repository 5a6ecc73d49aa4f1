"""Hints and classic mistakes of a lesson's exercises, read from Markdown, so that a teacher edits them without Python.

    # ridge
    1. It is one linear system: A alpha = y. What is A?
    - **n forgotten** `n * penalty` → `penalty`
      The penalty is multiplied by n as well. Where is your n?
    - **no penalty** ` + n * penalty * I` → nothing
      You solved K alpha = y. The penalty is missing.
    - **the fit instead of alpha**
      These are the fitted values K @ alpha. Return alpha itself.

A heading names an exercise or a decision. The numbered lines are its hints, the gentlest first. A mistake is an edit of
the reference (or several, with commas between), or without one is implemented in Python; its hint stands indented.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from ddlearn.classroom.mistake import Edit, Mistake

CHANGE = r"`([^`]+)` → (?:`([^`]+)`|nothing)"
MISTAKE = re.compile(rf"- \*\*(.+?)\*\*( {CHANGE}(?:, {CHANGE})*)?")
WANTED = (
    'wanted is a heading "# name", and below it hints "1. ..." and mistakes, "- **name** `old` → `new`"; '
    "each name stands once, and what is said of a mistake is indented"
)


class Hints:
    """What a room's `hints.md` says, by the names of its exercises and decisions.

    Raises:
        FileNotFoundError: if there is no file at `path`.
        ValueError: if a line cannot be read; the message names the file, the line and what is wanted there.
    """

    def __init__(self, path: Path):
        self._place = f"{path.parent.name}/{path.name}"
        self._hints: dict[str, list[str]] = {}  # by the name of the exercise
        self._mistakes: dict[str, dict[str, tuple]] = {}  # of each by its own name: its changes, the lines of its hint
        name, words = "", None  # where an indented line belongs
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            heading, hint = line.removeprefix("# ").strip(), re.fullmatch(r"\d+\. (.+)", line)
            mistake = MISTAKE.fullmatch(line)
            if line.startswith("# ") and heading not in self._hints:
                name, words = heading, None
                self._hints[name], self._mistakes[name] = [], {}
            elif name and hint:
                self._hints[name].append(hint[1])
                words = None
            elif name and mistake and mistake[1] not in self._mistakes[name]:
                words = []
                self._mistakes[name][mistake[1]] = tuple(re.findall(CHANGE, mistake[2] or "")), words
            elif words is not None and line[:1].isspace():
                words.append(line.strip())
            elif line.strip():
                raise ValueError(f"{self._place}, line {number}: {WANTED}; got {line!r}")

    @classmethod
    def beside(cls, module: str) -> "Hints":
        """Return those of the `hints.md` that lies beside a module; give it `__file__`."""
        return cls(Path(module).with_name("hints.md"))

    @property
    def names(self) -> list[str]:
        """The exercises and decisions that the file speaks of."""
        return list(self._hints)

    def of(self, name: str, ways: Mapping | None = None, sights: Mapping | None = None) -> dict[str, tuple]:
        """Return `hints` and `mistakes` of one exercise or decision, as arguments of `Exercise` and `Decision`.

        `ways` implements mistakes, by name, with a function, an edit, or several: behind the edit in the file, if it
        has one. `sights` are tests of the arguments and an answer: see `Mistake`.

        Raises:
            ValueError: if the file says nothing of `name` or of a mistake, or nobody implements one.
        """
        ways, sights, mistakes = ways or {}, sights or {}, []
        if name not in self._hints:
            raise ValueError(f'{self._place} must have a heading "# {name}"; it has {self.names}')
        for unknown in {*ways, *sights} - {*self._mistakes[name]}:
            raise ValueError(f"{self._place} must have a hint for the mistake {unknown!r} of {name!r}")
        for mistake, (changes, words) in self._mistakes[name].items():
            given = ways.get(mistake, ())
            every = [Edit(changes)] if changes else []
            every += given if isinstance(given, tuple) else [given]
            if not every or not words:
                raise ValueError(f"the mistake {mistake!r} of {name!r} must have an edit or a way, and a hint")
            mistakes.append(Mistake(mistake, every[0], " ".join(words), tuple(every[1:]), sights.get(mistake)))
        return {"hints": tuple(self._hints[name]), "mistakes": tuple(mistakes)}
