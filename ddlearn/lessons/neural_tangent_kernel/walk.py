"""A net and its tangent at the start: walk away from the start, and watch where the two part.

The tangent is linear in the weights, so the weights nearest to the start at which it passes through every point come
from one linear system, that of lesson 01 without a penalty: Theta alpha = y - f_0, and theta = theta_0 + J' alpha, with
J the gradients at the start and Theta = J J'. The walk leads there, or as far in a random direction.
"""

from dataclasses import dataclass
from functools import cached_property, partial

import torch
from torch import Tensor
from torch.func import jvp, vjp

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import say
from ddlearn.lessons.neural_tangent_kernel import exercises, shared
from ddlearn.lessons.neural_tangent_kernel.shared import X_GRID, EmpiricalNTK, X, Y

WIDTHS = (32, 128, 512, 2048, 8192)
DIRECTIONS = ("to the tangent’s fit", "at random, equally far")
WAYS = torch.logspace(-1.3, 0.18, 12, dtype=torch.float64)


@dataclass(frozen=True)
class Ray:
    """A net at its start, a move of its weights, and what its tangent expects of that."""

    W: Tensor  # (m, d)
    a: Tensor  # (m,)
    dW: Tensor
    da: Tensor
    f0: Tensor  # (grid,)
    slope: Tensor  # (grid,) of the tangent
    moved: float  # how far the weights move on the whole way, as a share of their own size

    def net(self, way: float) -> Tensor:
        """Return the net's curve at this share of the way."""
        return shared.outputs(X_GRID, self.W + way * self.dW, self.a + way * self.da)

    def gap(self, way: float) -> float:
        """Return net minus tangent, root mean square over the circle, in units of the target's."""
        return float((self.net(way) - self.f0 - way * self.slope).square().mean().sqrt() / shared.SIZE)

    @cached_property
    def gaps(self) -> Tensor:
        """The gap at each of `WAYS`, (ways,)."""
        return torch.tensor([self.gap(float(way)) for way in WAYS], dtype=torch.float32)


@dataclass(frozen=True)
class Walk:
    """A net and its tangent at one share of the way; the gap between them all along it, for every width."""

    way: float
    ray: Ray
    gaps: Tensor  # (widths, ways)


@cached(2 * len(WIDTHS))
def ray(width: int, direction: str, seed: int, empirical_ntk: EmpiricalNTK) -> Ray:
    """Return the way to the nearest weights that fit the tangent (or fit it best), or one as long at random."""
    generator = compute.generator(1000 * seed + width)
    start = shared.weights(shared.net(3, width).init(generator))
    f0, back = vjp(partial(shared.outputs, X), *start)
    move = back(shared.inverse(empirical_ntk(X, X, *start)) @ (Y - f0))
    drawn = [torch.randn(p.shape, generator=generator, dtype=p.dtype) for p in start]
    size, length, other = (torch.cat([p.flatten() for p in pair]).norm() for pair in (start, move, drawn))
    if direction == DIRECTIONS[1]:
        move = tuple(length / other * p for p in drawn)
    line = jvp(partial(shared.outputs, X_GRID), start, move)
    return Ray(*start, *move, *line, float(length / size))


def walk(
    width: str, way: float, direction: str, seed: int = 0, *, empirical_ntk: EmpiricalNTK = exercises.empirical_ntk
) -> Walk:
    """Go a share of the way; at 1 the tangent has arrived."""
    rays = {one: ray(one, direction, seed, empirical_ntk) for one in WIDTHS}
    return Walk(way, rays[int(width)], torch.stack([one.gaps for one in rays.values()]))


def picture(fig, r: Walk) -> None:
    """Draw the net and its tangent around the circle, and how far apart they are all along the way."""
    ring, gaps = fig.row(1.25, 1)
    degrees = shared.frame_circle(ring, "the same weights in both  (● targets)", top=2.4)
    ring.line(degrees, r.ray.f0, "grey", ":", "at the start")
    ring.line(degrees, r.ray.net(r.way), label="network")
    ring.line(degrees, r.ray.f0 + r.way * r.ray.slope, "vermilion", "--", "tangent")
    ticks, limits = {way: str(way) for way in (0.05, 0.2, 0.5, 1)}, {"xlim": (0.045, 4.0), "ylim": (3e-5, 8.0)}
    title, ylabel = "network minus tangent, by width  (◆ here)", "difference / size of the target"
    gaps.frame(title, "share of the way", ylabel, xticks=ticks, log="xy", **limits)
    height = 0.0
    for width, path in sorted(zip(WIDTHS, r.gaps, strict=True), key=lambda one: float(one[1][-1])):
        color, thick = ("black", 2.5) if width == len(r.ray.a) else ("grey", 1.3)
        gaps.line(WAYS, path, color, width=thick)
        height = max(float(path[-1]), 1.8 * height)  # of its name, above that of the line below
        gaps.text(1.08 * WAYS[-1], height, f"{width:,}", color, va="center")
    gaps.dots([r.way], [r.ray.gap(r.way)], "black", "D", size=8)


def sentence(r: Walk, said) -> str:
    """Say how far network and tangent are apart, and how far the weights have moved."""
    gap, moved = (say(100 * one, 2) for one in (r.ray.gap(r.way), r.way * r.ray.moved))
    asked = said("move") is not None and len(r.ray.a) == WIDTHS[-1] and r.way == 1
    you = f" You said {said('move'):.0f} %." if asked else ""
    return (
        f"Network and tangent differ by {gap} % of the target’s size. The weights of {len(r.ray.a):,} hidden units "
        f"have moved by {moved} % of their own size.{you} That is {100 * r.way:.3g} % of the way."
    )


explorer = Explorer(
    "walk",
    "Walk: a network and its tangent",
    controls=(
        Choice("width", "Hidden units", tuple(map(str, WIDTHS)), "128"),
        Slider("way", "Share of the way", 0.05, 1.5, 1.0, step=0.05),
        Choice("direction", "Direction", DIRECTIONS, DIRECTIONS[0]),
    ),
    compute=walk,
    picture=picture,
    sentence=sentence,
    uses=("empirical_ntk",),
    size=(9.4, 4.1),
    pairs=(("width", "direction"),),
)
