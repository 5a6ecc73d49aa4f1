"""The tangent kernel of an infinitely wide ReLU net, from the points alone.

Ours against the ten lines of the recursion, as one writes them from the paper, and against neural-tangents, compiled.
All compute both kernels, nngp and ntk. Where they differ most is the diagonal, which ours keeps exact.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bench.case import Case, Side, relative
from bench.cases import peers
from ddlearn import tangent
from ddlearn.compute import generator

DEPTH, D = 3, 64


def points(small: bool) -> Tensor:
    return torch.randn(30 if small else 2000, D, generator=generator(0), dtype=torch.float64)


def ours(x: Tensor) -> Callable[[], Tensor]:
    return lambda: tangent.infinite(x, depth=DEPTH).ntk


def ten_lines(x: Tensor) -> Callable[[], Tensor]:
    return lambda: tangent.infinite_plain(x, depth=DEPTH).ntk


def neural_tangents(x: Tensor) -> Callable[[], object]:
    _, nt = peers.neural_tangents()
    dense = {"W_std": 2**0.5, "b_std": 0.0}
    hidden = [layer for _ in range(DEPTH) for layer in (nt.stax.Dense(512, **dense), nt.stax.Relu())]
    _, _, kernel = nt.stax.serial(*hidden, nt.stax.Dense(1, **dense))
    both = peers.compiled(lambda points: tuple(kernel(points, None, ("nngp", "ntk"))), [x.numpy()])
    return lambda: both()[1]


CASES = (
    Case(
        name="infinite-ntk",
        title=f"infinite NTK, n = 2000, {DEPTH} hidden layers",
        problem=points,
        ours=Side("ddlearn", ours),
        peers=(
            Side("ten lines of torch", ten_lines),
            Side("neural-tangents, jit", neural_tangents, needs=peers.NEEDS),
        ),
        difference=relative,
    ),
)
