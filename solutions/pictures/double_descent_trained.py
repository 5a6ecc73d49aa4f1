"""What a network can fit, against what it is given: the same number of examples is below, at, or beyond its reach."""

import math

from sheet import Sheet


def draw() -> Sheet:
    """Return the picture of the lesson on double descent in trained networks."""
    sheet = Sheet(
        "The peak sits where a procedure can just fit its data",
        "A plane: training effort, such as width or epochs, to the right, number of examples upward. A rising line separates "
        "fits that leave errors, above it, from fits without training error, below it. A band along the line is marked: just "
        "able to fit. A horizontal arrow of growing width and a vertical arrow of growing data both cross the band.",
    )
    plane = sheet.panel((110, 60, 680, 240), (0, 10), (0, 6))
    plane.axes("what the procedure can fit: width, steps, weaker penalties", "examples")
    edge = [(x / 10, 5.2 * (1 - math.exp(-x / 45))) for x in range(101)]
    plane.area([*edge, (10, 0)], "blue", 0.10)
    plane.area([*[(x, y + 0.55) for x, y in edge], *[(x, max(y - 0.55, 0)) for x, y in edge[::-1]]], "vermilion", 0.25)
    plane.line(edge, "vermilion", 3)
    plane.text(6.6, 1.1, "fits all examples", "blue", 17)
    plane.text(0.5, 5.3, "leaves training errors", "ink", 17)
    plane.text(6.2, 5.5, "can just fit: here the test error peaks", "vermilion", 16)
    plane.line([(1.2, 2.9), (8.3, 2.9)], "ink", 3, arrow=True)
    plane.text(8.2, 2.32, "a wider network", "ink", 16, "end")
    plane.line([(4.4, 0.7), (4.4, 4.9)], "purple", 3, arrow=True)
    plane.text(4.25, 0.75, "more data", "purple", 16, "end")
    sheet.caption("Both arrows cross the same band: a larger network or more data can hurt.", 356)
    return sheet
