"""`ddlearn bench`: our computations against what one would use instead, in one run, with seeds, spread and memory.

    case, engine       a problem and its sides, measured in turn
    child              a process for each case, and one for each side's memory
    cases/             the comparisons themselves
    setting, table     where it was measured, and the table

A peer that is not installed is said, and so is one that fails: its row has words in place of numbers.
"""

from __future__ import annotations

import json as text
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ddlearn.classroom.store import write_whole

if TYPE_CHECKING:
    from ddlearn.course.bench.case import Case

__all__ = ["CASES", "chosen", "load", "main", "peak", "run"]

CASES = {  # name -> the module that has it; nothing is imported before it is measured
    "infinite-ntk": "infinite_ntk",
    "empirical-ntk-1": "empirical_ntk",
    "empirical-ntk-10": "empirical_ntk",
    "dynamics": "dynamics",
    "ridge-path": "ridge_path",
    "training-sweep": "batched_training",
    "training-small": "batched_training",
    "training-minibatches": "batched_training",
    "live-figure": "live_figure",
    "holograms": "holograms",
    "min-norm-curve": "min_norm_curve",
}
SCHEMA = 1
"""Raised when a field of the report changes its meaning."""


def load(name: str) -> Case:
    """The case of this name. ValueError where there is none."""
    module = import_module(f"{__name__}.cases.{CASES[chosen([name])[0]]}")
    return next(case for case in module.CASES if case.name == name)


def chosen(names: list[str]) -> list[str]:
    """The cases asked for, in our order; all if `names` is empty. ValueError for one that is not there."""
    for name in names:
        if name not in CASES:
            raise ValueError(f"There is no case {name}. There are: {', '.join(CASES)}.")
    return [name for name in CASES if name in names] or list(CASES)


def run(name: str, rounds: int, threads: int = 1, memory: bool = True, python: str = sys.executable) -> dict:
    """Measure one case in processes of its own: its part of the report.

    The fields of a side: name, status ("measured", "missing" or "failed"), note, rounds, cpu and wall (median, low and
    high quartile, in seconds), ratio (cpu and wall, theirs over ours), difference, peak_mb, per_second.
    """
    from ddlearn.course.bench.child import ask

    found = ask(python, threads, "measure", name, rounds)
    for side in found["sides"]:
        if memory and side["status"] == "measured":
            try:
                side["peak_mb"] = peak(name, side["name"], threads, python)
            except RuntimeError as error:
                side["note"] = f"its memory could not be measured: {error}"
    return found


def peak(name: str, side: str, threads: int = 1, python: str = sys.executable) -> float | None:
    """Megabytes that one call of a side adds at most, in a process of its own; None where the system does not say."""
    from ddlearn.course.bench.child import ask

    return ask(python, threads, "peak", name, side)["peak_mb"]


def main(
    names: list[str],
    json: Path | None = None,
    rounds: int = 5,
    threads: int = 1,
    memory: bool = True,
    python: str = sys.executable,
) -> int:
    """The command: measure, print the table, write the file; 1 if a computation of ours failed, whatever peers do."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from ddlearn.course.bench import setting, table

    wanted, console = chosen(names), Console(stderr=True)
    report = {"schema": SCHEMA, "machine": setting.machine(), "versions": {}, "threads": threads, "rounds": rounds}
    report |= {"load": {"before": setting.load_average(), "after": None}, "cases": []}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("measuring", total=len(wanted))
        for name in wanted:
            bar.update(task, description=name)
            try:
                found = run(name, rounds, threads, memory, python)
            except RuntimeError as error:
                found = broken(name, str(error))
            report["versions"] |= found.pop("versions", {})
            report["cases"].append(found)
            report["load"]["after"] = setting.load_average()
            if json is not None:  # after each case: who stops the run keeps what it found
                write_whole(json, text.dumps(report, indent=2) + "\n")
            console.print(table.line(found), markup=False, highlight=False, soft_wrap=True)
            bar.advance(task)
    print(table.markdown(report))
    return int(any(case["sides"][0]["status"] == "failed" for case in report["cases"]))


def broken(name: str, note: str) -> dict[str, object]:
    """The part of a case whose process gave no answer: each of its sides is said to have failed."""
    from ddlearn.course.bench import engine

    case = load(name)
    sides = [engine.Measured(side.name, engine.FAILED, note) for side in case.sides]
    return engine.record(case, sides)
