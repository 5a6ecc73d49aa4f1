"""Which effective bag size is right? The bias of the risk is a straight line in it, and accuracy agrees.

Let R be the risk with labels, and I the risk of the same classifier if a cell's label has nothing to do with the cell.
For bags of the effective bag size m_0, the weights of any other size m_eff give the mean risk

    m_eff/m_0 R + (1 - m_eff/m_0) I,        so the bias is (m_eff/m_0 - 1) (R - I).

Below m_0 the best classifier is the true posterior moved toward q. Above it, confidence itself is rewarded without a
limit. Our derivation, for bags whose second moment depends on the effective bag size alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.classroom.wording import listed, say
from ddlearn.compute import Progress
from ddlearn.lessons.cells import TYPES
from ddlearn.lessons.weak_labels import exercises, trainings
from ddlearn.lessons.weak_labels.sweep import BAGS, FRESH, GRID, nearest, swept

LABELS = (*(f"{name} recognized" for name in TYPES), "all cells named correctly")
LOOKS = (("sky", ":", "^"), ("green", "-.", "s"), ("purple", "--", "D"), ("black", "-", "o"))


@dataclass(frozen=True, eq=False)
class Sweep:
    """What networks learn with each of the K effective bag sizes of GRID, and the bias of the risk of one of them."""

    found: Tensor  # (K, 4) shares that they recognize of each type, and name correctly of all cells
    bias: Tensor  # (K, FRESH)
    labeled: float  # the risk R
    blind: float  # I
    right: float  # effective bag size, by theory
    reported: float  # what the learner's function finds in the reports
    at: float  # the one looked at

    @property
    def bias_at(self) -> float:
        """Mean over draws of the bias at `at`: the risk is affine in the effective bag size, so two values give all."""
        first, last = self.bias.mean(1)[[0, -1]].tolist()
        return first + (last - first) * (self.at - GRID[0]) / (GRID[-1] - GRID[0])

    def line(self, m_eff: float | Tensor) -> float | Tensor:
        """Return the bias by theory."""
        return (m_eff / self.right - 1) * (self.labeled - self.blind)


def effective_size(
    at: float,
    bags: str,
    seed: int = 0,
    *,
    bag_risk: Callable = exercises.bag_risk,
    kappa: Callable = exercises.kappa,
    progress: Progress | None = None,
) -> Sweep:
    """Try all effective bag sizes on one kind of bags, and look at one of them."""
    parts = swept(bags, seed, bag_risk, progress=progress)
    given = trainings.specimens(*BAGS[bags], seed)
    return Sweep(*parts, right=given.m_eff, reported=float(kappa(given.reports)), at=at)


def picture(fig, r: Sweep) -> None:
    """Draw the bias, measured and as the line says, and what networks learn."""
    bias, shares = fig.row(1, 1)
    around = {"xlim": (0.9, 72), "log": "x", "xticks": {m_eff: f"{m_eff:g}" for m_eff in GRID}, "grid": True}
    bias.frame("bias of the risk, nats", "effective bag size", ylim=(-300, 30), **around)
    if bias.axes.get_yscale() != "symlog":
        bias.axes.set_yscale("symlog", linthresh=1.0)
        bias.axes.set_yticks((-100, -10, -1, 0, 1, 10), ("−100", "−10", "−1", "0", "1", "10"))
    shares.frame("share of new cells, mean of the networks", "effective bag size", ylim=(0, 1.02), **around)
    fine = torch.logspace(0, 1.81, 60, dtype=torch.float64)
    bias.line(fine, r.line(fine), "vermilion", "--", "bias by theory", width=2.4)
    repeated = torch.tensor(GRID)[:, None].expand_as(r.bias)
    bias.dots(repeated.flatten(), r.bias.flatten(), label=f"{FRESH} draws of new bags", size=4, alpha=0.7)
    bias.level(0, "black", width=1)
    for panel in (bias, shares):
        panel.upright(r.right, "vermilion", "-.", "right by theory", width=1.6)
        panel.upright(r.at, "grey", "-", "chosen", width=6, alpha=0.3)
    for label, (color, style, marker), values in zip(LABELS, LOOKS, r.found.T, strict=True):
        shares.line(GRID, values, color, style, label, marker=marker, size=5)
    fig.legend(ncols=4)


def sentence(r: Sweep) -> str:
    """Say the bias at the chosen effective bag size, what networks recognize with it, and which one is right."""
    i = nearest(r.at)
    *types, right = (f"{100 * float(one):.0f} %" for one in r.found[i])
    shares = listed([f"{share} of the {name}" for share, name in zip(types, TYPES, strict=True)])
    return (
        f"With effective bag size {say(r.at)} the bias is {say(r.bias_at, 2)}, by theory {say(r.line(r.at), 2)}. "
        f"Networks trained with {GRID[i]:g} recognize {shares}, and name {right} of all cells correctly. "
        f"Right by theory is {say(r.right)}, and the reports give {say(r.reported)}."
    )


explorer = Explorer(
    "effective_size",
    "Which effective bag size is right?",
    controls=(
        Slider("at", "Effective bag size", GRID[0], GRID[-1], GRID[-1], log=True),
        Choice("bags", "Bags", tuple(BAGS), next(iter(BAGS))),
    ),
    compute=effective_size,
    picture=picture,
    sentence=sentence,
    uses=("bag_risk", "kappa"),
    size=(9.6, 4.3),
    pairs=(("at", "bags"),),
)
