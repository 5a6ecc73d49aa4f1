"""Figures whose artists are made and moved by hand, until their explorers are drawn with a pen."""

import io

from ddlearn.classroom.figure import LiveFigure
from ddlearn.classroom.pen import DOTS
from ddlearn.classroom.style import style


class ArtistFigure(LiveFigure):
    """Subclass it: `layout` makes the artists once, `draw` moves them, `describe` says what they show."""

    size = (9.0, 4.0)
    figure = None

    def __init__(self):
        pass

    def layout(self, figure) -> None:
        """Make axes and artists on an empty `matplotlib.figure.Figure`, once, and keep the artists on self."""
        raise NotImplementedError(f"{type(self).__name__} must make its axes and artists: def layout(self, figure)")

    def draw(self, result) -> None:
        """Give the artists the data of `result`."""
        raise NotImplementedError(f"{type(self).__name__} must say how a result is drawn: def draw(self, result)")

    def describe(self, result) -> str:
        """One or two sentences, built from the data: what somebody would see who looked."""
        raise NotImplementedError(f"{type(self).__name__} must say what a result shows: def describe(self, result)")

    def png(self, result) -> bytes:
        """The picture of `result`, drawn by Agg without pyplot."""
        from PIL import Image

        from ddlearn.classroom.background import Background

        with style():
            fresh = self.figure is None
            if fresh:
                self.figure = self._blank()
                self.layout(self.figure)
            self.draw(result)
            if fresh:
                self._freeze()
                self._stage = Background(self.figure)
            self._stage.draw()
        canvas = self.figure.canvas
        pixels = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        file = io.BytesIO()
        # 256 colours do for a diagram, at less than half the bytes: a hosted notebook has a thin line to the page.
        pixels = pixels.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        pixels.save(file, "PNG", compress_level=1, dpi=(DOTS, DOTS))
        return file.getvalue()

    def _freeze(self) -> None:
        """Let the layout engine work once, on real data; on every draw it would double the price of a picture.

        Axis labels keep the place they found too, which spares them measuring every tick label each time.
        """
        self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")
        for axes in self.figure.axes:
            if axes.name == "rectilinear":
                here = axes.transAxes.inverted()
                along, below = axes.xaxis.label.get_position()
                beside, up = axes.yaxis.label.get_position()
                axes.xaxis.set_label_coords(along, here.transform((0, below))[1])
                axes.yaxis.set_label_coords(here.transform((beside, 0))[0], up)

    def _blank(self):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=self.size, dpi=DOTS, layout="constrained")
        FigureCanvasAgg(figure)
        return figure
