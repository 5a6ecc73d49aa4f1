"""The output scale: test error, laziness, and what the net reads, against the scale at which it was trained."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, Switch
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.leaving_the_lazy_regime import exercises
from ddlearn.lessons.leaving_the_lazy_regime.shared import SCALES, TASKS, Doubled, Start, Sweep, draw, net, trained

ERRORS, CHANGES = (1.5e-3, 12.0), (1.5e-3, 20.0)
ABOVE_LEGENDS = 0.03  # where upright lines begin


@dataclass(frozen=True, eq=False)
class Regimes:
    """The sweep, how far everything moved in it, and which of its scales is looked at."""

    sweep: Sweep
    moved: Tensor  # (S,) relative change of the weights
    drifted: Tensor  # (S,) relative change of the tangent kernel
    here: int
    zero: bool


def regimes(
    alpha: float,
    task: str,
    zero: bool,
    seed: int = 0,
    *,
    drift: Callable[[Tensor, Tensor], float] = exercises.drift,
    doubled: Doubled = exercises.doubled,
    scales: tuple[float, ...] = SCALES,
    progress: compute.Progress | None = None,
) -> Regimes:
    """Train at every scale, once; then look at the one nearest to `alpha`. `zero` starts from the zero function."""
    starts = Start.of([draw(net(task), compute.generator(1000 + seed), twins) for twins in (doubled, None)])
    sweep = trained(task, seed, starts, scales, progress=progress)[0 if zero else 1]

    def drifts(those: Tensor) -> Tensor:
        return torch.tensor([float(drift(those[0].double(), one.double())) for one in those[1:]], dtype=torch.float32)

    here = min(range(len(scales)), key=lambda k: abs(math.log(scales[k] / alpha)))
    return Regimes(sweep, drifts(sweep.weights), drifts(sweep.kernels), here, zero)


def crossing(sweep: Sweep) -> tuple[float, float] | None:
    """Return the neighboring scales between which the test error first passes the any-kernel line."""
    above = [k for k, error in enumerate(sweep.test.tolist()) if sweep.bound is not None and error > sweep.bound]
    return (sweep.scales[above[0] - 1], sweep.scales[above[0]]) if above and above[0] > 0 else None


def picture(fig, r: Regimes, said) -> None:
    """Draw the test error and what moved against the scale, and the lengths of the first layer's weights."""
    errors, changes, reading = fig.row(1.05, 1.05, 0.9)
    sweep, scales, here, guess = r.sweep, r.sweep.scales, r.sweep.scales[r.here], said("crossing")
    parity = sweep.bound is not None
    axis = {"xlabel": "output scale", "xlim": (0.25, 130), "log": "xy"}
    errors.frame("test error  (◇ this scale)", ylim=ERRORS, legend="lower right", **axis)
    errors.line(scales, sweep.test, "blue", label="the net", marker="o")
    if parity:
        errors.level(sweep.bound, "vermilion", "--", "no kernel averages less")
    errors.level(sweep.regression, "purple", "-.", "kernel at start")
    if parity and guess is not None:
        errors.line([guess] * 2, [ABOVE_LEGENDS, ERRORS[1]], "black", ":", "you said")
    errors.dots([here], [sweep.test[r.here]], "black", "D", size=9, filled=False)
    changes.frame("how far from lazy", ylim=CHANGES, legend="lower left", **axis)
    changes.line(scales, r.moved, "blue", "-", "weights moved", marker="o", size=5)
    changes.line(scales, r.drifted, "orange", "--", "kernel moved", marker="^", size=5)
    changes.line(scales, sweep.gap.sqrt(), "purple", "-.", "net to regression", marker="s", size=5)
    changes.line(scales, sweep.tangent_move, "black", ":", "theory: weights")
    changes.line([here] * 2, [ABOVE_LEGENDS, CHANGES[1]], "grey", width=1)

    lengths = sweep.reading[r.here]
    inputs, tallest = torch.arange(1, len(lengths) + 1), max(2.2, 1.1 * float(lengths.max()))
    limits = {"xlim": (0, len(lengths) + 1), "ylim": (0, tallest)}
    reading.frame("what the net reads", "bit" if parity else "pixel", **limits)
    reading.level(1, "grey", "--", width=1)
    others = inputs > 2 if parity else inputs > 0
    reading.vlines(inputs[others], 0, lengths[others], "sky", width=5 if parity else 2.2)
    if parity:
        reading.vlines(inputs[:2], 0, lengths[:2], "vermilion", width=5)
        reading.text(0.16, 0.93, "the two bits", "vermilion", inside=True)


def sentence(r: Regimes, said) -> str:
    """Say what the net at this scale has learned, and how far it is from its kernel."""
    sweep, error, bound = r.sweep, float(r.sweep.test[r.here]), r.sweep.bound
    side = you = ""
    if bound is not None:
        where = "below" if error < bound else "above"
        side = f", {where} {say(bound, 2)}, below which no fixed kernel’s average over such parities lies"
    crossed, guess = crossing(sweep), said("crossing")
    if crossed and guess is not None:
        you = f" You said {brief(guess)}; the line is crossed between {brief(crossed[0])} and {brief(crossed[1])}."
    random = "" if r.zero else " from a random start"
    before, after = sweep.alignment[0], sweep.alignment[1 + r.here]
    return (
        f"Output scale {brief(sweep.scales[r.here])}{random}: test error {say(error, 2)}{side}. Weights moved by "
        f"{100 * r.moved[r.here]:.0f} %, kernel by {100 * r.drifted[r.here]:.0f} %; alignment {say(before, 2)} "
        f"before, {say(after, 2)} after. Distance from the regression with its first kernel: "
        f"{say(sweep.gap[r.here].sqrt(), 2)}.{you}"
    )


explorer = Explorer(
    "scale",
    "Output scale: one net, from rich to lazy",
    controls=(
        Slider("alpha", "Output scale", SCALES[0], SCALES[-1], SCALES[-1], log=True, step=0.25),
        Choice("task", "Task", TASKS, TASKS[0]),
        Switch("zero", "Start from the zero function", True),
    ),
    compute=regimes,
    picture=picture,
    sentence=sentence,
    uses=("drift", "doubled"),
    size=(10.2, 4.1),
)
