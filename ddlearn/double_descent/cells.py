"""A sweep is many cells: one draw, or one size, each a function of plain values and of a seed of its own.

Cells share nothing, so where they run is nobody's business but joblib's: one after the other by default, on every core
or on a cluster under `joblib.parallel_config`. Each has a seed, so the numbers do not depend on it.

    with joblib.parallel_config(backend="loky", n_jobs=4):  # four processes of this machine
        image_curve(...)
    with dask.distributed.Client("tcp://10.0.0.1:8786"), joblib.parallel_config(backend="dask"):  # a cluster
        image_curve(...)

A Dask worker that is killed costs time and nothing else: its cells run again elsewhere.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TypeVar

import joblib
import torch

from ddlearn import arguments, compute, thread_pools

__all__ = ["draw_seeds", "run_cells"]

T = TypeVar("T")


def run_cells(
    cell: Callable[..., T],
    settings: Sequence[tuple],
    progress: compute.Progress | None = None,
    keep: Callable[[int, T], object] | None = None,
) -> list[T]:
    """Return [cell(*one) for one in settings], by joblib's active backend.

    cell is a function of a module, and what it takes and gives can be pickled. progress(fraction, words) is called
    as each cell comes back, and may raise to stop; keep(place, result) comes before it, for what must outlive a stop.
    While a cell runs in a worker process, torch and BLAS there are held to its share of the cores, for the threads of
    several would get in each other's way: to one thread on a cluster, where nobody knows who shares a
    machine. A sweep inside a cell runs in turn there.
    """
    if not callable(cell):
        raise TypeError(f"cell must be a function; got {type(cell).__name__}")
    settings = list(settings)
    share = max(1, compute.threads() // max(1, joblib.effective_n_jobs(None))) if _all_workers_are_here() else 1
    # One tuple: an argument that is large by itself, joblib lays on one Dask worker, and loses it with that worker.
    tasks = (joblib.delayed(_run)((place, cell, *one), os.getpid(), share) for place, one in enumerate(settings))
    if progress is None and keep is None:
        return [result for _, result in joblib.Parallel()(tasks)]
    results: dict[int, T] = {}
    with closing(joblib.Parallel(return_as="generator_unordered")(tasks)) as finished:
        for place, result in finished:
            results[place] = result
            if keep is not None:
                keep(place, result)
            if progress is not None:
                progress(len(results) / len(settings), f"{len(results)} of {len(settings)} done")
    return [results[place] for place in range(len(settings))]


def draw_seeds(count: int, generator: torch.Generator) -> list[int]:
    """Draw a seed for each of `count` cells."""
    arguments.generator("generator", generator)
    shape = (arguments.whole("count", count, 1),)
    return torch.randint(2**62, shape, generator=generator, device=generator.device).tolist()


def _run(task: tuple, home: int, threads: int) -> tuple[int, object]:
    place, cell, *setting = task
    if os.getpid() == home:
        return place, cell(*setting)
    with thread_pools.threads_held_to(threads), joblib.parallel_config(backend="sequential"):
        return place, cell(*setting)


def _all_workers_are_here() -> bool:
    """Whether joblib's active backend is one of its own, whose workers are processes of this machine."""
    backend, _ = joblib.parallel.get_active_backend()
    return type(backend).__module__ == "joblib._parallel_backends"
