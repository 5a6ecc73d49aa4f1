"""One panel of a picture: a frame, and the marks in it. See `pen` for how a picture uses them.

Call `frame` first: marks keep to its limits. A dot beyond the frame stands at its edge; a line is cut one frame's size
beyond it, and what no logarithmic axis can show stands at its lower end. Not-a-number leaves a gap.
"""

import numpy as np

from ddlearn.classroom.frame import Frame, numbers
from ddlearn.classroom.style import color as rgb
from ddlearn.classroom.style import ink


class Panel(Frame):
    """Axes whose artists are made once and moved from then on. `axes` is the way out, for what no mark here draws."""

    def line(
        self,
        x,
        y,
        color: object = "blue",
        style: object = "-",
        label: str | None = None,
        *,
        marker: str = "",
        width: float = 2.0,
        size: float = 6.0,
        filled: bool = True,
        edge: object = None,
        alpha: float | None = None,
        order: float = 2,
    ) -> None:
        """Draw a line through the points, with a marker on each if there is one, `edge` around it.  x, y (n,)"""
        bare = style == ""
        artist = self.artists.mark(
            "line", label, (color, style, marker), lambda: self.axes.plot([], [], scalex=False)[0]
        )
        self.artists.give(
            artist,
            data=(self.within("x", x, bare), self.within("y", y, bare)),
            color=rgb(color),
            linestyle=style or "none",
            linewidth=width,
            marker=marker,
            markersize=size,
            fillstyle="full" if filled else "none",
            markeredgecolor=rgb(color if edge is None else edge),
            markeredgewidth=1.0 if edge is None else 0.5,
            alpha=alpha,
            zorder=order,
        )

    def dots(
        self,
        x,
        y,
        color: object = "blue",
        marker: str = "o",
        label: str | None = None,
        *,
        size: float = 6.0,
        **looks,
    ) -> None:
        """Draw a marker at each point; `looks` are `line`'s: filled, edge, alpha, order.  x, y (n,)"""
        self.line(x, y, color, "", label, marker=marker, size=size, **looks)

    def level(self, y: float, color: object = "grey", style: object = "-", label: str | None = None, **looks) -> None:
        """Draw a horizontal line over the whole width, at y."""
        artist = self.artists.mark("level", label, (color, style), lambda: self.axes.axhline(0.0))
        self.artists.give(artist, ydata=(float(y),) * 2, color=rgb(color), linestyle=style, **_line_looks(**looks))

    def upright(
        self, x: float, color: object = "black", style: object = ":", label: str | None = None, **looks
    ) -> None:
        """Draw a vertical line over the whole height, at x."""
        artist = self.artists.mark("upright", label, (color, style), lambda: self.axes.axvline(1.0))
        self.artists.give(artist, xdata=(float(x),) * 2, color=rgb(color), linestyle=style, **_line_looks(**looks))

    def band(
        self, x, low, high, color: object = "sky", label: str | None = None, *, alpha: float = 0.3, order: float = 1
    ) -> None:
        """Fill the area between two curves over the same x.  x, low, high (n,)"""
        x, low, high = self.within("x", x), self.within("y", low), self.within("y", high)
        corners = np.concatenate([np.stack([x, low], 1), np.stack([x, high], 1)[::-1]])
        self.areas([corners[~np.isnan(corners).any(1)]], color, label, alpha=alpha, order=order)

    def bars(
        self,
        x,
        heights,
        color: object = "blue",
        label: str | None = None,
        *,
        width: float = 0.8,
        base=0.0,
        alpha: float | None = None,
        sideways: bool = False,
        order: float = 1,
        **looks,
    ) -> None:
        """Draw bars from `base` to `base + height`, of this width, around each x; sideways, around each y.

        `looks` are those of `areas`.
        """
        along = "y" if sideways else "x"
        x, heights = numbers(x), numbers(heights)
        base = np.broadcast_to(numbers(base), heights.shape)
        sides = self.within(along, x - width / 2), self.within(along, x + width / 2)
        ends = self.within("xy".replace(along, ""), base), self.within("xy".replace(along, ""), base + heights)
        corners = np.stack([np.stack([sides[i], ends[j]], -1) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))], 1)
        self.areas(corners[..., ::-1] if sideways else corners, color, label, alpha=alpha, order=order, **looks)

    def span(self, low: float, high: float, color: object = "grey", label: str | None = None, *, alpha: float = 0.15):
        """Shade the whole height between two values of x."""
        artist = self.artists.mark("span", label, (color,), lambda: self.axes.axvspan(0.0, 1.0, linewidth=0))
        self.artists.give(
            artist, x=float(low), width=float(high) - float(low), color=rgb(color), alpha=alpha, zorder=0.5
        )

    def areas(
        self, corners, color: object, label: str | None = None, *, alpha: float | None = None, order: float = 1, **looks
    ) -> None:
        """Fill polygons; `looks` are those of a `PolyCollection`, such as hatch.  corners: of each (k, 2)"""
        from matplotlib.collections import PolyCollection

        artist = self.artists.mark("areas", label, (color,), lambda: self._collected(PolyCollection([], linewidth=0)))
        self.artists.give(artist, verts=list(corners), facecolor=rgb(color), alpha=alpha, zorder=order, **looks)

    def segments(
        self,
        lines,
        color: object = "blue",
        label: str | None = None,
        *,
        width: float = 2.0,
        style: object = "-",
        alpha: float | None = None,
        order: float = 2,
    ) -> None:
        """Draw many separate lines of one look.  lines: for each its (k, 2) points"""
        from matplotlib.collections import LineCollection

        artist = self.artists.mark("segments", label, (color, style), lambda: self._collected(LineCollection([])))
        parts = [np.stack([self.within("x", part[:, 0]), self.within("y", part[:, 1])], 1) for part in _parts(lines)]
        self.artists.give(
            artist, segments=parts, color=rgb(color), linewidth=width, linestyle=style, alpha=alpha, zorder=order
        )

    def vlines(self, x, low, high, color: object = "blue", label: str | None = None, **looks) -> None:
        """Draw a vertical line at each x, from `low` to `high`; `looks` are those of `segments`.  x, low, high (n,)"""
        x, low, high = np.broadcast_arrays(*map(numbers, (x, low, high)))
        self.segments(np.stack([x, low, x, high], 1).reshape(-1, 2, 2), color, label, **looks)

    def image(
        self, values, cmap: str = "gray", vmin: float | None = None, vmax: float | None = None, **options
    ) -> object:
        """Show a matrix, or an array of colors, in the frame's aspect, and return its artist.

        `options` are those of `imshow`.
        """
        values = numbers(values)
        look = getattr(cmap, "name", cmap), values.shape
        artist = self.artists.mark("image", None, look, lambda: self._imshow(values, cmap, vmin, vmax, options))
        low = np.nanmin(values) if vmin is None else vmin
        high = np.nanmax(values) if vmax is None else vmax
        self.artists.give(artist, data=(values,), clim=(float(low), float(high)))
        return artist

    def text(self, x: float, y: float, words: str, color: object = "black", *, inside: bool = False, **looks) -> None:
        """Write words at (x, y), or `inside` from (0, 0), lower left, to (1, 1); `looks` are those of `Text`."""
        system = self.axes.transAxes if inside else self.axes.transData
        key = (color, inside, *sorted((name, str(value)) for name, value in looks.items()))
        artist = self.artists.mark("text", None, key, lambda: self.axes.text(0, 0, "", transform=system, **looks))
        self.artists.give(artist, position=(float(x), float(y)), text=words, color=ink(color))

    def _collected(self, collection):
        return self.axes.add_collection(collection, autolim=False)

    def _imshow(self, values, cmap, vmin, vmax, options):
        before = self.axes.get_xlim(), self.axes.get_ylim()
        artist = self.axes.imshow(values, cmap=cmap, vmin=vmin, vmax=vmax, aspect=self._framed["aspect"], **options)
        for name, limits in zip("xy", before, strict=True):
            if self._framed.get(f"{name}lim") is not None:
                self.axes.set(**{f"{name}lim": limits})
        return artist


def _line_looks(width: float = 2.0, alpha: float | None = None, order: float = 2) -> dict:
    return {"linewidth": width, "alpha": alpha, "zorder": order}


def _parts(lines) -> list[np.ndarray]:
    return [numbers(part).reshape(-1, 2) for part in lines]
