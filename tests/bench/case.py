"""What is compared: a case is one problem and several sides that solve it, ours first.

A side is prepared before the clock starts: it imports what it needs, turns the problem into arrays of its own and
compiles. What it returns is then called, and timed, again and again; every call gives the same answer, for nothing is
drawn but from a seed.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ddlearn.compute import release_memory

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
Problem = Any
"""Whatever the sides of a case agree on: a tensor, or a dataclass of them."""


@dataclass(frozen=True)
class Side:
    """One way to solve the problem.

    prepare(problem) gives the function to time. `needs` are the modules that may be missing here. What takes long has a
    number of `rounds` of its own, and no call to warm up. difference(problem) measures the largest difference from our
    answer where the timed answers do not tell it.
    """

    name: str
    prepare: Callable[[Problem], Callable[[], object]]
    needs: tuple[str, ...] = ()
    rounds: int = 0
    difference: Callable[[Problem], float] | None = None


@dataclass(frozen=True)
class Case:
    """A problem, and the sides that solve it.

    problem(small) makes it, in its full size or in one that takes no time. difference(ours, theirs) is the largest
    difference of two answers.
    """

    name: str
    title: str
    problem: Callable[[bool], Problem]
    ours: Side
    peers: tuple[Side, ...]
    difference: Callable[[Any, Any], float | None] | None = None

    @property
    def sides(self) -> tuple[Side, ...]:
        return self.ours, *self.peers

    def compare(self, side: Side, problem: Problem, answer: object) -> float | None:
        """Return how far `answer` is from ours; None where the two are not the same kind of thing."""
        if side.difference is not None:
            return side.difference(problem)
        return None if self.difference is None else self.difference(self.ours.prepare(problem)(), answer)


def relative(ours: object, theirs: object) -> float:
    """The largest difference of two arrays over the largest number of theirs; of several pairs, the worst."""
    import numpy as np

    if isinstance(ours, tuple):
        return max(relative(mine, other) for mine, other in zip(ours, theirs, strict=True))
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape:
        raise ValueError(f"answers must be of one shape; got {ours.shape} and {theirs.shape}")
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def lead(case: Case, peer: Side, rounds: int = 3) -> tuple[float, float | None]:
    """How many times the processor's seconds of ours a peer takes, and how far its answer is from ours.

    A busy machine is busy for everybody: the two take turns, so that a drift of the clock's speed falls on both alike.
    """
    problem = case.problem(False)
    ours, theirs = case.ours.prepare(problem), peer.prepare(problem)
    ours()
    answer = None if peer.rounds else theirs()
    mine, other = [], []
    for _ in range(min(rounds, peer.rounds or rounds)):
        mine.append(_timed(ours)[0])
        seconds, answer = _timed(theirs)
        other.append(seconds)
    return statistics.median(other) / statistics.median(mine), case.compare(peer, problem, answer)


def _timed(run: Callable[[], object]) -> tuple[float, object]:
    started = time.process_time()
    answer = run()
    return time.process_time() - started, answer


def peak(case: Case, side: Side) -> tuple[float | None, object]:
    """Megabytes that one call holds at most beyond what was there before it, its answer included; and the answer.

    None where the system does not say. A call on a small problem comes first, so that what a library loads at its first
    use is not counted.
    """
    side.prepare(case.problem(True))()
    run = side.prepare(case.problem(False))
    if not STATUS.exists():
        return None, run()
    release_memory()
    with contextlib.suppress(OSError):  # where the system does not let us, the count goes on from the highest so far
        CLEAR.write_text("5")
    before = _high_water()
    answer = run()
    return _high_water() - before, answer


def _high_water() -> float:
    """Megabytes that this process held at most so far. (`ru_maxrss` begins at what its parent held.)"""
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
