"""A purified tube gives almost every cell a label; its purity is a column of the transition matrix."""

import random

from sheet import Sheet

TUBES = (("T cells", 0.90), ("B cells", 0.80), ("NK cells", 0.85))
COLORS = ("blue", "vermilion", "green")
CELLS = 20


def draw() -> Sheet:
    """Return the picture of the lesson on purified specimens."""
    sheet = Sheet(
        "A purified tube is a label with known errors",
        "Left: three tubes. In each most cells have one color, and a few have another. Right: a table with a row per true type and "
        "a column per tube. The numbers on the diagonal are the shares of the wanted type: 90, 80 and 85 percent.",
    )
    draws = random.Random(0)
    sheet.text(235, 46, "Tubes purified by experts", "ink", 17, "middle")
    shares = [[0.0] * 3 for _ in range(3)]
    for k, (name, purity) in enumerate(TUBES):
        left = 65 + 125 * k
        sheet.add(
            f'<rect x="{left}" y="72" width="90" height="176" rx="30" fill="#ffffff" stroke="#6b6860" stroke-width="2"/>'
        )
        wanted = round(purity * CELLS)
        types = [k] * wanted + [(k + 1 + j % 2) % 3 for j in range(CELLS - wanted)]
        draws.shuffle(types)
        for cell, kind in enumerate(types):
            shares[kind][k] += 1 / CELLS
            x, y = left + 22 + 23 * (cell % 3), 232 - 21 * (cell // 3)
            fill = ("#0072B2", "#D55E00", "#007D5A")[kind]
            sheet.add(
                f'<circle cx="{x + draws.uniform(-3, 3):.1f}" cy="{y + draws.uniform(-3, 3):.1f}" r="8" fill="{fill}"/>'
            )
        sheet.text(left + 45, 274, name, COLORS[k], 15, "middle")
    sheet.polyline([(445, 165), (510, 165)], "ink", 2.5, arrow=True)
    sheet.text(690, 46, "Share of each true type in each tube", "ink", 17, "middle")
    for row in range(3):
        sheet.text(610, 112 + 52 * row, TUBES[row][0], COLORS[row], 15, "end")
        for column in range(3):
            share = shares[row][column]
            box = f'x="{630 + 62 * column}" y="{80 + 52 * row}" width="58" height="48" rx="5"'
            sheet.add(f'<rect {box} fill="#0072B2" fill-opacity="{0.08 + 0.5 * share:.2f}"/>')
            sheet.text(659 + 62 * column, 111 + 52 * row, f"{100 * share:.0f} %", "ink", 16, "middle")
    for column in range(3):
        sheet.text(659 + 62 * column, 258, f"tube {column + 1}", "faint", 15, "middle")
    sheet.text(450, 346, "The experts know how pure each tube is. Training can use it.", "ink", 18, "middle")
    return sheet
