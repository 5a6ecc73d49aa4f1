"""Double descent over time: exact in a linear model whose features learn by three clocks, absent in nets on digits.

Fast signal, then features that carry noise only, then slow signal: a sum of U-curves, each on its own clock. Rates that
align the clocks leave one U. Beside it the lesson's own nets on digits, over the same axis.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import LINES, Explorer, Slider, Switch
from ddlearn.classroom.wording import say
from ddlearn.lessons.double_descent_trained import shared
from ddlearn.result import Curve

TIMES = dd.geometric_steps(1, 10**6, 110)
DRAWS = 10
SIZES = (4, 60, 4)
GROUPS = {"fast signal": ("orange", LINES[4]), "noise only": ("grey", "--"), "slow signal": ("green", ":")}
NETS = {53: ("purple", "-.", "s"), 160: ("blue", "-", "o")}  # widths of those beside


@dataclass(frozen=True, eq=False)
class Clockwork:
    """The linear model's risk over time, its three parts, and what real nets do over theirs."""

    curve: Curve  # measured (draws, L) on data sets of n examples, theory the closed form
    parts: Tensor  # (3, L) of the closed form
    n: int
    aligned: bool
    nets: dd.NetSweep

    @property
    def turns(self) -> list[int]:
        """Where the closed form turns: first minimum, peak, second minimum, as far as there are such."""
        change = self.curve.theory.diff()
        moves = (change.abs() > 1e-9).nonzero()[:, 0]
        rises = (change[moves] > 0).int()
        return moves[rises.diff(prepend=rises.new_zeros(1)) != 0].tolist()


def group(clocks: dd.Clocks, k: int) -> dd.Clocks:
    """Return one of the three groups of features, as if it were alone."""
    own = slice(sum(SIZES[:k]), sum(SIZES[: k + 1]))
    return dd.Clocks(clocks.sigma[own], clocks.b[own], clocks.eta[own], clocks.noise)


def model(variance: float, slow: float, n: int, aligned: bool) -> dd.Clocks:
    """Return the three groups, each feature at the same rate, or each at the rate that gives all the same clock."""
    clocks = dd.three_clocks(n, sizes=SIZES, variance=variance, slow=slow)
    return clocks.aligned if aligned else clocks


def clockwork(
    variance: float,
    slow: float,
    n: int,
    aligned: bool,
    seed: int = 0,
    *,
    progress: compute.Progress | None = None,
) -> Clockwork:
    """Return closed form and simulation, beside the nets of the map."""
    clocks = model(variance, slow, n, aligned)
    curve = dd.clocks_curve(clocks, n, TIMES, DRAWS, compute.generator(seed))
    parts = torch.stack([group(clocks, k).risk(TIMES, n) for k in range(3)])
    return Clockwork(curve, parts, n, aligned, shared.trained(shared.Training(0.2, seed), progress=progress))


def picture(fig, r: Clockwork) -> None:
    """Draw the linear model, and the nets."""
    left, right = fig.row(1.5, 1)
    curve, turns = r.curve, r.turns
    high = 1.08 * max(float(curve.theory.max()), float(curve.high[1:].max()))
    below = {"loc": "center left", "bbox_to_anchor": (-0.02, -0.32), "ncols": 3, "columnspacing": 1.0}
    title, look = "three clocks: excess risk", {"log": "x", "grid": True}
    left.frame(title, "steps", xlim=(1, 1e6), ylim=(0, high), legend=below, **look)
    left.line(curve.x, curve.theory, "black", label="closed form", width=2.4)
    left.band(curve.x, curve.low, curve.high, label=f"{DRAWS} data sets", alpha=0.4)
    for (name, (color, style)), part in zip(GROUPS.items(), r.parts, strict=True):
        left.line(curve.x, part, color, style, name, width=1.8)
    left.dots(curve.x[turns], curve.theory[turns], "vermilion", "D", "turns")
    title, ticks = "nets on digits: squared error", {10: "10", 100: "100"}
    right.frame(title, "steps", xlim=(3.5, 520), ylim=(0, 1.4), xticks=ticks, legend="upper left", **look)
    for width, (color, style, marker) in NETS.items():
        steps, values = r.nets.steps, r.nets.mse[shared.WIDTHS.index(width)]
        right.band(steps, values.amin(0), values.amax(0), color, alpha=0.25)
        right.line(steps, values.mean(0), color, style, f"{width} units", marker=marker, size=4)


def sentence(r: Clockwork) -> str:
    """Say how often the risk descends, and whether nets do so."""
    theory, turns = r.curve.theory, r.turns
    at = [f"{theory[k]:.2f} after {say(TIMES[k], 2)} steps" for k in turns]
    if len(turns) >= 3:
        ratio = float(theory[turns[2]] / theory[turns[0]])
        course = f"falls to {at[0]}, rises to {at[1]}, falls again to {at[2]}, {ratio:.2f} times the first"
    elif turns:
        course = f"falls to {at[0]}, then rises to {theory[-1]:.2f}: one descent"
    else:
        course = f"falls to {theory[-1]:.2f}: one descent"
    worst = float((r.curve.mean - theory).abs().max())
    wide = r.nets.mse[-1].mean(0)
    best = int(wide.argmin())
    return (
        f"By formula the risk {course} (clocks {'aligned' if r.aligned else 'as they are'}). {DRAWS} data sets of "
        f"{r.n} examples are on average within {worst:.2g} of it. Nets of {max(NETS)} units on digits: "
        f"{wide[best]:.2f} after {int(r.nets.steps[best])} steps, {wide[-1]:.2f} at the end."
    )


explorer = Explorer(
    "clocks",
    "Double descent over time",
    controls=(
        Slider("variance", "Noise to learn", 0.0, 2.0, 1.0),
        Slider("slow", "Slow signal", 0.0, 3.0, 1.5),
        Slider("n", "Examples", 150, 3000, 1500, log=True, whole=True),
        Switch("aligned", "Align the clocks", False),
    ),
    compute=clockwork,
    picture=picture,
    sentence=sentence,
    size=(9.8, 4.2),
    more=("n",),
    pairs=(("slow", "aligned"),),
)
