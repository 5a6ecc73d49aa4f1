"""The first explorer: one curve through twenty points, and a model that may grow far beyond them.

Features are random cosines, cos(w x + b), with Cauchy frequencies w: some are slow waves, a few are very fast ones. The
fit is ordinary least squares; where many weightings fit the points equally well, it takes the one of smallest norm.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Explorer, Slider
from ddlearn.lessons.start_here.exercises import mean_squared_error

SIZES = (1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 40, 50, 64, 80, 100, 128, 160, 200, 256, 320, 400)
POINTS, DRAWS = 20, 15
FREQUENCY = 20.0  # scale of the Cauchy frequencies, radians per unit of x
FLOOR = 1e-6  # errors below it are drawn at it: log axes have no zero
X = (torch.arange(POINTS, dtype=torch.float64) + 0.5) / POINTS
GRID = torch.linspace(0, 1, 241, dtype=torch.float64)
TRUTH = torch.sin(2 * math.pi * GRID)


@dataclass(frozen=True)
class Fit:
    """One fit of the model of `size` features, and the errors of all sizes (medians over draws of the features)."""

    size: int
    y: Tensor  # (n,) at the points X
    fitted: Tensor  # (m,) at those of GRID
    train_here: float
    test_here: float
    train: Tensor  # (sizes,)
    test: Tensor  # (sizes,)

    @property
    def worst_size(self) -> int:
        return SIZES[int(self.test.argmax())]


def least_squares(phi: Tensor, y: Tensor, penalty: float = 0.0) -> Tensor:
    """Return the smallest weights that minimize |phi w - y|^2 + n penalty |w|^2, from the singular values of phi."""
    U, s, Vh = torch.linalg.svd(phi, full_matrices=False)
    s_inverse = s / (s**2 + len(y) * penalty) if penalty else torch.where(s > 1e-12 * s[0], 1 / s, 0.0)
    return Vh.T @ (s_inverse * (U.T @ y))


def grow(
    size: int, noise: float, seed: int = 0, penalty: float = 0.0, *, mean_squared_error: Callable = mean_squared_error
) -> Fit:
    """Fit y = sin(2 pi x) + noise at n points with `size` random cosines; measure every size over fifteen draws."""
    generator = compute.generator(seed)
    y = torch.sin(2 * math.pi * X) + noise * torch.randn(POINTS, generator=generator, dtype=torch.float64)

    def waves() -> tuple[Tensor, Tensor]:
        w = torch.empty(max(SIZES), dtype=torch.float64).cauchy_(generator=generator) * FREQUENCY
        return w, 2 * math.pi * torch.rand(max(SIZES), generator=generator, dtype=torch.float64)

    def fit(features: int, w: Tensor, b: Tensor) -> tuple[float, float, Tensor]:
        def phi(u: Tensor) -> Tensor:
            return torch.cos(u[:, None] * w[:features] + b[:features]) * math.sqrt(2 / features)

        weights = least_squares(phi(X), y, penalty)
        fitted = phi(GRID) @ weights
        return float(mean_squared_error(phi(X) @ weights, y)), float(mean_squared_error(fitted, TRUTH)), fitted

    draws = [waves() for _ in range(DRAWS)]
    errors = torch.tensor([[fit(features, *draw)[:2] for features in SIZES] for draw in draws], dtype=torch.float64)
    train_here, test_here, fitted = fit(size, *draws[0])
    return Fit(size, y, fitted, train_here, test_here, *errors.median(0).values.T)


def picture(fig, r: Fit, said) -> None:
    """Draw the curve with its points, and the errors of every size."""
    curve, errors = fig.row(1, 1)
    curve.frame("", "x", "y", xlim=(0, 1), ylim=(-2.2, 2.2), legend="lower left")
    curve.line(GRID, TRUTH, "grey", "--", "truth")
    curve.line(GRID, r.fitted, label="the model")
    curve.dots(X, r.y, "black", label="what it was shown", size=5)
    limits = {"xlim": (0.9, 450), "ylim": (FLOOR / 2, 1e8)}
    errors.frame("", "features in the model", "mean squared error", log="xy", legend="upper right", **limits)
    errors.line(SIZES, r.train.clamp_min(FLOOR), "orange", "--", marker="s", size=3)
    errors.line(SIZES, r.test.clamp(FLOOR, 1e8), marker="o", size=3)
    errors.text(430, 0.2, "on new points", "blue", ha="right")
    errors.text(430, 3 * FLOOR, "on the points shown", "orange", ha="right")
    errors.upright(r.size, label="this model")
    if said("worst") is not None:
        errors.upright(said("worst"), "purple", "-.", "your prediction")


def sentence(r: Fit, said) -> str:
    """Say how well this model fits, and which size is worst."""
    guess = said("worst")
    fits = "passes through every point" if r.train_here < 1e-8 else "does not reach every point"
    you = "" if guess is None else f" You said {guess:.0f}."
    best_smaller = r.test[: SIZES.index(POINTS)].min()
    return (
        f"With {r.size} features the model {fits}. Its error is {r.train_here:.2g} on the {POINTS} points shown and "
        f"{r.test_here:.2g} on new points. Of all sizes, {r.worst_size} features have the largest error on new points. "
        f"The best smaller model has {best_smaller:.2g}, the largest model {r.test[-1]:.2g}.{you}"
    )


explorer = Explorer(
    "black_box",
    "Twenty points, one to four hundred features",
    controls=(
        Slider("size", "Features", 1, 400, 8, log=True, whole=True),
        Slider("noise", "Noise in the points", 0.0, 0.5, 0.2),
    ),
    compute=grow,
    picture=picture,
    sentence=sentence,
    uses=("mean_squared_error",),
    size=(9.4, 3.9),
)
