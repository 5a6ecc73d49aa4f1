"""Two impure tubes of different size: what a tube's name says of a cell, and what a cell's type says of the tube."""

from sheet import Sheet

TUBES = ((24, 6), (1, 9))  # granulocytes and monocytes in each
NAMES, COLORS = ("granulocyte", "monocyte"), ("#0072B2", "#D55E00")
WORDS = ("blue", "vermilion")
COLUMNS = 5  # cells in a row of a tube


def tube(sheet: Sheet, left: float, number: int, counts: tuple[int, int]) -> None:
    """Draw a tube with its cells, those of its own type at the bottom, and its purity below."""
    sheet.add(
        f'<rect x="{left}" y="76" width="130" height="190" rx="28" fill="#ffffff" stroke="#6b6860" stroke-width="2"/>'
    )
    types = sorted([kind for kind, count in enumerate(counts) for _ in range(count)], key=lambda kind: kind != number)
    for k, kind in enumerate(types):
        x, y = left + 21 + 22 * (k % COLUMNS), 248 - 24 * (k // COLUMNS)
        if kind:
            sheet.add(f'<rect x="{x - 7}" y="{y - 7}" width="14" height="14" fill="{COLORS[kind]}"/>')
        else:
            sheet.add(f'<circle cx="{x}" cy="{y}" r="8" fill="{COLORS[kind]}"/>')
    sheet.text(left + 65, 62, f"tube {number + 1}: “{NAMES[number]}s”", WORDS[number], 15, "middle")
    purity = counts[number] / sum(counts)
    sheet.text(left + 65, 292, f"{100 * purity:.0f} % pure", "ink", 16, "middle")


def draw() -> Sheet:
    """Return the picture of the lesson on purified specimens."""
    sheet = Sheet(
        "Two tubes, and where a cell of each type comes from",
        "Left: tube 1 holds 24 disks, granulocytes, and 6 squares, monocytes. Tube 2 holds 1 disk and 9 squares. "
        "Right: a table with a row for each type and a column for each tube. A granulocyte comes from tube 1 with "
        "probability 0.96 and from tube 2 with probability 0.04. A monocyte comes from tube 1 with probability 0.4 and "
        "from tube 2 with 0.6.",
    )
    for number, counts in enumerate(TUBES):
        tube(sheet, 60 + 190 * number, number, counts)
    sheet.line([(420, 170), (490, 170)], "ink", 2.5, arrow=True)
    sheet.text(700, 62, "From which tube is a cell of this type?", "ink", 16, "middle")
    for row in range(2):
        of_type = [counts[row] for counts in TUBES]
        sheet.text(630, 133 + 74 * row, NAMES[row], WORDS[row], 16, "end")
        for column, count in enumerate(of_type):
            share = count / sum(of_type)
            box = f'x="{650 + 96 * column}" y="{94 + 74 * row}" width="88" height="66" rx="5"'
            sheet.add(f'<rect {box} fill="{COLORS[row]}" fill-opacity="{0.06 + 0.5 * share:.2f}"/>')
            sheet.text(694 + 96 * column, 133 + 74 * row, f"{share:.2f}", "ink", 19, "middle")
    for column in range(2):
        sheet.text(694 + 96 * column, 266, f"tube {column + 1}", "faint", 16, "middle")
    sheet.caption("The name of a tube is not the type of a cell.", size=18)
    return sheet
