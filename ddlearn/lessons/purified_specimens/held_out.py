"""Purified cells are held out in two ways: some cells of every tube, or whole tubes.

Cells of one tube share a specimen. So a test on other cells of the same tubes cannot see whether a net knows the types
or the tubes.
"""

import torch
from torch import Tensor

from ddlearn import blood, compute
from ddlearn.classroom import cached
from ddlearn.lessons import cells as lab
from ddlearn.networks import MLP, Parameters

TUBES, CELLS = 8, 24  # of each type, of each tube; a fold is a tube of each type, or a cell in eight of every tube
WAYS = ("by cell", "by tube")
PATIENTS, SEEN = 40, 50  # new patients, and cells of each


@cached(4)
def specimens(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Simulate cells of purified tubes and of new patients: features (n, 32) and types (n,) of both."""
    draw = compute.generator(20_000 + seed)
    y = torch.arange(3).repeat_interleave(TUBES * CELLS)
    tube = torch.arange(3 * TUBES).repeat_interleave(CELLS)
    x = blood.simulate_rings(y, blood.specimen_effects(3 * TUBES, 1.0, draw), draw, tube)
    new = blood.draw_specimens(blood.draw_patients(PATIENTS, draw), SEEN, draw)
    mean, deviation = x.mean(0), x.std(0)
    return ((x - mean) / deviation).float(), y, ((new.x - mean) / deviation).float(), new.labels


def folds(way: str) -> Tensor:
    """Return the fold of each purified cell, in which it is held out.  (n,)"""
    place = torch.arange(3 * TUBES * CELLS)
    return (place // CELLS if way == "by tube" else place) % TUBES


def trained(rows: Tensor, seed: int) -> tuple[MLP, Parameters]:
    """Train a net for each row of places among the purified cells.  rows (nets, n)"""
    x, y, *_ = specimens(seed)
    return lab.train_on_tubes(rows, y[rows], compute.generator(seed + 12), x=x)


def accuracy(way: str, seed: int = 1) -> float:
    """Return the mean accuracy on the eighth of the cells that a net has not seen, held out in one of two `WAYS`."""
    x, y, *_ = specimens(seed)
    fold = folds(way)
    seen, unseen = (torch.stack([keep(fold, k).nonzero()[:, 0] for k in range(TUBES)]) for keep in (torch.ne, torch.eq))
    P = lab.posteriors(*trained(seen, seed), x[unseen])
    return float((P.argmax(-1) == y[unseen]).double().mean())


def accuracy_on_patients(seed: int = 1) -> float:
    """Return the accuracy on cells of new patients, of a net that has seen all purified cells; types count alike."""
    x, _, new_x, new_y = specimens(seed)
    right = (lab.posteriors(*trained(torch.arange(len(x))[None], seed), new_x)[0].argmax(-1) == new_y).double()
    return float(torch.stack([right[new_y == c].mean() for c in range(3)]).mean())
