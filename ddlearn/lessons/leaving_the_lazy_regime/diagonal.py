"""A diagonal net: from lazy to rich in a model that is solved, descent laid over the closed form.

Its weights are w = alpha (u^2 - v^2) from u = v = 1: an output scale alpha. `diagonal_networks` has the same weights as
u^2 - v^2 from u = v = sqrt(alpha), the size of the start.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import brief, say
from ddlearn.diagonal_networks import Step, descend, flow_limit, least_l1, least_l2
from ddlearn.lessons.leaving_the_lazy_regime.exercises import diagonal_step

INPUTS, NONZERO = 100, 5
TRUTHS = ("5 of 100 coefficients", "all 100 coefficients")
LOWEST, HIGHEST = 1e-6, 100.0
ALONG = torch.logspace(-6, 2, 33, dtype=torch.float64).tolist()
TRIED = (0.01, 0.0225, 0.04, 0.09, 0.25, 1.0, 9.0)  # below the first, descent takes too long for a lesson


@dataclass(frozen=True, eq=False)
class Diagonal:
    """Squared errors of all ways to fit the labels that the weights w (d,) made, and what is found at one scale."""

    tried: Tensor  # (T,) where descent ended from the scales TRIED
    missed: float  # largest relative distance of these ends from the closed form
    path: Tensor  # (33,) of the closed form along ALONG
    l1: Tensor  # () of the weights of least l1 norm
    l2: Tensor
    least: float  # that l1 norm
    w: Tensor
    n: str
    alpha: float
    found: Tensor  # (d,) the closed form
    error: float


@cached(32)
def problem(truth: str, n: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Draw n Gaussian examples of d inputs, their labels without noise, and the weights that made them, of length 1."""
    generator = compute.generator(seed)
    X = torch.randn(n, INPUTS, generator=generator, dtype=torch.float64)
    if truth == TRUTHS[0]:
        w = torch.zeros(INPUTS, dtype=torch.float64)
        w[:NONZERO] = torch.where(torch.rand(NONZERO, generator=generator, dtype=torch.float32) < 0.5, -1.0, 1.0)
    else:
        w = torch.randn(INPUTS, generator=generator, dtype=torch.float64)
    w = torch.nn.functional.normalize(w, dim=0)
    return X, X @ w, w


@cached(16)
def solved(truth: str, n: int, step: Step, progress: compute.Progress | None = None) -> tuple[Tensor | float, ...]:
    """Descend from every scale tried, and find all that is compared with it: the first six of a `Diagonal`."""
    X, y, w = problem(truth, n, 0)

    def error(found: Tensor) -> Tensor:
        return (found - w).square().sum(-1).round(decimals=9)  # what is rounding reads 0

    part = compute.part(progress, 0, 4)  # no descent takes more than a quarter of the steps that it may
    ends = torch.stack([descend(X, y, alpha**0.5, step=step, pace=0.1, progress=part).w for alpha in TRIED])
    limits, path = (torch.stack([flow_limit(X, y, alpha**0.5) for alpha in alphas]) for alphas in (TRIED, ALONG))
    missed = float(((ends - limits).norm(dim=1) / limits.norm(dim=1)).max())
    least = least_l1(X, y)
    return error(ends), missed, error(path), error(least), error(least_l2(X, y)), float(least.abs().sum())


def diagonal(
    alpha: float, n: str, truth: str, *, diagonal_step: Step = diagonal_step, progress: compute.Progress | None = None
) -> Diagonal:
    """Find where flow at output scale alpha ends, among n examples, and where the learner's own steps end."""
    X, y, w = problem(truth, int(n), 0)
    found = flow_limit(X, y, alpha**0.5)
    error = float((found - w).square().sum())
    return Diagonal(*solved(truth, int(n), diagonal_step, progress=progress), w, n, alpha, found, error)


def picture(fig, r: Diagonal) -> None:
    """Draw the weights found and the true ones, and the error against the scale of the start."""
    weights, errors = fig.row(1.25, 1)
    limits, names = {"xlim": (0, INPUTS + 1), "ylim": (-0.75, 0.75)}, {"loc": "lower right", "ncols": 2}
    weights.frame("the hundred coefficients", "coefficient", legend=names, **limits)
    weights.level(0, width=1)
    place = torch.arange(1, INPUTS + 1)
    weights.vlines(place, 0, r.found)
    weights.dots(place, r.found, "blue", ".", "found", size=5)
    weights.dots(place[r.w != 0], r.w[r.w != 0], "vermilion", "o", "true", filled=False)
    limits = {"xlim": (LOWEST / 1.3, HIGHEST * 1.3), "ylim": (-0.04, 1.7)}
    names = {"loc": "upper left", "ncols": 2, "columnspacing": 1.0}
    errors.frame("squared error  (◇ this scale)", "output scale α", log="x", legend=names, **limits)
    errors.line(ALONG, r.path, "vermilion", "--", "closed form")
    errors.dots(TRIED, r.tried, "blue", "o", "descent")
    errors.level(r.l1, "green", ":", "smallest l1 norm")
    errors.level(r.l2, "purple", "-.", "smallest l2 norm")
    errors.dots([r.alpha], [r.error], "black", "D", size=9, filled=False)


def sentence(r: Diagonal) -> str:
    """Say how good the weights found are, beside those of smallest norm."""
    better = "smallest l1" if r.l1 < r.l2 else "smallest l2"
    return (
        f"At output scale {brief(r.alpha)} the squared error of the coefficients is {say(r.error, 2)}. The fit of the "
        f"{better} norm has {say(min(r.l1, r.l2), 2)}, the other {say(max(r.l1, r.l2), 2)}. The absolute values found "
        f"from {r.n} examples add up to {say(r.found.abs().sum(), 3)}; no fit has less than {say(r.least, 3)}. "
        f"Descent differs from the closed form by {max(0.1, 100 * r.missed):.1f} % at most."
    )


explorer = Explorer(
    "diagonal",
    "A solved model: which of all fits is found?",
    controls=(
        Slider("alpha", "Output scale α", LOWEST, HIGHEST, HIGHEST, log=True),
        Choice("n", "Examples", ("20", "40", "60"), "40"),
        Choice("truth", "The target uses", TRUTHS, TRUTHS[0]),
    ),
    compute=diagonal,
    picture=picture,
    sentence=sentence,
    uses=("diagonal_step",),
    size=(9.8, 4.0),
    pairs=(("alpha", "truth"), ("alpha", "n")),
)
