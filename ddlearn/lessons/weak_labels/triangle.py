"""The triangle of mixtures: what bags can teach, told in advance by their spread.

Each dot is what the test says of one bag; corners are pure blood. The spread of the dots, the ellipse about their mean
p, is the covariance of mixtures, (diag p - pp') / kappa. From it alone follows what N bagged cells are worth for the
mean of each class, N p_c e_c labelled cells of that class, before anything is trained.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, weak_labels
from ddlearn.blood import CELL_TYPES, MONOCYTE
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider
from ddlearn.classroom.wording import say
from ddlearn.lessons.weak_labels import exercises
from ddlearn.lessons.weak_labels.trainings import ALPHA0, BLOOD, CELLS

TOGETHER, APART = SOURCES = ("blood poured together", "one patient a bag")
SHOWN = 300  # dots at most
CORNERS = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.5, 0.75**0.5]], dtype=torch.float64)  # G, L, M
LEAST = 0.5  # labelled cells, the left end of the axis

Kappa = Callable[[Tensor], float]


@dataclass(frozen=True, eq=False)
class Mixtures:
    """What tests say of B bags, and what follows. Both moments are covariances of the mixtures, (3, 3)."""

    source: str
    k: int
    cells: int
    told: Tensor  # (B, 3)
    kappa: float  # what theory says
    found: float  # what the learner's function finds in `told`
    expected: Tensor
    measured: Tensor
    least: float  # eigenvalue of Pi'Pi / B
    formula: Tensor  # (3,) labelled cells by kappa
    exact: Tensor  # (3,) by the whole matrix Pi'Pi / B of these bags
    one_number: Tensor  # (3,) by `found`


def mixtures(
    source: str, k: int, alpha0: float, cells: int, seed: int = 0, *, kappa: Kappa = exercises.kappa
) -> Mixtures:
    """Draw the bags' mixtures. A patient's test is exact here; of bags poured together the k cells are counted."""
    draw, bags = compute.generator(seed), max(cells // k, 4)
    if source == TOGETHER:
        true = weak_labels.kappa(k=k)
        counts = torch.multinomial(BLOOD.expand(bags, -1), k, replacement=True, generator=draw)
        told = torch.nn.functional.one_hot(counts, 3).double().mean(1)
    else:
        true = weak_labels.kappa(alpha0=alpha0)
        told = weak_labels.draw_patients(alpha0 * BLOOD, bags, draw)
    p, moment = told.mean(0), weak_labels.mixing_moment(told)
    found = max(1.0, float(kappa(told)))
    outer = torch.outer(BLOOD, BLOOD)
    try:
        exact = weak_labels.mixing_efficiency(told, BLOOD)
    except ValueError:  # a few bags, too alike to tell three types apart
        exact = torch.zeros_like(BLOOD)
    return Mixtures(
        source=source,
        k=k,
        cells=cells,
        told=told,
        kappa=true,
        found=found,
        expected=weak_labels.second_moment(BLOOD, true) - outer,
        measured=moment - torch.outer(p, p),
        least=float(torch.linalg.eigvalsh(moment)[0].clamp(min=0)),
        formula=cells * BLOOD * weak_labels.efficiency(BLOOD, true),
        exact=cells * BLOOD * exact,
        one_number=cells * BLOOD * weak_labels.efficiency(BLOOD, found),
    )


def ellipse(centre: Tensor, covariance: Tensor) -> Tensor:
    """Points one deviation from the centre, on the page.  (3,), (3, 3) -> (91, 2)"""
    plane = CORNERS.T @ covariance @ CORNERS
    values, vectors = torch.linalg.eigh(plane)
    root = vectors * values.clamp(min=0).sqrt()
    angle = torch.linspace(0, 2 * torch.pi, 91, dtype=torch.float64)
    circle = torch.stack([angle.cos(), angle.sin()])
    return centre @ CORNERS + (root @ circle).T


class MixturesFigure(ArtistFigure):
    """Left the triangle, right what the cells are worth."""

    size = (9.6, 4.3)

    def layout(self, figure):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Polygon

        triangle, bars = figure.subplots(1, 2, width_ratios=(1, 1.05))
        edge = triangle.add_patch(Polygon(CORNERS.numpy(), fill=False, edgecolor=PALETTE["black"], linewidth=1.2))
        (self.dots,) = triangle.plot([], [], "o", color=PALETTE["sky"], markersize=4, alpha=0.6, markeredgewidth=0)
        (self.found,) = triangle.plot([], [], "-", color=PALETTE["blue"], linewidth=2)
        (self.theory,) = triangle.plot([], [], "--", color=PALETTE["vermilion"], linewidth=2)
        for line in (self.found, self.theory):
            line.set_clip_path(edge)  # beyond the triangle there is no blood
        places = ((-0.05, -0.09, "left"), (1.05, -0.09, "right"), (0.5, 0.9, "center"))
        for (x, y, align), cell_type in zip(places, CELL_TYPES, strict=True):
            triangle.text(x, y, f"all {cell_type.name}s", ha=align)
        triangle.set(xlim=(-0.06, 1.06), ylim=(-0.13, 1.0), aspect="equal", title="what the tests say of each bag")
        triangle.axis("off")
        triangle.legend(
            (self.dots, self.found, self.theory),
            ("a bag", "spread found", "by theory"),
            loc="upper left",
            bbox_to_anchor=(-0.06, 1.0),
        )
        self.bars = bars.barh(range(3), [1.0] * 3, left=LEAST, height=0.55, color=PALETTE["sky"], edgecolor="black")
        (self.formula,) = bars.plot([], [], "D", color=PALETTE["vermilion"], markersize=9, markeredgecolor="black")
        mark = {"marker": "|", "linestyle": "", "color": PALETTE["black"], "markersize": 26, "markeredgewidth": 3}
        (self.one,) = bars.plot([], [], **mark)
        (self.labels,) = bars.plot([], [], "*", color=PALETTE["yellow"], markersize=15, markeredgecolor="black")
        bars.set(xscale="log", xlim=(LEAST, 8e4), ylim=(2.6, -1.15), title="worth, in labelled cells of the type")
        bars.set_yticks(range(3), [f"{cell_type.name}s" for cell_type in CELL_TYPES])
        bars.set_xticks((1, 10, 100, 1000, 10_000), ("1", "10", "100", "1000", "10,000"))
        bars.minorticks_off()
        bars.grid(True, axis="x")
        bars.set_axisbelow(True)
        bars.legend(
            (self.bars, self.formula, Line2D([], [], **{**mark, "markersize": 14}), self.labels),
            ("these bags", "theory", "by kappa of these bags", "if all cells had labels"),
            loc="upper center",
            ncols=2,
        )

    def draw(self, result: Mixtures):
        page = result.told[:SHOWN] @ CORNERS
        self.dots.set_data(page[:, 0], page[:, 1])
        for line, centre, covariance in (
            (self.found, result.told.mean(0), result.measured),
            (self.theory, BLOOD, result.expected),
        ):
            points = ellipse(centre, covariance)
            line.set_data(points[:, 0], points[:, 1])
        for bar, worth in zip(self.bars, result.exact.tolist(), strict=True):
            bar.set_width(max(worth - LEAST, 0.0))
        self.formula.set_data(result.formula.clamp(min=LEAST), range(3))
        self.one.set_data(result.one_number.clamp(min=LEAST), range(3))
        self.labels.set_data(result.cells * BLOOD, range(3))

    def describe(self, result: Mixtures) -> str:
        bags = len(result.told)
        worth, formula = float(result.exact[MONOCYTE]), float(result.formula[MONOCYTE])
        told = f"are worth {say(worth, 2)} labelled monocytes" if worth else "do not tell three types apart"
        labels = result.cells * float(BLOOD[MONOCYTE])
        return (
            f"{result.cells:,} cells in {bags:,} bags, {result.source}: kappa is {say(result.found)} in these bags, "
            f"{say(result.kappa)} by theory; the least eigenvalue of Π′Π/B is {say(result.least, 2)}. The cells "
            f"{told}, {say(formula, 2)} by theory; with labels they would be {labels:,.0f}."
        )


def explorer() -> Explorer:
    """The triangle, fresh."""
    return Explorer(
        name="triangle",
        title="What bags can teach, told in advance",
        controls=(
            Choice("source", "Bags", SOURCES, APART),
            Slider("k", "Cells a bag", 1, 1024, 64, log=True, whole=True),
            Slider("alpha0", "How alike patients are, α₀", 0.5, 200.0, round(ALPHA0, 2), log=True),
            Slider("cells", "Cells in all", 2048, 65_536, CELLS, log=True, whole=True),
        ),
        compute=mixtures,
        figure=MixturesFigure,
        uses=("kappa",),
    )
