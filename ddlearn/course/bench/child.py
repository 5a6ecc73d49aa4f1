"""A process of its own for each measurement: threads are set before anything is loaded, and memory starts from nothing.

    python -m ddlearn.course.bench.child FILE measure CASE ROUNDS
    python -m ddlearn.course.bench.child FILE peak CASE SIDE

write their answer to FILE as JSON. A side that is killed for its memory takes no other case with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ddlearn.compute import release_memory
from ddlearn.course.bench import engine, load
from ddlearn.course.bench.case import Case, Side
from ddlearn.course.bench.setting import versions
from ddlearn.course.notebooks import PACKAGE, checkout
from ddlearn.thread_pools import THREAD_VARIABLES

__all__ = ["ask", "high_water", "peak"]

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def ask(python: str, threads: int, *words: object) -> dict[str, object]:
    """Run this module with these words in an interpreter held to so many threads; its answer.

    Raises `RuntimeError` with its last line, or the signal that ended it, if it gives none.
    """
    environment = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(threads))}
    # XLA knows nothing of OMP_NUM_THREADS: its pool is sized by these, of which each release reads another.
    environment |= {"NPROC": str(threads), "PJRT_NPROC": str(threads), "JAX_PLATFORMS": "cpu"}
    flags = [environment.get("XLA_FLAGS", ""), f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"]
    environment["XLA_FLAGS"] = " ".join(filter(None, flags))
    if checkout() is not None:  # an interpreter with the peers need not have the course installed
        path = [str(PACKAGE.parent), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    with tempfile.TemporaryDirectory(prefix="ddlearn-bench-") as folder:
        file = Path(folder) / "answer.json"
        command = [python, "-m", __name__, str(file), *map(str, words)]
        run = subprocess.run(command, env=environment, capture_output=True, text=True)
        if run.returncode == 0:
            return json.loads(file.read_text("utf-8"))
    if run.returncode < 0:
        raise RuntimeError(f"the process was ended by signal {-run.returncode}; 9 is what a lack of memory sends")
    raise RuntimeError(next(iter(run.stderr.strip().splitlines()[::-1]), f"exit code {run.returncode}"))


def peak(case: Case, side: Side, small: bool = False) -> float | None:
    """Megabytes that one call holds at most beyond what was there before it, its answer included.

    None where the system does not say. A call on a small problem comes first, so that what a library loads at its first
    use is not counted.
    """
    if not STATUS.exists():
        return None
    side.prepare(case.problem(True))()
    run = side.prepare(case.problem(small))
    release_memory()
    forget_high_water()
    before = high_water()
    run()
    return high_water() - before


def high_water() -> float:
    """Megabytes that this process held at most so far. (`ru_maxrss` begins at what its parent held.)"""
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) * 1024 / 1e6


def forget_high_water() -> None:
    """Start the count anew from what the process holds now, where the system lets us."""
    with contextlib.suppress(OSError):
        CLEAR.write_text("5")


def answer(what: str, name: str, detail: str) -> dict[str, object]:
    import torch
    from threadpoolctl import threadpool_limits

    threads = int(os.environ["OMP_NUM_THREADS"])
    torch.set_num_threads(threads)
    case = load(name)
    with threadpool_limits(threads):
        if what == "peak":
            return {"peak_mb": peak(case, case.side(detail))}
        return {**engine.record(case, engine.measure(case, int(detail))), "versions": versions()}


if __name__ == "__main__":
    file, *words = sys.argv[1:]
    Path(file).write_text(json.dumps(answer(*words)), "utf-8")
