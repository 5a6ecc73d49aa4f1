"""The film of a training, in the space of functions: a net learns, wave by wave, and a formula knew it beforehand.

Nets of several widths are trained by full-batch gradient descent, from one start a width, with several steps. Over them
lies the closed form of the tangent kernel: every eigenmode of the residual goes its own way, and on the circle the
modes of the infinite kernel are waves. Steps are measured in N / lambda_max of that kernel: 2 is where a tangent ceases
to converge.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, tangent
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import listed, say
from ddlearn.lessons.neural_tangent_kernel import circle, exercises, nets
from ddlearn.networks import Parameters
from ddlearn.training import Ensemble, train

WIDTHS = (8, 32, 128, 512, 2048)
STEPS = (0.2, 1.0, 1.8, 2.5)
LAST = 300
FRAMES = tuple(sorted({round(LAST ** (k / 36)) for k in range(37)}))
FORMULAS = ("of steps", "of flow")
KERNELS = ("infinite width", "this net, at its start")
Descent = Callable[[Tensor, Tensor, Tensor, float, int], Tensor]

LOOKS = (("black", "s"), ("blue", "o"), ("green", "^"), ("orange", "D"))
CUT = 1e-10  # eigenvalues below this share of the largest count as none
EVERYWHERE = torch.cat([circle.X, circle.X_GRID])


@dataclass(frozen=True)
class Training:
    """One net's real training: what it is at every step."""

    W: Tensor  # (m, 3) at the start
    a: Tensor  # (m,)
    lr: float
    at_points: Tensor  # (LAST + 1, 16)
    on_grid: Tensor  # (LAST + 1, 73)
    drift: Tensor  # (LAST + 1,) of its kernel at the points


@dataclass(frozen=True)
class Film:
    """One frame of a training, and of the formula."""

    width: int
    step: float
    after: int
    formula: str
    curve: Tensor  # (73,)
    predicted: Tensor  # (73,)
    waves: Tensor  # (frames, 4) amplitudes of what is left, of the net
    predicted_waves: Tensor  # (frames, 4)
    left: Tensor  # (4,) of the net at this step, as a share of what there was at the start
    gap: float  # net minus formula at the points, root mean square, in units of the target's
    drift: float
    away: float  # the net's kernel at the start minus the infinite one, in units of the infinite one


@cached(6)
def trainings(seed: int, progress: Callable[[float, str], object] | None = None) -> dict[tuple[int, float], Training]:
    """Every width with every step, trained as one batch."""
    both = [(width, step) for width in WIDTHS for step in STEPS]
    members = [nets.net(3, width) for width, _ in both]
    ensemble = Ensemble.draw(members, [compute.generator(1000 * seed + width) for width, _ in both])
    top = float(torch.linalg.eigvalsh(tangent.infinite(nets.scaled(circle.X)).ntk)[-1])
    rates = [step * circle.POINTS / top for _, step in both]
    first: dict[int, Tensor] = {}

    def measure(i: int, parameters: Parameters) -> Tensor:
        W, a = nets.weights(parameters)
        Theta = exercises.empirical_ntk(circle.X, circle.X, W, a)
        moved = (Theta - first.setdefault(i, Theta)).norm() / first[i].norm()
        return torch.cat([nets.outputs(EVERYWHERE, W, a), moved[None]])

    trained = train(
        ensemble,
        nets.scaled(circle.X),
        circle.Y,
        steps=LAST,
        lr=rates,
        record=range(LAST + 1),
        measure=measure,
        progress=progress,
    )
    return {
        key: Training(*nets.weights(start), lr, seen[:, : circle.POINTS], seen[:, circle.POINTS : -1], seen[:, -1])
        for key, start, lr, seen in zip(both, ensemble.parameters, rates, trained.measured, strict=True)
    }


@cached(2)
def infinite(next_layer: nets.NextLayer) -> Tensor:
    """The infinite kernel of the points and the grid with the points, (16 + 73, 16)."""
    return nets.infinite_ntk(EVERYWHERE, next_layer)[:, : circle.POINTS]


def formula_at_points(K: Tensor, run: Training, formula: str, descent: Descent, steps: tuple[int, ...]) -> Tensor:
    """What the closed form expects at the points after so many steps, (len(steps), 16)."""
    f0 = run.at_points[0]
    if formula == FORMULAS[0]:
        return torch.stack([descent(K, circle.Y, f0, run.lr, t) for t in steps])
    return tangent.dynamics(K, circle.Y, f0).flow([t * run.lr for t in steps])


def film(
    width: str,
    step: str,
    after: int,
    formula: str,
    kernel: str,
    seed: int = 0,
    *,
    empirical_ntk: nets.EmpiricalNTK = exercises.empirical_ntk,
    next_layer: nets.NextLayer = exercises.next_layer,
    descent: Descent = exercises.descent,
    progress: Callable[[float, str], object] | None = None,
) -> Film:
    """The net after so many steps, and where the formula expects it.

    A net on its tangent moves only along its kernel's rows: from the points, the formula is carried to the rest of the
    circle by f(x) = f_0(x) + Theta(x, X) Theta^-1 (f - f_0)(X).
    """
    run = trainings(seed, progress=progress)[int(width), float(step)]
    Theta, own = infinite(next_layer), empirical_ntk(EVERYWHERE, circle.X, run.W, run.a)
    away = tangent.drift(Theta[: circle.POINTS], own[: circle.POINTS])
    chosen = Theta if kernel == KERNELS[0] else own
    K, K_grid = chosen[: circle.POINTS], chosen[circle.POINTS :]
    K = (K + K.T) / 2
    expected = formula_at_points(K, run, formula, descent, (*FRAMES, after))
    to_grid = K_grid @ torch.linalg.pinv(K, rtol=CUT, hermitian=True)
    here = run.at_points[after]
    return Film(
        width=int(width),
        step=float(step),
        after=after,
        formula=formula,
        curve=run.on_grid[after],
        predicted=run.on_grid[0] + to_grid @ (expected[-1] - run.at_points[0]),
        waves=circle.amplitudes(run.at_points[list(FRAMES)] - circle.Y),
        predicted_waves=circle.amplitudes(expected[:-1] - circle.Y),
        left=circle.amplitudes(here - circle.Y) / circle.amplitudes(run.at_points[0] - circle.Y),
        gap=float((here - expected[-1]).square().mean().sqrt() / circle.SIZE),
        drift=float(run.drift[after]),
        away=away,
    )


class FilmFigure(ArtistFigure):
    """Left: the net and the formula around the circle. Right: what is left of each wave, step by step."""

    size = (9.4, 4.3)
    prediction: Callable[[str], str | None] = staticmethod(lambda name: None)
    TOPS = (2.4, 12.0)  # of the left axis: as a rule, and for a net that is thrown high
    LOWEST, HIGHEST = 2e-3, 20.0

    def layout(self, figure):
        ring, waves = figure.subplots(1, 2, width_ratios=(1.1, 1))
        self.ring = ring
        degrees = circle.GRID.rad2deg()
        ring.plot(degrees, circle.target(circle.GRID), color=PALETTE["grey"], linestyle=":", label="target")
        (self.curve,) = ring.plot([], [], color=PALETTE["blue"], label="the net")
        (self.predicted,) = ring.plot([], [], "--", color=PALETTE["vermilion"], label="the formula")
        ring.plot(circle.ANGLES.rad2deg(), circle.Y, "o", color=PALETTE["black"], markersize=5)
        ring.set(
            xlim=(0, 360), ylim=(-self.TOPS[0], self.TOPS[0]), xticks=range(0, 361, 90), xlabel="angle of x, degrees"
        )
        ring.set_title("f(x)  (● what it is shown)")
        ring.legend(loc="lower center", ncols=3, columnspacing=1.2)
        self.dots, self.lines = [], []
        for k, (colour, marker) in zip(circle.WAVES, LOOKS, strict=True):
            (line,) = waves.plot([], [], "--", color=PALETTE[colour], linewidth=1.6)
            (dots,) = waves.plot([], [], marker, color=PALETTE[colour], markersize=5, label=f"{k}" if k else "constant")
            self.lines.append(line)
            self.dots.append(dots)
        (self.here,) = waves.plot([], [], color=PALETTE["black"], linestyle=":")
        waves.set(xscale="log", yscale="log", xlim=(0.9, LAST * 1.1), ylim=(self.LOWEST, self.HIGHEST))
        waves.set(xlabel="steps", title="left of each wave  (●▲ net, – – formula)")
        waves.set_xticks([1, 3, 10, 30, 100, 300], ["1", "3", "10", "30", "100", "300"])
        waves.set_xticks([], minor=True)
        waves.legend(title="waves a turn", loc="center left", bbox_to_anchor=(1.01, 0.5))

    def draw(self, result: Film):
        degrees = circle.GRID.rad2deg()
        top = self.TOPS[int(result.curve.abs().max() > self.TOPS[0])]
        self.ring.set_ylim(-top, top)
        for line, values in ((self.curve, result.curve), (self.predicted, result.predicted)):
            line.set_data(degrees, values.clamp(-2 * top, 2 * top))
        # A formula that diverges is no longer drawn: its largest mode's rounding soon outweighs the others.
        lost = result.predicted_waves.amax(1) > 10 * self.HIGHEST
        predicted = result.predicted_waves.masked_fill(lost[:, None], torch.nan)
        for artists, values in ((self.dots, result.waves), (self.lines, predicted)):
            for artist, wave in zip(artists, values.T, strict=True):
                artist.set_data(FRAMES, wave.clamp(min=self.LOWEST / 10))
        self.here.set_data([result.after] * 2, [self.LOWEST, self.HIGHEST])

    def describe(self, result: Film) -> str:
        left = [f"{say(100 * float(share), 2)} %" for share in result.left[1:]]
        apart = (
            f"are {say(100 * result.gap, 2)} % of the target’s size apart"
            if result.gap < 10
            else "have parted: the formula diverges, and the net does not"
        )
        guess = self.prediction("first" if result.step < 2 else "beyond")
        said = f" You said: {guess}." if guess else ""
        steps = "1 step" if result.after == 1 else f"{result.after} steps"
        return (
            f"{result.width:,} hidden units, step size {result.step:g}. After {steps}, {listed(left)} are left of the "
            f"waves {listed([str(k) for k in circle.WAVES[1:]])}. Net and formula {result.formula} {apart}. The "
            f"net’s kernel began {say(100 * result.away, 2)} % from the infinite one and has moved by "
            f"{say(100 * result.drift, 2)} %.{said}"
        )


def explorer() -> Explorer:
    """The film, fresh."""
    return Explorer(
        name="film",
        title="Film: a net learns, wave by wave",
        controls=(
            Slider("after", "Steps taken", 1, LAST, 10, log=True, whole=True),
            Choice("width", "Hidden units", tuple(map(str, WIDTHS)), "512"),
            Choice("step", "Step size", tuple(map(str, STEPS)), "1.0"),
            Choice("formula", "Formula", FORMULAS, FORMULAS[0]),
            Choice("kernel", "Kernel in it", KERNELS, KERNELS[0]),
        ),
        compute=film,
        figure=FilmFigure,
        uses=("empirical_ntk", "next_layer", "descent"),
    )
