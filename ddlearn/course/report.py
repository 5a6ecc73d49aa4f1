"""The learner's report: one HTML page of what was tried, predicted, answered and measured, to keep or to hand in.

The page asks nothing of a network and runs no script (its content policy forbids both), so it can be mailed, printed
and archived. Every text is escaped: the code in it is the learner's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from ddlearn import lessons
from ddlearn.classroom.document import render, said_when
from ddlearn.classroom.lesson import Parts
from ddlearn.classroom.progress import PASSED, Progress
from ddlearn.classroom.prose import inline
from ddlearn.classroom.quiz import Quiz
from ddlearn.classroom.store import write_whole
from ddlearn.classroom.wording import brief
from ddlearn.course import machine

GENERATOR = "ddlearn report"
GONE = " (no longer in this lesson)"
NOTHING = Parts((), (), (), Quiz(()), Quiz(()), ())


@dataclass(frozen=True)
class Table:
    """One table of a lesson; the first cell of a row is its heading."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(frozen=True)
class Chapter:
    """One lesson on the page: its state in a sentence, its tables, and the code that passed by exercise."""

    number: str
    heading: str
    state: str
    tables: list[Table] = field(default_factory=list)
    code: list[tuple[str, str]] = field(default_factory=list)


def write_report(path: str | Path, progress: Progress | None = None, *, force: bool = False) -> Path:
    """Write the report of `progress` (the learner's own by default) to `path`, and return where it is.

    An earlier report is replaced. `FileExistsError` if `path` is any other file, unless `force`; `IsADirectoryError`
    if it is a folder.
    """
    path = Path(path).expanduser().resolve()
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a file, such as {path / 'ddlearn-report.html'}")
    if path.exists() and not force and f'<meta name="generator" content="{GENERATOR} '.encode() not in _head(path):
        raise FileExistsError(
            f"{path} is there already and is no report of ddlearn; it is left as it is. Choose another name."
        )
    write_whole(path, report_html(progress or Progress()))
    return path


def _head(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(2048)


def report_html(progress: Progress) -> str:
    """Return the whole page as text."""
    record = progress.read()["lessons"]
    return render(
        __package__,
        "report.html",
        generator=GENERATOR,
        written=said_when(datetime.now(UTC).isoformat()),
        machine=machine.sentence(),
        overview=_overview(record),
        notices=list(progress.notices),
        chapters=[_chapter(room, record.get(room, {})) for room in _names(lessons.LESSONS.values(), sorted(record))],
    )


def _chapter(room: str, record: dict) -> Chapter:
    number = next((number for number, name in lessons.LESSONS.items() if name == room), room)
    try:
        lesson = lessons.load(room)
        heading, parts = f"{number} · {lesson.title}", lesson.parts
    except Exception:  # one that is gone, or does not load, must not cost the learner the report of the others
        heading, parts = f"Lesson {number}", NOTHING
    if not record:
        return Chapter(number, heading, "○ not begun")
    exercises = record.get("exercises", {})
    passed = [name for name, entry in exercises.items() if entry.get("status") == PASSED]
    wanted = [exercise.name for exercise in parts.exercises]
    done = sum(name in passed for name in wanted)
    state = f"◐ begun: {done} of {_count(len(wanted), 'exercise')} passed" if wanted else "◐ begun"
    if wanted and done == len(wanted):
        state = "✓ every exercise passed"
    if "started_at" in record:
        state = Markup("{}, since {}").format(state, said_when(record["started_at"]))
    tables = [
        _exercises(parts, exercises),
        _predictions(parts, record.get("predictions", {})),
        _questions(parts, record.get("quiz", {})),
        _claims(parts, record.get("claims", {})),
    ]
    code = [(name, exercises[name]["source"]) for name in passed if exercises[name].get("source")]
    return Chapter(number, heading, state, [table for table in tables if table.rows], code)


def _exercises(parts: Parts, record: dict) -> Table:
    titles = {exercise.name: f"{exercise.name}: {exercise.title}" for exercise in parts.exercises}
    rows = []
    for name in _names(titles, record):
        entry = record.get(name, {})
        status = entry.get("status", "not begun")
        symbol = "✓" if status == PASSED else "◐" if entry.get("attempts") else "○"
        counts = str(entry.get("attempts", 0)), str(entry.get("hints", 0))
        when = said_when(entry.get("passed_at") or entry.get("first_tried"))
        rows.append((titles.get(name, name + GONE), f"{symbol} {status}", *counts, when))
    return Table("Exercises", ("Exercise", "State", "Attempts", "Hints", "When"), rows)


def _predictions(parts: Parts, record: dict) -> Table:
    declared = {prediction.name: prediction for prediction in parts.predictions}
    rows = []
    for name in _names(declared, record):
        prediction, entry = declared.get(name), record.get(name, {})
        value, unit = entry.get("value"), prediction.unit if prediction else ""
        question = _prose(prediction.question) if prediction else name + GONE
        # The truth stands here only beside an answer: the page must not spoil what is still ahead.
        truth = prediction.truth if prediction and value is not None else None
        answers = "○ not answered" if value is None else _value(value, unit), _value(truth, unit)
        rows.append((question, *answers, said_when(entry.get("recorded_at"))))
    return Table("Predictions", ("Question", "My prediction", "It is", "When"), rows)


def _questions(parts: Parts, record: dict) -> Table:
    quizzes = {"recap": parts.recap.items, "quiz": parts.quiz.items}
    declared = {f"{kind}-{n}": item for kind, items in quizzes.items() for n, item in enumerate(items, start=1)}
    rows = []
    for name in _names(declared, record):
        entry = record.get(name, {})
        verdict = "○ not answered" if not entry else "✓ right" if entry.get("right") else "✗ not yet right"
        question = _prose(declared[name].question) if name in declared else name + GONE
        rows.append((question, _prose(str(entry.get("chosen", ""))), verdict, str(entry.get("attempts", 0))))
    return Table("Questions", ("Question", "My answer", "Verdict", "Attempts"), rows)


def _claims(parts: Parts, record: dict) -> Table:
    declared = {claim.name: claim for claim in parts.claims}
    rows = []
    for name in _names(declared, record):
        claim, entry = declared.get(name), record.get(name, {})
        verdict = "○ not measured" if not entry else "✓ holds" if entry.get("holds") else "✗ does not hold"
        sentence = _prose(f"{claim.statement} ({claim.basis})") if claim else name + GONE
        measured = ", ".join(_value(number) for number in entry.get("measured", []))
        rows.append(
            (sentence, str(claim.band) if claim else "", measured, verdict, said_when(entry.get("measured_at")))
        )
    return Table("Claims, as measured on my machine", ("Claim", "Expected", "Measured", "Verdict", "When"), rows)


def _names(declared: Iterable[str], record: Iterable[str]) -> list[str]:
    """What the lesson has, in its order, then what only the record knows."""
    return [*declared, *(name for name in record if name not in declared)]


def _overview(record: dict) -> str:
    entries = [entry for lesson in record.values() for entry in lesson.get("exercises", {}).values()]
    passed = sum(entry.get("status") == PASSED for entry in entries)
    begun = _count(len(record), "lesson")
    return f"{begun} begun, {_count(passed, 'exercise')} passed." if record else "Nothing is recorded yet."


def _prose(text: str) -> Markup:
    return Markup(inline(text))


def _value(value: object, unit: str = "") -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{brief(value)} {unit}".strip() if number else "" if value is None else str(value)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
