"""More examples, worse answers: at a fixed size of the model, where the number of examples passes its threshold.

Three models of fixed size: linear regression, where all is known; random features on digits, of minimum norm; nets on
digits, trained by the step that the learner writes. The cure of each runs beside it: the best penalty, the best moment
to stop, both found with an eye on the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.lessons.double_descent_trained import exercises, models
from ddlearn.lessons.double_descent_trained.models import COEFFICIENTS, COUNT, FEATURES, LINEAR, NETS, SEEDS, UNITS

FEWEST, MOST = 40, 500
SIZES = (40, 60, 80, 100, 125, 150, 180, 220, 280, 370, 500)
TITLES = {
    NETS: f"nets of {UNITS} units: squared error on new digits",
    FEATURES: f"{COUNT} random features: squared error on new digits",
    LINEAR: f"{COEFFICIENTS} coefficients: excess risk, exact",
}
COUNTS, ERRORS = (
    {tick: f"{tick:g}" for tick in ticks}
    for ticks in ((40, 60, 100, 150, 250, 500), (0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 30, 100, 300, 1000))
)


@dataclass(frozen=True, eq=False)
class Samples:
    """Errors over the number of examples. `middle` is what the model does, `tuned` what its cure does; (L,) each."""

    model: str
    n: Tensor
    measured: Tensor  # (seeds, L)
    middle: Tensor  # the exact risk, the median of heavy tails, or the mean
    tuned: Tensor
    have: int
    offered: int

    def at(self, n: float | Tensor) -> Tensor:
        """Return the error with n examples, on a line of logarithms from size to size.  () or (m,) -> same"""
        at = torch.as_tensor(n, dtype=torch.float64).log()
        return torch.as_tensor(np.interp(at, self.n.double().log(), self.middle.log())).exp()

    @property
    def harmed_until(self) -> int | None:
        """The largest number of examples, above those at hand, with which the error is larger; None if none is."""
        n = torch.arange(self.have + 1, MOST + 1)
        worse = n[self.at(n) > self.at(self.have)]
        return int(worse[-1]) if len(worse) else None


def samples(
    model: str,
    have: int,
    offered: int,
    seed: int = 0,
    *,
    ensemble_step: Callable = exercises.ensemble_step,
    progress: compute.Progress | None = None,
) -> Samples:
    """Return errors over the number of examples, and what an offer of some is worth."""
    if model == LINEAR:
        sizes = tuple(n for n in dd.geometric_steps(FEWEST, MOST, 45) if abs(n - COEFFICIENTS) > 1)
        middle = torch.tensor([dd.exact_risk(n, COEFFICIENTS, *models.STRENGTHS) for n in sizes], dtype=torch.float64)
        tuned = dd.best_ridge_risk([COEFFICIENTS / n for n in sizes], *models.STRENGTHS)
        return Samples(model, torch.tensor(sizes), models.drawn(seed, sizes), middle, tuned, have, offered)
    if model == FEATURES:
        measured, tuned = models.fitted(seed, SIZES, progress=progress)
        middle = measured.median(0).values
    else:
        measured, tuned = models.trained(seed, SIZES, ensemble_step, progress=progress)
        middle = measured.mean(0)
    return Samples(model, torch.tensor(SIZES), measured, middle, tuned.mean(0), have, offered)


def picture(fig, r: Samples) -> None:
    """Draw the error over examples, with the two numbers of them that are on the table."""
    panel = fig.panel()
    limits = 0.8 * float(r.tuned.min()), 1.3 * max(float(r.middle.max()), float(r.measured.max()))
    look = {"log": "xy", "xticks": COUNTS, "yticks": ERRORS, "grid": True}
    legend = {"loc": "right", "labelspacing": 0.9}
    panel.frame(TITLES[r.model], "examples", xlim=(0.92 * FEWEST, 1.08 * MOST), ylim=limits, legend=legend, **look)
    panel.line(r.n, r.middle, label="the model", marker="" if r.model == LINEAR else "o", size=4)
    panel.band(r.n, r.measured.amin(0), r.measured.amax(0), label=f"{SEEDS} seeds", alpha=0.4)
    panel.line(r.n, r.tuned, "green", "--", "its cure, an oracle")
    panel.upright(models.THRESHOLD[r.model], "vermilion", "-.", "threshold", width=1.6)
    now, then = float(r.at(r.have)), float(r.at(r.offered))
    panel.line([r.have, MOST], [now, now], "black", ":", width=1.4)
    panel.dots([r.have], [now], "black", "s", "you have", size=10)
    panel.dots([r.offered], [then], "purple", "*", "you are offered", size=17, edge="black")


def sentence(r: Samples) -> str:
    """Say how the error changes with the offer."""
    now, then, until = float(r.at(r.have)), float(r.at(r.offered)), r.harmed_until
    back = f"With more examples than {r.have} it is never larger."
    if until == MOST:
        back = f"Even with {MOST} it is larger than with {r.have}."
    elif until is not None:
        back = f"With up to {until} examples it can be larger than with {r.have}."
    return (
        f"{r.model.capitalize()}: the error is {now:.2g} with {r.have} examples and {then:.2g} with {r.offered}, "
        f"{then / now:.2f} times as much. {back} It is largest at {int(r.n[r.middle.argmax()])}; the threshold is at "
        f"{models.THRESHOLD[r.model]:.0f}. With the cure it falls from {r.tuned[0]:.2g} to {r.tuned[-1]:.2g}."
    )


explorer = Explorer(
    "samples",
    "More examples, worse answers",
    controls=(
        Choice("model", "Model", models.MODELS, NETS),
        Slider("have", "Examples you have", FEWEST, MOST, 60, log=True, whole=True),
        Slider("offered", "Examples offered", FEWEST, MOST, 120, log=True, whole=True),
    ),
    compute=samples,
    picture=picture,
    sentence=sentence,
    uses=("ensemble_step",),
    size=(9.6, 4.2),
    pairs=(("model", "have"),),
)
