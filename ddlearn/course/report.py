"""The learner's report: one HTML page of what was tried, predicted, answered and measured, to keep or to hand in.

The page asks nothing of a network and runs no script (its content policy forbids both), so it can be mailed, printed
and archived. Every text is escaped: the code in it is the learner's own.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from ddlearn import lessons
from ddlearn.classroom.document import render, said_when
from ddlearn.classroom.progress import PASSED, Progress
from ddlearn.classroom.prose import inline
from ddlearn.classroom.store import write_whole
from ddlearn.classroom.wording import brief, counted
from ddlearn.course import machine
from ddlearn.course.results import spare

GENERATOR = "ddlearn report"


def write_report(path: str | Path, progress: Progress | None = None) -> Path:
    """Write the report of `progress` (the learner's own by default) to `path`, and return where it is.

    An earlier report is replaced. `FileExistsError` if `path` is any other file; `IsADirectoryError` if it is a folder.
    """
    path = Path(path).expanduser().resolve()
    spare(path, "report of ddlearn", f'<meta name="generator" content="{GENERATOR} ')
    write_whole(path, report_html(progress or Progress()))
    return path


def report_html(progress: Progress) -> str:
    """Return the whole page as text."""
    record = progress.read()["lessons"]
    return render(
        __package__,
        "report.html",
        generator=GENERATOR,
        now=datetime.now(UTC).isoformat(),
        machine=machine.sentence(),
        overview=_overview(record),
        notices=list(progress.notices),
        chapters=[_chapter(room, record.get(room, {})) for room in _names(lessons.LESSONS.values(), sorted(record))],
        names=_names,
        prose=lambda text: Markup(inline(text)),
        value=_value,
        when=said_when,
        PASSED=PASSED,
    )


def _overview(record: dict) -> str:
    entries = [entry for lesson in record.values() for entry in lesson.get("exercises", {}).values()]
    done = counted(sum(map(passed, entries)), "exercise")
    return f"{counted(len(record), 'lesson')} begun, {done} passed." if record else "Nothing is recorded yet."


def _chapter(room: str, record: dict) -> dict[str, object]:
    """One lesson: what it declares, by section of the record, what is recorded of it, and its state in a sentence."""
    number, heading, declared = declaration(room)
    wanted = declared.get("exercises", ())
    names = [name for name, entry in record.get("exercises", {}).items() if passed(entry)]
    done = sum(name in names for name in wanted)
    symbol = "○" if not record else "✓" if wanted and done == len(wanted) else "◐"
    said = {"number": number, "heading": heading, "state": f"{symbol} {done} of {len(wanted)} exercises passed"}
    return said | {"declared": declared, "record": record, "passed": names}


def declaration(room: str) -> tuple[str, str, dict[str, dict[str, object]]]:
    """Return a lesson's number and heading, and what it declares, by section of the record and name."""
    number = next((number for number, name in lessons.LESSONS.items() if name == room), room)
    try:
        lesson = lessons.load(room)
    except Exception:  # one that is gone, or does not load, must not cost a page all the others
        return number, f"Lesson {number}", {}
    parts = lesson.parts
    quizzes = {"recap": parts.recap.items, "quiz": parts.quiz.items}
    declared = {
        "exercises": {one.name: one for one in (*parts.exercises, *parts.decisions)},
        "predictions": {prediction.name: prediction for prediction in parts.predictions},
        "quiz": {f"{kind}-{n}": item for kind, items in quizzes.items() for n, item in enumerate(items, start=1)},
        "claims": {claim.name: claim for claim in parts.claims},
    }
    return number, f"{number} · {lesson.title}", declared


def passed(entry: dict) -> bool:
    """Return whether the exercise of an entry of the record has passed."""
    return entry.get("status") == PASSED


def _names(declared: Iterable[str], record: Iterable[str]) -> list[str]:
    """What the lesson has, in its order, then what only the record knows."""
    return list(dict.fromkeys([*declared, *record]))


def _value(value: object, unit: str = "") -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{brief(value)} {unit}".strip() if number else "" if value is None else str(value)
