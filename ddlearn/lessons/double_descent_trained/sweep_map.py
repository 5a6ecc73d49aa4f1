"""A sweep of nets as a map that two explorers draw: up it runs time, to the right parameters over equations, P / (nk).

Beside it a cut through the map: along one width, or over all widths after so many steps, which is the curve that the
name double descent was made for.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor

from ddlearn.classroom import LINES
from ddlearn.classroom.wording import brief
from ddlearn.double_descent import NetSweep
from ddlearn.lessons.double_descent_trained.shared import CLASSES, EXAMPLES, MEASURES, PIXELS, course

OVER, ALONG = CUTS = ("over widths", "over steps")
RATIOS, TIMES = ({tick: f"{tick:g}" for tick in ticks} for ticks in ((0.1, 0.3, 1, 3), (10, 30, 100, 300, 1000)))


@dataclass(frozen=True, eq=False)
class Map:
    """A sweep, and where in it somebody looks."""

    sweep: NetSweep
    wrong: str
    measure: str
    r: int  # the record looked at
    w: int  # the width looked at
    fits_at: float  # P / nk where nets fit after so many steps, or inf
    cut: str = OVER

    @property
    def values(self) -> Tensor:
        """(W, S, R) of the measure, on new digits."""
        return getattr(self.sweep, MEASURES[self.measure])

    @property
    def mean(self) -> Tensor:
        """(W, R)"""
        return self.values.mean(1)


def nearest(values: Tensor, wanted: float) -> int:
    """Return where the value is that is nearest on a log axis."""
    return int((values.double().log() - math.log(wanted)).abs().argmin())


def picture(fig, r: Map, said) -> None:
    """Draw the map, and one cut through it: over widths, or over steps."""
    seen, cut = fig.row(1, 1.1)
    x, t, widths = r.sweep.ratio, r.sweep.steps, r.sweep.width
    borders = edges(x.tolist()), edges(t.tolist())
    title, axes = f"{r.measure} on new digits", ("parameters over equations, P / nk", "steps of training")
    limits = {"xlim": borders[0][:: len(x)], "ylim": borders[1][:: len(t)]}
    seen.frame(title, *axes, log="xy", xticks=RATIOS, yticks=TIMES, **limits)
    shade(seen.axes, *borders, r.mean.T.numpy())
    seen.upright(1, "vermilion", "-.", width=1.6)
    seen.dots(x, t[r.mean.argmin(1)], "white", "D", "best moment", size=5, edge="black")
    train, high = getattr(r.sweep, f"train_{MEASURES[r.measure]}").mean(1), 1.05 * float(r.values.max())
    if r.cut == OVER:
        seen.level(t[r.r], "white")
        title, axis, ticks, at = f"after {t[r.r]} steps", "P / nk", RATIOS, x
        values, trained = r.values[..., r.r].T, train[:, r.r]
    else:
        seen.upright(x[r.w], "white", width=2)
        title, axis, ticks, at = f"of {widths[r.w]} hidden units", axes[1], TIMES, t
        values, trained = r.values[r.w], train[r.w]
    limits = 0.85 * float(at[0]), 1.18 * float(at[-1])
    cut.frame(f"{r.measure} {title}", axis, xlim=limits, ylim=(0, high), log="x", xticks=ticks)
    cut.line(at, values.mean(0), label="new digits", marker="o", size=4)
    cut.band(at, values.amin(0), values.amax(0), alpha=0.35)
    cut.line(at, trained, "orange", "--", "training digits")
    if r.cut == OVER:
        cut.upright(1, "vermilion", "-.", "P = nk", width=1.6)
        if r.fits_at < math.inf:
            cut.upright(r.fits_at, "green", ":", "fit from here", width=2.4)
        if said("worst") is not None:
            said_size = (PIXELS + 1 + CLASSES) * said("worst") + CLASSES
            cut.upright(said_size / (EXAMPLES * CLASSES), "purple", LINES[-1], "you said")
    fig.legend(ncols=6, columnspacing=1.0, handlelength=1.6)


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
    """Say how the error changes over widths after so many steps, and over steps at this width."""
    widths, steps, mean, w = r.sweep.width, r.sweep.steps, r.mean, r.w
    best, now = int(mean[w].argmin()), course(widths, r.sweep.ratio, mean[:, r.r])
    fits = f"Nets fit from P/nk = {r.fits_at:.2f} on." if r.fits_at < math.inf else "No width fits yet."
    you = "" if said("worst") is None else f" You said {brief(said('worst'))} units."
    return (
        f"After {steps[r.r]} steps the {r.measure} is {now}. {fits} Nets of {widths[w]} units have the smallest "
        f"error, {mean[w, best]:.2g}, after {steps[best]} steps, and {mean[w, -1]:.2g} at the end. Wrong labels: "
        f"{r.wrong}.{you}"
    )
