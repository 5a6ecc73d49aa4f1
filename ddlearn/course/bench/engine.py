"""Measure the sides of a case against each other, in one process and in turn.

A busy machine is busy for everybody: sides take turns within each round, forwards in one and backwards in the next, so
that a drift of the clock's speed falls on all alike. Seconds are the processor's, which neighbours disturb least, and
the wall's beside them. Ratios are of medians; the quartiles say how far to trust them. What cannot be measured is said:
a side that is not installed, or that fails, has words in place of numbers, and the others go on.
"""

from __future__ import annotations

import importlib.util
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ddlearn.course.bench.case import Case, Side

__all__ = ["FAILED", "MEASURED", "MISSING", "Measured", "measure", "missing_modules", "record"]

MEASURED, MISSING, FAILED = "measured", "missing", "failed"

Clock = Callable[[], float]


@dataclass
class Measured:
    """One side: what became of it, seconds of each of its rounds, and how far its answer is from ours."""

    name: str
    status: str = MEASURED
    note: str = ""
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    difference: float | None = None

    def fail(self, error: BaseException) -> None:
        self.status, self.note = FAILED, words_of(error)


def measure(
    case: Case,
    rounds: int,
    small: bool = False,
    wall: Clock = time.perf_counter,
    cpu: Clock = time.process_time,
) -> list[Measured]:
    """Every side of the case, ours first, over so many rounds; a side with fewer rounds of its own stops earlier."""
    problem = case.problem(small)
    found, runs, reference = [], {}, None
    for side in case.sides:
        one = Measured(side.name)
        found.append(one)
        absent = missing_modules(side)
        if absent:
            one.status, one.note = MISSING, f"{', '.join(absent)} not installed"
            continue
        try:
            runs[side.name] = side.prepare(problem)
            if side.warm_up:
                answer = runs[side.name]()
                if side is case.ours:
                    reference = answer
                else:
                    one.difference = difference(case, side, problem, reference, answer)
        except Exception as error:
            one.fail(error)
    for number in range(rounds):
        turn = list(zip(case.sides, found, strict=True))
        for side, one in turn if number % 2 == 0 else turn[::-1]:
            if one.status != MEASURED or number >= (side.rounds or rounds):
                continue
            try:
                answer = timed(runs[side.name], one, wall, cpu)
                if side is not case.ours and one.difference is None:
                    one.difference = difference(case, side, problem, reference, answer)
            except Exception as error:
                one.fail(error)
            answer = None  # some answers are large
    return found


def timed(run: Callable[[], object], one: Measured, wall: Clock, cpu: Clock) -> object:
    """Call once and note the seconds."""
    started = wall(), cpu()
    answer = run()
    ended = wall(), cpu()
    one.wall.append(ended[0] - started[0])
    one.cpu.append(ended[1] - started[1])
    return answer


def difference(case: Case, side: Side, problem: object, ours: object, theirs: object) -> float | None:
    """How far the answer of a side is from ours; None where the two are not the same kind of thing."""
    if side.difference is not None:
        return side.difference(problem)
    return None if case.difference is None or ours is None else case.difference(ours, theirs)


def missing_modules(side: Side) -> list[str]:
    """Those of the modules a side needs that are not installed here."""
    return [name for name in side.needs if importlib.util.find_spec(name) is None]


def record(case: Case, found: list[Measured]) -> dict[str, object]:
    """What was found, as `--json` writes it: medians and quartiles of seconds, and each peer's ratio to ours."""
    ours, rows = found[0], []
    for one in found:
        row = {"name": one.name, "status": one.status, "note": one.note, "rounds": len(one.cpu)}
        row |= {"cpu": spread(one.cpu), "wall": spread(one.wall), "ratio": None}
        if one is not ours and one.status == ours.status == MEASURED:
            row["ratio"] = {"cpu": ratio(one.cpu, ours.cpu), "wall": ratio(one.wall, ours.wall)}
        finite = one.difference is not None and math.isfinite(one.difference)
        row |= {"difference": one.difference if finite else None, "peak_mb": None, "per_second": None}
        if case.count and one.cpu:
            row["per_second"] = case.count / statistics.median(one.cpu)
        rows.append(row)
    return {"name": case.name, "title": case.title, "unit": case.unit, "sides": rows}


def spread(seconds: list[float]) -> dict[str, float] | None:
    """Median and quartiles."""
    if not seconds:
        return None
    low, median, high = statistics.quantiles(seconds * (2 if len(seconds) == 1 else 1), n=4, method="inclusive")
    return {"median": median, "low": low, "high": high}


def ratio(theirs: list[float], ours: list[float]) -> float | None:
    mine = statistics.median(ours)
    return statistics.median(theirs) / mine if mine > 0 else None


def words_of(error: BaseException) -> str:
    """The kind of an error and the first line of what it says."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:160]}" if lines else type(error).__name__
