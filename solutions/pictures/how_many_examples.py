"""The eigenvalues of a kernel as pillars in water: those above the level are learned from n examples, the others are not."""

from sheet import Sheet

MODES = 14
SPECTRUM = [(k + 1) ** -1.2 for k in range(MODES)]


def level(n: float) -> float:
    """Return the effective penalty kappa of kernel regression without a ridge: sum_i lambda_i / (lambda_i + kappa) = n."""
    low, high = 1e-9, 10.0
    for _ in range(200):
        middle = (low * high) ** 0.5
        known = sum(value / (value + middle) for value in SPECTRUM)
        low, high = (middle, high) if known > n else (low, middle)
    return low


def draw() -> Sheet:
    """Return the picture of the lesson on learning curves."""
    sheet = Sheet(
        "More examples lower the water level",
        "Two bar charts with the same eigenvalues, largest first, standing in water. On the left, with three examples, the "
        "water is high and only the first bars rise above it. On the right, with eight examples, the water is low and most "
        "bars rise above it.",
    )
    for left, n, words in ((60, 3, "3 examples"), (500, 8, "8 examples")):
        water = level(n)
        bars = sheet.panel((left, 80, 340, 200), (0, MODES), (0, 1.08))
        sheet.text(left + 170, 46, words, "ink", 17, "middle")
        for k, value in enumerate(SPECTRUM):
            color = "blue" if value > water else "faint"
            bars.area([(k + 0.15, 0), (k + 0.15, value), (k + 0.85, value), (k + 0.85, 0)], color, 0.9)
        bars.area([(0, 0), (0, water), (MODES, water), (MODES, 0)], "sky", 0.45)
        bars.line([(0, water), (MODES, water)], "blue", 2)
        bars.text(MODES - 0.2, water + 0.05, "water level *κ*", "blue", 16, "end")
        bars.line([(0, 0), (MODES, 0)], "rule", 1.5)
        bars.text(MODES / 2, -0.13, "modes of the kernel, largest eigenvalue first", "faint", 15, "middle")
    sheet.text(450, 346, "Modes above the level are learned. Modes below it are not.", "ink", 18, "middle")
    return sheet
