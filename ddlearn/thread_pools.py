"""How many threads torch and BLAS compute on: in a process of the course, in one that it starts, in a worker of others.

Importing ddlearn leaves threads alone. A numerical library takes every core that it sees, unless a variable says
otherwise when it loads. That is too many in two places: where a host grants few cores of many, and in worker processes
that share a machine.
"""

import contextlib
import math
import os
import threading
from collections.abc import Iterator

from ddlearn import compute, control_groups

__all__ = ["THREAD_VARIABLES", "limit_threads", "thread_environment", "threads_held_to"]

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def thread_environment() -> dict[str, str]:
    """Return the variables that hold the numerical libraries of a process that we start to `compute.threads()`.

    A variable that is set here already keeps its value, and OMP_NUM_THREADS lowers the others. The libraries read them
    once, when they load, so for the process that asks they come too late: there, see `limit_threads`.
    """
    count = compute.threads()
    chosen = control_groups.number(os.environ.get("OMP_NUM_THREADS"))
    if count >= compute.available_cores() and not chosen:
        return {}  # nothing is limited: joblib and Dask protect their own workers, as long as nobody speaks first
    if chosen:
        count = max(1, min(count, int(chosen)))
    return {variable: os.environ.get(variable) or str(count) for variable in THREAD_VARIABLES}


def limit_threads() -> None:
    """Hold torch and BLAS in this process to `compute.threads()`, where fewer cores are granted than the machine shows.

    For a process that is the course's own: `lesson.start()` calls this in the learner's kernel, and so do commands that
    compute. Importing ddlearn never does. Nothing is raised above what was chosen, and the environment stays as it is.
    """
    count = compute.threads()
    if count < compute.available_cores():
        import torch

        _lower(_pools(), count)
        torch.set_num_threads(min(count, torch.get_num_threads()))


@contextlib.contextmanager
def threads_held_to(count: int) -> Iterator[None]:
    """Inside, no numerical library of this process computes on more than `count` threads; afterwards all is as before.

    For a task in a worker process. Tasks of one process may overlap, each in a thread of its own. BLAS is held to the
    least count of those that run, and put back by the last. torch keeps a count for each thread, so each task lowers
    its own and puts it back.
    """
    import torch

    with _counting:
        if not _held:
            _before.update(torch=torch.get_num_threads(), pools=_pools())
        _held.append(count)
        _lower(_before["pools"], min(_held))
        torch.set_num_threads(min(count, _before["torch"]))
    try:
        yield
    finally:
        with _counting:
            _held.remove(count)
            _lower(_before["pools"], min(_held, default=math.inf))
            torch.set_num_threads(_before["torch"])


_counting = threading.Lock()
_held: list[int] = []
"""The counts of the tasks that run."""
_before: dict = {}
"""What torch and the pools had before the first of them."""


def _pools() -> list[tuple]:
    """The pools of the numerical libraries, each with the number of its threads.

    A library that loads later takes every core again, so those that the course uses are loaded first.
    """
    import scipy.linalg  # noqa: F401  (its BLAS is another than NumPy's)
    import threadpoolctl

    return [(pool, pool.num_threads) for pool in threadpoolctl.ThreadpoolController().lib_controllers]


def _lower(pools: list[tuple], count: float) -> None:
    """Give each pool what it had, or `count` threads if that is less."""
    for pool, number in pools:
        pool.set_num_threads(min(number, count))
