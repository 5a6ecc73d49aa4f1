"""Bags in a triangle of three classes: a blood test gives the point of a bag, and not the class of any cell in it."""

import math
import random

from sheet import Sheet

CORNERS = ((0.0, 0.0), (1.0, 0.0), (0.5, math.sqrt(0.75)))
NAMES = ("granulocytes", "lymphocytes", "monocytes")
BAGS = ((0.70, 0.22, 0.08), (0.42, 0.46, 0.12), (0.48, 0.17, 0.35))
CELLS = 20
COLORS = ("blue", "vermilion", "green")


def point(shares: tuple) -> tuple[float, float]:
    """Return where a bag with these class shares lies in the triangle."""
    return tuple(sum(share * corner[axis] for share, corner in zip(shares, CORNERS, strict=True)) for axis in (0, 1))


def draw() -> Sheet:
    """Return the picture of the lesson on weak labels."""
    sheet = Sheet(
        "Known are the shares of a bag, not the class of a cell",
        "Left: three tubes with gray cells, each with the percentages of three cell types below. Right: a triangle whose corners "
        "are the cell types. Each tube is a point in it, at the place of its percentages.",
    )
    sheet.text(250, 46, "Three patients: cells without labels", "ink", 17, "middle")
    draws = random.Random(1)
    for k, shares in enumerate(BAGS):
        left = 70 + 130 * k
        tube = f'<rect x="{left}" y="76" width="90" height="170" rx="30" fill="#ffffff" stroke="#6b6860" stroke-width="2"/>'
        sheet.add(tube)
        for cell in range(CELLS):
            x, y = left + 22 + 23 * (cell % 3) + draws.uniform(-3, 3), 232 - 21 * (cell // 3) + draws.uniform(-3, 3)
            sheet.add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="#6b6860" fill-opacity=".55"/>')
        for row, (share, color) in enumerate(zip(shares, COLORS, strict=True)):
            sheet.text(left + 45, 270 + 19 * row, f"{100 * share:.0f} %", color, 15, "middle")
    triangle = sheet.panel((560, 80, 250, 216), (0, 1), (0, math.sqrt(0.75)))
    sheet.text(685, 46, "Each patient is a point", "ink", 17, "middle")
    triangle.line([*CORNERS, CORNERS[0]], "faint", 2)
    for corner, name, color, anchor, drop in zip(
        CORNERS, NAMES, COLORS, ("middle", "middle", "start"), (0.09, 0.09, -0.03), strict=True
    ):
        triangle.text(corner[0] + (0.05 if anchor == "start" else 0), corner[1] - drop, name, color, 15, anchor)
    triangle.dots([point(shares) for shares in BAGS], "ink", 8)
    for number, shares in enumerate(BAGS, start=1):
        x, y = point(shares)
        triangle.text(x + 0.05, y - 0.02, f"{number}", "ink", 15)
    for k in range(3):
        sheet.text(115 + 130 * k, 70, f"{k + 1}", "ink", 15, "middle")
    sheet.caption("How can a classifier of single cells be learned from the points alone?", 356, size=18)
    return sheet
