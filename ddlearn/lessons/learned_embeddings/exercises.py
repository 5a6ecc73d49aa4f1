"""Functions that the learner writes or repairs: an alignment with labels, a kernel for parities, a layer's features."""

import math
from itertools import combinations, combinations_with_replacement

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)


def alignment(K: Tensor, y: Tensor) -> float:
    H = torch.eye(len(y), dtype=torch.float32).to(K) - 1 / len(y)
    K, y = H @ K @ H, H @ y
    return float(y @ K @ y / (K.norm() * (y @ y)))


def features(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    return torch.relu(x @ W.T + b) / len(W) ** 0.5


def oracle_kernel(x: Tensor, x2: Tensor, size: int) -> Tensor:
    subsets = list(combinations(range(x.shape[1]), size))
    parities = torch.stack([x[:, S].prod(1) for S in subsets], 1)  # (n, N)
    parities2 = torch.stack([x2[:, S].prod(1) for S in subsets], 1)
    return parities @ parities2.T / len(subsets)


def alignment_cases(generator: torch.Generator):
    for n, p in ((6, 3), (9, 20), (12, 2), (5, 5)):
        phi = torch.randn(n, p, generator=generator, dtype=torch.float64) + 0.5
        y = torch.where(torch.rand(n, generator=generator, dtype=torch.float32) < 0.3, -1.0, 1.0).double()
        y[0], y[1] = -1.0, 1.0  # both classes are there
        yield phi @ phi.T, y


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
