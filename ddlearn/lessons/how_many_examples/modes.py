"""What n examples buy: each mode of the kernel is learned in part, and the parts add up to n.

Mode i is learned by the share L_i = lambda_i / (lambda_i + kappa). In a pool of N a ridge is part of the spectrum, for
it is a kernel that knows each point from every other: lambda + ridge / N. Its part of the purchase is spent on telling
points apart, and teaches nothing about unseen ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import PALETTE, Choice, Explorer, LiveFigure, Slider, cached
from ddlearn.generalization import measure_learnability
from ddlearn.lessons.how_many_examples import exercises, worlds
from ddlearn.lessons.how_many_examples.curve import Kappa
from ddlearn.lessons.how_many_examples.worlds import PICKS

TRIALS = 4
RIDGE_AT = 12  # where the ridge's bar stands, behind the ten octaves


@dataclass(frozen=True, eq=False)
class Purchase:
    """What n examples of a world of N buy."""

    world: str
    n: int
    L: Tensor  # (N,) share of each mode that is learned, largest eigenvalue first
    burnt: float  # units that the ridge takes
    measured: Tensor  # (trials, 10) the same share at PICKS, from fits
    units: Tensor  # (10,) units of learning that each octave of modes gets
    held: Tensor  # (10,) share of the target that lies in each octave
    missed: Tensor  # (10,) share of the target, as squared error, that is not learned there

    @property
    def mostly(self) -> int:
        """How many modes are learned by more than half."""
        return int((self.L > 0.5).sum())


@cached(128)
def fitted(name: str, n: int, ridge: float, seed: int = 0) -> Tensor:
    """Measured shares of the picked modes, (trials, 10)."""
    here = worlds.world(name)
    generator = compute.generator(seed)
    return measure_learnability(here.K, here.picked, n, trials=TRIALS, generator=generator, ridge=ridge).cpu()


def by_octave(values: Tensor) -> Tensor:
    """Sums over modes 1, 2-3, 4-7, ...  (N,) -> (10,), the last octave as long as N allows."""
    edges = [*PICKS, len(values) + 1]
    return torch.stack([values[a - 1 : b - 1].sum() for a, b in pairwise(edges)]).cpu()


def purchase(
    world: str,
    n: int,
    ridge: float,
    *,
    kappa: Kappa = exercises.kappa,
    progress: Callable[[float, str], object] | None = None,
) -> Purchase:
    """Theory from `kappa`, and beside it the same shares measured on fits to the modes themselves."""
    if progress:
        progress(0.1, "the modes of this world")
    here = worlds.world(world)
    noise_mode = ridge / here.N
    reach = here.lam + noise_mode + float(kappa(here.lam + noise_mode, n))
    L = here.lam / reach
    return Purchase(
        world=world,
        n=n,
        L=L.cpu(),
        burnt=float((noise_mode / reach).sum()),
        measured=fitted(world, n, ridge),
        units=by_octave(L),
        held=by_octave(here.V2) / here.power,
        missed=by_octave((1 - L) ** 2 * here.V2) / here.power,
    )


class ModesFigure(LiveFigure):
    """Three panels over the same modes: shares learned, units spent, and how much of the target is held and missed."""

    size = (9.6, 3.9)

    def layout(self, figure):
        learned, spent, target = figure.subplots(1, 3, width_ratios=(1.25, 1, 1))
        (self.curve,) = learned.plot([], [], "--", color=PALETTE["vermilion"], linewidth=2.4, label="theory")
        self.spread = learned.vlines([], [], [], color=PALETTE["blue"], linewidth=2)
        (self.dots,) = learned.plot([], [], "o", color=PALETTE["blue"], label=f"measured, {TRIALS} trials")
        (self.here,) = learned.plot([], [], ":", color=PALETTE["black"], label="mode number n")
        learned.set(xscale="log", xlim=(0.8, 1100), ylim=(-0.02, 1.32), yticks=[0, 0.25, 0.5, 0.75, 1])
        learned.set(title="share learned", xlabel="mode, largest eigenvalue first")
        learned.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
        learned.minorticks_off()
        learned.grid(True)
        learned.legend(loc="upper right", ncols=2, columnspacing=0.8, handlelength=1.6)
        places = range(len(PICKS))
        self.units = spent.bar(places, [0.0] * len(PICKS), color=PALETTE["sky"])
        self.burnt = spent.bar([RIDGE_AT], [0.0], color=PALETTE["grey"], hatch="//", edgecolor="white")[0]
        spent.set(title="units spent", ylim=(0, 1))
        self.total = spent.text(0.03, 0.93, "", transform=spent.transAxes)
        spent.set_xticks([0, 3, 6, 9, RIDGE_AT], ["1", "8", "64", "512", "ridge"])
        self.spent = spent
        self.held = target.bar(places, [0.0] * len(PICKS), color=PALETTE["orange"], alpha=0.45, label="held")
        self.missed = target.bar(places, [0.0] * len(PICKS), width=0.45, color=PALETTE["black"], label="missed")
        target.set(title="share of the target", ylim=(0, 0.62), yticks=[0, 0.2, 0.4, 0.6])
        target.set_yticklabels(["0", "20 %", "40 %", "60 %"])
        target.set_xticks([0, 3, 6, 9], ["1", "8", "64", "512"])
        target.legend(loc="upper right", ncols=2, columnspacing=0.8)
        for axes in (spent, target):
            axes.set_xlabel("modes from ... on")

    def draw(self, result: Purchase):
        self.curve.set_data(range(1, len(result.L) + 1), result.L)
        self.dots.set_data(PICKS, result.measured.mean(0))
        ranges = zip(PICKS, result.measured.amin(0), result.measured.amax(0), strict=True)
        self.spread.set_segments([[(mode, float(low)), (mode, float(high))] for mode, low, high in ranges])
        self.here.set_data([result.n] * 2, [0, 1])
        for bars, heights in ((self.units, result.units), (self.held, result.held), (self.missed, result.missed)):
            for bar, height in zip(bars, heights.tolist(), strict=True):
                bar.set_height(height)
        self.burnt.set_height(result.burnt)
        self.spent.set_ylim(0, 1.25 * max(float(result.units.max()), result.burnt))
        self.total.set_text(f"all bars: {float(result.units.sum()) + result.burnt:.4g}")

    def describe(self, result: Purchase) -> str:
        apart = float((result.measured.mean(0) - result.L[torch.tensor(PICKS) - 1]).abs().max())
        on_ridge = f" and {result.burnt:.3g} on the ridge" if result.burnt >= 0.05 else ""
        mostly = "1 mode is" if result.mostly == 1 else f"{result.mostly} modes are"
        most = int(result.held.argmax())
        return (
            f"{result.n} examples buy {float(result.units.sum()) + result.burnt:.4g} units of learning: "
            f"{float(result.units.sum()):.4g} spent on modes{on_ridge}. {mostly} learned by more than half; "
            f"measured shares lie within {apart:.2f} of the theory. The octave from mode {PICKS[most]} holds the "
            f"most of the target, {100 * result.held[most]:.0f} %; {100 * result.missed.sum():.0f} % is missed in all."
        )


def explorer() -> Explorer:
    """The explorer of modes, fresh."""
    return Explorer(
        name="modes",
        title="The conservation law: n examples buy n units of learning",
        controls=(
            Slider("n", "Examples", 5, 500, 80, log=True, whole=True),
            Choice("world", "World", worlds.WORLDS, worlds.TEN),
            Slider("ridge", "Ridge", 1e-4, 10.0, 1e-4, log=True),
        ),
        compute=purchase,
        figure=ModesFigure,
        uses=("kappa",),
    )
