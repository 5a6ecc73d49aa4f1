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
from ddlearn.classroom import PALETTE, ArtistFigure, Explorer, Slider

SIZES = (1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 40, 50, 64, 80, 100, 128, 160, 200, 256, 320, 400)
DRAWS = 15
FREQUENCY = 20.0  # scale of the Cauchy frequencies, radians per unit of x


def mean_squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """mean_i (prediction_i - target_i)^2, a scalar."""
    return ((prediction - target) ** 2).mean()


@dataclass(frozen=True)
class Fit:
    """One fit of the model of `size` features, and the errors of all sizes (medians over draws of the features)."""

    x: Tensor  # (n,)
    y: Tensor  # (n,)
    grid: Tensor  # (m,)
    truth: Tensor  # (m,)
    fitted: Tensor  # (m,)
    size: int
    sizes: Tensor  # (s,)
    train: Tensor  # (s,)
    test: Tensor  # (s,)
    train_here: float
    test_here: float

    @property
    def worst_size(self) -> int:
        return int(self.sizes[self.test.argmax()])


def least_squares(phi: Tensor, y: Tensor, penalty: float = 0.0) -> Tensor:
    """The smallest weights that minimise |phi w - y|^2 + n penalty |w|^2, by the singular value decomposition."""
    U, s, Vh = torch.linalg.svd(phi, full_matrices=False)
    s_inverse = s / (s**2 + len(y) * penalty) if penalty else torch.where(s > 1e-12 * s[0], 1 / s, 0.0)
    return Vh.T @ (s_inverse * (U.T @ y))


def grow(
    size: int,
    noise: float,
    n: int = 20,
    seed: int = 0,
    penalty: float = 0.0,
    *,
    mean_squared_error: Callable[[Tensor, Tensor], Tensor] = mean_squared_error,
) -> Fit:
    """Fit y = sin(2 pi x) + noise at n points with `size` random cosines; measure every size over fifteen draws."""
    generator = compute.generator(seed)
    x = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    y = torch.sin(2 * math.pi * x) + noise * torch.randn(n, generator=generator, dtype=torch.float64)
    grid = torch.linspace(0, 1, 241, dtype=torch.float64)
    truth = torch.sin(2 * math.pi * grid)

    def errors(features: int, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        def phi(u: Tensor) -> Tensor:
            return torch.cos(u[:, None] * w[:features] + b[:features]) * math.sqrt(2 / features)

        weights = least_squares(phi(x), y, penalty)
        fitted = phi(grid) @ weights
        return mean_squared_error(phi(x) @ weights, y), mean_squared_error(fitted, truth), fitted

    train, test = [], []
    here = None
    for _ in range(DRAWS):
        w = torch.empty(max(SIZES), dtype=torch.float64).cauchy_(generator=generator) * FREQUENCY
        b = 2 * math.pi * torch.rand(max(SIZES), generator=generator, dtype=torch.float64)
        here = errors(size, w, b) if here is None else here
        measured = [errors(features, w, b)[:2] for features in SIZES]
        train.append(torch.stack([torch.as_tensor(a) for a, _ in measured]))
        test.append(torch.stack([torch.as_tensor(a) for _, a in measured]))
    return Fit(
        x=x,
        y=y,
        grid=grid,
        truth=truth,
        fitted=here[2],
        size=size,
        sizes=torch.tensor(SIZES, dtype=torch.float64),
        train=torch.stack(train).median(0).values,
        test=torch.stack(test).median(0).values,
        train_here=float(here[0]),
        test_here=float(here[1]),
    )


class BlackBox(ArtistFigure):
    """Left: the curve and its points. Right: error against size, with this size marked."""

    size = (9.4, 3.9)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)
    FLOOR = 1e-6  # errors below it are drawn at it: log axes have no zero

    def layout(self, figure):
        curve, errors = figure.subplots(1, 2)
        (self.truth,) = curve.plot([], [], color=PALETTE["grey"], linestyle="--", label="truth")
        (self.fitted,) = curve.plot([], [], color=PALETTE["blue"], label="the model")
        (self.points,) = curve.plot([], [], "o", color=PALETTE["black"], markersize=5, label="what it was shown")
        curve.set(xlim=(0, 1), ylim=(-2.2, 2.2), xlabel="x", ylabel="y")
        curve.legend(loc="lower left")
        (self.train,) = errors.plot([], [], color=PALETTE["orange"], linestyle="--", marker="s", markersize=3)
        (self.test,) = errors.plot([], [], color=PALETTE["blue"], marker="o", markersize=3)
        (self.here,) = errors.plot([], [], color=PALETTE["black"], linestyle=":", label="this model")
        (self.guess,) = errors.plot([], [], color=PALETTE["purple"], linestyle="-.", label="your prediction")
        errors.text(430, 0.2, "on new points", ha="right", color=PALETTE["blue"])
        errors.text(430, 3 * self.FLOOR, "on the points shown", ha="right", color="#8a5f00")
        errors.set(xscale="log", yscale="log", xlim=(0.9, 450), ylim=(self.FLOOR / 2, 1e6))
        errors.set(xlabel="features in the model", ylabel="mean squared error")
        errors.legend(handles=[self.here, self.guess], loc="upper right")

    def draw(self, result: Fit):
        self.truth.set_data(result.grid, result.truth)
        self.fitted.set_data(result.grid, result.fitted)
        self.points.set_data(result.x, result.y)
        self.train.set_data(result.sizes, result.train.clamp(self.FLOOR, 1e6))
        self.test.set_data(result.sizes, result.test.clamp(self.FLOOR, 1e6))
        self.here.set_data([result.size] * 2, [self.FLOOR / 2, 1e6])
        guess = self.prediction()
        self.guess.set_data(*([], []) if guess is None else ([guess] * 2, [self.FLOOR / 2, 1e6]))

    def describe(self, result: Fit) -> str:
        n = len(result.x)
        fits = "passes through every point" if result.train_here < 1e-8 else "does not reach every point"
        best_small = result.test[result.sizes < n].min()
        said = "" if self.prediction() is None else f" You said {self.prediction():.0f}."
        return (
            f"With {result.size} features the model {fits}: error {result.train_here:.2g} on the {n} points shown, "
            f"{result.test_here:.2g} on new ones. Over all sizes the error on new points is worst at "
            f"{result.worst_size} features; the best smaller model has {best_small:.2g}, the largest "
            f"{result.test[-1]:.2g}.{said}"
        )


def explorer() -> Explorer:
    """The black box, fresh."""
    return Explorer(
        name="black_box",
        title="Twenty points, one to four hundred features",
        controls=(
            Slider("size", "Features", 1, 400, 8, log=True, whole=True),
            Slider("noise", "Noise in the points", 0.0, 0.5, 0.2),
        ),
        compute=grow,
        figure=BlackBox,
        uses=("mean_squared_error",),
    )
