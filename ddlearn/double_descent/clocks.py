"""Double descent over time, exactly: features of different scales learn by clocks of their own.

Least squares by gradient descent from 0, theta <- theta + eta X'(y - X theta)/n; feature i has scale sigma_i,
coefficient b_i and rate eta_i. For n much larger than the number of features,

    excess(t) = sum sigma_i^2 b_i^2 k_i^2 + s^2/n sum (1 - k_i)^2,     k_i = (1 - eta_i sigma_i^2)^t:

every feature has a U of its own, bias going down and variance coming in, and rate eta_i sigma_i^2 says when (Heckel and
Yilmaz, arXiv 2007.10099). Signal that is learned fast, then noise, then signal that is learned slowly make two
descents; rates with eta_i sigma_i^2 the same for all make one U again. Nothing here needs a step to be taken: with
D = diag(sqrt(eta)), D (X'X/n) D = U diag(w) U', theta(t) = D U diag((1 - (1-w)^t)/w) U' D X'y/n.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.double_descent.cells import draw_seeds, run_cells
from ddlearn.result import Curve

__all__ = ["Clocks", "clocks_curve", "descent_risk", "geometric_steps", "three_clocks"]


@dataclass(frozen=True, eq=False)
class Clocks:
    """Features of scales sigma, coefficients b and rates eta, each (p,), and noise of variance `noise`."""

    sigma: Tensor
    b: Tensor
    eta: Tensor
    noise: float

    def __post_init__(self) -> None:
        sigma = arguments.positives("sigma", self.sigma, torch.empty((), dtype=torch.float64))
        eta = arguments.positives("eta", self.eta, sigma)
        b = arguments.tensor("b", self.b).to(sigma)
        for name, value in (("b", b), ("eta", eta)):
            if value.shape != sigma.shape:
                raise ValueError(f"{name} must be of shape {tuple(sigma.shape)}; got shape {tuple(value.shape)}")
        if (eta * sigma.square()).max() > 1 + 1e-12:
            raise ValueError(f"eta must keep eta sigma^2 at 1 or below; got {(eta * sigma.square()).max().item()}")
        for name, value in (("sigma", sigma), ("b", b), ("eta", eta)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "noise", arguments.at_least("noise", self.noise, 0))

    @property
    def aligned(self) -> Clocks:
        """The cure: rates in proportion to 1/sigma^2, the fastest clock for every feature."""
        fastest = (self.eta * self.sigma.square()).max()
        return replace(self, eta=fastest / self.sigma.square())

    def risk(self, times: Sequence[int] | Tensor, n: int) -> Tensor:
        """Return excess(t), the limit of many examples a feature.  times (L,) -> (L,)"""
        t, n = _times(times, self.sigma), arguments.whole("n", n, 1)
        k = _left(self.eta * self.sigma.square(), t)  # (L, p)
        return k.square() @ (self.sigma * self.b).square() + self.noise / n * (1 - k).square().sum(1)

    def draw(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw n examples with Gaussian features.  -> X (n, p), y (n,)"""
        n = arguments.whole("n", n, 1)
        arguments.generator("generator", generator)
        X, e = (
            torch.randn(shape, generator=generator, device=generator.device, dtype=torch.float64)
            for shape in ((n, len(self.sigma)), (n,))
        )
        X = X * self.sigma.to(X)
        return X, X @ self.b.to(X) + math.sqrt(self.noise) * e


def three_clocks(
    n: int,
    *,
    sizes: tuple[int, int, int] = (4, 60, 4),
    fast: float = 4.0,
    slow: float = 1.5,
    variance: float = 1.0,
) -> Clocks:
    """Three groups that make the second descent large: fast signal, then noise only, then slow signal (our choice).

    Their scales are 1, 0.1 and 0.01, and every rate is 0.1. `fast` and `slow` are the bias, sum of sigma^2 b^2, of the
    first and third group before they are learned, `variance` what the second adds when it is, s^2 size/n. First minimum
    about slow + V_fast, peak at most slow + V_fast + variance, last V_fast + variance + (slow V_slow / (slow +
    V_slow)), V = s^2 size/n each.
    """
    n = arguments.whole("n", n, 1)
    if not isinstance(sizes, (tuple, list)) or len(sizes) != 3:
        raise ValueError(f"sizes must be three, one for each group; got {sizes!r}")
    A, B, C = (arguments.whole(f"sizes[{i}]", one, 1) for i, one in enumerate(sizes))
    sigma = torch.tensor([1.0] * A + [0.1] * B + [0.01] * C, dtype=torch.float64)
    power = torch.zeros_like(sigma)
    power[:A], power[A + B :] = arguments.at_least("fast", fast, 0) / A, arguments.at_least("slow", slow, 0) / C
    noise = n / B * arguments.at_least("variance", variance, 0)
    return Clocks(sigma, power.sqrt() / sigma, torch.full_like(sigma, 0.1), noise)


def descent_risk(clocks: Clocks, X: Tensor, y: Tensor, times: Sequence[int] | Tensor) -> Tensor:
    """Return the exact path on one data set, sum sigma_i^2 (theta_i(t) - b_i)^2, from one decomposition.  -> (L,)

    X (n, p), y (n,). `ValueError` if a mode has a rate of 1 or more: its steps would overshoot.
    """
    n = len(arguments.matrix("X", X, columns=len(clocks.sigma)))
    if arguments.targets("y", y, n).ndim != 1:
        raise ValueError(f"y must be of shape ({n},); got shape {tuple(y.shape)}")
    arguments.same_kind("y", y, "X", X)
    sigma, b, D = clocks.sigma.to(X), clocks.b.to(X), clocks.eta.to(X).sqrt()
    gram = D[:, None] * (X.T @ X / n) * D
    arguments.in_range("X", X, gram)
    w, U = torch.linalg.eigh(gram)
    if w[-1] >= 1:
        raise ValueError(f"eta must keep the fastest mode of these data below 1; got {w[-1].item():.4g}")
    t = _times(times, X)
    w = w.clamp(min=1e-15)  # (1 - (1-w)^t) / w is t there, for any t that is reached
    moved = -torch.expm1(t[:, None] * torch.log1p(-w)) / w  # (L, p)
    theta = (moved * (U.T @ (D * (X.T @ y) / n))) @ U.T * D
    return (theta - b).square() @ sigma.square()


def clocks_curve(
    clocks: Clocks,
    n: int,
    times: Sequence[int],
    draws: int,
    generator: torch.Generator,
    progress: compute.Progress | None = None,
) -> Curve:
    """Return the exact path on several data sets, over the closed form.  -> `Curve` of x = t, measured (draws, L)."""
    arguments.whole("draws", draws, 1)
    theory = clocks.risk(times, n)
    settings = [(clocks, n, list(times), seed) for seed in draw_seeds(draws, generator)]
    measured = torch.stack(run_cells(_path, settings, progress))
    return Curve(torch.as_tensor(times, dtype=torch.float64), measured, theory, "steps", "excess risk")


def geometric_steps(first: int, last: int, count: int) -> list[int]:
    """Return about `count` whole numbers from first to last, evenly spread on a log axis, each once."""
    first = arguments.whole("first", first, 1)
    last, count = arguments.whole("last", last, first), arguments.whole("count", count, 2)
    exponents = torch.linspace(math.log(first), math.log(last), count, dtype=torch.float64)
    return sorted({first, last, *(min(last, round(math.exp(e))) for e in exponents.tolist())})


def _path(clocks: Clocks, n: int, times: list[int], seed: int) -> Tensor:
    """One cell: one data set."""
    return descent_risk(clocks, *clocks.draw(n, compute.generator(seed)), times)


def _left(w: Tensor, t: Tensor) -> Tensor:
    """(1 - w)^t for w in (0, 1].  (p,), (L,) -> (L, p)"""
    return torch.where(t[:, None] == 0, 1.0, (t[:, None] * torch.log1p(-w.clamp(max=1))).exp())


def _times(times: Sequence[int] | Tensor, like: Tensor) -> Tensor:
    return arguments.numbers("times", times, zero=True).reshape(-1).to(like)
