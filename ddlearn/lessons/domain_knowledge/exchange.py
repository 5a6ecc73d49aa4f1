"""More data, a wider net, or purified cells: what each of them buys.

Three sources of the same cells. Purified tubes, where every cell has a label. A narrow cohort of healthy people, and
one of patients who differ, where every 512 cells have a blood test. From these a net learns by the mean map, our
least-squares risk, which is unbiased for any bags that differ at all. The narrow cohort's bags are nearly alike, so its
estimate has a large variance, and more of them help slowly. Bags draw on the lesson's pool, so a cell may lie in
several bags.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.blood import CellPool
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, cached
from ddlearn.lessons.domain_knowledge import cells as lab
from ddlearn.lessons.domain_knowledge.cells import MEASURES, THIRDS, Progress, Scores

UNITS = {"32 units a layer": 32, "96 units a layer": 96}
TUBE_CELLS = (4, 10, 30, 100, 1000)  # a tube
BAGS, K = (8, 32, 64), 512
HEALTHY, PATIENTS = "healthy cohort", "patients"
COHORTS = {HEALTHY: blood.HEALTHY, PATIENTS: blood.PATIENTS}
SEEDS = 3
SUB_CELLS = 4  # a step sees so many cells of every bag
PURIFIED = [3 * n for n in TUBE_CELLS]
COHORT = [K * B for B in BAGS]


@dataclass(frozen=True, eq=False)
class Exchange:
    """A measure over the number of cells, for three sources, and a number of purified cells looked at."""

    measure: str
    units: int
    cells: int
    purified: Tensor  # (SEEDS, tube sizes)
    healthy: Tensor  # (SEEDS, bags)
    patients: Tensor  # (SEEDS, bags)

    @property
    def bought(self) -> float:
        """The measure at `cells` purified cells, along a line between sizes."""
        x = torch.tensor(PURIFIED, dtype=torch.float64).log()
        y, at = self.purified.mean(0), torch.tensor(float(self.cells), dtype=torch.float64).log()
        k = int(torch.searchsorted(x, at).clamp(1, len(x) - 1))
        return float(y[k - 1] + (y[k] - y[k - 1]) * (at - x[k - 1]) / (x[k] - x[k - 1]))

    @property
    def enough(self) -> float | None:
        """How many purified cells do as well as the largest healthy cohort, along a line between sizes.

        The smallest size where that is fewer; None where not even the largest does.
        """
        sign = -1 if self.measure == "calibration error" else 1  # there less is better
        x = torch.tensor(PURIFIED, dtype=torch.float64).log()
        y, goal = sign * self.purified.mean(0), sign * self.healthy.mean(0)[-1]
        if y.max() < goal:
            return None
        k = int((y >= goal).nonzero()[0])
        part = (goal - y[k - 1]) / (y[k] - y[k - 1]) if k else 0.0
        return float((x[k - 1] + part * (x[k] - x[k - 1])).exp()) if k else float(PURIFIED[0])


@cached(8)
def on_tubes(units: int, seed: int, progress: Progress | None = None) -> list[list[Scores]]:
    """Nets of pure tubes.  [SEEDS][tube sizes]"""
    pool, draw = lab.pool(progress=lab.shared(progress, 0, 0.5)), compute.generator(seed + 5)
    pure, longest = torch.eye(3, dtype=torch.float64), 3 * TUBE_CELLS[-1]
    sizes = [n for n in TUBE_CELLS for _ in range(SEEDS)]
    drawn = [lab.draw_tubes(pure, n, draw) for n in sizes]
    again = [torch.arange(longest) % len(rows) for rows, _ in drawn]  # small sets again and again, to the same length
    rows, tubes = (
        torch.stack([one[k] for one, k in zip(part, again, strict=True)]) for part in zip(*drawn, strict=True)
    )
    found = []
    for small in (True, False):
        group = torch.tensor([(n < lab.FEW) == small for n in sizes])
        shape, parameters = lab.train_on_tubes(
            rows[group],
            tubes[group],
            pure.expand(int(group.sum()), 3, 3),
            draw,
            units=units,
            weight_decay=lab.STRONG_DECAY if small else lab.DECAY,
            progress=lab.shared(progress, 0.5 if small else 0.75, 0.75 if small else 1),
        )
        P = lab.posteriors(shape, parameters, pool.test_x)
        found += [lab.scores(lab.at_the_patients(one, THIRDS), pool.test_y) for one in P]
    return [found[k::SEEDS] for k in range(SEEDS)]


@cached(8)
def on_cohort(
    name: str,
    units: int,
    seed: int,
    bags: tuple[int, ...] = BAGS,
    pool: CellPool | None = None,
    progress: Progress | None = None,
) -> list[list[Scores]]:
    """Nets of blood tests, by the mean map; every bag is in every step.  [SEEDS][bags]; numbers divide the last one"""
    pool, draw = pool or lab.pool(), compute.generator(seed + 6)
    mix, rows, weights = blood.mean_blood(COHORTS[name]), [], []
    many = [B for B in bags for _ in range(SEEDS)]
    for B in many:
        people = blood.draw_patients(B, draw, COHORTS[name])
        reports = blood.blood_report(people, draw)
        again = torch.arange(bags[-1]) % B  # fewer bags again and again: all nets have as many rows
        rows.append(weak_labels.draw_bags(pool.train_y, people, K, draw).rows[again])
        weights.append(weak_labels.mean_map_weights(reports, mix).float()[again])
    rows, weights = torch.stack(rows), torch.stack(weights)  # (nets, most bags, K), (nets, most bags, 3)

    def step(generator: torch.Generator) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        cell = torch.randint(K, (*rows.shape[:2], SUB_CELLS), generator=generator)
        picked = rows.gather(2, cell).flatten(1)
        return picked, lambda z: weak_labels.weighted_bag_loss(z.unflatten(1, cell.shape[1:]), weights)

    shape = lab.net(units)
    parameters = weak_labels.train_classifiers(
        shape,
        pool.train_x.float(),
        step,
        generator=draw,
        nets=len(many),
        steps=lab.STEPS,
        lr=lab.RATE,
        progress=progress,
    )
    P = lab.posteriors(shape, parameters, pool.test_x)
    found = [lab.scores(lab.at_the_patients(one, mix), pool.test_y) for one in P]
    return [found[k::SEEDS] for k in range(SEEDS)]


def exchange(units: str, measure: str, cells: int, seed: int = 0, *, progress: Progress | None = None) -> Exchange:
    """All three sources, learned by nets so wide."""
    width, name = UNITS[units], MEASURES[measure]
    every = [on_tubes(width, seed, progress=lab.shared(progress, 0, 0.5))]
    for k, cohort in enumerate(COHORTS):
        every.append(on_cohort(cohort, width, seed, progress=lab.shared(progress, 0.5 + 0.25 * k, 0.75 + 0.25 * k)))
    values = (
        torch.tensor([[getattr(one, name) for one in row] for row in source], dtype=torch.float64) for source in every
    )
    return Exchange(measure, width, cells, *values)


class ExchangeFigure(ArtistFigure):
    """A measure over the number of cells, on a log axis, for the three sources."""

    size = (9.6, 4.2)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)
    STYLES = (("blue", "o", "-"), ("orange", "s", "-"), ("green", "^", ":"))

    def layout(self, figure):
        from matplotlib.collections import PolyCollection

        self.axes = axes = figure.subplots()
        self.bands = [
            axes.add_collection(PolyCollection([], color=PALETTE[color], alpha=0.2, linewidth=0))
            for color, *_ in self.STYLES
        ]
        self.lines = [
            axes.plot([], [], marker, color=PALETTE[color], linestyle=line)[0] for color, marker, line in self.STYLES
        ]
        self.level = axes.axhline(0, color=PALETTE["grey"], linewidth=1)
        (self.here,) = axes.plot([], [], "D", color=PALETTE["black"], markersize=9, fillstyle="none")
        self.guess = axes.axvline(100, color=PALETTE["purple"], linestyle=(0, (8, 3)))
        axes.set(xscale="log", xlim=(10, 45_000), xlabel="cells learned from")
        axes.set_xticks(
            (10, 30, 100, 300, 1000, 3000, 10_000, 30_000),
            ("10", "30", "100", "300", "1,000", "3,000", "10,000", "30,000"),
        )
        axes.minorticks_off()
        axes.grid(True)
        names = ("purified cells", HEALTHY, "patients who differ", "you have", "you said")
        artists = (*self.lines, self.here, self.guess)
        axes.legend(artists, names, loc="center left", bbox_to_anchor=(1.01, 0.5), labelspacing=0.9)

    def draw(self, result: Exchange):
        sources = ((PURIFIED, result.purified), (COHORT, result.healthy), (COHORT, result.patients))
        for band, line, (x, values) in zip(self.bands, self.lines, sources, strict=True):
            low, high = (100 * edge for edge in (values.amin(0), values.amax(0)))
            band.set_verts([[*zip(x, low.tolist(), strict=True), *reversed([*zip(x, high.tolist(), strict=True)])]])
            line.set_data(x, 100 * values.mean(0))
        self.here.set_data([result.cells], [100 * result.bought])
        self.level.set_ydata([100 * result.bought] * 2)
        guess = self.prediction()
        self.guess.set_visible(guess is not None)
        if guess is not None:
            self.guess.set_xdata([guess] * 2)
        limits = {"balanced accuracy": (40, 100), "accuracy": (40, 100), "calibration error": (0, 40)}[result.measure]
        self.axes.set(ylim=limits, title=f"{result.measure} in points, {result.units} units a layer")

    def describe(self, result: Exchange) -> str:
        have, top, narrow, wide = (
            f"{100 * float(one):.1f}"
            for one in (
                result.bought,
                result.purified.mean(0)[-1],
                result.healthy.mean(0)[-1],
                result.patients.mean(0)[-1],
            )
        )
        guess = self.prediction()
        said = "" if guess is None else f" You said {guess:.0f}."
        if result.enough is None:
            enough = f"more than {PURIFIED[-1]:,}"
        else:
            enough = f"about {result.enough:.0f}" if result.enough > PURIFIED[0] else f"{PURIFIED[0]} or fewer"
        return (
            f"{result.measure.capitalize()} in points, {result.units} units a layer: {have} with {result.cells} "
            f"purified cells, {top} with {PURIFIED[-1]:,}. With blood tests of {COHORT[-1]:,} cells: {narrow} for the "
            f"narrow healthy cohort, {wide} for patients who differ. To do as well as the healthy cohort takes "
            f"{enough} purified cells.{said} Mean of {SEEDS} draws."
        )


def explorer() -> Explorer:
    """The exchange, fresh."""
    return Explorer(
        name="exchange",
        title="More data, a wider net, or purified cells",
        controls=(
            Choice("units", "Net", tuple(UNITS), "32 units a layer"),
            Choice("measure", "Measure", tuple(MEASURES), "balanced accuracy"),
            Slider("cells", "Purified cells", PURIFIED[0], PURIFIED[-1], 300, log=True, whole=True),
        ),
        compute=exchange,
        figure=ExchangeFigure,
    )
