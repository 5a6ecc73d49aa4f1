"""Width: two certificates and the truth as a network grows; how far its weights move; which starts are covered.

The argument of the kernel regime needs weights that hardly move, so it needs width. The imbalance needs no more than
d + k - 1 units: from there on D has d positive or k negative eigenvalues for almost every Gaussian start.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import PALETTE, Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import say
from ddlearn.lessons.real_steps_real_widths import shared
from ddlearn.linear_networks import certificate, descend, envelope, kernel_ball

WIDTHS = tuple(2**k for k in range(2, 13))
RATIOS = ("1", "2", "4", "8")
SEEDS = range(3)
ENOUGH = 2 * shared.SIDE - 1  # d + k - 1
MOVE, COVERED = RIGHT = ("move of the weights", "share of starts covered")
AXIS = {"xlabel": "width h", "xlim": (3, 5500), "log": "xy", "xticks": (10, 100, 1000)}
MAP_WIDTHS, MAP_RATIOS, MAP_SEEDS = tuple(range(4, 13)), tuple(2 ** (k / 2) for k in range(7)), range(24)


@dataclass(frozen=True)
class Sweep:
    """What was promised and what happened at each of WIDTHS (w), for one ratio; nan where nothing was promised."""

    ratio: str
    right: str  # what the right panel shows
    at: int  # the width asked about, as an index
    certified: Tensor  # (w,) steps to a millionth by the imbalance: median over starts
    ball: Tensor  # (w,) steps to a millionth by the kernel ball; nan unless it covers every start
    actual: Tensor  # (w,) steps taken at the certified rate: median over starts
    move: Tensor  # (w,) relative move of the weights: mean over starts

    @property
    def ball_from(self) -> int:
        """Return the width from which on the kernel ball covers every start."""
        return WIDTHS[int(self.ball.isfinite().int().argmax())]


@cached(16)
def at_width(width: int) -> Tensor:
    """Return the steps certified by the imbalance, by the ball, and taken; and the relative move.  (4, ratios)"""
    start = shared.stack(width, tuple(map(float, RATIOS)), SEEDS)
    promised = envelope(*start, min(500, 20 + 8_000 // width))
    run = descend(*start, promised.rates[0], 600 if width < 64 else 100, stop=1e-6)
    return torch.stack([
        promised.iterations().median(1).values,
        kernel_ball(*start).iterations().amax(1),
        run.iterations().median(1).values,
        run.relative_move[-1].mean(1),
    ])  # fmt: skip


@cached(1)
def coverage() -> Tensor:
    """Return the share of starts that the certificate covers.  (MAP_WIDTHS, MAP_RATIOS)"""
    stacks = [shared.stack(width, MAP_RATIOS, MAP_SEEDS) for width in MAP_WIDTHS]
    return torch.stack([certificate(*starts).covered.double().mean(1) for starts in stacks])


def widen(ratio: str, width: int, right: str = MOVE, progress: compute.Progress = lambda share, words: None) -> Sweep:
    """Sweep the widths at one ratio, seen from the measured width nearest to `width`."""
    rows = []
    for k, one in enumerate(WIDTHS):
        progress(k / len(WIDTHS), f"descending at width {one}")
        rows.append(at_width(one))
    at = min(range(len(WIDTHS)), key=lambda k: abs(WIDTHS[k] / width - width / WIDTHS[k]))
    found = torch.stack(rows)[:, :, RATIOS.index(ratio)].T
    return Sweep(ratio, right, at, *found.where(found.isfinite(), torch.nan))


def picture(fig, r: Sweep, said) -> None:
    """Draw the steps to a millionth; beside them the move of the weights, or the share of starts covered."""
    steps, beside = fig.row(1.1, 1)
    steps.frame("steps to a millionth of the loss", ylim=(5, 2000), legend="upper right", **AXIS)
    steps.line(WIDTHS, r.actual, "blue", "-", "taken", marker="o", size=5)
    steps.line(WIDTHS, r.certified, "vermilion", "--", "certified: imbalance", marker="^")
    steps.line(WIDTHS, r.ball, "purple", "-.", "certified: fixed kernel", marker="s", size=5)
    steps.span(ENOUGH - 0.5, r.ball_from / 2**0.5, "#ececec", "fixed kernel: nothing", alpha=1)
    steps.span(3, ENOUGH - 0.5, "#b0b0b0", "imbalance: not every start", alpha=1)
    steps.upright(WIDTHS[r.at], "black", "--", width=1)
    if r.right == COVERED:
        starts_covered(beside, r, said("cover"))
        return
    beside.frame("relative move of the weights", ylim=(2e-3, 2), legend="lower left", **AXIS)
    beside.line(WIDTHS, r.move, label="measured", marker="o", size=5)
    root = (WIDTHS[-1] / torch.tensor(WIDTHS, dtype=torch.float64)).sqrt()
    beside.line(WIDTHS, r.move[-1] * root, "black", ":", "one over root width", width=1.5)
    beside.upright(WIDTHS[r.at], "black", "--", width=1)


def starts_covered(panel, r: Sweep, guess: float | None) -> None:
    """Draw the share of starts that the certificate covers, and what was predicted."""
    from matplotlib.colors import LinearSegmentedColormap

    edges = (MAP_WIDTHS[0] - 0.5, MAP_WIDTHS[-1] + 0.5, -0.25, 3.25)
    limits = {"xlim": edges[:2], "ylim": edges[2:], "xticks": (4, 6, 8, 10, 12), "yticks": dict(enumerate(RATIOS))}
    panel.frame("starts covered: none to all", "width h", "scale ratio", legend="upper right", **limits)
    grey_to_blue = LinearSegmentedColormap.from_list("covered", ["#a0a0a0", "#dde3e6", PALETTE["sky"]])
    panel.image(coverage().T, grey_to_blue, 0, 1, extent=edges, origin="lower")
    panel.upright(ENOUGH - 0.5, "vermilion", "-", "d + k − 1")
    panel.level(RATIOS.index(r.ratio), "black", "--", width=1)
    if guess is not None:
        panel.upright(min(guess, 12.9) - 0.5, "purple", ":", "you said", width=3)


def sentence(r: Sweep, said) -> str:
    """Say what was certified and taken at this width, and from which width on every start is covered."""
    width, guess = WIDTHS[r.at], said("cover")
    taken, certified = float(r.actual[r.at]), float(r.certified[r.at])
    took = f"the run took {say(taken)}" if math.isfinite(taken) else "the run had not arrived yet"
    if math.isfinite(certified):
        promised = f"The imbalance certified {say(certified)} steps to a millionth of the loss"
    elif width < ENOUGH:
        promised = "Not every start is covered"
    else:
        promised = "The imbalance covers every start, but certifies no millionth within this picture"
    you = "" if guess is None else f" You said that all are covered from width {say(guess)}; it is {ENOUGH}."
    return (
        f"{promised}, and {took}. Width {width}, scale ratio {r.ratio}: the weights moved by "
        f"{say(100 * float(r.move[r.at]), 2)} %. The argument with a fixed kernel covers every start from width "
        f"{say(r.ball_from)} on.{you}"
    )


explorer = Explorer(
    "width",
    "Width: what is certified, and how far the weights move",
    controls=(
        Slider("width", "Hidden units h", WIDTHS[0], WIDTHS[-1], 16, log=True, whole=True, step=0.30103),
        Choice("right", "Right panel", RIGHT, MOVE),
        Choice("ratio", "Scale of W₁ over W₂", RATIOS, "1"),
    ),
    compute=widen,
    picture=picture,
    sentence=sentence,
    size=(9.8, 4.2),
    pairs=(("width", "right"),),
)
