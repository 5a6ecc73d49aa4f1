"""What n examples buy: each mode of the kernel is learned in part, and the parts add up to n.

Mode i is learned by the share L_i = lambda_i / (lambda_i + kappa). In a pool of N a ridge adds ridge / N to lambda_i,
for it is a kernel that knows each point from every other: what it takes teaches nothing about unseen points.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.generalization import measure_learnability
from ddlearn.lessons.learning_curves import exercises, shared

UNITS, TARGET = RIGHT = ("units of learning", "the target")
TRIALS = 4
RIDGE_AT = 12  # where the ridge's bar stands, behind the ten octaves


@dataclass(frozen=True, eq=False)
class Purchase:
    """What n examples of a world of N buy."""

    n: int
    L: Tensor  # (N,) share of each mode that is learned, largest eigenvalue first
    measured: Tensor  # (trials, 10) the same share at PICKS, from fits
    units: Tensor  # (11,) units of learning that each octave of modes gets, and at last the ridge
    held: Tensor  # (10,) share of the target that lies in each octave
    missed: Tensor  # (10,) share of the target, as squared error, that is not learned there
    right: str  # what the right panel shows


@cached(128)
def fitted(name: str, n: int, ridge: float) -> Tensor:
    """Measure the shares of the picked modes, (trials, 10)."""
    here, generator = shared.world(name), compute.generator(0)
    return measure_learnability(here.K, here.picked, n, trials=TRIALS, generator=generator, ridge=ridge).cpu()


def by_octave(values: Tensor) -> Tensor:
    """Return the sums over modes 1, 2-3, 4-7, ...  (N,) -> (10,), the last octave as long as N allows."""
    octaves = values.tensor_split([mode - 1 for mode in shared.PICKS[1:]])
    return torch.stack([octave.sum() for octave in octaves]).cpu()


def purchase(
    world: str,
    n: int,
    right: str,
    ridge: float,
    *,
    kappa: shared.Kappa = exercises.kappa,
    progress: compute.Progress = lambda share, words: None,
) -> Purchase:
    """Theory from `kappa`, and beside it the same shares measured on fits to the modes themselves."""
    progress(0.1, "the modes of this world")
    here = shared.world(world)
    lam = here.lam + ridge / here.N
    reach = lam + float(kappa(lam, n))
    L, burnt = here.lam / reach, (ridge / here.N / reach).sum(0, keepdim=True)
    return Purchase(
        n=n,
        L=L.cpu(),
        measured=fitted(world, n, ridge),
        units=torch.cat([by_octave(L), burnt.cpu()]),
        held=by_octave(here.V2) / here.power,
        missed=by_octave((1 - L) ** 2 * here.V2) / here.power,
        right=right,
    )


def picture(fig, r: Purchase) -> None:
    """Draw the shares learned, and over the same modes the units spent or how much of the target is held and left."""
    learned, sums = fig.row(1.1, 1)
    names = {"loc": "upper right", "ncols": 2, "columnspacing": 0.8}
    mode = {"xlim": (0.8, 1100), "log": "x", "xticks": {1: "1", 10: "10", 100: "100", 1000: "1000"}}
    share = {"ylim": (-0.02, 1.32), "yticks": (0, 0.25, 0.5, 0.75, 1), "legend": names | {"handlelength": 1.6}}
    learned.frame("share learned", "mode, largest eigenvalue first", grid=True, **mode, **share)
    learned.line(range(1, len(r.L) + 1), r.L, "vermilion", "--", "theory", width=2.4)
    learned.vlines(shared.PICKS, r.measured.amin(0), r.measured.amax(0))
    learned.dots(shared.PICKS, r.measured.mean(0), label=f"measured, {TRIALS} trials")
    learned.line([r.n] * 2, [0, 1], "black", ":", "mode number n")

    octaves, ticks = range(len(shared.PICKS)), {0: "1", 3: "8", 6: "64", 9: "512"}
    if r.right == UNITS:
        limits = {"ylim": (0, 1.25 * r.units.max()), "xticks": {**ticks, RIDGE_AT: "ridge"}}
        sums.frame("units of learning", "modes from ... on", **limits)
        sums.bars(octaves, r.units[:-1], "sky")
        sums.bars([RIDGE_AT], r.units[-1:], "grey", hatch="//", edgecolor="white")
        sums.text(0.03, 0.93, f"all bars: {r.units.sum():.4g}", inside=True)
        return
    limits = {"ylim": (0, 0.62), "xticks": ticks, "yticks": {0: "0", 0.2: "20 %", 0.4: "40 %", 0.6: "60 %"}}
    sums.frame("share of the squared target", "modes from ... on", legend=names, **limits)
    sums.bars(octaves, r.held, "orange", "in the target", alpha=0.45)
    sums.bars(octaves, r.missed, "black", "not learned", width=0.45)


def sentence(r: Purchase) -> str:
    """Say what the examples bought, what is not learned, and how far the measured shares are from theory."""
    apart = float((r.measured.mean(0) - r.L[torch.tensor(shared.PICKS) - 1]).abs().max())
    on_modes, burnt = r.units[:-1].sum(), r.units[-1]
    on_ridge = f" and {burnt:.3g} on the ridge" if burnt >= 0.05 else ""
    mostly, worst = int((r.L > 0.5).sum()), int(r.missed.argmax())
    return (
        f"{r.n} examples buy {r.units.sum():.4g} units: {on_modes:.4g} are spent on modes{on_ridge}. "
        f"{mostly} {'mode is' if mostly == 1 else 'modes are'} learned by more than half. Of the squared target "
        f"{100 * r.missed.sum():.0f} % is not learned; modes from {shared.PICKS[worst]} on hold most of it, "
        f"{100 * r.missed[worst]:.2g} %. Measured shares are within {apart:.2f} of theory."
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
