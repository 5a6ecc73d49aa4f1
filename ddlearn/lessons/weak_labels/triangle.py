"""The triangle of shares: what bags can teach follows from their spread, before any training.

The spread of the bags' shares, an ellipse around their mean q, is their covariance, (diag q - qq') / m_eff. It alone
determines what N cells in bags are worth for the mean of each type: N q_c e_c labeled cells of that type.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, weak_labels
from ddlearn.blood import CELL_TYPES, MONOCYTE
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.classroom.wording import say
from ddlearn.lessons.weak_labels import exercises
from ddlearn.lessons.weak_labels.trainings import ALPHA0, BLOOD, CELLS

TOGETHER, APART = SOURCES = ("poured together", "one patient per bag")
SHOWN = 300  # dots at most
CORNERS = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.5, 0.75**0.5]], dtype=torch.float64)  # G, L, M
PLACES = ((-0.05, -0.09, "left"), (1.05, -0.09, "right"), (0.5, 0.9, "center"))  # of the corners' words
LEAST = 0.5  # labeled cells, the left end of the axis


@dataclass(frozen=True, eq=False)
class Mixtures:
    """The shares of B bags, and what follows. Both moments are covariances of the shares, (3, 3)."""

    source: str
    cells: int
    shares: Tensor  # (B, 3)
    m_eff: float  # by theory
    found: float  # what the learner's function finds in `shares`
    expected: Tensor
    measured: Tensor
    least: float  # smallest eigenvalue of G = Pi'Pi / B
    formula: Tensor  # (3,) labeled cells, by `m_eff`
    exact: Tensor  # (3,) by the matrix G of these bags
    one_number: Tensor  # (3,) by `found`


def mixtures(
    source: str, m: int, alpha0: float, cells: int, seed: int = 0, *, kappa: Callable = exercises.kappa
) -> Mixtures:
    """Draw the shares of the bags: of poured blood m cells are counted; a patient's test has no error here."""
    draw, bags = compute.generator(seed), max(cells // m, 4)
    if source == TOGETHER:
        true = weak_labels.kappa(k=m)
        counts = torch.multinomial(BLOOD.expand(bags, -1), m, replacement=True, generator=draw)
        shares = torch.nn.functional.one_hot(counts, 3).double().mean(1)
    else:
        true = weak_labels.kappa(alpha0=alpha0)
        shares = weak_labels.draw_patients(alpha0 * BLOOD, bags, draw)
    q, moment = shares.mean(0), weak_labels.mixing_moment(shares)
    found, labels = max(1.0, float(kappa(shares))), cells * BLOOD
    try:
        exact = labels * weak_labels.mixing_efficiency(shares, BLOOD)
    except ValueError:  # too few bags, or too alike, to separate three types
        exact = torch.zeros_like(BLOOD)
    return Mixtures(
        source=source,
        cells=cells,
        shares=shares,
        m_eff=true,
        found=found,
        expected=weak_labels.second_moment(BLOOD, true) - torch.outer(BLOOD, BLOOD),
        measured=moment - torch.outer(q, q),
        least=float(torch.linalg.eigvalsh(moment)[0].clamp(min=0)),
        formula=labels * weak_labels.efficiency(BLOOD, true),
        exact=exact,
        one_number=labels * weak_labels.efficiency(BLOOD, found),
    )


def ellipse(center: Tensor, covariance: Tensor) -> Tensor:
    """Return points one deviation from the center, on the page.  (3,), (3, 3) -> (361, 2)"""
    values, vectors = torch.linalg.eigh(CORNERS.T @ covariance @ CORNERS)
    root = vectors * values.clamp(min=0).sqrt()
    angle = torch.linspace(0, 2 * torch.pi, 361, dtype=torch.float64)
    circle = torch.stack([angle.cos(), angle.sin()])
    return center @ CORNERS + (root @ circle).T


def inside(points: Tensor) -> Tensor:
    """Return the points with a gap where they lie outside the triangle: no blood has such shares.  (n, 2) -> (n, 2)"""
    one = torch.ones_like(points[:, :1])
    inner = torch.cat([points, one], 1) @ torch.linalg.inv(torch.cat([CORNERS, torch.ones_like(CORNERS[:, :1])], 1))
    return points.where((inner >= 0).all(1, keepdim=True), torch.nan)


def picture(fig, r: Mixtures) -> None:
    """Draw the triangle, and what the cells are worth."""
    triangle, worth = fig.row(1, 1.05)
    triangle.frame(
        "shares of each bag",
        xlim=(-0.06, 1.06),
        ylim=(-0.13, 1.0),
        legend={"loc": "upper left", "bbox_to_anchor": (-0.06, 1.0)},
        aspect="equal",
        visible=False,
    )
    triangle.areas([CORNERS.numpy()], "none", edgecolor="black", linewidth=1.2)
    for (x, y, align), cell_type in zip(PLACES, CELL_TYPES, strict=True):
        triangle.text(x, y, f"all {cell_type.name}s", ha=align)
    triangle.dots(*(r.shares[:SHOWN] @ CORNERS).T, "sky", label="a bag", size=4, alpha=0.6)
    triangle.line(*inside(ellipse(r.shares.mean(0), r.measured)).T, "blue", "-", "their spread")
    triangle.line(*inside(ellipse(BLOOD, r.expected)).T, "vermilion", "--", "by theory")
    worth.frame(
        "worth, in labeled cells of the type",
        xlim=(LEAST, 8e4),
        ylim=(2.6, -1.15),
        log="x",
        xticks={1: "1", 10: "10", 100: "100", 1000: "1000", 10_000: "10,000"},
        yticks={c: f"{cell_type.name}s" for c, cell_type in enumerate(CELL_TYPES)},
        legend={"loc": "upper center", "ncols": 2},
        grid="x",
    )
    rows = torch.arange(3)
    look = {"edgecolor": "black", "linewidth": 1, "order": 1.6}  # above the grid, which is at 1.5
    above = (r.exact - LEAST).clamp(min=0)
    worth.bars(rows, above, "sky", "these bags", width=0.55, base=LEAST, sideways=True, **look)
    worth.dots(r.formula, rows, "vermilion", "D", "theory", size=9, edge="black")
    found = r.one_number.clamp(min=LEAST)
    worth.vlines(found, rows - 0.2, rows + 0.2, "black", "by their effective bag size", width=3)
    worth.dots(r.cells * BLOOD, rows, "yellow", "*", "if all cells had labels", size=15, edge="black")


def sentence(r: Mixtures) -> str:
    """Say the effective bag size and the worth for the monocytes, found and by theory."""
    worth, formula = float(r.exact[MONOCYTE]), float(r.formula[MONOCYTE])
    known = f"are worth {say(worth, 2)} labeled monocytes" if worth else "cannot separate three types"
    labels = r.cells * float(BLOOD[MONOCYTE])
    return (
        f"These {len(r.shares):,} bags have the effective bag size {say(r.found)}, by theory {say(r.m_eff)}. Their "
        f"{r.cells:,} cells {known}, by theory {say(formula, 2)}, and {labels:,.0f} if all had labels. "
        f"The smallest eigenvalue of G is {say(r.least, 2)}."
    )


def idle(values: dict) -> dict[str, str]:
    """Return the patients' control where their blood is poured together."""
    if values["source"] == TOGETHER:
        return {"alpha0": "In poured blood, patients no longer differ from bag to bag."}
    return {}


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
