"""Functions that the learner writes: the drift of the imbalance, and the floor; `local_rate` is beside."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints
from ddlearn.lessons.real_steps_real_widths.local_rate_exercise import LOCAL_RATE, local_rate

__all__ = ["FLOOR", "IMBALANCE_DRIFT", "LOCAL_RATE", "floor", "imbalance_drift", "local_rate"]

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
            "the flow's answer": lambda W1, W2, G, rate: torch.zeros(
                W1.shape[1], W1.shape[1], dtype=W1.dtype, device=W1.device
            ),
            "one layer after the other": one_after_the_other,
        },
        sights={
            "the difference of two imbalances": is_difference,
        },
    ),
)

FLOOR = Exercise(
    name="floor",
    title="The floor under the strength",
    reference=floor,
    cases=floor_cases,
    **HINTS.of(
        "floor",
        {
            "negative terms kept": lambda D, d, k: (
                sum(
                    sign * torch.linalg.eigvalsh(D)[at]
                    for sign, at, rows in ((1, len(D) - d, d), (-1, k - 1, k))
                    if rows <= len(D)
                )
                + D.new_zeros(())
            ),
            "largest eigenvalues": lambda D, d, k: (
                torch.linalg.eigvalsh(D)[-1].clamp(min=0) + (-torch.linalg.eigvalsh(D)[0]).clamp(min=0)
            ),
            "d and k exchanged": lambda D, d, k: floor(D, k, d),
        },
    ),
)
