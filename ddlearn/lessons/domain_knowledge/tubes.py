"""Purified tubes: every cell carries the name of its tube, and the tube is not quite pure.

Three nets learn from the same tubes. One takes the name for the type. One knows what the manual says of the purity, and
corrects for it. One is told nothing and estimates the purity first, from cells that surely look like another tube's.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, Switch, cached
from ddlearn.lessons.domain_knowledge import cells as lab
from ddlearn.lessons.domain_knowledge import exercises
from ddlearn.lessons.domain_knowledge.cells import MEASURES, THIRDS, Progress

LEVELS = (0, 10, 20, 30, 40, 50)  # percent of a tube that is of other types, half of it each
SIZES = {"100": 100, "3,000": 3000}  # cells a tube
SEEDS = 3
NAIVE, STATED, ESTIMATED = METHODS = ("name taken for type", "purity stated", "purity estimated")
LEAST = 0.01  # a bin of the reliability diagram with a smaller share of the cells is not drawn

Transition = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


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
    """Every other one, and the rest, each twice so that all nets have as many.  (E, n) -> (2, E, n)"""
    n = rows.shape[1] // 2 * 2
    return torch.stack([rows[:, part:n:2].repeat(1, 2) for part in range(2)])


def estimate(
    rows: Tensor, tubes: Tensor, draw: torch.Generator, weight_decay: float, progress: Progress | None = None
) -> Tensor:
    """The purity of each set of tubes, from nets that judge the half which they have not seen.  (E, n) -> (E, 3, 3)"""
    E, own, names = len(rows), halves(rows), halves(tubes)
    shape, parameters = lab.train_on_tubes(
        own.flatten(0, 1),
        names.flatten(0, 1),
        torch.eye(3, dtype=torch.float64).expand(2 * E, 3, 3),
        draw,
        weight_decay=weight_decay,
        progress=progress,
    )
    once = own.shape[2] // 2
    unseen = own.flip(0)[..., :once].flatten(0, 1)
    P = lab.posteriors(shape, parameters, lab.pool().train_x[unseen]).unflatten(0, (2, E))
    labels = names.flip(0)[..., :once]
    return torch.stack([weak_labels.estimate_purity(P[:, e].flatten(0, 1), labels[:, e].flatten()) for e in range(E)])


@cached(8)
def trained(size: int, seed: int, transition: Transition, progress: Progress | None = None) -> Trained:
    """Train all methods on tubes of all levels."""
    draw, weight_decay = compute.generator(seed + 1), lab.decay(size)
    reports = [lab.shared(progress, *ends) for ends in ((0, 0.4), (0.4, 0.65), (0.65, 1))]
    pool = lab.pool(progress=reports[0])
    purities = torch.stack([blood.purity(level / 100) for level in LEVELS]).repeat_interleave(SEEDS, 0)
    drawn = [lab.draw_tubes(purity, size, draw) for purity in purities]
    rows, tubes = (torch.stack(part) for part in zip(*drawn, strict=True))
    found = estimate(rows, tubes, draw, weight_decay, reports[1])
    names = torch.eye(3, dtype=torch.float64).expand_as(purities), THIRDS.expand(len(purities), 3)
    known = [names, *(_each(transition, those) for those in (purities, found))]
    shape, parameters = lab.train_on_tubes(
        rows.repeat(len(METHODS), 1),
        tubes.repeat(len(METHODS), 1),
        torch.cat([T for T, _ in known]),
        draw,
        weight_decay=weight_decay,
        progress=reports[2],
    )
    grid = (len(LEVELS), SEEDS)
    return Trained(
        lab.posteriors(shape, parameters, pool.test_x).float().unflatten(0, (len(METHODS), *grid)),
        torch.stack([q for _, q in known]).unflatten(1, grid),
        found.unflatten(0, grid),
    )


def _each(transition: Transition, purities: Tensor) -> tuple[Tensor, Tensor]:
    """Transitions and mixes of many sets of three equal tubes.  (E, 3, 3) -> (E, 3, 3), (E, 3)"""
    T, q = zip(*(transition(purity, THIRDS) for purity in purities), strict=True)
    return torch.stack(T).double(), torch.stack(q).double()


def naive_theory(P: Tensor, level: int, shifted: bool, y: Tensor) -> lab.Scores:
    """What taking names for types must come to: T' times the posterior of pure tubes, with T by Bayes."""
    T, _ = weak_labels.purity_to_transition(blood.purity(level / 100))
    tube = P @ T
    return lab.scores(lab.at_the_patients(tube, THIRDS) if shifted else tube, y)


@cached(24)
def judged(
    size: int, seed: int, shifted: bool, transition: Transition, progress: Progress | None = None
) -> tuple[list, list]:
    """`Scores` of each method, level and seed, and of the theory of the naive net at each level."""
    run, y = trained(size, seed, transition, progress=progress), lab.pool().test_y
    every = [
        [
            [
                lab.scores(lab.at_the_patients(P.double(), q) if shifted else P.double(), y)
                for P, q in zip(posterior, mix, strict=True)
            ]
            for posterior, mix in zip(*method, strict=True)
        ]
        for method in zip(run.posterior, run.mix, strict=True)
    ]
    pure = run.posterior[0, 0].double()
    return every, [[naive_theory(P, level, shifted, y) for P in pure] for level in LEVELS]


def tubes(
    impurity: int,
    size: str,
    measure: str,
    blood_test: bool,
    seed: int = 0,
    *,
    transition: Transition = exercises.transition,
    progress: Progress | None = None,
) -> Tubes:
    """Three ways to learn from tubes so impure, in the midst of all other impurities."""
    n, name = SIZES[size], MEASURES[measure]
    every, theory = judged(n, seed, blood_test, transition, progress=progress)
    run = trained(n, seed, transition)
    at = min(range(len(LEVELS)), key=lambda k: abs(LEVELS[k] - impurity))
    y = lab.pool().test_y.repeat(SEEDS)
    bins = []
    for k in range(2):
        P = run.posterior[k, at].double()
        P = torch.cat(
            [lab.at_the_patients(one, q) if blood_test else one for one, q in zip(P, run.mix[k, at], strict=True)]
        )
        bins.append(weak_labels.reliability(P, y, 8, lab.weights(y)))
    return Tubes(
        measure=measure,
        level=LEVELS[at],
        cells=n,
        shifted=blood_test,
        values=torch.tensor(
            [[[getattr(one, name) for one in level] for level in method] for method in every], dtype=torch.float32
        ),
        theory=torch.tensor([[getattr(one, name) for one in level] for level in theory], dtype=torch.float32).mean(1),
        bins=bins,
        purity=float(run.estimated[at].diagonal(dim1=-2, dim2=-1).mean()),
    )


class TubesFigure(ArtistFigure):
    """Left a measure over all impurities; right, at one of them, confidence against accuracy."""

    size = (9.6, 4.3)
    prediction: Callable[[], str | None] = staticmethod(lambda: None)
    STYLES = (("orange", "s", "-"), ("blue", "o", "-"), ("green", "^", ":"))

    def layout(self, figure):
        self.over, self.trust = figure.subplots(1, 2, width_ratios=(1.35, 1))
        self.here = self.over.axvline(0, color=PALETTE["grey"], linewidth=1)
        (self.theory,) = self.over.plot([], [], "--", color=PALETTE["vermilion"], linewidth=2.4)
        self.lines = [
            self.over.plot([], [], marker, color=PALETTE[color], linestyle=line)[0]
            for color, marker, line in self.STYLES
        ]
        self.over.set(xlim=(-2, 52), xlabel="impurity of the tubes, %")
        self.over.grid(True)
        (sure,) = self.trust.plot([30, 100], [30, 100], "-.", color=PALETTE["black"], linewidth=1.2)
        self.curves = [
            self.trust.plot([], [], marker, color=PALETTE[color], linestyle=line)[0]
            for color, marker, line in self.STYLES[:2]
        ]
        self.trust.set(xlim=(30, 102), ylim=(30, 102), xlabel="confidence, %", title="share right, %")
        self.trust.grid(True)
        names = (*METHODS, "theory of the first", "honest")
        figure.legend((*self.lines, self.theory, sure), names, loc="outside upper center", ncols=5, columnspacing=1.2)

    def draw(self, result: Tubes):
        for line, values in zip(self.lines, result.values.mean(2), strict=True):
            line.set_data(LEVELS, 100 * values)
        self.theory.set_data(LEVELS, 100 * result.theory)
        self.here.set_xdata([result.level] * 2)
        limits = (0, 60) if result.measure == "calibration error" else (30, 100)
        self.over.set(ylim=limits, title=f"{result.measure} in points, {result.cells:,} cells a tube")
        for curve, bins in zip(self.curves, result.bins, strict=True):
            filled = bins.share > LEAST
            curve.set_data(100 * bins.confidence[filled], 100 * bins.accuracy[filled])

    def describe(self, result: Tubes) -> str:
        at = LEVELS.index(result.level)
        naive, stated, estimated = (f"{100 * float(one):.1f}" for one in result.values[:, at].mean(1))
        prior = "with the average blood test" if result.shifted else "without a blood test"
        guess = self.prediction()
        said = "" if guess is None else f" You said: {guess}."
        return (
            f"Tubes {result.level} % impure, {result.cells:,} cells each, {prior}. {result.measure.capitalize()}, in "
            f"points: {naive} with names taken for types (theory {100 * float(result.theory[at]):.1f}), {stated} with "
            f"the stated purity, {estimated} with the estimated one, which says {100 * result.purity:.0f} % pure.{said}"
        )


def explorer() -> Explorer:
    """The tubes, fresh."""
    return Explorer(
        name="tubes",
        title="Tubes that are not quite pure",
        controls=(
            Slider("impurity", "Impurity, %", 0, 50, 20, whole=True, step=10),
            Choice("size", "Cells a tube", tuple(SIZES), "3,000"),
            Choice("measure", "Measure", tuple(MEASURES), "balanced accuracy"),
            Switch("blood_test", "Average blood test as prior", True),
        ),
        compute=tubes,
        figure=TubesFigure,
        uses=("transition",),
    )
