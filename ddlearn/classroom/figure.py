"""A live figure: one matplotlib `Figure`, drawn once, whose artists are given new data on each move.

Making a figure anew on each move costs twice as much as moving its data, and its output blinks. So a `LiveFigure` makes
its axes once, lets the layout engine place them once, and from then on only sets data, renders with Agg, and replaces
the picture. With the picture goes a sentence that says what it shows, built from the same data: it is the alt text, the
caption, and all that a terminal sees.

On the page a picture stands twice, and one of the two is seen. `view` is a widget: every page that knows the kernel has
it, after a reload too. The *still* is an output, HTML and PNG: the saved notebook keeps it. The view carries the rule
that hides the still, so the still is there for the reader exactly where the view is not.
"""

import asyncio
import base64
import html
import io
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property

from ddlearn.classroom import projector
from ddlearn.classroom.modes import first_modes

# Okabe and Ito (2008): eight colours that people with any common colour vision can tell apart. Use them together with a
# line style or a marker, so that a grey print tells the same story.
PALETTE = {
    "black": "#000000",
    "grey": "#767676",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
}
RESTED = 0.4  # seconds without a move until the still follows the view, which follows at once
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)))

STYLE = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.titley": 1.0,  # a title that looks for its own place measures every tick label on every draw
    "axes.labelsize": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "legend.edgecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#444444",
    "axes.linewidth": 0.9,
    "axes.grid": False,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.7,
    "lines.linewidth": 2.0,
    "lines.markersize": 6,
    "axes.unicode_minus": True,
}


@contextmanager
def style() -> Iterator[None]:
    """Inside, matplotlib's settings are its defaults and `STYLE`, whatever the process has set; the backend stays."""
    from matplotlib import rc_context, rcParams, rcParamsDefault

    ours = {**rcParamsDefault, **STYLE}
    ours.pop("backend")
    # Each setting that is written is validated, which takes longer than to see that it stands there already.
    with rc_context({name: value for name, value in ours.items() if rcParams[name] != value}), first_modes():
        yield


class LiveFigure:
    """Subclass it: `layout` makes the artists once, `draw` moves them, `describe` says what they show.

    `size` is in inches and `dpi` in dots an inch: the picture is `size * dpi` pixels, and half as much again in the
    projector view. Nothing is made before the first
    result arrives, so that an explorer which nobody opens costs nothing.
    """

    size = (9.0, 4.0)
    dpi = 100

    sentence = ""  # what the figure said last
    figure = None  # the matplotlib figure; made for the first result
    _handle = None  # of the still
    _resting = None  # the timer until it follows

    def layout(self, figure) -> None:
        """Make axes and artists on an empty `matplotlib.figure.Figure`, once, and keep the artists on self."""
        raise NotImplementedError(f"{type(self).__name__} must make its axes and artists: def layout(self, figure)")

    def draw(self, result) -> None:
        """Give the artists the data of `result`."""
        raise NotImplementedError(f"{type(self).__name__} must say how a result is drawn: def draw(self, result)")

    def describe(self, result) -> str:
        """One or two sentences, built from the data: what somebody would see who looked."""
        raise NotImplementedError(f"{type(self).__name__} must say what a result shows: def describe(self, result)")

    def bundle(self, result) -> dict:
        """The figure of `result`: HTML with alt text and caption, PNG, and the sentence alone.

        The picture has a fixed size and the caption keeps room for its lines, so the output's height never moves.
        """
        with first_modes():
            self.sentence = self.describe(result)
        png = base64.b64encode(self.png(result)).decode("ascii")
        width, height = self._pixels
        image = (
            f'<img alt="{html.escape(self.sentence)}" width="{width}" height="{height}" '
            f'style="display:block;max-width:100%;height:auto" src="data:image/png;base64,{png}">'
        )
        return {"text/html": self._framed(image, self.sentence), "image/png": png, "text/plain": self.sentence}

    @cached_property
    def view(self):
        """The live figure, a widget for an explorer to place; a figure that is asked for none has its still only."""
        from ipywidgets import HTML

        return HTML(layout={"width": "auto", "margin": "0"})

    def show(self, result) -> None:
        """Display the still of `result`, and put the same into the view; later calls of `update` replace both."""
        self._appear(self.bundle(result))

    def show_words(self, words: str) -> None:
        """Show words in a frame of the figure's size, where there is no result yet; `update` replaces them."""
        self.sentence = words
        width, height = self._pixels
        style = f"max-width:{width}px;height:{height}px;box-sizing:border-box;border:1px dashed #808080"
        frame = f'<div style="{style}"></div>'
        self._appear({"text/html": self._framed(frame, words), "text/plain": words})

    def update(self, result) -> None:
        """Replace the picture and its words where they stand; if the figure was never shown, only draw it."""
        bundle = self.bundle(result)
        self._live(bundle)
        if self._handle is not None:
            self._later(lambda: self._handle.update(self._marked(bundle), raw=True))

    def png(self, result) -> bytes:
        """The picture of `result`, drawn by Agg without pyplot."""
        from PIL import Image

        from ddlearn.classroom.stage import Stage

        with style():
            fresh = self.figure is None
            if fresh:
                self.figure = self._blank()
                self.layout(self.figure)
            elif self.figure.dpi != self._dots:
                self.figure.set_dpi(self._dots)  # the projector view came or went; the layout stays
                self._stage = Stage(self.figure)
            self.draw(result)
            if fresh:
                self._freeze()
                self._stage = Stage(self.figure)
            if projector.on():
                projector.darken(self.figure)
            self._stage.draw()
        canvas = self.figure.canvas
        pixels = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        file = io.BytesIO()
        # 256 colours do for a diagram, at less than half the bytes: a hosted notebook has a thin line to the page.
        pixels = pixels.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        pixels.save(file, "PNG", compress_level=1, dpi=(self._dots, self._dots))
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

    def _live(self, bundle: dict) -> None:
        if self._viewed:
            self.view.value = f"<style>.{self._mark} {{ display: none }}</style>{bundle['text/html']}"

    def _appear(self, bundle: dict) -> None:
        from ddlearn.classroom import page

        self._live(bundle)
        self._rest()
        if self._handle is None:
            self._handle = page.show(self._marked(bundle))
        else:
            self._handle.display(self._marked(bundle), raw=True)  # under the same id: a second one, kept like the first

    def _later(self, develop: Callable[[], None]) -> None:
        """Call `develop` once no move has come for a while. Where nothing is seen sooner, or no loop runs: at once."""
        self._rest()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None
        if loop is None or not self._viewed:
            develop()
        else:
            self._resting = loop.call_later(RESTED, develop)

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.cancel()

    @property
    def _viewed(self) -> bool:
        return "view" in self.__dict__

    def _marked(self, bundle: dict) -> dict:
        return {**bundle, "text/html": f'<div class="{self._mark}">{bundle["text/html"]}</div>'}

    @cached_property
    def _mark(self) -> str:
        return f"ddlearn-still-{uuid.uuid4().hex}"

    def _framed(self, picture: str, words: str) -> str:
        style = "min-height:4.5em;padding:2px 0;font-size:var(--jp-content-font-size1);line-height:1.5"
        caption = f'<figcaption style="{style}">{html.escape(words)}</figcaption>'
        style = f"margin:0;max-width:{self._pixels[0]}px"
        return f'<figure class="ddlearn-figure" style="{style}">{picture}{caption}</figure>'

    @property
    def _dots(self) -> int:
        return projector.dots_per_inch(self.dpi)

    @property
    def _pixels(self) -> tuple[int, int]:
        width, height = self.size
        return round(width * self._dots), round(height * self._dots)

    def _blank(self):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=self.size, dpi=self._dots, layout="constrained")
        FigureCanvasAgg(figure)
        return figure
