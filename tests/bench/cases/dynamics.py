"""Training in a kernel, in closed form: predictions at 200 times, at training and test points, of 10 outputs.

Both sides decompose the kernel and then evaluate every time. The peer is neural-tangents' predictor for gradient flow
on the squared loss. It is called as it is documented: its decomposition cannot be compiled with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from bench.case import Case, Side, relative
from bench.cases import peers
from ddlearn import tangent
from ddlearn.compute import generator

N, TEST, OUTPUTS, TIMES = 1000, 500, 10, 200


@dataclass(frozen=True)
class Problem:
    """Kernel of the training points, of test with training points, targets, times."""

    K: Tensor
    K_test: Tensor
    y: Tensor
    times: Tensor


def problem(small: bool) -> Problem:
    n, m, times = (40, 20, 5) if small else (N, TEST, TIMES)
    draw = generator(0)
    x = torch.randn(n + m, 20, generator=draw, dtype=torch.float64)
    y = torch.randn(n, OUTPUTS, generator=draw, dtype=torch.float64)
    K = tangent.infinite(x, depth=1).ntk
    return Problem(K[:n, :n].contiguous(), K[n:, :n].contiguous(), y, torch.logspace(0, 6, times, dtype=torch.float64))


def ours(it: Problem) -> Callable[[], tuple[Tensor, Tensor]]:
    def predictions() -> tuple[Tensor, Tensor]:
        path = tangent.dynamics(it.K, it.y)
        return path.flow(it.times), path.flow(it.times, it.K_test)

    return predictions


def neural_tangents(it: Problem) -> Callable[[], tuple[object, object]]:
    jax, nt = peers.neural_tangents()
    K, K_test, y, times = (jax.numpy.asarray(one.numpy()) for one in (it.K, it.K_test, it.y, it.times))
    return peers.waited(lambda: tuple(nt.predict.gradient_descent_mse(K, y)(times, 0.0, 0.0, K_test)))


CASES = (
    Case(
        name="dynamics",
        title=f"training in closed form, {TIMES} times, n = {N}",
        problem=problem,
        ours=Side("ddlearn", ours),
        peers=(Side("neural-tangents, predictor", neural_tangents, peers.NEEDS),),
        difference=relative,
    ),
)
