"""How wide is wide? Four distances between a net and its theory, against the width, over seeds."""

import torch
from torch import Tensor

from ddlearn import compute, tangent
from ddlearn.classroom import Choice, Explorer, cached, draw_curve
from ddlearn.classroom.wording import say
from ddlearn.lessons.neural_tangent_kernel import exercises, shared
from ddlearn.lessons.neural_tangent_kernel.shared import EmpiricalNTK, NextLayer, Progress
from ddlearn.networks import MLP, Parameters
from ddlearn.result import Curve
from ddlearn.training import Ensemble, train

WIDTHS = (32, 64, 128, 256, 512, 1024, 2048)
SEEDS = tuple(range(1, 7))
STEPS = 150
POINTS, NEW, COORDINATES = 20, 40, 5
QUANTITIES = {
    "kernel at the start, from its limit": "start",
    "kernel after training, from its start": "drift",
    "network from its tangent, new points": "tangent",
    "network from the formula, new points": "formula",
}
ACTIVATIONS = {"ReLU": "relu", "erf (smooth)": "erf"}

# Points of length 1, (60, 5), the first `POINTS` to train on, and their targets, (60,).
X = shared.unit_points(POINTS + NEW, COORDINATES, seed=0)
Y = (3 * X[:, 0]).sin() + 2 * X[:, 1] * X[:, 2]


def infinite(activation: str, next_layer: NextLayer = exercises.next_layer) -> Tensor:
    """Return the infinite kernel of all points, (60, 60); the recursion that the learner writes is the ReLU's."""
    if activation == "relu":
        return shared.infinite_ntk(X, next_layer)
    return tangent.infinite(shared.scaled(X), activation=activation).ntk


def empirical(net: MLP, parameters: Parameters, empirical_ntk: EmpiricalNTK) -> Tensor:
    """Return the net's own kernel of all points with the training points, (60, 20)."""
    if net.activation == "relu":
        return empirical_ntk(X, X[:POINTS], *shared.weights(parameters))
    return tangent.empirical(net, shared.scaled(X), shared.scaled(X[:POINTS]), parameters=parameters)


def learning_rate(activation: str) -> float:
    """Return N / lambda_max of the infinite kernel: half of what its tangent bears."""
    return shared.step(infinite(activation)[:POINTS, :POINTS])


@cached(12)
def trained_nets(activation: str, progress: Progress | None = None) -> list[tuple[MLP, Parameters, Parameters]]:
    """Return nets of every width from every seed, seed by seed, with their parameters before and after training."""
    members = [shared.net(COORDINATES, width, activation) for _ in SEEDS for width in WIDTHS]
    start = Ensemble.draw(members, [compute.generator(10_000 * seed + width) for seed in SEEDS for width in WIDTHS])
    x, y = shared.scaled(X[:POINTS]), Y[:POINTS]
    end = train(start, x, y, steps=STEPS, lr=learning_rate(activation), progress=progress).ensemble
    return [*zip(members, start.parameters, end.parameters, strict=True)]


def distance(trained: tuple, quantity: str, Theta: Tensor, empirical_ntk: EmpiricalNTK) -> float:
    """Return a relative distance: of kernels at the training points, or of functions (root mean square) at new ones."""
    net, start, end = trained
    own = empirical(net, start, empirical_ntk)
    if quantity == "start":
        return tangent.drift(Theta[:POINTS, :POINTS], own[:POINTS])
    if quantity == "drift":
        return tangent.drift(own[:POINTS], empirical(net, end, empirical_ntk)[:POINTS])
    K, K_new = (Theta[:, :POINTS] if quantity == "formula" else own).split([POINTS, NEW])
    f0, f = (net.apply(parameters, shared.scaled(X))[:, 0] for parameters in (start, end))
    formula = tangent.dynamics((K + K.T) / 2, Y[:POINTS], f0[:POINTS])
    expected = formula.descent(STEPS, learning_rate(net.activation), K_new, f0[POINTS:])
    return float((f[POINTS:] - expected).square().mean().sqrt() / Y[POINTS:].square().mean().sqrt())


def widths(
    quantity: str,
    activation: str,
    *,
    empirical_ntk: EmpiricalNTK = exercises.empirical_ntk,
    next_layer: NextLayer = exercises.next_layer,
    progress: Progress | None = None,
) -> Curve:
    """Measure one of the four distances against the width."""
    which, units = QUANTITIES[quantity], ACTIVATIONS[activation]
    nets, Theta = trained_nets(units, progress=progress), infinite(units, next_layer)
    measured = [distance(one, which, Theta, empirical_ntk) for one in nets]
    x, y = (torch.tensor(values, dtype=torch.float64) for values in (WIDTHS, measured))
    theory = shared.theory_at_start(X[:POINTS], x) if (which, units) == ("start", "relu") else None
    return Curve(x, y.view(len(SEEDS), -1), theory, "hidden units", "relative distance", f"{activation}: {quantity}")


def picture(fig, r: Curve) -> None:
    """Draw the curve, with two slopes to compare it with."""
    panel, guides = fig.panel(), [r.mean[0] * (r.x / r.x[0]) ** slope for slope in (-0.5, -1.0)]
    limits = min(float(guides[1][-1]), float(r.low.min())) / 1.4, 1.2 * float(r.high.max())
    ticks = {width: f"{width:,}" for width in WIDTHS}
    draw_curve(panel, r, "xy", limits, xlim=(WIDTHS[0] / 1.2, 2.8 * WIDTHS[-1]), xticks=ticks)
    for guide, name in zip(guides, ("slope −½", "slope −1"), strict=True):
        panel.line(r.x, guide, "grey", ":", width=1.6)
        panel.text(1.1 * WIDTHS[-1], guide[-1], name, "grey", va="center")


def sentence(r: Curve) -> str:
    """Say where the distance begins and ends, its slope, and how far it is from the theory."""
    slopes, known = r.log_slope(), ""
    if r.theory is not None:
        share = float((r.measured / r.theory).square().mean().sqrt())
        known = f" Theory also gives the constant: measured over theory is {share:.2f}."
    return (
        f"The slope is {say(slopes.mean(), 2)}: between {say(slopes.min(), 2)} and {say(slopes.max(), 2)} over "
        f"{len(slopes)} seeds. {r.title}: from {say(r.mean[0], 2)} at {WIDTHS[0]} hidden units to "
        f"{say(r.mean[-1], 2)} at {WIDTHS[-1]:,}.{known}"
    )


explorer = Explorer(
    "widths",
    "How wide is wide?",
    controls=(
        Choice("quantity", "Distance", tuple(QUANTITIES), next(iter(QUANTITIES))),
        Choice("activation", "Activation", tuple(ACTIVATIONS), next(iter(ACTIVATIONS))),
    ),
    compute=widths,
    picture=picture,
    sentence=sentence,
    uses=("empirical_ntk", "next_layer"),
    size=(9.4, 4.1),
)
