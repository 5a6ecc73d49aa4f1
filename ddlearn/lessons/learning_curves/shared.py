"""Worlds of a thousand points: a kernel and a target on each, and the modes in which the kernel sees the target.

A world is all there is. Some of its points are examples, the others are what is unseen, and theory knows its kernel and
its labels. In one world the eigenvectors are drawn at random, which is what the theory assumes; the others are real
digits, and all strings of ten signs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import cached
from ddlearn.generalization import centered, eigenmodes, haar_pool, ntk_with_bias

TEN, PARITY, LAPLACE, SIGNS, RANDOM = WORLDS = (
    "digits, ten classes",
    "digits, even or odd",
    "digits, Laplace kernel",
    "strings of ten signs",
    "random eigenvectors",
)
SIZE = 1000
LENGTH = 8.0  # of a digit, and of the bias beside it
ALL = 1797  # digits that there are
PICKS = tuple(2**k for k in range(10))  # numbers of the modes that can be looked at, from 1

Kappa = Callable[[Tensor, float], float]


@dataclass(frozen=True, eq=False)
class World:
    """N points: kernel K (N, N), targets Y (N, C), and its modes, of which only a few eigenvectors are kept.

    lam (N,) are the eigenvalues of K / N, largest first. V2 (N,) is the target's squared coefficient on each mode;
    together they make up the mean squared target, `power`. picked (N, 10) are the eigenvectors of the modes PICKS.
    """

    K: Tensor
    Y: Tensor
    lam: Tensor
    V2: Tensor
    picked: Tensor

    @property
    def N(self) -> int:
        return len(self.lam)

    @property
    def power(self) -> float:
        return float(self.V2.sum())


def digits(count: int) -> tuple[Tensor, Tensor]:
    """Return so many digits, drawn once and for all: points around their mean, (count, 64), and classes (count,)."""
    images = datasets.digits(compute.generator(0), test=max(1, ALL - count))
    x, classes = images.train_x, images.train_y
    if count == ALL:
        x, classes = torch.cat([x, images.test_x]), torch.cat([classes, images.test_y])
    return centered(x, LENGTH).to(compute.device()), classes


def kernel_and_target(name: str) -> tuple[Tensor, Tensor]:
    """Return K (N, N) and Y (N, C) of a world."""
    if name == RANDOM:
        mode = torch.arange(1, SIZE + 1, dtype=torch.float64, device=compute.device())
        return haar_pool(mode**-1.5, mode[:, None] ** -0.6, compute.generator(0))
    if name == SIGNS:
        x = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=torch.float64)] * 10).to(compute.device())
        Y = x[:, 0] + x[:, 1] * x[:, 2] + x[:, 3:7].prod(1) / 2
        return ntk_with_bias(x, 2.0), Y[:, None]
    x, classes = digits(SIZE)
    even = (1.0 - 2.0 * (classes % 2))[:, None].double()
    Y = even if name == PARITY else datasets.one_hot(classes, 10, centered=True)
    K = kernels.laplace(x, width=float(torch.pdist(x).median())) if name == LAPLACE else ntk_with_bias(x, LENGTH)
    return K, Y.to(K)


@cached(len(WORLDS))
def world(name: str) -> World:
    """Return the world of that name, with its modes."""
    K, Y = kernel_and_target(name)
    lam, U = eigenmodes(K)
    picked = U[:, [mode - 1 for mode in PICKS]]
    return World(K, Y, lam, (U.T @ Y).square().sum(1) / len(K), picked)
