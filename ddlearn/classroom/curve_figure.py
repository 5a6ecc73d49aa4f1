"""The figure of a `Curve`: every seed faint, their mean, their band from least to largest, and the theory dashed."""

from collections.abc import Callable

from ddlearn.classroom.artist_figure import ArtistFigure as LiveFigure
from ddlearn.classroom.style import PALETTE
from ddlearn.classroom.wording import brief, say
from ddlearn.result import Curve

TURN = 0.15  # a peak or a dip is worth a word when it stands out from both ends by this share of the whole range
FLAT = 0.02  # a mean whose range is below this share of its size is called level


class CurveFigure(LiveFigure):
    """Draws any `Curve` and says what it shows. Set the options in a subclass, or by keyword.

    `log_x`, `log_y`: logarithmic axes. `limits`: (low, high) of the y axis, fixed; None follows the data. `guess()`:
    the x at which the learner predicted that something happens, drawn as a vertical line; None where nothing was said.
    """

    log_x = False
    log_y = False
    limits: tuple[float, float] | None = None
    guess: Callable[[], float | None] = staticmethod(lambda: None)

    def __init__(self, **options):
        for name, value in options.items():
            if name not in ("log_x", "log_y", "limits", "guess"):
                raise TypeError(f"CurveFigure has the options log_x, log_y, limits and guess; got {name!r}")
            setattr(self, name, value)

    def layout(self, figure) -> None:
        from matplotlib.collections import LineCollection, PolyCollection

        self.axes = axes = figure.subplots()
        axes.set_xscale("log" if self.log_x else "linear", **({"nonpositive": "mask"} if self.log_x else {}))
        axes.set_yscale("log" if self.log_y else "linear", **({"nonpositive": "mask"} if self.log_y else {}))
        axes.grid(True)
        self.band = axes.add_collection(PolyCollection([], color=PALETTE["sky"], alpha=0.3, linewidth=0), autolim=False)
        self.seeds = axes.add_collection(
            LineCollection([], colors=PALETTE["blue"], linewidths=0.8, alpha=0.35), autolim=False
        )
        (self.mean,) = axes.plot([], [], "o-", color=PALETTE["blue"], markersize=5)
        (self.theory,) = axes.plot([], [], "--", color=PALETTE["vermilion"], linewidth=2.4)
        self.guessed = axes.axvline(1.0, color=PALETTE["black"], linestyle=":", visible=False)
        self._listed: tuple = ()

    def draw(self, result: Curve) -> None:
        x, mean, low, high = (part.tolist() for part in (result.x, result.mean, result.low, result.high))
        self.seeds.set_segments([list(zip(x, seed, strict=True)) for seed in result.measured.tolist()])
        self.band.set_verts([[*zip(x, low, strict=True), *reversed([*zip(x, high, strict=True)])]])
        self.mean.set_data(x, mean)
        theory = [] if result.theory is None else result.theory.tolist()
        self.theory.set_data(x[: len(theory)], theory)
        guess = self.guess()
        self.guessed.set_visible(guess is not None)
        if guess is not None:
            self.guessed.set_xdata([guess, guess])
        self._list_drawn(band=len(result.measured) > 1, theory=bool(theory), guess=guess is not None)
        self.axes.set(xlabel=result.x_name, ylabel=result.y_name, title=result.title)
        self.axes.set_xlim(*_padded(x + ([guess] if guess is not None else []), self.log_x))
        self.axes.set_ylim(*(self.limits or _padded(low + high + theory, self.log_y)))

    def _list_drawn(self, **drawn: bool) -> None:
        """Name in the legend what stands in the picture, and nothing else."""
        if self._listed == tuple(drawn.items()):
            return
        self._listed = tuple(drawn.items())
        names = {self.mean: "mean over seeds" if drawn["band"] else "measured"}
        names |= {self.band: "least to largest seed"} if drawn["band"] else {}
        names |= {self.theory: "theory"} if drawn["theory"] else {}
        names |= {self.guessed: "you said"} if drawn["guess"] else {}
        self.axes.legend(list(names), list(names.values()), loc="center left", bbox_to_anchor=(1.01, 0.5))

    def describe(self, result: Curve) -> str:
        guess = self.guess()
        parts = [_course(result), _agreement(result), "" if guess is None else f"You said {_place(result, guess)}."]
        return " ".join(part for part in parts if part)


def _course(curve: Curve) -> str:
    """Where the mean begins and ends, and where it turns on the way."""
    mean = curve.mean.tolist()
    name = curve.y_name[:1].upper() + curve.y_name[1:]
    count = len(curve.measured)
    over = f" over {count} seeds" if count > 1 else ""
    first, last = f"{say(mean[0], 2)} at {_place(curve, curve.x[0])}", f"{say(mean[-1], 2)} at {_x(curve.x[-1])}"
    span = max(mean) - min(mean)
    if len(mean) == 1:
        return f"{name} is {first}{over}."
    if span <= FLAT * max(map(abs, mean)):
        where = f"from {_place(curve, curve.x[0])} to {_x(curve.x[-1])}"
        return f"{name} stays near {say(sum(mean) / len(mean), 2)} {where}{over}."
    top, bottom = mean.index(max(mean)), mean.index(min(mean))
    if mean[top] - max(mean[0], mean[-1]) > TURN * span:
        turn = f"rises from {first} to a peak of {say(mean[top], 2)} at {_x(curve.x[top])}, then falls to {last}"
    elif min(mean[0], mean[-1]) - mean[bottom] > TURN * span:
        turn = f"falls from {first} to its least, {say(mean[bottom], 2)} at {_x(curve.x[bottom])}, then rises to {last}"
    else:
        turn = f"{'rises' if mean[-1] > mean[0] else 'falls'} from {first} to {last}"
    return f"{name} {turn}{over}."


def _agreement(curve: Curve) -> str:
    """How far the theory lies from the mean, at worst: as a share of the mean where that has a meaning."""
    if curve.theory is None:
        return ""
    gap = (curve.theory - curve.mean).abs()
    if (curve.mean > 0).all() and (curve.theory > 0).all():
        share = gap / curve.mean
        worst = int(share.argmax())
        if float(share[worst]) <= 0.5:
            percent = max(1, -int(-100 * float(share[worst]) // 1))  # rounded up: "within" must be true
            return f"The theory’s line lies within {percent} % of the mean everywhere."
        ratio = float(max(curve.theory[worst] / curve.mean[worst], curve.mean[worst] / curve.theory[worst]))
        return f"The theory’s line misses the mean by a factor of {say(ratio, 2)} at {_place(curve, curve.x[worst])}."
    worst = int(gap.argmax())
    most = say(float(gap[worst]), 2)
    return f"The theory’s line lies at most {most} from the mean, at {_place(curve, curve.x[worst])}."


def _place(curve: Curve, x) -> str:
    """An x with its name: "10 features" for things that are counted, "penalty 0.1" for the rest."""
    counted = curve.x_name.split(" (")[0].endswith("s") and bool((curve.x == curve.x.round()).all())
    return f"{_x(x)} {curve.x_name}" if counted else f"{curve.x_name} {_x(x)}"


def _x(x) -> str:
    return brief(float(x))


def _padded(values: list[float], log: bool) -> tuple[float, float]:
    """Limits a little beyond the values; on a log axis only the positive ones can be shown."""
    shown = [value for value in values if value > 0] if log else values
    if not shown:
        return 0.1, 1.0
    low, high = min(shown), max(shown)
    if log:
        pad = max((high / low) ** 0.05, 1.05)
        return low / pad, high * pad
    pad = 0.05 * (high - low) or 0.05 * abs(high) or 0.05
    return low - pad, high + pad
