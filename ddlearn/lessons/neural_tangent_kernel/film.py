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
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import listed, say
from ddlearn.lessons.neural_tangent_kernel import exercises, shared
from ddlearn.lessons.neural_tangent_kernel.shared import POINTS, X_GRID, EmpiricalNTK, NextLayer, Progress, X, Y
from ddlearn.networks import Parameters
from ddlearn.training import Ensemble, train

WIDTHS = (8, 32, 128, 512, 2048)
STEPS = (0.2, 1.0, 1.8, 2.5)
LAST = 300
FRAMES = tuple(sorted({round(LAST ** (k / 36)) for k in range(37)}))
FORMULAS = ("finite steps", "gradient flow")
KERNELS = ("infinite width", "this network, at its start")
LOOKS = (("grey", "s"), ("purple", "o"), ("green", "^"), ("orange", "D"))
TOPS = (2.4, 12.0)  # of the axis of f: as a rule, and for a net that is thrown high
LOWEST, HIGHEST = 1e-3, 100.0  # of the axis of waves
EVERYWHERE = torch.cat([X, X_GRID])


@dataclass(frozen=True)
class Training:
    """One net's real training: what it is at every step."""

    width: int
    step: float
    lr: float
    W: Tensor  # (m, 3) at the start
    a: Tensor  # (m,)
    at_points: Tensor  # (LAST + 1, 16)
    on_grid: Tensor  # (LAST + 1, 73)
    drift: Tensor  # (LAST + 1,) of its kernel at the points


@dataclass(frozen=True)
class Film:
    """One frame of a training, and of the formula."""

    run: Training
    after: int
    expected: Tensor  # (frames + 1, 16) by the formula, at the points: in every frame, and after as many steps
    predicted: Tensor  # (73,) then, on the grid
    away: float  # the net's kernel at the start minus the infinite one, in units of the infinite one

    def left(self, f: Tensor) -> Tensor:
        """Return the share of each of `WAVES` in f (..., 16) - Y: of its size in the residual at the start."""
        return shared.amplitudes(f - Y) / shared.amplitudes(self.run.at_points[0] - Y)

    @property
    def gap(self) -> float:
        """Net minus formula at the points, root mean square, in units of the target's."""
        apart = self.run.at_points[self.after] - self.expected[-1]
        return float(apart.square().mean().sqrt() / shared.SIZE)


@cached(6)
def trainings(seed: int, progress: Progress | None = None) -> dict[tuple[int, float], Training]:
    """Train every width with every step, as one batch."""
    both = [(width, step) for width in WIDTHS for step in STEPS]
    generators = [compute.generator(1000 * seed + width) for width, _ in both]
    ensemble = Ensemble.draw([shared.net(3, width) for width, _ in both], generators)
    x, first = shared.scaled(X), {}
    unit = shared.step(tangent.infinite(x).ntk)
    rates = [step * unit for _, step in both]

    def measure(i: int, parameters: Parameters) -> Tensor:
        W, a = shared.weights(parameters)
        Theta = exercises.empirical_ntk(X, X, W, a)
        moved = (Theta - first.setdefault(i, Theta)).norm() / first[i].norm()
        return torch.cat([shared.outputs(EVERYWHERE, W, a), moved[None]])

    steps = range(LAST + 1)
    trained = train(ensemble, x, Y, steps=LAST, lr=rates, record=steps, measure=measure, progress=progress)
    return {
        key: Training(*key, lr, *shared.weights(start), seen[:, :POINTS], seen[:, POINTS:-1], seen[:, -1])
        for key, start, lr, seen in zip(both, ensemble.parameters, rates, trained.measured, strict=True)
    }


@cached(2)
def infinite(next_layer: NextLayer) -> Tensor:
    """Return the infinite kernel of the points and the grid with the points, (16 + 73, 16)."""
    return shared.infinite_ntk(EVERYWHERE, next_layer)[:, :POINTS]


def film(
    width: str,
    step: str,
    after: int,
    formula: str,
    kernel: str,
    seed: int = 0,
    *,
    empirical_ntk: EmpiricalNTK = exercises.empirical_ntk,
    next_layer: NextLayer = exercises.next_layer,
    descent: Callable[[Tensor, Tensor, Tensor, float, int], Tensor] = exercises.descent,
    progress: Progress | None = None,
) -> Film:
    """Return the net after so many steps, and where the formula expects it.

    A net on its tangent moves only along its kernel's rows: from the points, the formula is carried to the rest of the
    circle by f(x) = f_0(x) + Theta(x, X) Theta^-1 (f - f_0)(X).
    """
    run = trainings(seed, progress=progress)[int(width), float(step)]
    Theta, own = infinite(next_layer), empirical_ntk(EVERYWHERE, X, run.W, run.a)
    K, K_grid = (Theta if kernel == KERNELS[0] else own).split([POINTS, len(X_GRID)])
    K, f0, steps = (K + K.T) / 2, run.at_points[0], (*FRAMES, after)
    if formula == FORMULAS[0]:
        expected = torch.stack([descent(K, Y, f0, run.lr, t) for t in steps])
    else:
        expected = tangent.dynamics(K, Y, f0).flow([t * run.lr for t in steps])
    predicted = run.on_grid[0] + K_grid @ shared.inverse(K) @ (expected[-1] - f0)
    return Film(run, after, expected, predicted, tangent.drift(Theta[:POINTS], own[:POINTS]))


def picture(fig, r: Film) -> None:
    """Draw the net and the formula around the circle, and what is left of each wave, step by step."""
    ring, waves = fig.row(1.1, 1)
    curve = r.run.on_grid[r.after]
    top = TOPS[int(curve.abs().max() > TOPS[0])]
    degrees = shared.frame_circle(ring, "network and formula  (● targets)", top)
    ring.line(degrees, shared.target(shared.GRID), "grey", ":", "target")
    ring.line(degrees, curve, label="network")
    ring.line(degrees, r.predicted, "vermilion", "--", "formula")
    ticks, names = {n: str(n) for n in (1, 3, 10, 30, 100, 300)}, {"loc": "right", "title": "wave k"}
    limits = {"xlim": (0.9, LAST * 1.1), "ylim": (LOWEST, HIGHEST), "log": "xy"}
    title, ylabel = "left of each wave  (●▲ network, – – formula)", "share of its size at the start"
    waves.frame(title, "steps taken", ylabel, xticks=ticks, legend=names, **limits)
    # A formula that diverges is no longer drawn: its largest mode's rounding soon outweighs the others.
    predicted, net = r.left(r.expected[:-1]), r.left(r.run.at_points[list(FRAMES)])
    predicted[predicted.amax(1) > 10 * HIGHEST] = torch.nan
    for k, (color, marker), seen, formula in zip(shared.WAVES, LOOKS, net.T, predicted.T, strict=True):
        waves.line(FRAMES, formula, color, "--", width=1.6)
        waves.dots(FRAMES, seen.where(seen > LOWEST, torch.nan), color, marker, str(k or "0 (constant)"), size=5)
    waves.upright(r.after)


def sentence(r: Film, said) -> str:
    """Say what is left of each wave, how far net and formula are apart, and how far the kernel has moved."""
    left = [f"{say(100 * float(share), 2)} %" for share in r.left(r.run.at_points[r.after])[1:]]
    apart = f"Network and formula differ by {say(100 * r.gap, 2)} % of the target’s size."
    if r.gap >= 10:
        apart = "The formula has diverged, and the network has not."
    guess = said("first") if r.run.step < 2 else None
    return (
        f"After {r.after} step{'s' if r.after > 1 else ''}, {listed(left)} of the waves "
        f"{listed([str(k) for k in shared.WAVES[1:]])} are left. {apart} The kernel of the {r.run.width:,} hidden "
        f"units began {say(100 * r.away, 2)} % from the infinite one and has moved by "
        f"{say(100 * r.run.drift[r.after], 2)} %.{f' You said: {guess}.' if guess else ''}"
    )


explorer = Explorer(
    "film",
    "Film: a network learns, wave by wave",
    controls=(
        Slider("after", "Steps taken", 1, LAST, 10, log=True, whole=True),
        Choice("width", "Hidden units", tuple(map(str, WIDTHS)), "512"),
        Choice("step", "Step size", tuple(map(str, STEPS)), "1.0"),
        Choice("formula", "Formula", FORMULAS, FORMULAS[0]),
        Choice("kernel", "Kernel in it", KERNELS, KERNELS[0]),
    ),
    compute=film,
    picture=picture,
    sentence=sentence,
    uses=("empirical_ntk", "next_layer", "descent"),
    size=(9.4, 4.3),
    more=("formula", "kernel"),
    pairs=(("step", "after"), ("width", "after")),
)
