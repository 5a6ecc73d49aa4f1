"""The frame of a panel: limits, scales, ticks, words and legend, each set only where it differs from what stands."""

from collections.abc import Mapping, Sequence

import numpy as np

from ddlearn.classroom.artists import Artists, same

OUTSIDE = {"right": {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)}}
"""Places of a legend beside the axes, by our own names; all others are matplotlib's."""


class Frame:
    """Axes, what stands around their marks, and the artists of the marks."""

    def __init__(self, axes):
        self.axes = axes
        self.artists = Artists()
        self._framed: dict[str, object] = {}
        self._reach: dict[str, list] = {"x": [], "y": []}
        self._legend: dict | None = None
        self._listed: tuple | None = None

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

    def within(self, axis: str, values, at_edge: bool = False) -> np.ndarray:
        """Return values of "x" or "y" cut to what the frame can show: to its edge, or one frame beyond."""
        values, limits = np.atleast_1d(numbers(values)), self._framed.get(f"{axis}lim")
        if limits is None:
            kept = values[np.isfinite(values) & ((values > 0) | (not self._log(axis)))]
            self._reach[axis] += [kept.min(), kept.max()] if len(kept) else []
            return values
        low, high = sorted(map(float, limits))
        if not at_edge:
            reach = high / low if self._log(axis) else high - low
            low, high = (low / reach, high * reach) if self._log(axis) else (low - reach, high + reach)
        return np.clip(values, low, high)

    def begin(self) -> None:
        """Begin a picture."""
        self.artists.begin()
        self._reach = {"x": [], "y": []}

    def finish(self) -> None:
        """End a picture: hide the marks that were not drawn, let open limits follow the data, name the marks."""
        self.artists.hide_others()
        for name, values in self._reach.items():
            if self._framed.get(f"{name}lim") is None and values:
                self.axes.set(**{f"{name}lim": _padded(values, self._log(name))})
        wanted = tuple(self.labeled()), self._legend
        if wanted != self._listed and self._legend is not None:
            options = {**self._legend, **OUTSIDE.get(self._legend["loc"], {})}
            self.axes.legend([artist for _, artist in wanted[0]], [label for label, _ in wanted[0]], **options)
        elif self._legend is None and self.axes.get_legend() is not None:
            self.axes.get_legend().remove()
        self._listed = wanted

    def labeled(self) -> list[tuple[str, object]]:
        """Return the label and the artist of each mark of this picture that has a label."""
        return self.artists.labeled()

    def _differs(self, name: str, value: object) -> bool:
        known = self._framed.get(name, self._framed)
        self._framed[name] = value
        return known is self._framed or not same(known, value)

    def _log(self, axis: str) -> bool:
        return self._framed.get(f"{axis}axis", ("linear",))[0] == "log"


def numbers(values) -> np.ndarray:
    """Return tensors, lists and ranges as an array of numbers."""
    return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values, dtype=float)


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
