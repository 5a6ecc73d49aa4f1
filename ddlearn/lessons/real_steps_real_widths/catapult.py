"""The catapult: a net that starts in too sharp a valley, is thrown out of it, and lands in a flatter one.

f = u.v / sqrt(m), target 0, L = f^2 / 2. Its output f and its tangent kernel Lambda follow each other exactly, two
numbers for 2m weights. Lambda is also the sharpness at a minimum, so rate * Lambda says what quadratics would do: below
2 converge, above 2 diverge. The net converges up to 4.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import PALETTE, Explorer, LiveFigure, Slider, cached
from ddlearn.classroom.wording import say
from ddlearn.sharpness import catapult

STEPS, SHOWN = 400, 60
SEEDS = 8
FIRST = torch.arange(0.3, 4.45, 0.05, dtype=torch.float64)  # rate * Lambda at the start
CEILING, FLOOR = 1e6, 1e-8
FAR = 5.0  # where runs that diverge are drawn


@dataclass(frozen=True)
class Throw:
    """One run, and where runs from every start end."""

    first: float  # rate * Lambda at the start
    width: int
    losses: Tensor  # (STEPS + 1,), inf once it has diverged
    share: Tensor  # (STEPS + 1,) rate * Lambda
    ends: Tensor  # (FIRST, SEEDS) rate * Lambda at the end of each run; inf where it diverged


def layers(width: int, seed: int) -> tuple[Tensor, Tensor]:
    """u and v of entries N(0, 1).  (width,) each"""
    return tuple(torch.randn(2, width, generator=compute.generator(seed), dtype=torch.float64))


def throws(width: int, seed: int, first: Tensor) -> tuple[Tensor, Tensor]:
    """Output f and rate * Lambda of one random net at the rates that make it begin at `first`.  (STEPS + 1, k) each"""
    u, v = layers(width, seed)
    f, kernel = (torch.full_like(first, float(x)) for x in (u @ v / width**0.5, (u @ u + v @ v) / width))
    run = catapult(f, kernel, first / kernel, width, STEPS)
    return run.first, run.second * first / kernel


@cached(32)
def ends(width: int) -> Tensor:
    """rate * Lambda after STEPS steps, from each of FIRST and for each seed.  (FIRST, SEEDS)"""
    return torch.stack([throws(width, seed, FIRST)[1][-1] for seed in range(SEEDS)], 1)


def throw(first: float, width: int) -> Throw:
    """The run of one net that starts at rate * Lambda = first."""
    f, share = throws(width, 0, torch.tensor([first], dtype=torch.float64))
    return Throw(first, width, f[:, 0].square() / 2, share[:, 0], ends(width))


class CatapultFigure(LiveFigure):
    size = (10.2, 3.9)

    def layout(self, figure):
        loss, kernel, end = figure.subplots(1, 3)
        (self.losses,) = loss.plot([], [], ".-", color=PALETTE["blue"])
        loss.set(yscale="log", xlim=(0, SHOWN), ylim=(FLOOR, CEILING), xlabel="step", title="loss")
        (self.share,) = kernel.plot([], [], ".-", color=PALETTE["green"])
        for axes in (kernel, end):
            axes.axhline(2, color=PALETTE["black"], linestyle="--", linewidth=1)
        kernel.text(SHOWN - 1, 2.08, "2: a quadratic diverges above", ha="right")
        kernel.set(xlim=(0, SHOWN), ylim=(0, 5.3), xlabel="step", title="rate × kernel, on the way")
        end.axvspan(4, 4.5, color=PALETTE["grey"], alpha=0.3, linewidth=0)
        end.plot([0, 2], [0, 2], ":", color=PALETTE["vermilion"], linewidth=3, zorder=3, label="flow: no change")
        (self.ends,) = end.plot([], [], ".", color=PALETTE["green"], markersize=4, label="eight random nets")
        (self.here,) = end.plot([], [], "D", color=PALETTE["blue"], markersize=8, label="this one")
        end.text(2.2, FAR - 0.1, "diverged:", ha="right")
        end.set(xlim=(0.2, 4.5), ylim=(0, 5.3), xlabel="rate × kernel at the start", title="rate × kernel, at the end")
        end.legend(loc="upper left", bbox_to_anchor=(0, 0.9))

    def draw(self, result: Throw):
        there = result.losses.isfinite()
        steps = torch.arange(STEPS + 1)[there][: SHOWN + 1]
        losses = result.losses[: len(steps)].clamp(max=CEILING)
        self.losses.set_data(steps[losses > FLOOR], losses[losses > FLOOR])
        self.share.set_data(steps, result.share[there][: SHOWN + 1].clamp(0, 5.3))
        lands = result.ends.where(result.ends.isfinite(), FAR)
        self.ends.set_data(FIRST[:, None].expand_as(lands).flatten(), lands.flatten())
        last = float(result.share[-1])
        self.here.set_data([result.first], [last if result.share[-1].isfinite() else FAR])

    def describe(self, result: Throw) -> str:
        start = f"Width {result.width}: rate times kernel starts at {say(result.first)}."
        if not bool(result.share[-1].isfinite()):
            return f"{start} The loss grows for ever: beyond 4 the kernel grows with it."
        end, most = float(result.share[-1]), float(result.losses.max() / result.losses[0])
        if most <= 1:
            return f"{start} The loss falls from the first step, and rate times kernel ends at {say(end)}."
        return (
            f"{start} The loss first grows to {say(most)} times its start; the kernel shrinks until the valley is flat "
            f"enough, and rate times kernel ends at {say(end)}, below 2."
        )


def explorer() -> Explorer:
    """The catapult, fresh."""
    return Explorer(
        name="catapult",
        title="The catapult: out of a sharp valley",
        controls=(
            Slider("first", "Rate × kernel, first", 0.3, 4.4, 1.5, step=0.1),
            Slider("width", "Width m", 10, 10_000, 1000, log=True, whole=True, step=0.25),
        ),
        compute=throw,
        figure=CatapultFigure,
    )
