"""Functions that the learner writes or repairs: the drift of the imbalance, the shrink factor of a step, the floor."""

from dataclasses import replace

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


def imbalance_drift(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    A, B = G @ W2, G.T @ W1  # the gradients: (n, h) of W1, (m, h) of W2
    return rate**2 * (A.T @ A - B.T @ B)


def by_difference(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    """Return the drift of the imbalance as the difference of two imbalances."""
    V1, V2 = W1 - rate * G @ W2, W2 - rate * G.T @ W1
    return V1.T @ V1 - V2.T @ V2 - (W1.T @ W1 - W2.T @ W2)


def is_difference(W1: Tensor, W2: Tensor, G: Tensor, rate: float, answer: Tensor) -> bool:
    """Return whether an answer is the drift, up to the rounding of two imbalances of this size."""
    size = torch.finfo(answer.dtype).eps * float(W1.square().sum() + W2.square().sum())
    return bool((answer - imbalance_drift(W1, W2, G, rate)).norm() <= 8 * size)


def one_after_the_other(W1: Tensor, W2: Tensor, G: Tensor, rate: float) -> Tensor:
    V1 = W1 - rate * G @ W2
    V2 = W2 - rate * G.T @ V1
    return V1.T @ V1 - V2.T @ V2 - (W1.T @ W1 - W2.T @ W2)


def layer_cases(generator: torch.Generator):
    """Draw layers and steps; in the last case large layers and a tiny step, where rounding hides the drift."""
    for n, m, h, rate, size in ((2, 3, 4, 0.1, 1), (3, 3, 3, 0.1, 1), (1, 3, 5, 0.1, 1), (4, 2, 7, 1e-8, 1e5)):
        W1, W2, G = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((n, h), (m, h), (n, m)))
        yield size * W1, size * W2, G, rate


def local_rate(W1: Tensor, W2: Tensor, mu: float, curvature: float, rate: float) -> Tensor:
    wide_enough = [W for W in (W1, W2) if W.shape[0] <= W.shape[1]]  # the others add 0
    pl = mu * sum((torch.linalg.svdvals(W)[-1] ** 2 for W in wide_enough), start=W1.new_zeros(()))
    return 1 - 2 * pl * rate + pl * curvature * rate**2


MINDFUL = "W.shape[0] <= W.shape[1]"
SUM = "sum((torch.linalg.svdvals(W)[-1] ** 2 for W in wide_enough), start=W1.new_zeros(()))"
ABOUT_NARROW_LAYERS = {  # and other ways to make them
    "narrow layer counted": (edit(MINDFUL, f"W is W2 or {MINDFUL}"), edit(MINDFUL, f"W is W1 or {MINDFUL}")),
    "all zero for a narrow layer": (),
    "largest instead of smallest": edit(SUM, "sum(torch.linalg.eigvalsh(W @ W.T)[-1] for W in (W1, W2))"),
}
ABOUT_THE_SUM = {
    "multiplied instead of added": edit(
        SUM, "(len(wide_enough) == 2) * (torch.linalg.svdvals(W1)[-1] * torch.linalg.svdvals(W2)[-1]) ** 2"
    ),
    "singular value of the product": edit(SUM, "torch.linalg.svdvals(W1 @ W2.T)[-1] ** 2"),
    "eigenvalues of WᵀW": edit(SUM, "sum(torch.linalg.eigvalsh(W.T @ W)[0] for W in (W1, W2))"),
    "layers forgotten": edit(SUM, "torch.ones_like(W1[0, 0])"),
}


def either_way(parts: dict[str, tuple]) -> dict[str, tuple]:
    """Let each mistake be known without its check for narrow layers too, unless it is about that check."""
    mistakes = [
        one if one.name in ABOUT_NARROW_LAYERS else replace(one, also=(one.wrong.edit(f" if {MINDFUL}", ""),))
        for one in parts["mistakes"]
    ]
    return parts | {"mistakes": tuple(mistakes)}


def rate_cases(generator: torch.Generator):
    """Draw layers: in the third case the first one has fewer columns than rows, in the last the second layer."""
    for n, m, h, mu in ((2, 3, 5, 0.7), (3, 3, 8, 1.0), (4, 2, 3, 1.4), (3, 1, 4, 0.5), (2, 4, 3, 0.8)):
        W1, W2 = (torch.randn(rows, h, generator=generator, dtype=torch.float64) for rows in (n, m))
        curvature = float(5 + 5 * torch.rand((), generator=generator, dtype=torch.float64))
        yield W1, W2, mu, curvature, 0.7 / curvature


def floor(D: Tensor, d: int, k: int) -> Tensor:
    eigenvalues = torch.linalg.eigvalsh(D).flip(0)  # the largest first
    h = len(D)
    first = eigenvalues[d - 1].clamp(min=0) if d <= h else 0
    second = (-eigenvalues[h - k]).clamp(min=0) if k <= h else 0
    return D.new_zeros(()) + first + second


def floor_cases(generator: torch.Generator):
    for d, k, h in ((2, 3, 6), (1, 1, 1), (3, 2, 4), (4, 2, 3), (2, 2, 3), (3, 3, 2)):
        W1, W2 = (torch.randn(rows, h, generator=generator, dtype=torch.float64) for rows in (d, k))
        yield W1.T @ W1 - W2.T @ W2, d, k


IMBALANCE_DRIFT = Exercise(
    name="imbalance_drift",
    title="What one step adds to the imbalance",
    reference=imbalance_drift,
    cases=layer_cases,
    **HINTS.of(
        "imbalance_drift",
        {
            "the difference of two imbalances": by_difference,
            "one layer after the other": one_after_the_other,
        },
        sights={
            "the difference of two imbalances": is_difference,
        },
    ),
)

LOCAL_RATE = Exercise(
    name="local_rate",
    title="The factor by which one step shrinks the loss",
    reference=local_rate,
    cases=rate_cases,
    given="largest instead of smallest",
    **either_way(HINTS.of("local_rate", ABOUT_NARROW_LAYERS | ABOUT_THE_SUM)),
)

FLOOR = Exercise(
    name="floor",
    title="The floor under the strength",
    reference=floor,
    cases=floor_cases,
    **HINTS.of("floor"),
)
