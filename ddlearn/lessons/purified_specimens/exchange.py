"""More data, a wider net, or purified cells: what each of them buys.

Three sources of the same cells. Purified tubes, where every cell has a label. A narrow cohort of healthy people, and
one of patients who differ, where every 512 cells have a blood test. From these a net learns by the mean map, which is
unbiased for any bags that differ at all; the narrow cohort's are nearly alike, so its estimate has a large variance,
and more of them help slowly. A cell of the lesson's pool may lie in several bags.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.blood import CellPool
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.lessons import cells as lab
from ddlearn.lessons.cells import MEASURES, PURE, Progress, Scores

UNITS = {"32 units per layer": 32, "96 units per layer": 96}
TUBE_CELLS = (4, 10, 30, 100, 1000)  # of each tube
BAGS, K = (8, 32, 64), 512
HEALTHY, PATIENTS = "healthy donors", "patients"
COHORTS = {HEALTHY: blood.HEALTHY, PATIENTS: blood.PATIENTS}
SEEDS = 3
SUB_CELLS = 4  # a step sees so many cells of every bag
PURIFIED = [3 * n for n in TUBE_CELLS]
COHORT = [K * B for B in BAGS]
TICKS = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000)
LIMITS = {"balanced accuracy": (40, 100), "accuracy": (40, 100), "calibration error": (0, 40)}


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
        return float(np.interp(np.log(self.cells), np.log(PURIFIED), self.purified.mean(0)))

    @property
    def enough(self) -> float | None:
        """How many purified cells do as well as the largest healthy cohort, along a line between sizes.

        The smallest size where that is fewer; None where not even the largest does.
        """
        sign = -1 if self.measure == "calibration error" else 1  # there less is better
        y, goal = sign * self.purified.mean(0), sign * self.healthy.mean(0)[-1]
        if y.max() < goal:
            return None
        k = int((y >= goal).nonzero()[0])
        return float(np.exp(np.interp(goal, y[k - 1 : k + 1], np.log(PURIFIED[k - 1 : k + 1])))) if k else PURIFIED[0]


@cached(8)
def on_tubes(units: int, seed: int, progress: Progress | None = None) -> list[list[Scores]]:
    """Judge nets of pure tubes.  [SEEDS][tube sizes]"""
    lab.pool(progress=lab.shared(progress, 0, 0.5))
    draw = compute.generator(seed + 5)
    sizes = [n for n in TUBE_CELLS for _ in range(SEEDS)]
    drawn = [lab.draw_tubes(PURE, n, draw) for n in sizes]
    again = torch.arange(PURIFIED[-1])  # small sets again and again, to the same length
    rows, tubes = (torch.stack([one[again % len(one)] for one in part]) for part in zip(*drawn, strict=True))
    small, found = torch.tensor(sizes) < lab.FEW, []
    for group, few, ends in ((small, True, (0.5, 0.75)), (~small, False, (0.75, 1))):
        report = lab.shared(progress, *ends)
        nets = lab.train_on_tubes(rows[group], tubes[group], draw, units=units, few=few, progress=report)
        found += lab.judge(*nets)
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
    """Judge nets of blood tests, by the mean map; every bag is in every step.  [SEEDS][bags], which divide the last"""
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

    shape, x = lab.net(units), pool.train_x.float()
    how = {"steps": lab.STEPS, "lr": lab.RATE, "progress": progress}
    parameters = weak_labels.train_classifiers(shape, x, step, generator=draw, nets=len(many), **how)
    found = lab.judge(shape, parameters, mix, pool)
    return [found[k::SEEDS] for k in range(SEEDS)]


def exchange(units: str, measure: str, cells: int, seed: int = 0, *, progress: Progress | None = None) -> Exchange:
    """Let nets so wide learn from all three sources."""
    width, name = UNITS[units], MEASURES[measure]
    every = [on_tubes(width, seed, progress=lab.shared(progress, 0, 0.5))]
    for k, cohort in enumerate(COHORTS):
        every.append(on_cohort(cohort, width, seed, progress=lab.shared(progress, 0.5 + 0.25 * k, 0.75 + 0.25 * k)))
    return Exchange(measure, width, cells, *(lab.measured(source, name) for source in every))


def picture(fig, r: Exchange) -> None:
    """Draw the measure over the number of cells, for the three sources."""
    panel = fig.panel()
    panel.frame(
        f"{r.measure}, %; {r.units} units per layer",
        "cells learned from",
        xlim=(10, 45_000),
        ylim=LIMITS[r.measure],
        log="x",
        xticks={n: f"{n:,}" for n in TICKS},
        legend={"loc": "right", "labelspacing": 0.9},
        grid=True,
    )
    for x, values, name, color, style, marker in (
        (PURIFIED, r.purified, "purified cells", "blue", "-", "o"),
        (COHORT, r.healthy, HEALTHY, "orange", "-", "s"),
        (COHORT, r.patients, "patients, who differ", "green", ":", "^"),
    ):
        panel.band(x, 100 * values.amin(0), 100 * values.amax(0), color, alpha=0.2)
        panel.line(x, 100 * values.mean(0), color, style, name, marker=marker)
    panel.level(100 * r.bought, width=1)
    panel.dots([r.cells], [100 * r.bought], "black", "D", "your number", size=9, filled=False)


def sentence(r: Exchange) -> str:
    """Say how many purified cells do as well as the healthy cohort, then the numbers at the ends of the curves."""
    ends = (r.bought, *(source.mean(0)[-1] for source in (r.purified, r.healthy, r.patients)))
    have, top, narrow, wide = (f"{100 * float(one):.1f}" for one in ends)
    if r.enough is None:
        enough = f"more than {PURIFIED[-1]:,}"
    else:
        enough = f"about {r.enough:.0f}" if r.enough > PURIFIED[0] else f"{PURIFIED[0]} or fewer"
    return (
        f"To do as well as {COHORT[-1]:,} cells of healthy donors with blood tests takes {enough} purified cells. "
        f"{r.measure.capitalize()}: {have} % with {r.cells} purified cells, {top} % with {PURIFIED[-1]:,}; with blood "
        f"tests {narrow} % from healthy donors, {wide} % from patients. Mean of {SEEDS} draws."
    )


explorer = Explorer(
    "exchange",
    "More data, a wider network, or purified cells",
    controls=(
        Choice("units", "Network", tuple(UNITS), "32 units per layer"),
        Choice("measure", "Measure", tuple(MEASURES), "balanced accuracy"),
        Slider("cells", "Purified cells", PURIFIED[0], PURIFIED[-1], 300, log=True, whole=True),
    ),
    compute=exchange,
    picture=picture,
    sentence=sentence,
    size=(9.6, 4.2),
)
