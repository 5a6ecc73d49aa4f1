"""A double descent curve: minimum-norm fits of 60 sizes, each of 20 draws, against the decompositions in it.

Each fit needs a decomposition of its features: `the SVDs alone` are of the same shapes and by the same library, without
the draws and without the QR that ours puts before them. The other peer is what one writes instead, on the same draws:
NumPy's `lstsq` a fit, which is LAPACK's gelsd and never forms the singular vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bench.case import Case, Side
from ddlearn.compute import generator
from ddlearn.double_descent import draw_linear, draw_seeds, linear_curve

SIGNAL, NOISE = 5.0, 1.0


@dataclass(frozen=True)
class Problem:
    """n examples, `draws` of each number of features."""

    n: int
    sizes: tuple[int, ...]
    draws: int


def problem(small: bool) -> Problem:
    """Sizes from a tenth of n to ten times n, evenly on a logarithmic axis, none of them within one of n."""
    n, count, draws = (20, 6, 2) if small else (100, 60, 20)
    sizes = [round(n * 10 ** (-1 + 2 * i / (count - 1))) for i in range(count)]
    apart, last = [], 0
    for p in sizes:
        p = max(p, last + 1)
        last = p = n + 2 if abs(p - n) <= 1 else p
        apart.append(p)
    return Problem(n, tuple(apart), draws)


def ours(it: Problem) -> Callable[[], Tensor]:
    ratios = [p / it.n for p in it.sizes]
    strengths = {"signal": SIGNAL, "noise": NOISE}
    return lambda: linear_curve(it.n, ratios, it.draws, generator(0), plain=True, **strengths).measured


def lstsq(it: Problem) -> Callable[[], np.ndarray]:
    """The risk |b - beta|^2 of every fit, (draws, sizes)."""

    def curve() -> np.ndarray:
        draw, risks = generator(0), []
        for p in it.sizes:
            for seed in draw_seeds(it.draws, draw):
                X, y, beta = (one.numpy() for one in draw_linear(it.n, p, SIGNAL, NOISE, generator(seed)))
                b = np.linalg.lstsq(X, y)[0]
                risks.append(np.square(b - beta).sum())
        return np.array(risks).reshape(len(it.sizes), it.draws).T

    return curve


def decompositions(it: Problem) -> Callable[[], float]:
    """Nothing but the SVDs, of matrices that are there already: each shape's own."""
    draw = generator(0)
    matrices = [torch.randn(it.n, p, generator=draw, dtype=torch.float64) for p in it.sizes]

    def all_of_them() -> float:
        largest = 0.0
        for X in matrices:
            for _ in range(it.draws):
                largest = max(largest, torch.linalg.svd(X, full_matrices=False).S[0].item())
        return largest

    return all_of_them


def difference(ours: Tensor, theirs: object) -> float | None:
    """Of any risk, relative to itself; None for the SVDs, which have no answer."""
    return float(np.abs(ours.numpy() / theirs - 1).max()) if isinstance(theirs, np.ndarray) else None


CASES = (
    Case(
        name="min-norm-curve",
        title="min-norm curve, 60 sizes x 20 draws, n = 100",
        problem=problem,
        ours=Side("ddlearn", ours),
        peers=(
            Side("NumPy lstsq, a fit at a time", lstsq, rounds=5),
            Side("the SVDs alone", decompositions, rounds=5),
        ),
        difference=difference,
    ),
)
