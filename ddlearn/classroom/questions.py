"""Questions of a lesson, read from Markdown, so that a teacher edits them without Python.

    # Predictions

    ## tenfold
    You take ten times as many features. By what factor does the error shrink?

    A number from 1 to 10 times smaller; it is 3.1623.

    # Quiz

    ## 1
    Linear regression on features: what is linear there?

    - [ ] The curve. | A cosine is no line in x, and neither is a sum of them.
    - [x] The prediction, as a function of the weights. | So one linear system finds the best weights.

The parts are Predictions, Recap and Quiz. A prediction's heading is the name under which its answer is kept, and its
answers have no reply. A long line may be wrapped; an answer goes on where lines are indented.
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
WANTED = (
    "wanted are parts (# Predictions, # Recap, # Quiz), each once; in a part questions, each with a heading "
    '"## 1"; below it the question, then its answers, "- [x] right" or "- [ ] wrong", whose further lines are indented'
)


@dataclass(frozen=True)
class Questions:
    """What a lesson asks before, between and after."""

    predictions: tuple[Prediction, ...] = ()
    recap: tuple[QuizItem, ...] = ()
    quiz: tuple[QuizItem, ...] = ()


@dataclass
class _Entry:
    """A heading and what stands below it, as it was found. A choice is whether it is right, and its words."""

    line: int
    part: str
    heading: str
    text: str = ""
    choices: list[list] = field(default_factory=list)

    @property
    def paragraphs(self) -> list[str]:
        return [" ".join(block.split()) for block in re.split(r"\n{2,}", self.text) if block.strip()]


def read(path: Path) -> Questions:
    """Return the questions in the file at `path`.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if it can't be read; the message names the file, the line (of a question, that of its heading) and
            what is wanted there.
    """
    found, place = {part: [] for part in PARTS}, f"{path.parent.name}/{path.name}"
    for entry in _entries(path.read_text("utf-8"), place):
        try:
            if entry.part == "Predictions":
                found[entry.part].append(_prediction(entry, [made.name for made in found[entry.part]]))
            else:
                found[entry.part].append(_quiz_item(entry))
        except ValueError as error:
            raise ValueError(f"{place}, line {entry.line}: {error}") from error
    return Questions(*map(tuple, found.values()))


def _entries(text: str, place: str) -> list[_Entry]:
    entries, parts, entry = [], [], None
    for number, line in enumerate(text.splitlines(), start=1):
        words, choice = line.strip(), CHOICE.fullmatch(line.strip())
        if line.startswith("# ") and words[2:] in {*PARTS} - {*parts}:
            parts.append(words[2:])
            entry = None
        elif line.startswith("## ") and parts:
            entry = _Entry(number, parts[-1], words[3:])
            entries.append(entry)
        elif entry and choice:
            entry.choices.append([choice[1] in "xX", choice[2]])
        elif entry and not entry.choices and not words.startswith(("- ", "# ")):
            entry.text += f"{words}\n"
        elif entry and entry.choices and line[:1].isspace():
            entry.choices[-1][1] += f" {words}".rstrip()
        elif words:
            raise ValueError(f"{place}, line {number}: {WANTED}; got {words!r}")
    return entries


def _prediction(entry: _Entry, names: list[str]) -> Prediction:
    if entry.heading in names:
        raise ValueError(f"each prediction must have a name of its own; got {entry.heading!r} twice")
    paragraphs, options = entry.paragraphs, tuple(words for _, words in entry.choices)
    number = paragraphs.pop() if paragraphs and re.match(r"A(n integer| number) from", paragraphs[-1]) else None
    question = _question(entry, paragraphs)
    if (number is None) == (not options):
        raise ValueError('a prediction must have either answers or a line "A number from 1 to 10 units."')
    if number is not None:
        return Prediction(entry.heading, question, **_range(number))
    if replied := [words for words in options if " | " in words]:
        raise ValueError(f"an answer of a prediction must have no reply; got {replied[0]!r}")
    truths = [words for right, words in entry.choices if right]
    if len(truths) != 1:
        raise ValueError(f'exactly one answer must be "- [x]", what turns out to be the case; got {len(truths)}')
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

    def value(digits: str) -> float:
        number = float(digits.replace(",", "").replace("−", "-"))
        if "integer" not in kind:
            return number
        if not number.is_integer():
            raise ValueError(f"an integer must have no decimals; got {digits}")
        return int(number)

    return {"low": value(low), "high": value(high), "unit": unit.strip(" ,"), "truth": truth and value(truth)}


def _quiz_item(entry: _Entry) -> QuizItem:
    parted = ((right, words.partition(" | ")) for right, words in entry.choices)
    options = tuple(Option(answer.strip(), right, reply.strip()) for right, (answer, _, reply) in parted)
    return QuizItem(_question(entry, entry.paragraphs), options)


def _question(entry: _Entry, paragraphs: list[str]) -> str:
    if not paragraphs:
        raise ValueError(f'the question must stand below its heading "{entry.heading}"; got no text')
    return "\n\n".join(paragraphs)
