"""Prior and posteriors as clouds of functions: the further a posterior is, the better it fits, and the more it costs."""

import math

from sheet import Sheet

FITS = 2.5  # functions right of this line fit the examples


def ring(x: float, radius: float) -> list[tuple[float, float]]:
    """Return the points of a circle around (x, 0)."""
    angles = [2 * math.pi * k / 60 for k in range(61)]
    return [(x + radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]


def fitting(mu: float) -> float:
    """Return the probability that a function of the cloud N(mu, 1) lies right of the line."""
    return 0.5 * math.erfc((FITS - mu) / math.sqrt(2))


def draw() -> Sheet:
    """Return the picture of the lesson on guarantees."""
    sheet = Sheet(
        "A posterior that fits better lies further from the prior",
        "A plane of functions. A cloud around the origin is the prior. Two clouds of the same size to its right, at the "
        "distances 1 and 3, are posteriors. Arrows lead to their centers from that of the prior; the divergences are 0.5 "
        "and 4.5. Right of a dashed line lie the functions that fit the examples.",
    )
    plane = sheet.panel((40, 60, 820, 220), (-3.2, 7.05), (-1.375, 1.375))
    plane.area([(FITS, -1.375), (FITS, 1.375), (7.05, 1.375), (7.05, -1.375)], "sky", 0.15)
    plane.line([(FITS, -1.375), (FITS, 1.375)], "faint", 2, "--")
    plane.text(4.4, 0.1, "functions that\nfit the examples", "faint", 16)
    for mu, color in ((0, "faint"), (1, "green"), (3, "blue")):
        for radius in (1, 0.5):
            plane.line(ring(mu, radius), color, 2.5 if mu else 3)
    plane.area(ring(0, 1), "faint", 0.15)
    for mu, color, y in ((1, "green", 0), (3, "blue", -1.2)):
        plane.line([(0, y), (mu, y)], color, 2.5, arrow=True)
        plane.line([(mu, 0), (mu, y)], color, 1.2, ":")
    plane.dots([(0, 0)], "ink", 5)
    plane.text(-1.2, 0.1, "prior", "ink", 17, "end")
    plane.text(1, 1.13, "posterior A", "green", 16, "middle")
    plane.text(2.75, 1.13, "posterior B", "blue", 16)
    for y, name, mu, color in ((318, "A", 1, "green"), (346, "B", 3, "blue")):
        words = f"{name}: distance {mu}, divergence {mu**2 / 2:g}; {100 * fitting(mu):.0f} % of its functions fit the examples"
        sheet.caption(words, y, color)
    return sheet
