"""An experiment judged: a question put to a table, and what the learner's rule says of the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from torch import Tensor

from ddlearn.lessons.capstone import asking, exercises, shelf
from ddlearn.lessons.capstone.asking import Band, Measurement, Question, Report
from ddlearn.lessons.capstone.exercises import FAILS, HOLDS, UNDECIDED, Pair
from ddlearn.lessons.capstone.menu import QUESTIONS

WORDS = {HOLDS: "holds", FAILS: "does not hold", UNDECIDED: "cannot tell"}


@dataclass(frozen=True, eq=False)
class Judged:
    """A question, what was measured for it, and what the learner's rule says of it."""

    question: Question
    called: str  # the table, at the beginning of a sentence
    rows: int  # to learn from
    seeds: range
    found: Measurement  # with these seeds
    band: Band
    interval: Pair
    control: Pair
    control_outside: bool
    verdict: int
    shown_at: datetime | None  # when what was measured was first seen; None while it is hidden


def experiment(
    question: str,
    table: str,
    share: str,
    seeds: int,
    run: bool,
    *,
    new_seeds: int = 0,
    interval: Callable[[Tensor], Pair] = exercises.interval,
    verdict: Callable[[Pair, Pair, Band], int] = exercises.verdict,
    progress: Report | None = None,
) -> Judged:
    """Ask the table, and judge the answer by the rule: on the first seeds, or on so many that nobody has seen."""
    asked, world = QUESTIONS[question], shelf.world(shelf.table(table))
    n = shelf.rows_to_learn_from(world, share)
    drawn = asking.new(new_seeds) if new_seeds else asking.FIRST
    judged = drawn[: new_seeds or seeds]
    found = asking.measured(asked, world, n, drawn, progress).first(len(judged))
    band = asked.band or found.band
    here, control = (tuple(map(float, interval(part))) for part in (found.values, found.controls))
    return Judged(
        question=asked,
        called=shelf.called(table),
        rows=n,
        seeds=judged,
        found=found,
        band=band,
        interval=here,
        control=control,
        # A claim that was refuted by its own measurement: so the rule speaks of what lies outside.
        control_outside=int(verdict(control, control, band)) == FAILS,
        verdict=int(verdict(here, control, band)),
        shown_at=asking.first_shown(question, world.table, n) if run else None,
    )
