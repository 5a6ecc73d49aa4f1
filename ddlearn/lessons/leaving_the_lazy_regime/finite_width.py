"""Finite width as a correction: a net of m units is the infinitely wide one, plus a fluctuation, plus a bias.

In the NTK parametrization, started from the zero function, an infinitely wide net is not random: descent with the
limit kernel gives its function after any number of steps, in closed form. A net of m units draws a kernel that
fluctuates around that limit by 1 / sqrt(m), and so does its function; the mean over many nets is left with an error of
the order 1 / m.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, tangent
from ddlearn.classroom import PALETTE, Explorer, LiveFigure, Slider, Switch, cached
from ddlearn.classroom.wording import say
from ddlearn.lessons.leaving_the_lazy_regime import exercises
from ddlearn.lessons.leaving_the_lazy_regime.starts import Doubled, Start, draw
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

WIDTHS = (16, 32, 64, 128, 256, 512, 1024)
NETS = 64  # of each width
SHOWN = 16
STEPS, W_STD, B_STD = 40, 2.0, 1.0
WIDE = 2  # the slopes are read from this width on, where the power laws have begun


@dataclass(frozen=True)
class Training:
    """What to train: equal if its numbers are, whoever watches it."""

    starts: Start
    widths: tuple[int, ...] = WIDTHS
    nets: int = NETS  # of each width


@dataclass(frozen=True, eq=False)
class Fits:
    """What every net says on a grid, and what an infinitely wide one says on average."""

    grid: Tensor  # (g,)
    x: Tensor  # (n,)
    y: Tensor  # (n,)
    functions: Tensor  # (widths, nets, g)
    infinite: Tensor  # (g,)


@dataclass(frozen=True, eq=False)
class Finite:
    """The functions of one width, and the distance from infinite width at all of them."""

    fits: Fits
    here: int
    nets: int
    zero: bool
    single: Tensor  # (widths,) root mean squared distance of one net
    mean: Tensor  # (widths,) of the mean of `nets` nets
    all: Tensor  # (widths,) of the mean of all of them

    @property
    def slope(self) -> float:
        """The exponent of one net's distance, over the wider nets."""
        return slope(WIDTHS[WIDE:], self.single[WIDE:])


def slope(widths: tuple[int, ...], distances: Tensor) -> float:
    """Least squares of log distance on log width."""
    u = torch.tensor(widths, dtype=distances.dtype).log()
    u = u - u.mean()
    return float(distances.log() @ u / (u @ u))


def net(m: int) -> MLP:
    """One input, m units of erf, one output."""
    return MLP((1, m, 1), "erf", "ntk", W_std=W_STD, b_std=B_STD, bias="hidden")


def curve() -> tuple[Tensor, Tensor, Tensor]:
    """Five points of a wave to fit, (5, 1) and (5,), and a grid to look at, (81, 1)."""
    x = torch.linspace(-1, 1, 5, dtype=torch.float64)[:, None]
    return x, (3 * x[:, 0]).sin(), torch.linspace(-1, 1, 81, dtype=torch.float64)[:, None]


def infinitely_wide() -> tuple[Tensor, float]:
    """The function of an infinitely wide net after STEPS steps, on the grid, and the learning rate of those steps."""
    x, y, grid = curve()
    # `infinite` gives the readout a bias as well, whose share of the kernel is b_std^2; these nets have none.
    K, K_grid = (tangent.infinite(a, x, 1, "erf", W_STD, B_STD).ntk - B_STD**2 for a in (x, grid))
    dynamics = tangent.dynamics((K + K.T) / 2, y)
    lr = dynamics.max_lr / 2
    return dynamics.descent(STEPS, lr, K_grid), lr


@cached(8)
def trained(training: Training, progress: Callable[[float, str], object] | None = None) -> tuple[Fits, ...]:
    """Train all nets of all widths as one batch, for the same few steps; one `Fits` for each kind of start."""
    x, y, grid = curve()
    infinite, lr = infinitely_wide()
    nets = tuple(net(m) for m in training.widths for _ in range(training.nets))
    kinds = len(training.starts.parameters) // len(nets)
    result = train(
        Ensemble(nets * kinds, training.starts.parameters),
        x.float(),
        y.float(),
        steps=STEPS,
        lr=lr,
        progress=progress,
    )
    functions = result.ensemble.apply(grid.float())[..., 0].double()
    functions = functions.view(kinds, len(training.widths), training.nets, -1)
    return tuple(Fits(grid[:, 0], x[:, 0], y, kind, infinite) for kind in functions)


@cached(8)
def starts_of(widths: tuple[int, ...], nets: int, seed: int, doublings: tuple[Doubled | None, ...]) -> Start:
    """So many nets of each width for each doubling; None leaves them as they were drawn."""
    generator = compute.generator(2000 + seed)
    return Start.of(
        [draw(net(m), generator, twins, "normal") for twins in doublings for m in widths for _ in range(nets)]
    )


def fits_of(
    widths: tuple[int, ...],
    nets: int,
    seed: int,
    doublings: tuple[Doubled | None, ...] = (exercises.doubled,),
    progress: Callable[[float, str], object] | None = None,
) -> tuple[Fits, ...]:
    """The nets of `starts_of`, trained: one `Fits` for each doubling."""
    return trained(Training(starts_of(widths, nets, seed, doublings), widths, nets), progress=progress)


def distance(fits: Fits, together: int) -> Tensor:
    """Root mean squared distance to infinite width of the mean of `together` nets, over disjoint groups, (widths,)."""
    groups = fits.functions.shape[1] // together
    means = fits.functions[:, : groups * together].unflatten(1, (groups, together)).mean(2)
    return (means - fits.infinite).square().mean((1, 2)).sqrt()


def finite_width(
    width: int,
    nets: int,
    zero: bool,
    seed: int = 0,
    *,
    doubled: Doubled = exercises.doubled,
    progress: Callable[[float, str], object] | None = None,
) -> Finite:
    """Train, once; then compare one net, and the mean of `nets`, with infinite width. `zero` starts from zero."""
    fits = fits_of(WIDTHS, NETS, seed, (doubled, None), progress)[0 if zero else 1]
    here = min(range(len(WIDTHS)), key=lambda k: abs(WIDTHS[k] / width - 1))
    return Finite(fits, here, nets, zero, distance(fits, 1), distance(fits, nets), distance(fits, NETS))


class FiniteFigure(LiveFigure):
    size = (9.8, 4.1)

    def layout(self, figure):
        from matplotlib.collections import LineCollection

        page, gaps = figure.subplots(1, 2, width_ratios=(1, 1.15))
        self.several = page.add_collection(LineCollection([], colors=PALETTE["sky"], linewidths=0.8), autolim=False)
        (self.mean,) = page.plot([], [], color=PALETTE["blue"], label="mean of nets")
        (self.infinite,) = page.plot([], [], "--", color=PALETTE["vermilion"], label="infinitely wide")
        (self.points,) = page.plot([], [], "o", color=PALETTE["black"], label="to fit")
        page.set(xlim=(-1.1, 1.1), ylim=(-1.9, 1.6), xlabel="x", title="after training")
        page.legend(loc="lower right", fontsize=10)
        looks = (("o-", "blue", "one net"), ("s-", "orange", "mean of several"), ("^-", "green", f"mean of {NETS}"))
        self.gaps = [
            gaps.plot([], [], style, color=PALETTE[c], label=label, markersize=5)[0] for style, c, label in looks
        ]
        guides = (("--", "1/√width"), (":", "1/width"))
        self.guides = [gaps.plot([], [], style, color=PALETTE["vermilion"], label=label)[0] for style, label in guides]
        (self.here,) = gaps.plot([], [], color=PALETTE["grey"], linewidth=1)
        gaps.set(xscale="log", yscale="log", xlim=(13, 1300), ylim=(1e-3, 0.4), xlabel="width")
        gaps.set(title="distance from infinite width")
        gaps.set_xticks(WIDTHS, [str(m) for m in WIDTHS])
        gaps.minorticks_off()
        gaps.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))

    def draw(self, result: Finite):
        fits, k = result.fits, result.here
        grid = fits.grid.tolist()
        self.several.set_segments([list(zip(grid, f, strict=True)) for f in fits.functions[k, :SHOWN].tolist()])
        self.mean.set_data(fits.grid, fits.functions[k, : result.nets].mean(0))
        self.infinite.set_data(fits.grid, fits.infinite)
        self.points.set_data(fits.x, fits.y)
        for line, distances in zip(self.gaps, (result.single, result.mean, result.all), strict=True):
            line.set_data(WIDTHS, distances)
        m = torch.tensor(WIDTHS, dtype=torch.float64)
        # Slopes to compare with: through the widths where they hold; where they hold nowhere, from the first one on.
        root, whole = (-1, WIDE) if result.zero else (0, 0)
        self.guides[0].set_data(m, result.single[root] * (m / m[root]) ** -0.5)
        self.guides[1].set_data(m, result.all[whole] * (m / m[whole]) ** -1.0)
        self.here.set_data([WIDTHS[k]] * 2, [1e-3, 0.4])

    def describe(self, result: Finite) -> str:
        k = result.here
        start = "" if result.zero else " These nets start as random functions, which no width removes."
        many = f" the mean of {result.nets} {say(result.mean[k], 2)}," if 1 < result.nets < NETS else ""
        return (
            f"Width {WIDTHS[k]}: one net lies {say(result.single[k], 2)} from the infinitely wide one,{many} "
            f"the mean of {NETS} {say(result.all[k], 2)}. From width {WIDTHS[WIDE]} on, one "
            f"net’s distance goes as width^{say(result.slope, 2)} (theory from zero: −1/2).{start}"
        )


def explorer() -> Explorer:
    """The finite-width explorer, fresh."""
    return Explorer(
        name="finite_width",
        title="Finite width: infinity, plus a correction",
        controls=(
            Slider("width", "Width", WIDTHS[0], WIDTHS[-1], 64, log=True, whole=True, step=0.30103),
            Slider("nets", "Nets averaged", 1, NETS, 8, log=True, whole=True),
            Switch("zero", "Start from the zero function", True),
        ),
        compute=finite_width,
        figure=FiniteFigure,
        uses=("doubled",),
    )
