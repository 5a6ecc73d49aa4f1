"""Counting a new patient: a classifier from purified tubes meets blood in which the types have other shares.

Each patient is a mixture from the Dirichlet distribution that was fitted to real blood counts. Three ways to count:
every cell as its likeliest type; EM, which finds the shares that explain the cells best; and EM with the physiology of
people as its prior. That prior is the fitted one with 1 in the place of the monocytes' 0.59, for the step adds
alpha - 1 cells of a type, and cannot add fewer than none. Nobody can count better than chance allows: so many cells
drawn from the patient err by themselves.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, cached
from ddlearn.lessons.domain_knowledge import cells as lab
from ddlearn.lessons.domain_knowledge import exercises
from ddlearn.lessons.domain_knowledge.cells import THIRDS, TYPES, Progress

LEARNED = {"30 purified cells": 10, "900 purified cells": 300}  # cells a tube
PATIENTS, COUNTS, NETS = 40, (10, 30, 100, 300), 4
ITERATIONS, STILL = 60, 1e-4  # EM stops when no share moves by more than this
ALPHA = torch.tensor(blood.PATIENTS, dtype=torch.float64).clamp(min=1)
FLAT = torch.ones(3, dtype=torch.float64)
COUNTED, PLAIN, PHYSIOLOGY = WAYS = ("count the likeliest types", "EM", "EM + physiology")

Step = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Patients:
    """Errors of all patients by several nets, and one patient looked at by the first of them."""

    patient: int
    cells: int
    learned: str
    truth: Tensor  # (3,)
    found: Tensor  # (3 ways, 3)
    errors: Tensor  # (3 ways, NETS, PATIENTS, counts), mean over types
    floor: Tensor  # (counts,) what chance alone leaves

    @property
    def mean(self) -> Tensor:
        """(3 ways, counts)"""
        return self.errors.mean((1, 2))


def count_by_em(P: Tensor, alpha: Tensor, step: Step) -> Tensor:
    """Repeat the step from equal shares until they stand still.  P (n, 3), learned at equal shares -> (3,)"""
    shares = THIRDS
    for _ in range(ITERATIONS):
        before, shares = shares, step(P, THIRDS, shares, alpha)
        if (shares - before).abs().max() < STILL:
            break
    return shares


@cached(4)
def people(seed: int) -> tuple[Tensor, Tensor]:
    """The patients' mixtures (PATIENTS, 3), and their cells as places in the pool's test cells, (PATIENTS, most)."""
    draw = compute.generator(seed + 50)
    mixes = blood.draw_patients(PATIENTS, draw)
    return mixes, weak_labels.draw_bags(lab.pool().test_y, mixes, COUNTS[-1], draw).rows


@cached(6)
def said(size: int, seed: int, progress: Progress | None = None) -> Tensor:
    """Posteriors of all patients' cells by nets of pure tubes, each of tubes of its own.  (NETS, PATIENTS, most, 3)"""
    pool = lab.pool(progress=lab.shared(progress, 0, 0.6))
    draw = compute.generator(seed + 2)
    pure = torch.eye(3, dtype=torch.float64)
    rows, tubes = (
        torch.stack(part) for part in zip(*(lab.draw_tubes(pure, size, draw) for _ in range(NETS)), strict=True)
    )
    shape, parameters = lab.train_on_tubes(
        rows,
        tubes,
        pure.expand(NETS, 3, 3),
        draw,
        weight_decay=lab.decay(size),
        progress=lab.shared(progress, 0.6, 1),
    )
    return lab.posteriors(shape, parameters, pool.test_x)[:, people(seed)[1]]


def ways(P: Tensor, step: Step) -> Tensor:
    """The shares by each way of counting.  P (n, 3), learned at equal shares -> (3 ways, 3)"""
    return torch.stack([weak_labels.classify_and_count(P), *(count_by_em(P, alpha, step) for alpha in (FLAT, ALPHA))])


@cached(8)
def counted(size: int, seed: int, step: Step, progress: Progress | None = None) -> Tensor:
    """What each way counts by each net, in each patient, of so many cells.  (3 ways, NETS, PATIENTS, counts, 3)"""
    every = said(size, seed, progress=lab.shared(progress, 0, 0.6)).flatten(0, 1)
    found = []
    for k, P in enumerate(every):
        if progress:
            progress(0.6 + 0.4 * k / len(every), f"blood sample {k + 1} of {len(every)}")
        found.append(torch.stack([ways(P[:n], step) for n in COUNTS], 1))
    return torch.stack(found, 1).unflatten(1, (NETS, PATIENTS))


def floor(mixes: Tensor, n: int) -> float:
    """Mean |share of n cells - share of the patient| if every cell were known, over patients and types: normal law."""
    return float(math.sqrt(2 / math.pi) * blood.counting_deviation(mixes, n).mean())


def patients(
    patient: int,
    cells: str,
    learned: str,
    seed: int = 0,
    *,
    shares_step: Step = exercises.shares_step,
    progress: Progress | None = None,
) -> Patients:
    """Count all patients, and look at one."""
    found = counted(LEARNED[learned], seed, shares_step, progress=progress)
    mixes, _ = people(seed)
    return Patients(
        patient=patient,
        cells=int(cells),
        learned=learned,
        truth=mixes[patient - 1],
        found=found[:, 0, patient - 1, COUNTS.index(int(cells))],
        errors=weak_labels.count_error(found, mixes[:, None].expand_as(found)),
        floor=torch.tensor([floor(mixes, n) for n in COUNTS], dtype=torch.float32),
    )


class PatientFigure(ArtistFigure):
    """Left one patient's shares, true and counted; right the mean error of all patients over the cells counted."""

    size = (9.6, 4.2)
    STYLES = (("orange", "s", "-"), ("green", "^", ":"), ("blue", "o", "-"))

    def layout(self, figure):
        from matplotlib.ticker import NullLocator

        self.one, self.all = figure.subplots(1, 2)
        self.truth = self.one.bar(range(3), [0] * 3, width=0.75, color="#dddddd", edgecolor=PALETTE["black"])
        self.marks = [
            self.one.plot([], [], marker, color=PALETTE[color], markersize=9, linestyle="none")[0]
            for color, marker, _ in self.STYLES
        ]
        self.one.set(xlim=(-0.6, 2.6), ylim=(0, 100))
        self.one.set_xticks(range(3), TYPES)
        self.lines = [
            self.all.plot([], [], marker, color=PALETTE[color], linestyle=line)[0]
            for color, marker, line in self.STYLES
        ]
        (self.floor,) = self.all.plot([], [], "--", color=PALETTE["vermilion"], linewidth=2.4)
        self.here = self.all.axvline(COUNTS[0], color=PALETTE["grey"], linewidth=1)
        self.all.set(xscale="log", xlim=(8, 375), ylim=(0, 16), xlabel="cells counted")
        self.all.set_xticks(COUNTS, [str(n) for n in COUNTS])
        self.all.xaxis.set_minor_locator(NullLocator())
        self.all.grid(True)
        artists = (self.truth, *self.lines, self.floor)
        figure.legend(artists, ("the truth", *WAYS, "chance alone (theory)"), loc="outside upper center", ncols=5)

    def draw(self, result: Patients):
        for bar, share in zip(self.truth, result.truth.tolist(), strict=True):
            bar.set_height(100 * share)
        for k, (mark, shares) in enumerate(zip(self.marks, result.found, strict=True)):
            mark.set_data([c + 0.22 * (k - 1) for c in range(3)], 100 * shares)
        for line, errors in zip(self.lines, result.mean, strict=True):
            line.set_data(COUNTS, 100 * errors)
        self.floor.set_data(COUNTS, 100 * result.floor)
        self.here.set_xdata([result.cells] * 2)
        self.one.set_title(f"patient {result.patient}, {result.cells} cells: shares, %")
        self.all.set_title(f"mean error, {PATIENTS} patients, {NETS} nets: points")

    def describe(self, result: Patients) -> str:
        at = COUNTS.index(result.cells)
        true = ", ".join(f"{100 * share:.0f}" for share in result.truth.tolist())
        errors = [f"{100 * float(one):.1f}" for one in result.errors[:, 0, result.patient - 1, at]]
        over = ", ".join(f"{100 * float(one):.1f}" for one in result.mean[:, at])
        chance = f"{100 * float(result.floor[at]):.1f}"
        return (
            f"Patient {result.patient} has {true} % {TYPES[0]}, {TYPES[1]} and {TYPES[2]}. From {result.cells} cells "
            f"and {result.learned} counting errs by {errors[0]} points, EM by {errors[1]}, with physiology by "
            f"{errors[2]}. Over all patients and nets: {over}; chance alone {chance}."
        )


def explorer() -> Explorer:
    """The patients, fresh."""
    return Explorer(
        name="patient",
        title="Counting a new patient",
        controls=(
            Slider("patient", "Patient", 1, PATIENTS, 1, whole=True),
            Choice("cells", "Cells counted", tuple(str(n) for n in COUNTS), "30"),
            Choice("learned", "Classifier from", tuple(LEARNED), "30 purified cells"),
        ),
        compute=patients,
        figure=PatientFigure,
        uses=("shares_step",),
    )
