"""Cells as a lens-free camera sees them: three whose type is told, and a fourth to be named.

Above, how much light each point of the cell swallows, which shows body and nucleus as a microscope would. No camera
without a lens sees that. Below, what it does see some way behind the cell. Two marks tell the types apart by eye: how
wide the dark ring is, and how mottled the picture is outside it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.blood import (
    CELL_TYPES,
    Cells,
    draw_cells,
    record,
    ring_features,
    specimen_effects,
    standardize,
    transmission,
)
from ddlearn.blood.effects import Effects
from ddlearn.classroom import PALETTE, ArtistFigure, Explorer, Slider, Switch

NAMES = tuple(cell_type.name for cell_type in CELL_TYPES)
ROUNDS = 30
PIXEL, FLOOR = 0.8, 0.05  # um a pixel of the camera; what `ring_features` adds to a variance
OUTSIDE = slice(9, 16)  # rings beyond the dark one
GREY = (-4.0, 5.0)  # one range of grey for all pictures: a slider must not change the scale under the eye
SWALLOWED = (0.0, 0.17)


@dataclass(frozen=True, eq=False)
class Look:
    """Four cells: one of each type, and one of type `label`, which is said where `told`."""

    swallowed: Tensor  # (4, 64, 64) share of the light
    pictures: Tensor  # (4, 32, 32) as standardized
    width: Tensor  # (4,) um, across the dark ring
    mottle: Tensor  # (4,) deviation within a ring, outside the dark one
    focus: float
    label: int
    told: bool


def marks(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Width of the dark ring in um, and mottle.  (n, 32, 32) -> (n,), (n,)

    The ring ends where the mean over a ring of pixels, on its way out from the darkest one, comes back to the
    background, which is 0.
    """
    mean, log_variance = ring_features(pictures).chunk(2, 1)
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
    """The same cells, the first three with the size, the nucleus and the granules that are usual for their types."""
    usual = {
        "radius": [cell_type.diameter / 2 for cell_type in CELL_TYPES],
        "nucleus": [cell_type.nucleus for cell_type in CELL_TYPES],
        "granules": [cell_type.granules for cell_type in CELL_TYPES],
    }
    kept = {name: torch.cat([cells.radius.new_tensor(v), getattr(cells, name)[3:]]) for name, v in usual.items()}
    return replace(cells, **kept)


def look(cell: int, focus: float, strength: float, told: bool, seed: int = 1) -> Look:
    """The cells of round `cell`, seen from `focus` um away in a specimen whose circumstances are so far from ideal."""
    draw = compute.generator(1000 * seed + cell)
    label = int(torch.randint(len(NAMES), (), generator=draw))
    cells = typical(draw_cells(torch.tensor([*range(len(NAMES)), label]), draw))
    usual = specimen_effects(1, strength, draw)
    effects = Effects(torch.full_like(usual.focus, focus), usual.tilt, usual.noise, usual.contrast)
    pictures = standardize(record(cells, effects, torch.zeros(len(cells), dtype=torch.int64), draw))
    swallowed = 1 - transmission(cells).abs()
    return Look(swallowed, pictures, *marks(pictures), focus, label, told)


class LookFigure(ArtistFigure):
    """Four columns: the cell above, its hologram below. The fourth cell is hidden until it is asked for."""

    size = (9.4, 4.9)
    prediction: Callable[[], str | None] = staticmethod(lambda: None)

    def layout(self, figure):
        axes = figure.subplots(2, 4)
        self.cells = [
            a.imshow(
                torch.zeros(64, 64, dtype=torch.float32).numpy(), cmap="gray_r", vmin=SWALLOWED[0], vmax=SWALLOWED[1]
            )
            for a in axes[0]
        ]
        self.holograms = [
            a.imshow(torch.zeros(32, 32, dtype=torch.float32).numpy(), cmap="gray", vmin=GREY[0], vmax=GREY[1])
            for a in axes[1]
        ]
        for one in axes.flatten():
            one.set(xticks=[], yticks=[])
            for spine in one.spines.values():
                spine.set(visible=True, color=PALETTE["grey"])
        for k, name in enumerate(NAMES):
            axes[0, k].set_title(name)
        self.name = axes[0, 3].set_title("which is it?")
        axes[0, 0].set_ylabel("the cell,\nthrough a lens")
        axes[1, 0].set_ylabel("its hologram,\nwithout a lens")
        self.hidden = axes[0, 3].text(
            0.5, 0.5, "?", transform=axes[0, 3].transAxes, ha="center", va="center", fontsize=40, color=PALETTE["grey"]
        )
        for one in axes[:, 3]:
            for spine in one.spines.values():
                spine.set(color=PALETTE["vermilion"], linewidth=2.5)

    def draw(self, result: Look):
        for image, picture in zip(self.holograms, result.pictures, strict=True):
            image.set_data(picture.numpy())
        for image, picture in zip(self.cells, result.swallowed, strict=True):
            image.set_data(picture.numpy())
        if not result.told:
            self.cells[3].set_data(torch.zeros(64, 64, dtype=torch.float32).numpy())
        self.hidden.set_text("" if result.told else "?")
        self.name.set_text(NAMES[result.label] if result.told else "which is it?")

    def describe(self, result: Look) -> str:
        seen = [f"{w:.1f} µm, mottle {m:.2f}" for w, m in zip(result.width, result.mottle, strict=True)]
        types = "; ".join(f"{name} {marks}" for name, marks in zip(NAMES, seen[:3], strict=True))
        guess = self.prediction()
        said = "" if guess is None or not result.told else f" You predicted of the first: {guess}."
        answer = f"It is a {NAMES[result.label]}." if result.told else "Its type is not told yet."
        return (
            f"Camera {result.focus:.0f} µm away. Across the dark ring, and mottle outside it: {types}. "
            f"The fourth cell: {seen[3]}. {answer}{said}"
        )


def explorer() -> Explorer:
    """The holograms, fresh."""
    return Explorer(
        name="holograms",
        title="Name the fourth cell",
        controls=(
            Slider("cell", "Round", 1, ROUNDS, 1, whole=True),
            Switch("told", "Tell me", False),
            Slider("focus", "Distance of the camera, µm", 4.0, 80.0, 40.0),
            Slider("strength", "Careless laboratory", 0.0, 2.0, 0.0),
        ),
        compute=look,
        figure=LookFigure,
    )
