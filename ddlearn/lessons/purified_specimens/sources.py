"""Purified cells and blood tests of two cohorts: how good the nets are that learn from so many cells of each.

In purified tubes every cell has a label. In a cohort every 512 cells have a blood test, and a net learns by the mean
map, which is unbiased for any bags that differ at all; those of healthy people are nearly alike, so its estimate has a
large variance, and more of them help slowly. A cell of the lesson's pool may lie in several bags.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import cached
from ddlearn.compute import Progress
from ddlearn.lessons import cells as lab
from ddlearn.lessons.cells import PURE

TUBE_CELLS = (4, 10, 30, 100, 1000)  # of each tube
BAGS, K = (8, 32, 64), 512  # each number divides the last
HEALTHY, PATIENTS = "healthy donors", "patients"
COHORTS = {HEALTHY: blood.HEALTHY, PATIENTS: blood.PATIENTS}
SEEDS = 3
SUB_CELLS = 4  # a step sees so many cells of every bag
PURIFIED = [3 * n for n in TUBE_CELLS]
COHORT = [K * B for B in BAGS]


@cached(8)
def on_tubes(units: int, seed: int, progress: Progress | None = None) -> Tensor:
    """Judge nets of pure tubes.  (SEEDS, tube sizes, measures)"""
    lab.pool(progress=compute.part(progress, 0, 0.5))
    draw = compute.generator(seed + 5)
    sizes = [n for n in TUBE_CELLS for _ in range(SEEDS)]
    drawn = [lab.draw_tubes(PURE, n, draw) for n in sizes]
    again = torch.arange(PURIFIED[-1])  # small sets again and again, to the same length
    rows, tubes = (torch.stack([one[again % len(one)] for one in part]) for part in zip(*drawn, strict=True))
    small, found = torch.tensor(sizes) < lab.FEW, []
    for group, few, ends in ((small, True, (0.5, 0.75)), (~small, False, (0.75, 1))):
        report = compute.part(progress, *ends)
        nets = lab.train_on_tubes(rows[group], tubes[group], draw, units=units, few=few, progress=report)
        found.append(lab.judge(*nets))
    return torch.cat(found).unflatten(0, (-1, SEEDS)).transpose(0, 1)


@cached(8)
def on_cohort(name: str, units: int, seed: int, progress: Progress | None = None) -> Tensor:
    """Judge nets of blood tests, by the mean map; every bag is in every step.  (SEEDS, BAGS, measures)"""
    pool, draw = lab.pool(), compute.generator(seed + 6)
    mix, rows, weights = blood.mean_blood(COHORTS[name]), [], []
    many = [B for B in BAGS for _ in range(SEEDS)]
    for B in many:
        people = blood.draw_patients(B, draw, COHORTS[name])
        reports = blood.blood_report(people, draw)
        again = torch.arange(BAGS[-1]) % B  # fewer bags again and again: all nets have as many rows
        rows.append(weak_labels.draw_bags(pool.train_y, people, K, draw).rows[again])
        weights.append(weak_labels.mean_map_weights(reports, mix).float()[again])
    rows, weights = torch.stack(rows), torch.stack(weights)  # (nets, most bags, K), (nets, most bags, 3)

    def step(generator: torch.Generator) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        cell = torch.randint(K, (*rows.shape[:2], SUB_CELLS), generator=generator)
        picked = rows.gather(2, cell).flatten(1)
        return picked, lambda z: weak_labels.weighted_bag_loss(z.unflatten(1, cell.shape[1:]), weights)

    shape, x = lab.net(units), pool.train_x.float()
    how = {"steps": lab.STEPS, "lr": lab.RATE, "progress": progress}
    parameters = weak_labels.train_classifiers(shape, x, step, generator=draw, nets=len(many), **how)
    return lab.judge(shape, parameters, mix).unflatten(0, (-1, SEEDS)).transpose(0, 1)
