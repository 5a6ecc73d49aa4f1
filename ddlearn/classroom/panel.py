"""One panel of a picture: its frame, and the marks in it. See `pen` for how a picture uses them.

Call `frame` first: marks keep to its limits. A dot beyond the frame stands at its edge; a line is cut one frame's size
beyond it, and what no logarithmic axis can show stands at its lower end. Not-a-number leaves a gap.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ddlearn.classroom.artists import Artists, same
from ddlearn.classroom.style import color as rgb
from ddlearn.classroom.style import ink

OUTSIDE = {"right": {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)}}
"""Places of a legend beside the axes, by our own names; all others are matplotlib's."""


class Panel:
    """Axes whose artists are made once and moved from then on. `axes` is the way out, for what no mark here draws."""

    def __init__(self, axes):
        self.axes = axes
        self._artists = Artists()
        self._framed: dict[str, object] = {}
        self._reach: dict[str, list] = {"x": [], "y": []}
        self._legend: dict | None = None
        self._listed: tuple | None = None

    # -- the frame

    def frame(
        self,
        title: str = "",
        xlabel: str = "",
        ylabel: str = "",
        *,
        xlim: tuple[float, float] | None = None,
        ylim: tuple[float, float] | None = None,
        log: str = "",
        xticks: Sequence[float] | Mapping[float, str] | None = None,
        yticks: Sequence[float] | Mapping[float, str] | None = None,
        legend: str | Mapping | None = None,
        grid: bool | str = False,
        aspect: str = "auto",
        visible: bool = True,
    ) -> None:
        """Set what stands around the marks.

        Limits that are None follow the data. `log` names the logarithmic axes: "x", "y" or "xy". Ticks are positions,
        or labels by position, and matplotlib's own where None. `legend` is a place, "right" for beside the axes, or a
        mapping with `loc` and other options of matplotlib's legend. `grid` may be that of one axis, "x" or "y". Not
        `visible`, the axes themselves are not drawn.
        """
        axes = self.axes
        for name, ticks, limits in (("x", xticks, xlim), ("y", yticks, ylim)):
            limits = None if limits is None else tuple(map(float, limits))
            ticks = dict(ticks) if isinstance(ticks, Mapping) else None if ticks is None else tuple(map(float, ticks))
            # A new scale brings its own ticks, and ticks widen the limits: so they are set in this order.
            if self._differs(f"{name}axis", ("log" if name in log else "linear", ticks)):
                axes.set(**{f"{name}scale": "log" if name in log else "linear"})
                _set_ticks(getattr(axes, f"{name}axis"), ticks)
                self._framed.pop(f"{name}lim", None)
            if self._differs(f"{name}lim", limits) and limits is not None:
                axes.set(**{f"{name}lim": limits})
        for name, words in (("title", title), ("xlabel", xlabel), ("ylabel", ylabel)):
            if self._differs(name, words):
                axes.set(**{name: words})
        if self._differs("grid", grid):
            axes.grid(False)
            if grid:
                axes.grid(True, axis="both" if grid is True else grid)
        if self._differs("aspect", aspect):
            axes.set_aspect(aspect)
        if self._differs("visible", visible):
            (axes.set_axis_on if visible else axes.set_axis_off)()
        self._legend = dict(legend) if isinstance(legend, Mapping) else {"loc": legend} if legend else None

    # -- the marks

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
        artist = self._artists.mark(
            "line", label, (color, style, marker), lambda: self.axes.plot([], [], scalex=False)[0]
        )
        self._artists.give(
            artist,
            data=(self._within("x", x, bare), self._within("y", y, bare)),
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
        artist = self._artists.mark("level", label, (color, style), lambda: self.axes.axhline(0.0))
        self._artists.give(artist, ydata=(float(y),) * 2, color=rgb(color), linestyle=style, **_line_looks(**looks))

    def upright(
        self, x: float, color: object = "black", style: object = ":", label: str | None = None, **looks
    ) -> None:
        """Draw a vertical line over the whole height, at x."""
        artist = self._artists.mark("upright", label, (color, style), lambda: self.axes.axvline(1.0))
        self._artists.give(artist, xdata=(float(x),) * 2, color=rgb(color), linestyle=style, **_line_looks(**looks))

    def band(
        self, x, low, high, color: object = "sky", label: str | None = None, *, alpha: float = 0.3, order: float = 1
    ) -> None:
        """Fill the area between two curves over the same x.  x, low, high (n,)"""
        x, low, high = self._within("x", x), self._within("y", low), self._within("y", high)
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
        x, heights = _numbers(x), _numbers(heights)
        base = np.broadcast_to(_numbers(base), heights.shape)
        sides = self._within(along, x - width / 2), self._within(along, x + width / 2)
        ends = self._within("xy".replace(along, ""), base), self._within("xy".replace(along, ""), base + heights)
        corners = np.stack([np.stack([sides[i], ends[j]], -1) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))], 1)
        self.areas(corners[..., ::-1] if sideways else corners, color, label, alpha=alpha, order=order, **looks)

    def span(self, low: float, high: float, color: object = "grey", label: str | None = None, *, alpha: float = 0.15):
        """Shade the whole height between two values of x."""
        artist = self._artists.mark("span", label, (color,), lambda: self.axes.axvspan(0.0, 1.0, linewidth=0))
        self._artists.give(
            artist, x=float(low), width=float(high) - float(low), color=rgb(color), alpha=alpha, zorder=0.5
        )

    def areas(
        self, corners, color: object, label: str | None = None, *, alpha: float | None = None, order: float = 1, **looks
    ) -> None:
        """Fill polygons; `looks` are those of a `PolyCollection`, such as hatch.  corners: of each (k, 2)"""
        from matplotlib.collections import PolyCollection

        artist = self._artists.mark("areas", label, (color,), lambda: self._collected(PolyCollection([], linewidth=0)))
        self._artists.give(artist, verts=list(corners), facecolor=rgb(color), alpha=alpha, zorder=order, **looks)

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

        artist = self._artists.mark("segments", label, (color, style), lambda: self._collected(LineCollection([])))
        parts = [np.stack([self._within("x", part[:, 0]), self._within("y", part[:, 1])], 1) for part in _parts(lines)]
        self._artists.give(
            artist, segments=parts, color=rgb(color), linewidth=width, linestyle=style, alpha=alpha, zorder=order
        )

    def vlines(self, x, low, high, color: object = "blue", label: str | None = None, **looks) -> None:
        """Draw a vertical line at each x, from `low` to `high`; `looks` are those of `segments`.  x, low, high (n,)"""
        x, low, high = np.broadcast_arrays(*map(_numbers, (x, low, high)))
        self.segments(np.stack([x, low, x, high], 1).reshape(-1, 2, 2), color, label, **looks)

    def image(
        self, values, cmap: str = "gray", vmin: float | None = None, vmax: float | None = None, **options
    ) -> object:
        """Show a matrix, or an array of colors, and return its artist; `options` are those of `imshow`."""
        values = _numbers(values)
        look = getattr(cmap, "name", cmap), values.shape
        artist = self._artists.mark("image", None, look, lambda: self._imshow(values, cmap, vmin, vmax, options))
        low = np.nanmin(values) if vmin is None else vmin
        high = np.nanmax(values) if vmax is None else vmax
        self._artists.give(artist, data=(values,), clim=(float(low), float(high)))
        return artist

    def text(self, x: float, y: float, words: str, color: object = "black", *, inside: bool = False, **looks) -> None:
        """Write words at (x, y), or `inside` from (0, 0), lower left, to (1, 1); `looks` are those of `Text`."""
        system = self.axes.transAxes if inside else self.axes.transData
        key = (color, inside, *sorted((name, str(value)) for name, value in looks.items()))
        artist = self._artists.mark("text", None, key, lambda: self.axes.text(0, 0, "", transform=system, **looks))
        self._artists.give(artist, position=(float(x), float(y)), text=words, color=ink(color))

    # -- what the pen calls

    def begin(self) -> None:
        """Begin a picture."""
        self._artists.begin()
        self._reach = {"x": [], "y": []}

    def finish(self) -> None:
        """End a picture: hide the marks that were not drawn, let open limits follow the data, name the marks."""
        self._artists.hide_others()
        for name, values in self._reach.items():
            if self._framed.get(f"{name}lim") is None and values:
                self.axes.set(**{f"{name}lim": _padded(values, self._log(name))})
        wanted = tuple(self.labelled()), self._legend
        if self._legend is not None and wanted != self._listed:
            options = {**self._legend, **OUTSIDE.get(self._legend["loc"], {})}
            self.axes.legend([artist for _, artist in wanted[0]], [label for label, _ in wanted[0]], **options)
            self._listed = wanted

    def labelled(self) -> list[tuple[str, object]]:
        """Return the label and the artist of each mark of this picture that has a label."""
        return self._artists.labelled()

    # -- limits and numbers

    def _collected(self, collection):
        return self.axes.add_collection(collection, autolim=False)

    def _imshow(self, values, cmap, vmin, vmax, options):
        before = self.axes.get_xlim(), self.axes.get_ylim()
        artist = self.axes.imshow(values, cmap=cmap, vmin=vmin, vmax=vmax, **{"aspect": "auto", **options})
        for name, limits in zip("xy", before, strict=True):
            if self._framed.get(f"{name}lim") is not None:
                self.axes.set(**{f"{name}lim": limits})
        return artist

    def _differs(self, name: str, value: object) -> bool:
        known = self._framed.get(name, self._framed)
        self._framed[name] = value
        return known is self._framed or not same(known, value)

    def _log(self, axis: str) -> bool:
        return self._framed.get(f"{axis}axis", ("linear",))[0] == "log"

    def _within(self, axis: str, values, at_edge: bool = False) -> np.ndarray:
        """Return values cut to what the frame can show: to its edge, or one frame beyond."""
        values, limits = np.atleast_1d(_numbers(values)), self._framed.get(f"{axis}lim")
        if limits is None:
            kept = values[np.isfinite(values) & ((values > 0) | (not self._log(axis)))]
            self._reach[axis] += [kept.min(), kept.max()] if len(kept) else []
            return values
        low, high = sorted(map(float, limits))
        if not at_edge:
            reach = high / low if self._log(axis) else high - low
            low, high = (low / reach, high * reach) if self._log(axis) else (low - reach, high + reach)
        return np.clip(values, low, high)


def _line_looks(width: float = 2.0, alpha: float | None = None, order: float = 2) -> dict:
    return {"linewidth": width, "alpha": alpha, "zorder": order}


def _numbers(values) -> np.ndarray:
    return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values, dtype=float)


def _parts(lines) -> list[np.ndarray]:
    return [_numbers(part).reshape(-1, 2) for part in lines]


def _set_ticks(axis, ticks) -> None:
    from matplotlib.ticker import NullLocator

    if ticks is not None:
        axis.set_ticks(list(ticks), labels=list(map(str, ticks.values())) if isinstance(ticks, dict) else None)
        axis.set_minor_locator(NullLocator())


def _padded(values: Sequence[float], log: bool) -> tuple[float, float]:
    """Return limits a little beyond the values."""
    low, high = float(min(values)), float(max(values))
    if log:
        pad = max((high / low) ** 0.05, 1.05)
        return low / pad, high * pad
    pad = 0.05 * (high - low) or 0.05 * abs(high) or 0.05
    return low - pad, high + pad
