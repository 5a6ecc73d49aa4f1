"""Kernel ridge regression in one dimension: the fit, what is left over, and three errors against the penalty."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.lessons.fixed_embeddings.exercises import leave_one_out
from ddlearn.lessons.fixed_embeddings.lift import Gram, embed
from ddlearn.ridge import ridge, ridge_path

KERNELS = ("rbf", "laplace", "polynomial", "linear")
PENALTIES = torch.logspace(-8, 1, 46, dtype=torch.float64)
ERRORS = (3e-3, 30.0)  # what the error axis shows


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


def picture(fig, r: RidgeFit) -> None:
    """Draw the fit, what it leaves over, and three errors against the penalty."""
    fit, left, errors = fig.row(1.25, 0.8, 1.1)
    fit.frame("fit", "x", "y", xlim=(-1, 1), ylim=(-2.4, 2.4), legend={"loc": "lower left", "ncols": 2})
    fit.line(r.grid, r.truth, "grey", "--", "truth")
    fit.line(r.grid, r.fitted, label="fit")
    fit.dots(r.x[:, 0], r.y, "black", ".")
    names = {"loc": "lower left", "ncols": 2, "handletextpad": 0.1, "columnspacing": 0.8}
    left.frame("what is left over", "x", xlim=(-1, 1), ylim=(-2.4, 2.4), legend=names)
    left.level(0, width=1)
    left.dots(r.x[:, 0], r.residual, "orange", "s", "fitted", size=3)
    left.dots(r.x[:, 0], r.left_out, "purple", "^", "left out", size=4)
    errors.frame("mean squared error", "penalty", xlim=(1e-8, 10), ylim=ERRORS, log="xy", legend="upper center")
    for name, path, here, color, style, marker in (
        ("train", r.path_train, r.train, "orange", "--", "s"),
        ("leave-one-out", r.path_loo, r.loo, "purple", "-.", "^"),
        ("test", r.path_test, r.test, "blue", "-", "o"),
    ):
        errors.line(PENALTIES, path, color, style, name)
        errors.dots([r.penalty], [here], color, marker)
    errors.upright(r.penalty)


def sentence(r: RidgeFit) -> str:
    """Say how well the fit does, and what leave-one-out would choose."""
    return (
        f"{len(r.y)} points, {r.degrees_of_freedom:.1f} effective degrees of freedom. Error: train {r.train:.2g}, "
        f"leave-one-out {r.loo:.2g}, test {r.test:.2g}. Leave-one-out would choose the penalty {r.loo_choice:.1g}, "
        f"where the test error is {r.price:.2f} times the path's best."
    )


explorer = Explorer(
    "ridge",
    "Kernel ridge: one fit, three errors",
    controls=(
        Choice("kernel", "Kernel", KERNELS, "rbf"),
        Slider("width", "Width", 0.02, 2.0, 0.2, log=True),
        Slider("penalty", "Penalty", 1e-8, 10.0, 1e-4, log=True),
        Slider("noise", "Noise", 0.0, 1.0, 0.3),
        Slider("n", "Points", 5, 150, 40, whole=True),
    ),
    compute=fit,
    picture=picture,
    sentence=sentence,
    uses=("gram", "ridge", "leave_one_out"),
    size=(9.6, 4.0),
)
