"""Measure every claim of the course over seeds, each beside its negative control, and show the table.

A claim at one seed is a task of its own, for joblib. The numbers do not depend on where it runs, but for rounding; see
`ddlearn.cluster`.
"""

import json as text_of_json
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ddlearn import cluster, lessons, thread_pools
from ddlearn.classroom.claim import Claim, ClaimResult
from ddlearn.course import notebooks, results
from ddlearn.double_descent import run_cells


def sound(result: ClaimResult) -> bool:
    """Return whether the claim holds for every seed, and its control, where it has one, for none."""
    return result.holds and result.control_fails is not False


def record(result: ClaimResult) -> dict[str, object]:
    """Return a result as `--json` writes it; what is not a finite number is null, which JSON can hold."""
    claim, basis, band = result.claim, result.claim.basis, result.claim.band
    return {
        "id": claim.id,
        "statement": claim.statement,
        "basis": basis.kind,
        "basis_words": str(basis),
        "source": basis.source,
        "expected": band.expected,
        "tolerance": band.tolerance,
        "sense": band.sense,
        "lesson": claim.id.partition(".")[0],
        "papers": list(basis.papers),
        "measured": _finite(result.measured),
        "control_measured": _finite(result.control_measured),
        "holds": result.holds,
        "control_fails": result.control_fails,
        "seconds": round(result.seconds, 2),
        "error": result.error,
    }


def read(path: Path) -> dict[str, list[ClaimResult]]:
    """Return the results in a file that `--json` wrote, by lesson. ValueError where it is none of this course."""
    found: dict[str, list[ClaimResult]] = {}
    try:
        for kept in text_of_json.loads(path.read_text("utf-8")):
            claims = {claim.id: claim for claim in lessons.load(kept["lesson"]).parts.claims}
            measured, control = (
                [math.nan if value is None else float(value) for value in kept[name]]  # JSON holds no infinity
                for name in ("measured", "control_measured")
            )
            result = ClaimResult(claims[kept["id"]], measured, control, float(kept["seconds"]), kept["error"])
            found.setdefault(kept["lesson"], []).append(result)
    except (ValueError, KeyError, TypeError) as error:
        reason = error.args[0] if isinstance(error, LookupError) and error.args else error
        raise ValueError(f"{path} is no file that `ddlearn claims --json` writes for this course: {reason}") from error
    return found


def measure(
    claims: Sequence[Claim],
    seeds: int,
    progress: Callable[[float, str], object] | None = None,
    keep: Callable[[list[ClaimResult]], object] = lambda results: None,
) -> list[ClaimResult]:
    """Measure claims, each over the seeds 0, 1, ..., `seeds` - 1, wherever joblib's active backend computes.

    As each claim at each seed comes back, progress(fraction, words) is called, and keep(results) with all so far.
    """
    trials: list[dict[int, ClaimResult]] = [{} for _ in claims]

    def gathered() -> list[ClaimResult]:
        pairs = zip(claims, trials, strict=True)
        return [claim.gather([one for _, one in sorted(some.items())]) for claim, some in pairs if some]

    def came(place: int, trial: ClaimResult) -> None:
        trials[place // seeds][place % seeds] = trial
        keep(gathered())

    run_cells(Claim.trial, [(claim, seed) for claim in claims for seed in range(seeds)], progress, came)
    return gathered()


def main(names: list[str], json: Path | None = None, seeds: int = 5, backend="sequential", scheduler=None) -> int:
    """Measure, show the table, write the file; 1 if a claim does not hold or a control does not fail."""
    thread_pools.limit_threads()
    rooms, console = map(lessons.load, notebooks.choose(names, list(lessons.LESSONS))), Console()
    claims = [claim for room in rooms for claim in room.parts.claims]

    def keep(found: list[ClaimResult]) -> None:
        """After each seed of each claim: who stops the command keeps what it measured."""
        with suppress(OSError):  # a disk that is full for a moment; the last try says so if it stays full
            results.write(json, map(record, found))

    with results.bar(console) as bar, cluster.workers(backend, scheduler):
        total = len(claims) * seeds
        task = bar.add_task("claims, each at each seed", total=total)
        found = measure(claims, seeds, lambda fraction, _: bar.update(task, completed=round(fraction * total)), keep)
    console.print(_table(found, seeds))
    results.write(json, map(record, found))
    for result in found:
        if result.error:
            console.print(f"{result.claim.id}: {result.error}", markup=False, soft_wrap=True)
    held = sum(map(sound, found))
    console.print(f"{held} of {len(found)} claims hold, and their controls fail as they must.")
    return int(held < len(found))


def _finite(values: list[float]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values]


def _table(found: list[ClaimResult], seeds: int) -> Table:
    table = Table(title=f"Claims of the course, over {seeds} {'seed' if seeds == 1 else 'seeds'}", show_lines=True)
    table.add_column("lesson")
    table.add_column("claim", ratio=1)
    for name, width in (("expected", 16), ("measured", 16), ("holds", 7), ("control fails", 7)):
        table.add_column(name, max_width=width)
    words = {True: "yes", False: "NO", None: "no such"}
    for result in found:
        claim, verdicts = result.claim, (words[result.holds], words[result.control_fails])
        said = claim.id.partition(".")[0], f"{claim.statement} ({claim.basis})", str(claim.band)
        table.add_row(*said, _range(result.measured), *verdicts)
    return table


def _range(values: list[float]) -> str:
    if not values:
        return "nothing"
    low, high = f"{min(values):.3g}", f"{max(values):.3g}"
    return low if low == high else f"{low} to {high}"
