"""A network's output against the move of its weights, with its tangent: a narrow net bends, a wide one hardly moves."""

import math

from sheet import Sheet

TARGET = 1.0
BEND = {"narrow": 1.0, "wide": 12.0}  # the wide network reaches the target with a move that is this much shorter


def output(move: float, bend: float) -> float:
    """Return a curved function of the move whose slope at 0 is `bend`."""
    return bend * move + 0.9 * math.sin(2.2 * move) ** 2 - 0.55 * move**2


def reach(bend: float) -> float:
    """Return the smallest move at which the network reaches the target."""
    return next(k / 1000 for k in range(3000) if output(k / 1000, bend) >= TARGET)


def draw() -> Sheet:
    """Return the picture of lesson 03."""
    sheet = Sheet(
        "A wide network is its tangent",
        "Two plots of a network's output against the move of its weights. Each network is a curve, and its tangent at the "
        "start a dashed line. On the left, a narrow network must move its weights far to reach the target, and the tangent is "
        "wrong by then. On the right, a wide network reaches the target after a tiny move, where curve and tangent are the same.",
    )
    for left, name in ((70, "narrow"), (500, "wide")):
        bend = BEND[name]
        plot = sheet.panel((left, 80, 330, 200), (-0.06, 1.3), (-0.15, 1.9))
        sheet.text(left + 165, 46, f"A {name} network", "ink", 17, "middle")
        plot.axes("move of the weights", "output")
        plot.line([(0, TARGET), (1.3, TARGET)], "green", 2, ":")
        plot.text(*((0.0, TARGET + 0.08) if name == "narrow" else (1.12, TARGET + 0.08)), "target", "green", 15)
        moves = [k / 200 for k in range(261)]
        curve = [(m, output(m, bend)) for m in moves if output(m, bend) <= 1.85]
        tangent = [(m, bend * m) for m in moves if bend * m <= 1.85]
        plot.line(curve, "blue", 3.5)
        plot.line(tangent, "vermilion", 2.5, "--")
        plot.dots([(0, 0)], "ink", 6)
        plot.dots([(reach(bend), TARGET)], "blue", 7)
        plot.dots([(TARGET / bend, TARGET)], "vermilion", 7, hollow=True)
    sheet.text(268, 216, "tangent", "vermilion", 15)
    sheet.text(196, 130, "network", "blue", 15, "end")
    sheet.text(560, 250, "network and tangent", "blue", 15)
    sheet.text(
        450, 346, "The wider the network, the less each weight has to move to change the output.", "ink", 17, "middle"
    )
    return sheet
