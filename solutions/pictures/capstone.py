"""From a table to a question, an experiment with a control, and a verdict that may be: cannot tell."""

from sheet import Sheet

STATIONS = (
    ("your table", "rows you did\nnot make up"),
    ("a question", "one sentence that\nmay turn out false"),
    ("an experiment", "several seeds,\nand a control"),
    ("a verdict", "holds, does not\nhold, cannot tell"),
)


def draw() -> Sheet:
    """Return the picture of the capstone."""
    sheet = Sheet(
        "From your table to a verdict",
        "Four boxes in a row, joined by arrows: your table, a question that may turn out false, an experiment with several seeds "
        "and a control, and a verdict. The verdict is an interval against a band: inside it, outside it, or across its edge.",
    )
    for k, (name, words) in enumerate(STATIONS):
        left = 36 + 216 * k
        sheet.add(
            f'<rect x="{left}" y="80" width="180" height="190" rx="10" fill="#ffffff" stroke="#b9b5aa" stroke-width="1.5"/>'
        )
        sheet.text(left + 90, 112, name, "ink", 18, "middle")
        sheet.text(left + 90, 226, words, "faint", 15, "middle")
        if k:
            sheet.line([(left - 34, 172), (left - 5, 172)], "ink", 2.5, arrow=True)
    for row in range(4):
        for column in range(5):
            shade = "#0072B2" if column == 4 else "#6b6860"
            place = f'x="{76 + 21 * column}" y="{130 + 18 * row}" width="17" height="14"'
            sheet.add(
                f'<rect {place} rx="2" fill="{shade}" fill-opacity="{0.25 + 0.12 * ((row * 3 + column) % 4):.2f}"/>'
            )
    sheet.text(342, 190, "?", "blue", 64, "middle")
    curve = sheet.panel((490, 130, 136, 66), (0, 4), (0, 1))
    for shift, color in ((0.0, "blue"), (0.28, "vermilion")):
        curve.line([(x, 0.62 / (1 + x) + 0.05 + shift) for x in (0, 0.7, 1.5, 2.6, 4)], color, 2.5)
    band = sheet.panel((706, 128, 136, 72), (0, 10), (0, 3))
    band.area([(3.6, -0.1), (3.6, 3.1), (7.4, 3.1), (7.4, -0.1)], "green", 0.22)
    for height, (low, high), color in (
        (2.5, (4.4, 6.4), "green"),
        (1.5, (0.4, 2.4), "vermilion"),
        (0.5, (5.8, 9.4), "faint"),
    ):
        band.line([(low, height), (high, height)], color, 3)
        band.dots([((low + high) / 2, height)], color, 5)
    sheet.caption("Decide before you look what would prove you wrong.", 340, size=18)
    return sheet
