"""The line that no kernel's average crosses: mean error over all parities of a size, exactly, on a small cube.

Every predictor of a kernel machine with n examples lies in the span of its n kernel functions. Parities of k out of d
coordinates are C(d, k) orthogonal targets, and n dimensions cannot hold more than n of them: 1 - n/C(d, k) is left on
average over the targets, whatever the kernel, if kernel and points are the same for all targets. Here d is 10, and the
error is the mean over all 1,024 points, so nothing is left to chance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from ddlearn import compute, kernels, parities
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, cached
from ddlearn.lessons.learned_embeddings import exercises
from ddlearn.lessons.learned_embeddings.race import limit_kernel
from ddlearn.ridge import ridge

D = 10
MOST = 240  # examples
COUNTS = (1, 15, 30, 45, 60, 80, 100, 120, 150, 180, 210, 240)
PENALTY = 1e-10
TOP = 3.4  # of the error axis
ASKED = (3, 60)  # coordinates and examples of the prediction
TRUTH = parities.any_kernel_bound(D, *ASKED)

Oracle = Callable[[Tensor, Tensor, int], Tensor]
Kernel = Callable[[Tensor, Tensor, int], Tensor]

KERNELS: dict[str, Kernel] = {
    "Gaussian, narrow": lambda x, x2, k: kernels.rbf(x, x2, width=0.35 * D**0.5),
    "Gaussian, wide": lambda x, x2, k: kernels.rbf(x, x2, width=D**0.5),
    "polynomial of degree k": lambda x, x2, k: kernels.polynomial(x / D**0.5, x2 / D**0.5, degree=k),
    "infinitely many random units": lambda x, x2, k: limit_kernel(x, x2),
    "one that knows the subset": lambda x, x2, k: torch.outer(target(x, k), target(x2, k)),
}


@dataclass(frozen=True)
class Bound:
    """Test errors of one kernel for every parity, against the number of examples; and those at one number."""

    kernel: str
    k: int
    counts: Tensor  # (c,)
    mean: Tensor  # (c,) over all N parities
    least: Tensor  # (c,)
    oracle: Tensor  # (c,) mean over all N parities of the oracle kernel
    n: int
    errors: Tensor  # (N,) of every parity at n, in order of size
    line_here: float

    @property
    def below(self) -> int:
        """How many parities this kernel learns better than the line allows on average."""
        return int((self.errors < self.line_here - 1e-9).sum())


def target(x: Tensor, k: int) -> Tensor:
    """The parity of the first k coordinates, (n,)."""
    return parities.parity(x, range(k))


def cube() -> Tensor:
    """All points of {-1, +1}^10, (1024, 10)."""
    return torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=torch.float64)] * D)


def examples(seed: int) -> Tensor:
    """Rows of `MOST` points of the cube at random, no two equal or opposite: for the oracle these would be the same."""
    generator = compute.generator(seed)
    rows = torch.randperm(2 ** (D - 1), generator=generator)[:MOST]
    opposite = torch.randint(0, 2, (MOST,), generator=generator) == 1
    return torch.where(opposite, 2**D - 1 - rows, rows)  # rows count in binary, so opposite points mirror each other


@cached(3)
def targets(k: int) -> Tensor:
    """Every parity of k coordinates at every point of the cube, (1024, C(10, k))."""
    return exercises.products(cube(), list(combinations(range(D), k)))


def errors_of(K: Tensor, rows: Tensor, k: int) -> Tensor:
    """Mean squared error over the whole cube, for every parity as the target, from examples at some rows.  -> (N,)

    K (1024, n) is the kernel of all points of the cube with the examples.
    """
    size = K[rows].diagonal().mean()
    gram = K[rows] / size
    alpha = ridge((gram + gram.T) / 2, targets(k)[rows], PENALTY)
    return (K / size @ alpha - targets(k)).square().mean(0)


@cached(32)
def curve(kernel: Kernel, k: int, seed: int) -> tuple[Tensor, Tensor]:
    """Mean and least error over all parities at every count, (c,) each."""
    rows = examples(seed)
    K = kernel(cube(), cube()[rows], k)
    errors = [errors_of(K[:, :n], rows[:n], k) for n in COUNTS]
    return torch.stack([e.mean() for e in errors]), torch.stack([e.min() for e in errors])


def bound(which: str, k: str, n: int, seed: int = 0, *, oracle_kernel: Oracle = exercises.oracle_kernel) -> Bound:
    """One kernel against the line, with the oracle beside it."""
    size, kernel, rows = int(k), KERNELS[which], examples(seed)[:n]
    mean, least = curve(kernel, size, seed)
    return Bound(
        kernel=which,
        k=size,
        counts=torch.tensor(COUNTS, dtype=torch.float64),
        mean=mean,
        least=least,
        oracle=curve(oracle_kernel, size, seed)[0],
        n=n,
        errors=errors_of(kernel(cube(), cube()[rows], size), rows, size).sort().values,
        line_here=parities.any_kernel_bound(D, size, n),
    )


class BoundFigure(ArtistFigure):
    """Left: mean error against examples, over the line. Right: the error of every single parity at this n."""

    size = (9.4, 4.2)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)

    def layout(self, figure):
        curve, single = figure.subplots(1, 2, width_ratios=(1.25, 1))
        self.forbidden = curve.fill_between([0, MOST], [0, 0], color=PALETTE["grey"], alpha=0.25, linewidth=0)
        (self.line,) = curve.plot(
            [], [], color=PALETTE["black"], linewidth=2.5, label="1 − n/N: no kernel averages less"
        )
        (self.oracle,) = curve.plot([], [], "o", mfc="none", color=PALETTE["green"], label="oracle kernel, mean")
        (self.mean,) = curve.plot([], [], "s-", color=PALETTE["orange"], markersize=4, label="this kernel, mean")
        (self.least,) = curve.plot([], [], ":", color=PALETTE["purple"], label="this kernel, its best parity")
        (self.guess,) = curve.plot([], [], "X", color=PALETTE["vermilion"], markersize=10)
        self.said = curve.text(0, 0, "", color=PALETTE["vermilion"], va="center")
        self.said.set_bbox({"color": "white", "pad": 1.5, "alpha": 0.9})
        (self.here,) = curve.plot([], [], color=PALETTE["blue"], linestyle="-.", linewidth=1.2)
        curve.set(xlim=(0, MOST + 6), ylim=(-0.03, TOP), xlabel="examples n", ylabel="mean squared error")
        curve.set_title("mean over all parities of this size")
        curve.legend(loc="upper right")
        (self.each,) = single.plot([], [], "s", color=PALETTE["orange"], markersize=3, label="each parity")
        (self.under,) = single.plot([], [], "D", color=PALETTE["purple"], markersize=7, label="below the line")
        (self.average,) = single.plot([0, 1], [0, 0], "--", color=PALETTE["orange"], linewidth=1.6, label="their mean")
        (self.limit,) = single.plot([0, 1], [0, 0], color=PALETTE["black"], linewidth=2.5, label="1 − n/N")
        single.set(xlim=(-0.03, 1.03), ylim=(-0.03, TOP), xticks=[])
        single.tick_params(labelleft=False)
        single.set(xlabel="easiest to hardest", title="one by one, at this n")
        single.legend(loc="upper left", ncols=2)

    def draw(self, result: Bound):
        counts = result.counts.tolist()
        n = torch.linspace(0, MOST, MOST + 1, dtype=torch.float32)
        line = torch.tensor([parities.any_kernel_bound(D, result.k, int(count)) for count in n], dtype=torch.float32)
        self.forbidden.set_data(n, line, torch.zeros_like(line))
        self.line.set_data(n, line)
        self.oracle.set_data(counts, result.oracle)
        self.mean.set_data(counts, result.mean.clamp(max=TOP))
        self.least.set_data(counts, result.least.clamp(max=TOP))
        self.here.set_data([result.n] * 2, [0, TOP])
        guess = self.prediction()
        asked = guess is not None and result.k == ASKED[0]
        self.guess.set_data(*([ASKED[1]], [guess]) if asked else ([], []))
        self.said.set(position=(ASKED[1] + 6, guess or 0), text="you said", visible=asked)
        place = torch.linspace(0, 1, len(result.errors), dtype=torch.float32)
        under = result.errors < result.line_here - 1e-9
        self.each.set_data(place[~under], result.errors[~under].clamp(max=TOP))
        self.under.set_data(place[under], result.errors[under])
        self.average.set_ydata([min(float(result.errors.mean()), TOP)] * 2)
        self.limit.set_ydata([result.line_here] * 2)

    def describe(self, result: Bound) -> str:
        N = len(result.errors)
        guess = self.prediction()
        asked = guess is not None and result.k == ASKED[0]
        said = f" You said {guess:.2f} at {ASKED[1]}; it is {TRUTH:.2f}." if asked else ""
        return (
            f"{result.n} examples, {N} parities of {result.k} out of {D} coordinates: averaged over them, no kernel’s "
            f"error is below {result.line_here:.3f}. The kernel “{result.kernel}” averages "
            f"{float(result.errors.mean()):.3f}: its best parity {float(result.errors[0]):.3f}, its worst "
            f"{float(result.errors[-1]):.3f}; {result.below} of {N} are below the line.{said}"
        )


def explorer() -> Explorer:
    """The bound, fresh."""
    return Explorer(
        name="bound",
        title="The line that no kernel’s average crosses",
        controls=(
            Choice("which", "Kernel", tuple(KERNELS), "Gaussian, narrow"),
            Choice("k", "Coordinates in a parity", ("2", "3", "4"), "3"),
            Slider("n", "Examples", 1, MOST, ASKED[1], whole=True),
        ),
        compute=bound,
        figure=BoundFigure,
        uses=("oracle_kernel",),
    )
