"""The output scale: test error, what the first layer reads, and how far everything moved, against that scale."""

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

ERRORS, CHANGES = (1.5e-3, 12.0), (1.5e-2, 30.0)
SHOWN = ("what the first layer reads", "how far it moved")


@dataclass(frozen=True, eq=False)
class Regimes:
    """The sweep, how far everything moved in it, and which of its scales is looked at."""

    sweep: Sweep
    moved: Tensor  # (S,) relative change of the weights
    drifted: Tensor  # (S,) relative change of the tangent kernel
    here: int
    zero: bool
    shows: str


def regimes(
    alpha: float,
    task: str,
    zero: bool,
    shows: str = SHOWN[0],
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
    return Regimes(sweep, drifts(sweep.weights), drifts(sweep.kernels), here, zero, shows)


def picture(fig, r: Regimes) -> None:
    """Draw the test error against the scale, and beside it what the first layer reads, or how far everything moved."""
    errors, other = fig.row(1, 1)
    axis = {"xlabel": "output scale α", "xlim": (0.25, 130), "log": "xy"}
    sweep, scales, here = r.sweep, r.sweep.scales, r.sweep.scales[r.here]
    errors.frame("test error  (◇ this scale)", ylim=ERRORS, legend="lower right", **axis)
    errors.line(scales, sweep.test, "blue", label="the network", marker="o")
    if sweep.bound is not None:
        errors.level(sweep.bound, "vermilion", "--", "no kernel averages less")
    errors.level(sweep.regression, "purple", "-.", "tangent kernel at the start")
    errors.dots([here], [sweep.test[r.here]], "black", "D", size=9, filled=False)
    if r.shows == SHOWN[0]:
        _reading(other, sweep.reading[r.here], sweep.bound is not None)
        return
    other.frame("relative change in training", ylim=CHANGES, legend="lower left", **axis)
    other.line(scales, r.moved, "blue", "-", "weights", marker="o", size=5)
    other.line(scales, r.drifted, "orange", "--", "kernel", marker="^", size=5)
    other.line(scales, sweep.tangent_move, "black", ":", "weights, by the tangent")
    other.dots([here], [r.moved[r.here]], "black", "D", size=9, filled=False)


def _reading(panel, lengths: Tensor, parity: bool) -> None:
    """Draw the length of each input's weights in the first layer."""
    inputs, tallest = torch.arange(1, len(lengths) + 1), max(2.2, 1.1 * float(lengths.max()))
    limits = {"xlim": (0, len(lengths) + 1), "ylim": (0, tallest)}
    panel.frame("what the first layer reads", "input bit" if parity else "pixel", "length of its weights", **limits)
    panel.level(1, "grey", "--", width=1)
    others = inputs > 2 if parity else inputs > 0
    panel.vlines(inputs[others], 0, lengths[others], "sky", width=5 if parity else 2.2)
    if parity:
        panel.vlines(inputs[:2], 0, lengths[:2], "vermilion", width=5)
        panel.text(0.16, 0.93, "the two bits of the target", "vermilion", inside=True)


def sentence(r: Regimes) -> str:
    """Say what the net at this scale has learned, and how far it is from its kernel."""
    sweep, error, bound = r.sweep, float(r.sweep.test[r.here]), r.sweep.bound
    side = ""
    if bound is not None:
        where = "below" if error < bound else "above"
        side = f", {where} {say(bound, 2)}, the smallest average of any fixed kernel"
    random = "" if r.zero else " from a random start"
    before, after = sweep.alignment[0], sweep.alignment[1 + r.here]
    read = f" An input’s weights are at most {say(sweep.reading[r.here].max(), 2)} long." if r.shows == SHOWN[0] else ""
    return (
        f"At output scale {brief(sweep.scales[r.here])}{random} the test error is {say(error, 2)}{side}. The weights "
        f"moved by {say(100 * r.moved[r.here], 2)} % and the kernel by {say(100 * r.drifted[r.here], 2)} %; its "
        f"alignment with the labels went from {say(before, 2)} to {say(after, 2)}. The network differs from the "
        f"regression with its first kernel by {say(sweep.gap[r.here].sqrt(), 2)} (root mean square).{read}"
    )


explorer = Explorer(
    "scale",
    "Output scale: one network, from lazy to rich",
    controls=(
        Slider("alpha", "Output scale α", SCALES[0], SCALES[-1], SCALES[-1], log=True, step=0.25),
        Choice("shows", "Right panel", SHOWN, SHOWN[0]),
        Choice("task", "Task", TASKS, TASKS[0]),
        Switch("zero", "Start from the zero function", True),
    ),
    compute=regimes,
    picture=picture,
    sentence=sentence,
    uses=("drift", "doubled"),
    size=(9.8, 4.1),
    more=("task", "zero"),
    pairs=(("alpha", "shows"), ("alpha", "zero")),
)
