"""Which effective bag size is right? The bias of the risk is a straight line in it, and accuracy agrees.

Let R be the risk with labels, and I the risk of the same classifier if a cell's label has nothing to do with the cell.
For bags of the effective bag size m_0, the weights of any other size m_eff give the mean risk

    m_eff/m_0 R + (1 - m_eff/m_0) I,        so the bias is (m_eff/m_0 - 1) (R - I).

Below m_0 the best classifier is the true posterior moved toward q. Above it, confidence itself is rewarded without a
limit. Our derivation, for bags whose second moment depends on the effective bag size alone.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.blood import CELL_TYPES
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import listed, say
from ddlearn.lessons.weak_labels import exercises, trainings
from ddlearn.lessons.weak_labels.trainings import BLOOD, NET, PATIENTS, POURED, Progress

BAGS = {"patients, 64 cells each": (PATIENTS, 64), "poured together, 8 cells per bag": (POURED, 8)}
GRID = (1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 24.0, 64.0)
NETS = 2  # per effective bag size
FRESH = 8  # times that new bags are drawn
CURVES = (  # label, color, line style, marker
    *(
        (f"{cell_type.name}s recognized", *look)
        for cell_type, look in zip(
            CELL_TYPES, (("sky", ":", "^"), ("green", "-.", "s"), ("purple", "--", "D")), strict=True
        )
    ),
    ("all cells named correctly", "black", "-", "o"),
)
UNSAFE = "bag_risk is not finite where a network is very sure: take log_softmax, not the logarithm of softmax"


@dataclass(frozen=True, eq=False)
class Sweep:
    """For each effective bag size of GRID: found (K, NETS, 3) and the measured bias (K, FRESH).

    One classifier has the risk `labeled`, R, and `blind`, I. `right` is the effective bag size of theory, `reported`
    what the learner's function finds in the reports.
    """

    bags: str
    found: Tensor
    bias: Tensor
    labeled: float
    blind: float
    right: float
    reported: float
    at: float  # the effective bag size looked at

    @property
    def accuracy(self) -> Tensor:
        """(K, NETS)"""
        return trainings.accuracy(self.found)

    @property
    def bias_at(self) -> float:
        """Mean over draws of the bias at `at`: the risk is affine in the effective bag size, so two values give all."""
        first, last = self.bias.mean(1)[[0, -1]].tolist()
        return first + (last - first) * (self.at - GRID[0]) / (GRID[-1] - GRID[0])

    def line(self, m_eff: float | Tensor) -> float | Tensor:
        """Return the bias by theory."""
        return (m_eff / self.right - 1) * (self.labeled - self.blind)


def nearest(m_eff: float) -> int:
    """Return the place in GRID of the effective bag size that is nearest, by their ratio."""
    return min(range(len(GRID)), key=lambda i: abs(math.log(GRID[i] / m_eff)))


@cached(8)
def swept(bags: str, seed: int, bag_risk: Callable, progress: Progress | None = None) -> tuple:
    """Train networks with every effective bag size side by side, then measure the risk of one of them on new bags.

    -> found, bias, labeled and blind, as a `Sweep` has them
    """
    kind, m = BAGS[bags]
    trainings.pool(progress=trainings.part(progress, 0, 0.4, "Making {}"))
    given = trainings.specimens(kind, m, seed)
    device = compute.device()
    reports, q = (part.to(device, torch.float32) for part in (given.reports, given.q))
    every = [m_eff for m_eff in GRID for _ in range(NETS)]

    def loss(logits: Tensor, chosen: Tensor) -> Tensor:
        risks = torch.stack(
            [bag_risk(net, reports[chosen], q, m_eff) for net, m_eff in zip(logits, every, strict=True)]
        )
        if not risks.isfinite().all():
            raise ValueError(UNSAFE)
        return risks

    report = trainings.part(progress, 0.4, 1, f"{len(every)} networks: {{}}")
    parameters = trainings.fit(given, loss, len(every), seed, report)
    found = trainings.found(parameters).unflatten(0, (len(GRID), NETS))

    cells = trainings.pool()
    logits = NET.apply(parameters, cells.train_x.to(device, torch.float32))[nearest(given.m_eff) * NETS].double().cpu()
    losses = -torch.stack([logits[cells.train_y == c].log_softmax(-1).mean(0) for c in range(3)])  # of c' as c
    labeled, blind = float(BLOOD @ losses.diagonal()), float(BLOOD @ losses @ BLOOD)
    bias = []
    for draw in range(FRESH):
        new = trainings.specimens(kind, m, 10_000 + FRESH * seed + draw)
        bias.append([float(bag_risk(logits[new.rows], new.reports, new.q, m_eff)) - labeled for m_eff in GRID])
    return found, torch.tensor(bias, dtype=torch.float64).T, labeled, blind


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
    kind, m = BAGS[bags]
    parts = swept(bags, seed, bag_risk, progress=progress)
    given = trainings.specimens(kind, m, seed)
    return Sweep(bags, *parts, right=given.m_eff, reported=float(kappa(given.reports)), at=at)


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
    found = (*r.found.mean(1).T, r.accuracy.mean(1))
    for (label, color, style, marker), values in zip(CURVES, found, strict=True):
        shares.line(GRID, values, color, style, label, marker=marker, size=5)
    fig.legend(ncols=4)


def sentence(r: Sweep) -> str:
    """Say the bias at the chosen effective bag size, what networks recognize with it, and which one is right."""
    i = nearest(r.at)
    shares = [
        f"{100 * float(one):.0f} % of the {cell_type.name}s"
        for one, cell_type in zip(r.found[i].mean(0), CELL_TYPES, strict=True)
    ]
    return (
        f"With effective bag size {say(r.at)} the bias is {say(r.bias_at, 2)}, by theory {say(r.line(r.at), 2)}. "
        f"Networks trained with {GRID[i]:g} recognize {listed(shares)}, and name "
        f"{100 * float(r.accuracy[i].mean()):.0f} % of all cells correctly. "
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
