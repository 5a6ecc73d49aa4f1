"""Two starts of a network with two weights that compute the same function: one is held up by its imbalance, one is not."""

from sheet import Sheet

STEP = 0.1
STARTS = {"blue": (1.5, -1.0), "vermilion": (1.225, -1.2245)}  # (a, b), both with ab = -1.5


def descend(a: float, b: float, steps: int = 34) -> list[tuple[float, float]]:
    """Return the path (b, a) of gradient descent on (ab - 1)^2 / 2."""
    path = [(b, a)]
    for _ in range(steps):
        r = a * b - 1
        a, b = a - STEP * r * b, b - STEP * r * a
        path.append((b, a))
    return path


def draw() -> Sheet:
    """Return the picture of the lesson on Vidal's theorem."""
    sheet = Sheet(
        "The imbalance holds the path of gradient descent up",
        "The plane of two weights, b to the right and a upward. Two starts at the left compute the same function. At one, a squared "
        "minus b squared is positive: its path moves in steps inside a tube that bends over the origin, and reaches the curve a times "
        "b equals 1. At the other it is zero: its path ends near the origin, where the gradient vanishes.",
    )
    plane = sheet.panel((60, 40, 780, 290), (-2.2, 2.4), (-0.12, 2.35))
    plane.line([(-2.2, 0), (2.4, 0)], "rule", 1.5)
    fits = [(b, 1 / b) for b in (k / 100 for k in range(43, 240))]
    same = [(b, -1.5 / b) for b in (-k / 100 for k in range(66, 220))]
    plane.line(fits, "green", 4)
    plane.line(same, "faint", 2, ":")
    path = descend(*STARTS["blue"])
    imbalance = path[0][1] ** 2 - path[0][0] ** 2
    drift = 2 * STEP * (1.5 + 1) ** 2 / 2  # at most 2 eta L_0
    columns = [path[0][0] + (path[-1][0] - path[0][0]) * k / 60 for k in range(61)]
    upper = [(b, (b * b + imbalance) ** 0.5) for b in columns]
    lower = [(b, max(b * b + imbalance - drift, 0) ** 0.5) for b in columns]
    plane.area(upper + lower[::-1], "sky", 0.35)
    for color, start in STARTS.items():
        steps = descend(*start)
        plane.line(steps, color, 2)
        plane.dots(steps[1:14], color, 4.5)
        plane.dots(steps[:1], color, 8)
    plane.dots(path[-1:], "blue", 8, hollow=True)
    plane.text(0.62, 2.05, "on this curve the network fits: *ab* = 1", "green", 16)
    plane.text(-0.3, 1.5, "a tube, known in advance", "blue", 16, "middle")
    plane.text(-2.18, 0.45, "no imbalance: the path ends\nwhere the gradient vanishes", "vermilion", 16)
    plane.text(-2.18, 1.9, "two starts that compute\nthe same function", "ink", 16)
    plane.text(2.4, 0.06, "weight *b*", "faint", 15, "end")
    sheet.caption("The imbalance *a*^{2} − *b*^{2} keeps the blue path away from the origin.", 362)
    return sheet
