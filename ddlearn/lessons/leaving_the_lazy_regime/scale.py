"""The output-scale explorer: test error, laziness, and what the net reads, against the scale."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, Switch
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.leaving_the_lazy_regime import exercises
from ddlearn.lessons.leaving_the_lazy_regime.shared import SCALES, TASKS, Sweep, Training, net, trained
from ddlearn.lessons.leaving_the_lazy_regime.starts import Doubled, Start, draw

ERRORS = (1.5e-3, 12.0)
CHANGES = (1.5e-3, 20.0)
ABOVE_LEGENDS = 0.03  # where upright lines begin


@dataclass(frozen=True, eq=False)
class Regimes:
    """The sweep, how far everything moved in it, and which of its scales is looked at."""

    sweep: Sweep
    moved: Tensor  # (S,) relative change of the weights
    drifted: Tensor  # (S,) relative change of the tangent kernel
    here: int
    task: str
    zero: bool


def regimes(
    alpha: float,
    task: str,
    zero: bool,
    seed: int = 0,
    *,
    drift: Callable[[Tensor, Tensor], float] = exercises.drift,
    doubled: Doubled = exercises.doubled,
    scales: tuple[float, ...] = SCALES,
    progress: Callable[[float, str], object] | None = None,
) -> Regimes:
    """Train at every scale, once; then look at the one nearest to `alpha`. `zero` starts from the zero function."""
    starts = Start.of([draw(net(task), compute.generator(1000 + seed), twins) for twins in (doubled, None)])
    sweep = trained(Training(task, seed, starts, scales), progress=progress)[0 if zero else 1]

    def drifts(those: Tensor) -> Tensor:
        return torch.tensor([float(drift(those[0].double(), one.double())) for one in those[1:]], dtype=torch.float32)

    here = min(range(len(scales)), key=lambda k: abs(math.log(scales[k] / alpha)))
    return Regimes(sweep, drifts(sweep.weights), drifts(sweep.kernels), here, task, zero)


def crossing(sweep: Sweep) -> tuple[float, float] | None:
    """The two neighbouring scales between which the test error first passes the any-kernel line."""
    above = [k for k, error in enumerate(sweep.test.tolist()) if sweep.bound is not None and error > sweep.bound]
    return (sweep.scales[above[0] - 1], sweep.scales[above[0]]) if above and above[0] > 0 else None


class RegimesFigure(ArtistFigure):
    size = (10.2, 4.1)
    prediction = staticmethod(lambda: None)

    def layout(self, figure):
        from matplotlib.collections import LineCollection

        errors, changes, reading = figure.subplots(1, 3, width_ratios=(1.05, 1.05, 0.9))
        (self.test,) = errors.plot([], [], "o-", color=PALETTE["blue"], label="the net")
        (self.bound,) = errors.plot([], [], "--", color=PALETTE["vermilion"], label="no kernel averages less")
        (self.regression,) = errors.plot([], [], "-.", color=PALETTE["purple"], label="kernel at start")
        (self.guess,) = errors.plot([], [], ":", color=PALETTE["black"], label="you said")
        (self.dot,) = errors.plot([], [], "D", color=PALETTE["black"], markersize=9, fillstyle="none")
        errors.set(title="test error  (◇ this scale)", ylim=ERRORS)
        self.errors, self.legend_of = errors, None
        looks = (
            ("o-", "blue", "weights moved"),
            ("^--", "orange", "kernel moved"),
            ("s-.", "purple", "net to regression"),
        )
        self.changes = [
            changes.plot([], [], style, color=PALETTE[c], label=label, markersize=5)[0] for style, c, label in looks
        ]
        (self.guide,) = changes.plot([], [], ":", color=PALETTE["black"], label="theory: weights")
        (self.line,) = changes.plot([], [], color=PALETTE["grey"], linewidth=1)
        changes.set(title="how far from lazy", ylim=CHANGES)
        changes.legend(loc="lower left")
        for axes in (errors, changes):
            axes.set(xscale="log", yscale="log", xlim=(0.25, 130), xlabel="output scale")
        self.inputs = reading.add_collection(LineCollection([], colors=PALETTE["sky"]), autolim=False)
        self.bits = reading.add_collection(LineCollection([], colors=PALETTE["vermilion"], linewidths=5), autolim=False)
        reading.axhline(1, color=PALETTE["grey"], linestyle="--", linewidth=1)
        self.two = reading.text(0.16, 0.93, "the two bits", color=PALETTE["vermilion"], transform=reading.transAxes)
        reading.set(title="what the net reads", xlabel="bit")
        self.reading = reading

    def draw(self, result: Regimes):
        sweep, k = result.sweep, result.here
        self.test.set_data(sweep.scales, sweep.test)
        ends, bound = [0.25, 130], sweep.bound
        self.bound.set_data(*((ends, [bound] * 2) if bound is not None else ([], [])))
        self.regression.set_data(ends, [sweep.regression] * 2)
        guess = self.prediction() if bound is not None else None
        self.guess.set_data(*(([guess] * 2, [ABOVE_LEGENDS, ERRORS[1]]) if guess is not None else ([], [])))
        self.dot.set_data([sweep.scales[k]], [sweep.test[k]])
        self._name(bound is not None, guess is not None)
        for line, values in zip(self.changes, (result.moved, result.drifted, sweep.gap.sqrt()), strict=True):
            line.set_data(sweep.scales, values)
        self.guide.set_data(sweep.scales, sweep.tangent_move)
        self.line.set_data([sweep.scales[k]] * 2, [ABOVE_LEGENDS, CHANGES[1]])
        reading = sweep.reading[k].tolist()
        bars = [[(i + 1, 0), (i + 1, length)] for i, length in enumerate(reading)]
        parity = result.task == TASKS[0]
        self.inputs.set_segments(bars[2:] if parity else bars)
        self.inputs.set_linewidth(5 if parity else 2.2)
        self.bits.set_segments(bars[:2] if parity else [])
        self.two.set_visible(parity)
        self.reading.set(
            xlabel="bit" if parity else "pixel", xlim=(0, len(bars) + 1), ylim=(0, max(2.2, 1.1 * max(reading)))
        )

    def _name(self, *there: bool) -> None:
        """Name in the legend what stands in the picture, and nothing else."""
        if self.legend_of != there:
            self.legend_of = there
            lines = [self.test, *([self.bound] * there[0]), self.regression, *([self.guess] * there[1])]
            self.errors.legend(handles=lines, loc="lower right")

    def describe(self, result: Regimes) -> str:
        sweep, k = result.sweep, result.here
        alpha, error = brief(sweep.scales[k]), float(sweep.test[k])
        side = ""
        if sweep.bound is not None:
            side = (
                f", {'below' if error < sweep.bound else 'above'} {say(sweep.bound, 2)}, below which no fixed "
                "kernel’s average over such parities lies"
            )
        said = ""
        crossed, guess = crossing(sweep), self.prediction()
        if crossed and guess is not None:
            said = f" You said {brief(guess)}; the line is crossed between {brief(crossed[0])} and {brief(crossed[1])}."
        random = "" if result.zero else " from a random start"
        before, after = sweep.alignment[0], sweep.alignment[1 + k]
        return (
            f"Output scale {alpha}{random}: test error {say(error, 2)}{side}. Weights moved by "
            f"{100 * result.moved[k]:.0f} %, kernel by {100 * result.drifted[k]:.0f} %; alignment {say(before, 2)} "
            f"before, {say(after, 2)} after. Distance from the regression with its first kernel: "
            f"{say(sweep.gap[k].sqrt(), 2)}.{said}"
        )


def explorer() -> Explorer:
    """The output-scale explorer, fresh."""
    return Explorer(
        name="scale",
        title="Output scale: one net, from rich to lazy",
        controls=(
            Slider("alpha", "Output scale", SCALES[0], SCALES[-1], SCALES[-1], log=True, step=0.25),
            Choice("task", "Task", TASKS, TASKS[0]),
            Switch("zero", "Start from the zero function", True),
        ),
        compute=regimes,
        figure=RegimesFigure,
        uses=("drift", "doubled"),
    )
