"""One data set after another in which purified tubes may mislead, and the nets that learn from them.

A specimen is seen once, at one focus, under one light, in one liquid. Purified cells have perfect labels and few
specimens; blood tests have vague labels and as many specimens as patients. Nets learn from one of them or from both, by
cross-entropy on the tubes plus the proportion loss on the patients, and are tested on cells of new patients.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import cached
from ddlearn.compute import Progress
from ddlearn.lessons import cells as lab
from ddlearn.networks import Parameters

DATA_SETS = 3


@dataclass(frozen=True)
class Plan:
    """How much of everything.

    `purified` cells of each type, out of one tube or shared equally by several, whose numbers divide it; `patients`
    with a blood test and `cells` of each; as many cells of each of the new patients `new`.
    """

    purified: int = 120
    tubes: tuple[int, ...] = (1, 3, 8)
    patients: int = 40
    cells: int = 32
    new: int = 20
    steps: int = 200
    batch: int = 96
    sub: int = 8  # cells of each patient in a step

    @property
    def own(self) -> Tensor:
        """The tube of each purified cell, type by type. The first of a type has cells enough to be its only one."""
        most = self.tubes[-1]
        sizes = [self.purified // next(d for d in self.tubes if d > k) for k in range(most)]
        return torch.arange(3 * most).repeat_interleave(torch.tensor(3 * sizes))

    def rows(self, tubes: int) -> Tensor:
        """Return the purified cells out of so many tubes of each type, equally many of each.  -> (3 purified,)"""
        chosen = [c * self.tubes[-1] + k for c in range(3) for k in range(tubes)]
        return torch.cat([(self.own == one).nonzero()[: self.purified // tubes, 0] for one in chosen])


@dataclass(frozen=True, eq=False)
class Setting:
    """One data set: what is learned from, and new patients to be tested on; features scaled by the patients' cells."""

    tube_x: Tensor
    x: Tensor  # (patients cells, 32), a patient's cells together
    reports: Tensor  # (patients, 3)
    new_x: Tensor
    new_y: Tensor


def setting(strength: float, seed: int, plan: Plan, progress: Progress | None = None) -> Setting:
    """Simulate one data set."""
    draw, most = compute.generator(10_000 + seed), plan.tubes[-1]
    effects = blood.specimen_effects(3 * most, strength, draw)
    tube_x = blood.simulate_rings(plan.own // most, effects, draw, plan.own, compute.part(progress, 0, 0.4))

    def seen(patients: Tensor, low: float) -> blood.Sample:
        report = compute.part(progress, low, low + 0.3)
        return blood.draw_specimens(patients, plan.cells, draw, strength=strength, progress=report)

    def scaled(x: Tensor) -> Tensor:
        return ((x - known.x.mean(0)) / known.x.std(0)).float()

    mixes = blood.draw_patients(plan.patients, draw)
    known, new = seen(mixes, 0.4), seen(blood.draw_patients(plan.new, draw), 0.7)
    return Setting(scaled(tube_x), scaled(known.x), blood.blood_report(mixes, draw), scaled(new.x), new.labels)


@cached(16)
def accuracies(strength: float, seed: int, plan: Plan, progress: Progress | None = None) -> Tensor:
    """Return test accuracies of nets: of tubes alone, of tubes and blood tests, of blood tests alone in every column.

    -> (3, DATA_SETS, len(plan.tubes))
    """
    sets = []
    for k in range(DATA_SETS):
        report = compute.part(progress, 0.6 * k / DATA_SETS, 0.6 * (k + 1) / DATA_SETS)
        sets.append(setting(strength, DATA_SETS * seed + k, plan, report))
    jobs = [(k, d, 1.0, tests) for k in range(DATA_SETS) for d in plan.tubes for tests in (0.0, 1.0)]
    jobs += [(k, plan.tubes[0], 0.0, 1.0) for k in range(DATA_SETS)]
    parameters = train(sets, jobs, plan, seed, compute.part(progress, 0.6, 1))
    new_x, new_y = (torch.stack([getattr(sets[k], name) for k, *_ in jobs]) for name in ("new_x", "new_y"))
    found = (lab.posteriors(lab.net(), parameters, new_x).argmax(-1) == new_y).double().mean(1)
    alone, both = found[:-DATA_SETS].unflatten(0, (DATA_SETS, len(plan.tubes), 2)).unbind(-1)
    return torch.stack([alone, both, found[-DATA_SETS:, None].expand_as(alone)])


def train(sets: list[Setting], jobs: list, plan: Plan, seed: int, progress: Progress | None = None) -> Parameters:
    """Train a net for each job (data set, tubes a type, weight of the tubes, weight of the blood tests), all as one."""
    x = torch.cat([part for one in sets for part in (one.tube_x, one.x)])
    chosen = torch.stack([plan.rows(d) for _, d, *_ in jobs])  # alike in every data set
    types = plan.own[chosen] // plan.tubes[-1]
    start = torch.tensor([[k * len(x) // len(sets)] for k, *_ in jobs])  # all sets are equally large
    rows, first = chosen + start, start + len(plan.own)
    reports = torch.stack([sets[k].reports for k, *_ in jobs]).float()
    on_tubes, on_tests = torch.tensor([weights for _, _, *weights in jobs]).unbind(1)
    weight = (3 * lab.BLOOD).float()  # tubes hold the types in equal parts, blood does not
    E, patient = len(jobs), torch.arange(plan.patients)[:, None] * plan.cells

    def draw(generator: torch.Generator) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        picked = torch.randint(rows.shape[1], (E, plan.batch), generator=generator)
        cell = torch.randint(plan.cells, (E, plan.patients, plan.sub), generator=generator) + patient
        label = types.gather(1, picked)

        def loss(logits: Tensor) -> Tensor:
            pure, mixed = logits[:, : plan.batch], logits[:, plan.batch :].unflatten(1, (plan.patients, plan.sub))
            entropy = -pure.log_softmax(-1).gather(-1, label[..., None])[..., 0] * weight[label]
            return on_tubes * entropy.mean(1) + on_tests * weak_labels.proportion_loss(mixed, reports)

        return torch.cat([rows.gather(1, picked), cell.flatten(1) + first], 1), loss

    how = {"steps": plan.steps, "lr": lab.RATE, "progress": progress}
    return weak_labels.train_classifiers(lab.net(), x, draw, generator=compute.generator(seed + 4), nets=E, **how)
