"""The catapult: a net that starts in too sharp a valley, is thrown out of it, and lands in a flatter one.

f = u.v / sqrt(m), target 0, L = f^2 / 2. Its output f and its tangent kernel Lambda follow each other exactly, two
numbers for 2m weights. Lambda is also the sharpness at a minimum, so lr * Lambda says what quadratics would do: below
2 converge, above 2 diverge. The net converges up to 4.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import say
from ddlearn.sharpness import catapult

STEPS, SHOWN = 400, 60
SEEDS = 8
FIRST = torch.arange(0.3, 4.45, 0.05, dtype=torch.float64)  # lr * Lambda at the start
CEILING, FLOOR = 1e6, 1e-8
FAR = 5.0  # where runs that diverge are drawn
LEFT = ("η × kernel", "loss")


@dataclass(frozen=True)
class Throw:
    """One run, and where runs from every start end."""

    first: float  # lr * Lambda at the start
    width: int
    left: str  # what the left panel shows
    losses: Tensor  # (STEPS + 1,), inf once it has diverged
    share: Tensor  # (STEPS + 1,) lr * Lambda
    ends: Tensor  # (FIRST, SEEDS) lr * Lambda at the end of each run; inf where it diverged


def throws(width: int, seed: int, first: Tensor) -> tuple[Tensor, Tensor]:
    """Follow output f and lr * Lambda of a random net at rates that make it begin at `first`.  (STEPS + 1, k) each"""
    u, v = torch.randn(2, width, generator=compute.generator(seed), dtype=torch.float64)
    f, kernel = (torch.full_like(first, float(x)) for x in (u @ v / width**0.5, (u @ u + v @ v) / width))
    run = catapult(f, kernel, first / kernel, width, STEPS)
    return run.first, run.second * first / kernel


@cached(32)
def ends(width: int) -> Tensor:
    """Return lr * Lambda after STEPS steps, from each of FIRST and for each seed.  (FIRST, SEEDS)"""
    return torch.stack([throws(width, seed, FIRST)[1][-1] for seed in range(SEEDS)], 1)


def throw(first: float, width: int, left: str = LEFT[0]) -> Throw:
    """Run one net that starts at lr * Lambda = first."""
    f, share = throws(width, 0, torch.tensor([first], dtype=torch.float64))
    return Throw(first, width, left, f[:, 0].square() / 2, share[:, 0], ends(width))


def picture(fig, r: Throw) -> None:
    """Draw step * kernel or the loss on the way, and step * kernel at the end of runs from every start."""
    way, end = fig.row(1, 1)
    there = r.losses.isfinite()
    steps = torch.arange(STEPS + 1)[there][: SHOWN + 1]
    if r.left == LEFT[0]:
        way.frame("η × kernel, on the way", "step", xlim=(0, SHOWN), ylim=(0, 5.3))
        way.line(steps, r.share[: len(steps)].clamp(0, 5.3), "green", marker=".")
        way.level(2, "black", "--", width=1)
        way.text(SHOWN - 1, 2.08, "2: a quadratic diverges above", ha="right")
    else:
        losses = r.losses[: len(steps)]
        way.frame("loss, on the way", "step", xlim=(0, SHOWN), ylim=(FLOOR, CEILING), log="y")
        way.line(steps[losses > FLOOR], losses[losses > FLOOR].clamp(max=CEILING), "blue", marker=".")
    names = {"loc": "upper left", "bbox_to_anchor": (0, 0.9)}
    end.frame("η × kernel, at the end", "η × kernel at the start", xlim=(0.2, 4.5), ylim=(0, 5.3), legend=names)
    end.span(4, 4.5, alpha=0.3)
    end.level(2, "black", "--", width=1)
    end.line([0, 2], [0, 2], "vermilion", ":", "flow: no change", width=3, order=3)
    lands = r.ends.where(r.ends.isfinite(), FAR)
    end.dots(FIRST[:, None].expand_as(lands).flatten(), lands.flatten(), "green", ".", "eight random networks", size=4)
    end.dots([r.first], r.share[-1:].where(there[-1:], FAR), "blue", "D", "this one", size=8)
    end.text(2.2, FAR - 0.1, "diverged:", ha="right")


def sentence(r: Throw) -> str:
    """Say whether the loss first grew, and where the kernel ended."""
    start = f"With {r.width:,} units, η × kernel starts at {say(r.first)}"
    if not bool(r.share[-1].isfinite()):
        return f"The loss grows without limit: beyond 4 the kernel grows with it. {start}."
    end, most = float(r.share[-1]), float(r.losses.max() / r.losses[0])
    if most <= 1:
        return f"The loss falls from the first step. {start} and ends at {say(end)}."
    return (
        f"The loss first grows to {say(most)} times its start, and the kernel shrinks until the step is allowed. "
        f"{start} and ends at {say(end)}, below 2."
    )


explorer = Explorer(
    "catapult",
    "The catapult: out of a sharp valley",
    controls=(
        Slider("first", "First η × kernel", 0.3, 4.4, 1.5, step=0.1),
        Slider("width", "Width m", 10, 10_000, 1000, log=True, whole=True, step=0.25),
        Choice("left", "Left panel", LEFT, LEFT[0]),
    ),
    compute=throw,
    picture=picture,
    sentence=sentence,
    size=(9.8, 3.9),
    more=("left",),
    pairs=(("first", "left"),),
)
