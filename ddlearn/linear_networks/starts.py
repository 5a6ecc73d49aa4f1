"""Six families of start for a two-layer linear network: where certificates are tight, loose, and hardly there.

Wide Gaussian layers are balanced on average but not exactly, and their imbalance is what certifies them. A margin start
is balanced, and certified by its distance to the target. In between lie layers just wide enough, one large layer beside
a small one, an unbalanced margin, and the small start, where descent creeps from saddle to saddle and worst cases say
little.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.linear_networks.objective import LeastSquares

__all__ = ["FAMILIES", "Starts", "draw_starts", "gaussian_layers"]


class Starts(NamedTuple):
    """A stack of problems and a start for each: problem of stack (count,), W1 (count, n, h), W2 (count, m, h)."""

    problem: LeastSquares
    W1: Tensor
    W2: Tensor


def gaussian_layers(
    count: int, n: int, m: int, h: int, scales: tuple[float, float], generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return W1 (count, n, h) and W2 (count, m, h) of entries N(0, scale^2), a scale for each layer."""
    sizes = [arguments.whole(name, size, 1) for name, size in (("count", count), ("n", n), ("m", m), ("h", h))]
    arguments.generator("generator", generator)
    first, second = (arguments.at_least(f"scales[{i}]", scale, 0) for i, scale in enumerate(scales))
    count, n, m, h = sizes
    return first * _normal(generator, count, n, h), second * _normal(generator, count, m, h)


def draw_starts(family: str, count: int, n: int, m: int, generator: torch.Generator) -> Starts:
    """Draw `count` problems and starts of one of the `FAMILIES`; all of one shape, so that they run as one stack.

    The data's singular values are uniform in [1, k], k uniform in [1, 2.5], the least of them 1; the targets are
    normal, except in the margin families, which need n = m and draw singular values of the target in [0.8, 2].
    """
    arguments.one_of("family", family, tuple(FAMILIES))
    count, n, m = (arguments.whole(name, size, 1) for name, size in (("count", count), ("n", n), ("m", m)))
    arguments.generator("generator", generator)
    if "margin" in family and n != m:
        raise ValueError(f"m must be {n}, as n, in the family {family!r}; got {m}")
    condition = _uniform(generator, count, low=1, high=2.5)
    s = 1 + (condition[:, None] - 1) * _uniform(generator, count, n, low=0, high=1)
    s = s.sort(descending=True).values
    s[:, -1] = 1
    return FAMILIES[family](s, m, generator)


Width = Callable[[int, torch.Generator], int]


def _gaussian(s: Tensor, m: int, generator: torch.Generator, *, width: Width, low: float, high: float) -> Starts:
    """Gaussian layers, each start of its own scale from low to high; `width` knows n + m."""
    count, n = s.shape
    h = width(n + m, generator)
    W_star = _normal(generator, count, n, m)
    scale = _uniform(generator, count, low=low, high=high)[:, None, None]
    W1, W2 = gaussian_layers(count, n, m, h, (1, 1), generator)
    return Starts(LeastSquares(s, W_star), scale * W1, scale * W2)


def _one_big_layer(s: Tensor, m: int, generator: torch.Generator) -> Starts:
    count, n = s.shape
    W_star = _normal(generator, count, n, m)
    W1, W2 = gaussian_layers(count, n, m, max(n, m), (1, 1), generator)
    big = _uniform(generator, count, 1, 1, low=0, high=1) < 0.5
    return Starts(LeastSquares(s, W_star), torch.where(big, 2.0 * W1, 0.05 * W1), torch.where(big, 0.05 * W2, 2.0 * W2))


def _margin(s: Tensor, m: int, generator: torch.Generator, *, spread: float) -> Starts:
    """W = W_star + E with |E| a share of smin(W_star), factored so that each direction's two weights differ by c^2."""
    count, n = s.shape
    h = n + _whole(generator, 0, 4)
    singular = _uniform(generator, count, n, low=0.8, high=2)
    W_star = _orthogonal(generator, count, n, n) * singular[:, None] @ _orthogonal(generator, count, n, n).mT
    E = _normal(generator, count, n, n)
    reach = _uniform(generator, count, low=0.1, high=0.7) * singular.amin(1) * s[:, -1] / s[:, 0]
    W = W_star + reach[:, None, None] * E / torch.linalg.matrix_norm(E)[:, None, None]
    P, q, Qt = torch.linalg.svd(W)
    O = _orthogonal(generator, count, h, n)
    c = _uniform(generator, count, n, low=-spread, high=spread).exp()
    root = q.sqrt()[:, None]
    return Starts(LeastSquares(s, W_star), P * (root * c[:, None]) @ O.mT, Qt.mT * (root / c[:, None]) @ O.mT)


FAMILIES: dict[str, Callable[[Tensor, int, torch.Generator], Starts]] = {
    "wide": partial(_gaussian, width=lambda sides, g: _whole(g, 3 * sides, 8 * sides), low=0.3, high=1),
    "barely": partial(_gaussian, width=lambda sides, g: sides + 1, low=0.5, high=1.5),
    "one big layer": _one_big_layer,
    "balanced + margin": partial(_margin, spread=0),
    "unbalanced + margin": partial(_margin, spread=1),
    "small": partial(_gaussian, width=lambda sides, g: sides + 4, low=0.05, high=0.05),
}


def _normal(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(shape, generator=generator, dtype=torch.float64, device=generator.device)


def _uniform(generator: torch.Generator, *shape: int, low: float, high: float) -> Tensor:
    return low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64, device=generator.device)


def _whole(generator: torch.Generator, low: int, high: int) -> int:
    """A whole number, low <= number < high."""
    return int(torch.randint(low, high, (), generator=generator, device=generator.device))


def _orthogonal(generator: torch.Generator, count: int, rows: int, columns: int) -> Tensor:
    """Orthonormal columns, uniformly distributed up to signs.  (count, rows, columns)"""
    return torch.linalg.qr(_normal(generator, count, rows, columns)).Q
