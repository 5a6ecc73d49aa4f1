"""How wide is wide? Four distances between a net and its theory, against the width, over seeds.

    start    the net's kernel at the start from the infinite one      averages over m units err like m^(-1/2)
    drift    the net's kernel after training from that at the start
    tangent  the trained net from its trained tangent, at new points
    formula  the trained net from the formula of infinite width, at new points

At the start even the constant is known. Theta_0 is a mean over units of k = 2 (relu relu' + a^2 [open] [open'] x.x'),
so the variance of an entry is Var k / m. With K_0, K_1, K_2 the arc-cosine kernels of lesson 01 (Cho and Saul 2009) and
E a^4 = 3,

    E k^2 = 2 K_2 + 4 (x.x') K_1 + 6 (x.x')^2 K_0        (E k)^2 = Theta_infinite^2
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, kernels, tangent
from ddlearn.classroom import PALETTE, Choice, CurveFigure, Explorer, cached
from ddlearn.classroom.wording import say
from ddlearn.lessons.neural_tangent_kernel import exercises, nets
from ddlearn.networks import MLP, Parameters
from ddlearn.result import Curve
from ddlearn.training import Ensemble, train

WIDTHS = (32, 64, 128, 256, 512, 1024, 2048)
SEEDS = tuple(range(1, 7))
STEPS = 150
POINTS, NEW, COORDINATES = 20, 40, 5
QUANTITIES = {
    "kernel at the start, from infinity": "start",
    "kernel after training, from the start": "drift",
    "net from its tangent, new points": "tangent",
    "net from the formula, new points": "formula",
}
ACTIVATIONS = {"ReLU": "relu", "erf (smooth)": "erf"}


@dataclass(frozen=True)
class Pupil:
    """One net, before and after its training."""

    net: MLP
    start: Parameters
    end: Parameters


@cached(1)
def sphere() -> tuple[Tensor, Tensor]:
    """Points of length 1, the first `POINTS` to train on and `NEW` more, (60, 5), and what is to be learned, (60,)."""
    x = torch.randn(POINTS + NEW, COORDINATES, generator=compute.generator(0), dtype=torch.float64)
    x = x / x.norm(dim=1, keepdim=True)
    return x, (3 * x[:, 0]).sin() + 2 * x[:, 1] * x[:, 2]


def infinite(activation: str, next_layer: nets.NextLayer = exercises.next_layer) -> Tensor:
    """The infinite kernel of all points, (60, 60); the recursion that the learner writes is the ReLU's."""
    x = sphere()[0]
    if activation == "relu":
        return nets.infinite_ntk(x, next_layer)
    return tangent.infinite(nets.scaled(x), activation=activation).ntk


def empirical(net: MLP, parameters: Parameters, empirical_ntk: nets.EmpiricalNTK) -> Tensor:
    """The net's own kernel of all points with the training points, (60, 20)."""
    x = sphere()[0]
    if net.activation == "relu":
        return empirical_ntk(x, x[:POINTS], *nets.weights(parameters))
    return tangent.empirical(net, nets.scaled(x), nets.scaled(x[:POINTS]), parameters=parameters)


def learning_rate(activation: str) -> float:
    """N / lambda_max of the infinite kernel: half of what its tangent bears."""
    return POINTS / float(torch.linalg.eigvalsh(infinite(activation)[:POINTS, :POINTS])[-1])


@cached(12)
def pupils(
    activation: str,
    widths: tuple[int, ...] = WIDTHS,
    seeds: tuple[int, ...] = SEEDS,
    progress: Callable[[float, str], object] | None = None,
) -> list[list[Pupil]]:
    """Nets of every width from every seed, trained as one batch: a list a seed."""
    members = [nets.net(COORDINATES, width, activation) for _ in seeds for width in widths]
    generators = [compute.generator(10_000 * seed + width) for seed in seeds for width in widths]
    start = Ensemble.draw(members, generators)
    x, y = (part[:POINTS] for part in sphere())
    end = train(start, nets.scaled(x), y, steps=STEPS, lr=learning_rate(activation), progress=progress).ensemble
    flat = [Pupil(*parts) for parts in zip(members, start.parameters, end.parameters, strict=True)]
    return [flat[i : i + len(widths)] for i in range(0, len(flat), len(widths))]


def kernel_distance(pupil: Pupil, quantity: str, Theta: Tensor, empirical_ntk: nets.EmpiricalNTK) -> float:
    """Relative distance of two kernels at the training points."""
    before = empirical(pupil.net, pupil.start, empirical_ntk)[:POINTS]
    if quantity == "start":
        return tangent.drift(Theta[:POINTS, :POINTS], before)
    return tangent.drift(before, empirical(pupil.net, pupil.end, empirical_ntk)[:POINTS])


def function_distance(pupil: Pupil, quantity: str, Theta: Tensor, empirical_ntk: nets.EmpiricalNTK) -> float:
    """Root mean square at new points between the trained net and what is expected of it, in units of the target's."""
    x, y = sphere()
    kernel = Theta[:, :POINTS] if quantity == "formula" else empirical(pupil.net, pupil.start, empirical_ntk)
    f0, f = (pupil.net.apply(parameters, nets.scaled(x))[:, 0] for parameters in (pupil.start, pupil.end))
    K = kernel[:POINTS]
    expected = tangent.dynamics((K + K.T) / 2, y[:POINTS], f0[:POINTS]).descent(
        STEPS, learning_rate(pupil.net.activation), kernel[POINTS:], f0[POINTS:]
    )
    return float((f[POINTS:] - expected).square().mean().sqrt() / y[POINTS:].square().mean().sqrt())


def theory_at_start(widths: Tensor, fourth_moment: float = 3.0) -> Tensor:
    """Root mean square of the distance at the start, constant and all, for ReLU: the module's formula."""
    x = sphere()[0][:POINTS]
    rho, (K0, K1, K2) = x @ x.T, (kernels.arc_cosine(x, order=order) for order in (0, 1, 2))
    Theta = K1 + rho * K0
    variance = 2 * K2 + 4 * rho * K1 + 2 * fourth_moment * rho**2 * K0 - Theta**2
    return (variance.sum() / widths).sqrt() / Theta.norm()


@cached(16)
def measured(quantity: str, activation: str, empirical_ntk: nets.EmpiricalNTK, next_layer: nets.NextLayer) -> Tensor:
    """The distance of every net, (seeds, widths)."""
    Theta = infinite(activation, next_layer)
    distance = kernel_distance if quantity in ("start", "drift") else function_distance
    return torch.tensor(
        [[distance(one, quantity, Theta, empirical_ntk) for one in row] for row in pupils(activation)],
        dtype=torch.float64,
    )


def widths(
    quantity: str,
    activation: str,
    *,
    empirical_ntk: nets.EmpiricalNTK = exercises.empirical_ntk,
    next_layer: nets.NextLayer = exercises.next_layer,
    progress: Callable[[float, str], object] | None = None,
) -> Curve:
    """One of the four distances against the width."""
    pupils(ACTIVATIONS[activation], progress=progress)
    x = torch.tensor(WIDTHS, dtype=torch.float64)
    known = (QUANTITIES[quantity], ACTIVATIONS[activation]) == ("start", "relu")
    return Curve(
        x=x,
        measured=measured(QUANTITIES[quantity], ACTIVATIONS[activation], empirical_ntk, next_layer),
        theory=theory_at_start(x) if known else None,
        x_name="hidden units",
        y_name="relative distance",
        title=f"{activation}: {quantity}",
    )


class WidthFigure(CurveFigure):
    """The curve, with two slopes to compare it with."""

    size = (9.4, 4.1)
    log_x = log_y = True
    SLOPES = ((-0.5, "slope −½"), (-1.0, "slope −1"))

    def layout(self, figure):
        super().layout(figure)
        look = {"color": PALETTE["grey"], "linestyle": ":", "linewidth": 1.6}
        self.slopes = [self.axes.plot([], [], **look)[0] for _ in self.SLOPES]
        self.names = [self.axes.text(1, 1, name, color="#555555", va="center") for _, name in self.SLOPES]

    def draw(self, result: Curve):
        super().draw(result)
        self.axes.set_xticks(WIDTHS, [f"{width:,}" for width in WIDTHS])
        self.axes.set_xticks([], minor=True)
        first, steps = float(result.mean[0]), result.x / result.x[0]
        for line, name, (slope, _) in zip(self.slopes, self.names, self.SLOPES, strict=True):
            line.set_data(result.x, first * steps**slope)
            name.set_position((1.1 * float(result.x[-1]), first * float(steps[-1]) ** slope))
        low, high = min(first / float(steps[-1]), float(result.low.min())), float(result.high.max())
        self.axes.set(xlim=(WIDTHS[0] / 1.2, WIDTHS[-1] * 2.8), ylim=(low / 1.4, 1.2 * high))

    def describe(self, result: Curve) -> str:
        slopes = result.log_slope()
        known = ""
        if result.theory is not None:
            share = float((result.measured / result.theory).square().mean().sqrt())
            known = f" Theory knows the constant too: measured over theory is {share:.2f}."
        return (
            f"{result.title}. From {say(result.mean[0], 2)} at {WIDTHS[0]} hidden units "
            f"to {say(result.mean[-1], 2)} at {WIDTHS[-1]:,}. Slope {say(slopes.mean(), 2)}, over {len(slopes)} seeds "
            f"from {say(slopes.min(), 2)} to {say(slopes.max(), 2)}.{known}"
        )


def explorer() -> Explorer:
    """The width explorer, fresh."""
    return Explorer(
        name="widths",
        title="How wide is wide?",
        controls=(
            Choice("quantity", "Distance of", tuple(QUANTITIES), next(iter(QUANTITIES))),
            Choice("activation", "Activation", tuple(ACTIVATIONS), next(iter(ACTIVATIONS))),
        ),
        compute=widths,
        figure=WidthFigure,
        uses=("empirical_ntk", "next_layer"),
    )
