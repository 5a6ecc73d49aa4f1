"""Run lessons from top to bottom without a browser, and say what each took and what held.

Each lesson runs in a kernel of its own, without network, and with an empty record of progress in a temporary folder:
what the record then holds is of this run, and the learner's own is not touched.
"""

import itertools
import math
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from rich.console import Console

from ddlearn import thread_pools
from ddlearn.classroom.progress import PASSED, Progress
from ddlearn.course import notebooks, results, rules

CELL_TIMEOUT = 120  # seconds
NO_LIMITS = (math.inf, math.inf)
COLUMNS = ("seconds", "peak MB", "cells", "errors", "passed", "held")
REFUSE_NETWORK = "__import__('ddlearn.course.offline', fromlist=['refuse']).refuse()"


@dataclass
class Run:
    """One lesson, run. `seconds` count from the start of its kernel; `peak_mb` is the most memory the kernel held.

    `found` has each exercise that was checked, by name: its status, and the mistake that was recognized.
    """

    lesson: str
    seconds: float = 0.0
    peak_mb: float = 0.0
    cells: int = 0
    errors: int = 0
    exercises_passed: int = 0
    exercises: int = 0
    claims_held: int = 0
    claims: int = 0
    messages: list[str] = field(default_factory=list)
    found: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def fail(self, cell: int, words: str) -> None:
        """Note an error in this cell, with the first line of its words."""
        self.errors += 1
        first = re.sub(r"\(\d+\.py, ", "(", words.strip().partition("\n")[0])  # IPython's name of a cell says nothing
        self.messages.append(f"cell {cell + 1}: {first}")


def execute(path: Path, solved: bool = False, offline: bool = True, tick: Callable[[], None] = lambda: None) -> Run:
    """Run one notebook file, which stays as it is; see `fill`."""
    return fill(nbformat.read(path, as_version=4), path.stem, solved, offline, tick)


def fill(
    notebook: nbformat.NotebookNode,
    lesson: str,
    solved: bool = False,
    offline: bool = True,
    tick: Callable[[], None] = lambda: None,
    limits: tuple[float, float] = NO_LIMITS,
    **variables: str,
) -> Run:
    """Run a notebook from top to bottom: its cells then hold what they gave. `lesson` is its file's stem.

    `tick` is called after each code cell. Errors are counted and told, never raised. A kernel that takes more than
    `limits`, seconds and MB, is ended. `variables` are set in its environment.
    """
    result = Run(lesson, exercises=len(rules.exercises_in(notebook)))
    with tempfile.TemporaryDirectory(prefix="ddlearn-run-") as folder:
        ours = {"DDLEARN_HOME": folder, "DDLEARN_STRICT": "1" if solved else "0"}
        client = NotebookClient(notebook, timeout=CELL_TIMEOUT, kernel_name="python3", allow_errors=True)
        client.resources = {"metadata": {"path": folder}}
        client.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
        client.extra_arguments += [f"--IPKernelApp.exec_lines={REFUSE_NETWORK}"] if offline else []
        start = time.perf_counter()
        environment = {**os.environ, **thread_pools.thread_environment(), **ours, **variables}
        with client.setup_kernel(env=environment), peak_memory(client.km.provisioner.pid, result, limits):
            _run_cells(client, result, tick)
        result.seconds = round(time.perf_counter() - start, 2)
        record = Progress(Path(folder) / "progress.json").lesson(notebooks.room(lesson))
    result.found = {name: (one["status"], one.get("mistake")) for name, one in record["exercises"].items()}
    result.exercises_passed = sum(status == PASSED for status, _ in result.found.values())
    result.claims = len(record["claims"])
    result.claims_held = sum(bool(one["holds"]) for one in record["claims"].values())
    return result


def _run_cells(client: NotebookClient, result: Run, tick: Callable[[], None]) -> None:
    for position, cell in enumerate(client.nb.cells):
        if cell.cell_type != "code":
            continue
        try:
            client.execute_cell(cell, position)
        except (CellTimeoutError, DeadKernelError) as stopped:
            result.fail(position, str(stopped))
            return
        result.cells += 1
        for output in cell.outputs:
            if output.output_type == "error":
                result.fail(position, f"{output.ename}: {output.evalue}")
        tick()


@contextmanager
def peak_memory(pid: int, result: Run, limits: tuple[float, float] = NO_LIMITS) -> Iterator[None]:
    """Watch the memory of a process twenty times a second, and of those it starts, which takes longer, twice.

    A process that takes more than `limits`, seconds and MB, is ended with those that it started, and a message says so.
    """
    done, process, start, (seconds, most) = threading.Event(), psutil.Process(pid), time.monotonic(), limits

    def watch() -> None:
        own = 0
        for look in itertools.count():
            with suppress(psutil.Error):  # one of them has just ended
                if look % 10 == 0:  # what a child shares with the kernel that forked it counts once, with the kernel
                    own = sum(child.memory_full_info().uss for child in process.children(recursive=True))
                result.peak_mb = max(result.peak_mb, round((process.memory_info().rss + own) / 2**20, 1))
            if (late := time.monotonic() > start + seconds) or result.peak_mb > most:
                result.messages.append(f"it took more than {f'{seconds:g} seconds' if late else f'{most:g} MB'}")
                with suppress(psutil.Error):
                    for one in (*process.children(recursive=True), process):
                        one.kill()
                return
            if done.wait(0.05):
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def main(lessons: list[str], json: Path | None = None, solved: bool = False, offline: bool = True) -> int:
    """Run the lessons, show the table, write the file; 1 if a cell of any lesson failed."""
    console, runs = Console(), []
    table = results.table("Lessons, run from top to bottom", "lesson", COLUMNS, "passed: exercises; held: claims")
    with results.bar(console) as bar:
        for path in notebooks.choose(lessons, notebooks.shipped(solved)):
            total = sum(cell.cell_type == "code" for cell in nbformat.read(path, as_version=4).cells)
            task = bar.add_task(path.stem, total=total)
            run = execute(path, solved, offline, lambda task=task: bar.advance(task))
            runs.append(run)
            results.write(json, map(asdict, runs))  # who stops the run keeps what it found
            took = (f"{run.seconds:.1f}", f"{run.peak_mb:.0f}", str(run.cells), str(run.errors))
            passed, held = f"{run.exercises_passed} of {run.exercises}", f"{run.claims_held} of {run.claims}"
            table.add_row(run.lesson, *took, passed, held)
    console.print(table)
    for run in runs:
        for message in run.messages:
            console.print(f"{run.lesson}, {message}", markup=False, highlight=False, soft_wrap=True)
    return int(any(run.errors for run in runs))
