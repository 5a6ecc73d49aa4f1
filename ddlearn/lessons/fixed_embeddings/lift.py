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
from ddlearn.classroom import PALETTE, Choice, Explorer, Slider, cached
from ddlearn.ridge import ridge

DATA = {"ring": datasets.rings, "moons": datasets.moons, "xor": datasets.xor}
KERNELS = ("linear", "polynomial", "rbf", "laplace", "arc-cosine")
PAGE, CELLS = (-2.8, 2.8), 64
PENALTY = 1e-5

Written = Callable[[Tensor, Tensor, float], Tensor]  # gram, ridge and leave_one_out, which the learner writes


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


def embed(kernel: str, a: Tensor, b: Tensor, width: float, gram: Written) -> Tensor:
    """Return the kernel with lengths measured in units of `width`; the learner's own `gram` is the rbf."""
    return gram(a, b, width) if kernel == "rbf" else kernels.gram(kernel.replace("-", "_"), a / width, b / width)


def lift(data: str, kernel: str, width: float, noise: float, seed: int = 0, *, gram: Written = kernels.rbf) -> Lift:
    """Fit a plane in the kernel's embedding to 120 points; score a grid of the page, and 600 fresh points."""
    generator = compute.generator(seed)
    (x, y), (fresh_x, fresh_y) = (DATA[data](n, noise, generator) for n in (120, 600))
    side = torch.linspace(*PAGE, CELLS, dtype=x.dtype)
    page = torch.cartesian_prod(side, side)

    K, K_page, K_fresh = (embed(kernel, points, x, width, gram) for points in (x, page, fresh_x))
    alpha = ridge(K + 1, y, PENALTY)  # + 1: a constant coordinate, so that the plane may miss the origin
    score, shadow, fresh = ((values + 1) @ alpha for values in (K, K_page, K_fresh))
    seen, unseen = (float((s.sign() == side).double().mean()) for s, side in ((score, y), (fresh, fresh_y)))
    return Lift(kernel, width, x, y, shadow.reshape(CELLS, CELLS).T, score, largest_spread(K, alpha), seen, unseen)


def largest_spread(K: Tensor, alpha: Tensor) -> Tensor:
    """Return coordinates along the first principal direction of the centered embedding orthogonal to w.

    w = sum_i alpha_i phi(x_i) is the plane's normal.
    """
    centered = K - K.mean(0) - K.mean(1, keepdim=True) + K.mean()
    normal = (K @ alpha) - (K @ alpha).mean()
    inside = centered - torch.outer(normal, normal) / (alpha @ K @ alpha).clamp_min(1e-12)
    values, vectors = torch.linalg.eigh((inside + inside.T) / 2)
    first = vectors[:, -1]
    sign = torch.sign(first[first.abs().argmax()])  # an eigenvector has no sign of its own; fix one
    return sign * first * values[-1].clamp_min(0).sqrt()


def picture(fig, r: Lift) -> None:
    """Draw the page with the plane's shadow, and the embedding seen along the plane."""
    page, edge = fig.row(1, 1)
    ticks = (-2, 0, 2)
    square = {"xlim": PAGE, "ylim": PAGE, "xticks": ticks, "yticks": ticks, "aspect": "equal"}
    page.frame("the inputs, and where the plane cuts", "x₁", "x₂", **square)
    page.image(r.shadow, sides(), -1.5, 1.5, extent=(*PAGE, *PAGE), origin="lower")
    side = torch.linspace(*PAGE, CELLS, dtype=torch.float32)
    page.segments(contourpy.contour_generator(side, side, r.shadow.numpy()).lines(0.0), "black", width=1.5)
    names = "the embedding, looking along the plane", "score: side of the plane", "largest spread inside the plane"
    edge.frame(*names, xlim=(-2.2, 2.2), ylim=(-1.15, 1.15), yticks=(), legend="upper right")
    edge.upright(0, "black", "-", "the plane, edge-on", width=1.5)
    edge.span(-9, 0, "orange", alpha=0.25)
    edge.span(0, 9, "sky", alpha=0.25)
    tallest = r.spread.abs().max().clamp_min(1e-12)
    for label, color, marker, name in ((-1, "vermilion", "o", "class −1"), (1, "blue", "^", "class +1")):
        mine = r.y == label
        page.dots(r.x[mine, 0], r.x[mine, 1], color, marker, name, edge="black")
        edge.dots(r.score[mine].clamp(-2.15, 2.15), r.spread[mine] / tallest, color, marker, name, edge="black")


@cached(1)
def sides():
    """Return the colors of the two sides of the plane, which is white."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("sides", [PALETTE["orange"], "white", PALETTE["sky"]])


def sentence(r: Lift) -> str:
    """Say whether the plane separates the classes."""
    n, right = len(r.y), round(r.seen * len(r.y))
    does = "separates the two classes" if right == n else "does not separate the two classes"
    return (
        f"One flat plane {does}: {right} of {n} points are on their own side. Of new points, {100 * r.unseen:.0f} % "
        f"are. The embedding is that of the {r.kernel} kernel of width {r.width:.3g}."
    )


explorer = Explorer(
    "lift",
    "Lift: what the kernel sees",
    controls=(
        Choice("data", "Data", tuple(DATA), "ring"),
        Choice("kernel", "Kernel", KERNELS, "linear"),
        Slider("width", "Width", 0.05, 5.0, 0.5, log=True),
        Slider("noise", "Noise", 0.0, 0.4, 0.1),
    ),
    compute=lift,
    picture=picture,
    sentence=sentence,
    uses=("gram",),
    size=(9.4, 4.3),
    more=("noise",),
    pairs=(("kernel", "width"),),
)
