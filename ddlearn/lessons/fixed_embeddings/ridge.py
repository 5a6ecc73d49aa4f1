"""Kernel ridge regression in one dimension: the fit, what is left over, and three errors against the penalty."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import PALETTE, Choice, Explorer, LiveFigure, Slider
from ddlearn.lessons.fixed_embeddings.exercises import leave_one_out
from ddlearn.lessons.fixed_embeddings.lift import Gram, embed
from ddlearn.ridge import ridge, ridge_path

KERNELS = ("rbf", "laplace", "polynomial", "linear")
PENALTIES = torch.logspace(-8, 1, 46, dtype=torch.float64)
LOWEST, HIGHEST = 3e-3, 30.0  # the error axis


@dataclass(frozen=True)
class RidgeFit:
    """One fit at one penalty, and the errors along the whole path of penalties."""

    x: Tensor  # (n, 1)
    y: Tensor  # (n,)
    grid: Tensor  # (m,)
    truth: Tensor  # (m,)
    fitted: Tensor  # (m,)
    residual: Tensor  # (n,) y minus the fit
    left_out: Tensor  # (n,) y minus the prediction made without that point
    penalty: float
    degrees_of_freedom: float
    train: float
    loo: float
    test: float
    path_train: Tensor  # (46,)
    path_loo: Tensor
    path_test: Tensor

    @property
    def loo_choice(self) -> float:
        """The penalty that leave-one-out would choose."""
        return float(PENALTIES[self.path_loo.argmin()])

    @property
    def price(self) -> float:
        """Test error at leave-one-out's choice over the smallest on the path."""
        return float(self.path_test[self.path_loo.argmin()] / self.path_test.min())


def fit(
    kernel: str,
    width: float,
    penalty: float,
    noise: float,
    n: int,
    seed: int = 0,
    *,
    gram: Gram = kernels.rbf,
    ridge: Callable[[Tensor, Tensor, float], Tensor] = ridge,
    leave_one_out: Callable[[Tensor, Tensor, float], Tensor] = leave_one_out,
) -> RidgeFit:
    """Fit a noisy wave. The test error is exact over the noise of new points: mean (f - truth)^2 + noise^2."""
    x, y, _ = datasets.wave(n, noise, compute.generator(seed))
    grid = torch.linspace(-1, 1, 301, dtype=x.dtype)[:, None]
    truth = datasets.wave_truth(grid)
    K, K_grid = embed(kernel, x, x, width, gram) + 1, embed(kernel, grid, x, width, gram) + 1

    def mse(a: Tensor, b: Tensor) -> Tensor:
        return ((a - b) ** 2).mean(-1)

    alpha = ridge(K, y, penalty)
    fitted, left_out = K @ alpha, leave_one_out(K, y, penalty)
    # The present penalty rides along at the end: its degrees of freedom cost no second decomposition.
    path = ridge_path(K, y, torch.cat([PENALTIES, torch.tensor([penalty], dtype=PENALTIES.dtype)]))
    test = mse(path.predict(K_grid), truth) + noise**2
    return RidgeFit(
        x=x,
        y=y,
        grid=grid[:, 0],
        truth=truth,
        fitted=K_grid @ alpha,
        residual=y - fitted,
        left_out=y - left_out,
        penalty=penalty,
        degrees_of_freedom=float(path.degrees_of_freedom[-1]),
        train=float(mse(fitted, y)),
        loo=float(mse(left_out, y)),
        test=float(mse(K_grid @ alpha, truth) + noise**2),
        path_train=mse(path.fitted[:-1], y),
        path_loo=mse(path.leave_one_out[:-1], y),
        path_test=test[:-1],
    )


class RidgeFigure(LiveFigure):
    size = (9.6, 4.0)

    def layout(self, figure):
        curve, left, errors = figure.subplots(1, 3, width_ratios=(1.25, 0.8, 1.1))
        (self.truth,) = curve.plot([], [], color=PALETTE["grey"], linestyle="--", label="truth")
        (self.fitted,) = curve.plot([], [], color=PALETTE["blue"], label="fit")
        (self.points,) = curve.plot([], [], ".", color=PALETTE["black"])
        curve.set(xlim=(-1, 1), ylim=(-2.4, 2.4), xlabel="x", ylabel="y", title="fit")
        curve.legend(loc="lower left", ncols=2)
        left.axhline(0, color=PALETTE["grey"], linewidth=1)
        (self.residual,) = left.plot([], [], "s", color=PALETTE["orange"], markersize=3, label="fitted")
        (self.left_out,) = left.plot([], [], "^", color=PALETTE["purple"], markersize=4, label="left out")
        left.set(xlim=(-1, 1), ylim=(-2.4, 2.4), xlabel="x", title="what is left over")
        left.legend(loc="lower left", ncols=2, handletextpad=0.1, columnspacing=0.8)
        lines = (("train", "orange", "--"), ("leave-one-out", "purple", "-."), ("test", "blue", "-"))
        self.paths = [errors.plot([], [], color=PALETTE[c], linestyle=s, label=name)[0] for name, c, s in lines]
        self.dots = [
            errors.plot([], [], marker, color=PALETTE[c])[0] for (_, c, _), marker in zip(lines, "s^o", strict=True)
        ]
        (self.here,) = errors.plot([], [], color=PALETTE["black"], linestyle=":")
        errors.set(xscale="log", yscale="log", xlim=(1e-8, 10), ylim=(LOWEST, HIGHEST))
        errors.set(xlabel="penalty", title="mean squared error")
        errors.legend(loc="upper center")

    def draw(self, result: RidgeFit):
        self.truth.set_data(result.grid, result.truth)
        self.fitted.set_data(result.grid, result.fitted)
        self.points.set_data(result.x[:, 0], result.y)
        self.residual.set_data(result.x[:, 0], result.residual)
        self.left_out.set_data(result.x[:, 0], result.left_out.clamp(-2.4, 2.4))
        for line, path in zip(self.paths, (result.path_train, result.path_loo, result.path_test), strict=True):
            line.set_data(PENALTIES, path.clamp(LOWEST, HIGHEST))
        for dot, error in zip(self.dots, (result.train, result.loo, result.test), strict=True):
            dot.set_data([result.penalty], [min(max(error, LOWEST), HIGHEST)])
        self.here.set_data([result.penalty] * 2, [LOWEST, HIGHEST])

    def describe(self, result: RidgeFit) -> str:
        return (
            f"{len(result.y)} points, {result.degrees_of_freedom:.1f} effective degrees of freedom. Error: train "
            f"{result.train:.2g}, leave-one-out {result.loo:.2g}, test {result.test:.2g}. Leave-one-out would choose "
            f"the penalty {result.loo_choice:.1g}, where the test error is {result.price:.2f} times the path's best."
        )


def explorer() -> Explorer:
    """The kernel ridge explorer, fresh."""
    return Explorer(
        name="ridge",
        title="Kernel ridge: one fit, three errors",
        controls=(
            Choice("kernel", "Kernel", KERNELS, "rbf"),
            Slider("width", "Width", 0.02, 2.0, 0.2, log=True),
            Slider("penalty", "Penalty", 1e-8, 10.0, 1e-4, log=True),
            Slider("noise", "Noise", 0.0, 1.0, 0.3),
            Slider("n", "Points", 5, 150, 40, whole=True),
        ),
        compute=fit,
        figure=RidgeFigure,
        uses=("gram", "ridge", "leave_one_out"),
    )
