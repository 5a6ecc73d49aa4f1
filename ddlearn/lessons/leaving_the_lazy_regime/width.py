"""Width: how far weights, features and kernel move in a wide net, and which step size suits every width.

All nets here are f = alpha / h * sum_j a_j relu(w_j . x + b_j) with h units, and the parametrization is the choice of
alpha = h^p: p = 0 is the mean-field scaling (muP), p = 1/2 the NTK's. So the NTK parametrization *is* an output scale,
and a wider net in it is a lazier one. A step size times h / alpha^2 lets every net's function begin to move at the
same speed. After a fixed number of steps, weights and features have then moved as h^-p, relative to their start, and
the kernel as h^-2p: its first-order changes cancel between units of opposite sign. Where a kink passes a point, a
ReLU's kernel jumps; that part falls a little slower.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import mean

import torch
from torch import Tensor

from ddlearn import arguments, compute, datasets, tangent
from ddlearn.classroom import Choice, Explorer, Switch, cached
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.leaving_the_lazy_regime import exercises
from ddlearn.lessons.leaving_the_lazy_regime.shared import flat
from ddlearn.networks import MLP, Parameters
from ddlearn.result import Curve
from ddlearn.training import Ensemble, train

QUANTITIES = ("weights", "features", "kernel")
LOOKS = {"weights": ("blue", "-", "o"), "features": ("purple", "-.", "s"), "kernel": ("orange", "--", "^")}
SCALINGS = {"α = 1 (muP)": 0.0, "α = ⁴√h (between)": 0.25, "α = √h (NTK)": 0.5}
WIDTHS = (64, 128, 256, 512, 1024)
SEEDS = 3
POINTS, STEPS, PACE = 50, 100, 0.3

COMPARED = (64, 256, 1024)  # widths at which step sizes are tried
TRIED = tuple(0.1 * 2**k for k in range(8))
SHADES = {64: ("sky", ":", "o"), 256: ("blue", "--", "s"), 1024: ("black", "-", "^")}

Job = tuple[int, int, float]  # a width, a seed, a step size before its factor


@dataclass(frozen=True, eq=False)
class Net:
    """One net before and after training, and how well it then fitted."""

    model: MLP
    start: Parameters
    end: Parameters
    error: float  # mean squared training error of f at the end

    def seen(self, quantity: str) -> tuple[Tensor, Tensor]:
        """Return the weights as a vector, or the features or the tangent kernel of the points, before and after."""
        x = points()[0].to(self.start[0][0].dtype)
        look = {
            "weights": flat,
            "features": lambda parameters: self.model.features(parameters, x),
            "kernel": lambda parameters: tangent.empirical(self.model, x, parameters=parameters, rates=True),
        }[quantity]
        return look(self.start).double(), look(self.end).double()


@dataclass(frozen=True, eq=False)
class Widths:
    """How far everything moved against width, and the error against the step size at three widths."""

    moved: dict[str, Curve]
    errors: tuple[float, float]  # of the narrowest and the widest nets on the left
    alignment: tuple[float, float]  # of the widest nets' kernel with the labels, before and after
    tried: Tensor  # (3, 8) errors at the widths COMPARED and the step sizes TRIED


def theory(quantity: str, power: float) -> float:
    """Return the exponent of the width: -p for weights and features, -2p for the kernel."""
    return -power * (2 if quantity == "kernel" else 1)


def factor(scaling: str, equal: bool) -> float:
    """Return the exponent q of the step's factor h^q: h / alpha^2 = h^(1-2p) for equal speed, else none."""
    return 1 - 2 * SCALINGS[scaling] if equal else 0.0


@cached(1)
def points() -> tuple[Tensor, Tensor]:
    """Return digits of length 1 on average, less the mean digit, (n, 64), and y = +1 for 5 to 9, else -1, (n,)."""
    digits = datasets.digits(compute.generator(0))
    images = digits.train_images.double().flatten(1)
    x = (images - images.mean(0))[:POINTS]
    return x / x.norm(dim=1).mean(), torch.where(digits.train_y[:POINTS] >= 5, 1.0, -1.0).double()


@cached(12)
def trained(
    activation: str, power: float, q: float, jobs: tuple[Job, ...], progress: compute.Progress | None = None
) -> tuple[Net, ...]:
    """Train nets of output scale h^power for the same number of steps, in single precision; one for each job.

    The step size of a job is multiplied by h^q and by what makes the narrowest nets' factor h / alpha^2 in any case.
    """
    x, y = (part.float() for part in points())
    inputs = x.shape[1]
    model = MLP((inputs, 2, 1), activation, "mup", W_std=inputs**0.5, b_std=0.5, bias="hidden")
    models = {h: replace(model, widths=(inputs, h, 1)) for h, _, _ in jobs}
    starts = {
        (h, seed): models[h].init(compute.generator(seed), torch.float32, readout="signs", doubled=True)
        for h, seed, _ in jobs
    }
    # An output scale is the target divided by it. The rates of muP, h for all, are then those of equal speed.
    common = WIDTHS[0] ** (1 - 2 * power - q)
    result = train(
        Ensemble(tuple(models[h] for h, *_ in jobs), tuple(starts[h, seed] for h, seed, _ in jobs)),
        x,
        torch.stack([y / h**power for h, *_ in jobs])[..., None],
        steps=STEPS,
        lr=[size * common * h ** (q - 1 + 2 * power) for h, _, size in jobs],
        progress=progress,
    )
    return tuple(
        Net(models[h], starts[h, seed], end, float(2 * loss * h ** (2 * power)))
        for (h, seed, _), end, loss in zip(jobs, result.ensemble.parameters, result.losses[:, -1], strict=True)
    )


def trained_error(units: int, scale: float, step: float) -> float:
    """Return the mean squared training error after 100 steps of this raw size, at output scale `scale`, from seed 0."""
    power = math.log(arguments.positive("scale", scale)) / math.log(arguments.whole("units", units, 2))
    common = WIDTHS[0] ** (1 - 2 * power)
    (net,) = trained("relu", power, 0.0, ((units, 0, arguments.positive("step", step) / common),))
    return net.error


def against_width(
    quantity: str,
    scaling: str,
    equal: bool,
    nets: tuple[Net, ...],
    drift: Callable[[Tensor, Tensor], float] = exercises.drift,
) -> Curve:
    """Return the relative change of a quantity against width, of nets of every width for one seed after the other."""
    widths = sorted({net.model.widths[1] for net in nets})
    changes = [float(drift(*net.seen(quantity))) for net in nets]
    h, measured = torch.tensor(widths, dtype=torch.float64), torch.tensor(changes, dtype=torch.float64)
    measured = measured.view(-1, len(widths))
    exponent = theory(quantity, SCALINGS[scaling])
    height = (measured.log().mean(0) - exponent * h.log()).mean().exp()  # the theory knows the slope alone
    law = height * h**exponent if equal else None
    return Curve(h, measured, law, "hidden units", f"relative change of the {quantity}", scaling)


def width(
    scaling: str,
    equal: bool,
    activation: str,
    *,
    drift: Callable[[Tensor, Tensor], float] = exercises.drift,
    progress: compute.Progress | None = None,
    widths: tuple[int, ...] = WIDTHS,
    seeds: int = SEEDS,
) -> Widths:
    """Train nets of every width, and at three widths with every step size; `equal` takes the factor h / alpha^2."""
    equal = equal or factor(scaling, True) == 0  # the factor is then 1
    jobs = tuple((h, seed, PACE) for seed in range(seeds) for h in widths)
    trials = tuple((h, 0, size) for h in COMPARED for size in TRIED)
    nets = trained(activation, SCALINGS[scaling], factor(scaling, equal), jobs + trials, progress=progress)
    nets, tried = nets[: len(jobs)], nets[len(jobs) :]
    widest = [net.seen("kernel") for net in nets if net.model.widths[1] == widths[-1]]
    return Widths(
        moved={quantity: against_width(quantity, scaling, equal, nets, drift) for quantity in QUANTITIES},
        errors=tuple(mean(net.error for net in nets if net.model.widths[1] == h) for h in (widths[0], widths[-1])),
        alignment=tuple(mean(tangent.alignment(K, points()[1]) for K in when) for when in zip(*widest, strict=True)),
        tried=torch.tensor([net.error for net in tried], dtype=torch.float64).view(len(COMPARED), -1),
    )


def picture(fig, r: Widths) -> None:
    """Draw how far everything moved against width, and the error against the step size at three widths."""
    moves, steps = fig.row(1, 1)
    ticks = {h: f"{h:,}" for h in map(int, r.moved["weights"].x)}
    names = {"loc": "lower left", "ncols": 2}
    moves.frame("how far it moved", "hidden units h", ylim=(2e-3, 20), log="xy", xticks=ticks, legend=names)
    for quantity, curve in r.moved.items():
        color, style, marker = LOOKS[quantity]
        moves.line(curve.x, curve.mean, color, style, quantity, marker=marker, size=5)
        if curve.theory is not None:
            moves.line(curve.x, curve.theory, "black", ":", "slope of theory", width=1.2)
    title = f"training error after {STEPS} steps"
    steps.frame(title, "step η, before its factor", xlim=(0.08, 16), ylim=(3e-3, 3), log="xy", legend="lower left")
    for h, errors in zip(COMPARED, r.tried, strict=True):
        color, style, marker = SHADES[h]
        steps.line(TRIED, errors.clamp(max=1e3), color, style, f"{h:,} units", marker=marker, size=5)


def sentence(r: Widths) -> str:
    """Say how much less a wide net moves, and whether the narrow net's step suits it."""
    narrowest, widest = r.moved["weights"].x[[0, -1]].tolist()
    less = {quantity: say(curve.mean[0] / curve.mean[-1], 2) for quantity, curve in r.moved.items()}
    slopes = ", ".join(say(curve.log_slope().mean(), 2) for curve in r.moved.values())
    best = int(r.tried[0].argmin())
    return (
        f"{brief(widest / narrowest)} times wider divides the move of the weights by {less['weights']}, of the "
        f"features by {less['features']}, of the kernel by {less['kernel']} (slopes {slopes}). The best step at "
        f"{COMPARED[0]} units, η = {brief(TRIED[best])}, leaves the error {say(r.tried[-1, best], 2)} at "
        f"{COMPARED[-1]:,}; the best there leaves {say(r.tried[-1].min(), 2)}. On the left, the errors at the end are "
        f"{say(r.errors[0], 2)} and {say(r.errors[1], 2)}; the widest nets’ alignment goes from "
        f"{say(r.alignment[0], 2)} to {say(r.alignment[1], 2)}."
    )


def idle(values: dict) -> dict[str, str]:
    """Return the switch of the factor where the factor is 1 at every width."""
    if factor(values["scaling"], True) == 0:
        return {"equal": "At α = √h the factor h/α² is 1 at every width."}
    return {}


explorer = Explorer(
    "width",
    "Width: what still moves in a wide net, and at which step size?",
    controls=(
        Choice("scaling", "Output scale", tuple(SCALINGS), tuple(SCALINGS)[-1]),
        Switch("equal", "Multiply the step by h/α²", True),
        Choice("activation", "Units", ("relu", "erf"), "relu"),
    ),
    compute=width,
    picture=picture,
    sentence=sentence,
    uses=("drift",),
    size=(9.8, 4.1),
    more=("activation",),
    idle=idle,
    pairs=(("scaling", "equal"),),
)
