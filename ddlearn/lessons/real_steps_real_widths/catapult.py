"""The catapult: a net that starts in too sharp a valley, is thrown out of it, and lands in a flatter one.

f = u.v / sqrt(m), target 0, L = f^2 / 2. Its output f and its tangent kernel Lambda follow each other exactly, two
numbers for 2m weights. Lambda is also the sharpness at a minimum, so rate * Lambda says what quadratics would do: below
2 converge, above 2 diverge. The net converges up to 4.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Explorer, Slider, cached
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
    """Draw u and v of entries N(0, 1).  (width,) each"""
    return tuple(torch.randn(2, width, generator=compute.generator(seed), dtype=torch.float64))


def throws(width: int, seed: int, first: Tensor) -> tuple[Tensor, Tensor]:
    """Follow output f and rate * Lambda of a random net at rates that make it begin at `first`.  (STEPS + 1, k) each"""
    u, v = layers(width, seed)
    f, kernel = (torch.full_like(first, float(x)) for x in (u @ v / width**0.5, (u @ u + v @ v) / width))
    run = catapult(f, kernel, first / kernel, width, STEPS)
    return run.first, run.second * first / kernel


@cached(32)
def ends(width: int) -> Tensor:
    """Return rate * Lambda after STEPS steps, from each of FIRST and for each seed.  (FIRST, SEEDS)"""
    return torch.stack([throws(width, seed, FIRST)[1][-1] for seed in range(SEEDS)], 1)


def throw(first: float, width: int) -> Throw:
    """Run one net that starts at rate * Lambda = first."""
    f, share = throws(width, 0, torch.tensor([first], dtype=torch.float64))
    return Throw(first, width, f[:, 0].square() / 2, share[:, 0], ends(width))


def picture(fig, r: Throw) -> None:
    """Draw the loss and the kernel on the way, and where runs from every start end."""
    loss, kernel, end = fig.row(1, 1, 1)
    there = r.losses.isfinite()
    steps = torch.arange(STEPS + 1)[there][: SHOWN + 1]
    losses = r.losses[: len(steps)]
    loss.frame("loss", "step", xlim=(0, SHOWN), ylim=(FLOOR, CEILING), log="y")
    loss.line(steps[losses > FLOOR], losses[losses > FLOOR].clamp(max=CEILING), "blue", marker=".")
    kernel.frame("rate × kernel, on the way", "step", xlim=(0, SHOWN), ylim=(0, 5.3))
    kernel.line(steps, r.share[: len(steps)].clamp(0, 5.3), "green", marker=".")
    kernel.level(2, "black", "--", width=1)
    kernel.text(SHOWN - 1, 2.08, "2: a quadratic diverges above", ha="right")
    names = {"loc": "upper left", "bbox_to_anchor": (0, 0.9)}
    end.frame("rate × kernel, at the end", "rate × kernel at the start", xlim=(0.2, 4.5), ylim=(0, 5.3), legend=names)
    end.span(4, 4.5, alpha=0.3)
    end.level(2, "black", "--", width=1)
    end.line([0, 2], [0, 2], "vermilion", ":", "flow: no change", width=3, order=3)
    lands = r.ends.where(r.ends.isfinite(), FAR)
    end.dots(FIRST[:, None].expand_as(lands).flatten(), lands.flatten(), "green", ".", "eight random nets", size=4)
    end.dots([r.first], r.share[-1:].where(there[-1:], FAR), "blue", "D", "this one", size=8)
    end.text(2.2, FAR - 0.1, "diverged:", ha="right")


def sentence(r: Throw) -> str:
    """Say whether the net was thrown, and where it landed."""
    start = f"Width {r.width}: rate times kernel starts at {say(r.first)}."
    if not bool(r.share[-1].isfinite()):
        return f"{start} The loss grows for ever: beyond 4 the kernel grows with it."
    end, most = float(r.share[-1]), float(r.losses.max() / r.losses[0])
    if most <= 1:
        return f"{start} The loss falls from the first step, and rate times kernel ends at {say(end)}."
    return (
        f"{start} The loss first grows to {say(most)} times its start; the kernel shrinks until the valley is flat "
        f"enough, and rate times kernel ends at {say(end)}, below 2."
    )


explorer = Explorer(
    "catapult",
    "The catapult: out of a sharp valley",
    controls=(
        Slider("first", "Rate × kernel, first", 0.3, 4.4, 1.5, step=0.1),
        Slider("width", "Width m", 10, 10_000, 1000, log=True, whole=True, step=0.25),
    ),
    compute=throw,
    picture=picture,
    sentence=sentence,
    size=(10.2, 3.9),
)
