"""One panel of a picture: a frame, and the marks in it. See `pen` for how a picture uses them.

Call `frame` first: marks keep to its limits. A dot beyond the frame stands at its edge; a line is cut one frame's size
beyond it, and what no logarithmic axis can show stands at its lower end. Not-a-number leaves a gap.

A color is one of `style.PALETTE`, or matplotlib's. The `looks` of lines and dots are `width` (2), `alpha` (None), and
`order` (2, as matplotlib's zorder).
"""

import numpy as np

from ddlearn.classroom.frame import Frame, numbers
from ddlearn.classroom.style import color as rgb
from ddlearn.classroom.style import ink


class Panel(Frame):
    """Axes whose artists are made once and moved from then on. `axes` is the way out, for what no mark here draws."""

    def line(
        self, x, y, color="blue", style="-", label="", *, marker="", size=6.0, filled=True, edge=None, **looks
    ) -> None:
        """Draw a line through the points, with a marker on each if there is one, `edge` around it.  x, y (n,)"""
        bare = style == ""
        data = (self.within("x", x, bare), self.within("y", y, bare))
        looks = {"data": data, "color": rgb(color), "linestyle": style or "none", **_looks(**looks)}
        looks |= {"marker": marker, "markersize": size, "fillstyle": "full" if filled else "none"}
        looks |= {"markeredgecolor": rgb(edge or color), "markeredgewidth": 0.5 if edge else 1.0}
        self._mark("line", label, (color, style, marker), lambda: self.axes.plot([], [], scalex=False)[0], **looks)

    def dots(self, x, y, color="blue", marker="o", label="", **looks) -> None:
        """Draw a marker at each point; `looks` are `line`'s: size, filled, edge, alpha, order.  x, y (n,)"""
        self.line(x, y, color, "", label, marker=marker, **looks)

    def level(self, y: float, color="grey", style="-", label="", **looks) -> None:
        """Draw a horizontal line over the whole width, at y."""
        looks = {"ydata": (float(y),) * 2, "color": rgb(color), "linestyle": style, **_looks(**looks)}
        self._mark("level", label, (color, style), lambda: self.axes.axhline(0.0), **looks)

    def upright(self, x: float, color="black", style=":", label="", **looks) -> None:
        """Draw a vertical line over the whole height, at x."""
        looks = {"xdata": (float(x),) * 2, "color": rgb(color), "linestyle": style, **_looks(**looks)}
        self._mark("upright", label, (color, style), lambda: self.axes.axvline(1.0), **looks)

    def band(self, x, low, high, color="sky", label="", *, alpha: float = 0.3, order: float = 1) -> None:
        """Fill the area between two curves over the same x.  x, low, high (n,)"""
        x, low, high = self.within("x", x), self.within("y", low), self.within("y", high)
        corners = np.concatenate([np.stack([x, low], 1), np.stack([x, high], 1)[::-1]])
        self.areas([corners[~np.isnan(corners).any(1)]], color, label, alpha=alpha, order=order)

    def bars(
        self, x, heights, color="blue", label="", *, width: float = 0.8, base=0.0, sideways: bool = False, **looks
    ) -> None:
        """Draw bars from `base` to `base + height`, of this width, around each x; sideways, around each y.

        `looks` are those of `areas`.  x, heights, base (n,)
        """
        along, across = "yx" if sideways else "xy"
        x, heights, base = np.broadcast_arrays(*map(numbers, (x, heights, base)))
        left, right = self.within(along, x - width / 2), self.within(along, x + width / 2)
        foot, top = self.within(across, base), self.within(across, base + heights)
        corners = np.stack([left, foot, right, foot, right, top, left, top], 1).reshape(-1, 4, 2)
        self.areas(corners[..., ::-1] if sideways else corners, color, label, **looks)

    def span(self, low: float, high: float, color="grey", label="", *, alpha: float = 0.15) -> None:
        """Shade the whole height between two values of x."""
        looks = {"x": float(low), "width": float(high) - float(low), "color": rgb(color), "alpha": alpha, "zorder": 0.5}
        self._mark("span", label, (color,), lambda: self.axes.axvspan(0.0, 1.0, linewidth=0), **looks)

    def areas(self, corners, color, label="", *, alpha: float | None = None, order: float = 1, **looks) -> None:
        """Fill polygons; `looks` are those of a `PolyCollection`, such as hatch.  corners: of each (k, 2)"""
        from matplotlib.collections import PolyCollection

        looks |= {"verts": list(corners), "facecolor": rgb(color), "alpha": alpha, "zorder": order}
        self._mark("areas", label, (color,), lambda: self._collected(PolyCollection([], linewidth=0)), **looks)

    def segments(self, lines, color="blue", label="", *, style="-", **looks) -> None:
        """Draw many separate lines of one look.  lines: for each its (k, 2) points"""
        from matplotlib.collections import LineCollection

        parts = [numbers(part).reshape(-1, 2) for part in lines]
        cut = [np.stack([self.within("x", part[:, 0]), self.within("y", part[:, 1])], 1) for part in parts]
        looks = {"segments": cut, "color": rgb(color), "linestyle": style, **_looks(**looks)}
        self._mark("segments", label, (color, style), lambda: self._collected(LineCollection([])), **looks)

    def vlines(self, x, low, high, color="blue", label="", **looks) -> None:
        """Draw a vertical line at each x, from `low` to `high`; `looks` are those of `segments`.  x, low, high (n,)"""
        x, low, high = np.broadcast_arrays(*map(numbers, (x, low, high)))
        self.segments(np.stack([x, low, x, high], 1).reshape(-1, 2, 2), color, label, **looks)

    def image(self, values, cmap, low: float, high: float, **options) -> None:
        """Show a matrix in the frame's aspect, its values from `low` to `high`; `options` are those of `imshow`."""
        values, aspect = numbers(values), self.axes.get_aspect()
        key = (getattr(cmap, "name", cmap), values.shape)
        looks = {"data": values, "clim": (float(low), float(high))}
        self._mark("image", "", key, lambda: self.axes.imshow(values, cmap, aspect=aspect, **options), **looks)

    def text(self, x: float, y: float, words: str, color="black", *, inside: bool = False, **looks) -> None:
        """Write words at (x, y), or `inside` from (0, 0), lower left, to (1, 1); `looks` are those of `Text`."""
        system = self.axes.transAxes if inside else self.axes.transData
        key = (color, inside, *sorted((name, str(value)) for name, value in looks.items()))
        given = {"position": (float(x), float(y)), "text": words, "color": ink(color)}
        self._mark("text", "", key, lambda: self.axes.text(0, 0, "", transform=system, **looks), **given)

    def _collected(self, collection):
        return self.axes.add_collection(collection, autolim=False)


def _looks(width: float = 2.0, alpha: float | None = None, order: float = 2) -> dict:
    return {"linewidth": width, "alpha": alpha, "zorder": order}
