"""Double descent over time: exact in a linear model whose features learn by three clocks, absent in nets on digits.

Fast signal, then features that carry noise only, then slow signal: a sum of U-curves, each on its own clock. Rates that
align the clocks leave one U. Beside it the lesson's own nets on digits, over the same axis.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import PALETTE, ArtistFigure, Explorer, Slider, Switch
from ddlearn.classroom.wording import say
from ddlearn.double_descent import Clocks, clocks_curve, geometric_steps, three_clocks
from ddlearn.lessons.double_descent_trained import nets
from ddlearn.lessons.double_descent_trained.nets import Progress
from ddlearn.result import Curve

SIZES = (4, 60, 4)
TIMES = tuple(geometric_steps(1, 10**6, 110))
DRAWS = 10
GROUPS = ("fast signal", "noise only", "slow signal")
SHOWN = (53, 160)  # widths of the nets beside
NETS_WRONG = "20 %"


@dataclass(frozen=True, eq=False)
class Clockwork:
    """The linear model's risk over time, its three parts, and what real nets do over theirs."""

    curve: Curve  # measured (draws, L) on data sets of n examples, theory the closed form
    parts: Tensor  # (3, L) of the closed form
    n: int
    aligned: bool
    net_steps: Tensor  # (R,)
    net_values: Tensor  # (shown, S, R) squared error on new digits

    @property
    def turns(self) -> list[int]:
        """Where the closed form turns: first minimum, peak, second minimum, as far as there are such."""
        slope = self.curve.theory.diff()
        falling, at = True, []
        for l, change in enumerate(slope.tolist()):
            if (change > 0) == falling and abs(change) > 1e-9:
                at.append(l)
                falling = not falling
        return at


def group(clocks: Clocks, k: int) -> Clocks:
    """One of the three groups of features, as if it were alone."""
    start = sum(SIZES[:k])
    own = slice(start, start + SIZES[k])
    return Clocks(clocks.sigma[own], clocks.b[own], clocks.eta[own], clocks.noise)


def model(variance: float, slow: float, n: int, aligned: bool) -> Clocks:
    """The three groups, each feature at the same rate, or each at the rate that gives all the same clock."""
    clocks = three_clocks(n, sizes=SIZES, variance=variance, slow=slow)
    return clocks.aligned if aligned else clocks


def clockwork(
    variance: float,
    slow: float,
    n: int,
    aligned: bool,
    seed: int = 0,
    *,
    progress: Progress | None = None,
) -> Clockwork:
    """Closed form and simulation, beside the nets of the map."""
    clocks = model(variance, slow, n, aligned)
    curve = clocks_curve(clocks, n, list(TIMES), DRAWS, compute.generator(seed))
    parts = torch.stack([group(clocks, k).risk(list(TIMES), n) for k in range(3)])
    sweep = nets.trained(nets.Training(nets.WRONG[NETS_WRONG], seed), progress=progress)
    shown = [sweep.width.tolist().index(width) for width in SHOWN]
    return Clockwork(curve, parts, n, aligned, sweep.steps, sweep.mse[shown])


class ClockFigure(ArtistFigure):
    """Left the linear model, right the nets."""

    size = (9.8, 4.2)

    def layout(self, figure):
        from matplotlib.collections import PolyCollection

        left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
        self.left = left
        self.band = left.add_collection(PolyCollection([], color=PALETTE["sky"], alpha=0.4, linewidth=0))
        styles = (("orange", (0, (5, 1, 1, 1, 1, 1))), ("grey", "--"), ("green", ":"))
        self.parts = [left.plot([], [], color=PALETTE[c], linestyle=s, linewidth=1.8)[0] for c, s in styles]
        (self.theory,) = left.plot([], [], color=PALETTE["black"], linewidth=2.4)
        (self.marks,) = left.plot([], [], "D", color=PALETTE["vermilion"])
        left.set(xscale="log", xlim=(1, 1e6), xlabel="steps", title="three clocks: excess risk")
        left.grid(True)
        artists = (self.theory, self.band, *self.parts, self.marks)
        names = ("closed form", f"{DRAWS} data sets", *GROUPS, "turns")
        left.legend(artists, names, loc="center left", bbox_to_anchor=(-0.02, -0.32), ncols=3, columnspacing=1.0)
        styles = zip(SHOWN, ("purple", "blue"), ("-.", "-"), ("s", "o"), strict=True)
        self.nets = []
        for width, colour, line, marker in styles:
            band = right.add_collection(PolyCollection([], color=PALETTE[colour], alpha=0.25, linewidth=0))
            (mean,) = right.plot(
                [], [], marker, color=PALETTE[colour], linestyle=line, markersize=4, label=f"{width} units"
            )
            self.nets.append((band, mean))
        right.set(xscale="log", xlim=(3.5, 520), ylim=(0, 1.4), xlabel="steps", title="nets on digits: squared error")
        right.set_xticks((10, 100), ("10", "100"))
        right.grid(True)
        right.legend(loc="upper left")

    def draw(self, result: Clockwork):
        curve, x = result.curve, result.curve.x.tolist()
        low, high = (edge.tolist() for edge in (curve.low, curve.high))
        self.band.set_verts([[*zip(x, low, strict=True), *reversed([*zip(x, high, strict=True)])]])
        self.theory.set_data(x, curve.theory)
        for line, part in zip(self.parts, result.parts, strict=True):
            line.set_data(x, part)
        turns = result.turns
        self.marks.set_data([x[k] for k in turns], curve.theory[turns])
        self.left.set_ylim(0, 1.08 * max(float(curve.theory.max()), float(curve.high[1:].max())))
        t = result.net_steps.tolist()
        for (band, mean), values in zip(self.nets, result.net_values, strict=True):
            low, high = (edge.tolist() for edge in (values.amin(0), values.amax(0)))
            band.set_verts([[*zip(t, low, strict=True), *reversed([*zip(t, high, strict=True)])]])
            mean.set_data(t, values.mean(0))

    def describe(self, result: Clockwork) -> str:
        curve, turns = result.curve, result.turns
        said = [f"{float(curve.theory[k]):.2f} after {say(TIMES[k], 2)} steps" for k in turns]
        end = f"{float(curve.theory[-1]):.2f}"
        if len(turns) >= 3:
            course = f"falls to {said[0]}, rises to {said[1]}, falls again to {said[2]}"
            ratio = float(curve.theory[turns[2]] / curve.theory[turns[0]])
            course += f", {ratio:.2f} times the first"
        elif turns:
            course = f"falls to {said[0]}, then rises to {end}: one descent"
        else:
            course = f"falls to {end}: one descent"
        worst = float((curve.mean - curve.theory).abs().max())
        clocks = "aligned" if result.aligned else "as they are"
        wide = result.net_values[-1].mean(0)
        best = int(wide.argmin())
        return (
            f"Clocks {clocks}: the closed form {course}. {DRAWS} data sets of {result.n} examples are on average "
            f"within {worst:.2g} of it. Nets of {SHOWN[-1]} units on digits: {float(wide[best]):.2f} after "
            f"{int(result.net_steps[best])} steps, {float(wide[-1]):.2f} at the end."
        )


def explorer() -> Explorer:
    """The clocks, fresh."""
    return Explorer(
        name="clocks",
        title="Double descent over time",
        controls=(
            Slider("variance", "Noise to learn", 0.0, 2.0, 1.0),
            Slider("slow", "Slow signal", 0.0, 3.0, 1.5),
            Slider("n", "Examples", 150, 3000, 1500, log=True, whole=True),
            Switch("aligned", "Align the clocks", False),
        ),
        compute=clockwork,
        figure=ClockFigure,
    )
