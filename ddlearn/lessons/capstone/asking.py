"""A question to a table: what is claimed, the band that it must keep, how it is measured, and the control beside it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

import torch
from torch import Tensor

from ddlearn.classroom import Prediction, cached
from ddlearn.classroom.claim import Basis
from ddlearn.lessons.capstone.shelf import World
from ddlearn.result import Curve
from ddlearn.tables import Table

SEEDS = 8
"""Measured at once; a claim may then be judged on fewer of them."""

FIRST = range(1, SEEDS + 1)

MOST_NEW = 200
"""Seeds that no explorer shows; a page may ask for so many."""

Report = Callable[[float, str], object]
Band = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Measurement:
    """One number a seed, (SEEDS,), the same of the control, and the curves behind them, with their dashed line.

    control_curve (SEEDS, p) stands at the x of `curve`.
    """

    values: Tensor
    controls: Tensor
    curve: Curve
    control_curve: Tensor
    band: Band | None = None  # where the question's own is not fixed but measured as a baseline

    def first(self, seeds: int) -> "Measurement":
        """Return what was measured with the first seeds alone."""
        kept = {name: getattr(self, name)[:seeds] for name in ("values", "controls", "control_curve")}
        return replace(self, curve=replace(self.curve, measured=self.curve.measured[:seeds]), **kept)


@dataclass(frozen=True)
class Question:
    """One line of the menu.

    Args:
        name: a few words for the menu, and the name of its prediction.
        lesson: the slug of the lesson that it comes from.
        hypothesis: one sentence that may turn out false.
        number, short: what is measured, in words, and in as few as an axis has room for.
        band: (low, high) that the number must keep; high is inf for "at least". None: a baseline that `measure` finds.
        basis: where the band comes from, and which part of it is ours.
        method, control, limits: how it is measured, what the control takes away, and what the answer does not show.
        measure: `measure(world, n, seeds, progress)`; n rows to learn from, seeds a range.
        line: what the dashed line is; anchored says that it begins at the measured curve, and hides with it.
        log: the logarithmic axes of its curve.
    """

    name: str
    lesson: str
    hypothesis: str
    number: str
    short: str
    band: Band | None
    basis: Basis
    method: str
    control: str
    limits: str
    measure: Callable[[World, int, range, Report | None], Measurement]
    line: str = "theory"
    anchored: bool = False
    log: str = "xy"


@cached(64)
def measured(
    question: Question, world: World, n: int, seeds: range = FIRST, progress: Report | None = None
) -> Measurement:
    """Ask once; numbers are small, and looking at them again costs nothing."""
    return question.measure(world, n, seeds, progress)


def new(seeds: int) -> range:
    """Return so many seeds that nobody has seen. Another number of them has others: none is used twice."""
    return range(1000 * seeds + 1, 1001 * seeds + 1)


@cache
def first_shown(question: str, table: Table, n: int) -> datetime:
    """When the answer to this question was first seen in this session: whoever predicts later knew it."""
    return datetime.now(UTC)


def said_band(band: Band) -> str:
    """A band in words: "between 0.85 and 1.15", "at least 0.9"."""
    low, high = band
    return f"at least {low:.3g}" if high == float("inf") else f"between {low:.3g} and {high:.3g}"


def ahead(question: Question) -> Prediction:
    """Return the prediction that belongs to a question of the menu."""
    band = said_band(question.band) if question.band else "a baseline: at least 1, or a little less"
    words = (
        f"{question.hypothesis} The number: {question.number}. The band is {band}. "
        "What will it be on the table that you chose?"
    )
    return Prediction(question.name, words, low=0.0, high=3.0)


def by_seed(one: Callable[[int], tuple], seeds: range, progress: Report | None) -> list[Tensor]:
    """Return what `one(seed)` tells of each seed, such as value, control, curve and its control's, each as a tensor."""
    rows = []
    for done, seed in enumerate(seeds, start=1):
        rows.append([torch.as_tensor(part, dtype=torch.float64) for part in one(seed)])
        if progress:
            progress(done / len(seeds), f"seed {done} of {len(seeds)}")
    return [torch.stack(part) for part in zip(*rows, strict=True)]
