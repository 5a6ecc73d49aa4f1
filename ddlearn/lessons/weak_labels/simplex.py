"""A page on which a point is a mixture of three types of cell: a triangle, whose corners are one type each."""

import torch
from torch import Tensor

from ddlearn.lessons.cells import TYPES

CORNERS = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.5, 0.75**0.5]], dtype=torch.float64)
PLACES = ((-0.05, -0.09, "left"), (1.05, -0.09, "right"), (0.5, 0.9, "center"))  # of the corners' words


def outline(panel, title: str) -> None:
    """Draw the triangle, and name its corners."""
    panel.frame(
        title,
        xlim=(-0.06, 1.06),
        ylim=(-0.13, 1.0),
        legend={"loc": "upper left", "bbox_to_anchor": (-0.06, 1.0)},
        aspect="equal",
        visible=False,
    )
    panel.areas([CORNERS.numpy()], "none", edgecolor="black", linewidth=1.2)
    for (x, y, align), name in zip(PLACES, TYPES, strict=True):
        panel.text(x, y, f"all {name}", ha=align)


def ellipse(center: Tensor, moment: Tensor) -> Tensor:
    """Return points on the page, one deviation from the center, with gaps outside the triangle: no blood is there.

    The mean (3,) and the second moment (3, 3) of shares -> (361, 2)
    """
    values, vectors = torch.linalg.eigh(CORNERS.T @ (moment - torch.outer(center, center)) @ CORNERS)
    root = vectors * values.clamp(min=0).sqrt()
    angle = torch.linspace(0, 2 * torch.pi, 361, dtype=torch.float64)
    away = (root @ torch.stack([angle.cos(), angle.sin()])).T
    shares = center + away @ torch.linalg.pinv(CORNERS - CORNERS.mean(0))
    return (center @ CORNERS + away).where((shares >= 0).all(1, keepdim=True), torch.nan)
