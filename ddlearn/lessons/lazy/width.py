"""Width, and what a wider net does with it: weights, features and kernel that move less and less, or as much as ever.

All nets here are f = s sum_j a_j relu(w_j . x + b_j), and the parametrization is the choice of s. With s = m^(p-1) the
net is m^p times the mean of m units: p = 0 is the mean-field scaling (muP), p = 1/2 the NTK's. So the NTK
parametrization *is* an output scale, alpha = sqrt(m), and a wider net in it is a lazier one. Gradients take the factor
1 / (s^2 m), so that every net's function begins to move at the same speed. After a fixed number of steps, weights and
features have then moved as m^-p, relative to their start, and the kernel as m^-2p: its first-order changes cancel
between units of opposite sign. Where a kink passes a point, a ReLU's kernel jumps; that part falls a little slower.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from statistics import mean

import torch
from torch import Tensor

from ddlearn import compute, datasets, tangent
from ddlearn.classroom import Choice, CurveFigure, Explorer, Switch
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.lazy import exercises
from ddlearn.lessons.lazy.starts import flat
from ddlearn.networks import MLP
from ddlearn.result import Curve
from ddlearn.training import Ensemble, train

QUANTITIES = ("weights", "features", "kernel")
SCALINGS = {"muP, scale 1": 0.0, "between, scale m^¼": 0.25, "NTK, scale √m": 0.5}
WIDTHS = (64, 128, 256, 512, 1024)
SEEDS = range(3)
POINTS, STEPS, PACE = 60, 100, 0.3


@dataclass(frozen=True)
class Training:
    """What to train: equal if its numbers are, whoever watches it."""

    activation: str
    equal: bool
    powers: tuple[float, ...] = tuple(SCALINGS.values())
    widths: tuple[int, ...] = WIDTHS
    seeds: range = SEEDS
    progress: Callable[[float, str], object] | None = field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Moves:
    """What each net was before and after training, and how well it then fitted: power, seed and width in this order."""

    before: dict[str, dict[tuple, Tensor]]  # quantity -> (power, seed, width) -> tensor
    after: dict[str, dict[tuple, Tensor]]
    errors: dict[tuple, float]  # mean squared training error of m^p f at the end
    alignment: dict[tuple, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class WidthCurve(Curve):
    """How far one quantity moved against width, with what stands beside the figure."""

    quantity: str = ""
    power: float = 0.0
    equal: bool = True
    errors: tuple[float, float] = (0.0, 0.0)  # training error at the end, of the narrowest and the widest nets
    alignment: tuple[float, float] = (0.0, 0.0)  # of the widest nets' kernel with the labels, before and after


def theory(quantity: str, power: float) -> float:
    """The exponent of the width: -p for weights and features, -2p for the kernel."""
    return -power * (2 if quantity == "kernel" else 1)


@lru_cache(maxsize=1)
def points() -> tuple[Tensor, Tensor]:
    """Digits as vectors of length 1 on average, less the mean digit, (n, 64); y = +1 for 5 to 9, else -1, (n,)."""
    digits = datasets.digits(compute.generator(0))
    images = digits.train_images.double().flatten(1)
    x = (images - images.mean(0))[:POINTS]
    return x / x.norm(dim=1).mean(), torch.where(digits.train_y[:POINTS] >= 5, 1.0, -1.0).double()


@lru_cache(maxsize=4)
def trained(training: Training) -> Moves:
    """Train every net for the same number of steps, in single precision."""
    x, y = (part.float() for part in points())
    names = [(p, seed, m) for p in training.powers for seed in training.seeds for m in training.widths]
    model = MLP((x.shape[1], 2, 1), training.activation, "mup", W_std=x.shape[1] ** 0.5, b_std=0.5, bias="hidden")
    nets = [replace(model, widths=(x.shape[1], m, 1)) for _, _, m in names]
    starts = [
        net.init(compute.generator(seed), torch.float32, readout="signs", doubled=True)
        for net, (_, seed, _) in zip(nets, names, strict=True)
    ]
    # An output scale m^p is the target y / m^p; the rates of muP, m for all, are then the factor 1 / (s^2 m).
    result = train(
        Ensemble(tuple(nets), tuple(starts)),
        x,
        torch.stack([y / m**p for p, _, m in names])[..., None],
        steps=STEPS,
        lr=[PACE * (1.0 if training.equal else m ** (2 * p - 1)) for p, _, m in names],
        progress=training.progress,
    )
    before, after = ({quantity: {} for quantity in QUANTITIES} for _ in range(2))
    for into, several in ((before, starts), (after, result.ensemble.parameters)):
        for name, net, parameters in zip(names, nets, several, strict=True):
            into["weights"][name] = flat(parameters)
            into["features"][name] = net.features(parameters, x)
            into["kernel"][name] = tangent.empirical(net, x, parameters=parameters, rates=True)
    labels = points()[1]
    return Moves(
        before,
        after,
        errors={
            name: float(2 * loss * name[2] ** (2 * name[0]))
            for name, loss in zip(names, result.losses[:, -1], strict=True)
        },
        alignment={
            name: tuple(tangent.alignment(of["kernel"][name].double(), labels) for of in (before, after))
            for name in names
        },
    )


def against_width(
    quantity: str,
    scaling: str,
    activation: str,
    equal: bool,
    *,
    drift: Callable[[Tensor, Tensor], float] = exercises.drift,
    seeds: range = SEEDS,
    widths: tuple[int, ...] = WIDTHS,
    powers: tuple[float, ...] = tuple(SCALINGS.values()),
    progress: Callable[[float, str], object] | None = None,
) -> WidthCurve:
    """The relative change of one quantity against width, every seed; `equal` takes the factor 1 / (s^2 m)."""
    power = SCALINGS[scaling]
    moves = trained(Training(activation, equal, powers, widths, seeds, progress))
    before, after = moves.before[quantity], moves.after[quantity]
    measured = torch.tensor(
        [
            [float(drift(before[power, seed, m].double(), after[power, seed, m].double())) for m in widths]
            for seed in seeds
        ],
        dtype=torch.float64,
    )
    m = torch.tensor(widths, dtype=torch.float64)
    exponent = theory(quantity, power)
    height = (measured.log().mean(0) - exponent * m.log()).mean().exp()  # the theory knows the slope alone
    return WidthCurve(
        x=m,
        measured=measured,
        theory=height * m**exponent if equal else None,
        x_name="hidden units (width m)",
        y_name=f"relative change of the {quantity}",
        title=scaling,
        quantity=quantity,
        power=power,
        equal=equal,
        errors=tuple(mean([moves.errors[power, seed, m] for seed in seeds]) for m in (widths[0], widths[-1])),
        alignment=tuple(mean([moves.alignment[power, seed, widths[-1]][k] for seed in seeds]) for k in (0, 1)),
    )


class WidthFigure(CurveFigure):
    """The curve on axes that stay; the multiplier, the slope and the learner's guess stand under it."""

    size = (9.4, 3.9)
    log_x = log_y = True
    limits = (4e-4, 12.0)
    prediction = staticmethod(lambda: None)

    def describe(self, result: WidthCurve) -> str:
        first, last = (brief(m) for m in (result.x[0], result.x[-1]))
        moved = result.mean
        slope = float(result.log_slope().mean())
        if result.equal:
            rates = [brief(float(m) ** (1 - 2 * result.power)) for m in (result.x[0], result.x[-1])]
            pace = f"Learning-rate factor 1/(s²m): {rates[0]} at {first}, {rates[1]} at {last}"
            exponent = theory(result.quantity, result.power)
            agreed = f" (theory {brief(exponent)})"
        else:
            pace, agreed = "The same learning rate at every width", ""
        guess = self.prediction()
        said = f" You said {brief(guess)} times less for 16 times the width." if guess is not None else ""
        return (
            f"{result.quantity.capitalize()}: {say(moved[0], 2)} at {first} units, {say(moved[-1], 2)} at {last}; "
            f"slope {say(slope, 2)}{agreed}. {pace}; training error at the end {say(result.errors[0], 2)} and "
            f"{say(result.errors[1], 2)}. Alignment of the widest: {say(result.alignment[0], 2)} before, "
            f"{say(result.alignment[1], 2)} after.{said}"
        )


def explorer() -> Explorer:
    """The width explorer, fresh."""
    return Explorer(
        name="width",
        title="Width: who still moves in a wide net?",
        controls=(
            Choice("scaling", "Parametrization", tuple(SCALINGS), tuple(SCALINGS)[-1]),
            Choice("quantity", "What moves", QUANTITIES, QUANTITIES[0]),
            Choice("activation", "Units", ("relu", "erf"), "relu"),
            Switch("equal", "Equal speed: learning rate times 1/(s²m)", True),
        ),
        compute=against_width,
        figure=WidthFigure,
        uses=("drift",),
    )
