"""Drawing a frozen figure anew at the price of what has moved.

Most of the time that Agg takes goes into what never changes: ticks, their labels, titles. So this background is drawn
once and kept as pixels, and on each move only the animated artists are drawn on it, as `matplotlib.animation` blits.
Nobody declares which they are: matplotlib marks an artist stale when its data change, and whoever was stale once is
animated from then on. Artists that lie above an animated one are drawn again with it, in their order, so that the
picture is the same, pixel for pixel, as if all had been drawn.
"""

from itertools import combinations

from matplotlib.axis import Axis


class Background:
    """Draws one figure, whose layout no longer changes, on its Agg canvas."""

    def __init__(self, figure):
        self.figure = figure
        self._animated: set = set()
        self._artists: list | None = None  # those there when the background was drawn
        self._pixels = None

    def draw(self) -> None:
        """Bring the canvas up to date."""
        canvas = self.figure.canvas
        shown = [(axes, _in_order(axes)) for axes in self.figure.axes]
        all_artists = [artist for _, artists in shown for artist in artists] + self.figure.get_children()
        stale = {artist for _, artists in shown for artist in artists if artist.stale}
        if _overlap(self.figure.axes):  # the order of two axes in one place matters: no background there
            canvas.draw()
            return
        renderer = canvas.get_renderer()
        if self._pixels is None or all_artists != self._artists or not stale <= self._animated:
            self._animated |= stale if self._pixels is not None else set()
            self._draw_background(renderer, shown)
            self._artists = all_artists
        else:
            renderer.restore_region(self._pixels)
        for axes, artists in shown:
            for artist in artists[self._first(axes, artists) :]:
                artist.draw(renderer)
        for artist in self._above():
            artist.draw(renderer)

    def _draw_background(self, renderer, shown: list) -> None:
        renderer.clear()
        self.figure.patch.draw(renderer)
        for axes, artists in shown:
            if axes.axison:
                axes.patch.draw(renderer)
            for artist in artists[: self._first(axes, artists)]:
                artist.draw(renderer)
        self._pixels = renderer.copy_from_bbox(self.figure.bbox)

    def _first(self, axes, artists: list) -> int:
        """Return where in their order the animated ones begin. Limits that move, move everything in their axes."""
        moving = [artist in self._animated for artist in artists]
        if any(moves and isinstance(artist, Axis) for moves, artist in zip(moving, artists, strict=True)):
            return 0
        return moving.index(True) if any(moving) else len(artists)

    def _above(self) -> list:
        """Return what stands on the figure itself, over all axes: its title, its own legend."""
        rest = [a for a in self.figure.get_children() if a is not self.figure.patch and a not in self.figure.axes]
        return sorted((artist for artist in rest if artist.get_visible()), key=lambda artist: artist.zorder)


def _in_order(axes) -> list:
    """Return the artists of some axes in the order in which `Axes.draw` draws them, its ground left out."""
    hidden = [axes.patch] if axes.axison else [axes.patch, axes.xaxis, axes.yaxis, *axes.spines.values()]
    return sorted((artist for artist in axes.get_children() if artist not in hidden), key=lambda a: a.zorder)


def _overlap(axes: list) -> bool:
    return any(one.bbox.overlaps(other.bbox) for one, other in combinations(axes, 2))
