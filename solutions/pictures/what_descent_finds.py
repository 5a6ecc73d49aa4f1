"""Lines that fit and the three that descent finds; thirty neurons before training and after they have turned."""

import math

import torch
from sheet import Sheet

from ddlearn.lessons.what_descent_finds import film
from ddlearn.separable import NORMS, max_margin

Z = torch.tensor([[5.0, 1.0], [4.0, 3.0]], dtype=torch.float64) / 5  # the two points of the page
METHODS = {
    "l2": ("gradient descent", "blue"),
    "linf": ("sign descent", "vermilion"),
    "l1": ("coordinate descent", "green"),
}


def across(w: torch.Tensor) -> tuple[float, float]:
    """Return a unit vector along the line w . x = 0, upward."""
    x, y = (torch.stack([-w[1], w[0]]) / w.norm()).tolist()
    return (x, y) if y > 0 else (-x, -y)


def fan() -> list[tuple[float, float]]:
    """Return the corners of the region of all lines that separate the points, its upper half."""
    angle = torch.linspace(-math.pi, math.pi, 2001, dtype=torch.float64)
    w = torch.stack([angle.cos(), angle.sin()], 1)
    return [(0.0, 0.0)] + [across(one) for one in w[(w @ Z.T > 0).all(1)]]


def turned() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the neurons' unit directions at the start and when the loss begins to fall, and their signs."""
    run = film.run("0.0001")
    when = int((run.loss[:, 0].sum(1) < 0.95 * run.loss[0, 0].sum()).int().argmax())
    ends = [torch.nn.functional.normalize(run.watched[k, 0], dim=1) for k in (0, when)]
    return *ends, film.points()[3][0].sign()


def draw() -> Sheet:
    """Return the picture of the lesson on what descent finds."""
    sheet = Sheet(
        "Many fits, and the ones that descent finds",
        "On the left, two blue and two orange points. A gray fan holds all lines through the origin that separate them. Three "
        "lines in it are labeled gradient descent, sign descent and coordinate descent. On the right, thirty short arrows that "
        "point everywhere before training, and the same arrows later: two bundles, and a few arrows that have stayed.",
    )
    plane = sheet.panel((40, 62, 400, 270), (-1.5, 1.5), (-1.0, 1.02))
    sheet.text(240, 42, "All lines in the gray fan fit", "ink", 17, "middle")
    for side in (1, -1):
        plane.area([(side * x, side * y) for x, y in fan()], "faint", 0.16)
    for geometry in NORMS:
        name, color = METHODS[geometry]
        x, y = across(max_margin(Z, geometry))
        plane.line([(-x, -y), (x, y)], color, 3)
        place = {"l2": (-0.62, 0.98), "linf": (-0.86, 0.68), "l1": (0.06, 0.9)}[geometry]
        plane.text(*place, name, color, 15, "start" if geometry == "l1" else "end")
    plane.dots(Z.tolist(), "blue", 8)
    plane.squares((-Z).tolist(), "orange", 7)
    before, after, signs = turned()
    for center, ends, words in ((560, before, "before training"), (770, after, "when the loss begins to fall")):
        wheel = sheet.panel((center - 85, 100, 170, 170), (-1.1, 1.1), (-1.1, 1.1))
        for end, sign in zip(ends.tolist(), signs.tolist(), strict=True):
            wheel.line([(0, 0), end], "blue" if sign > 0 else "vermilion", 2, arrow=True)
        sheet.text(center, 300, words, "ink", 15, "middle")
    sheet.text(665, 42, "Thirty neurons turn", "ink", 17, "middle")
    sheet.text(665, 66, "blue: positive output weight, red: negative", "faint", 15, "middle")
    sheet.caption("Nothing in the loss prefers one of the fits. The steps, the start and the neurons do.", 360)
    return sheet
