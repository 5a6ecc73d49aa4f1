"""Real digits: theory draws the double descent, then the fits are made.

The theory is `double_descent.predict_features`: of the digits it sees the eigenvalues of their kernel, and how much of
the labels lies along each eigenvector. The population is POPULATION digits; a fit learns from N_TRAIN of them and is
tested on others, so `held_out` takes the training points' own part out of the prediction (our heuristic).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn import double_descent as dd
from ddlearn.classroom import Choice, Explorer, Switch, cached
from ddlearn.classroom.wording import say

POPULATION, N_TRAIN, TEST, CLASSES, SEEDS = 1200, 200, 500, 10, 3
WIDTHS = (6, 12, 20, 32, 46, 64, 85, 110, 140, 165, 180, 190, 200, 210, 220, 240, 270, 330, 450, 700, 1300, 2500, 4000)
SPREAD = dd.geometric_steps(WIDTHS[0], WIDTHS[-1], 36)
LINE = tuple(sorted({*SPREAD, *(N_TRAIN + k for k in (-20, -8, -3, -1, 1, 3, 8, 20))} - {N_TRAIN}))
"""Where the theory's curve is drawn: everywhere but at N_TRAIN itself, where it is infinite."""
PENALTIES = (3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)  # added to the kernel that N features make
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


@cached(2)
def population(seed: int) -> tuple[Tensor, Tensor]:
    """Return POPULATION digits as points, and their labels."""
    digits = datasets.digits(compute.generator(seed), 1797 - POPULATION)
    return digits.train_x, digits.train_y


@cached(4)
def modes(width: float, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return eigenvalues (M,) of the population's kernel, largest first, and its eigenvectors (M, M)."""
    values, U = torch.linalg.eigh(kernels.rbf(population(seed)[0], width=width))
    return (values.flip(0) / POPULATION).clamp(min=1e-15), U.flip(1)


@cached(16)
def spectrum(rate: float, width: float, seed: int = 0) -> dd.Spectrum:
    """Return all that the theory sees of the digits, with the share `rate` of their labels wrong."""
    values, U = modes(width, seed)
    along = U.T @ dd.mean_target(population(seed)[1], rate, CLASSES)
    return dd.Spectrum(values, torch.ones_like(values), along.square().sum(1) / POPULATION)


@cached(64)
def predict(rate: float, width: float, sizes: tuple[int, ...], penalty: float, seed: int = 0) -> Tensor:
    """Return the error that theory expects on digits that no fit has seen, (sizes,); infinite at N_TRAIN features
    without a penalty."""
    noise = dd.target_noise(rate, CLASSES)
    found = dd.predict_features(spectrum(rate, width, seed), N_TRAIN, sizes, penalty, noise)
    # What a fit copies of its training points goes with its degrees of freedom, z; without a penalty that is the rank.
    return dd.held_out(found.excess, N_TRAIN, found.z, POPULATION, noise)


def expected(
    rate: float, width: float, sizes: tuple[int, ...], penalized: bool, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Return theory's error without a penalty, or the least with one, and which of (0, *PENALTIES).  (sizes,) each"""
    errors = [predict(rate, width, sizes, penalty, seed) for penalty in (PENALTIES if penalized else (0.0,))]
    least, which = torch.stack(errors).min(0)
    return least, which + penalized


@cached(8)
def measured(rate: float, width: float, seed: int, progress: compute.Progress | None = None) -> dd.FitPath:
    """Fit random features to N_TRAIN digits at WIDTHS, without a penalty and with each of PENALTIES."""
    return dd.image_curve(
        *population(seed),
        N_TRAIN,
        WIDTHS,
        SEEDS,
        compute.generator(seed + 1),
        width=width,
        rate=rate,
        test=TEST,
        ridges=(0.0, *PENALTIES),
        against="mean",
        progress=compute.part(progress, 0, 1, "Fitting the digits: {}"),
    )


def median_gap(mean: Tensor, rate: float, width: float, penalized: bool, seed: int = 0) -> float:
    """Return the median relative distance of the mean (WIDTHS,) from theory, for |N/n - 1| > 0.15: nearer the
    threshold a mean is no number."""
    away = [i for i, N in enumerate(WIDTHS) if abs(N / N_TRAIN - 1) > 0.15]
    theory = expected(rate, width, tuple(WIDTHS[i] for i in away), penalized, seed)[0]
    return float((theory / mean[away] - 1).abs().median())


def images(wrong: str, width: str, penalty: str, fits: bool, *, progress: compute.Progress | None = None) -> Images:
    """Return the theory's curve, and with `fits` the measured points."""
    rate, w, penalized = RATES[wrong], float(width), penalty == BEST
    for every in KERNEL_WIDTHS:  # both at once: then the menu is quick
        modes(float(every))
    mse = error = gap = None
    if fits:
        path = measured(rate, w, 0, progress=progress)
        which = expected(rate, w, WIDTHS, penalized)[1]
        mse, error = (values[:, torch.arange(len(WIDTHS)), which] for values in (path.mse, path.error))
        gap = median_gap(mse.mean(0), rate, w, penalized)
    return Images(
        rate=rate,
        width=w,
        penalized=penalized,
        known=spectrum(rate, w),
        theory=expected(rate, w, LINE, penalized)[0],
        measured=mse,
        wrong=error,
        gap=gap,
    )


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
