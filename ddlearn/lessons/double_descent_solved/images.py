"""Real digits: theory draws the double descent, then the fits are made."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import Choice, Explorer, Switch
from ddlearn.classroom.wording import say
from ddlearn.lessons.double_descent_solved import digits
from ddlearn.lessons.double_descent_solved.digits import CLASSES, N_TRAIN, POPULATION, WIDTHS

SPREAD = dd.geometric_steps(WIDTHS[0], WIDTHS[-1], 36)
LINE = tuple(sorted({*SPREAD, *(N_TRAIN + k for k in (-20, -8, -3, -1, 1, 3, 8, 20))} - {N_TRAIN}))
"""Where the theory's curve is drawn: everywhere but at N_TRAIN itself, where it is infinite."""
KERNEL_WIDTHS = ("1.5", "3")
RATES = {"none": 0.0, "10 %": 0.1, "20 %": 0.2}
NONE, BEST = "none", "the theory's best"


@dataclass(frozen=True, eq=False)
class Images:
    """The theory's curve, what went into it, and the measured points if they were asked for."""

    rate: float
    width: float
    penalized: bool
    known: dd.Spectrum  # of the M digits
    theory: Tensor  # (L,) mean squared error along LINE
    measured: Tensor | None  # (SEEDS, W)
    wrong: Tensor | None  # (SEEDS, W) share of test digits with a wrong answer
    gap: float | None  # median relative distance of the mean from the theory, away from the peak


def images(wrong: str, width: str, penalty: str, fits: bool, *, progress: compute.Progress | None = None) -> Images:
    """Return the theory's curve, and with `fits` the measured points."""
    rate, w, penalized = RATES[wrong], float(width), penalty == BEST
    for every in KERNEL_WIDTHS:  # both at once: then the menu is quick
        digits.modes(float(every))
    mse = error = gap = None
    if fits:
        path = digits.measured(rate, w, 0, progress=progress)
        which = digits.expected(rate, w, WIDTHS, penalized)[1]
        mse, error = (values[:, torch.arange(len(WIDTHS)), which] for values in (path.mse, path.error))
        gap = digits.median_gap(mse.mean(0), rate, w, penalized)
    theory, _ = digits.expected(rate, w, LINE, penalized)
    return Images(rate, w, penalized, digits.spectrum(rate, w), theory, measured=mse, wrong=error, gap=gap)


def picture(fig, r: Images, said) -> None:
    """Draw what the theory knows, and what it says with what the fits measure."""
    known, says = fig.row(1, 1.7)
    index, line, signal = torch.arange(POPULATION) + 1, torch.tensor(LINE), r.known.signal
    look = {"xlim": (0.9, 1200), "ylim": (1e-6, 2), "log": "xy"}
    known.frame("what the theory knows", "eigenvector i", **look, legend="lower left")
    known.line(index, r.known.eigenvalues, label="eigenvalue i of the kernel")
    known.line(index, (1 - signal.cumsum(0) / signal.sum()).clamp(min=0), "orange", "--", "labels outside the first i")
    look = {"xlim": (5, 4600), "ylim": (0.1, 300), "log": "xy"}
    says.frame("squared error on new digits", "random features N", **look, legend="upper left")
    for side in (line < N_TRAIN, line > N_TRAIN):
        says.line(line[side], r.theory[side], "vermilion", "--", "theory")
    if r.measured is not None:
        says.band(WIDTHS, r.measured.amin(0), r.measured.amax(0), alpha=0.35)
        says.dots(WIDTHS, r.measured.median(0).values, label="measured, median of 3", size=5)
    says.upright(N_TRAIN, width=1)
    says.text(N_TRAIN * 0.93, 0.125, "n", ha="right")
    says.upright(N_TRAIN * CLASSES, "grey", width=1)
    says.text(N_TRAIN * CLASSES * 0.93, 30, "n × classes", "grey", ha="right", rotation=90)
    if said("peak") is not None:
        says.upright(said("peak"), "purple", "-.")
        says.text(1.05 * said("peak"), 3, "you said", "purple", rotation=90, va="bottom")


def sentence(r: Images, said) -> str:
    """Say what theory expects, how far the fits are from it, and what was predicted."""
    small = r.theory[: sum(N < N_TRAIN for N in LINE)]
    first, last, at = float(small.min()), float(r.theory[-1]), LINE[int(small.argmin())]
    noise = f"{100 * r.rate:.0f} % wrong labels" if r.rate else "no wrong labels"
    if r.penalized:
        course = f"With its best penalty the theory's error only falls, to {say(last, 2)} at {WIDTHS[-1]:,} features."
    else:
        course = (
            f"By theory the error is {say(first, 2)} at {at} features, infinite at {N_TRAIN}, and {say(last, 2)} at "
            f"{WIDTHS[-1]:,}: the widest fit {'wins' if last < first else 'does not win'}."
        )
    you = "" if said("peak") is None else f" You said {said('peak'):.0f}."
    if r.measured is None:
        fitted = "Nothing has been fitted yet."
    else:
        worst = "" if r.penalized else f", worst at {WIDTHS[int(r.measured.median(0).values.argmax())]} features"
        fitted = (
            f"The fits differ by {100 * r.gap:.0f} % from theory (median){worst}; the widest is wrong on "
            f"{100 * float(r.wrong[:, -1].mean()):.0f} % of new digits."
        )
    return f"{course} {fitted}{you} ({N_TRAIN} digits, {noise}, kernel width {r.width:g}.)"


explorer = Explorer(
    "images",
    "Real digits: first the theory, then the fits",
    controls=(
        Switch("fits", "Make the fits too", False),
        Choice("wrong", "Wrong labels", tuple(RATES), "10 %"),
        Choice("penalty", "Penalty", (NONE, BEST), NONE),
        Choice("width", "Kernel width", KERNEL_WIDTHS, "1.5"),
    ),
    more=("width",),
    compute=images,
    picture=picture,
    sentence=sentence,
    size=(9.4, 4.4),
    pairs=(("fits", "penalty"), ("fits", "wrong")),
)
