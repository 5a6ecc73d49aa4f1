"""A pen that remembers: a picture is one plain function that draws all of it, and only what moved is drawn anew.

    def picture(fig, r):
        fit, errors = fig.row(1.25, 1)
        fit.frame("fit", "x", "y", xlim=(-1, 1), ylim=(-2, 2), legend="lower left")
        fit.line(r.grid, r.truth, "grey", "--", label="truth")
        fit.dots(r.x, r.y, "black", ".")

The first call of a mark makes a matplotlib artist; a later call, known by its panel, kind and label (or its look, where
it has no label), moves that artist. A mark that is not drawn this time is hidden, so an optional mark is an `if` and
nothing else. Whatever is set is compared first with what stands, so that `Background` need not draw it again.
"""

import io
from collections.abc import Sequence

from ddlearn.classroom.panel import Panel
from ddlearn.classroom.style import style

DOTS = 200
"""Dots an inch of a picture: two for each pixel of the page, which shows 100 of its own to the inch."""


class Pen:
    """The figure that a picture function draws on. `size` is in inches, of 100 pixels on the page each.

    `figure` is the matplotlib figure, made at the first picture.
    """

    def __init__(self, size: tuple[float, float] = (9.0, 4.0)):
        self.size = size
        self.figure = None
        self._panels: dict[object, Panel] = {}
        self._arrangement: tuple | None = None
        self._legend: tuple | None = None
        self._background = None

    # -- what a picture function calls

    def panel(self) -> Panel:
        """Return the one panel of a picture that has no other."""
        return self.mosaic([[0]])[0]

    def row(self, *widths: float) -> tuple[Panel, ...]:
        """Return panels side by side, of these relative widths."""
        return tuple(self.mosaic([range(len(widths))], widths=widths).values())

    def column(self, *heights: float) -> tuple[Panel, ...]:
        """Return panels below each other, of these relative heights."""
        return tuple(self.mosaic([[place] for place in range(len(heights))], heights=heights).values())

    def mosaic(
        self, rows: Sequence[Sequence], widths: Sequence[float] | None = None, heights: Sequence[float] | None = None
    ) -> dict[object, Panel]:
        """Return the panels of an arrangement, by name: a panel fills the cells that its name stands in.

        The string "." leaves a cell empty (`matplotlib.figure.Figure.subplot_mosaic`). If the arrangement differs from
        that of the last picture, the figure begins anew.
        """
        arrangement = tuple(map(tuple, rows)), widths, heights
        if arrangement != self._arrangement:
            self.figure.clear()
            axes = self.figure.subplot_mosaic([list(row) for row in rows], width_ratios=widths, height_ratios=heights)
            self._panels = {name: Panel(one) for name, one in axes.items()}
            self._arrangement, self._background, self._legend = arrangement, None, None
            self.figure.set_layout_engine("constrained")
        return self._panels

    def legend(self, loc: str = "outside upper center", of: Sequence[Panel] | None = None, **options) -> None:
        """Name every labeled mark of these panels, or of all, in one legend; `options` are those of matplotlib's."""
        panels = self._panels.values() if of is None else of
        entries = {label: artist for panel in panels for label, artist in panel.labeled()}
        wanted = tuple(entries.items()), loc, tuple(options.items())
        if wanted != self._legend:
            for old in self.figure.legends[:]:
                old.remove()
            self.figure.legend(list(entries.values()), list(entries), loc=loc, **options)
            self._legend = wanted

    # -- what a live figure calls

    def png(self, picture, *arguments) -> bytes:
        """Call `picture(self, *arguments)` and return what it drew."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        from ddlearn.classroom.background import Background

        with style():
            if self.figure is None:
                self.figure = Figure(figsize=self.size, dpi=DOTS)
                FigureCanvasAgg(self.figure)
            for panel in self._panels.values():
                panel.begin()
            picture(self, *arguments)
            for panel in self._panels.values():
                panel.finish()
            if self._background is None:
                self._freeze()
                self._background = Background(self.figure)
            self._background.draw()
        return self._encoded()

    def _freeze(self) -> None:
        """Let the layout engine work once, on real data; on every draw it would double the price of a picture.

        Axis labels keep the place they found too, which spares them measuring every tick label each time.
        """
        self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")
        for axes in self.figure.axes:
            here = axes.transAxes.inverted()
            along, below = axes.xaxis.label.get_position()
            beside, up = axes.yaxis.label.get_position()
            axes.xaxis.set_label_coords(along, here.transform((0, below))[1])
            axes.yaxis.set_label_coords(here.transform((beside, 0))[0], up)

    def _encoded(self) -> bytes:
        from PIL import Image

        canvas, file = self.figure.canvas, io.BytesIO()
        pixels = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        # 256 colors do for a diagram, at less than half the bytes: a hosted notebook has a thin line to the page.
        pixels = pixels.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        pixels.save(file, "PNG", compress_level=1, dpi=(DOTS, DOTS))
        return file.getvalue()
