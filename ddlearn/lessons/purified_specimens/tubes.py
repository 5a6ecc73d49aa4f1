"""Purified tubes: every cell carries the name of its tube, and the tube is not quite pure.

Three nets learn from the same tubes. One takes the name for the type. One knows what the manual says of the purity, and
corrects for it. One is told nothing and estimates the purity first, from cells that surely look like another tube's.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import Choice, Explorer, Slider, Switch, cached
from ddlearn.lessons import cells as lab
from ddlearn.lessons.cells import MEASURES, PURE, THIRDS, Progress
from ddlearn.lessons.purified_specimens import exercises

LEVELS = (0, 10, 20, 30, 40, 50)  # percent of a tube that is of other types, half of it each
SIZES = {"100": 100, "3,000": 3000}  # cells per tube
SEEDS = 3
METHODS = ("name taken for type", "corrected", "corrected, purity estimated")
LEAST = 0.01  # a bin of the reliability diagram with a smaller share of the cells is not drawn


@dataclass(frozen=True, eq=False)
class Trained:
    """Of each method, level and seed: what the net says of the test cells, and the mix that it learned in."""

    posterior: Tensor  # (3, L, SEEDS, n, 3)
    mix: Tensor  # (3, L, SEEDS, 3)
    estimated: Tensor  # (L, SEEDS, 3, 3) purities


@dataclass(frozen=True, eq=False)
class Tubes:
    """All levels by one measure, and one level looked at."""

    measure: str
    level: int
    cells: int
    shifted: bool
    values: Tensor  # (3, L, SEEDS)
    theory: Tensor  # (L,) what the naive net must come to, by the forward formula and the nets of pure tubes
    bins: list[weak_labels.Reliability]  # naive and stated, at the level
    purity: float  # of the estimated tubes at the level, mean over tubes and seeds


def halves(rows: Tensor) -> Tensor:
    """Return every other one, and the rest, each twice so that all nets have as many.  (E, n) -> (2, E, n)"""
    n = rows.shape[1] // 2 * 2
    return torch.stack([rows[:, part:n:2].repeat(1, 2) for part in range(2)])


def estimate(rows: Tensor, tubes: Tensor, draw: torch.Generator, progress: Progress | None = None) -> Tensor:
    """Estimate the purity of sets of tubes, by nets that judge the half they have not seen.  (E, n) -> (E, 3, 3)"""
    E, own, names = len(rows), halves(rows), halves(tubes)
    nets = lab.train_on_tubes(own.flatten(0, 1), names.flatten(0, 1), draw, progress=progress)
    unseen, labels = (part.flip(0)[..., : part.shape[2] // 2] for part in (own, names))
    P = lab.posteriors(*nets, lab.pool().train_x[unseen.flatten(0, 1)]).unflatten(0, (2, E))
    return torch.stack([weak_labels.estimate_purity(P[:, e].flatten(0, 1), labels[:, e].flatten()) for e in range(E)])


@cached(8)
def trained(size: int, seed: int, transition: Callable, progress: Progress | None = None) -> Trained:
    """Train all methods on tubes of all levels."""
    draw = compute.generator(seed + 1)
    reports = [lab.shared(progress, *ends) for ends in ((0, 0.4), (0.4, 0.65), (0.65, 1))]
    pool = lab.pool(progress=reports[0])
    purities = torch.stack([blood.purity(level / 100) for level in LEVELS]).repeat_interleave(SEEDS, 0)
    drawn = [lab.draw_tubes(purity, size, draw) for purity in purities]
    rows, tubes = (torch.stack(part) for part in zip(*drawn, strict=True))
    found = estimate(rows, tubes, draw, reports[1])
    known = [(PURE, THIRDS)] * len(purities)
    known += [transition(purity, THIRDS) for purity in torch.cat([purities, found])]
    T, q = (torch.stack(part).double() for part in zip(*known, strict=True))
    rows, tubes = (part.repeat(len(METHODS), 1) for part in (rows, tubes))
    nets = lab.train_on_tubes(rows, tubes, draw, T, progress=reports[2])
    grid = (len(METHODS), len(LEVELS), SEEDS)
    posterior = lab.posteriors(*nets, pool.test_x).float().unflatten(0, grid)
    return Trained(posterior, q.unflatten(0, grid), found.unflatten(0, grid[1:]))


def posteriors(P: Tensor, mix: Tensor, shifted: bool) -> list[Tensor]:
    """Return what nets say of the test cells, or would say in the average blood.  P (SEEDS, n, 3), mix (SEEDS, 3)"""
    return [lab.at_the_patients(one, q) if shifted else one for one, q in zip(P.double(), mix, strict=True)]


@cached(24)
def judged(
    size: int, seed: int, shifted: bool, transition: Callable, progress: Progress | None = None
) -> tuple[list, list]:
    """Judge each method, level and seed, and the theory of the naive net: T' times the posterior of pure tubes."""
    run, y = trained(size, seed, transition, progress=progress), lab.pool().test_y

    def judge(P: Tensor, mix: Tensor) -> list[lab.Scores]:
        return [lab.scores(one, y) for one in posteriors(P, mix, shifted)]

    methods, pure = zip(run.posterior, run.mix, strict=True), run.posterior[0, 0].double()
    every = [[judge(*level) for level in zip(*method, strict=True)] for method in methods]
    known = [weak_labels.purity_to_transition(blood.purity(level / 100))[0] for level in LEVELS]
    return every, [judge(pure @ T, THIRDS.expand(SEEDS, 3)) for T in known]


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
    n, name = SIZES[size], MEASURES[measure]
    every, theory = judged(n, seed, blood_test, transition, progress=progress)
    run = trained(n, seed, transition)
    at = min(range(len(LEVELS)), key=lambda k: abs(LEVELS[k] - impurity))
    y = lab.pool().test_y.repeat(SEEDS)
    bins = []
    for k in range(2):
        P = torch.cat(posteriors(run.posterior[k, at], run.mix[k, at], blood_test))
        bins.append(weak_labels.reliability(P, y, 8, lab.weights(y)))
    return Tubes(
        measure=measure,
        level=LEVELS[at],
        cells=n,
        shifted=blood_test,
        values=lab.measured(every, name).float(),
        theory=lab.measured(theory, name).float().mean(1),
        bins=bins,
        purity=float(run.estimated[at].diagonal(dim1=-2, dim2=-1).mean()),
    )


def picture(fig, r: Tubes) -> None:
    """Draw a measure over all impurities; and at one of them confidence against accuracy."""
    over, trust = fig.row(1.35, 1)
    over.frame(
        f"{r.measure}, %; {r.cells:,} cells per tube",
        "impurity of the tubes, %",
        xlim=(-2, 52),
        ylim=(0, 60) if r.measure == "calibration error" else (30, 100),
        grid=True,
    )
    over.upright(r.level, "grey", "-", width=1)
    for name, values, (color, style, marker) in zip(METHODS, r.values.mean(2), lab.LOOKS, strict=True):
        over.line(LEVELS, 100 * values, color, style, name, marker=marker)
    over.line(LEVELS, 100 * r.theory, "vermilion", "--", "theory of the first", width=2.4)
    trust.frame("share named correctly, %", "stated probability, %", xlim=(30, 102), ylim=(30, 102), grid=True)
    trust.line([30, 100], [30, 100], "black", "-.", "calibrated", width=1.2)
    for bins, (color, style, marker) in zip(r.bins, lab.LOOKS, strict=False):
        filled = bins.share > LEAST
        trust.line(100 * bins.confidence[filled], 100 * bins.accuracy[filled], color, style, marker=marker)
    fig.legend(ncols=5, columnspacing=1.2)


def sentence(r: Tubes, said) -> str:
    """Say what the correction changes at one impurity, then what the other methods come to, and what was predicted."""
    at = LEVELS.index(r.level)
    theory = f"{100 * float(r.theory[at]):.1f}"
    naive, stated, estimated = (f"{100 * float(one):.1f}" for one in r.values[:, at].mean(1))
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
        Choice("measure", "Measure", tuple(MEASURES), "balanced accuracy"),
        Switch("blood_test", "Average blood test as prior", True),
    ),
    compute=tubes,
    picture=picture,
    sentence=sentence,
    uses=("transition",),
    more=("blood_test",),
    size=(9.6, 4.3),
)
