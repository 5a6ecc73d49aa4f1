"""Random units at the start of a network, and the kernel of infinitely many: the fixed rivals of a learned layer."""

import torch
from torch import Tensor

from ddlearn import compute, kernels
from ddlearn.lessons.learned_embeddings.shared import BIAS_STD

STEPS = 1000
PENALTY = 1e-3


def error(score: Tensor, y: Tensor) -> Tensor:
    """Return the share of the points whose score has the other sign."""
    return (score.sign() != y).double().mean()


def random_units(units: int, d: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draw W (units, d) ~ N(0, 1/d) and b (units,) ~ N(0, 1/4), as a net starts."""
    generator = compute.generator(20_000 + seed)
    W, b = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((units, d), (units,)))
    return W / d**0.5, BIAS_STD * b


def limit_kernel(x: Tensor, x2: Tensor) -> Tensor:
    """Return E[relu(w.x + b) relu(w.x2 + b)], the kernel of infinitely many random units: half an arc-cosine kernel."""

    def with_bias(points: Tensor) -> Tensor:
        return torch.cat([points / points.shape[1] ** 0.5, torch.full_like(points[:, :1], BIAS_STD)], 1)

    return kernels.arc_cosine(with_bias(x), with_bias(x2)) / 2
