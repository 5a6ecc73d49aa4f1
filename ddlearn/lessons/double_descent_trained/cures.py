"""What removes the peak, moves it, or raises another: the same nets, with one thing changed.

All nets of this explorer have the same wrong labels and differ in their start, so that the outputs of several can be
averaged. Nets stop early at the moment that is best for a hundred digits held out, whose labels are wrong as often.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.double_descent.trained_nets import Scores, score_outputs
from ddlearn.lessons.double_descent_trained import exercises, shared
from ddlearn.lessons.double_descent_trained.shared import CLASSES, HELD_OUT, MEASURES, NEW, Training

WIDTHS = (5, 8, 13, 20, 30, 40, 53, 80, 120)
MEMBERS = 3
SAME_SIZE = {2: (40, 80), 3: (40, 120)}  # so many nets of one width, or a single one of the other
WRONG = 0.2
PLAIN, EARLY, ENTROPY = "nothing", "early stopping", "cross-entropy"

NETS = Training(WRONG, widths=WIDTHS, seeds=MEMBERS, shared=True, keep=True)
END = replace(NETS, record=())  # looked at when trained, and never along the way

# weight_decay stands beside |f - y|^2 / (2nk): next to |f - y|^2 / n it is 2k = 20 times as large.
CHANGES = {
    PLAIN: NETS,
    EARLY: NETS,
    "no wrong labels": replace(END, wrong=0.0),
    "weight decay, weak": replace(END, how=(("weight_decay", 5e-5),)),
    "weight decay, strong": replace(END, how=(("weight_decay", 1.5e-3),)),
    ENTROPY: replace(END, how=(("loss", "cross-entropy"),)),
    "small batches": replace(END, how=(("batch", 50),), steps=1200),
    "longer steps": replace(END, rate=0.02),
}


@dataclass(frozen=True, eq=False)
class Cure:
    """Nets as they are, and nets with one thing changed and `members` of them averaged."""

    change: str
    members: int
    ratio: Tensor  # (W,) P / nk of one net
    plain: Scores
    changed: Scores
    alone: Scores  # changed, and not averaged


def averaged(sweep: dd.NetSweep, members: int, seed: int, stop: Callable | None = None) -> Scores:
    """Score averages of so many nets on new digits: at the end, or each at the moment that `stop` chooses.

    That is asked of the squared error and of the errors on the digits held out, a fifth of whose labels are wrong.
    """
    digits, outputs = shared.split(seed), dd.average_outputs(sweep.outputs, members)
    held_y = dd.flip_labels(digits.held_y, WRONG, CLASSES, compute.generator(seed + 2000, digits.held_y.device))
    parts = zip(outputs.split((HELD_OUT, NEW), -2), (held_y, digits.new_y), strict=True)
    held, new = (score_outputs(f, y) for f, y in parts)
    return Scores(*map(stop, held, new)) if stop else Scores(*(values[..., -1] for values in new))


def cures(
    change: str,
    members: int,
    seed: int = 0,
    *,
    early_stop: Callable = exercises.early_stop,
    progress: compute.Progress | None = None,
) -> Cure:
    """Return nets as they are beside nets with one change, on the same digits and labels."""
    plain = shared.trained(replace(CHANGES[PLAIN], seed=seed), progress=compute.part(progress, 0, 0.5))
    other = shared.trained(replace(CHANGES[change], seed=seed), progress=compute.part(progress, 0.5, 1))
    stop = early_stop if change == EARLY else None
    alone, changed = (averaged(other, count, seed, stop) for count in (1, members))
    return Cure(change, members, plain.ratio, averaged(plain, 1, seed), changed, alone)


def picture(fig, r: Cure) -> None:
    """Draw squared error and error rate: nets as they are in grey, changed ones in blue."""
    look = {"xlim": (0.085, 2.6), "log": "x", "xticks": {0.1: "0.1", 0.3: "0.3", 1: "1", 2: "2"}, "grid": True}
    looks = (
        (r.plain, "nets as they are, one at a time", "grey", "--", "s"),
        (r.changed, "with the change", "blue", "-", "o"),
    )
    for panel, (title, measure), high in zip(fig.row(1, 1), MEASURES.items(), (1.75, 0.65), strict=True):
        panel.frame(title, "P / nk of one net", ylim=(0, high), **look)
        compares = measure == "error" or r.change != ENTROPY  # its outputs are not meant to be the one-hot label
        for nets, name, color, style, marker in looks if compares else looks[:1]:
            values = getattr(nets, measure)
            panel.band(r.ratio, values.amin(1), values.amax(1), color, alpha=0.25)
            panel.line(r.ratio, values.mean(1), color, style, name, marker=marker, size=5)
        if not compares:
            words = "cross-entropy has no squared error to compare"
            panel.text(0.5, 0.9, words, inside=True, ha="center", backgroundcolor="white")
        panel.upright(1, "vermilion", "-.", "P = nk" if measure == "error" else None, width=1.6)
    fig.legend(ncols=3)


def sentence(r: Cure, said) -> str:
    """Say what the change does to the curve over widths, and what was predicted."""
    name, measure = ("Error rate", "error") if r.change == ENTROPY else ("Squared error", "mse")
    plain, changed, alone = (getattr(nets, measure).mean(1) for nets in (r.plain, r.changed, r.alone))
    count, end = "one net at a time", f"The nets as they are: {shared.course(WIDTHS, r.ratio, plain)}."
    if r.members > 1:
        small, wide = SAME_SIZE[r.members]
        together, one = changed[WIDTHS.index(small)], alone[WIDTHS.index(wide)]
        count = f"{r.members} nets averaged"
        end = f"At equal total size: {together:.2g} for {r.members} nets of {small} units, {one:.2g} for one of {wide}."
    guess = said("stopped") if r.change == EARLY else None
    you = "" if guess is None else f" You said: {guess}."
    return f"{name}: {shared.course(WIDTHS, r.ratio, changed)} ({r.change}, {count}). {end}{you}"


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
