"""A live figure: a picture that a page shows, replaces at each move, and keeps when it is saved.

On the page a picture stands twice, and one of the two is seen. `view` is a widget: every page that knows the kernel has
it, after a reload too. The *still* is an output, HTML and PNG: the saved notebook keeps it. The view carries the rule
that hides the still, so the still is there for the reader exactly where the view is not.
"""

import asyncio
import base64
import html
import uuid
from collections.abc import Callable
from functools import cached_property, partial

from ddlearn.classroom import page
from ddlearn.classroom.modes import first_modes
from ddlearn.classroom.numbers import numbers
from ddlearn.classroom.pen import Pen

RESTED = 0.4  # seconds without a move until the still follows the view, which follows at once
CAPTION = "min-height:4.5em;padding:2px 0;font-size:var(--jp-content-font-size1);line-height:1.5"


class LiveFigure:
    """A picture, drawn with a `Pen` by `picture(fig, result)`, and below it what `sentence(result)` says is to be seen.

    The words are the alt text as well, and all that a terminal sees; `sentence` is what was said last. `size` is in
    inches, of 100 pixels on the page each. Nothing is made before the first result arrives.
    """

    sentence = ""
    _handle = None  # of the still
    _resting = None  # the timer until it follows

    def __init__(self, picture: Callable, sentence: Callable[..., str], size: tuple[float, float] = (9.0, 4.0)):
        self.picture, self.describe, self.size = picture, sentence, size
        self._pen = Pen(size)
        self._width, self._height = (round(100 * side) for side in size)
        self._wide = f"calc({self._width}px * var(--ddlearn-zoom, 1))"  # the projector view has a zoom of its own
        self._mark = f"ddlearn-still-{uuid.uuid4().hex}"

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
        image = (
            f'<img alt="{html.escape(self.sentence)}" width="{self._width}" height="{self._height}" '
            f'style="width:{self._wide};max-width:100%;height:auto;display:block" src="data:image/png;base64,{png}">'
        )
        return {**self._captioned(image), "image/png": png}

    def png(self, result) -> bytes:
        """Return the picture of `result`, drawn by Agg without pyplot."""
        return self._pen.png(self.picture, result)

    def numbers(self, most: int | None = None) -> dict[str, list]:
        """Return the numbers behind the last picture: see `ddlearn.classroom.numbers`."""
        return numbers(self.figure, most)

    @cached_property
    def view(self):
        """The live figure, a widget for an explorer to place; a figure that is asked for none has its still only."""
        from ipywidgets import HTML

        return HTML(layout={"width": "auto", "margin": "0"})

    def show(self, result) -> None:
        """Display the still of `result`, and put the same into the view; later calls of `update` replace both."""
        self._display(self.bundle(result))

    def show_words(self, words: str) -> None:
        """Show words in a frame of the figure's size, where there is no result yet; `update` replaces them."""
        self.sentence = words
        box = f"max-width:{self._wide};height:{self._height}px;box-sizing:border-box;border:1px dashed #808080"
        self._display(self._captioned(f'<div style="{box}"></div>'))

    def update(self, result) -> None:
        """Replace the picture and its words where they stand; if the figure was never shown, only draw it."""
        still = self._put(self.bundle(result))
        if self._handle is None:
            return
        develop = partial(self._handle.update, still, raw=True)
        try:  # where there is no view, nothing is seen sooner
            self._resting = asyncio.get_running_loop().call_later(RESTED if self._viewed else 0, develop)
        except RuntimeError:  # no loop runs
            develop()

    def _display(self, bundle: dict) -> None:
        still = self._put(bundle)
        if self._handle is None:
            self._handle = page.show(still)
        else:
            self._handle.display(still, raw=True)  # under the same id: a second one, kept like the first

    def _put(self, bundle: dict) -> dict:
        """Put a bundle into the view, if there is one, and return its still, which the view hides."""
        if self._resting is not None:
            self._resting.cancel()
        if self._viewed:
            self.view.value = f"<style>.{self._mark} {{ display: none }}</style>{bundle['text/html']}"
        return {**bundle, "text/html": f'<div class="{self._mark}">{bundle["text/html"]}</div>'}

    @property
    def _viewed(self) -> bool:
        return "view" in self.__dict__

    def _captioned(self, picture: str) -> dict:
        caption = f'<figcaption style="{CAPTION}">{html.escape(self.sentence)}</figcaption>'
        style = f"margin:0;max-width:{self._wide}"
        figure = f'<figure class="ddlearn-figure" style="{style}">{picture}{caption}</figure>'
        return {"text/html": figure, "text/plain": self.sentence}
