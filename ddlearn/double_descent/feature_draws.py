"""Random features simulated: the noise and the signal averaged, every penalty from one decomposition.

The predictions at new points are P y with P = Z_new V diag(f) U', f = s / (s^2 + n N l / d), so the risk of the
theory's setting, F1^2 B + tau^2 V, needs no draw of beta or of noise:

    B = |X_new - P X|^2 / (m d),     V = |P|^2 / m,     m new points.

What is drawn is the inputs and the features. The theory is off by O(1/d): halving it takes twice the dimension.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.double_descent.cells import draw_seeds, run_cells
from ddlearn.double_descent.feature_asymptotics import FEATURE_ACTIVATIONS, FeatureRisk, feature_risk
from ddlearn.double_descent.smoothers import Smoother, smoother

__all__ = ["FeatureDraws", "feature_cell", "feature_draws", "feature_smoother", "sphere"]


@dataclass(frozen=True, eq=False)
class FeatureDraws:
    """Measured bias and variance, (sizes, draws, L), for every size (n, N) and penalty; theory (sizes, L) or None."""

    d: int
    sizes: tuple[tuple[int, int], ...]
    penalties: Tensor
    bias: Tensor
    variance: Tensor
    theory: FeatureRisk | None

    def risk(self, signal: float, noise: float) -> Tensor:
        """Measured excess risk, (sizes, draws, L), for |beta|^2 = signal and noise of that variance."""
        signal, noise = arguments.at_least("signal", signal, 0), arguments.at_least("noise", noise, 0)
        return signal * self.bias + noise * self.variance


def sphere(n: int, d: int, generator: torch.Generator) -> Tensor:
    """n points, uniform on the sphere of radius sqrt(d) in d dimensions.  -> (n, d)"""
    shape = (arguments.whole("n", n, 1), arguments.whole("d", d, 1))
    arguments.generator("generator", generator)
    x = torch.randn(shape, generator=generator, device=generator.device, dtype=torch.float64)
    return x * (math.sqrt(d) / torch.linalg.vector_norm(x, dim=1, keepdim=True))


def feature_smoother(x: Tensor, x_new: Tensor, theta: Tensor, activation: str = "relu") -> Smoother:
    """The fit with features sigma(x theta' / sqrt(d)).  x (n, d), x_new (m, d), theta (N, d) -> `Smoother`.

    Its ridge is n N l / d for the penalty l of `feature_risk`.
    """
    d = arguments.matrix("x", x).shape[1]
    for name, value in (("x_new", x_new), ("theta", theta)):
        arguments.same_kind(name, arguments.matrix(name, value, columns=d), "x", x)
    arguments.one_of("activation", activation, tuple(FEATURE_ACTIVATIONS))
    sigma = FEATURE_ACTIVATIONS[activation]
    return smoother(*(sigma(one @ theta.T / math.sqrt(d)) for one in (x, x_new)))


def feature_cell(
    d: int, n: int, N: int, penalties: Sequence[float], activation: str, points: int, seed: int
) -> list[tuple[float, float]]:
    """(B, V) for every penalty, of one draw of n examples, N features and some new points."""
    draw = compute.generator(seed)
    x, theta, x_new = sphere(n, d, draw), sphere(N, d, draw), sphere(points, d, draw)
    fit = feature_smoother(x, x_new, theta, activation)
    along, found = fit.U.T @ x, []
    for l in penalties:
        ridge = n * N * l / d
        missed = x_new - (fit.T * fit.filter(ridge)) @ along  # X_new - P X
        found.append((missed.square().mean().item(), fit.noise_factor(ridge)))
    return found


def feature_draws(
    d: int,
    sizes: Sequence[tuple[int, int]],
    draws: int,
    generator: torch.Generator,
    *,
    penalties: Sequence[float] = (0.0,),
    activation: str = "relu",
    points: int = 800,
    progress: Callable[[float, str], object] | None = None,
) -> FeatureDraws:
    """Simulate sizes (n, N) of examples and features in d dimensions, with theory where the activation has one."""
    d, draws = arguments.whole("d", d, 1), arguments.whole("draws", draws, 1)
    points = arguments.whole("points", points, 1)
    arguments.one_of("activation", activation, tuple(FEATURE_ACTIVATIONS))
    l = arguments.numbers("penalties", penalties, zero=True).reshape(-1)
    sizes = tuple(
        (arguments.whole(f"sizes[{i}][0]", n, 1), arguments.whole(f"sizes[{i}][1]", N, 1))
        for i, (n, N) in enumerate(sizes)
    )
    settings = [
        (d, n, N, l.tolist(), activation, points, seed) for n, N in sizes for seed in draw_seeds(draws, generator)
    ]
    found = torch.tensor(run_cells(feature_cell, settings, progress), dtype=torch.float64)
    bias, variance = found.reshape(len(sizes), draws, len(l), 2).unbind(-1)
    return FeatureDraws(d, sizes, l, bias, variance, _theory(d, sizes, l, activation))


def _theory(d: int, sizes: tuple[tuple[int, int], ...], penalties: Tensor, activation: str) -> FeatureRisk | None:
    if activation == "absolute":
        return None
    psi2, psi1 = (torch.tensor(sizes, dtype=torch.float64) / d).T
    rows = [feature_risk(psi1, psi2, l, activation) for l in penalties.tolist()]
    return FeatureRisk(*(torch.stack([getattr(row, name) for row in rows], 1) for name in ("bias", "variance", "chi")))
