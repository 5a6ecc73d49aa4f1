"""Functions that the learner writes or repairs: a step in a geometry, how a neuron turns, an attack on averages."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


def steepest(g: Tensor, geometry: str) -> Tensor:
    if geometry == "l2":
        return -g
    if geometry == "linf":
        return -g.abs().sum() * g.sign()
    k = g.abs().argmax()
    d = torch.zeros_like(g)
    d[k] = -g[k]
    return d


def turn(w: Tensor, X: Tensor, y: Tensor, sign: float) -> Tensor:
    u = w / w.norm()
    active = X @ w > 0
    x_a = (y[active, None] * X[active]).sum(0)
    return sign * (x_a - (x_a @ u) * u)


def attack(centers: Tensor, labels: Tensor, y: float) -> Tensor:
    return -y * (labels @ centers) / len(centers) ** 0.5


def steepest_cases(generator: torch.Generator):
    for d, geometry in ((2, "linf"), (5, "linf"), (2, "l1"), (5, "l1"), (9, "l1"), (3, "l2")):
        g = torch.randn(d, generator=generator, dtype=torch.float64)
        g[0] = -2 - g[0].abs()  # the largest entry is negative
        yield g, geometry


def turn_cases(generator: torch.Generator):
    for n, D, sign in ((6, 2, 1.0), (8, 3, -1.0), (12, 5, 1.0), (10, 4, -1.0)):
        X = torch.randn(n, D, generator=generator, dtype=torch.float64)
        w = (X[0] - X[1]) * 0.3  # active on some points and not on others
        y = torch.where(torch.arange(n) % 3 == 0, 1.0, -1.0).double()
        yield w, X, y, sign


def attack_cases(generator: torch.Generator):
    for K, positive, y in ((9, 5, 1.0), (9, 5, -1.0), (4, 1, 1.0), (5, 2, -1.0)):
        basis = torch.linalg.qr(torch.randn(12, 12, generator=generator, dtype=torch.float64)).Q
        yield basis[:K], torch.where(torch.arange(K) < positive, 1.0, -1.0).double(), y


def sum_of(centers: Tensor) -> Tensor:
    return centers.sum(0) / len(centers) ** 0.5


STEEPEST = Exercise(
    name="steepest",
    title="The direction of steepest descent in a norm",
    reference=steepest,
    cases=steepest_cases,
    **HINTS.of(
        "steepest",
        {
            "ascent": lambda g, geometry: -steepest(g, geometry),
            "the whole gradient for l1": lambda g, geometry: -g if geometry == "l1" else steepest(g, geometry),
            "geometries exchanged": lambda g, geometry: steepest(g, {"l2": "l2", "l1": "linf", "linf": "l1"}[geometry]),
            "unit direction in l2": edit("return -g\n", "return -g / g.norm()\n"),
        },
    ),
)

TURN = Exercise(
    name="turn",
    title="How fast does a neuron turn?",
    reference=turn,
    cases=turn_cases,
    given="projection with w",
    **HINTS.of(
        "turn",
        {
            "half normalized": edit("(x_a @ u) * u", "(x_a @ w) * u"),
            "mean for the sum": edit(".sum(0)", ".sum(0) / len(y)"),
        },
    ),
)

ATTACK = Exercise(
    name="attack",
    title="An attack on class averages",
    reference=attack,
    cases=attack_cases,
    **HINTS.of(
        "attack",
        {
            "own class only": lambda centers, labels, y: -sum_of(centers[labels == y]),
            "other class only": lambda centers, labels, y: sum_of(centers[labels != y]),
        },
    ),
)
