"""More data, a wider net, or purified cells: what each of them buys, from purified tubes and from two cohorts."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.lessons.cells import CALIBRATION, MEASURES
from ddlearn.lessons.purified_specimens import sources
from ddlearn.lessons.purified_specimens.sources import COHORT, HEALTHY, PURIFIED

UNITS = {"32 units per layer": 32, "96 units per layer": 96}
TICKS = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000)
ERROR = MEASURES[CALIBRATION]  # of which less is better


@dataclass(frozen=True, eq=False)
class Exchange:
    """A measure over the number of cells, for three sources, and a number of purified cells looked at."""

    measure: str
    units: int
    cells: int
    purified: Tensor  # (seeds, tube sizes)
    healthy: Tensor  # (seeds, bags)
    patients: Tensor  # (seeds, bags)

    @property
    def bought(self) -> float:
        """The measure at `cells` purified cells, along a line between sizes."""
        return float(np.interp(np.log(self.cells), np.log(PURIFIED), self.purified.mean(0)))

    @property
    def enough(self) -> float | None:
        """How many purified cells do as well as the largest healthy cohort, along a line between sizes.

        The smallest size where that is fewer; None where not even the largest does.
        """
        sign = -1 if self.measure == ERROR else 1
        y, goal = sign * self.purified.mean(0), sign * self.healthy.mean(0)[-1]
        if y.max() < goal:
            return None
        k = int((y >= goal).nonzero()[0])
        return float(np.exp(np.interp(goal, y[k - 1 : k + 1], np.log(PURIFIED[k - 1 : k + 1])))) if k else PURIFIED[0]


def exchange(
    units: str, measure: str, cells: int, seed: int = 0, *, progress: compute.Progress | None = None
) -> Exchange:
    """Let nets so wide learn from all three sources."""
    width, place = UNITS[units], MEASURES.index(measure)
    every = [sources.on_tubes(width, seed, progress=compute.part(progress, 0, 0.5))]
    for k, cohort in enumerate(sources.COHORTS):
        every.append(
            sources.on_cohort(cohort, width, seed, progress=compute.part(progress, 0.5 + 0.25 * k, 0.75 + 0.25 * k))
        )
    return Exchange(measure, width, cells, *(source[..., place] for source in every))


def picture(fig, r: Exchange) -> None:
    """Draw the measure over the number of cells, for the three sources."""
    panel = fig.panel()
    panel.frame(
        f"{r.measure}, %; {r.units} units per layer",
        "cells learned from",
        xlim=(10, 45_000),
        ylim=(0, 40) if r.measure == ERROR else (40, 100),
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
        f"tests {narrow} % from healthy donors, {wide} % from patients. Mean of {sources.SEEDS} draws."
    )


explorer = Explorer(
    "exchange",
    "More data, a wider network, or purified cells",
    controls=(
        Choice("units", "Network", tuple(UNITS), "32 units per layer"),
        Choice("measure", "Measure", MEASURES, "balanced accuracy"),
        Slider("cells", "Purified cells", PURIFIED[0], PURIFIED[-1], 300, log=True, whole=True),
    ),
    compute=exchange,
    picture=picture,
    sentence=sentence,
    size=(9.6, 4.2),
    pairs=(("units", "cells"),),
)
