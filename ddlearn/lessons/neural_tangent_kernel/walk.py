"""A net and its tangent at the start: walk away from the start, and watch where the two part.

The tangent is linear in the weights, so the weights nearest to the start at which it passes through every point come
from one linear system, that of lesson 01 without a penalty:

    Theta alpha = y - f_0,        theta = theta_0 + J' alpha

with J the gradients at the start and Theta = J J'. The walk leads there, or as far in a random direction.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import say
from ddlearn.lessons.neural_tangent_kernel import circle, exercises, nets

WIDTHS = (32, 128, 512, 2048, 8192)
DIRECTIONS = ("to the tangent’s own fit", "at random, as far")
WAYS = torch.logspace(-1.3, 0.18, 12, dtype=torch.float64)
CUT = 1e-10  # eigenvalues below this share of the largest count as none: a narrow net has too few weights for a fit
LOOKS = (("purple", ":"), ("orange", "-."), ("vermilion", (0, (5, 1, 1, 1, 1, 1))), ("sky", "--"), ("blue", "-"))


@dataclass(frozen=True)
class Road:
    """Where one net starts, where it goes, and what its tangent expects on the way."""

    W: Tensor  # (m, d)
    a: Tensor  # (m,)
    dW: Tensor
    da: Tensor
    f0: Tensor  # (grid,)
    slope: Tensor  # (grid,) of the tangent

    def net(self, way: float) -> Tensor:
        """The net's curve at this share of the way."""
        return nets.outputs(circle.X_GRID, self.W + way * self.dW, self.a + way * self.da)

    def gap(self, way: float) -> float:
        """Net minus tangent, root mean square over the circle, in units of the target's."""
        apart = self.net(way) - self.f0 - way * self.slope
        return float(apart.square().mean().sqrt() / circle.SIZE)

    @property
    def moved(self) -> float:
        """How far the weights move on the whole way, as a share of their own size."""
        return float(length(self.dW, self.da) / length(self.W, self.a))


@dataclass(frozen=True)
class Walk:
    """A net and its tangent at one share of the way; the gap between them all along it, for every width."""

    width: int
    way: float
    start: Tensor  # (grid,)
    curve: Tensor  # (grid,)
    tangent: Tensor  # (grid,)
    gap: float
    moved: float
    gaps: Tensor  # (widths, ways)


def length(W: Tensor, a: Tensor) -> Tensor:
    return torch.cat([W.flatten(), a]).norm()


def gates(x: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """a_j where unit j is open, else 0.  (n, m)"""
    return (x @ W.T > 0) * a


def derivative(x: Tensor, W: Tensor, a: Tensor, dW: Tensor, da: Tensor) -> Tensor:
    """J (dW, da): how fast the outputs change along a move.  (n,)"""
    return (2 / len(a)) ** 0.5 * (torch.relu(x @ W.T) @ da + (gates(x, W, a) * (x @ dW.T)).sum(1))


def combined(alpha: Tensor, x: Tensor, W: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
    """J' alpha: a move of W and a, the sum of the gradients at the points with weights alpha."""
    c = (2 / len(a)) ** 0.5
    return c * (alpha[:, None] * gates(x, W, a)).T @ x, c * torch.relu(x @ W.T).T @ alpha


def fit_of_tangent(W: Tensor, a: Tensor, empirical_ntk: nets.EmpiricalNTK) -> Tensor:
    """alpha of the module's system: the smallest one, where the tangent cannot pass through every point."""
    Theta = empirical_ntk(circle.X, circle.X, W, a)
    inverse = torch.linalg.pinv((Theta + Theta.T) / 2, rtol=CUT, hermitian=True)
    return inverse @ (circle.Y - nets.outputs(circle.X, W, a))


@cached(2 * len(WIDTHS))
def road(width: int, direction: str, seed: int, empirical_ntk: nets.EmpiricalNTK) -> Road:
    generator = compute.generator(1000 * seed + width)
    W, a = nets.weights(nets.net(3, width).init(generator))
    alpha = fit_of_tangent(W, a, empirical_ntk)
    dW, da = combined(alpha, circle.X, W, a)
    slope = empirical_ntk(circle.X_GRID, circle.X, W, a) @ alpha
    if direction == DIRECTIONS[1]:
        far = length(dW, da)
        dW, da = (torch.randn(p.shape, generator=generator, dtype=p.dtype) for p in (dW, da))
        dW, da = (far / length(dW, da) * p for p in (dW, da))
        slope = derivative(circle.X_GRID, W, a, dW, da)
    return Road(W, a, dW, da, nets.outputs(circle.X_GRID, W, a), slope)


@cached(4)
def all_gaps(direction: str, seed: int, empirical_ntk: nets.EmpiricalNTK) -> Tensor:
    roads = [road(width, direction, seed, empirical_ntk) for width in WIDTHS]
    return torch.tensor([[one.gap(float(way)) for way in WAYS] for one in roads], dtype=torch.float32)


def walk(
    width: str,
    way: float,
    direction: str,
    seed: int = 0,
    *,
    empirical_ntk: nets.EmpiricalNTK = exercises.empirical_ntk,
) -> Walk:
    """Go a share of the way; at 1 the tangent has arrived."""
    here = road(int(width), direction, seed, empirical_ntk)
    return Walk(
        width=int(width),
        way=way,
        start=here.f0,
        curve=here.net(way),
        tangent=here.f0 + way * here.slope,
        gap=here.gap(way),
        moved=way * here.moved,
        gaps=all_gaps(direction, seed, empirical_ntk),
    )


class WalkFigure(ArtistFigure):
    """Left: the net and its tangent around the circle. Right: how far apart they are, all along the way."""

    size = (9.4, 4.1)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)
    TOP, LOWEST, HIGHEST = 2.4, 3e-5, 8.0

    def layout(self, figure):
        ring, gaps = figure.subplots(1, 2, width_ratios=(1.25, 1))
        ring.plot(circle.ANGLES.rad2deg(), circle.Y, "o", color=PALETTE["black"], markersize=5)
        (self.start,) = ring.plot([], [], color=PALETTE["grey"], linestyle=":", label="at the start")
        (self.curve,) = ring.plot([], [], color=PALETTE["blue"], label="the net")
        (self.tangent,) = ring.plot([], [], "--", color=PALETTE["vermilion"], label="its tangent")
        ring.set(xlim=(0, 360), ylim=(-self.TOP, self.TOP), xticks=range(0, 361, 90), xlabel="angle of x, degrees")
        ring.set_title("f(x)  (● points to fit)")
        ring.legend(loc="lower center", ncols=3, columnspacing=1.2)
        self.lines = []
        for width, (colour, style) in zip(WIDTHS, LOOKS, strict=True):
            (line,) = gaps.plot([], [], linestyle=style, color=PALETTE[colour], label=f"{width:,}")
            self.lines.append(line)
        (self.here,) = gaps.plot([], [], "D", color=PALETTE["black"], markersize=8)
        gaps.set(xscale="log", yscale="log", xlim=(0.045, 1.7), ylim=(self.LOWEST, self.HIGHEST))
        gaps.set_xticks([0.05, 0.2, 0.5, 1], ["0.05", "0.2", "0.5", "1"])
        gaps.set_xticks([], minor=True)
        gaps.set(xlabel="share of the way", title="net minus tangent  (◆ here)")
        gaps.legend(title="width", loc="center left", bbox_to_anchor=(1.01, 0.5))

    def draw(self, result: Walk):
        degrees = circle.GRID.rad2deg()
        self.start.set_data(degrees, result.start)
        self.curve.set_data(degrees, result.curve.clamp(-2 * self.TOP, 2 * self.TOP))
        self.tangent.set_data(degrees, result.tangent.clamp(-2 * self.TOP, 2 * self.TOP))
        for line, gaps in zip(self.lines, result.gaps, strict=True):
            line.set_data(WAYS, gaps.clamp(self.LOWEST, self.HIGHEST))
        self.here.set_data([result.way], [min(max(result.gap, self.LOWEST), self.HIGHEST)])

    def describe(self, result: Walk) -> str:
        guess = self.prediction()
        widest = result.width == WIDTHS[-1] and result.way == 1
        said = f" You said {guess:.0f} %." if guess is not None and widest else ""
        return (
            f"A net of {result.width:,} hidden units, {100 * result.way:.3g} % of the way. Its weights have moved by "
            f"{say(100 * result.moved, 2)} % of their size.{said} Net and tangent are {say(100 * result.gap, 2)} % of "
            f"the target’s size apart."
        )


def explorer() -> Explorer:
    """The walk, fresh."""
    return Explorer(
        name="walk",
        title="Walk: a net and its tangent",
        controls=(
            Choice("width", "Hidden units", tuple(map(str, WIDTHS)), "128"),
            Slider("way", "Share of the way", 0.05, 1.5, 1.0, step=0.05),
            Choice("direction", "Direction", DIRECTIONS, DIRECTIONS[0]),
        ),
        compute=walk,
        figure=WalkFigure,
        uses=("empirical_ntk",),
    )
