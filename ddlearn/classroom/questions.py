"""Questions of a lesson, read from Markdown, so that a teacher edits them without Python.

    # Predictions

    ## planes
    A blob sits inside a ring. How many flat planes part them in three dimensions?

    - [x] one
    - [ ] two

    ## tenfold
    You take ten times as many features. By what factor does the error shrink?

    A number from 1 to 10 times smaller; it is 3.1623.

    # Quiz

    ## 1
    Linear regression on features: what is linear there?

    - [ ] The curve. | A cosine is no line in x, and neither is a sum of them.
    - [x] The prediction, as a function of the weights. | So one linear system finds the best weights.

The parts are Predictions, Recap and Quiz. A prediction's heading is the name under which its answer is kept; the other
headings are for whoever reads the file. A long line may be wrapped; an answer goes on where lines are indented.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from ddlearn.classroom.prediction import Prediction
from ddlearn.classroom.quiz import Option, QuizItem

PARTS = ("Predictions", "Recap", "Quiz")
CHOICE = re.compile(r"- \[([ xX])\] +(\S.*)")
DIGITS = r"[-−]?\d[\d,]*(?:\.\d+)?"
NUMBER = re.compile(rf"A(n integer| number) from ({DIGITS}) to ({DIGITS})([^;]*?)(?:; it is ({DIGITS}))?\.?")


@dataclass(frozen=True)
class Questions:
    """What a lesson asks before, between and after."""

    predictions: tuple[Prediction, ...] = ()
    recap: tuple[QuizItem, ...] = ()
    quiz: tuple[QuizItem, ...] = ()


@dataclass
class _Choice:
    line: int
    right: bool
    words: str


@dataclass
class _Entry:
    """A heading and what stands below it, as it was found."""

    line: int
    part: str
    heading: str
    text: list[str] = field(default_factory=list)
    choices: list[_Choice] = field(default_factory=list)

    def paragraphs(self) -> list[str]:
        """Return the text, the lines of each paragraph joined."""
        blocks = re.split(r"\n{2,}", "\n".join(self.text).strip())
        return [block.replace("\n", " ") for block in blocks if block]


class _Fault(Exception):
    """A line that cannot be read, and what is wanted there; a ValueError is about the heading's line."""


def read(path: Path) -> Questions:
    """Return the questions in the file at `path`.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if it can't be read; the message names the file, the line and what is wanted there.
    """
    found, names = {part: [] for part in PARTS}, []
    try:
        for entry in _entries(path.read_text("utf-8")):
            try:
                made = _prediction(entry, names) if entry.part == "Predictions" else _quiz_item(entry)
            except ValueError as error:
                raise _Fault(entry.line, str(error)) from error
            found[entry.part].append(made)
    except _Fault as fault:
        line, wanted = fault.args
        raise ValueError(f"{path.parent.name}/{path.name}, line {line}: {wanted}") from fault
    return Questions(*map(tuple, found.values()))


def _entries(text: str) -> list[_Entry]:
    """Return what stands below each heading "## ...", in the file's order."""
    entries, part, met = [], "", set()
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.strip()
        if line.startswith("# "):
            part = words[2:].strip()
            if part not in PARTS or part in met:
                raise _Fault(number, f"a part is one of {', '.join(PARTS)}, each once; got {part!r}")
            met.add(part)
        elif line.startswith("## "):
            if not part:
                raise _Fault(number, f'a part, such as "# {PARTS[0]}", must stand above the first question')
            entries.append(_Entry(number, part, words[3:].strip()))
        elif entries and entries[-1].part == part:
            _add(entries[-1], number, line)
        elif words:
            raise _Fault(number, f'a heading, such as "## 1", must stand above a question; got {words!r}')
    return entries


def _add(entry: _Entry, number: int, line: str) -> None:
    """Put a line below its heading: a choice, the rest of one, or a line of the question."""
    words = line.strip()
    if words.startswith("- "):
        found = CHOICE.fullmatch(words)
        if not found:
            raise _Fault(number, f'an answer must begin with "- [x] " or "- [ ] "; got {words!r}')
        entry.choices.append(_Choice(number, found[1] in "xX", found[2]))
    elif words and entry.choices and line[0].isspace():
        entry.choices[-1].words += f" {words}"
    elif words and entry.choices:
        wanted = "the question must stand above its answers, and an answer's further lines must be indented"
        raise _Fault(number, f"{wanted}; got {words!r}")
    else:
        entry.text.append(words)


def _prediction(entry: _Entry, names: list[str]) -> Prediction:
    if entry.heading in names:
        raise ValueError(f"each prediction must have a name of its own; got {entry.heading!r} twice")
    names.append(entry.heading)
    paragraphs = entry.paragraphs()
    number = paragraphs.pop() if paragraphs and re.match(r"A(n integer| number) from", paragraphs[-1]) else None
    question = _question(entry, paragraphs)
    if (number is None) == (not entry.choices):
        raise ValueError('a prediction must have either answers or a line "A number from 1 to 10 units."')
    if number is not None:
        return Prediction(entry.heading, question, **_range(number))
    for choice in entry.choices:
        if " | " in choice.words:
            raise _Fault(choice.line, f"an answer of a prediction must have no reply; got {choice.words!r}")
    truths = [choice.words for choice in entry.choices if choice.right]
    if len(truths) != 1:
        raise ValueError(f'exactly one answer must be "- [x]", what turns out to be the case; got {len(truths)}')
    options = tuple(choice.words for choice in entry.choices)
    if len(set(options)) < max(2, len(options)):
        raise ValueError(f"the answers must be two or more different ones; got {list(options)}")
    return Prediction(entry.heading, question, options, truth=truths[0])


def _range(words: str) -> dict[str, object]:
    """Return what "An integer from 1 to 400 features; it is 20." says, as arguments of `Prediction`."""
    found = NUMBER.fullmatch(words)
    if not found:
        wanted = 'a number must be asked for as "A number from 1 to 10 units; it is 3.16.", or as "An integer ..."'
        raise ValueError(f"{wanted}; got {words!r}")
    kind, low, high, unit, truth = found.groups()
    whole = "integer" in kind

    def value(digits: str) -> float:
        number = float(digits.replace(",", "").replace("−", "-"))
        if whole and number != int(number):
            raise ValueError(f"an integer must have no decimals; got {digits}")
        return int(number) if whole else number

    return {"low": value(low), "high": value(high), "unit": unit.strip(" ,"), "truth": truth and value(truth)}


def _quiz_item(entry: _Entry) -> QuizItem:
    question, options = _question(entry, entry.paragraphs()), []
    for choice in entry.choices:
        answer, _, reply = choice.words.partition(" | ")
        if not reply.strip():
            raise _Fault(choice.line, f'an answer must have a reply, "- [ ] answer | reply"; got {choice.words!r}')
        options.append(Option(answer.strip(), choice.right, reply.strip()))
    right = sum(option.right for option in options)
    if right != 1:
        raise ValueError(f'exactly one answer must be right, "- [x] answer | reply"; got {right}')
    return QuizItem(question, tuple(options))


def _question(entry: _Entry, paragraphs: list[str]) -> str:
    if not paragraphs:
        raise ValueError(f'the question must stand below its heading "{entry.heading}"; got no text')
    return "\n\n".join(paragraphs)
