"""Functions that the learner writes: descent on a kernel, one layer of infinite width, and a net's tangent kernel."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit
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


def next_layer(nngp: Tensor, ntk: Tensor) -> tuple[Tensor, Tensor]:
    q = nngp.diagonal()
    s = (q[:, None] * q).sqrt()
    rho = (nngp / s).clamp(-1, 1)
    theta = rho.arccos()
    nngp_next = s * (theta.sin() + (torch.pi - theta) * rho) / torch.pi
    return nngp_next, nngp_next + (torch.pi - theta) / torch.pi * ntk


def angle(kernel: Tensor) -> Tensor:
    q = kernel.diagonal()
    return (kernel / (q[:, None] * q).sqrt()).clamp(-1, 1).arccos()


def gradients_piled_up(x: Tensor, x2: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """The kernel of sums of gradients: each point's is added to those of all points before."""
    piled = gradients(torch.cat([x, x2]), W, a).cumsum(0)
    return piled[: len(x)] @ piled[len(x) :].T


def kernel_cases(generator: torch.Generator):
    for n, d in ((4, 6), (7, 3), (5, 5)):
        x = torch.randn(n, d, generator=generator, dtype=torch.float64)
        x[1] = 2 * x[0]
        nngp = x @ x.T
        nngp[0, 1] = nngp[1, 0] = 2 * nngp[0, 0] * (1 + 1e-12)  # two parallel points, as rounding may leave them
        other = torch.randn(n, d, generator=generator, dtype=torch.float64)
        yield nngp, nngp + other @ other.T  # as deeper layers have it, the ntk sees other angles than the nngp


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


NEXT_LAYER = Exercise(
    name="next_layer",
    title="One more layer, infinitely wide",
    reference=next_layer,
    cases=kernel_cases,
    given="angle of the ntk",
    **HINTS.of(
        "next_layer",
        {
            "degrees": edit("arccos()", "arccos().rad2deg()").edit("* rho", "* theta.cos()"),
            "arccos of the kernel itself": (
                edit("(nngp / s)", "nngp"),
                edit("(nngp / s)", "nngp").edit("s * (theta", "(theta"),
            ),
            "wrong order": lambda nngp, ntk: next_layer(nngp, ntk)[::-1],
            "θ in place of π − θ": (
                edit("(torch.pi - theta) * rho", "theta * rho").edit(
                    "(torch.pi - theta) / torch.pi", "theta / torch.pi"
                ),
                edit("(torch.pi - theta) * rho", "theta * rho"),
            ),
        },
    ),
)

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
