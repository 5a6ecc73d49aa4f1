"""Simulated cells in bags, and networks trained on the reports of blood tests: one training serves many pictures.

A bag is a tube of blood whose cells were photographed. Blood of many people poured together and then divided again
makes bags of independent cells, whose report is an exact count of these cells. One person's blood per bag makes bags
that differ as people do, and the laboratory's report has errors.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.blood import CellPool
from ddlearn.classroom import cached
from ddlearn.compute import Progress
from ddlearn.lessons.cells import BLOOD
from ddlearn.lessons.weak_labels import exercises
from ddlearn.networks import MLP, Parameters

POURED, HEALTHY, PATIENTS = KINDS = ("poured together", "healthy donors", "patients")
DIRICHLET = {HEALTHY: blood.HEALTHY, PATIENTS: blood.PATIENTS}
ALPHA0 = sum(blood.PATIENTS)
PROPORTIONS, MEAN_MAP, EASY = LEARNERS = ("proportion loss", "mean map", "EasyLLP")

CELLS = 16_384
TRAIN, TEST = 3000, 1000  # cells of each type in the pool
POOL_SEED = 9
# With W_std = 2^.5, the usual start for ReLU, some networks escape from what equal bags teach: 3 of 120.
NET = MLP((32, 64, 64, 3), W_std=1.0)
NETS, STEPS, RATE, BATCH = 3, 150, 7e-3, 512
STEEP = 30.0  # logits beyond it are cut off: a learner's logarithm of a share must not meet 0 in float32


@dataclass(frozen=True, eq=False)
class Specimens:
    """Bags of cells, and all that is known about them.

    rows (B, m) are places in the pool; reports (B, 3) the shares that the tests print, q (3,) their mean. m_eff is the
    effective bag size by theory: m for independent cells, alpha0 + 1 if each bag is a person.
    """

    rows: Tensor
    reports: Tensor
    q: Tensor
    m_eff: float

    @property
    def m(self) -> int:
        return self.rows.shape[1]


@cached(1)
def pool(progress: Progress | None = None) -> CellPool:
    """Simulate the lesson's cells: ring features of as many of each type."""
    return blood.cell_pool(TRAIN, TEST, compute.generator(POOL_SEED), progress=progress)


def specimens(kind: str, m: int, seed: int, shuffled: bool = False) -> Specimens:
    """Draw CELLS cells in bags of m from the pool, by type; `shuffled`, each bag has the report of another."""
    draw, bags = compute.generator(seed), CELLS // m
    if kind == POURED:
        m_eff, mixtures = float(m), BLOOD.expand(bags, -1)
    else:
        m_eff, mixtures = sum(DIRICHLET[kind]) + 1, blood.draw_patients(bags, draw, DIRICHLET[kind])
    drawn = weak_labels.draw_bags(pool().train_y, mixtures, m, draw)
    reports = drawn.counted if kind == POURED else blood.blood_report(mixtures, draw)
    if shuffled:
        reports = reports[torch.randperm(bags, generator=compute.generator(seed + 7))]
    return Specimens(drawn.rows, reports, reports.mean(0), m_eff)


def worth(m_eff: float, cells: int = CELLS) -> Tensor:
    """Return what cells in bags of this effective size are worth, in labeled cells of each type.  -> (3,)"""
    return cells * BLOOD * weak_labels.efficiency(BLOOD, m_eff)


BagLoss = Callable[[Tensor, Tensor], Tensor]
"""Logits (nets, bags, cells, 3) of some bags, and which bags they are (bags,) -> a loss for each net, (nets,)."""


def fit(given: Specimens, loss: BagLoss, nets: int, seed: int, progress: Progress | None = None) -> Parameters:
    """Train so many networks, stacked, in float32.

    A step looks at about 512 cells: as many bags as that gives, 32 at least, and 8 cells at least of each bag.
    """
    device = compute.device()
    bags = min(len(given.rows), max(BATCH // given.m, 32))
    taken = min(given.m, max(8, BATCH // bags))
    return weak_labels.train_classifiers(
        NET,
        pool().train_x.to(device, torch.float32),
        weak_labels.draw_bag_batches(given.rows.to(device), bags, taken, loss),
        generator=compute.generator(seed + 100, device),
        nets=nets,
        steps=STEPS,
        lr=RATE,
        progress=progress,
    )


def loss_of(learner: str, given: Specimens, proportion_loss: Callable, m_eff: float | None = None) -> BagLoss:
    """Return the loss of a minibatch of bags. EasyLLP takes `m_eff`, or the number of cells per bag as published."""
    reports = given.reports.to(compute.device(), torch.float32)
    if learner == PROPORTIONS:
        return lambda logits, bags: torch.stack(
            [proportion_loss(net, reports[bags]) for net in logits.clamp(-STEEP, STEEP)]
        )
    if learner == MEAN_MAP:
        weights = weak_labels.mean_map_weights(given.reports, given.q).to(reports)
    else:
        weights = weak_labels.bag_weights(given.reports, given.q, m_eff or given.m).to(reports)
    return lambda logits, bags: weak_labels.weighted_bag_loss(logits, weights[bags])


@cached(96)
def trained(
    learner: str,
    kind: str,
    m: int,
    seed: int,
    proportion_loss: Callable = exercises.proportion_loss,
    m_eff: float | None = None,
    shuffled: bool = False,
    progress: Progress | None = None,
) -> Tensor:
    """Return the shares of each type that networks recognize after training on bags of one kind.  -> (NETS, 3)

    `m_eff` is as in `loss_of`, `shuffled` as in `specimens`.
    """
    given = specimens(kind, m, seed, shuffled)
    return found(fit(given, loss_of(learner, given, proportion_loss, m_eff), NETS, seed, progress))


def found(parameters: Parameters) -> Tensor:
    """Return the share of each type that the networks recognize among new cells.  -> (nets, 3), float64"""
    cells = pool()
    called = NET.apply(parameters, cells.test_x.to(parameters[0][0])).argmax(-1).cpu()
    return torch.stack([(called[:, cells.test_y == c] == c).double().mean(1) for c in range(3)], 1)


def accuracy(found: Tensor) -> Tensor:
    """Return the share of all cells named correctly, with types as frequent as in average blood.  (..., 3) -> (...)"""
    return found @ BLOOD.to(found)
