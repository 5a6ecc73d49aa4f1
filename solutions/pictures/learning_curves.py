"""The eigenvalues of a kernel as bars in water, and below each the share of its mode that n examples learn."""

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
        "water is high. On the right, with eight examples, it is low. Below each bar a box is filled by the share of its "
        "mode that is learned: the bar's height over the sum of this height and the water level. All filled parts add up "
        "to three boxes on the left and to eight on the right.",
    )
    for left, n in ((60, 3), (500, 8)):
        water = level(n)
        bars = sheet.panel((left, 70, 340, 170), (0, MODES), (0, 1.08))
        boxes = sheet.panel((left, 268, 340, 40), (0, MODES), (0, 1))
        sheet.text(left + 170, 44, f"{n} examples", "ink", 17, "middle")
        for k, value in enumerate(SPECTRUM):
            ends, share = (k + 0.15, k + 0.85), value / (value + water)
            bars.area([(x, y) for x, y in zip((*ends, *ends[::-1]), (0, 0, value, value), strict=True)], "faint", 0.9)
            boxes.area([(x, y) for x, y in zip((*ends, *ends[::-1]), (0, 0, share, share), strict=True)], "blue", 0.9)
            boxes.line([(ends[0], 0), (ends[0], 1), (ends[1], 1), (ends[1], 0), (ends[0], 0)], "rule", 1.5)
        bars.area([(0, 0), (0, water), (MODES, water), (MODES, 0)], "sky", 0.45)
        bars.line([(0, water), (MODES, water)], "blue", 2)
        bars.text(MODES - 0.2, water + 0.06, "water level *κ*", "blue", 16, "end")
        bars.line([(0, 0), (MODES, 0)], "rule", 1.5)
        sheet.text(left + 170, 330, f"shares of the modes: together {n} full boxes", "blue", 15, "middle")
    sheet.caption(
        "eigenvalues of the kernel, largest first, and the share of each mode that is learned",
        362,
        color="faint",
        size=15,
    )
    return sheet
