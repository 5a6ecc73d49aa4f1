"""The function that the learner repairs: one layer of infinite width."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


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


def kernel_cases(generator: torch.Generator):
    for n, d in ((4, 6), (7, 3), (5, 5)):
        x = torch.randn(n, d, generator=generator, dtype=torch.float64)
        x[1] = 2 * x[0]
        nngp = x @ x.T
        nngp[0, 1] = nngp[1, 0] = 2 * nngp[0, 0] * (1 + 1e-12)  # two parallel points, as rounding may leave them
        other = torch.randn(n, d, generator=generator, dtype=torch.float64)
        yield nngp, nngp + other @ other.T  # as deeper layers have it, the ntk sees other angles than the nngp


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
