"""Which learning rate is best at which width, for Adam: in the standard parametrization it falls, in muP it stays.

All nets have two hidden layers and learn the classes of digits. After ten steps of Adam, the best learning rate of a
standard net falls like 1 / width, because a step of Adam has one size per weight, whatever the gradient's: with h
inputs to a layer, h equal changes add up. In muP the step is divided by the number of inputs, and the output by h.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import Choice, Explorer, cached
from ddlearn.classroom.wording import brief, say
from ddlearn.networks import MLP
from ddlearn.result import Curve
from ddlearn.training import Ensemble, train

PARAMETRIZATIONS = {"standard": "standard", "muP": "mup"}
OPTIMIZERS = {"Adam": "adam", "plain descent": "gd"}
EXPONENTS = {"standard": -1.0, "muP": 0.0}  # of the best learning rate in the width, for Adam
WIDTHS = (32, 64, 128, 256, 512)
RATES = {"adam": tuple(2.0**k for k in range(-11, 1)), "gd": tuple(2.0**k for k in range(-6, 4))}
LOOKS = (("sky", ":", "o"), ("blue", "--", "s"), ("green", "-.", "^"), ("orange", "--", "D"), ("black", "-", "v"))
POINTS, STEPS, WORST = 256, 10, 10.0


@dataclass(frozen=True, eq=False)
class Transfer:
    """The loss of every width at every learning rate, and the best learning rate of every width."""

    parametrization: str
    optimizer: str
    losses: Tensor  # (widths, rates)

    @property
    def rates(self) -> Tensor:
        """The learning rates tried, (rates,)."""
        return torch.tensor(RATES[OPTIMIZERS[self.optimizer]], dtype=torch.float64)

    @property
    def best(self) -> Curve:
        """The best learning rate against the width, with the exponent of theory, which knows no constant."""
        widths, best = torch.tensor(WIDTHS, dtype=torch.float64), best_rates(self.rates, self.losses)
        law = None
        if self.optimizer == "Adam":
            shape = widths ** EXPONENTS[self.parametrization]
            law = shape * (best / shape).log().mean().exp()
        return Curve(widths, best[None], law, "width", "best learning rate", self.parametrization)


def best_rates(rates: Tensor, losses: Tensor) -> Tensor:
    """Return each width's best rate: the top of a parabola through the three smallest log losses around the smallest.

    rates (r,), a constant factor apart; losses (widths, r) -> (widths,)
    """
    logs, steps = losses.clamp(max=1e3 * WORST).log(), rates.log()  # a diverged net's loss is infinite
    k = losses.argmin(1).clamp(1, len(rates) - 2)[:, None]
    left, middle, right = (logs.gather(1, k + j)[:, 0] for j in (-1, 0, 1))
    shift = ((left - right) / (2 * (left - 2 * middle + right))).nan_to_num(0.0)
    return (steps[k[:, 0]] + shift.clamp(-1, 1) * (steps[1] - steps[0])).exp()


@cached(8)
def losses(parametrization: str, optimizer: str, seed: int = 0, progress: compute.Progress | None = None) -> Tensor:
    """Train a net of each width at each rate, all of one width from one start, and return their losses.

    -> (widths, rates), the mean cross-entropy on the training digits after the last step
    """
    x, labels, *_ = datasets.digit_points(POINTS, 100, seed, "standard")
    rates = RATES[optimizer]
    members = [MLP((x.shape[1], h, h, 10), parametrization=parametrization) for h in WIDTHS for _ in rates]
    generators = [compute.generator(1000 * seed + h) for h in WIDTHS for _ in rates]
    start = Ensemble.draw(members, generators, torch.float32)
    rule = {"steps": STEPS, "lr": rates * len(WIDTHS), "optimizer": optimizer, "loss": "cross-entropy"}
    result = train(start, x.float(), datasets.one_hot(labels, 10).float(), progress=progress, **rule)
    return result.losses[:, -1].double().view(len(WIDTHS), -1)


def transfer(parametrization: str, optimizer: str, progress: compute.Progress | None = None) -> Transfer:
    """Find the best learning rate of every width."""
    named = PARAMETRIZATIONS[parametrization], OPTIMIZERS[optimizer]
    return Transfer(parametrization, optimizer, losses(*named, progress=progress))


def picture(fig, r: Transfer) -> None:
    """Draw the loss against the learning rate at every width, and the best learning rate against the width."""
    tried, best = fig.row(1.2, 1)
    limits = (float(r.rates[0]) / 1.3, float(r.rates[-1]) * 1.3)
    tried.frame(f"loss after {STEPS} steps", "learning rate", xlim=limits, ylim=(5e-4, WORST), log="xy", legend="right")
    for h, row, (color, style, marker) in zip(WIDTHS, r.losses, LOOKS, strict=True):
        tried.line(r.rates, row.clamp(max=WORST), color, style, f"{h} units", marker=marker, size=5)
    curve = r.best
    ticks = {h: str(h) for h in WIDTHS}
    best.frame("best learning rate", "hidden units per layer", ylim=limits, log="xy", xticks=ticks, legend="lower left")
    best.line(WIDTHS, curve.mean, "blue", "-", "measured", marker="o", size=6)
    if curve.theory is not None:
        best.line(WIDTHS, curve.theory, "black", ":", "slope of theory", width=1.4)


def sentence(r: Transfer) -> str:
    """Say how the best learning rate depends on the width, and what the narrow net's costs the wide one."""
    curve, narrow = r.best, int(r.losses[0].argmin())
    slope = say(curve.log_slope().mean(), 2)
    theory = "" if curve.theory is None else f" (theory: {say(EXPONENTS[r.parametrization], 1)})"
    first, last = WIDTHS[0], WIDTHS[-1]
    return (
        f"The best learning rate changes with the width with the slope {slope}{theory}: from {brief(curve.mean[0])} at "
        f"{first} units to {brief(curve.mean[-1])} at {last}. With the rate that is best for {first} units, {last} "
        f"units end at the loss {say(r.losses[-1, narrow], 2)}; with their own best rate, at "
        f"{say(r.losses[-1].min(), 2)}."
    )


explorer = Explorer(
    "transfer",
    "Which learning rate suits every width?",
    controls=(
        Choice("parametrization", "Parametrization", tuple(PARAMETRIZATIONS), "standard"),
        Choice("optimizer", "Optimizer", tuple(OPTIMIZERS), "Adam"),
    ),
    compute=transfer,
    picture=picture,
    sentence=sentence,
    size=(9.8, 4.1),
    more=("optimizer",),
    pairs=(("parametrization", "optimizer"),),
)
