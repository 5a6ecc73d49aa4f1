"""Drawing a frozen figure anew at the price of what has moved.

Most of the time that Agg takes goes into what never changes: ticks, their labels, titles. So the scenery is drawn once
and kept as pixels, and on each move only the actors are drawn on it. Nobody declares who is who: matplotlib marks an
artist stale when its data change, and whoever was stale once is an actor from then on. Artists that lie above an actor
are drawn again with it, in their order, so that the picture is the same, pixel for pixel, as if all had been drawn.
"""

from itertools import combinations

from matplotlib.axis import Axis


class Stage:
    """Draws one figure, whose layout no longer changes, on its Agg canvas."""

    def __init__(self, figure):
        self.figure = figure
        self._actors: set = set()
        self._cast: list | None = None  # who was there when the scenery was drawn
        self._scenery = None

    def draw(self) -> None:
        """Bring the canvas up to date."""
        canvas = self.figure.canvas
        shown = [(axes, _in_order(axes)) for axes in self.figure.axes]
        cast = [artist for _, artists in shown for artist in artists] + self.figure.get_children()
        stale = {artist for _, artists in shown for artist in artists if artist.stale}
        if _overlap(self.figure.axes):  # the order of two axes in one place matters: no scenery there
            canvas.draw()
            return
        renderer = canvas.get_renderer()
        if self._scenery is None or cast != self._cast or not stale <= self._actors:
            self._actors |= stale if self._scenery is not None else set()
            self._draw_scenery(renderer, shown)
            self._cast = cast
        else:
            renderer.restore_region(self._scenery)
        for axes, artists in shown:
            for artist in artists[self._first(axes, artists) :]:
                artist.draw(renderer)
        for artist in self._above():
            artist.draw(renderer)

    def _draw_scenery(self, renderer, shown: list) -> None:
        renderer.clear()
        self.figure.patch.draw(renderer)
        for axes, artists in shown:
            if axes.axison:
                axes.patch.draw(renderer)
            for artist in artists[: self._first(axes, artists)]:
                artist.draw(renderer)
        self._scenery = renderer.copy_from_bbox(self.figure.bbox)

    def _first(self, axes, artists: list) -> int:
        """Where in the order of drawing the actors begin. Limits that move, move everything in their axes."""
        acting = [artist in self._actors for artist in artists]
        if any(act and isinstance(artist, Axis) for act, artist in zip(acting, artists, strict=True)):
            return 0
        return acting.index(True) if any(acting) else len(artists)

    def _above(self) -> list:
        """What stands on the figure itself, over all axes: its title, its own legend."""
        rest = [a for a in self.figure.get_children() if a is not self.figure.patch and a not in self.figure.axes]
        return sorted((artist for artist in rest if artist.get_visible()), key=lambda artist: artist.zorder)


def _in_order(axes) -> list:
    """The artists of some axes in the order in which `Axes.draw` draws them, its ground left out."""
    hidden = [axes.patch] if axes.axison else [axes.patch, axes.xaxis, axes.yaxis, *axes.spines.values()]
    return sorted((artist for artist in axes.get_children() if artist not in hidden), key=lambda a: a.zorder)


def _overlap(axes: list) -> bool:
    return any(one.bbox.overlaps(other.bbox) for one, other in combinations(axes, 2))
