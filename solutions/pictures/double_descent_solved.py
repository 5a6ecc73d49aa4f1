"""A matrix sends the unit circle to an ellipse. Solving goes back, and stretches noise along the thin direction."""

import math

from sheet import Panel, Sheet

SMALL = 0.22  # the small singular value
TURN = math.radians(35)
NOISE = 0.1


def circle(panel: Panel, across: float, up: float, color: str, width: float = 3, center: tuple = (0.0, 0.0)) -> None:
    """Draw an ellipse with half-axes `across` and `up`, turned by TURN."""
    points = []
    for k in range(97):
        u, v = across * math.cos(2 * math.pi * k / 96), up * math.sin(2 * math.pi * k / 96)
        x, y = u * math.cos(TURN) - v * math.sin(TURN), u * math.sin(TURN) + v * math.cos(TURN)
        points.append((center[0] + x, center[1] + y))
    panel.line(points, color, width)


def draw() -> Sheet:
    """Return the picture of the lesson that solves double descent."""
    sheet = Sheet(
        "One small singular value makes noise large",
        "Left: the data matrix turns the circle of weights into a thin ellipse of predictions. A small circle of noise surrounds "
        "the measured targets. Right: solving for the weights turns the ellipse back into a circle, and the small circle of "
        "noise into a long ellipse.",
    )
    seen = sheet.panel((80, 66, 330, 240), (-1.5, 1.5), (-1.09, 1.09))
    solved = sheet.panel((500, 66, 330, 240), (-1.5, 1.5), (-1.09, 1.09))
    sheet.text(245, 46, "Predictions: what the data show", "ink", 17, "middle")
    sheet.text(665, 46, "Weights: what is solved for", "ink", 17, "middle")
    circle(seen, 1, SMALL, "blue")
    circle(seen, NOISE, NOISE, "vermilion", 2.5)
    seen.dots([(0, 0)], "ink", 4)
    circle(solved, 1, 1, "blue")
    circle(solved, NOISE, NOISE / SMALL, "vermilion", 2.5)
    solved.dots([(0, 0)], "ink", 4)
    sheet.polyline([(420, 186), (486, 186)], "ink", 2.5, arrow=True)
    sheet.text(453, 168, "solve", "ink", 16, "middle")
    seen.text(0.16, -0.3, "noise", "vermilion", 16)
    solved.text(1.0, 0.85, "noise, divided\nby the small\nsingular value", "vermilion", 15)
    seen.text(-1.45, 0.75, "thin: a small\nsingular value", "blue", 15)
    sheet.text(450, 346, "The thinner the ellipse, the more a little noise moves the weights.", "ink", 18, "middle")
    return sheet
