"""The lift: two classes that no line parts, seen where the kernel puts them.

A kernel K(x, x') = <phi(x), phi(x')> is an inner product in an embedding phi that is never written down. Ridge
regression on K finds a plane there. The right-hand picture looks at the embedded points along that plane, edge-on:
horizontally the score <w, phi(x)> + b, vertically the direction of largest spread inside the plane.
"""

from collections.abc import Callable
from dataclasses import dataclass

import contourpy
import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import PALETTE, Choice, Explorer, LiveFigure, Slider
from ddlearn.ridge import ridge

DATA = {"ring": datasets.rings, "moons": datasets.moons, "xor": datasets.xor}
KERNELS = ("linear", "polynomial", "rbf", "laplace", "arc-cosine")
SPAN, CELLS = 2.8, 64
PENALTY = 1e-5
MARK = {"markeredgecolor": "black", "markeredgewidth": 0.5, "markersize": 6}

Gram = Callable[[Tensor, Tensor, float], Tensor]


@dataclass(frozen=True)
class Lift:
    """The points, the plane's shadow on the page, and the points seen edge-on to the plane."""

    kernel: str
    width: float
    x: Tensor  # (n, 2)
    y: Tensor  # (n,) in {-1, +1}
    shadow: Tensor  # (CELLS, CELLS) score on a grid of the page
    score: Tensor  # (n,) along the plane's normal
    spread: Tensor  # (n,) inside the plane
    seen: float  # share of these points on their own side
    unseen: float  # share of fresh points on their own side


def embed(kernel: str, a: Tensor, b: Tensor, width: float, gram: Gram) -> Tensor:
    """The kernel with lengths measured in units of `width`; the learner's own `gram` is the rbf."""
    if kernel == "rbf":
        return gram(a, b, width)
    return kernels.gram(kernel.replace("-", "_"), a / width, b / width)


def lift(data: str, kernel: str, width: float, noise: float, seed: int = 0, *, gram: Gram = kernels.rbf) -> Lift:
    """Fit a plane in the kernel's embedding to 120 points; score a grid of the page, and 600 fresh points."""
    generator = compute.generator(seed)
    x, y = DATA[data](120, noise, generator)
    fresh_x, fresh_y = DATA[data](600, noise, generator)
    side = torch.linspace(-SPAN, SPAN, CELLS, dtype=x.dtype)
    page = torch.cartesian_prod(side, side)

    K = embed(kernel, x, x, width, gram)
    alpha = ridge(K + 1, y, PENALTY)  # + 1: a constant coordinate, so that the plane may miss the origin

    def score(points: Tensor) -> Tensor:
        return (embed(kernel, points, x, width, gram) + 1) @ alpha

    along = (K + 1) @ alpha
    return Lift(
        kernel=kernel,
        width=width,
        x=x,
        y=y,
        shadow=score(page).reshape(CELLS, CELLS).T,
        score=along,
        spread=largest_spread(K, alpha),
        seen=float((along.sign() == y).double().mean()),
        unseen=float((score(fresh_x).sign() == fresh_y).double().mean()),
    )


def largest_spread(K: Tensor, alpha: Tensor) -> Tensor:
    """Coordinates along the first principal direction of the centred embedding that is orthogonal to w = sum "
    "alpha phi."""
    centred = K - K.mean(0) - K.mean(1, keepdim=True) + K.mean()
    normal = (K @ alpha) - (K @ alpha).mean()
    inside = centred - torch.outer(normal, normal) / (alpha @ K @ alpha).clamp_min(1e-12)
    values, vectors = torch.linalg.eigh((inside + inside.T) / 2)
    first = vectors[:, -1]
    sign = torch.sign(first[first.abs().argmax()])  # an eigenvector has no sign of its own; fix one
    return sign * first * values[-1].clamp_min(0).sqrt()


class LiftFigure(LiveFigure):
    size = (9.4, 4.3)

    def layout(self, figure):
        from matplotlib.collections import LineCollection
        from matplotlib.colors import LinearSegmentedColormap

        page, edge = figure.subplots(1, 2)
        sides = LinearSegmentedColormap.from_list("sides", [PALETTE["orange"], "white", PALETTE["sky"]])
        self.shadow = page.imshow(
            torch.zeros(CELLS, CELLS, dtype=torch.float32).numpy(),
            extent=(-SPAN, SPAN, -SPAN, SPAN),
            origin="lower",
            cmap=sides,
            vmin=-1.5,
            vmax=1.5,
        )
        self.border = page.add_collection(LineCollection([], colors=PALETTE["black"], linewidths=1.5))
        page.set(
            title="the page, and the plane's shadow", xlabel="x₁", ylabel="x₂", xticks=[-2, 0, 2], yticks=[-2, 0, 2]
        )
        edge.axvline(0, color=PALETTE["black"], linewidth=1.5, label="the plane, edge-on")
        edge.axvspan(-9, 0, color=PALETTE["orange"], alpha=0.25, linewidth=0)
        edge.axvspan(0, 9, color=PALETTE["sky"], alpha=0.25, linewidth=0)
        edge.set(title="the embedding, looking along the plane", xlabel="score: side of the plane", xlim=(-2.2, 2.2))
        edge.set(ylabel="largest spread inside the plane", ylim=(-1.15, 1.15), yticks=[])
        looks = (("o", PALETTE["vermilion"], "class −1"), ("^", PALETTE["blue"], "class +1"))
        self.on_page, self.on_edge = (
            [axes.plot([], [], marker, color=colour, label=label, **MARK)[0] for marker, colour, label in looks]
            for axes in (page, edge)
        )
        edge.legend(loc="upper right")

    def draw(self, result: Lift):
        self.shadow.set_data(result.shadow.numpy())
        side = torch.linspace(-SPAN, SPAN, CELLS, dtype=torch.float32)
        self.border.set_segments(contourpy.contour_generator(side, side, result.shadow.numpy()).lines(0.0))
        tallest = result.spread.abs().max().clamp_min(1e-12)
        for k, label in enumerate((-1, 1)):
            mine = result.y == label
            self.on_page[k].set_data(result.x[mine, 0], result.x[mine, 1])
            self.on_edge[k].set_data(result.score[mine].clamp(-2.15, 2.15), result.spread[mine] / tallest)

    def describe(self, result: Lift) -> str:
        n = len(result.y)
        right = round(result.seen * n)
        parted = "parts the two classes: all" if right == n else "does not part the two classes: only"
        return (
            f"In the embedding of the {result.kernel} kernel of width {result.width:.3g}, one flat plane {parted} "
            f"{right} of {n} points stand on their own side. Of fresh points, {100 * result.unseen:.0f} % do."
        )


def explorer() -> Explorer:
    """The lift, fresh."""
    return Explorer(
        name="lift",
        title="Lift: what the kernel sees",
        controls=(
            Choice("data", "Data", tuple(DATA), "ring"),
            Choice("kernel", "Kernel", KERNELS, "linear"),
            Slider("width", "Width", 0.05, 5.0, 0.5, log=True),
            Slider("noise", "Noise", 0.0, 0.4, 0.1),
        ),
        compute=lift,
        figure=LiftFigure,
        uses=("gram",),
    )
