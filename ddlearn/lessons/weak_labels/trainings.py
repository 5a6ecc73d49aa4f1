"""Simulated cells in bags, and nets trained on what the blood tests say: one training serves many pictures.

A bag is a tube of blood whose cells were photographed. Blood of many people poured together and then divided again
makes bags of independent cells, of which the shares are told as they were counted. One person's blood in each bag makes
bags that differ as people do; there the laboratory's report is told, with its errors.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.blood import CellPool
from ddlearn.classroom import cached
from ddlearn.networks import MLP, Parameters

Progress = Callable[[float, str], object]

POURED, HEALTHY, PATIENTS = KINDS = ("poured together", "healthy donors", "patients")
DIRICHLET = {HEALTHY: blood.HEALTHY, PATIENTS: blood.PATIENTS}
ALPHA0 = sum(blood.PATIENTS)
BLOOD = blood.mean_blood()

CELLS = 16_384
TRAIN, TEST = 3000, 1000  # cells of each type in the pool
POOL_SEED = 9
# A start with W_std = 2^.5, the usual one for ReLU, lets a net in some six escape from what equal bags teach.
NET = MLP((32, 64, 64, 3), W_std=1.0)
NETS, STEPS, RATE, BATCH = 3, 150, 7e-3, 512


@dataclass(frozen=True, eq=False)
class Specimens:
    """Bags of cells, and all that is known about them.

    rows (B, k) are places in the pool; told (B, 3) what the tests say, p (3,) its mean. kappa is the spread that theory
    expects of the mixtures: the bag size where cells are independent, alpha0 + 1 where each bag is a person.
    """

    rows: Tensor
    told: Tensor
    p: Tensor
    kappa: float

    @property
    def k(self) -> int:
        return self.rows.shape[1]


def part(progress: Progress | None, low: float, high: float, said: str) -> Progress | None:
    """Return the part of a progress bar from `low` to `high`, its words put into `said`."""
    return progress and (lambda share, words: progress(low + (high - low) * share, said.format(words)))


@cached(1)
def pool(progress: Progress | None = None) -> CellPool:
    """Simulate the lesson's cells: ring features of as many of each type."""
    return blood.cell_pool(TRAIN, TEST, compute.generator(POOL_SEED), progress=progress)


def specimens(kind: str, k: int, seed: int, cells: int = CELLS) -> Specimens:
    """Draw so many cells in bags of k from the pool, by type; a type that runs out is drawn again."""
    draw = compute.generator(seed)
    bags = cells // k
    if kind == POURED:
        kappa, mixtures = float(k), BLOOD.expand(bags, -1)
    else:
        kappa, mixtures = sum(DIRICHLET[kind]) + 1, blood.draw_patients(bags, draw, DIRICHLET[kind])
    drawn = weak_labels.draw_bags(pool().train_y, mixtures, k, draw)
    told = drawn.counted if kind == POURED else blood.blood_report(mixtures, draw)
    return Specimens(drawn.rows, told, told.mean(0), kappa)


def shuffled(given: Specimens, seed: int) -> Specimens:
    """Return the same bags, each with the blood test of another."""
    order = torch.randperm(len(given.told), generator=compute.generator(seed + 7))
    return replace(given, told=given.told[order])


BagLoss = Callable[[Tensor, Tensor], Tensor]
"""Logits (nets, bags, cells, 3) of some bags, and which bags they are (bags,) -> a loss for each net, (nets,)."""


def fit(given: Specimens, loss: BagLoss, nets: int, seed: int, progress: Progress | None = None) -> Parameters:
    """Train so many nets, stacked, in float32.

    A step looks at some 512 cells: as many bags as that gives, 32 at least, and of each as many cells, 8 at least.
    """
    device = compute.device()
    bags = min(len(given.rows), max(BATCH // given.k, 32))
    taken = min(given.k, max(8, BATCH // bags))
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


def found(parameters: Parameters) -> Tensor:
    """Return which share of each type the nets find among new cells.  -> (nets, 3), float64"""
    cells = pool()
    called = NET.apply(parameters, cells.test_x.to(parameters[0][0])).argmax(-1).cpu()
    return torch.stack([(called[:, cells.test_y == c] == c).double().mean(1) for c in range(3)], 1)


def accuracy(found: Tensor) -> Tensor:
    """Return the share of right names where types are as frequent as in the average blood.  (..., 3) -> (...)"""
    return found @ BLOOD.to(found)
