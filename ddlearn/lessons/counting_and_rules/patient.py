"""Counting a new patient in three ways: one patient at a time, and the error of all by the cells counted."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.compute import Progress
from ddlearn.lessons.cells import TYPES
from ddlearn.lessons.counting_and_rules import counting, exercises
from ddlearn.lessons.counting_and_rules.counting import COUNTS, PATIENTS

LEARNED = {"30 purified cells": 10, "900 purified cells": 300}  # cells a tube
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
    found = counting.counted(LEARNED[learned], seed, shares_step, progress=progress)
    mixes, _ = counting.people(seed)
    return Patients(
        patient=patient,
        cells=int(cells),
        learned=learned,
        truth=mixes[patient - 1],
        found=found[:, 0, patient - 1, COUNTS.index(int(cells))],
        errors=counting.errors(LEARNED[learned], seed, shares_step),
        floor=torch.tensor([counting.floor(mixes, n) for n in COUNTS], dtype=torch.float32),
    )


def mean_error(purified: int, cells: int, seed: int = 0) -> float:
    """Return the mean error of a share in points, over all patients and nets, by EM with physiology."""
    errors = counting.errors(LEARNED[f"{purified} purified cells"], seed)
    return 100 * float(errors[-1, ..., COUNTS.index(cells)].mean())


def picture(fig, r: Patients) -> None:
    """Draw one patient's shares, true and counted, and the mean error of all patients over the cells counted."""
    one, everyone = fig.row(1, 1)
    title = f"patient {r.patient}, {r.cells} cells counted: shares, %"
    one.frame(title, xlim=(-0.6, 2.6), ylim=(0, 100), xticks=dict(enumerate(TYPES)))
    types = torch.arange(3).double()
    one.bars(types, 100 * r.truth, "#dddddd", "the truth", width=0.75, edgecolor="black", linewidth=1)
    everyone.frame(
        "mean error of a share, points",
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
    pairs=(("cells", "learned"),),
)
