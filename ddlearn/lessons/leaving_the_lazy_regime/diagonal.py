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
from ddlearn.lessons.leaving_the_lazy_regime import exercises

INPUTS, NONZERO = 100, 5
TRUTHS = ("5 of 100 weights", "all 100 weights")
EXAMPLES = ("20", "40", "60")
LOWEST, HIGHEST = 1e-6, 100.0
ALONG = torch.logspace(-6, 2, 33, dtype=torch.float64)
TRIED = (0.01, 0.0225, 0.04, 0.09, 0.25, 1.0, 9.0)  # below the first, descent takes too long for a lesson


@dataclass(frozen=True, eq=False)
class Solutions:
    """The problem, whose labels the weights w (d,) generated, and all that is compared with them."""

    X: Tensor
    y: Tensor
    w: Tensor
    tried: Tensor  # (T,) errors where descent ended from the scales TRIED
    missed: float  # largest relative distance of these ends from the closed form
    path: Tensor  # (33,) errors of the closed form along ALONG
    l1: Tensor  # () error of the weights of least l1 norm
    l2: Tensor
    least: float  # that l1 norm


@dataclass(frozen=True, eq=False)
class Diagonal:
    """The closed form at one scale, beside all of the solutions."""

    solutions: Solutions
    alpha: float
    found: Tensor  # (d,)

    @property
    def error(self) -> float:
        return float((self.found - self.solutions.w).square().sum())


@cached(32)
def problem(truth: str, n: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Draw n Gaussian examples of d inputs, their labels without noise, and the weights that made them, of length 1."""
    generator = compute.generator(seed)
    X = torch.randn(n, INPUTS, generator=generator, dtype=torch.float64)
    if truth == TRUTHS[0]:
        w = torch.zeros(INPUTS, dtype=torch.float64)
        signs = torch.where(torch.rand(NONZERO, generator=generator, dtype=torch.float32) < 0.5, -1.0, 1.0).double()
        w[:NONZERO] = signs / NONZERO**0.5
    else:
        w = torch.nn.functional.normalize(torch.randn(INPUTS, generator=generator, dtype=torch.float64), dim=0)
    return X, X @ w, w


@cached(16)
def solved(
    truth: str, n: int, seed: int, step: Step = exercises.diagonal_step, progress: compute.Progress | None = None
) -> Solutions:
    """Descend from every scale tried, and find the closed form along the whole range, and the two ends."""
    X, y, w = problem(truth, n, seed)

    def error(found: Tensor) -> Tensor:
        return (found - w).square().sum(-1).round(decimals=9)  # what is rounding reads 0

    def report(fraction: float, words: str) -> None:
        if progress:
            progress(min(1.0, 4 * fraction), words)

    ends = [descend(X, y, alpha**0.5, step=step, pace=0.1, progress=report) for alpha in TRIED]
    descended = torch.stack([end.w for end in ends])
    limits, path = (
        torch.stack([flow_limit(X, y, float(alpha) ** 0.5) for alpha in alphas]) for alphas in (TRIED, ALONG)
    )
    least = least_l1(X, y)
    return Solutions(
        X=X,
        y=y,
        w=w,
        tried=error(descended),
        missed=float(((descended - limits).norm(dim=1) / limits.norm(dim=1)).max()),
        path=error(path),
        l1=error(least),
        l2=error(least_l2(X, y)),
        least=float(least.abs().sum()),
    )


def diagonal(
    alpha: float,
    n: str,
    truth: str,
    *,
    diagonal_step: Step = exercises.diagonal_step,
    progress: compute.Progress | None = None,
) -> Diagonal:
    """Find where flow at output scale alpha ends, among n examples, and where the learner's own steps end."""
    solutions = solved(truth, int(n), 0, diagonal_step, progress=progress)
    return Diagonal(solutions, alpha, flow_limit(solutions.X, solutions.y, alpha**0.5))


def picture(fig, r: Diagonal) -> None:
    """Draw the weights found and the true ones, and the error against the scale of the start."""
    weights, errors = fig.row(1.25, 1)
    s, place = r.solutions, torch.arange(1, INPUTS + 1)
    names = {"loc": "lower right", "ncols": 2}
    weights.frame("the hundred weights", "weight", xlim=(0, INPUTS + 1), ylim=(-0.75, 0.75), legend=names)
    weights.level(0, width=1)
    weights.vlines(place, 0, r.found)
    weights.dots(place, r.found, "blue", ".", "found", size=5)
    weights.dots(place[s.w != 0], s.w[s.w != 0], "vermilion", "o", "true", filled=False)
    look = {"xlim": (LOWEST / 1.3, HIGHEST * 1.3), "ylim": (-0.04, 1.7), "log": "x"}
    names = {"loc": "upper left", "ncols": 2, "columnspacing": 1.0}
    errors.frame("squared error  (◇ this scale)", "output scale α", **look, legend=names)
    errors.line(ALONG, s.path, "vermilion", "--", "closed form")
    errors.dots(TRIED, s.tried, "blue", "o", "descent")
    errors.level(s.l1, "green", ":", "smallest l1 norm")
    errors.level(s.l2, "purple", "-.", "smallest l2 norm")
    errors.dots([r.alpha], [r.error], "black", "D", size=9, filled=False)


def sentence(r: Diagonal) -> str:
    """Say how good the weights found are, beside those of smallest norm."""
    s = r.solutions
    better = "smallest l1" if s.l1 < s.l2 else "smallest l2"
    return (
        f"At output scale {brief(r.alpha)} the squared error of the weights is {say(r.error, 2)}. The fit of the "
        f"{better} norm has {say(min(s.l1, s.l2), 2)}, the other {say(max(s.l1, s.l2), 2)}. The absolute weights found "
        f"from {len(s.y)} examples add up to {say(r.found.abs().sum(), 3)}; no fit has less than {say(s.least, 3)}. "
        f"Descent differs from the closed form by {max(0.1, 100 * s.missed):.1f} % at most."
    )


explorer = Explorer(
    "diagonal",
    "A solved model: which of all fits is found?",
    controls=(
        Slider("alpha", "Output scale α", LOWEST, HIGHEST, HIGHEST, log=True),
        Choice("n", "Examples", EXAMPLES, "40"),
        Choice("truth", "The target uses", TRUTHS, TRUTHS[0]),
    ),
    compute=diagonal,
    picture=picture,
    sentence=sentence,
    uses=("diagonal_step",),
    size=(9.8, 4.0),
    pairs=(("alpha", "truth"), ("alpha", "n")),
)
