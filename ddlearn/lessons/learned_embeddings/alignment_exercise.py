"""The second function that the learner writes: the alignment of a kernel with labels."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


def alignment(K: Tensor, y: Tensor) -> float:
    H = torch.eye(len(y), dtype=torch.float32).to(K) - 1 / len(y)
    K, y = H @ K @ H, H @ y
    return float(y @ K @ y / (K.norm() * (y @ y)))


def alignment_cases(generator: torch.Generator):
    for n, p in ((6, 3), (9, 20), (12, 2), (5, 5)):
        phi = torch.randn(n, p, generator=generator, dtype=torch.float64) + 0.5
        y = torch.where(torch.rand(n, generator=generator, dtype=torch.float32) < 0.3, -1.0, 1.0).double()
        y[0], y[1] = -1.0, 1.0  # both classes are there
        yield phi @ phi.T, y


ALIGNMENT = Exercise(
    name="alignment",
    title="How well does an embedding suit the labels?",
    reference=alignment,
    cases=alignment_cases,
    **HINTS.of(
        "alignment",
        {
            "nothing centered": edit("    K, y = H @ K @ H, H @ y\n", ""),
            "entries shifted by one mean": (
                lambda K, y: float(torch.corrcoef(torch.stack([K.flatten(), torch.outer(y, y).flatten()]))[0, 1]),
                edit("H @ K @ H", "K - K.mean()"),
                edit("H @ K @ H, H @ y", "K - K.mean(), y"),
            ),
        },
    ),
)
