"""Kernel ridge regression in one dimension: the fit, what is left over, and three errors against the penalty."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.lessons.fixed_embeddings.exercises import leave_one_out
from ddlearn.lessons.fixed_embeddings.lift import Written, embed
from ddlearn.ridge import ridge, ridge_path

KERNELS = ("rbf", "laplace", "polynomial", "linear")
PENALTIES = torch.logspace(-8, 1, 46, dtype=torch.float64)
GRID = torch.linspace(-1, 1, 301, dtype=torch.float64)[:, None]
TRUTH = datasets.wave_truth(GRID)
LOOKS = {"train": ("orange", "--", "s"), "leave-one-out": ("purple", "-.", "^"), "test": ("blue", "-", "o")}


@dataclass(frozen=True)
class RidgeFit:
    """One fit at one penalty; its mean squared errors by name, and those along the whole path of penalties."""

    x: Tensor  # (n, 1)
    y: Tensor  # (n,)
    curve: Tensor  # (301,) the fit on GRID
    fitted: Tensor  # (n,)
    left_out: Tensor  # (n,) predictions, each made without that point
    penalty: float
    degrees_of_freedom: float
    errors: dict[str, float]
    paths: dict[str, Tensor]  # (46,) each

    @property
    def loo_choice(self) -> float:
        """The penalty that leave-one-out would choose."""
        return float(PENALTIES[self.paths["leave-one-out"].argmin()])

    @property
    def price(self) -> float:
        """Test error at leave-one-out's choice over the smallest on the path."""
        test = self.paths["test"]
        return float(test[self.paths["leave-one-out"].argmin()] / test.min())


def fit(
    kernel: str,
    width: float,
    penalty: float,
    noise: float,
    n: int,
    seed: int = 0,
    *,
    gram: Written = kernels.rbf,
    ridge: Written = ridge,
    leave_one_out: Written = leave_one_out,
) -> RidgeFit:
    """Fit a noisy wave. The test error is exact over the noise of new points: mean (f - truth)^2 + noise^2."""
    x, y, _ = datasets.wave(n, noise, compute.generator(seed))
    K, K_grid = (embed(kernel, points, x, width, gram) + 1 for points in (x, GRID))

    def errors(curve: Tensor, fitted: Tensor, left_out: Tensor) -> dict[str, Tensor]:
        train, loo, test = (((a - b) ** 2).mean(-1) for a, b in ((fitted, y), (left_out, y), (curve, TRUTH)))
        return {"train": train, "leave-one-out": loo, "test": test + noise**2}

    alpha = ridge(K, y, penalty)
    curve, fitted, left_out = K_grid @ alpha, K @ alpha, leave_one_out(K, y, penalty)
    # The present penalty rides along at the end: its degrees of freedom cost no second decomposition.
    path = ridge_path(K, y, [*PENALTIES.tolist(), penalty])
    degrees_of_freedom = float(path.degrees_of_freedom[-1])
    here = {name: float(error) for name, error in errors(curve, fitted, left_out).items()}
    along = errors(path.predict(K_grid), path.fitted, path.leave_one_out)
    paths = {name: error[:-1] for name, error in along.items()}
    return RidgeFit(x, y, curve, fitted, left_out, penalty, degrees_of_freedom, here, paths)


def picture(fig, r: RidgeFit) -> None:
    """Draw the fit, what it leaves over, and three errors against the penalty."""
    fit, left, errors = fig.row(1.25, 0.8, 1.1)
    limits = {"xlim": (-1, 1), "ylim": (-2.4, 2.4)}
    names = {"loc": "lower left", "ncols": 2}
    fit.frame("fit", "x", "y", legend=names, **limits)
    fit.line(GRID[:, 0], TRUTH, "grey", "--", "truth")
    fit.line(GRID[:, 0], r.curve, label="fit")
    fit.dots(r.x[:, 0], r.y, "black", ".")
    left.frame("what is left over", "x", legend=names | {"handletextpad": 0.1, "columnspacing": 0.8}, **limits)
    left.level(0, width=1)
    left.dots(r.x[:, 0], r.y - r.fitted, "orange", "s", "fitted", size=3)
    left.dots(r.x[:, 0], r.y - r.left_out, "purple", "^", "left out", size=4)
    limits = {"xlim": (1e-8, 10), "ylim": (3e-3, 30)}
    errors.frame("mean squared error", "penalty", log="xy", legend="upper center", **limits)
    for name, (color, style, marker) in LOOKS.items():
        errors.line(PENALTIES, r.paths[name], color, style, name)
        errors.dots([r.penalty], [r.errors[name]], color, marker)
    errors.upright(r.penalty)


def sentence(r: RidgeFit) -> str:
    """Say how well the fit does, and what leave-one-out would choose."""
    train, loo, test = r.errors.values()
    return (
        f"Leave-one-out chooses the penalty {r.loo_choice:.1g}, where the test error is {r.price:.2f} times the "
        f"smallest. This fit has {r.degrees_of_freedom:.1f} effective degrees of freedom for {len(r.y)} points, and "
        f"the errors {train:.2g} (training), {loo:.2g} (leave-one-out) and {test:.2g} (test)."
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
    more=("kernel", "n"),
    pairs=(("kernel", "penalty"),),
)
