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
        figure = self.figure
        if any(one.bbox.overlaps(other.bbox) for one, other in combinations(figure.axes, 2)):
            figure.canvas.draw()  # the order of two axes in one place matters: no background there
            return
        shown = {axes: _in_order(axes) for axes in figure.axes}
        all_artists = sum(shown.values(), figure.get_children())
        stale = {artist for artists in shown.values() for artist in artists if artist.stale}
        renderer = figure.canvas.get_renderer()
        if self._pixels is None or all_artists != self._artists or not stale <= self._animated:
            self._animated |= stale if self._pixels is not None else set()
            self._artists = all_artists
            renderer.clear()
            figure.patch.draw(renderer)
            for axes, artists in shown.items():
                if axes.axison:
                    axes.patch.draw(renderer)
                _draw(artists[: self._first(artists)], renderer)
            self._pixels = renderer.copy_from_bbox(figure.bbox)
        else:
            renderer.restore_region(self._pixels)
        for artists in shown.values():
            _draw(artists[self._first(artists) :], renderer)
        above = [a for a in figure.get_children() if a not in (figure.patch, *figure.axes) and a.get_visible()]
        _draw(sorted(above, key=lambda artist: artist.zorder), renderer)  # such as its title, its own legend

    def _first(self, artists: list) -> int:
        """Return where in their order the animated ones begin. Limits that move, move everything in their axes."""
        moving = [place for place, artist in enumerate(artists) if artist in self._animated]
        return 0 if any(isinstance(artists[place], Axis) for place in moving) else min(moving, default=len(artists))


def _in_order(axes) -> list:
    """Return the artists of some axes in the order in which `Axes.draw` draws them, its ground left out."""
    hidden = [axes.patch] if axes.axison else [axes.patch, axes.xaxis, axes.yaxis, *axes.spines.values()]
    return sorted((artist for artist in axes.get_children() if artist not in hidden), key=lambda a: a.zorder)


def _draw(artists: list, renderer) -> None:
    for artist in artists:
        artist.draw(renderer)
