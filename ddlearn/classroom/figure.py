"""A live figure: a picture that a page shows, replaces at each move, and keeps when it is saved.

With the picture goes a sentence that says what it shows, built from the same data: it is the alt text, the caption, and
all that a terminal sees.

On the page a picture stands twice, and one of the two is seen. `view` is a widget: every page that knows the kernel has
it, after a reload too. The *still* is an output, HTML and PNG: the saved notebook keeps it. The view carries the rule
that hides the still, so the still is there for the reader exactly where the view is not. In the dark theme, and in the
projector view, `page.css` changes colors and size of what was drawn once.
"""

import asyncio
import base64
import html
import uuid
from collections.abc import Callable
from functools import cached_property

from ddlearn.classroom.modes import first_modes
from ddlearn.classroom.pen import Pen

RESTED = 0.4  # seconds without a move until the still follows the view, which follows at once


class LiveFigure:
    """A picture, drawn with a `Pen` by `picture(fig, result)`, and below it what `sentence(result)` says is to be seen.

    `size` is in inches, of 100 pixels on the page each. Nothing is made before the first result arrives, so that an
    explorer which nobody opens costs nothing. `figure` is the matplotlib figure then, `sentence` what was said last.
    """

    sentence = ""
    _handle = None  # of the still
    _resting = None  # the timer until it follows

    def __init__(self, picture: Callable, sentence: Callable[..., str], size: tuple[float, float] = (9.0, 4.0)):
        self.picture, self.describe, self.size = picture, sentence, size
        self._pen = Pen(size)

    @property
    def figure(self):
        """The matplotlib figure; None before the first picture."""
        return self._pen.figure

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
            f'style="{self._wide("width")};max-width:100%;height:auto;display:block" src="data:image/png;base64,{png}">'
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
        height = self._pixels[1]
        style = f"{self._wide('max-width')};height:{height}px;box-sizing:border-box;border:1px dashed #808080"
        frame = f'<div style="{style}"></div>'
        self._appear({"text/html": self._framed(frame, words), "text/plain": words})

    def update(self, result) -> None:
        """Replace the picture and its words where they stand; if the figure was never shown, only draw it."""
        bundle = self.bundle(result)
        self._live(bundle)
        if self._handle is not None:
            self._later(lambda: self._handle.update(self._marked(bundle), raw=True))

    def png(self, result) -> bytes:
        """Return the picture of `result`, drawn by Agg without pyplot."""
        return self._pen.png(self.picture, result)

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
        style = f"margin:0;{self._wide('max-width')}"
        return f'<figure class="ddlearn-figure" style="{style}">{picture}{caption}</figure>'

    def _wide(self, name: str) -> str:
        """Return the width as a CSS declaration; the projector view has a zoom of its own."""
        return f"{name}:calc({self._pixels[0]}px * var(--ddlearn-zoom, 1))"

    @property
    def _pixels(self) -> tuple[int, int]:
        """The size on the page: a hundred to the inch."""
        return round(100 * self.size[0]), round(100 * self.size[1])
