"""The triangle of shares: what bags can teach follows from their spread, before any training.

The spread of the bags' shares, an ellipse around their mean q, is their covariance, (diag q - qq') / m_eff. It alone
determines what N cells in bags are worth for the mean of each type: N q_c e_c labeled cells of that type.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, weak_labels
from ddlearn.blood import MONOCYTE
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.classroom.wording import say
from ddlearn.lessons.cells import BLOOD, TYPES
from ddlearn.lessons.weak_labels import exercises, simplex
from ddlearn.lessons.weak_labels.trainings import ALPHA0, CELLS, worth

TOGETHER, APART = SOURCES = ("poured together", "one patient per bag")
SHOWN = 300  # dots at most
LEAST = 0.5  # labeled cells, the left end of the axis


@dataclass(frozen=True, eq=False)
class Mixtures:
    """The shares of B bags, their effective bag size, and what their cells are worth."""

    cells: int
    shares: Tensor  # (B, 3)
    m_eff: float  # by theory
    found: float  # what the learner's function finds in `shares`
    exact: Tensor  # (3,) labeled cells, by the matrix G of these bags


def mixtures(
    source: str, m: int, alpha0: float, cells: int, seed: int = 0, *, kappa: Callable = exercises.kappa
) -> Mixtures:
    """Draw the shares of the bags: of poured blood m cells are counted; a patient's test has no error here."""
    draw, bags = compute.generator(seed), max(cells // m, 4)
    if source == TOGETHER:
        m_eff = weak_labels.kappa(k=m)
        counts = torch.multinomial(BLOOD.expand(bags, -1), m, replacement=True, generator=draw)
        shares = torch.nn.functional.one_hot(counts, 3).double().mean(1)
    else:
        m_eff = weak_labels.kappa(alpha0=alpha0)
        shares = weak_labels.draw_patients(alpha0 * BLOOD, bags, draw)
    try:
        exact = cells * BLOOD * weak_labels.mixing_efficiency(shares, BLOOD)
    except ValueError:  # too few bags, or too alike, to separate three types
        exact = torch.zeros_like(BLOOD)
    return Mixtures(cells, shares, m_eff, max(1.0, float(kappa(shares))), exact)


def picture(fig, r: Mixtures) -> None:
    """Draw the triangle, and what the cells are worth."""
    triangle, value = fig.row(1, 1.05)
    simplex.outline(triangle, "shares of each bag")
    triangle.dots(*(r.shares[:SHOWN] @ simplex.CORNERS).T, "sky", label="a bag", size=4, alpha=0.6)
    spread = simplex.ellipse(r.shares.mean(0), weak_labels.mixing_moment(r.shares))
    triangle.line(*spread.T, "blue", "-", "their spread")
    triangle.line(*simplex.ellipse(BLOOD, weak_labels.second_moment(BLOOD, r.m_eff)).T, "vermilion", "--", "by theory")
    value.frame(
        "worth, in labeled cells of the type",
        xlim=(LEAST, 8e4),
        ylim=(2.6, -1.15),
        log="x",
        xticks={1: "1", 10: "10", 100: "100", 1000: "1000", 10_000: "10,000"},
        yticks=dict(enumerate(TYPES)),
        legend={"loc": "upper center", "ncols": 2},
        grid="x",
    )
    rows = torch.arange(3)
    look = {"edgecolor": "black", "linewidth": 1, "order": 1.6}  # above the grid, which is at 1.5
    above = (r.exact - LEAST).clamp(min=0)
    value.bars(rows, above, "sky", "these bags", width=0.55, base=LEAST, sideways=True, **look)
    value.dots(worth(r.m_eff, r.cells), rows, "vermilion", "D", "theory", size=9, edge="black")
    found = worth(r.found, r.cells).clamp(min=LEAST)
    value.vlines(found, rows - 0.2, rows + 0.2, "black", "by their effective bag size", width=3)
    value.dots(r.cells * BLOOD, rows, "yellow", "*", "if all cells had labels", size=15, edge="black")


def sentence(r: Mixtures) -> str:
    """Say the effective bag size and the worth for the monocytes, found and by theory."""
    exact, theory, labels = (float(one[MONOCYTE]) for one in (r.exact, worth(r.m_eff, r.cells), r.cells * BLOOD))
    known = f"are worth {say(exact, 2)} labeled monocytes" if exact else "cannot separate three types"
    least = torch.linalg.eigvalsh(weak_labels.mixing_moment(r.shares))[0].clamp(min=0)
    return (
        f"These {len(r.shares):,} bags have the effective bag size {say(r.found)}, by theory {say(r.m_eff)}. Their "
        f"{r.cells:,} cells {known}, by theory {say(theory, 2)}, and {labels:,.0f} if all had labels. "
        f"The smallest eigenvalue of G is {say(least, 2)}."
    )


def idle(values: dict) -> dict[str, str]:
    """Return the patients' control where their blood is poured together."""
    poured = values["source"] == TOGETHER
    return {"alpha0": "In poured blood, patients no longer differ from bag to bag."} if poured else {}


explorer = Explorer(
    "triangle",
    "What bags can teach, before training",
    controls=(
        Slider("alpha0", "How alike patients are, α₀", 0.5, 200.0, round(ALPHA0, 2), log=True),
        Choice("source", "Bags", SOURCES, APART),
        Slider("m", "Cells per bag", 1, 1024, 64, log=True, whole=True),
        Slider("cells", "All cells", 2048, 65_536, CELLS, log=True, whole=True),
    ),
    compute=mixtures,
    picture=picture,
    sentence=sentence,
    uses=("kappa",),
    size=(9.6, 4.3),
    more=("cells",),
    idle=idle,
    pairs=(("source", "m"),),
)
