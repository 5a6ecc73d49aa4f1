"""Counting a new patient: a classifier from purified tubes meets blood in which the types have other shares.

Three ways to count: every cell as its likeliest type; EM, which finds the shares that explain the cells best; and EM
with the physiology of people as its prior. That prior is the Dirichlet distribution that was fitted to real blood
counts, with 1 in the place of the monocytes' 0.59, for the step adds alpha - 1 cells of a type, and cannot add fewer
than none. Nobody can count better than chance allows: so many cells drawn from the patient err by themselves.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.lessons import cells as lab
from ddlearn.lessons.cells import PURE, THIRDS, TYPES, Progress
from ddlearn.lessons.counting_and_rules import exercises

LEARNED = {"30 purified cells": 10, "900 purified cells": 300}  # cells a tube
PATIENTS, COUNTS, NETS = 40, (10, 30, 100, 300), 4
ITERATIONS, STILL = 60, 1e-4  # EM stops when no share moves by more than this
ALPHA = torch.tensor(blood.PATIENTS, dtype=torch.float64).clamp(min=1)
FLAT = torch.ones(3, dtype=torch.float64)
WAYS = {  # color, line style, marker
    "most probable types": ("orange", "-", "s"),
    "EM": ("green", ":", "^"),
    "EM + physiology": ("blue", "-", "o"),
}


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


def count_by_em(P: Tensor, alpha: Tensor, step: Callable) -> Tensor:
    """Repeat the step from equal shares until they stand still.  P (n, 3), learned at equal shares -> (3,)"""
    shares = THIRDS
    for _ in range(ITERATIONS):
        before, shares = shares, step(P, THIRDS, shares, alpha)
        if (shares - before).abs().max() < STILL:
            break
    return shares


@cached(4)
def people(seed: int) -> tuple[Tensor, Tensor]:
    """Draw the patients' mixtures (PATIENTS, 3), and their cells as places among the test cells, (PATIENTS, most)."""
    draw = compute.generator(seed + 50)
    mixes = blood.draw_patients(PATIENTS, draw)
    return mixes, weak_labels.draw_bags(lab.pool().test_y, mixes, COUNTS[-1], draw).rows


@cached(6)
def posteriors(size: int, seed: int, progress: Progress | None = None) -> Tensor:
    """Return what nets of pure tubes, each of its own, say of all patients' cells.  (NETS, PATIENTS, most, 3)"""
    pool = lab.pool(progress=lab.shared(progress, 0, 0.6))
    draw = compute.generator(seed + 2)
    drawn = [lab.draw_tubes(PURE, size, draw) for _ in range(NETS)]
    rows, tubes = (torch.stack(part) for part in zip(*drawn, strict=True))
    nets = lab.train_on_tubes(rows, tubes, draw, progress=lab.shared(progress, 0.6, 1))
    return lab.posteriors(*nets, pool.test_x)[:, people(seed)[1]]


def ways(P: Tensor, step: Callable) -> Tensor:
    """Return the shares by each way of counting.  P (n, 3), learned at equal shares -> (3 ways, 3)"""
    return torch.stack([weak_labels.classify_and_count(P), *(count_by_em(P, alpha, step) for alpha in (FLAT, ALPHA))])


@cached(8)
def counted(size: int, seed: int, step: Callable, progress: Progress | None = None) -> Tensor:
    """Return what each way counts by each net, in each patient, of n cells.  (3 ways, NETS, PATIENTS, counts, 3)"""
    every = posteriors(size, seed, progress=lab.shared(progress, 0, 0.6)).flatten(0, 1)
    found = []
    for k, P in enumerate(every):
        if progress:
            progress(0.6 + 0.4 * k / len(every), f"blood sample {k + 1} of {len(every)}")
        found.append(torch.stack([ways(P[:n], step) for n in COUNTS], 1))
    return torch.stack(found, 1).unflatten(1, (NETS, PATIENTS))


def floor(mixes: Tensor, n: int) -> float:
    """Return the mean |share of n cells - share of the patient| if every cell were known, by the normal law."""
    return float(math.sqrt(2 / math.pi) * blood.counting_deviation(mixes, n).mean())


def patients(
    patient: int,
    cells: str,
    learned: str,
    seed: int = 0,
    *,
    shares_step: Callable = exercises.shares_step,
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


def mean_error(purified: int, cells: int, seed: int = 0) -> float:
    """Return the mean error of a share in points, over all patients and nets, by EM with physiology."""
    found = counted(LEARNED[f"{purified} purified cells"], seed, exercises.shares_step)[-1, ..., COUNTS.index(cells), :]
    return 100 * float(weak_labels.count_error(found, people(seed)[0].expand_as(found)).mean())


def picture(fig, r: Patients) -> None:
    """Draw one patient's shares, true and counted, and the mean error of all patients over the cells counted."""
    one, everyone = fig.row(1, 1)
    title = f"patient {r.patient}, {r.cells} cells counted: shares, %"
    one.frame(title, xlim=(-0.6, 2.6), ylim=(0, 100), xticks=dict(enumerate(TYPES)))
    types = torch.arange(3).double()
    one.bars(types, 100 * r.truth, "#dddddd", "the truth", width=0.75, edgecolor="black", linewidth=1)
    everyone.frame(
        f"mean error of a share, points; {PATIENTS} patients, {NETS} networks",
        "cells counted",
        xlim=(8, 375),
        ylim=(0, 16),
        log="x",
        xticks={n: str(n) for n in COUNTS},
        grid=True,
    )
    for k, (name, (color, style, marker)) in enumerate(WAYS.items()):
        one.dots(types + 0.22 * (k - 1), 100 * r.found[k], color, marker, size=9)
        everyone.line(COUNTS, 100 * r.mean[k], color, style, name, marker=marker)
    everyone.line(COUNTS, 100 * r.floor, "vermilion", "--", "chance alone (theory)", width=2.4)
    everyone.upright(r.cells, "grey", "-", width=1)
    fig.legend(ncols=5)


def sentence(r: Patients) -> str:
    """Say the mean error of EM with physiology and what chance leaves of it, the other ways, then one patient."""
    at = COUNTS.index(r.cells)
    true = ", ".join(f"{100 * share:.0f}" for share in r.truth.tolist())
    own = ", ".join(f"{100 * float(one):.1f}" for one in r.errors[:, 0, r.patient - 1, at])
    counted, em, physiology = (f"{100 * float(one):.1f}" for one in r.mean[:, at])
    return (
        f"With {r.cells} cells counted, EM with physiology errs by {physiology} points on average; chance alone leaves "
        f"{100 * float(r.floor[at]):.1f}. EM alone: {em}; counting the most probable types: {counted}. Classifier from "
        f"{r.learned}. Patient {r.patient} has {true} % {TYPES[0]}, {TYPES[1]} and {TYPES[2]}; the three ways err "
        f"by {own} points, the last with physiology."
    )


explorer = Explorer(
    "patient",
    "Counting a new patient",
    controls=(
        Slider("patient", "Patient", 1, PATIENTS, 1, whole=True),
        Choice("cells", "Cells counted", tuple(str(n) for n in COUNTS), "30"),
        Choice("learned", "Classifier from", tuple(LEARNED), "30 purified cells"),
    ),
    compute=patients,
    picture=picture,
    sentence=sentence,
    uses=("shares_step",),
    size=(9.6, 4.2),
)
