"""Measure every claim of the course over seeds, each beside its negative control, and show the table.

A claim at one seed is a task of its own, for joblib: by default here, one after the other; `--backend loky` puts them
on every core, `--backend dask` on a Dask cluster, of this machine or at `--scheduler`. The numbers do not depend on it
but for rounding, where a task runs on another processor or with another number of threads; see `ddlearn.cluster`.
"""

import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ddlearn import cluster, lessons, thread_pools
from ddlearn.classroom.claim import Claim, ClaimResult
from ddlearn.course import notebooks, results
from ddlearn.double_descent import run_cells


@dataclass(frozen=True)
class Line:
    """One claim of one lesson, measured."""

    lesson: str
    result: ClaimResult

    @property
    def sound(self) -> bool:
        """The claim holds for every seed, and its control, where it has one, for none."""
        return self.result.holds and self.result.control_fails is not False

    def record(self) -> dict[str, object]:
        """Return the line as `--json` writes it; what is not a finite number is null, which JSON can hold.

        `basis` is one of `ddlearn.classroom.claim.BASES`, `papers` are keys of `ddlearn/papers.bib`, `basis_words` is
        what the page makes of these and of `source`.
        """
        result, claim = self.result, self.result.claim
        return {
            "id": claim.id,
            "statement": claim.statement,
            "basis": claim.basis.kind,
            "basis_words": str(claim.basis),
            "source": claim.basis.source,
            "expected": claim.band.expected,
            "tolerance": claim.band.tolerance,
            "sense": claim.band.sense,
            "lesson": self.lesson,
            "papers": list(claim.basis.papers),
            "measured": _finite(result.measured),
            "control_measured": _finite(result.control_measured),
            "holds": result.holds,
            "control_fails": result.control_fails,
            "seconds": round(result.seconds, 2),
            "error": result.error,
        }


def declared(names: list[str]) -> list[tuple[str, Claim]]:
    """Return the claims of the lessons asked for, of all if `names` is empty: the lesson's number, and the claim."""
    numbers = notebooks.choose(names, list(lessons.LESSONS))
    return [(number, claim) for number in numbers for claim in lessons.load(number).parts.claims]


def measure(
    claims: Iterable[tuple[str, Claim]],
    seeds: int,
    progress: Callable[[float, str], object] | None = None,
    keep: Callable[[list[Line]], object] = lambda lines: None,
) -> list[Line]:
    """Measure claims, each over the seeds 0, 1, ..., `seeds` - 1, wherever joblib's active backend computes.

    progress(fraction, words) is called as each claim at each seed comes back, and keep(lines) with all lines so far.
    """
    claims = list(claims)
    trials: list[ClaimResult | None] = [None] * (len(claims) * seeds)

    def lines() -> list[Line]:
        found = [[one for one in trials[at * seeds : (at + 1) * seeds] if one] for at in range(len(claims))]
        return [Line(lesson, claim.gather(some)) for (lesson, claim), some in zip(claims, found, strict=True) if some]

    def came(place: int, trial: ClaimResult) -> None:
        trials[place] = trial
        keep(lines())

    run_cells(Claim.trial, [(claim, seed) for _, claim in claims for seed in range(seeds)], progress, came)
    return lines()


def main(
    names: list[str],
    json: Path | None = None,
    seeds: int = 5,
    backend: str = "sequential",
    scheduler: str | None = None,
) -> int:
    """Measure, show the table, write the file; 1 if a claim does not hold or a control does not fail."""
    thread_pools.limit_threads()
    claims, console = declared(names), Console()

    def write(lines: list[Line]) -> None:
        results.write(json, [line.record() for line in lines])

    def keep(lines: list[Line]) -> None:
        """After each seed of each claim: who stops the command keeps what it measured."""
        with suppress(OSError):  # a disk that is full for a moment; the last try says so if it stays full
            write(lines)

    with results.bar(console) as bar, cluster.workers(backend, scheduler):
        total = len(claims) * seeds
        task = bar.add_task("claims, each at each seed", total=total)
        lines = measure(claims, seeds, lambda fraction, _: bar.update(task, completed=round(fraction * total)), keep)
    console.print(_table(lines, seeds))
    write(lines)
    for line in lines:
        if line.result.error:
            console.print(f"{line.result.claim.id}: {line.result.error}", markup=False, soft_wrap=True)
    unsound = sum(not line.sound for line in lines)
    console.print(f"{len(lines) - unsound} of {len(lines)} claims hold, and their controls fail as they must.")
    return int(bool(unsound))


def _finite(values: list[float]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values]


def _table(lines: list[Line], seeds: int) -> Table:
    table = Table(title=f"Claims of the course, over {seeds} {'seed' if seeds == 1 else 'seeds'}", show_lines=True)
    table.add_column("lesson")
    table.add_column("claim", ratio=1)
    for name, width in (("expected", 16), ("measured", 16), ("holds", 7), ("control fails", 7)):
        table.add_column(name, max_width=width)
    words = {True: "yes", False: "NO", None: "no such"}
    for line in lines:
        result, claim = line.result, line.result.claim
        verdicts = words[result.holds], words[result.control_fails]
        sentence = f"{claim.statement} ({claim.basis})"
        table.add_row(line.lesson, sentence, str(claim.band), _range(result.measured), *verdicts)
    return table


def _range(values: list[float]) -> str:
    if not values:
        return "nothing"
    low, high = f"{min(values):.3g}", f"{max(values):.3g}"
    return low if low == high else f"{low} to {high}"
