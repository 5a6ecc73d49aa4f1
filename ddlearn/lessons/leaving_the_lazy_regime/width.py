"""Width, and what a wider net does with it: weights, features and kernel that move less and less, or as much as ever.

All nets here are f = s sum_j a_j relu(w_j . x + b_j), and the parametrization is the choice of s. With s = m^(p-1) the
net is m^p times the mean of m units: p = 0 is the mean-field scaling (muP), p = 1/2 the NTK's. So the NTK
parametrization *is* an output scale, alpha = sqrt(m), and a wider net in it is a lazier one. Gradients take the factor
1 / (s^2 m), so that every net's function begins to move at the same speed. After a fixed number of steps, weights and
features have then moved as m^-p, relative to their start, and the kernel as m^-2p: its first-order changes cancel
between units of opposite sign. Where a kink passes a point, a ReLU's kernel jumps; that part falls a little slower.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import mean

import torch
from torch import Tensor

from ddlearn import compute, datasets, tangent
from ddlearn.classroom import Choice, Explorer, Switch, cached, draw_curve
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.leaving_the_lazy_regime import exercises
from ddlearn.lessons.leaving_the_lazy_regime.shared import flat
from ddlearn.networks import MLP, Parameters
from ddlearn.result import Curve
from ddlearn.training import Ensemble, train

QUANTITIES = ("weights", "features", "kernel")
SCALINGS = {"muP, scale 1": 0.0, "between, scale ⁴√m": 0.25, "NTK, scale √m": 0.5}
WIDTHS = (64, 128, 256, 512, 1024)
SEEDS = range(3)
POINTS, STEPS, PACE = 50, 100, 0.3


@dataclass(frozen=True, eq=False)
class Net:
    """Weights, features and kernel of one net before and after training, and how well it then fitted."""

    before: dict[str, Tensor]
    after: dict[str, Tensor]
    error: float  # mean squared training error of m^p f at the end


@dataclass(frozen=True, eq=False)
class WidthCurve(Curve):
    """How far one quantity moved against width, with what stands beside the figure."""

    quantity: str = ""
    errors: tuple[float, float] = (0.0, 0.0)  # training error at the end, of the narrowest and the widest nets
    alignment: tuple[float, float] = (0.0, 0.0)  # of the widest nets' kernel with the labels, before and after


def theory(quantity: str, power: float) -> float:
    """Return the exponent of the width: -p for weights and features, -2p for the kernel."""
    return -power * (2 if quantity == "kernel" else 1)


def factor(scaling: str, equal: bool) -> float:
    """Return the exponent q of the rate's factor m^q: 1 / (s^2 m) = m^(1-2p) for equal speed, else none."""
    return 1 - 2 * SCALINGS[scaling] if equal else 0.0


@cached(1)
def points() -> tuple[Tensor, Tensor]:
    """Return digits of length 1 on average, less the mean digit, (n, 64), and y = +1 for 5 to 9, else -1, (n,)."""
    digits = datasets.digits(compute.generator(0))
    images = digits.train_images.double().flatten(1)
    x = (images - images.mean(0))[:POINTS]
    return x / x.norm(dim=1).mean(), torch.where(digits.train_y[:POINTS] >= 5, 1.0, -1.0).double()


@cached(8)
def trained(
    activation: str,
    speeds: tuple[tuple[float, float], ...],
    widths: tuple[int, ...] = WIDTHS,
    seeds: range = SEEDS,
    progress: compute.Progress | None = None,
) -> dict[tuple, Net]:
    """Train every net for the same number of steps, in single precision; return it by (p, q, seed, width m).

    A speed (p, q) is an output scale m^p and a learning rate times m^q.
    """
    x, y = (part.float() for part in points())
    model = MLP((x.shape[1], 2, 1), activation, "mup", W_std=x.shape[1] ** 0.5, b_std=0.5, bias="hidden")
    nets = {m: replace(model, widths=(x.shape[1], m, 1)) for m in widths}
    starts = {
        (seed, m): net.init(compute.generator(seed), torch.float32, readout="signs", doubled=True)
        for seed in seeds
        for m, net in nets.items()
    }
    names = [(p, q, seed, m) for p, q in speeds for seed, m in starts]
    # An output scale m^p is the target y / m^p. The rates of muP, m for all, are then those of equal speed: q = 1 - 2p.
    result = train(
        Ensemble(tuple(nets[m] for *_, m in names), tuple(starts[seed, m] for *_, seed, m in names)),
        x,
        torch.stack([y / m**p for p, *_, m in names])[..., None],
        steps=STEPS,
        lr=[PACE * m ** (q - 1 + 2 * p) for p, q, _, m in names],
        progress=progress,
    )

    def seen(m: int, parameters: Parameters) -> dict[str, Tensor]:
        return {
            "weights": flat(parameters),
            "features": nets[m].features(parameters, x),
            "kernel": tangent.empirical(nets[m], x, parameters=parameters, rates=True),
        }

    before = {name: seen(name[-1], start) for name, start in starts.items()}
    return {
        (p, q, seed, m): Net(before[seed, m], seen(m, end), float(2 * loss * m ** (2 * p)))
        for (p, q, seed, m), end, loss in zip(names, result.ensemble.parameters, result.losses[:, -1], strict=True)
    }


def against_width(
    quantity: str,
    scaling: str,
    activation: str,
    equal: bool,
    *,
    drift: Callable[[Tensor, Tensor], float] = exercises.drift,
    seeds: range = SEEDS,
    widths: tuple[int, ...] = WIDTHS,
    scalings: tuple[str, ...] = tuple(SCALINGS),
    progress: compute.Progress | None = None,
) -> WidthCurve:
    """Measure the relative change of a quantity against width, every seed; `equal` takes the factor 1 / (s^2 m)."""
    speed = (SCALINGS[scaling], factor(scaling, equal))
    every = dict.fromkeys((SCALINGS[one], factor(one, fair)) for one in scalings for fair in (True, False))
    nets = trained(activation, tuple(every), widths, seeds, progress=progress)
    rows = [[nets[*speed, seed, m] for m in widths] for seed in seeds]
    changes = [
        [float(drift(net.before[quantity].double(), net.after[quantity].double())) for net in row] for row in rows
    ]
    m, measured = (torch.tensor(values, dtype=torch.float64) for values in (widths, changes))
    exponent = theory(quantity, speed[0])
    height = (measured.log().mean(0) - exponent * m.log()).mean().exp()  # the theory knows the slope alone

    widest = [[getattr(row[-1], when)["kernel"].double() for row in rows] for when in ("before", "after")]
    return WidthCurve(
        x=m,
        measured=measured,
        theory=height * m**exponent if equal else None,
        x_name="hidden units (width m)",
        y_name=f"relative change of the {quantity}",
        title=scaling,
        quantity=quantity,
        errors=tuple(mean(row[k].error for row in rows) for k in (0, -1)),
        alignment=tuple(mean(tangent.alignment(K, points()[1]) for K in kernels) for kernels in widest),
    )


def picture(fig, curve: WidthCurve) -> None:
    """Draw how far it moved against width, on axes that stay."""
    draw_curve(fig.panel(), curve, log="xy", limits=(4e-4, 12.0))


def sentence(curve: WidthCurve, said) -> str:
    """Say how far it moved in the narrowest and the widest nets, at which learning rates, and what was predicted."""
    first, last = (brief(m) for m in (curve.x[0], curve.x[-1]))
    moved, slope, guess = curve.mean, float(curve.log_slope().mean()), said("sixteen")
    pace, agreed = "The same learning rate at every width", ""
    if curve.theory is not None:
        narrow, wide = (brief(float(m) ** factor(curve.title, True)) for m in (curve.x[0], curve.x[-1]))
        pace = f"Learning-rate factor 1/(s²m): {narrow} at {first}, {wide} at {last}"
        agreed = f" (theory {brief(theory(curve.quantity, SCALINGS[curve.title]))})"
    you = "" if guess is None else f" You said {brief(guess)}."
    return (
        f"{curve.quantity.capitalize()}: {say(moved[0], 2)} at {first} units, {say(moved[-1], 2)} at {last}; "
        f"slope {say(slope, 2)}{agreed}. {pace}; training error at the end {say(curve.errors[0], 2)} and "
        f"{say(curve.errors[1], 2)}. Alignment of the widest: {say(curve.alignment[0], 2)} before, "
        f"{say(curve.alignment[1], 2)} after. {brief(curve.x[-1] / curve.x[0])} times wider divides "
        f"the change by {say(moved[0] / moved[-1], 2)}.{you}"
    )


explorer = Explorer(
    "width",
    "Width: who still moves in a wide net?",
    controls=(
        Choice("scaling", "Parametrization", tuple(SCALINGS), tuple(SCALINGS)[-1]),
        Choice("quantity", "What moves", QUANTITIES, QUANTITIES[0]),
        Choice("activation", "Units", ("relu", "erf"), "relu"),
        Switch("equal", "Equal speed: learning rate times 1/(s²m)", True),
    ),
    compute=against_width,
    picture=picture,
    sentence=sentence,
    uses=("drift",),
    size=(9.4, 3.9),
)
