"""Width times epochs: every net of a sweep at every moment of its training, and two cuts through the map.

Nets of twelve widths learn the same digits, some of whose labels are wrong. Up the map runs time, to the right the
number of parameters over that of equations, P / (n K). The lower cut follows one width, the upper one is the curve that
the name double descent was made for, as it stands after that many steps.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor

from ddlearn.classroom import LINES, Choice, Explorer, Slider
from ddlearn.classroom.wording import brief
from ddlearn.double_descent import NetSweep, one_hot
from ddlearn.lessons.double_descent_trained import exercises, shared
from ddlearn.lessons.double_descent_trained.shared import CLASSES, EXAMPLES, PIXELS, RECORD, STEPS, WIDTHS, WRONG

MEASURES = {"squared error": "mse", "share missed": "error"}
RATIOS, TIMES = ({tick: f"{tick:g}" for tick in ticks} for ticks in ((0.1, 0.3, 1, 3), (10, 30, 100, 300, 1000)))


@dataclass(frozen=True, eq=False)
class Map:
    """A sweep, and where in it somebody looks."""

    sweep: NetSweep
    wrong: str
    measure: str
    r: int  # the record looked at
    w: int  # the width looked at
    fits_at: float  # P / nK where nets fit after so many steps, or inf

    @property
    def values(self) -> Tensor:
        """(W, S, R) of the measure, on new digits."""
        return getattr(self.sweep, MEASURES[self.measure])

    @property
    def mean(self) -> Tensor:
        """(W, R)"""
        return self.values.mean(1)


def look(sweep: NetSweep, wrong: str, measure: str, steps: float, width: float, fits: Callable[[Tensor], float]) -> Map:
    """Look at a sweep after so many steps and at a width; fits(train_mse (W, S)) is P / nK where nets begin to fit."""

    def nearest(values: Tensor, wanted: float) -> int:
        return int((values.double().log() - math.log(wanted)).abs().argmin())

    r, w = nearest(sweep.steps, steps), nearest(sweep.width, width)
    return Map(sweep, wrong, measure, r, w, float(fits(sweep.train_mse[..., r])))


def heatmap(
    wrong: str,
    measure: str,
    steps: int,
    width: int,
    seed: int = 0,
    *,
    interpolation_point: Callable = exercises.interpolation_point,
    progress: shared.Progress | None = None,
) -> Map:
    """Return the map of the lesson's own nets."""
    sweep = shared.trained(shared.Training(WRONG[wrong], seed), progress=progress)
    targets = one_hot(shared.split(seed).y.cpu(), CLASSES)
    return look(
        sweep, wrong, measure, steps, width, lambda train: interpolation_point(sweep.width, train, targets, PIXELS)
    )


def picture(fig, r: Map, said) -> None:
    """Draw the map, and its two cuts: over widths above, over steps below."""
    panels = fig.mosaic([["map", "over"], ["map", "along"]], widths=(1, 1.1), heights=(1.25, 1))
    x, t, widths = r.sweep.ratio, r.sweep.steps, r.sweep.width
    borders = edges(x.tolist()), edges(t.tolist())
    title, axes = f"{r.measure} on new digits", ("parameters over equations, P / nK", "steps of training")
    limits = {"xlim": borders[0][:: len(x)], "ylim": borders[1][:: len(t)]}
    panels["map"].frame(title, *axes, log="xy", xticks=RATIOS, yticks=TIMES, **limits)
    shade(panels["map"].axes, *borders, r.mean.T.numpy())
    panels["map"].upright(1, "vermilion", "-.", width=1.6)
    panels["map"].dots(x, t[r.mean.argmin(1)], "white", "D", "best moment", size=5, edge="black")
    panels["map"].level(t[r.r], "white")
    panels["map"].upright(x[r.w], "white", ":", width=2)
    train, high = getattr(r.sweep, f"train_{MEASURES[r.measure]}").mean(1), 1.05 * float(r.values.max())
    for name, title, axis, ticks, at, values, trained, here in (
        ("over", f"after {t[r.r]} steps", "P / nK", RATIOS, x, r.values[..., r.r].T, train[:, r.r], x[r.w]),
        ("along", f"of {widths[r.w]} hidden units", "steps of training", TIMES, t, r.values[r.w], train[r.w], t[r.r]),
    ):
        panel, limits = panels[name], (0.85 * float(at[0]), 1.18 * float(at[-1]))
        panel.frame(f"{r.measure} {title}", axis, xlim=limits, ylim=(0, high), log="x", xticks=ticks)
        panel.line(at, values.mean(0), label="new digits", marker="o", size=4)
        panel.band(at, values.amin(0), values.amax(0), label="their seeds", alpha=0.35)
        panel.line(at, trained, "orange", "--", "training digits")
        panel.upright(here, "grey", "-", width=1, order=0)
    panels["over"].upright(1, "vermilion", "-.", "P = nK", width=1.6)
    if r.fits_at < math.inf:
        panels["over"].upright(r.fits_at, "green", ":", "fit from here", width=2.4)
    if said("worst") is not None:
        said_size = (PIXELS + 1 + CLASSES) * said("worst") + CLASSES
        panels["over"].upright(said_size / (EXAMPLES * CLASSES), "purple", LINES[-1], "you said")
    fig.legend(ncols=7, columnspacing=1.0, handlelength=1.6)


def edges(centers: list[float]) -> list[float]:
    """Return the borders of cells around centers on a log axis."""
    inner = [(a * b) ** 0.5 for a, b in pairwise(centers)]
    return [centers[0] ** 2 / inner[0], *inner, centers[-1] ** 2 / inner[-1]]


def shade(axes, x: list[float], t: list[float], values) -> None:
    """Color the cells of the map, with a bar beside it; a sweep of other sizes gets another mesh."""
    old = next((artist for artist in axes.collections if hasattr(artist, "colorbar") and artist.colorbar), None)
    if old is not None and old.get_array().shape == values.shape:
        old.set(array=values, clim=(values.min(), values.max()))
        return
    mesh = axes.pcolormesh(x, t, values, cmap="cividis", zorder=0)
    if old is None:
        axes.figure.colorbar(mesh, ax=axes, pad=0.02)
    else:
        mesh.colorbar = old.colorbar
        mesh.colorbar.update_normal(mesh)
        old.remove()


def sentence(r: Map, said) -> str:
    """Say how the error goes over widths after so many steps, and over steps at this width."""
    widths, steps, mean, w = r.sweep.width, r.sweep.steps, r.mean, r.w
    course, best = shared.course(widths, r.sweep.ratio, mean[:, r.r]), int(mean[w].argmin())
    fits = f"Nets fit from P/nK {r.fits_at:.2f} on." if r.fits_at < math.inf else "None fits yet."
    you = "" if said("worst") is None else f" You said {brief(said('worst'))} units."
    return (
        f"Wrong labels: {r.wrong}. After {steps[r.r]} steps: {r.measure} {course}. {fits} {widths[w]} units were best "
        f"after {steps[best]} steps, {mean[w, best]:.2g}; at the end {mean[w, -1]:.2g}.{you}"
    )


explorer = Explorer(
    "map",
    "Width times epochs",
    controls=(
        Choice("wrong", "Wrong labels", tuple(WRONG), "20 %"),
        Choice("measure", "Measure", tuple(MEASURES), "squared error"),
        Slider("steps", "Steps", RECORD[0], STEPS, STEPS, log=True, whole=True),
        Slider("width", "Hidden units", WIDTHS[0], WIDTHS[-1], WIDTHS[-1], log=True, whole=True),
    ),
    compute=heatmap,
    picture=picture,
    sentence=sentence,
    uses=("interpolation_point",),
    size=(9.8, 4.9),
)
