"""Width: two promises and the truth as the net grows; how far its weights move; and which starts are covered at all.

The argument of the kernel regime needs weights that hardly move, so it needs width. The imbalance needs no more than
n + m - 1 units: from there on D has n positive or m negative eigenvalues for almost every Gaussian start.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn.classroom import PALETTE, Choice, Explorer, LiveFigure, Slider, cached
from ddlearn.classroom.wording import say
from ddlearn.lessons.real_steps_real_widths import starts
from ddlearn.linear_networks import certificate, descend, envelope, kernel_ball

WIDTHS = tuple(2**k for k in range(2, 13))
RATIOS = ("1", "2", "4", "8")
SEEDS = range(3)
ENOUGH = 2 * starts.SIDE - 1  # n + m - 1
MAP_WIDTHS, MAP_RATIOS, MAP_SEEDS = tuple(range(4, 13)), tuple(2 ** (k / 2) for k in range(7)), range(24)
STEPS = (5.0, 2000.0)  # the axis of iterations


@dataclass(frozen=True)
class Sweep:
    """What was promised and what happened at each of WIDTHS (w), for one ratio; inf where nothing was promised."""

    ratio: float
    at: int  # the width asked about, as an index
    certified: Tensor  # (w,) steps to a millionth by the imbalance: median over starts
    ball: Tensor  # (w,) steps to a millionth by the kernel ball; inf unless it covers every start
    actual: Tensor  # (w,) steps taken at the certified rate: median over starts
    move: Tensor  # (w,) relative move of the weights: mean over starts


@cached(16)
def at_width(width: int) -> Tensor:
    """Steps certified by the imbalance, by the ball, and taken; and the relative move.  (4, ratios)"""
    start = starts.stack(width, tuple(map(float, RATIOS)), SEEDS)
    promised = envelope(*start, min(500, 20 + 8_000 // width))
    run = descend(*start, promised.rates[0], 600 if width < 64 else 100, stop=1e-6)
    return torch.stack([
        promised.iterations().median(1).values,
        kernel_ball(*start).iterations().amax(1),
        run.iterations().median(1).values,
        run.relative_move[-1].mean(1),
    ])  # fmt: skip


@cached(1)
def coverage(widths: tuple[int, ...] = MAP_WIDTHS, seeds: range = MAP_SEEDS) -> Tensor:
    """Share of starts that the certificate covers.  (widths, MAP_RATIOS)"""
    shares = [certificate(*starts.stack(width, MAP_RATIOS, seeds)).covered.double().mean(1) for width in widths]
    return torch.stack(shares)


def widen(ratio: str, width: int, progress: Callable[[float, str], None] = lambda share, words: None) -> Sweep:
    """The sweep at one ratio, seen from the measured width nearest to `width`."""
    rows = []
    for k, one in enumerate(WIDTHS):
        progress(k / len(WIDTHS), f"descending at width {one}")
        rows.append(at_width(one))
    certified, ball, actual, move = torch.stack(rows)[:, :, RATIOS.index(ratio)].T
    at = min(range(len(WIDTHS)), key=lambda k: abs(WIDTHS[k] / width - width / WIDTHS[k]))
    return Sweep(float(ratio), at, certified, ball, actual, move)


class WidthFigure(LiveFigure):
    """Left: steps to a millionth. Middle: the move. Right: the share of starts covered, and the learner's guess."""

    size = (10.2, 4.2)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)

    def layout(self, figure):
        from matplotlib.colors import LinearSegmentedColormap

        steps, move, share = figure.subplots(1, 3, width_ratios=(1.15, 0.9, 1))
        (self.actual,) = steps.plot([], [], "o-", color=PALETTE["blue"], markersize=5, label="taken")
        (self.certified,) = steps.plot(
            [], [], "^--", color=PALETTE["vermilion"], markersize=6, label="certified: imbalance"
        )
        (self.ball,) = steps.plot([], [], "s-.", color=PALETTE["purple"], markersize=5, label="certified: kernel ball")
        self.no_ball = steps.axvspan(
            ENOUGH - 0.5, 9, color="#ececec", linewidth=0, zorder=1.6, label="kernel ball: nothing"
        )
        steps.axvspan(3, ENOUGH - 0.5, color="#b0b0b0", linewidth=0, label="imbalance: not every start")
        steps.set(xscale="log", yscale="log", ylim=STEPS, title="steps to a millionth of the loss")
        steps.legend(loc="upper right", fontsize=10, borderaxespad=0.1)
        (self.move,) = move.plot([], [], "o-", color=PALETTE["blue"], markersize=5, label="measured")
        (self.slope,) = move.plot([], [], ":", color=PALETTE["black"], linewidth=1.5, label="one over root width")
        move.set(xscale="log", yscale="log", ylim=(2e-3, 2), title="relative move of the weights")
        move.legend(loc="lower left")
        self.here = [axes.axvline(8, color=PALETTE["black"], linestyle="--", linewidth=1) for axes in (steps, move)]
        for axes in (steps, move):
            axes.set(xlim=(3, 5500), xlabel="width h", xticks=(10, 100, 1000))
        grey_to_blue = LinearSegmentedColormap.from_list("covered", ["#a0a0a0", "#dde3e6", PALETTE["sky"]])
        share.imshow(
            coverage().T.numpy(),
            extent=(MAP_WIDTHS[0] - 0.5, MAP_WIDTHS[-1] + 0.5, -0.25, 3.25),
            origin="lower",
            aspect="auto",
            cmap=grey_to_blue,
            vmin=0,
            vmax=1,
        )
        share.axvline(ENOUGH - 0.5, color=PALETTE["vermilion"], label="n + m − 1")
        (self.row,) = share.plot([], [], "--", color=PALETTE["black"], linewidth=1)
        (self.guessed,) = share.plot([], [], ":", color=PALETTE["purple"], linewidth=3, label="you said")
        share.set(yticks=(0, 1, 2, 3), yticklabels=RATIOS, ylabel="scale ratio", xticks=(4, 6, 8, 10, 12))
        share.set(xlim=(3.5, 12.5), ylim=(-0.25, 3.25), xlabel="width h", title="starts covered: none to all")
        share.legend(loc="upper right")

    def draw(self, result: Sweep):
        widths = torch.tensor(WIDTHS, dtype=torch.float64)
        curves = ((self.actual, result.actual), (self.certified, result.certified), (self.ball, result.ball))
        for line, values in curves:
            line.set_data(widths, values.where(values.isfinite(), torch.nan))  # a gap where there is no promise
        first = WIDTHS[int(result.ball.isfinite().int().argmax())]
        self.no_ball.set_width(first / 2**0.5 - ENOUGH + 0.5)
        self.move.set_data(widths, result.move)
        self.slope.set_data(widths, result.move[-1] * (WIDTHS[-1] / widths).sqrt())
        for line in self.here:
            line.set_xdata([WIDTHS[result.at]] * 2)
        self.row.set_data([3.5, 12.5], [torch.tensor(result.ratio, dtype=torch.float32).log2()] * 2)
        guess = self.prediction()
        self.guessed.set_data(*([], []) if guess is None else ([min(guess, 12.9) - 0.5] * 2, [-0.25, 3.25]))

    def describe(self, result: Sweep) -> str:
        width = WIDTHS[result.at]
        taken, certified = float(result.actual[result.at]), float(result.certified[result.at])
        took = (
            f"descent took {say(taken)} steps"
            if result.actual[result.at].isfinite()
            else "descent was still on its way"
        )
        if result.certified[result.at].isfinite():
            promised = f"the imbalance certified {say(certified)} steps to a millionth of the loss, {took}"
        elif width < ENOUGH:
            promised = f"nothing covers every start; {took}"
        else:
            promised = f"the imbalance covers every start, but promises no millionth within this picture; {took}"
        move = say(100 * float(result.move[result.at]), 2)
        first = WIDTHS[int(result.ball.isfinite().int().argmax())]
        guess = self.prediction()
        said = "" if guess is None else f" You said that all are covered from width {say(guess)}; it is {ENOUGH}."
        return (
            f"Width {width}, scale ratio {say(result.ratio)}: {promised}, and the weights moved by {move} %. The "
            f"kernel ball covers every start from width {say(first)} on.{said}"
        )


def explorer() -> Explorer:
    """The width explorer, fresh."""
    return Explorer(
        name="width",
        title="Width: leaving the kernel regime with a promise in hand",
        controls=(
            Slider("width", "Width h", WIDTHS[0], WIDTHS[-1], 16, log=True, whole=True, step=0.30103),
            Choice("ratio", "Scale W1 : W2", RATIOS, "1"),
        ),
        compute=widen,
        figure=WidthFigure,
    )
