"""Draw the course's opening pictures: one paper, one set of colors, one hand. `python solutions/pictures/sheet.py` writes all.

A picture is computed, not sketched: `draw()` in `<lesson>.py` returns a `Sheet`, whose text is an SVG file. The sheet
brings its own background, because an image cannot know whether the page around it is light or dark. Words are real
text, so they stay sharp at every size; a screen reader reads the title and the description.
"""

import math
import re
import sys
from collections.abc import Iterable, Sequence
from html import escape
from importlib import import_module
from itertools import pairwise
from pathlib import Path

FOLDER = Path(__file__).parent
PAPER, EDGE, INK, FAINT = "#fbfaf6", "#d3cfc4", "#2b2a27", "#6b6860"
COLORS = {  # Okabe and Ito's, which readers with any color vision tell apart, as in the explorers
    "ink": INK,
    "faint": FAINT,
    "rule": "#b9b5aa",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#007D5A",
    "purple": "#A8508A",
    "orange": "#B87400",
    "sky": "#56B4E9",
    "white": "#ffffff",
}
DASHES = {"-": "", "--": "9 6", ":": "2 6"}
FONT = "'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif"
MARKUP = re.compile(r"\*(.+?)\*|_\{(.+?)\}|\^\{(.+?)\}")  # italics, subscript, superscript

Points = Iterable[Sequence[float]]


class Panel:
    """A part of a sheet with coordinates of its own: x from left to right, y upward, as in a plot."""

    def __init__(self, sheet: "Sheet", box: Sequence[float], xlim: Sequence[float], ylim: Sequence[float]):
        self.sheet, self.box, self.xlim, self.ylim = sheet, box, xlim, ylim

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the panel is on the sheet, in its pixels."""
        left, top, width, height = self.box
        across = (x - self.xlim[0]) / (self.xlim[1] - self.xlim[0])
        up = (y - self.ylim[0]) / (self.ylim[1] - self.ylim[0])
        return left + width * across, top + height * (1 - up)

    def axes(self, x: str = "", y: str = "") -> None:
        """Draw two arrows, to the right and upward, with their names at the ends."""
        left, top, width, height = self.box
        self.sheet.line([(left, top - 8), (left, top + height), (left + width + 8, top + height)], "rule", 1.5)
        self.sheet.text(left + width + 8, top + height + 22, x, "faint", 15, "end")
        self.sheet.text(left + 8, top + 2, y, "faint", 15)

    def line(self, points: Points, color: str = "blue", width: float = 3, dash: str = "-", arrow: bool = False) -> None:
        """Draw a line through the points; with an arrow head at its last one if asked."""
        points = [self.place(float(x), float(y)) for x, y in points]
        ends = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = f' stroke-dasharray="{DASHES[dash]}"' if DASHES[dash] else ""
        self.sheet.add(
            f'<polyline points="{ends}" fill="none" stroke="{COLORS[color]}" stroke-width="{width:g}"{dashes} '
            'stroke-linejoin="round" stroke-linecap="round"/>'
        )
        if arrow:
            self.sheet.add(head(points, COLORS[color], 6 + 3 * width))

    def area(self, points: Points, color: str = "blue", opacity: float = 0.18) -> None:
        """Fill the polygon with these corners."""
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.place(*point) for point in points))
        self.sheet.add(f'<polygon points="{corners}" fill="{COLORS[color]}" fill-opacity="{opacity:g}"/>')

    def dots(self, points: Points, color: str = "blue", size: float = 7, hollow: bool = False) -> None:
        """Draw a disk at each point, or a ring on paper."""
        fill, stroke = (PAPER, COLORS[color]) if hollow else (COLORS[color], PAPER)
        for x, y in (self.place(*point) for point in points):
            self.sheet.add(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" fill="{fill}" stroke="{stroke}" stroke-width="2"/>'
            )

    def squares(self, points: Points, color: str = "vermilion", size: float = 6) -> None:
        """Draw a square at each point: a second class that does not rest on color alone."""
        for x, y in (self.place(*point) for point in points):
            self.sheet.add(
                f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size:g}" height="{2 * size:g}" '
                f'fill="{COLORS[color]}" stroke="{PAPER}" stroke-width="2"/>'
            )

    def text(self, x: float, y: float, words: str, color: str = "ink", size: float = 17, anchor: str = "start") -> None:
        """Write words; `*x*` is in italics, `x_{1}` has a subscript and `x^{2}` a superscript. A newline begins a line."""
        x, y = self.place(x, y)
        for number, row in enumerate(words.split("\n")):
            self.sheet.add(
                f'<text x="{x:.1f}" y="{y + 1.3 * size * number:.1f}" fill="{COLORS[color]}" font-size="{size:g}" '
                f'text-anchor="{anchor}">{marked(row, size)}</text>'
            )


class Sheet(Panel):
    """A drawing on paper with a thin edge, 900 pixels wide. Its coordinates are its pixels, y downward."""

    def __init__(self, title: str, description: str, height: int = 380, width: int = 900):
        super().__init__(self, (0, 0, width, height), (0, width), (height, 0))
        self.title, self.description, self.parts = title, description, []

    def panel(self, box: Sequence[float], xlim: Sequence[float] = (0, 1), ylim: Sequence[float] = (0, 1)) -> Panel:
        """Return a panel at `box` = (left, top, width, height) whose coordinates run over `xlim` and `ylim`."""
        return Panel(self, box, xlim, ylim)

    def add(self, element: str) -> None:
        """Put an SVG element over those that are there."""
        self.parts.append(element)

    def caption(self, words: str, y: float = 346, color: str = "ink", size: float = 17) -> None:
        """Write a sentence below all that is drawn, in the middle."""
        self.text(self.box[2] / 2, y, words, color, size, "middle")

    def svg(self) -> str:
        """Return the drawing as the text of an SVG file."""
        w, h = self.box[2:]
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
                f'aria-labelledby="title description" font-family="{FONT}">',
                f'<title id="title">{escape(self.title)}</title>',
                f'<desc id="description">{escape(self.description)}</desc>',
                f'<rect x=".75" y=".75" width="{w - 1.5}" height="{h - 1.5}" rx="12" fill="{PAPER}" stroke="{EDGE}" '
                'stroke-width="1.5"/>',
                *self.parts,
                "</svg>\n",
            ]
        )


def head(points: Sequence[Sequence[float]], color: str, size: float) -> str:
    """Return the head of an arrow through these points, at the last one."""
    (x0, y0), (x, y) = next(pair for pair in reversed(list(pairwise(points))) if pair[0] != pair[1])
    angle = math.atan2(y - y0, x - x0)
    corners = [(x + size * math.cos(angle + turn), y + size * math.sin(angle + turn)) for turn in (2.7, -2.7)]
    ends = " ".join(f"{a:.1f},{b:.1f}" for a, b in [(x, y), *corners])
    return f'<polygon points="{ends}" fill="{color}"/>'


def marked(words: str, size: float) -> str:
    """Return words with their marks of italics, subscripts and superscripts as SVG has them."""
    small = f'font-size="{0.72 * size:.1f}"'
    drop = round(0.25 * size, 1)

    def span(found: re.Match) -> str:
        italic, below, above = found.groups()
        if italic:
            return f'<tspan font-style="italic">{italic}</tspan>'
        shift = drop if below else -1.5 * drop
        # A zero-width space carries the baseline back.
        return f'<tspan dy="{shift:g}" {small}>{below or above}</tspan><tspan dy="{-shift:g}">&#8203;</tspan>'

    return MARKUP.sub(span, escape(words, quote=False))


def drawings() -> dict[str, Sheet]:
    """Return every lesson's picture by the lesson's name."""
    sys.path.insert(0, str(FOLDER))
    names = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != Path(__file__).stem)
    return {name: import_module(name).draw() for name in names}


if __name__ == "__main__":
    for name, drawing in drawings().items():
        (FOLDER / f"{name}.svg").write_text(drawing.svg(), "utf-8")
        print(f"{name}.svg")
