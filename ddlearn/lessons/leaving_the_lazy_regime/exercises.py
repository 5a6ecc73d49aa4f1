"""Functions that the learner writes: how far something moved, a start at zero, a step of descent that multiplies."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


def drift(before: Tensor, after: Tensor) -> float:
    change = after - before
    return float(change.norm() / before.norm())


def doubled(W: Tensor, b: Tensor, a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return torch.cat([W, W]), torch.cat([b, b]), torch.cat([a, -a])


def diagonal_step(u: Tensor, v: Tensor, X: Tensor, y: Tensor, lr: float) -> tuple[Tensor, Tensor]:
    residual = X @ (u**2 - v**2) - y
    g = X.T @ residual  # the gradient in w
    return u - 2 * lr * u * g, v + 2 * lr * v * g


def drift_cases(generator: torch.Generator):
    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    for shape, moved in (((12,), 0.3), ((5, 8), 0.05), ((6, 6), 2.0), ((40,), 1e-3)):
        before = normal(*shape)
        yield before, before + moved * normal(*shape)
    phi, psi = normal(7, 20), normal(7, 20)
    yield phi @ phi.T, psi @ psi.T


def doubled_cases(generator: torch.Generator):
    for h, d in ((3, 2), (5, 4), (8, 1), (2, 6)):
        shapes = (h, d), (h,), (h,)
        yield tuple(torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes)


def step_cases(generator: torch.Generator):
    for n, d, lr in ((3, 5, 0.01), (4, 4, 0.1), (2, 9, 0.003), (6, 7, 0.05)):
        u, v = (torch.rand(d, generator=generator, dtype=torch.float64) + 0.1 for _ in range(2))
        X = torch.randn(n, d, generator=generator, dtype=torch.float64)
        yield u, v, X, torch.randn(n, generator=generator, dtype=torch.float64), lr


DRIFT = Exercise(
    name="drift",
    title="How far did it move?",
    reference=drift,
    cases=drift_cases,
    **HINTS.of(
        "drift",
        {
            "difference of the lengths": (
                lambda before, after: float((after.norm() - before.norm()).abs() / before.norm()),
                lambda before, after: float((before.norm() - after.norm()) / before.norm()),
                lambda before, after: float((after.norm() - before.norm()) / before.norm()),
            ),
            "squared": lambda before, after: drift(before, after) ** 2,
            "entry by entry": lambda before, after: float(((after - before) / before).abs().mean()),
            "mean absolute change": lambda before, after: float((after - before).abs().mean() / before.abs().mean()),
            "brackets missing": lambda before, after: float((after - before / before).norm()),
            "norms of the rows": lambda before, after: (after - before).norm(dim=-1) / before.norm(dim=-1),
            "norm of matrices only": lambda before, after: (
                torch.linalg.matrix_norm(after - before) / torch.linalg.matrix_norm(before)
            ),
        },
    ),
)

DOUBLED = Exercise(
    name="doubled",
    title="A network that starts as the zero function",
    reference=doubled,
    cases=doubled_cases,
    given="W flipped as well",
    **HINTS.of(
        "doubled",
        {
            "W flipped instead of a": edit("[W, W]", "[W, -W]").edit("-a", "a"),
            "twins side by side": lambda W, b, a: (
                W.repeat_interleave(2, 0),
                b.repeat_interleave(2),
                torch.stack([a, -a], 1).flatten(),
            ),
            "orders mixed": lambda W, b, a: (W.repeat_interleave(2, 0), b.repeat_interleave(2), torch.cat([a, -a])),
            "doubled in size": lambda W, b, a: (2 * W, 2 * b, -2 * a),
        },
    ),
)

DIAGONAL_STEP = Exercise(
    name="diagonal_step",
    title="One step of gradient descent on weights that enter squared",
    reference=diagonal_step,
    cases=step_cases,
    **HINTS.of(
        "diagonal_step",
        {
            "uphill": lambda u, v, X, y, lr: diagonal_step(u, v, X, y, -lr),
            "rate forgotten": lambda u, v, X, y, lr: diagonal_step(u, v, X, y, 1.0),
        },
    ),
)
