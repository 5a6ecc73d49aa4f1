"""A sweep is many cells: one draw, or one size, each a function of plain values and of a seed of its own.

Cells share nothing, so where they run is nobody's business but joblib's: one after the other by default, on every core
or on a cluster under `joblib.parallel_config`. Each has a seed, so the numbers do not depend on it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

import joblib
import torch

from ddlearn import arguments, compute

__all__ = ["draw_seeds", "run_cells"]

T = TypeVar("T")

Progress = Callable[[float, str], object]


def run_cells(cell: Callable[..., T], settings: Sequence[tuple], progress: Progress | None = None) -> list[T]:
    """[cell(*one) for one in settings], by joblib's active backend.

    cell is a function of a module, and what it takes and gives can be pickled. progress(fraction, words) is called
    after each cell, and may raise to stop. A worker process holds itself to its share of the cores: the threads of
    several would get in each other's way.
    """
    if not callable(cell):
        raise TypeError(f"cell must be a function; got {type(cell).__name__}")
    settings = list(settings)
    share = max(1, compute.threads() // max(1, joblib.effective_n_jobs(None)))
    tasks = (joblib.delayed(_run)(cell, one, os.getpid(), share) for one in settings)
    if progress is None:
        return joblib.Parallel()(tasks)
    results = []
    for result in joblib.Parallel(return_as="generator")(tasks):
        results.append(result)
        progress(len(results) / len(settings), f"{len(results)} of {len(settings)} done")
    return results


def draw_seeds(count: int, generator: torch.Generator) -> list[int]:
    """A seed for each of `count` cells."""
    arguments.generator("generator", generator)
    shape = (arguments.whole("count", count, 1),)
    return torch.randint(2**62, shape, generator=generator, device=generator.device).tolist()


def _run(cell: Callable[..., T], setting: tuple, home: int, threads: int) -> T:
    if os.getpid() != home and torch.get_num_threads() > threads:
        torch.set_num_threads(threads)
    return cell(*setting)
