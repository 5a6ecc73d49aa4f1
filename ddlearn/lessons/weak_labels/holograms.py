"""Cells as a lens-free camera sees them: three of known type, and a fourth to be named.

Above, how much light each point of the cell absorbs, which shows body and nucleus as a microscope would. A camera
without a lens does not see that. Below, what it does see at a distance from the cell. Two marks separate the types by
eye: how wide the dark ring is, and how mottled the picture is outside it.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ddlearn import blood, compute
from ddlearn.blood import CELL_TYPES, Cells
from ddlearn.classroom import PALETTE, Explorer, Slider, Switch

NAMES = tuple(cell_type.name for cell_type in CELL_TYPES)
ROUNDS = 30
PIXEL, FLOOR = 0.8, 0.05  # um a pixel of the camera; what `ring_features` adds to a variance
OUTSIDE = slice(9, 16)  # rings beyond the dark one
GREY = (-4.0, 5.0)  # one range of gray for all pictures: a slider must not change the scale under the eye
ABSORBED = (0.0, 0.17)


@dataclass(frozen=True, eq=False)
class Look:
    """Four cells: one of each type, and one of type `label`, which is said if `told`."""

    absorbed: Tensor  # (4, 64, 64) share of the light
    pictures: Tensor  # (4, 32, 32) as standardized
    width: Tensor  # (4,) um, across the dark ring
    mottle: Tensor  # (4,) deviation within a ring, outside the dark one
    focus: float
    label: int
    told: bool


def marks(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Return the width of the dark ring in um, and mottle.  (n, 32, 32) -> (n,), (n,)

    The ring ends where the mean over a ring of pixels, on its way out from the darkest one, comes back to the
    background, which is 0.
    """
    mean, log_variance = blood.ring_features(pictures).chunk(2, 1)
    edge = []
    for row in mean.tolist():
        r = row.index(min(row[:11]))
        while r < len(row) - 2 and row[r + 1] < 0:
            r += 1
        rise = row[r + 1] - row[r]
        edge.append(r + 0.5 + (min(1.0, -row[r] / rise) if rise > 0 else 1.0))
    variance = (log_variance[:, OUTSIDE].exp() - FLOOR).clamp(min=0)
    return 2 * PIXEL * torch.tensor(edge, dtype=torch.float64), variance.mean(1).sqrt()


def typical(cells: Cells) -> Cells:
    """Return the cells, the first three with the size, nucleus and granules that are usual for their types."""
    usual = {
        "radius": [one.diameter / 2 for one in CELL_TYPES],
        "nucleus": [one.nucleus for one in CELL_TYPES],
        "granules": [one.granules for one in CELL_TYPES],
    }
    kept = {name: torch.cat([cells.radius.new_tensor(v), getattr(cells, name)[3:]]) for name, v in usual.items()}
    return replace(cells, **kept)


def look(cell: int, focus: float, strength: float, told: bool, seed: int = 1) -> Look:
    """Look at the cells of round `cell` from `focus` um away in a specimen so far from ideal."""
    draw = compute.generator(1000 * seed + cell)
    label = int(torch.randint(len(NAMES), (), generator=draw))
    cells = typical(blood.draw_cells(torch.tensor([*range(len(NAMES)), label]), draw))
    usual = blood.specimen_effects(1, strength, draw)
    effects = replace(usual, focus=torch.full_like(usual.focus, focus))
    pictures = blood.standardize(blood.record(cells, effects, torch.zeros(len(cells), dtype=torch.int64), draw))
    absorbed = 1 - blood.transmission(cells).abs()
    return Look(absorbed, pictures, *marks(pictures), focus, label, told)


def picture(fig, r: Look) -> None:
    """Draw four columns: the cell above, its hologram below; the fourth cell is hidden until it is asked for."""
    panels = fig.mosaic([[0, 1, 2, 3], [4, 5, 6, 7]])
    for k, name in enumerate((*NAMES, NAMES[r.label] if r.told else "which is it?")):
        cell, hologram = panels[k], panels[4 + k]
        asked = k == len(NAMES)
        hidden = asked and not r.told
        cell.frame(name, ylabel="" if k else "the cell,\nthrough a lens", xticks=(), yticks=(), aspect="equal")
        cell.image(0 * r.absorbed[k] if hidden else r.absorbed[k], "gray_r", *ABSORBED)
        if hidden:
            cell.text(0.5, 0.5, "?", "grey", inside=True, ha="center", va="center", fontsize=40)
        hologram.frame(ylabel="" if k else "its hologram,\nwithout a lens", xticks=(), yticks=(), aspect="equal")
        hologram.image(r.pictures[k], "gray", *GREY)
        for panel in (cell, hologram):
            color, width = ("vermilion", 2.5) if asked else ("grey", 0.9)
            panel.axes.spines[:].set(visible=True, color=PALETTE[color], linewidth=width)


def sentence(r: Look) -> str:
    """Say the type of the fourth cell if it is shown, and both marks of each cell."""
    seen = [f"{w:.1f} µm and {m:.2f}" for w, m in zip(r.width, r.mottle, strict=True)]
    types = "; ".join(f"{name} {marks}" for name, marks in zip(NAMES, seen[:3], strict=True))
    answer = f"The fourth cell is a {NAMES[r.label]}." if r.told else "The type of the fourth cell is hidden."
    return (
        f"{answer} Width of the dark ring, and how spotted the picture is outside it: {types}; "
        f"fourth cell {seen[3]}. The camera is {r.focus:.0f} µm away."
    )


explorer = Explorer(
    "holograms",
    "Name the fourth cell",
    controls=(
        Slider("cell", "Round", 1, ROUNDS, 1, whole=True),
        Switch("told", "Show its type", False),
        Slider("focus", "Distance of the camera, µm", 4.0, 80.0, 40.0),
        Slider("strength", "Carelessness of the laboratory", 0.0, 2.0, 0.0),
    ),
    compute=look,
    picture=picture,
    sentence=sentence,
    size=(9.4, 4.9),
    more=("strength",),
    pairs=(("cell", "told"),),
)
