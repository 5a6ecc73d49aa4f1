"""The frame of a panel and the artists in it, kept from picture to picture: each thing is set only where it differs.

An artist is made when its mark is first drawn, moved from then on, and hidden in a picture that does not draw it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

OUTSIDE = {"right": {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)}}
"""Places of a legend beside the axes, by our own names; all others are matplotlib's."""

DIGITS = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9))
"""Of the easy ticks of a logarithmic axis: the first of these that are three or more."""

Ticks = Sequence[float] | Mapping[float, str] | None


class Frame:
    """Axes, what stands around their marks, and the artists of the marks."""

    def __init__(self, axes):
        self.axes = axes
        self._stands: dict[str, object] = {}
        self._legend: dict | None = None
        self._artists: dict[tuple, tuple] = {}  # of each mark, and what it was last given
        self.begin()

    def begin(self) -> None:
        """Begin a picture: nothing is drawn in it yet."""
        self._drawn: list = []
        self._times: Counter = Counter()
        self._reach: dict[str, list] = {"x": [], "y": []}

    def frame(
        self,
        title: str = "",
        xlabel: str = "",
        ylabel: str = "",
        *,
        xlim: tuple[float, float] | None = None,
        ylim: tuple[float, float] | None = None,
        log: str = "",
        xticks: Ticks = None,
        yticks: Ticks = None,
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
        for name, axis, ticks, limits in (("x", axes.xaxis, xticks, xlim), ("y", axes.yaxis, yticks, ylim)):
            scale = "log" if name in log else "linear"
            ticks = dict(ticks) if isinstance(ticks, Mapping) else None if ticks is None else tuple(map(float, ticks))
            # A new scale brings its own ticks, and ticks widen the limits: so they are set in this order.
            if changed(self._stands, **{f"{name}axis": (scale, ticks)}):
                axes.set(**{f"{name}scale": scale})
                if ticks is not None:
                    labels = list(map(str, ticks.values())) if isinstance(ticks, dict) else None
                    axis.set_ticks(list(ticks), labels=labels)
                    axis.set_ticks([], minor=True)
                self._stands.pop(f"{name}lim", None)
            limits = None if limits is None else tuple(map(float, limits))
            if changed(self._stands, **{f"{name}lim": limits}) and limits is not None:
                axes.set(**{f"{name}lim": limits})
        axes.set(**changed(self._stands, title=title, xlabel=xlabel, ylabel=ylabel, aspect=aspect))
        if changed(self._stands, grid=grid):
            for name in "xy":
                axes.grid(grid in (True, name), axis=name)
        if changed(self._stands, visible=visible):
            (axes.set_axis_on if visible else axes.set_axis_off)()
        self._legend = dict(legend) if isinstance(legend, Mapping) else {"loc": legend} if legend else None

    def within(self, axis: str, values, at_edge: bool = False) -> np.ndarray:
        """Return values of "x" or "y" cut to what the frame can show: to its edge, or one frame beyond."""
        values, limits = np.atleast_1d(numbers(values)), self._stands.get(f"{axis}lim")
        if limits is None:
            kept = values[np.isfinite(values) & ((values > 0) | (not self._log(axis)))]
            self._reach[axis] += [kept.min(), kept.max()] if len(kept) else []
            return values
        low, high = sorted(limits)
        if not at_edge:
            reach = high / low if self._log(axis) else high - low
            low, high = (low / reach, high * reach) if self._log(axis) else (low - reach, high + reach)
        return np.clip(values, low, high)

    def _mark(self, kind: str, label: str | None, look: tuple, make: Callable[[], object], **wanted):
        """Return the artist of a mark, made if there is none, after giving it the properties `wanted`.

        It is known by kind and label, or by kind and look where it has no label; marks alike by their order.
        """
        key = (kind, label) if label else (kind, *look)
        self._times[key] += 1
        key = key, self._times[key]
        if key not in self._artists:
            self._artists[key] = make(), {}
        artist, stands = self._artists[key]
        artist.set(**changed(stands, label=label or "_", visible=True, **wanted))
        self._drawn.append(artist)
        return artist

    def labeled(self) -> list[tuple[str, object]]:
        """Return the label and the artist of each mark of this picture that has a label, the first of each label."""
        found: dict[str, object] = {}
        for artist in self._drawn:
            found.setdefault(artist.get_label(), artist)
        return [(label, artist) for label, artist in found.items() if not label.startswith("_")]

    def finish(self) -> None:
        """End a picture: hide the marks that were not drawn, let open limits follow the data, name the marks."""
        for artist, stands in self._artists.values():
            if artist not in self._drawn:
                artist.set(**changed(stands, visible=False))
        for name, values in self._reach.items():
            if self._stands.get(f"{name}lim") is None and values:
                self.axes.set(**{f"{name}lim": padded(min(values), max(values), self._log(name))})
        named = self.labeled()
        if not changed(self._stands, legend=(named, self._legend)):
            return
        if self._legend is not None:
            options = {**self._legend, **OUTSIDE.get(self._legend["loc"], {})}
            self.axes.legend([artist for _, artist in named], [label for label, _ in named], **options)
        elif self.axes.get_legend() is not None:
            self.axes.get_legend().remove()

    def _log(self, axis: str) -> bool:
        return "log" in self._stands.get(f"{axis}axis", ())


def changed(stands: dict, **wanted) -> dict:
    """Return what of `wanted` is not what `stands`, and note that it stands from now on."""
    new = {name: value for name, value in wanted.items() if name not in stands or not same(stands[name], value)}
    stands.update(new)
    return new


def same(one: object, other: object) -> bool:
    """Return whether two values are equal: numbers, words, arrays, and sequences of them."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def numbers(values) -> np.ndarray:
    """Return tensors, lists and ranges as an array of numbers."""
    return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values, dtype=float)


def padded(low: float, high: float, log: bool = False, share: float = 0.05) -> tuple[float, float]:
    """Return limits that leave a share of the way from `low` to `high` free at either end."""
    if log:
        pad = max((high / low) ** share, 1 + share)
        return low / pad, high * pad
    pad = share * (high - low) or share * abs(high) or share
    return low - pad, high + pad


def easy_ticks(low: float, high: float, log: bool = False) -> list[float]:
    """Return three to seven numbers between, that are easily read; both ends where there are none."""
    from matplotlib.ticker import MaxNLocator

    powers = ([digit * 10.0**k for k in range(-12, 13) for digit in digits] for digits in DIGITS)
    for ticks in powers if log else [MaxNLocator(5).tick_values(low, high).tolist()]:
        found = [one for one in ticks if low <= one <= high]
        if len(found) >= 3:
            return found[:: len(found) // 8 + 1]
    return [low, high]
