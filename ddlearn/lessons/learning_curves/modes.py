"""What n examples buy: each mode of the kernel is learned in part, and the parts add up to n.

Mode i is learned by the share L_i = lambda_i / (lambda_i + kappa). In a pool of N a ridge is part of the spectrum, for
it is a kernel that knows each point from every other: lambda + ridge / N. Its part of the purchase is spent on telling
points apart, and teaches nothing about unseen ones.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.generalization import measure_learnability
from ddlearn.lessons.learning_curves import exercises, shared
from ddlearn.lessons.learning_curves.curve import Kappa
from ddlearn.lessons.learning_curves.shared import PICKS

UNITS, TARGET = RIGHT = ("units of learning", "the target")
TRIALS = 4
RIDGE_AT = 12  # where the ridge's bar stands, behind the ten octaves


@dataclass(frozen=True, eq=False)
class Purchase:
    """What n examples of a world of N buy."""

    n: int
    L: Tensor  # (N,) share of each mode that is learned, largest eigenvalue first
    burnt: float  # units that the ridge takes
    measured: Tensor  # (trials, 10) the same share at PICKS, from fits
    units: Tensor  # (10,) units of learning that each octave of modes gets
    held: Tensor  # (10,) share of the target that lies in each octave
    missed: Tensor  # (10,) share of the target, as squared error, that is not learned there
    right: str  # what the right panel shows

    @property
    def bought(self) -> float:
        """Return all units, those of the ridge among them."""
        return float(self.units.sum()) + self.burnt


@cached(128)
def fitted(name: str, n: int, ridge: float) -> Tensor:
    """Measure the shares of the picked modes, (trials, 10)."""
    here = shared.world(name)
    generator = compute.generator(0)
    return measure_learnability(here.K, here.picked, n, trials=TRIALS, generator=generator, ridge=ridge).cpu()


def by_octave(values: Tensor) -> Tensor:
    """Return the sums over modes 1, 2-3, 4-7, ...  (N,) -> (10,), the last octave as long as N allows."""
    edges = [*PICKS, len(values) + 1]
    return torch.stack([values[a - 1 : b - 1].sum() for a, b in pairwise(edges)]).cpu()


def purchase(
    world: str,
    n: int,
    right: str,
    ridge: float,
    *,
    kappa: Kappa = exercises.kappa,
    progress: compute.Progress = lambda share, words: None,
) -> Purchase:
    """Theory from `kappa`, and beside it the same shares measured on fits to the modes themselves."""
    progress(0.1, "the modes of this world")
    here = shared.world(world)
    noise_mode = ridge / here.N
    reach = here.lam + noise_mode + float(kappa(here.lam + noise_mode, n))
    L = here.lam / reach
    return Purchase(
        n=n,
        L=L.cpu(),
        burnt=float((noise_mode / reach).sum()),
        measured=fitted(world, n, ridge),
        units=by_octave(L),
        held=by_octave(here.V2) / here.power,
        missed=by_octave((1 - L) ** 2 * here.V2) / here.power,
        right=right,
    )


def picture(fig, r: Purchase) -> None:
    """Draw the shares learned, and over the same modes the units spent or how much of the target is held and left."""
    learned, sums = fig.row(1.1, 1)
    learned.frame(
        "share learned",
        "mode, largest eigenvalue first",
        xlim=(0.8, 1100),
        ylim=(-0.02, 1.32),
        log="x",
        xticks={1: "1", 10: "10", 100: "100", 1000: "1000"},
        yticks=(0, 0.25, 0.5, 0.75, 1),
        legend={"loc": "upper right", "ncols": 2, "columnspacing": 0.8, "handlelength": 1.6},
        grid=True,
    )
    learned.line(range(1, len(r.L) + 1), r.L, "vermilion", "--", "theory", width=2.4)
    learned.vlines(PICKS, r.measured.amin(0), r.measured.amax(0))
    learned.dots(PICKS, r.measured.mean(0), label=f"measured, {TRIALS} trials")
    learned.line([r.n] * 2, [0, 1], "black", ":", "mode number n")

    octaves, ticks = range(len(PICKS)), {0: "1", 3: "8", 6: "64", 9: "512"}
    if r.right == UNITS:
        highest = 1.25 * max(float(r.units.max()), r.burnt)
        sums.frame("units of learning", "modes from ... on", ylim=(0, highest), xticks={**ticks, RIDGE_AT: "ridge"})
        sums.bars(octaves, r.units, "sky")
        sums.bars([RIDGE_AT], [r.burnt], "grey", hatch="//", edgecolor="white")
        sums.text(0.03, 0.93, f"all bars: {r.bought:.4g}", inside=True)
    else:
        sums.frame(
            "share of the squared target",
            "modes from ... on",
            ylim=(0, 0.62),
            xticks=ticks,
            yticks={0: "0", 0.2: "20 %", 0.4: "40 %", 0.6: "60 %"},
            legend={"loc": "upper right", "ncols": 2, "columnspacing": 0.8},
        )
        sums.bars(octaves, r.held, "orange", "in the target", alpha=0.45)
        sums.bars(octaves, r.missed, "black", "not learned", width=0.45)


def sentence(r: Purchase) -> str:
    """Say what the examples bought, what is not learned, and how far the measured shares are from theory."""
    apart = float((r.measured.mean(0) - r.L[torch.tensor(PICKS) - 1]).abs().max())
    on_ridge = f" and {r.burnt:.3g} on the ridge" if r.burnt >= 0.05 else ""
    mostly, worst = int((r.L > 0.5).sum()), int(r.missed.argmax())
    of_target = f"modes from {PICKS[worst]} on hold most of it, {100 * r.missed[worst]:.2g} %"
    return (
        f"{r.n} examples buy {r.bought:.4g} units: {float(r.units.sum()):.4g} are spent on modes{on_ridge}. "
        f"{mostly} {'mode is' if mostly == 1 else 'modes are'} learned by more than half. Of the squared target "
        f"{100 * r.missed.sum():.0f} % is not learned; {of_target}. Measured shares are within {apart:.2f} of theory."
    )


explorer = Explorer(
    "modes",
    "n examples buy n units of learning",
    controls=(
        Slider("n", "Examples", 5, 500, 80, log=True, whole=True),
        Choice("world", "Pool", shared.WORLDS, shared.TEN),
        Choice("right", "Right panel", RIGHT, UNITS),
        Slider("ridge", "Ridge", 1e-4, 10.0, 1e-4, log=True),
    ),
    compute=purchase,
    picture=picture,
    sentence=sentence,
    uses=("kappa",),
    size=(9.4, 3.9),
    more=("ridge",),
    pairs=(("n", "right"), ("n", "world")),
)
