"""The images explorer: theory draws the double descent of real digits, then the fits are made.

The theory is `double_descent.predict_features`: of the digits it sees the eigenvalues of their kernel, and how much of
the labels lies along each eigenvector. The population is POPULATION digits; a fit learns from N_TRAIN of them and is
tested on others, so `held_out` takes the training points' own part out of the prediction (our heuristic).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn import double_descent as dd
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Switch, cached
from ddlearn.classroom.wording import say

POPULATION, N_TRAIN, TEST, CLASSES, SEEDS = 1200, 200, 500, 10, 3
WIDTHS = (6, 12, 20, 32, 46, 64, 85, 110, 140, 165, 180, 190, 200, 210, 220, 240, 270, 330, 450, 700, 1300, 2500, 4000)
PENALTIES = (3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)  # added to the kernel that N features make
KERNEL_WIDTHS = ("1.5", "3")
RATES = {"none": 0.0, "10 %": 0.1, "20 %": 0.2}
NONE, BEST = "none", "the theory's best"
LOWEST, HIGHEST = 0.1, 300.0

Report = Callable[[float, str], object]


@dataclass(frozen=True, eq=False)
class Inputs:
    """All that the theory sees of the digits: eigenvalues, largest first, and where the labels lie, (M, CLASSES)."""

    eigenvalues: Tensor  # (M,)
    labels: Tensor  # projections of the one-hot labels on the eigenvectors
    constant: Tensor  # (M, 1) of the constant 1

    def spectrum(self, rate: float) -> dd.Spectrum:
        """With the share `rate` of the labels wrong: on average they are a mixture of the right ones and 1."""
        other, right = dd.mean_target(torch.ones(1, dtype=torch.int64), rate, CLASSES)[0, :2].tolist()
        along = (right - other) * self.labels + other * self.constant
        signal = along.square().sum(1) / len(along)
        return dd.Spectrum(self.eigenvalues, torch.ones_like(signal), signal)


@dataclass(frozen=True, eq=False)
class Images:
    """The theory's curve, what went into it, and the measured points if they were asked for."""

    rate: float
    width: float
    penalised: bool
    eigenvalues: Tensor  # (M,)
    left: Tensor  # (M,) share of the labels that the first eigenvectors leave
    line: Tensor  # (L,) numbers of features
    theory: Tensor  # (L,) mean squared error
    sizes: Tensor  # (W,)
    measured: Tensor | None  # (SEEDS, W)
    wrong: Tensor | None  # (SEEDS, W) share of test digits misread
    gap: float | None  # median relative distance of the mean from the theory, away from the peak


@cached(2)
def population(seed: int) -> tuple[Tensor, Tensor]:
    """POPULATION digits as points, and their labels."""
    digits = datasets.digits(compute.generator(seed), 1797 - POPULATION)
    return digits.train_x, digits.train_y


@cached(4)
def inputs(width: float, seed: int = 0) -> Inputs:
    """One eigendecomposition, from which every theory curve of this kernel follows."""
    x, y = population(seed)
    values, U = torch.linalg.eigh(kernels.rbf(x, width=width))
    values, U = values.flip(0), U.flip(1)
    constant = U.T @ torch.ones(len(x), 1, dtype=U.dtype)
    return Inputs((values / len(x)).clamp(min=1e-15), U.T @ dd.one_hot(y, CLASSES), constant)


def predict(rate: float, width: float, sizes: tuple[int, ...], penalty: float, seed: int = 0) -> Tensor:
    """The error that theory expects on digits that no fit has seen, (sizes,). Infinite at N_TRAIN without a penalty."""
    noise = dd.target_noise(rate, CLASSES)
    found = dd.predict_features(inputs(width, seed).spectrum(rate), N_TRAIN, sizes, penalty, noise)
    # What a fit copies of its training points goes with its degrees of freedom, z; without a penalty that is the rank.
    return dd.held_out(found.excess, N_TRAIN, found.z, POPULATION, noise)


@cached(32)
def best(rate: float, width: float, sizes: tuple[int, ...], seed: int = 0) -> tuple[Tensor, Tensor]:
    """The least error that theory expects with one of PENALTIES, and which of them it is.  (sizes,) each"""
    return torch.stack([predict(rate, width, sizes, penalty, seed) for penalty in PENALTIES]).min(0)


@cached(8)
def measured(rate: float, width: float, seed: int, progress: Report | None = None) -> dd.FitPath:
    """Fits of random features to N_TRAIN digits at WIDTHS, without a penalty and with each of PENALTIES."""
    x, y = population(seed)
    return dd.image_curve(
        x,
        y,
        N_TRAIN,
        WIDTHS,
        SEEDS,
        compute.generator(seed + 1),
        width=width,
        rate=rate,
        test=TEST,
        ridges=(0.0, *PENALTIES),
        against="mean",
        progress=progress and (lambda share, words: progress(share, f"Fitting the digits: {words}")),
    )


def line_sizes() -> tuple[int, ...]:
    """Where the theory's curve is drawn: everywhere but at N_TRAIN itself."""
    spread = {round(WIDTHS[0] * (WIDTHS[-1] / WIDTHS[0]) ** (i / 35)) for i in range(36)}
    return tuple(sorted({*spread, *(N_TRAIN + k for k in (-20, -8, -3, -1, 1, 3, 8, 20))} - {N_TRAIN}))


LINE = line_sizes()


def images(
    wrong: str, width: str, penalty: str, fits: bool, seed: int = 0, *, progress: Report | None = None
) -> Images:
    """The theory's curve for this share of wrong labels, kernel width and penalty; with `fits`, measured points too."""
    rate, w, penalised = RATES[wrong], float(width), penalty == BEST
    known = {one: inputs(float(one), seed) for one in KERNEL_WIDTHS}[width]  # both at once: then the menu is quick
    theory = best(rate, w, LINE, seed)[0] if penalised else predict(rate, w, LINE, 0.0, seed)
    energy = known.spectrum(rate).signal
    mse = error = gap = None
    if fits:
        path = measured(rate, w, seed, progress)
        which = best(rate, w, WIDTHS, seed)[1] + 1 if penalised else torch.zeros(len(WIDTHS), dtype=torch.int64)
        mse, error = (values[:, torch.arange(len(WIDTHS)), which] for values in (path.mse, path.error))
        gap = median_gap(mse.mean(0), rate, w, penalised, seed)
    return Images(
        rate=rate,
        width=w,
        penalised=penalised,
        eigenvalues=known.eigenvalues,
        left=(1 - energy.cumsum(0) / energy.sum()).clamp(min=0),
        line=torch.tensor(LINE, dtype=torch.float64),
        theory=theory,
        sizes=torch.tensor(WIDTHS, dtype=torch.float64),
        measured=mse,
        wrong=error,
        gap=gap,
    )


def median_gap(mean: Tensor, rate: float, width: float, penalised: bool, seed: int = 0) -> float:
    """Median relative distance of the mean (WIDTHS,) from theory, for |N/n - 1| > 0.15: nearer a mean is no number."""
    away = [i for i, N in enumerate(WIDTHS) if abs(N / N_TRAIN - 1) > 0.15]
    sizes = tuple(WIDTHS[i] for i in away)
    theory = best(rate, width, sizes, seed)[0] if penalised else predict(rate, width, sizes, 0.0, seed)
    return float((theory / mean[away] - 1).abs().median())


class ImagesFigure(ArtistFigure):
    """Left: what the theory is told. Right: what it says, and what the fits measure."""

    size = (9.4, 4.4)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)

    def layout(self, figure):
        from matplotlib.collections import PolyCollection

        told, says = figure.subplots(1, 2, width_ratios=(1, 1.7))
        (self.eigenvalues,) = told.plot([], [], color=PALETTE["blue"], label="eigenvalue i of the kernel")
        (self.left,) = told.plot([], [], color=PALETTE["orange"], linestyle="--", label="labels not in first i")
        told.set(xscale="log", yscale="log", xlim=(0.9, 1200), ylim=(1e-6, 2), xlabel="eigenvector i")
        told.set(title="what the theory is told")
        told.legend(loc="lower left")
        self.band = says.add_collection(PolyCollection([], color=PALETTE["sky"], alpha=0.35, linewidth=0))
        self.theory = [says.plot([], [], "--", color=PALETTE["vermilion"], label=label)[0] for label in ("theory", "_")]
        (self.points,) = says.plot([], [], "o", color=PALETTE["blue"], markersize=5, label="measured, median of 3")
        (self.guess,) = says.plot([], [], "-.", color=PALETTE["purple"])
        self.said = says.text(1, 3, "you said", rotation=90, color="#8f4a74", va="bottom", visible=False)
        says.axvline(N_TRAIN, color=PALETTE["black"], linewidth=1, linestyle=":")
        says.text(N_TRAIN * 0.93, 0.125, "n", ha="right")
        says.axvline(N_TRAIN * CLASSES, color=PALETTE["grey"], linewidth=1, linestyle=":")
        says.text(N_TRAIN * CLASSES * 0.93, 30, "n × classes", ha="right", rotation=90, color="#5a5a5a")
        says.set(xscale="log", yscale="log", xlim=(5, 4600), ylim=(LOWEST, HIGHEST), xlabel="random features N")
        says.set(title="squared error on new digits")
        says.legend(loc="upper left")

    def draw(self, result: Images):
        index = range(1, len(result.eigenvalues) + 1)
        self.eigenvalues.set_data(index, result.eigenvalues)
        self.left.set_data(index, result.left.clamp(min=1e-11))
        for piece, side in zip(self.theory, (result.line < N_TRAIN, result.line > N_TRAIN), strict=True):
            piece.set_data(result.line[side], result.theory[side].clamp(LOWEST, 2 * HIGHEST))
        if result.measured is None:
            self.points.set_data([], [])
            self.band.set_verts([])
        else:
            low, high = (e.clamp(LOWEST, HIGHEST) for e in (result.measured.amin(0), result.measured.amax(0)))
            corners = [torch.stack([result.sizes, low], 1), torch.stack([result.sizes, high], 1).flip(0)]
            self.band.set_verts([torch.cat(corners).numpy()])
            self.points.set_data(result.sizes, result.measured.median(0).values.clamp(LOWEST, HIGHEST))
        guess = self.prediction()
        self.guess.set_data(*([], []) if guess is None else ([guess] * 2, [LOWEST, HIGHEST]))
        self.said.set_visible(guess is not None)
        if guess is not None:
            self.said.set_x(1.05 * guess)

    def describe(self, result: Images) -> str:
        small = result.line < N_TRAIN
        first, last = float(result.theory[small].min()), float(result.theory[-1])
        at = int(result.line[small][result.theory[small].argmin()])
        noise = f"{100 * result.rate:.0f} % wrong labels" if result.rate else "no wrong labels"
        if result.penalised:
            course = f"With its best penalty the theory only falls, to {say(last, 2)} at {WIDTHS[-1]:,} features."
        else:
            course = (
                f"Theory: {say(first, 2)} at {at} features, infinite at {N_TRAIN}, {say(last, 2)} at {WIDTHS[-1]:,}: "
                f"the widest {'wins' if last < first else 'does not win'}."
            )
        told = f"{N_TRAIN} digits, {noise}, kernel width {result.width:g}. {course}"
        guess = self.prediction()
        said = "" if guess is None else f" You said {guess:.0f}."
        if result.measured is None:
            return f"{told} Nothing has been fitted yet.{said}"
        top = int(result.sizes[result.measured.median(0).values.argmax()])
        worst = "" if result.penalised else f", worst at {top} features"
        misread = 100 * float(result.wrong[:, -1].mean())
        return (
            f"{told} Measured: {100 * result.gap:.0f} % from theory (median){worst}; the widest misreads "
            f"{misread:.0f} % of new digits.{said}"
        )


def explorer() -> Explorer:
    """The images explorer, fresh."""
    return Explorer(
        name="images",
        title="Real digits: the curve first, then the fits",
        controls=(
            Switch("fits", "Make the fits too", False),
            Choice("wrong", "Wrong labels", tuple(RATES), "10 %"),
            Choice("penalty", "Penalty", (NONE, BEST), NONE),
            Choice("width", "Kernel width", KERNEL_WIDTHS, "1.5"),
        ),
        compute=images,
        figure=ImagesFigure,
    )
