"""Points of two classes on a line, and the same points on a parabola, where one straight line separates them."""

from sheet import Sheet

INNER, OUTER = (-0.62, -0.3, 0.05, 0.35, 0.66), (-1.9, -1.6, -1.25, 1.2, 1.55, 1.85)
CUT = 0.95  # height of the line that separates the lifted points


def draw() -> Sheet:
    """Return the picture of lesson 01."""
    sheet = Sheet(
        "A fixed embedding makes a curved problem linear",
        "Left: points on a line. Blue disks lie in the middle, vermilion squares on both sides, so no single cut separates "
        "them. Right: each point x is lifted to the height x squared. All squares now lie above a straight line, and all "
        "disks below it.",
    )
    flat = sheet.panel((60, 60, 330, 240), (-2.2, 2.2), (-1, 1))
    sheet.text(225, 44, "Inputs *x*: no single cut separates the classes", "ink", 16, "middle")
    flat.line([(-2.2, 0), (2.2, 0)], "rule", 1.5)
    flat.line([(0.9, -0.5), (0.9, 0.5)], "faint", 2, "--")
    flat.text(0.98, 0.42, "one cut", "faint", 15)
    flat.dots([(x, 0) for x in INNER])
    flat.squares([(x, 0) for x in OUTER])

    sheet.line([(412, 180), (486, 180)], "ink", 2.5, arrow=True)
    sheet.text(449, 160, "*φ*(*x*) = (*x*, *x*^{2})", "ink", 17, "middle")
    sheet.text(449, 212, "chosen before\nany data", "faint", 15, "middle")

    lift = sheet.panel((520, 60, 330, 240), (-2.2, 2.2), (-0.25, 4.1))
    sheet.text(685, 44, "Features *φ*(*x*): one straight cut is enough", "ink", 16, "middle")
    lift.area([(-2.2, CUT), (2.2, CUT), (2.2, 4.1), (-2.2, 4.1)], "vermilion", 0.08)
    lift.area([(-2.2, CUT), (2.2, CUT), (2.2, -0.25), (-2.2, -0.25)], "blue", 0.08)
    lift.line([(k / 20, (k / 20) ** 2) for k in range(-40, 41)], "faint", 2, ":")
    lift.line([(-2.2, CUT), (2.2, CUT)], "ink", 2.5)
    lift.dots([(x, x * x) for x in INNER])
    lift.squares([(x, x * x) for x in OUTER])
    sheet.caption("A linear method on the features is a curved method on the inputs.", size=18)
    return sheet
