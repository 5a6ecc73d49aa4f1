"""Counting a new patient: a classifier from purified tubes meets blood in which the types have other shares.

Three ways to count: every cell as its likeliest type; EM, which finds the shares that explain the cells best; and EM
with the physiology of people as its prior. That prior is the Dirichlet distribution that was fitted to real blood
counts, with 1 in the place of the monocytes' 0.59, for the step adds alpha - 1 cells of a type, and cannot add fewer
than none. Nobody can count better than chance allows: so many cells drawn from the patient err by themselves.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import cached
from ddlearn.compute import Progress
from ddlearn.lessons import cells as lab
from ddlearn.lessons.cells import PURE, THIRDS
from ddlearn.lessons.counting_and_rules import exercises

PATIENTS, COUNTS, NETS = 40, (10, 30, 100, 300), 4
ITERATIONS, STILL = 60, 1e-4
ALPHA = torch.tensor(blood.PATIENTS, dtype=torch.float64).clamp(min=1)
FLAT = torch.ones(3, dtype=torch.float64)


def settled(start: Tensor, step: Callable[[Tensor], Tensor]) -> Tensor:
    """Repeat an EM step until no entry moves by more than STILL."""
    now = start
    for _ in range(ITERATIONS):
        before, now = now, step(now)
        if (now - before).abs().max() < STILL:
            break
    return now


def count_by_em(P: Tensor, alpha: Tensor, step: Callable) -> Tensor:
    """Return the shares that EM finds from equal ones.  P (n, 3), learned at equal shares -> (3,)"""
    return settled(THIRDS, lambda shares: step(P, THIRDS, shares, alpha))


@cached(4)
def people(seed: int) -> tuple[Tensor, Tensor]:
    """Draw the patients' mixtures (PATIENTS, 3), and their cells as places among the test cells, (PATIENTS, most)."""
    draw = compute.generator(seed + 50)
    mixes = blood.draw_patients(PATIENTS, draw)
    return mixes, weak_labels.draw_bags(lab.pool().test_y, mixes, COUNTS[-1], draw).rows


@cached(6)
def posteriors(size: int, seed: int, progress: Progress | None = None) -> Tensor:
    """Return what nets of pure tubes, each of its own, say of all patients' cells.  (NETS, PATIENTS, most, 3)"""
    pool = lab.pool(progress=compute.part(progress, 0, 0.6))
    draw = compute.generator(seed + 2)
    drawn = [lab.draw_tubes(PURE, size, draw) for _ in range(NETS)]
    rows, tubes = (torch.stack(part) for part in zip(*drawn, strict=True))
    nets = lab.train_on_tubes(rows, tubes, draw, progress=compute.part(progress, 0.6, 1))
    return lab.posteriors(*nets, pool.test_x)[:, people(seed)[1]]


def ways(P: Tensor, step: Callable) -> Tensor:
    """Return the shares by each way of counting.  P (n, 3), learned at equal shares -> (3 ways, 3)"""
    return torch.stack([weak_labels.classify_and_count(P), *(count_by_em(P, alpha, step) for alpha in (FLAT, ALPHA))])


@cached(8)
def counted(size: int, seed: int, step: Callable, progress: Progress | None = None) -> Tensor:
    """Return what each way counts by each net, in each patient, of n cells.  (3 ways, NETS, PATIENTS, counts, 3)"""
    every = posteriors(size, seed, progress=compute.part(progress, 0, 0.6)).flatten(0, 1)
    found = []
    for k, P in enumerate(every):
        if progress:
            progress(0.6 + 0.4 * k / len(every), f"blood sample {k + 1} of {len(every)}")
        found.append(torch.stack([ways(P[:n], step) for n in COUNTS], 1))
    return torch.stack(found, 1).unflatten(1, (NETS, PATIENTS))


def errors(size: int, seed: int, step: Callable = exercises.shares_step) -> Tensor:
    """Return the error of each count, as a mean over types.  (3 ways, NETS, PATIENTS, counts)"""
    found = counted(size, seed, step)
    return weak_labels.count_error(found, people(seed)[0][:, None].expand_as(found))


def floor(mixes: Tensor, n: int) -> float:
    """Return the mean |share of n cells - share of the patient| if every cell were known, by the normal law."""
    return float(math.sqrt(2 / math.pi) * blood.counting_deviation(mixes, n).mean())
