"""What removes the peak, moves it, or raises another: the same nets, with one thing changed.

All nets of this explorer have the same wrong labels and differ in their start, so that the outputs of several can be
averaged. Nets stop early at the moment that is best for a hundred digits held out, whose labels are wrong as often.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.lessons.double_descent_trained import exercises, shared
from ddlearn.lessons.double_descent_trained.shared import CLASSES, HELD_OUT, Progress, Training

WIDTHS = (5, 8, 13, 20, 30, 40, 53, 80, 120)
MEMBERS = 3
SAME_SIZE = {2: (40, 80), 3: (40, 120)}  # so many nets of one width, or a single one of the other
WRONG = 0.2
PLAIN, EARLY, ENTROPY = "nothing", "early stopping", "cross-entropy"
TICKS = {0.1: "0.1", 0.3: "0.3", 1: "1", 2: "2"}

# weight_decay stands beside |f - y|^2 / (2nk): next to |f - y|^2 / n it is 2k = 20 times as large.
CHANGES: dict[str, dict[str, object]] = {
    PLAIN: {},
    EARLY: {},
    "no wrong labels": {"wrong": 0.0},
    "weight decay, weak": {"how": (("weight_decay", 5e-5),)},
    "weight decay, strong": {"how": (("weight_decay", 1.5e-3),)},
    ENTROPY: {"how": (("loss", "cross-entropy"),)},
    "small batches": {"how": (("batch", 50),), "steps": 1200},
    "longer steps": {"rate": 0.02},
}


class Scores(NamedTuple):
    """Of nets, or of averages of nets, each (W, S): every net, with those next to it."""

    error: Tensor
    mse: Tensor


@dataclass(frozen=True, eq=False)
class Cure:
    """Nets as they are, and nets with one thing changed and `members` of them averaged."""

    change: str
    members: int
    ratio: Tensor  # (W,) P / nk of one net
    plain: Scores
    changed: Scores
    alone: Scores  # changed, and not averaged

    @property
    def compares(self) -> bool:
        """Whether outputs are meant to be the one-hot label, so that a squared error has a meaning."""
        return self.change != ENTROPY


def training(change: str, seed: int) -> Training:
    """Return what to train for a change. Only the plain nets are looked at along the way."""
    record = shared.RECORD if change in (PLAIN, EARLY) else ()
    plain = {"wrong": WRONG, "seed": seed, "widths": WIDTHS, "seeds": MEMBERS, "shared": True, "keep": True}
    return Training(**{**plain, "record": record, **CHANGES[change]})


def scores(outputs: Tensor, y: Tensor) -> Scores:
    """Score outputs (W, S, R, m, K) by labels y (m,).  -> (W, S, R) each"""
    mse = (outputs - dd.one_hot(y, CLASSES).to(outputs)).square().sum(-1).mean(-1).double()
    return Scores((outputs.argmax(-1) != y).double().mean(-1), mse)


def averaged(sweep: dd.NetSweep, members: int, seed: int, stop: Callable | None = None) -> Scores:
    """Score averages of so many nets on new digits: at the end, or each at the moment that `stop` chooses.

    That is asked of the squared error and of the errors on the digits held out, a fifth of whose labels are wrong.
    """
    digits = shared.split(seed)
    outputs = dd.average_outputs(sweep.outputs if stop else sweep.outputs[:, :, -1:], members)
    new = scores(outputs[..., HELD_OUT:, :], digits.new_y)
    if stop is None:
        return Scores(new.error[..., -1], new.mse[..., -1])
    held_y = dd.flip_labels(digits.held_y, WRONG, CLASSES, compute.generator(seed + 2000, digits.held_y.device))
    held = scores(outputs[..., :HELD_OUT, :], held_y)
    return Scores(stop(held.error, new.error), stop(held.mse, new.mse))


def cures(
    change: str,
    members: int,
    seed: int = 0,
    *,
    early_stop: Callable = exercises.early_stop,
    progress: Progress | None = None,
) -> Cure:
    """Return nets as they are beside nets with one change, on the same digits and labels."""
    first = progress and (lambda share, words: progress(0.5 * share, words))
    second = progress and (lambda share, words: progress(0.5 + 0.5 * share, words))
    plain = shared.trained(training(PLAIN, seed), progress=first)
    other = shared.trained(training(change, seed), progress=second)
    stop = early_stop if change == EARLY else None
    alone = averaged(other, 1, seed, stop)
    return Cure(
        change=change,
        members=members,
        ratio=plain.ratio,
        plain=averaged(plain, 1, seed),
        changed=alone if members == 1 else averaged(other, members, seed, stop),
        alone=alone,
    )


def picture(fig, r: Cure) -> None:
    """Draw squared error and error rate: nets as they are in grey, changed ones in blue."""
    panels = fig.row(1, 1)
    limits, axis = {"xlim": (0.085, 2.6), "log": "x", "xticks": TICKS}, "P / nk of one net"
    panels[0].frame("squared error", axis, ylim=(0, 1.75), grid=True, **limits)
    panels[1].frame("error rate", axis, ylim=(0, 0.65), grid=True, **limits)
    looks = (
        (r.plain, "nets as they are, one at a time", "grey", "--", "s"),
        (r.changed, "with the change", "blue", "-", "o"),
    )
    for panel, measure in zip(panels, ("mse", "error"), strict=True):
        for nets, name, color, style, marker in looks:
            if measure == "error" or nets is r.plain or r.compares:
                values = getattr(nets, measure)
                panel.band(r.ratio, values.amin(1), values.amax(1), color, alpha=0.25)
                panel.line(r.ratio, values.mean(1), color, style, name, marker=marker, size=5)
        panel.upright(1, "vermilion", "-.", "P = nk" if measure == "error" else None, width=1.6)
    if not r.compares:
        words = "cross-entropy has no squared error to compare"
        panels[0].text(0.5, 0.9, words, inside=True, ha="center", backgroundcolor="white")
    fig.legend(ncols=3)


def sentence(r: Cure, said) -> str:
    """Say what the change does to the curve over widths, and what was predicted."""
    measure, name = ("mse", "Squared error") if r.compares else ("error", "Error rate")

    def course(nets: Scores) -> str:
        return shared.course(WIDTHS, r.ratio, getattr(nets, measure).mean(1))

    count, end = "one net at a time", f"The nets as they are: {course(r.plain)}."
    if r.members > 1:
        small, wide = SAME_SIZE[r.members]
        together = getattr(r.changed, measure)[WIDTHS.index(small)].mean()
        alone = getattr(r.alone, measure)[WIDTHS.index(wide)].mean()
        count = f"{r.members} nets averaged"
        end = (
            f"At equal total size: {together:.2g} for {r.members} nets of {small} units, {alone:.2g} for one of {wide}."
        )
    guess = said("stopped") if r.change == EARLY else None
    you = "" if guess is None else f" You said: {guess}."
    return f"{name}: {course(r.changed)} ({r.change}, {count}). {end}{you}"


explorer = Explorer(
    "cures",
    "What removes the peak",
    controls=(
        Choice("change", "Change", tuple(CHANGES), EARLY),
        Slider("members", "Nets averaged", 1, MEMBERS, 1, whole=True),
    ),
    compute=cures,
    picture=picture,
    sentence=sentence,
    uses=("early_stop",),
    size=(9.6, 4.1),
    pairs=(("change", "members"),),
)
