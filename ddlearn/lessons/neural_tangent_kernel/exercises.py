"""Functions that the learner writes: descent on a kernel, and a net's own tangent kernel; `next_layer` is beside."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit
from ddlearn.lessons.neural_tangent_kernel.next_layer_exercise import NEXT_LAYER, next_layer
from ddlearn.lessons.neural_tangent_kernel.shared import gradients

__all__ = ["DESCENT", "EMPIRICAL_NTK", "NEXT_LAYER", "descent", "empirical_ntk", "next_layer"]

HINTS = Hints.beside(__file__)


def empirical_ntk(x: Tensor, x2: Tensor, W: Tensor, a: Tensor) -> Tensor:
    z, z2 = x @ W.T, x2 @ W.T  # (n, m) and (n2, m)
    readout = torch.relu(z) @ torch.relu(z2).T
    first = ((z > 0) * a) @ ((z2 > 0) * a).T * (x @ x2.T)
    return 2 / len(a) * (readout + first)


def descent(K: Tensor, y: Tensor, f0: Tensor, lr: float, steps: int) -> Tensor:
    lam, U = torch.linalg.eigh(K)
    factor = (1 - lr * lam / len(y)) ** steps
    return y + U @ (factor * (U.T @ (f0 - y)))


def gradients_piled_up(x: Tensor, x2: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """The kernel of sums of gradients: each point's is added to those of all points before."""
    piled = gradients(torch.cat([x, x2]), W, a).cumsum(0)
    return piled[: len(x)] @ piled[len(x) :].T


def net_cases(generator: torch.Generator):
    for n, n2, d, m in ((5, 4, 3, 7), (6, 6, 2, 20), (3, 8, 5, 12)):
        x, x2, W, a = (
            torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((n, d), (n2, d), (m, d), (m,))
        )
        yield x, x2, W, a


def training_cases(generator: torch.Generator):
    for n, share, steps in ((5, 0.4, 1), (6, 0.9, 8), (4, 1.7, 3), (8, 0.2, 25)):
        J = torch.randn(n, 2 * n, generator=generator, dtype=torch.float64)
        y, f0 = torch.randn(2, n, generator=generator, dtype=torch.float64)
        K = J @ J.T
        yield K, y, f0, share * n / torch.linalg.eigvalsh(K)[-1].item(), steps


EMPIRICAL_NTK = Exercise(
    name="empirical_ntk",
    title="The tangent kernel of the net that you have",
    reference=empirical_ntk,
    cases=net_cases,
    **HINTS.of(
        "empirical_ntk",
        {
            "outputs instead of gradients": lambda x, x2, W, a: (
                2 / len(a) * torch.outer(torch.relu(x @ W.T) @ a, torch.relu(x2 @ W.T) @ a)
            ),
            "gradients piled up": gradients_piled_up,
            "x against itself": lambda x, x2, W, a: empirical_ntk(x, x, W, a),
        },
    ),
)

DESCENT = Exercise(
    name="descent",
    title="Gradient descent, all its steps at once",
    reference=descent,
    cases=training_cases,
    no_loop=True,
    **HINTS.of(
        "descent",
        {
            "U and its transpose exchanged": (edit("U.T @ (f0", "U @ (f0"), edit("U @ (factor", "U.T @ (factor")),
            "power of every entry": lambda K, y, f0, lr, steps: (
                y + (torch.eye(len(y)).to(K) - lr * K / len(y)) ** steps @ (f0 - y)
            ),
            "start ignored": edit("f0 - y", "y"),
            "negative factors lost": edit(") ** steps", ").abs() ** steps"),
        },
    ),
)
