"""Finite width as a correction: a net of m units is the infinitely wide one, plus a fluctuation, plus a bias.

In the NTK parametrization, started from the zero function, an infinitely wide net is not random: descent with the
limit kernel gives its function after any number of steps, in closed form. A net of m units draws a kernel that
fluctuates around that limit by 1 / sqrt(m), and so does its function; the mean over many nets is left with an error of
the order 1 / m.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, tangent
from ddlearn.classroom import Explorer, Slider, Switch, cached
from ddlearn.classroom.wording import say
from ddlearn.lessons.neural_tangent_kernel import shared
from ddlearn.networks import MLP
from ddlearn.training import Ensemble, train

WIDTHS = (16, 32, 64, 128, 256, 512, 1024)
NETS = 64  # of each width
SHOWN = 16
STEPS, W_STD, B_STD = 40, 2.0, 1.0
WIDE = 2  # the slopes are read from this width on, where the power laws have begun
X, GRID = (torch.linspace(-1, 1, n, dtype=torch.float64)[:, None] for n in (5, 81))  # to fit, and to look at
Y = (3 * X[:, 0]).sin()


@dataclass(frozen=True, eq=False)
class Fits:
    """What every net says on the grid, and what an infinitely wide one says on average."""

    functions: Tensor  # (widths, nets, g)
    infinite: Tensor  # (g,)


@dataclass(frozen=True, eq=False)
class Finite:
    """The functions of one width, and the distance from infinite width at all of them."""

    fits: Fits
    here: int
    nets: int
    zero: bool
    distances: tuple[Tensor, ...]  # (widths,) each: of one net, of the mean of `nets`, of the mean of all


@cached(8)
def fits_of(
    widths: tuple[int, ...], nets: int, seed: int, zero: bool, progress: compute.Progress | None = None
) -> Fits:
    """Draw so many nets of each width, as the zero function or at random, and train them as one batch."""
    # `infinite` gives the readout a bias as well, whose share of the kernel is b_std^2; these nets have none.
    K, K_grid = (tangent.infinite(x, X, 1, "erf", W_STD, B_STD).ntk - B_STD**2 for x in (X, GRID))
    infinitely_wide = tangent.dynamics((K + K.T) / 2, Y)
    lr, how = infinitely_wide.max_lr / 2, {"W_std": W_STD, "b_std": B_STD, "bias": "hidden"}
    members = [MLP((1, m, 1), "erf", "ntk", **how) for m in widths for _ in range(nets)]
    start = Ensemble.draw(members, compute.generator(2000 + seed), torch.float32, doubled=zero)
    end = train(start, X.float(), Y.float(), steps=STEPS, lr=lr, progress=progress).ensemble
    functions = end.apply(GRID.float())[..., 0].double().view(len(widths), nets, -1)
    return Fits(functions, infinitely_wide.descent(STEPS, lr, K_grid))


def distance(fits: Fits, together: int) -> Tensor:
    """Return the RMS distance to infinite width of the mean of `together` nets, over disjoint groups, (widths,)."""
    groups = fits.functions.shape[1] // together
    means = fits.functions[:, : groups * together].unflatten(1, (groups, together)).mean(2)
    return (means - fits.infinite).square().mean((1, 2)).sqrt()


def finite_width(width: int, nets: int, zero: bool, *, progress: compute.Progress | None = None) -> Finite:
    """Train, once; then compare one net, and the mean of `nets`, with infinite width. `zero` starts from zero."""
    fits = fits_of(WIDTHS, NETS, 0, zero, progress=progress)
    here = min(range(len(WIDTHS)), key=lambda k: abs(WIDTHS[k] / width - 1))
    return Finite(fits, here, nets, zero, tuple(distance(fits, together) for together in (1, nets, NETS)))


def picture(fig, r: Finite) -> None:
    """Draw the functions of some nets, and how far nets and means of nets are from infinite width."""
    page, gaps = fig.row(1, 1.15)
    fits, k, m = r.fits, r.here, torch.tensor(WIDTHS, dtype=torch.float64)
    single, mean, every = r.distances
    page.frame("after training", "x", "output", xlim=(-1.1, 1.1), ylim=(-1.9, 1.6), legend="lower right")
    page.segments([torch.stack([GRID[:, 0], f], 1) for f in fits.functions[k, :SHOWN]], "sky", width=0.8)
    page.line(GRID[:, 0], fits.functions[k, : r.nets].mean(0), label="mean of several")
    page.line(GRID[:, 0], fits.infinite, "vermilion", "--", "infinitely wide")
    page.dots(X[:, 0], Y, "black", label="to fit")
    ticks = {width: str(width) for width in WIDTHS}
    title = "distance from infinite width"
    gaps.frame(title, "hidden units h", xlim=(13, 1300), ylim=(1e-3, 0.4), log="xy", xticks=ticks, legend="right")
    gaps.line(WIDTHS, single, "blue", "-", "one net", marker="o", size=5)
    gaps.line(WIDTHS, mean, "orange", "-", "mean of several", marker="s", size=5)
    gaps.line(WIDTHS, every, "green", "-", f"mean of {NETS}", marker="^", size=5)
    # Slopes to compare with: through the widths where they hold; where they hold nowhere, from the first one on.
    root, whole = (-1, WIDE) if r.zero else (0, 0)
    gaps.line(m, single[root] * (m / m[root]) ** -0.5, "black", ":", "slope −1/2", width=1.4)
    gaps.line(m, every[whole] * (m / m[whole]) ** -1.0, "grey", ":", "slope −1", width=1.4)
    gaps.upright(WIDTHS[k], "sky", "-", width=1)


def sentence(r: Finite) -> str:
    """Say how far one net and the mean of several are from infinite width."""
    single, mean, every = (say(distances[r.here], 2) for distances in r.distances)
    start = "" if r.zero else " These nets start as random functions, which no width removes."
    many = f" the mean of {r.nets} {mean}," if 1 < r.nets < NETS else ""
    exponent = say(shared.log_slope(WIDTHS[WIDE:], r.distances[0][WIDE:]), 2)
    return (
        f"At width {WIDTHS[r.here]}, one network lies {single} from the infinitely wide one,{many} and the mean of "
        f"{NETS} lies {every} from it. From width {WIDTHS[WIDE]} on, one network’s distance has the slope {exponent} "
        f"(theory for a start at zero: −1/2).{start}"
    )


explorer = Explorer(
    "finite_width",
    "Finite width: how far from infinite width?",
    controls=(
        Slider("width", "Width", WIDTHS[0], WIDTHS[-1], 64, log=True, whole=True, step=0.30103),
        Slider("nets", "Networks averaged", 1, NETS, 8, log=True, whole=True),
        Switch("zero", "Start from the zero function", True),
    ),
    compute=finite_width,
    picture=picture,
    sentence=sentence,
    size=(9.8, 4.1),
)
