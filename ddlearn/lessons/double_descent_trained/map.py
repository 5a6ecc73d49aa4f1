"""Width times epochs: every net of a sweep at every moment of its training, and two cuts through the map.

Nets of twelve widths learn the same digits, some of whose labels are wrong. Up the map runs time, to the right the
number of parameters over that of equations, P / (n K). The lower cut follows one width, the upper one is the curve that
the name double descent was made for, as it stands after that many steps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider
from ddlearn.classroom.wording import brief
from ddlearn.double_descent import NetSweep, one_hot
from ddlearn.lessons.double_descent_trained import exercises, nets
from ddlearn.lessons.double_descent_trained.nets import PIXELS, RECORD, STEPS, WIDTHS, WRONG, Progress

MEASURES = {"squared error": "mse", "share missed": "error"}

RATIOS, TIMES = (0.1, 0.3, 1, 3), (10, 30, 100, 300, 1000)  # ticks

Point = Callable[[Tensor, Tensor, Tensor, int], float]


@dataclass(frozen=True, eq=False)
class Map:
    """A sweep, and where in it somebody looks."""

    sweep: NetSweep
    wrong: str
    measure: str
    values: Tensor  # (W, S, R) of the measure, on new digits
    train: Tensor  # (W, S, R) on the training digits
    r: int  # the record looked at
    w: int  # the width looked at
    fits_at: float  # P / nK where nets fit after so many steps, or inf

    @property
    def ratio(self) -> Tensor:
        return self.sweep.ratio

    @property
    def mean(self) -> Tensor:
        """(W, R)"""
        return self.values.mean(1)

    def place(self, width: float) -> float:
        """P / nK of nets of that width; P is a line in the width."""
        sweep = self.sweep
        slope = (sweep.size[-1] - sweep.size[0]) / (sweep.width[-1] - sweep.width[0])
        return float((sweep.size[0] + slope * (width - sweep.width[0])) / (sweep.n[0] * sweep.classes))


def nearest(values: Tensor, wanted: float) -> int:
    """The index of the value nearest to `wanted`, by their logarithms."""
    return int((values.double().log() - torch.tensor(float(wanted), dtype=torch.float32).log()).abs().argmin())


def look(sweep: NetSweep, wrong: str, measure: str, steps: float, width: float, fits: Callable[[Tensor], float]) -> Map:
    """Look at a sweep after so many steps and at a width; fits(train_mse (W, S)) is P / nK where nets begin to fit."""
    name, r = MEASURES[measure], nearest(sweep.steps, steps)
    values, train = getattr(sweep, name), getattr(sweep, f"train_{name}")
    fits_at = float(fits(sweep.train_mse[..., r]))
    return Map(sweep, wrong, measure, values, train, r, nearest(sweep.width, width), fits_at)


def heatmap(
    wrong: str,
    measure: str,
    steps: int,
    width: int,
    seed: int = 0,
    *,
    interpolation_point: Point = exercises.interpolation_point,
    progress: Progress | None = None,
) -> Map:
    """The map of the lesson's own nets."""
    sweep = nets.trained(nets.Training(WRONG[wrong], seed), progress=progress)
    targets = one_hot(nets.split(seed).y.cpu(), sweep.classes)
    return look(
        sweep, wrong, measure, steps, width, lambda train: interpolation_point(sweep.width, train, targets, PIXELS)
    )


def edges(centres: list[float]) -> list[float]:
    """Borders of cells around centres on a log axis."""
    inner = [(a * b) ** 0.5 for a, b in pairwise(centres)]
    return [centres[0] ** 2 / inner[0], *inner, centres[-1] ** 2 / inner[-1]]


class MapFigure(ArtistFigure):
    """Left the map; right its two cuts, over widths above and over steps below."""

    size = (9.8, 4.9)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)

    def layout(self, figure):
        from matplotlib.collections import PolyCollection
        from matplotlib.lines import Line2D
        from matplotlib.ticker import NullLocator

        grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.1), height_ratios=(1.25, 1))
        self.map = figure.add_subplot(grid[:, 0])
        over, along = self.cuts = [figure.add_subplot(grid[k, 1]) for k in range(2)]
        self.map.set(xscale="log", yscale="log", xlabel="parameters over equations, P / nK", ylabel="steps of training")
        over.set(xscale="log", xlabel="P / nK")
        along.set(xscale="log", xlabel="steps of training")
        for axis in (self.map.xaxis, over.xaxis, self.map.yaxis, along.xaxis):
            ticks = RATIOS if axis in (self.map.xaxis, over.xaxis) else TIMES
            axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
            axis.set_minor_locator(NullLocator())
        self.bands = [
            axes.add_collection(PolyCollection([], color=PALETTE["sky"], alpha=0.35, linewidth=0)) for axes in self.cuts
        ]
        self.tested = [axes.plot([], [], "o-", color=PALETTE["blue"], markersize=4)[0] for axes in self.cuts]
        self.fitted = [axes.plot([], [], "--", color=PALETTE["orange"])[0] for axes in self.cuts]
        counted = {"color": PALETTE["vermilion"], "linestyle": "-.", "linewidth": 1.6}
        self.map.axvline(1.0, **counted)
        over.axvline(1.0, **counted)
        fits, guess = ({"color": PALETTE[c], "linestyle": s} for c, s in (("green", ":"), ("purple", (0, (8, 3)))))
        self.fits, self.guess = over.axvline(1.0, **fits, linewidth=2.4), over.axvline(1.0, **guess)
        (self.best,) = self.map.plot([], [], "D", color="white", markeredgecolor=PALETTE["black"], markersize=5)
        self.row = self.map.axhline(1.0, color="white", linewidth=2)
        self.column = self.map.axvline(1.0, color="white", linewidth=2, linestyle=":")
        self.here = [axes.axvline(1.0, color=PALETTE["grey"], linewidth=1, zorder=0) for axes in self.cuts]
        lines = [Line2D([], [], **style) for style in (counted, fits, guess)]
        band = self.bands[0]
        names = ("new digits", "their seeds", "training digits", "P = nK", "fit from here", "you said", "best moment")
        artists = (self.tested[0], band, self.fitted[0], *lines, self.best)
        figure.legend(artists, names, loc="outside upper center", ncols=7, columnspacing=1.0, handlelength=1.6)
        self.root, self.mesh = figure, None

    def draw(self, result: Map):
        x, t = result.ratio.tolist(), result.sweep.steps.tolist()
        mean, train = result.mean, result.train.mean(1)
        self._paint(x, t, mean)
        self.best.set_data(x, result.sweep.steps[mean.argmin(1)])
        self.row.set_ydata([t[result.r]] * 2)
        self.column.set_xdata([x[result.w]] * 2)
        lines = (
            (x, result.values[:, :, result.r], train[:, result.r], x[result.w]),
            (t, result.values[result.w].T, train[result.w], t[result.r]),
        )
        for k, (at, values, fitted, here) in enumerate(lines):
            low, high = (edge.tolist() for edge in (values.amin(1), values.amax(1)))
            self.bands[k].set_verts([[*zip(at, low, strict=True), *reversed([*zip(at, high, strict=True)])]])
            self.tested[k].set_data(at, values.mean(1))
            self.fitted[k].set_data(at, fitted)
            self.here[k].set_xdata([here] * 2)
            self.cuts[k].set(xlim=(0.85 * at[0], 1.18 * at[-1]), ylim=(0, 1.05 * float(result.values.max())))
        self.map.set_title(f"{result.measure} on new digits")
        self.cuts[0].set_title(f"{result.measure} after {t[result.r]} steps")
        self.cuts[1].set_title(f"{result.measure} of {int(result.sweep.width[result.w])} hidden units")
        guess = self.prediction()
        for line, at in ((self.fits, result.fits_at), (self.guess, guess and result.place(guess))):
            line.set_visible(at is not None and at < float("inf"))
            if line.get_visible():
                line.set_xdata([at] * 2)

    def _paint(self, x: list[float], t: list[int], mean: Tensor):
        """The mesh; a sweep of other sizes gets another one."""
        values = mean.T.numpy()
        if self.mesh is None or self.mesh.get_array().shape != values.shape:
            was = self.mesh
            self.mesh = self.map.pcolormesh(edges(x), edges(t), values, cmap="cividis", zorder=0)
            self.map.set(xlim=edges(x)[:: len(x)], ylim=edges(t)[:: len(t)])
            if was is None:
                self.bar = self.root.colorbar(self.mesh, ax=self.map, pad=0.02)
            else:
                was.remove()
                self.bar.update_normal(self.mesh)
        self.mesh.set_array(values)
        self.mesh.set_clim(float(values.min()), float(values.max()))

    def describe(self, result: Map) -> str:
        widths, steps = result.sweep.width, result.sweep.steps
        mean = result.mean
        course = nets.course(widths, result.ratio, mean[:, result.r])
        fits = f" Nets fit from P/nK {result.fits_at:.2f} on." if result.fits_at < float("inf") else " None fits yet."
        w, best = result.w, int(mean[result.w].argmin())
        here = (
            f" {widths[w]} units were best after {steps[best]} steps, {mean[w, best]:.2g}; "
            f"at the end {mean[w, -1]:.2g}."
        )
        guess = self.prediction()
        said = "" if guess is None else f" You said {brief(guess)} units."
        return (
            f"Wrong labels: {result.wrong}. After {steps[result.r]} steps: {result.measure} {course}.{fits}{here}{said}"
        )


def explorer() -> Explorer:
    """The map, fresh."""
    return Explorer(
        name="map",
        title="Width times epochs",
        controls=(
            Choice("wrong", "Wrong labels", tuple(WRONG), "20 %"),
            Choice("measure", "Measure", tuple(MEASURES), "squared error"),
            Slider("steps", "Steps", RECORD[0], STEPS, STEPS, log=True, whole=True),
            Slider("width", "Hidden units", WIDTHS[0], WIDTHS[-1], WIDTHS[-1], log=True, whole=True),
        ),
        compute=heatmap,
        figure=MapFigure,
        uses=("interpolation_point",),
    )
