"""A network as a closed box, and two models of the same points: one misses them, one passes through all."""

import math

from sheet import Sheet

from ddlearn.lessons.start_here.black_box import GRID, X, grow

NOISE = 0.2  # as the lesson's explorer starts


def draw() -> Sheet:
    """Return the picture of lesson 00."""
    sheet = Sheet(
        "A network is a closed box, and a perfect fit says little",
        "Left: inputs enter a dark box with many weights, and predictions leave it. Right: two models of the same twenty "
        "points. The model with 8 features misses the points. The model with 400 features passes through all of them.",
    )
    sheet.text(180, 44, "We can print every weight …", "ink", 16, "middle")
    sheet.add('<rect x="95" y="110" width="170" height="130" rx="10" fill="#2b2a27"/>')
    for row in range(4):
        for column in range(6):
            shade = 0.25 + 0.6 * math.sin(3.7 * row + 2.3 * column) ** 2
            sheet.add(
                f'<circle cx="{118 + 25 * column}" cy="{133 + 28 * row}" r="7" fill="#fbfaf6" fill-opacity="{shade:.2f}"/>'
            )
    sheet.line([(30, 175), (88, 175)], "ink", 2.5, arrow=True)
    sheet.line([(272, 175), (330, 175)], "ink", 2.5, arrow=True)
    sheet.text(30, 160, "input", "faint", 15)
    sheet.text(330, 160, "output", "faint", 15, "end")
    sheet.text(180, 276, "… and still not say\nwhen it will fail.", "ink", 16, "middle")

    sheet.text(640, 44, "Two models of the same twenty points", "ink", 16, "middle")
    for left, size, words in (
        (430, 8, "8 features: misses the points"),
        (660, 400, "400 features: passes through all"),
    ):
        fit = grow(size, NOISE)
        plot = sheet.panel((left, 80, 200, 170), (0, 1), (-1.6, 1.6))
        plot.axes("*x*", "*y*")
        curve = zip(GRID.tolist(), fit.fitted.clamp(-1.6, 1.6).tolist(), strict=True)
        plot.line(curve, "vermilion" if size == 400 else "blue", 2.5)
        plot.dots(zip(X.tolist(), fit.y.tolist(), strict=True), "ink", 4)
        plot.text(0.5, -1.6 - 0.85, words, "ink", 15, "middle")
    sheet.text(640, 346, "Which one is better at new points?", "ink", 18, "middle")
    return sheet
