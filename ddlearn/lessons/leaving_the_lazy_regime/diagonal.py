"""The diagonal explorer: from lazy to rich in a model that is solved, descent laid over the closed form."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import PALETTE, Choice, Explorer, LiveFigure, Slider, cached
from ddlearn.classroom.wording import brief, say
from ddlearn.diagonal_networks import Step, descend, flow_limit, least_l1, least_l2
from ddlearn.lessons.leaving_the_lazy_regime import exercises

INPUTS, NONZERO = 100, 5
TRUTHS = ("5 of 100 weights", "all 100 weights")
EXAMPLES = ("20", "40", "60")
LOWEST, HIGHEST = 1e-3, 10.0
ALONG = torch.logspace(-3, 1, 33, dtype=torch.float64)
TRIED = (0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 3.0)  # below the first, descent takes too long for a lesson


@dataclass(frozen=True)
class Problem:
    """Examples to fit: equal if its numbers and the step are, whoever watches it."""

    truth: str
    n: int
    seed: int
    step: Step = exercises.diagonal_step


@dataclass(frozen=True, eq=False)
class Solutions:
    """The weights w that generated the labels (d,), and all that is compared with them. Errors are |w - w*|^2."""

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
    error: float
    norm: float  # sum of |w_i|


@cached(32)
def problem(truth: str, n: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """n Gaussian examples of d inputs, their labels without noise, and the weights that made them, of length 1."""
    generator = compute.generator(seed)
    X = torch.randn(n, INPUTS, generator=generator, dtype=torch.float64)
    if truth == TRUTHS[0]:
        w = torch.zeros(INPUTS, dtype=torch.float64)
        signs = torch.where(torch.rand(NONZERO, generator=generator, dtype=torch.float32) < 0.5, -1.0, 1.0).double()
        w[:NONZERO] = signs / NONZERO**0.5
    else:
        w = torch.randn(INPUTS, generator=generator, dtype=torch.float64)
        w = w / w.norm()
    return X, X @ w, w


@cached(16)
def solved(which: Problem, progress: Callable[[float, str], object] | None = None) -> Solutions:
    """Descent from every scale tried, the closed form along the whole range, and the two ends."""
    X, y, w = problem(which.truth, which.n, which.seed)

    def error(found: Tensor) -> Tensor:
        return (found - w).square().sum(-1).round(decimals=9)  # what is rounding reads 0

    report = None
    if progress is not None:

        def report(fraction: float, words: str) -> None:
            progress(min(1.0, 4 * fraction), words)

    ends = [descend(X, y, alpha, step=which.step, pace=0.1, progress=report) for alpha in TRIED]
    descended = torch.stack([end.w for end in ends])
    limits = torch.stack([flow_limit(X, y, alpha) for alpha in TRIED])
    least = least_l1(X, y)
    return Solutions(
        X=X,
        y=y,
        w=w,
        tried=error(descended),
        missed=float(((descended - limits).norm(dim=1) / limits.norm(dim=1)).max()),
        path=torch.stack([error(flow_limit(X, y, float(alpha))) for alpha in ALONG]),
        l1=error(least),
        l2=error(least_l2(X, y)),
        least=float(least.abs().sum()),
    )


def diagonal(
    alpha: float,
    n: str,
    truth: str,
    seed: int = 0,
    *,
    diagonal_step: Step = exercises.diagonal_step,
    progress: Callable[[float, str], object] | None = None,
) -> Diagonal:
    """Where flow from u = v = alpha ends, among n examples, and where the learner's own steps end."""
    solutions = solved(Problem(truth, int(n), seed, diagonal_step), progress=progress)
    found = flow_limit(solutions.X, solutions.y, alpha)
    return Diagonal(solutions, alpha, found, float((found - solutions.w).square().sum()), float(found.abs().sum()))


class DiagonalFigure(LiveFigure):
    size = (9.8, 4.0)
    prediction = staticmethod(lambda: None)

    def layout(self, figure):
        from matplotlib.collections import LineCollection

        weights, errors = figure.subplots(1, 2, width_ratios=(1.25, 1))
        weights.axhline(0, color=PALETTE["grey"], linewidth=1)
        self.stems = weights.add_collection(LineCollection([], colors=PALETTE["blue"], linewidths=2.0), autolim=False)
        (self.found,) = weights.plot([], [], ".", color=PALETTE["blue"], markersize=5, label="found")
        (self.truth,) = weights.plot([], [], "o", color=PALETTE["vermilion"], fillstyle="none", label="true")
        weights.set(xlim=(0, INPUTS + 1), ylim=(-0.75, 0.75), xlabel="weight", title="the hundred weights")
        weights.legend(loc="lower right", ncols=2)
        (self.path,) = errors.plot([], [], "--", color=PALETTE["vermilion"], label="closed form")
        (self.tried,) = errors.plot([], [], "o", color=PALETTE["blue"], label="descent")
        (self.l1,) = errors.plot([], [], ":", color=PALETTE["green"], label="least l1 norm")
        (self.l2,) = errors.plot([], [], "-.", color=PALETTE["purple"], label="least l2 norm")
        (self.dot,) = errors.plot([], [], "D", color=PALETTE["black"], markersize=9, fillstyle="none")
        errors.set(xscale="log", xlim=(LOWEST / 1.3, HIGHEST * 1.3), ylim=(-0.04, 1.7), xlabel="scale of the start")
        errors.set(title="squared error  (◇ this scale)")
        errors.legend(loc="upper left", ncols=2, columnspacing=1.0)

    def draw(self, result: Diagonal):
        s = result.solutions
        place = range(1, INPUTS + 1)
        self.stems.set_segments([[(i, 0), (i, value)] for i, value in zip(place, result.found.tolist(), strict=True)])
        self.found.set_data(place, result.found)
        self.truth.set_data([i for i in place if s.w[i - 1] != 0], s.w[s.w != 0])
        self.path.set_data(ALONG, s.path)
        self.tried.set_data(TRIED, s.tried)
        ends = [LOWEST / 1.3, HIGHEST * 1.3]
        self.l1.set_data(ends, [s.l1] * 2)
        self.l2.set_data(ends, [s.l2] * 2)
        self.dot.set_data([result.alpha], [result.error])

    def describe(self, result: Diagonal) -> str:
        s, guess = result.solutions, self.prediction()
        said = ""
        if guess is not None:
            ends = f"the smallest start ends at {say(s.path[0], 2)}, the largest at {say(s.path[-1], 2)}"
            said = f" You said: {guess.partition(':')[0]}; {ends}."
        return (
            f"{len(s.y)} examples, start of scale {brief(result.alpha)}: squared error {say(result.error, 2)}, and the "
            f"weights’ absolute values add up to {say(result.norm, 3)}; the least that fits is {say(s.least, 3)}. "
            f"Error of the least l1 norm {say(s.l1, 2)}, of the least l2 norm {say(s.l2, 2)}. Descent misses the "
            f"closed form by {max(0.1, 100 * s.missed):.1f} % at most.{said}"
        )


def explorer() -> Explorer:
    """The diagonal explorer, fresh."""
    return Explorer(
        name="diagonal",
        title="Lazy to rich, solved: weights that are products",
        controls=(
            Slider("alpha", "Scale of the start", LOWEST, HIGHEST, 1.0, log=True),
            Choice("n", "Examples", EXAMPLES, "40"),
            Choice("truth", "The truth uses", TRUTHS, TRUTHS[0]),
        ),
        compute=diagonal,
        figure=DiagonalFigure,
        uses=("diagonal_step",),
    )
