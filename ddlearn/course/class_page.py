"""A class on one page: how far it is in each exercise, which mistake is commonest now, what was predicted and answered.

The page is made from what learners handed in, the newest record of each. It asks nothing of a network. Where a folder
is watched, the page loads itself anew, and runs the one script that its content policy names.
"""

import os
import secrets
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
from markupsafe import Markup

from ddlearn import lessons
from ddlearn.classroom.document import render, said_when
from ddlearn.classroom.prediction import Prediction
from ddlearn.classroom.progress import Progress
from ddlearn.classroom.prose import inline
from ddlearn.classroom.quiz import QuizItem
from ddlearn.classroom.store import Damaged, Newer, write_whole
from ddlearn.classroom.wording import brief, counted
from ddlearn.course import results, submissions
from ddlearn.course.report import declaration, passed
from ddlearn.course.submissions import File

GENERATOR = "ddlearn class"
BINS = 8  # ranges in which predicted numbers are counted
STUCK = 10  # rows of those who are stuck, at most

Bar = tuple[str, int, bool]  # an answer, how many gave it, and whether it is right


@dataclass(frozen=True)
class Learner:
    """A learner as the page shows them, when they handed in, and the lessons of their record."""

    name: str
    when: datetime
    lessons: dict


def read(folder: Path, names: bool = False) -> tuple[list[Learner], list[File]]:
    """Return the learners of a folder, and the files that cannot be read, each with its `fault`.

    Without `names` learners are numbered, in the order of their first hand-in: whoever comes later gets a later number.
    """
    store, handed, bad = Progress(os.devnull), {}, []
    for file in sorted(submissions.records(folder), key=lambda file: file.when):
        try:
            record = {} if file.fault else store.decoded(file.data).get("lessons", {})
        except (Damaged, Newer) as error:
            file = File(file.learner, file.path, file.when, fault=f"It is no record of progress: {error}.")
        if file.fault:
            bad.append(file)
        else:
            handed[file.learner.casefold()] = (file, record)  # a later one keeps the place of the first
    numbered = enumerate(handed.values(), start=1)
    people = [Learner(file.learner if names else f"Learner {n}", file.when, record) for n, (file, record) in numbered]
    return people, bad


def page(learners: list[Learner], bad: list[File], names: bool = False, follow: bool = False) -> str:
    """Return the whole page as text. With `follow` it loads itself anew every ten seconds, unless it is told not to."""
    begun = {room for learner in learners for room in learner.lessons}
    chapters = [_chapter(room, learners) for room in sorted(begun, key=[*lessons.SLUGS, *sorted(begun)].index)]
    return render(
        __package__,
        "class.html",
        generator=GENERATOR,
        now=datetime.now(UTC).isoformat(),
        when=said_when,
        chapters=chapters,
        rest=[number for number, room in lessons.LESSONS.items() if room not in begun],
        stuck=sorted((row for chapter in chapters for row in chapter["stuck"]), reverse=True)[:STUCK],
        learners=[(one.name, said_when(one.when.isoformat()), *_score(one)) for one in learners],
        files=[(file.path if names else "A file", file.fault) for file in bad],
        counted=counted,
        said_for=_said_for,
        prose=lambda text: Markup(inline(text)),
        nonce=secrets.token_urlsafe() if follow else "",
    )


def _chapter(room: str, learners: list[Learner]) -> dict[str, object]:
    """One lesson: a row for each exercise, who is stuck, and the counts of predictions and answers."""
    number, heading, declared = declaration(room)
    records = [learner.lessons.get(room, {}) for learner in learners]
    exercises, stuck = [], []
    for name, exercise in declared.get("exercises", {}).items():
        entries = [record.get("exercises", {}).get(name, {}) for record in records]
        done = sum(map(passed, entries))
        hints = {"": ""} | {mistake.name: mistake.hint for mistake in exercise.mistakes}
        tried = []
        for learner, entry in zip(learners, entries, strict=True):
            if entry.get("attempts") and not passed(entry):
                mistake = entry["mistake"] if entry.get("mistake") in hints else ""
                since = _since(entry.get("first_tried"), learner.when)
                tried.append((since, entry["attempts"], learner.name, f"{number} {name}", mistake))
        made = Counter(mistake for *_, mistake in tried if mistake)
        common, times = next(iter(made.most_common(1)), ("", 0))
        counts = {"begun": len(entries) - len(tried) - done, "tried": len(tried), "passed": done}
        exercises.append({"name": name, "common": common, "times": times, "hint": hints[common], **counts})
        stuck += tried

    def asked(section: str, key: str) -> list[tuple[object, list[Bar]]]:
        found = []
        for name, question in declared.get(section, {}).items():
            answers = [record[section][name].get(key) for record in records if name in record.get(section, {})]
            found += [(question, _bars(question, answers))] if answers else []
        return found

    said = {"predictions": asked("predictions", "value"), "questions": asked("quiz", "chosen")}
    said |= {"number": number, "heading": heading, "count": sum(map(bool, records))}
    return said | {"exercises": exercises, "stuck": stuck}


def _bars(asked: Prediction | QuizItem, answers: list[object]) -> list[Bar]:
    """Count the answers to a question by option, or by ranges of equal width, and mark the one with the truth."""
    if isinstance(asked, QuizItem):
        return [(option.text, answers.count(option.text), option.right) for option in asked.options]
    if asked.options:
        return [(option, answers.count(option), option == asked.truth) for option in asked.options]
    numbers = [one for one in answers if type(one) in (int, float) and asked.low <= one <= asked.high]
    counts, edges = np.histogram(numbers, BINS, (asked.low, asked.high))
    truth, _ = np.histogram([] if asked.truth is None else [asked.truth], edges)
    ranges = [f"{brief(low)} to {brief(high)} {asked.unit}".strip() for low, high in pairwise(edges)]
    return list(zip(ranges, counts.tolist(), map(bool, truth), strict=True))


def _since(first: str | None, when: datetime) -> timedelta:
    try:
        return max(timedelta(0), when - datetime.fromisoformat(first or "").astimezone(UTC))
    except (ValueError, OverflowError):  # a time that is none
        return timedelta(0)


def _said_for(span: timedelta) -> str:
    units = {"days": timedelta(days=1), "hours": timedelta(hours=1), "minutes": timedelta(minutes=1)}
    return next((f"{span // one} {unit}" for unit, one in units.items() if span >= 2 * one), "under 2 minutes")


def _score(learner: Learner) -> tuple[int, int, int]:
    entries = [one for record in learner.lessons.values() for one in record.get("exercises", {}).values()]
    return len(learner.lessons), sum(bool(one.get("attempts")) for one in entries), sum(map(passed, entries))


def _state(folder: Path) -> list[tuple[Path, int]]:
    """Return what changes when somebody hands in."""
    found = []
    for path in sorted(folder.rglob("*")):
        with suppress(OSError):  # a link to nothing, or a draft that has just been given its name
            found += [(path, path.stat().st_mtime_ns)] if path.suffix in (".json", ".zip") else []
    return found


def main(folder: Path, out: Path, names: bool, watch: bool, say: Callable[[str], object]) -> None:
    """Write the page, and under `watch` again whenever something is handed in, until it is stopped."""
    mark = f'<meta name="generator" content="{GENERATOR} '
    results.spare(out, "page of ddlearn class", mark)
    known, seen = [], None
    while watch or seen is None:
        if (there := _state(folder)) != seen:
            learners, bad = read(folder, names)
            write_whole(out, page(learners, bad, names, follow=watch))
            faults = [f"{file.path}: {file.fault}" for file in bad]
            for words in (one for one in faults if one not in known):
                say(words)
            if seen is None:
                say(f"The class is in {out}." + (" It follows the folder; Ctrl-C ends that." if watch else ""))
            known, seen = faults, there
        if watch:
            time.sleep(2)
