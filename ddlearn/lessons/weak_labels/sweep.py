"""Networks trained with every effective bag size, and the bias that the risk of one of them has with each."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import cached
from ddlearn.compute import Progress
from ddlearn.lessons.cells import BLOOD
from ddlearn.lessons.weak_labels import trainings
from ddlearn.lessons.weak_labels.trainings import NET, PATIENTS, POURED

BAGS = {"patients, 64 cells each": (PATIENTS, 64), "poured together, 8 cells per bag": (POURED, 8)}
GRID = (1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 24.0, 64.0)
NETS = 2  # per effective bag size
FRESH = 8  # times that new bags are drawn
UNSAFE = "bag_risk is not finite where a network is very sure: take log_softmax, not the logarithm of softmax"


def nearest(m_eff: float) -> int:
    """Return the place in GRID of the effective bag size that is nearest, by their ratio."""
    return min(range(len(GRID)), key=lambda i: abs(math.log(GRID[i] / m_eff)))


@cached(8)
def swept(bags: str, seed: int, bag_risk: Callable, progress: Progress | None = None) -> tuple:
    """Train networks with every effective bag size side by side, then measure the risk of one of them on new bags.

    -> for each of GRID, the shares that networks recognize of each type and name correctly of all cells (K, 4), and the
    bias (K, FRESH); then the risks R with labels, and I if a cell's label has nothing to do with the cell
    """
    kind, m = BAGS[bags]
    cells = trainings.pool(progress=compute.part(progress, 0, 0.4, "Making {}"))
    given = trainings.specimens(kind, m, seed)
    device = compute.device()
    reports, q = (each.to(device, torch.float32) for each in (given.reports, given.q))
    every = [m_eff for m_eff in GRID for _ in range(NETS)]

    def loss(logits: Tensor, chosen: Tensor) -> Tensor:
        pairs = zip(logits, every, strict=True)
        risks = torch.stack([bag_risk(net, reports[chosen], q, m_eff) for net, m_eff in pairs])
        if not risks.isfinite().all():
            raise ValueError(UNSAFE)
        return risks

    report = compute.part(progress, 0.4, 1, f"{len(every)} networks: {{}}")
    parameters = trainings.fit(given, loss, len(every), seed, report)
    found = trainings.found(parameters).unflatten(0, (len(GRID), NETS)).mean(1)

    logits = NET.apply(parameters, cells.train_x.to(device, torch.float32))[nearest(given.m_eff) * NETS].double().cpu()
    losses = -torch.stack([logits[cells.train_y == c].log_softmax(-1).mean(0) for c in range(3)])  # of c' as c
    labeled, blind = float(BLOOD @ losses.diagonal()), float(BLOOD @ losses @ BLOOD)
    fresh = [trainings.specimens(kind, m, 10_000 + FRESH * seed + draw) for draw in range(FRESH)]
    risks = [[float(bag_risk(logits[new.rows], new.reports, new.q, m_eff)) for new in fresh] for m_eff in GRID]
    bias = torch.tensor(risks, dtype=torch.float64) - labeled
    return torch.cat([found, trainings.accuracy(found)[:, None]], 1), bias, labeled, blind
