"""Functions that the learner writes or repairs: a layer's features, a kernel for parities; `alignment` is beside."""

import math
from itertools import combinations, combinations_with_replacement

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit
from ddlearn.lessons.learned_embeddings.alignment_exercise import ALIGNMENT, alignment

__all__ = ["ALIGNMENT", "FEATURES", "ORACLE_KERNEL", "alignment", "features", "oracle_kernel", "products"]

HINTS = Hints.beside(__file__)


def features(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    return torch.relu(x @ W.T + b) / len(W) ** 0.5


def oracle_kernel(x: Tensor, x2: Tensor, size: int) -> Tensor:
    subsets = list(combinations(range(x.shape[1]), size))
    parities = torch.stack([x[:, S].prod(1) for S in subsets], 1)  # (n, N)
    parities2 = torch.stack([x2[:, S].prod(1) for S in subsets], 1)
    return parities @ parities2.T / len(subsets)


def feature_cases(generator: torch.Generator):
    for n, d, m in ((5, 2, 3), (4, 6, 10), (7, 3, 1), (3, 12, 8)):
        x, W, b = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((n, d), (m, d), (m,)))
        yield x, W, b


def parity_cases(generator: torch.Generator):
    for n, m, d, size in ((6, 4, 5, 2), (5, 7, 6, 3), (4, 3, 7, 2), (3, 5, 5, 3)):
        x, x2 = (2.0 * torch.randint(0, 2, (rows, d), generator=generator) - 1 for rows in (n, m))
        yield x.double(), x2.double(), size


def products(x: Tensor, subsets: list[tuple[int, ...]]) -> Tensor:
    return torch.stack([x[:, S].prod(1) for S in subsets], 1)


def with_repeats(x: Tensor, x2: Tensor, size: int) -> Tensor:
    subsets = list(combinations_with_replacement(range(x.shape[1]), size))
    return products(x, subsets) @ products(x2, subsets).T / len(subsets)


SUBSETS = "list(combinations(range(x.shape[1]), size))"  # as oracle_kernel has it


FEATURES = Exercise(
    name="features",
    title="The features of one layer",
    reference=features,
    cases=feature_cases,
    **HINTS.of(
        "features",
        {
            "scaled before the bias": lambda x, W, b: torch.relu(x @ W.T / len(W) ** 0.5 + b),
            "weights times points": (
                lambda x, W, b: torch.relu(W @ x + b),
                lambda x, W, b: x @ W,
                lambda x, W, b: W.T @ x,
            ),
        },
    ),
)


ORACLE_KERNEL = Exercise(
    name="oracle_kernel",
    title="A kernel for parities of one size",
    reference=oracle_kernel,
    cases=parity_cases,
    given="power of the inner product",
    **HINTS.of(
        "oracle_kernel",
        {
            "every order of a subset": lambda x, x2, size: oracle_kernel(x, x2, size) * math.factorial(size),
            "all sizes up to the size": edit(
                SUBSETS, "[S for count in range(size + 1) for S in combinations(range(x.shape[1]), count)]"
            ),
            "all sizes from one on": edit(
                SUBSETS, "[S for count in range(1, size + 1) for S in combinations(range(x.shape[1]), count)]"
            ),
            "a coordinate twice": with_repeats,
            "power of the inner product": lambda x, x2, size: (x @ x2.T / x.shape[1]) ** size,
            "only the first subset": lambda x, x2, size: x[:, :size].prod(1, keepdim=True) * x2[:, :size].prod(1),
            "return inside the loop": lambda x, x2, size: (
                x[:, :size].prod(1, keepdim=True) * x2[:, :size].prod(1) / math.comb(x.shape[1], size)
            ),
            "subsets walked through twice": edit(SUBSETS, "combinations(range(x.shape[1]), size)"),
        },
    ),
)
