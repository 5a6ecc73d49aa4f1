"""The film: thirty neurons in the plane, which first turn and then grow."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, early_alignment
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import say
from ddlearn.early_alignment import Run

STARTS = {"0.0001": 1e-4, "0.01": 1e-2, "1": 1.0}
EACH, UNITS, FRAMES = 3, 30, 101
ANGLE, MOVED = 62, 14  # degrees of a class's points, and how far each may be from there


@dataclass(frozen=True, eq=False)
class Scene:
    """One frame: the neurons W (h, 2), the signs of v (h,), and the loss up to now."""

    X: Tensor
    y: Tensor
    W: Tensor
    signs: Tensor
    size: float
    frame: int
    t: Tensor  # (FRAMES,)
    loss: Tensor  # (FRAMES,) over that of f = 0
    placed: Tensor  # (FRAMES,)


@cached(4)
def points(seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return X (6, 2), y (6,), and a start of size 1: W (1, h, 2), v (1, h)."""
    generator = compute.generator(seed)
    y = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat_interleave(EACH)
    moved = MOVED * (2 * torch.rand(2 * EACH, generator=generator, dtype=torch.float64) - 1)
    angle, length = torch.deg2rad(y * ANGLE + moved), 0.7 + 0.6 * torch.rand(2 * EACH, generator=generator).double()
    X = length[:, None] * torch.stack([angle.sin(), angle.cos()], 1)
    return X, y, *early_alignment.balanced_start(UNITS, 2, torch.ones(1, dtype=torch.float64), generator)


@cached(4)
def run(start: str) -> Run:
    """Train from this start until the loss is a hundredth, watching all neurons."""
    X, y, W, v = points()
    size = STARTS[start]
    return early_alignment.train(X, y, size * W, size * v, watch=lambda W, v: W)


def film(frame: int, start: str) -> Scene:
    """Return one of 101 moments at equal distances in time, up to the fall of the loss."""
    X, y, _, v = points()
    seen = run(start)
    t = torch.linspace(0, float(seen.t[-1, 0]), FRAMES, dtype=torch.float64)
    steps = torch.searchsorted(seen.t[:, 0].contiguous(), t).clamp(max=len(seen.t) - 1)
    loss = seen.loss[steps, 0].sum(1) / (4 * EACH * math.log(2))
    return Scene(X, y, seen.watched[steps[frame], 0], v[0].sign(), STARTS[start], frame, t, loss, seen.placed[steps, 0])


def picture(fig, r: Scene) -> None:
    """Draw the points, the two regions and the neurons; beside them the loss and how many are in their place."""
    plane, loss = fig.row(1, 1)
    plane.frame("neurons and points", xlim=(-1.75, 1.75), ylim=(-1.5, 1.5), xticks=(), yticks=(), legend="upper center")
    for sign, color, name in ((1, "sky", "S₊"), (-1, "orange", "S₋")):
        plane.areas([_wedge(r.X, r.y * sign > 0).numpy()], color, name, alpha=0.25)
        plane.segments(
            [[(0, 0), arrow] for arrow in _arrows(r)[r.signs == sign].tolist()], ("blue", "vermilion")[sign < 0]
        )
    for label, color, marker in ((1, "blue", "^"), (-1, "vermilion", "o")):
        plane.dots(*r.X[r.y == label].T, color, marker, f"label {label:+d}".replace("-", "−"), size=8, edge="black")
    names = {"loc": "center left"}
    loss.frame("loss, and neurons in their place", "time t", xlim=(0, float(r.t[-1])), ylim=(-0.02, 1.08), legend=names)
    loss.line(r.t, r.loss.clamp(max=1.05), "black", "-", "loss over its start")
    loss.line(r.t, r.placed, "green", "--", "share in place")
    loss.upright(float(r.t[r.frame]), "grey")


def _arrows(r: Scene) -> Tensor:
    """Return the directions of the neurons, 0.35 long where |w| is the size of the start, longer by its logarithm."""
    length = r.W.norm(dim=1)
    shown = 0.35 + 0.11 * (length / r.size).log().clamp(-2.5, 10)
    return r.W / length[:, None] * shown[:, None]


def _wedge(X: Tensor, mine: Tensor) -> Tensor:
    """Return the corners of the region in which a neuron is active on exactly these points."""
    middle = X[mine].sum(0)
    angle = torch.atan2(middle[1], middle[0]) + torch.linspace(-math.pi, math.pi, 721, dtype=torch.float64)
    w = torch.stack([angle.cos(), angle.sin()], 1)
    inside = ((w @ X.T > 0) == mine).all(1)
    return torch.cat([torch.zeros(1, 2, dtype=torch.float64), 1.7 * w[inside]])


def sentence(r: Scene) -> str:
    """Say how many neurons are in their place, how much they have grown, and how far the loss has fallen."""
    grown = float((r.W.norm(dim=1) / r.size).max())
    return (
        f"At t = {say(float(r.t[r.frame]), 2)}, {100 * float(r.placed[r.frame]):.0f} % of the neurons are in their "
        f"place. The loss is {100 * float(r.loss[r.frame]):.0f} % of that of the zero function, and the longest neuron "
        f"is {say(grown, 2)} times as long as the size of the start."
    )


explorer = Explorer(
    "film",
    "Neurons turn, then grow",
    controls=(
        Slider("frame", "Moment", 0, FRAMES - 1, 0, whole=True),
        Choice("start", "Size of the start", tuple(STARTS), next(iter(STARTS))),
    ),
    compute=film,
    picture=picture,
    sentence=sentence,
    size=(9.4, 4.3),
    pairs=(("start", "frame"),),
)
