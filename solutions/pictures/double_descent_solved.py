"""A design with one small singular value: a thin ellipse of predictions, and noise that solving stretches."""

import math

from sheet import Panel, Sheet

STRONG, WEAK = 2.0, 0.2  # singular values of the page's two examples with two features
TURN = math.pi / 4  # of their directions, (1, 1) and (1, -1)
NOISE = 0.1 * math.sqrt(2)  # length of (0.1, -0.1)
TRUTH, TARGETS = (1.0, 1.0), (2.0, 2.0)
MEASURED, FITTED = (2.1, 1.9), (1.5, 0.5)


def ellipse(panel: Panel, along: float, across: float, color: str, width: float = 3, center=(0.0, 0.0)) -> None:
    """Draw an ellipse whose half-axis `along` points to (1, 1), and `across` to (-1, 1)."""
    points = []
    for k in range(97):
        u, v = along * math.cos(2 * math.pi * k / 96), across * math.sin(2 * math.pi * k / 96)
        x, y = u * math.cos(TURN) - v * math.sin(TURN), u * math.sin(TURN) + v * math.cos(TURN)
        points.append((center[0] + x, center[1] + y))
    panel.line(points, color, width)


def draw() -> Sheet:
    """Return the picture of the lesson that solves double descent."""
    sheet = Sheet(
        "One small singular value makes noise large",
        "Left: the predictions of all weights of one length form a thin ellipse. The true targets are a point at its far "
        "end, and a small circle of noise surrounds them. Right: the weights of that length form a circle. Solving for the "
        "weights turns the small circle of noise into a long ellipse around the true weights.",
    )
    seen = sheet.panel((70, 62, 340, 244), (-3.06, 3.06), (-2.2, 2.2))
    solved = sheet.panel((500, 62, 340, 244), (-2.23, 2.23), (-1.6, 1.6))
    sheet.text(240, 42, "Targets: what is measured", "ink", 17, "middle")
    sheet.text(670, 42, "Weights: what is solved for", "ink", 17, "middle")
    length = math.hypot(*TRUTH)
    ellipse(seen, STRONG * length, WEAK * length, "blue")
    ellipse(seen, NOISE, NOISE, "vermilion", 2.5, TARGETS)
    seen.dots([TARGETS], "ink", 4)
    seen.squares([MEASURED], "vermilion", 4)
    ellipse(solved, length, length, "blue")
    ellipse(solved, NOISE / STRONG, NOISE / WEAK, "vermilion", 2.5, TRUTH)
    solved.dots([TRUTH], "ink", 5)
    solved.squares([FITTED], "vermilion", 5)
    sheet.line([(424, 184), (490, 184)], "ink", 2.5, arrow=True)
    sheet.text(456, 166, "solve", "ink", 16, "middle")
    seen.text(1.35, 2.2, "true", "ink", 15, "end")
    seen.text(2.4, 1.7, "measured", "vermilion", 15)
    seen.text(-2.9, 1.1, "thin: a small\nsingular value", "blue", 15)
    solved.text(0.85, 0.72, "true", "ink", 15, "end")
    solved.text(1.68, 0.35, "fitted", "vermilion", 15)
    solved.text(0, -0.3, "weights of\none length", "blue", 15, "middle")
    sheet.caption("Solving divides the noise by the small singular value.", size=18)
    return sheet
