"""Which kappa is right? The bias of the risk is a straight line through zero, and accuracy says the same.

Let R be the risk with labels, and I the risk of the same classifier where a cell's label has nothing to do with the
cell. Bags of spread kappa0, weighed with any kappa, have the mean risk

    kappa/kappa0 R + (1 - kappa/kappa0) I,        so the bias is (kappa/kappa0 - 1) (R - I).

Below kappa0 the best classifier is the true posterior drawn towards p. Above it, confidence itself is paid for, without
a limit. Our derivation, for bags whose second moment is that of one number.
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

BAGS = {"patients, 64 cells each": (PATIENTS, 64), "poured together, 8 cells a bag": (POURED, 8)}
GRID = (1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 24.0, 64.0)
NETS = 2  # for each kappa
FRESH = 8  # times that new bags are drawn
CURVES = (  # label, color, line style, marker
    ("granulocytes found", "sky", ":", "^"),
    ("lymphocytes found", "green", "-.", "s"),
    ("monocytes found", "purple", "--", "D"),
    ("named rightly", "black", "-", "o"),
)
UNSAFE = "bag_risk is not finite where a net is very sure: take log_softmax, not the logarithm of softmax"


@dataclass(frozen=True, eq=False)
class Sweep:
    """For each kappa of GRID: found (K, NETS, 3) and the measured bias (K, FRESH).

    One classifier has the risk `labelled`, R, and `blind`, I. right is the kappa of theory, told what the learner's
    function finds in the tests.
    """

    bags: str
    found: Tensor
    bias: Tensor
    labelled: float
    blind: float
    right: float
    told: float
    at: float  # the kappa looked at

    @property
    def accuracy(self) -> Tensor:
        """(K, NETS)"""
        return trainings.accuracy(self.found)

    @property
    def bias_at(self) -> float:
        """Mean over draws of the measured bias at `at`: the risk is affine in kappa, so two of them give all others."""
        first, last = self.bias.mean(1)[[0, -1]].tolist()
        return first + (last - first) * (self.at - GRID[0]) / (GRID[-1] - GRID[0])

    def line(self, kappa: float | Tensor) -> float | Tensor:
        """Return the bias by theory."""
        return (kappa / self.right - 1) * (self.labelled - self.blind)


def nearest(kappa: float) -> int:
    """Return the place in GRID of the kappa that is nearest, by their ratio."""
    return min(range(len(GRID)), key=lambda i: abs(math.log(GRID[i] / kappa)))


@cached(8)
def swept(bags: str, seed: int, bag_risk: Callable, progress: Progress | None = None) -> tuple:
    """Train nets with every kappa side by side, then look at the risk of one of them on bags that it has not seen.

    -> found, bias, labelled and blind, as a `Sweep` has them
    """
    kind, k = BAGS[bags]
    trainings.pool(progress=trainings.part(progress, 0, 0.4, "Making {}"))
    given = trainings.specimens(kind, k, seed)
    device = compute.device()
    told, p = (part.to(device, torch.float32) for part in (given.told, given.p))
    every = [kappa for kappa in GRID for _ in range(NETS)]

    def loss(logits: Tensor, chosen: Tensor) -> Tensor:
        risks = torch.stack([bag_risk(net, told[chosen], p, kappa) for net, kappa in zip(logits, every, strict=True)])
        if not risks.isfinite().all():
            raise ValueError(UNSAFE)
        return risks

    report = trainings.part(progress, 0.4, 1, f"{len(every)} nets: {{}}")
    parameters = trainings.fit(given, loss, len(every), seed, report)
    found = trainings.found(parameters).unflatten(0, (len(GRID), NETS))

    cells = trainings.pool()
    logits = NET.apply(parameters, cells.train_x.to(device, torch.float32))[nearest(given.kappa) * NETS].double().cpu()
    losses = -torch.stack([logits[cells.train_y == c].log_softmax(-1).mean(0) for c in range(3)])  # of c' as c
    labelled, blind = float(BLOOD @ losses.diagonal()), float(BLOOD @ losses @ BLOOD)
    bias = []
    for draw in range(FRESH):
        new = trainings.specimens(kind, k, 10_000 + FRESH * seed + draw)
        bias.append([float(bag_risk(logits[new.rows], new.told, new.p, kappa)) - labelled for kappa in GRID])
    return found, torch.tensor(bias, dtype=torch.float64).T, labelled, blind


def kappas(
    at: float,
    bags: str,
    seed: int = 0,
    *,
    bag_risk: Callable = exercises.bag_risk,
    kappa: Callable = exercises.kappa,
    progress: Progress | None = None,
) -> Sweep:
    """Try all kappas on one kind of bags, and look at one of them."""
    kind, k = BAGS[bags]
    parts = swept(bags, seed, bag_risk, progress=progress)
    given = trainings.specimens(kind, k, seed)
    return Sweep(bags, *parts, right=given.kappa, told=float(kappa(given.told)), at=at)


def picture(fig, r: Sweep, said) -> None:
    """Draw the bias, measured and as the line says, and what nets learn."""
    bias, shares = fig.row(1, 1)
    around = {"xlim": (0.9, 72), "log": "x", "xticks": {kappa: f"{kappa:g}" for kappa in GRID}, "grid": True}
    bias.frame("bias of the risk, nats", "kappa", ylim=(-300, 30), **around)
    if bias.axes.get_yscale() != "symlog":
        bias.axes.set_yscale("symlog", linthresh=1.0)
        bias.axes.set_yticks((-100, -10, -1, 0, 1, 10), ("−100", "−10", "−1", "0", "1", "10"))
    shares.frame("share of new cells, mean of the nets", "kappa", ylim=(0, 1.02), **around)
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
    guess = said("kappa")
    if guess is not None:
        shares.upright(guess)
        shares.text(guess, 0.02, " you said")
    fig.legend(ncols=4)


def sentence(r: Sweep, said) -> str:
    """Say how far the risk is off at the chosen kappa, what nets find with it, and which kappa is right."""
    i, guess = nearest(r.at), said("kappa")
    shares = [
        f"{100 * float(one):.0f} % of the {cell_type.name}s"
        for one, cell_type in zip(r.found[i].mean(0), CELL_TYPES, strict=True)
    ]
    you = "" if guess is None else f" You said {guess:g}."
    return (
        f"{r.bags.capitalize()}. Kappa {say(r.at)}: the risk is off by {say(r.bias_at, 2)}, by theory "
        f"{say(r.line(r.at), 2)}. Nets trained with {GRID[i]:g} find {listed(shares)}, and name "
        f"{100 * float(r.accuracy[i].mean()):.0f} % rightly. Right by theory: {say(r.right)}; in the tests: "
        f"{say(r.told)}.{you}"
    )


explorer = Explorer(
    "kappas",
    "Which kappa is right?",
    controls=(
        Slider("at", "Kappa", GRID[0], GRID[-1], GRID[-1], log=True),
        Choice("bags", "Bags", tuple(BAGS), next(iter(BAGS))),
    ),
    compute=kappas,
    picture=picture,
    sentence=sentence,
    uses=("bag_risk", "kappa"),
    size=(9.6, 4.3),
    pairs=(("at", "bags"),),
)
