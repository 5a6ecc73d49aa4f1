"""The same step of gradient descent in a steep valley and in a flat one."""

from sheet import Sheet

STEP = 0.5
VALLEYS = (("vermilion", 4.4, 0.32, 6), ("blue", 3.2, 1.1, 5))  # color, curvature, start, steps


def draw() -> Sheet:
    """Return the picture of the lesson on large steps."""
    sheet = Sheet(
        "One step size in two valleys",
        "Two valleys, drawn as parabolas. In the left one, of curvature 4.4, gradient descent with step size 0.5 lands on the "
        "other side at each step, and farther out each time. In the right one, of curvature 3.2, it also changes sides, but comes "
        "closer to the bottom each time.",
    )
    for left, (color, curvature, x, steps) in zip((40, 470), VALLEYS, strict=True):
        valley = sheet.panel((left, 60, 390, 250), (-1.35, 1.35), (-0.1, 2.7))
        edge = (2 * 2.7 / curvature) ** 0.5
        columns = [edge * (k / 40 - 1) for k in range(81)]
        valley.line([(at, curvature * at * at / 2) for at in columns], "rule", 3)
        path = [x * (1 - STEP * curvature) ** t for t in range(steps + 1)]
        heights = [(at, curvature * at * at / 2) for at in path]
        valley.line(heights, color, 2, arrow=True)
        valley.dots(heights[1:-1], color, 5)
        valley.dots(heights[:1], color, 8)
        factor = f"{1 - STEP * curvature:.1f}".replace("-", "−")
        sheet.text(left + 195, 42, f"curvature {curvature}: each step multiplies by {factor}", color, 17, "middle")
    sheet.caption("Both take steps of size 0.5. Large dots: the starts.", 356)
    return sheet
