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
from ddlearn.course.machine import Machine

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
    _refuse_to_overwrite(path, force)
    page = report_html(progress or Progress())
    write_whole(path, page)
    return path


def report_html(progress: Progress) -> str:
    """The whole page as text."""
    record = progress.read()["lessons"]
    rooms = [*lessons.LESSONS.values(), *sorted(set(record) - set(lessons.LESSONS.values()))]
    chapters = [_chapter(room, record.get(room, {})) for room in rooms]
    return render(
        __package__,
        "report.html",
        generator=GENERATOR,
        written=said_when(datetime.now(UTC).isoformat()),
        machine=Machine().sentence(),
        overview=_overview(record),
        notices=list(progress.notices),
        chapters=chapters,
    )


def _refuse_to_overwrite(path: Path, force: bool) -> None:
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a file, such as {path / 'ddlearn-report.html'}")
    if force or not path.exists():
        return
    with open(path, "rb") as file:
        if f'<meta name="generator" content="{GENERATOR} '.encode() not in file.read(2048):
            raise FileExistsError(
                f"{path} is there already and is no report of ddlearn; it is left as it is. Choose another name."
            )


def _chapter(room: str, record: dict) -> Chapter:
    title, parts = _declared(room)
    number = next((number for number, name in lessons.LESSONS.items() if name == room), room)
    heading = f"{number} · {title}" if title else f"Lesson {number}"
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
    code = [(name, exercises[name].get("source", "")) for name in passed]
    return Chapter(number, heading, state, [table for table in tables if table.rows], [one for one in code if one[1]])


def _declared(room: str) -> tuple[str, Parts]:
    """Title and parts of a lesson as this version has them; a lesson that is gone or does not load has none."""
    try:
        lesson = lessons.load(room)
    except Exception:  # a broken lesson must not cost the learner the report of the others
        return "", NOTHING
    return lesson.title, lesson.parts


def _exercises(parts: Parts, record: dict) -> Table:
    titles = {exercise.name: f"{exercise.name}: {exercise.title}" for exercise in parts.exercises}
    rows = []
    for name in _names(titles, record):
        entry = record.get(name, {})
        status = entry.get("status", "not begun")
        symbol = "✓" if status == PASSED else "◐" if entry.get("attempts") else "○"
        when = entry.get("passed_at") or entry.get("first_tried")
        counts = (str(entry.get(field, 0)) for field in ("attempts", "hints"))
        rows.append((titles.get(name, name + GONE), f"{symbol} {status}", *counts, said_when(when)))
    return Table("Exercises", ("Exercise", "State", "Attempts", "Hints", "When"), rows)


def _predictions(parts: Parts, record: dict) -> Table:
    declared = {prediction.name: prediction for prediction in parts.predictions}
    rows = []
    for name in _names(declared, record):
        prediction, value = declared.get(name), record.get(name, {}).get("value")
        unit = prediction.unit if prediction else ""
        # The truth stands here only beside an answer: the page must not spoil what is still ahead.
        truth = prediction.truth if prediction and value is not None else None
        rows.append(
            (
                _prose(prediction.question) if prediction else name + GONE,
                "○ not answered" if value is None else _value(value, unit),
                "" if truth is None else _value(truth, unit),
                said_when(record.get(name, {}).get("recorded_at")),
            )
        )
    return Table("Predictions", ("Question", "My prediction", "It is", "When"), rows)


def _questions(parts: Parts, record: dict) -> Table:
    declared = {
        f"{kind}-{number}": item.question
        for kind, quiz in (("recap", parts.recap), ("quiz", parts.quiz))
        for number, item in enumerate(quiz.items, start=1)
    }
    rows = []
    for name in _names(declared, record):
        entry = record.get(name)
        verdict = "○ not answered" if entry is None else "✓ right" if entry.get("right") else "✗ not yet right"
        entry = entry or {}
        question = _prose(declared[name]) if name in declared else name + GONE
        rows.append((question, _prose(str(entry.get("chosen", ""))), verdict, str(entry.get("attempts", 0))))
    return Table("Questions", ("Question", "My answer", "Verdict", "Attempts"), rows)


def _claims(parts: Parts, record: dict) -> Table:
    declared = {claim.name: claim for claim in parts.claims}
    rows = []
    for name in _names(declared, record):
        claim, entry = declared.get(name), record.get(name)
        verdict = "○ not measured" if entry is None else "✓ holds" if entry.get("holds") else "✗ does not hold"
        measured = ", ".join(_value(number) for number in (entry or {}).get("measured", []))
        sentence = _prose(f"{claim.statement} ({claim.basis_words})") if claim else name + GONE
        when = said_when((entry or {}).get("measured_at"))
        rows.append((sentence, claim.band if claim else "", measured, verdict, when))
    return Table("Claims, as measured on my machine", ("Claim", "Expected", "Measured", "Verdict", "When"), rows)


def _names(declared: Iterable[str], record: dict) -> list[str]:
    """What the lesson has, in its order, then what only the record knows."""
    declared = list(declared)
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
    return f"{brief(value)} {unit}".strip() if number else str(value)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
