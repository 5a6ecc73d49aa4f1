"""Purified tubes: every cell carries the name of its tube, and the tube is not quite pure."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import weak_labels
from ddlearn.classroom import Choice, Explorer, Slider, Switch
from ddlearn.compute import Progress
from ddlearn.lessons import cells as lab
from ddlearn.lessons.cells import CALIBRATION, MEASURES
from ddlearn.lessons.purified_specimens import exercises
from ddlearn.lessons.purified_specimens.impure import LEVELS, SEEDS, judged, posteriors, trained

SIZES = {"100": 100, "3,000": 3000}  # cells per tube
METHODS = ("name taken for type", "corrected", "corrected, purity estimated")
LEAST = 0.01  # a bin of the reliability diagram with a smaller share of the cells is not drawn


@dataclass(frozen=True, eq=False)
class Tubes:
    """All levels by one measure, and one level looked at."""

    measure: str
    level: int
    cells: int
    shifted: bool
    values: Tensor  # (3 methods and theory, levels, SEEDS)
    bins: list[weak_labels.Reliability]  # naive and stated, at the level
    purity: float  # of the estimated tubes at the level, mean over tubes and seeds


def tubes(
    impurity: int,
    size: str,
    measure: str,
    blood_test: bool,
    seed: int = 0,
    *,
    transition: Callable = exercises.transition,
    progress: Progress | None = None,
) -> Tubes:
    """Learn from tubes so impure in three ways, in the midst of all other impurities."""
    n = SIZES[size]
    scores = judged(n, seed, blood_test, transition, progress=progress)
    P, mix, estimated = trained(n, seed, transition)
    at = min(range(len(LEVELS)), key=lambda k: abs(LEVELS[k] - impurity))
    y = lab.pool().test_y.repeat(SEEDS)
    said = [torch.cat(posteriors(P[k, at], mix[k, at], blood_test)) for k in range(2)]
    return Tubes(
        measure=measure,
        level=LEVELS[at],
        cells=n,
        shifted=blood_test,
        values=scores[..., MEASURES.index(measure)].float(),
        bins=[weak_labels.reliability(one, y, 8, lab.weights(y)) for one in said],
        purity=float(estimated[at].diagonal(dim1=-2, dim2=-1).mean()),
    )


def picture(fig, r: Tubes) -> None:
    """Draw a measure over all impurities; and at one of them confidence against accuracy."""
    over, trust = fig.row(1.35, 1)
    over.frame(
        f"{r.measure}, %; {r.cells:,} cells per tube",
        "impurity of the tubes, %",
        xlim=(-2, 52),
        ylim=(0, 60) if r.measure == MEASURES[CALIBRATION] else (30, 100),
        grid=True,
    )
    over.upright(r.level, "grey", "-", width=1)
    *methods, theory = 100 * r.values.mean(2)
    for name, values, (color, style, marker) in zip(METHODS, methods, lab.LOOKS, strict=True):
        over.line(LEVELS, values, color, style, name, marker=marker)
    over.line(LEVELS, theory, "vermilion", "--", "theory of the first", width=2.4)
    trust.frame("share named correctly, %", "stated probability, %", xlim=(30, 102), ylim=(30, 102), grid=True)
    trust.line([30, 100], [30, 100], "black", "-.", "calibrated", width=1.2)
    for bins, (color, style, marker) in zip(r.bins, lab.LOOKS, strict=False):
        filled = bins.share > LEAST
        trust.line(100 * bins.confidence[filled], 100 * bins.accuracy[filled], color, style, marker=marker)
    fig.legend(ncols=5, columnspacing=1.2)


def sentence(r: Tubes, said) -> str:
    """Say what the correction changes at one impurity, then what the other methods come to, and what was predicted."""
    at = LEVELS.index(r.level)
    naive, stated, estimated, theory = (f"{100 * float(one):.1f}" for one in r.values[:, at].mean(1))
    prior = "with the average blood test" if r.shifted else "without a blood test"
    guess = said("impure")
    you = "" if guess is None else f" You predicted: {guess}."
    return (
        f"At an impurity of {r.level} %, the correction changes the {r.measure} from {naive} % to {stated} %. Theory "
        f"without correction: {theory} %. With the estimated purity, {100 * r.purity:.0f} %, it is {estimated} %. "
        f"{r.cells:,} cells per tube, {prior}.{you}"
    )


explorer = Explorer(
    "tubes",
    "Tubes that are not quite pure",
    controls=(
        Slider("impurity", "Impurity, %", 0, 50, 20, whole=True, step=10),
        Choice("size", "Cells per tube", tuple(SIZES), "3,000"),
        Choice("measure", "Measure", MEASURES, "balanced accuracy"),
        Switch("blood_test", "Average blood test as prior", True),
    ),
    compute=tubes,
    picture=picture,
    sentence=sentence,
    uses=("transition",),
    more=("blood_test",),
    size=(9.6, 4.3),
    pairs=(("impurity", "size"), ("impurity", "measure")),
)
