"""Where purified cells mislead: with one tube of each type, what tells the types apart may be the tubes.

A specimen is seen once, at one focus, under one light, in one liquid. Purified cells have perfect labels and few
specimens; blood tests have vague labels and as many specimens as patients. Nets learn from one of them or from both, by
cross-entropy on the tubes plus the proportion loss on the patients, and are tested on cells of new patients.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import Choice, Explorer, cached
from ddlearn.lessons import cells as lab
from ddlearn.lessons.cells import BLOOD, Progress

STRENGTHS = {"none": 0.0, "as in this lesson": 1.0, "a careless laboratory": 2.0}
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


PLAN = Plan()


@dataclass(frozen=True, eq=False)
class Setting:
    """One data set: what is learned from, and new patients to be tested on; features scaled by the patients' cells."""

    tube_x: Tensor
    tube_y: Tensor
    tube: Tensor  # which tube of its type each purified cell is from
    x: Tensor  # (patients cells, 32), a patient's cells together
    reports: Tensor  # (patients, 3)
    new_x: Tensor
    new_y: Tensor


@dataclass(frozen=True, eq=False)
class Batch:
    """Accuracies for every number of tubes, and one number looked at."""

    strength: str
    at: int
    alone: Tensor  # (DATA_SETS, tubes)
    both: Tensor  # (DATA_SETS, tubes)
    tests: Tensor  # (DATA_SETS,)


def setting(strength: float, seed: int, plan: Plan, progress: Progress | None = None) -> Setting:
    """Simulate one data set. The first tube of a type has cells enough to be its only one."""
    draw, most = compute.generator(10_000 + seed), plan.tubes[-1]
    sizes = torch.tensor([plan.purified // next(d for d in plan.tubes if d > k) for k in range(most)] * 3)
    own = torch.arange(3).repeat_interleave(most)
    tube_y, source = own.repeat_interleave(sizes), torch.arange(len(sizes)).repeat_interleave(sizes)
    effects = blood.specimen_effects(len(sizes), strength, draw)
    tube_x = blood.simulate_rings(tube_y, effects, draw, source, lab.shared(progress, 0, 0.4))

    def seen(patients: Tensor, low: float) -> blood.Sample:
        report = lab.shared(progress, low, low + 0.3)
        return blood.draw_specimens(patients, plan.cells, draw, strength=strength, progress=report)

    def scaled(x: Tensor) -> Tensor:
        return ((x - known.x.mean(0)) / known.x.std(0)).float()

    mixes = blood.draw_patients(plan.patients, draw)
    known, new = seen(mixes, 0.4), seen(blood.draw_patients(plan.new, draw), 0.7)
    reports = blood.blood_report(mixes, draw)
    return Setting(scaled(tube_x), tube_y, source % most, scaled(known.x), reports, scaled(new.x), new.labels)


def tube_rows(one: Setting, tubes: int, plan: Plan) -> Tensor:
    """Return the purified cells out of so many tubes a type, equally many of each.  -> (3 purified,)"""
    which = ((c, k) for c in range(3) for k in range(tubes))
    each = plan.purified // tubes
    return torch.cat([((one.tube_y == c) & (one.tube == k)).nonzero()[:each, 0] for c, k in which])


@cached(16)
def accuracies(
    strength: float, seed: int, plan: Plan = PLAN, data_sets: int = DATA_SETS, progress: Progress | None = None
) -> Tensor:
    """Return test accuracies of nets: of tubes alone, of tubes and blood tests, of blood tests alone in every column.

    -> (3, data_sets, len(plan.tubes))
    """
    ends = [0.6 * k / data_sets for k in range(data_sets + 1)]
    sets = [
        setting(strength, data_sets * seed + k, plan, lab.shared(progress, ends[k], ends[k + 1]))
        for k in range(data_sets)
    ]
    x = torch.cat([part for one in sets for part in (one.tube_x, one.x)])
    start = [k * len(x) // data_sets for k in range(data_sets)]  # all sets are equally large
    jobs = [(k, d, a, b) for k in range(data_sets) for d in plan.tubes for a, b in ((1.0, 0.0), (1.0, 1.0))]
    jobs += [(k, plan.tubes[0], 0.0, 1.0) for k in range(data_sets)]
    parameters = train(sets, start, x, jobs, plan, seed, lab.shared(progress, 0.6, 1))
    new_x, new_y = (torch.stack([getattr(sets[k], name) for k, *_ in jobs]) for name in ("new_x", "new_y"))
    found = (lab.posteriors(lab.net(), parameters, new_x).argmax(-1) == new_y).double().mean(1)
    alone, both = found[:-data_sets].unflatten(0, (data_sets, len(plan.tubes), 2)).unbind(-1)
    return torch.stack([alone, both, found[-data_sets:, None].expand_as(alone)])


def train(
    sets: list[Setting], start: list[int], x: Tensor, jobs: list, plan: Plan, seed: int, progress: Progress | None
):
    """Train a net for each job (data set, tubes a type, weight of the tubes, weight of the blood tests), all as one."""
    chosen = [tube_rows(sets[k], d, plan) for k, d, *_ in jobs]
    rows = torch.stack([r + start[k] for r, (k, *_) in zip(chosen, jobs, strict=True)])
    names = torch.stack([sets[k].tube_y[r] for r, (k, *_) in zip(chosen, jobs, strict=True)])
    first = torch.tensor([start[k] + len(sets[k].tube_x) for k, *_ in jobs])
    reports = torch.stack([sets[k].reports for k, *_ in jobs]).float()
    on_tubes, on_tests = torch.tensor([[a, b] for _, _, a, b in jobs]).unbind(1)
    weight = (3 * BLOOD).float()  # tubes hold the types in equal parts, blood does not
    E, patient = len(jobs), torch.arange(plan.patients)[:, None] * plan.cells

    def draw(generator: torch.Generator) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        picked = torch.randint(rows.shape[1], (E, plan.batch), generator=generator)
        cell = torch.randint(plan.cells, (E, plan.patients, plan.sub), generator=generator) + patient
        name = names.gather(1, picked)

        def loss(logits: Tensor) -> Tensor:
            pure, mixed = logits[:, : plan.batch], logits[:, plan.batch :].unflatten(1, (plan.patients, plan.sub))
            entropy = -pure.log_softmax(-1).gather(-1, name[..., None])[..., 0] * weight[name]
            return on_tubes * entropy.mean(1) + on_tests * weak_labels.proportion_loss(mixed, reports)

        return torch.cat([rows.gather(1, picked), cell.flatten(1) + first[:, None]], 1), loss

    how = {"steps": plan.steps, "lr": lab.RATE, "progress": progress}
    return weak_labels.train_classifiers(lab.net(), x, draw, generator=compute.generator(seed + 4), nets=E, **how)


def batch(strength: str, tubes: str, seed: int = 0, *, progress: Progress | None = None) -> Batch:
    """Return the accuracies for all numbers of tubes under nuisances so strong, and look at one number."""
    alone, both, tests = accuracies(STRENGTHS[strength], seed, progress=progress)
    return Batch(strength, PLAN.tubes.index(int(tubes)), alone, both, tests[:, 0])


def picture(fig, r: Batch) -> None:
    """Draw accuracy on new patients over the number of tubes a type."""
    panel = fig.panel()
    panel.frame(
        f"accuracy on cells of new patients, %; differences: {r.strength}",
        "tubes of each type",
        xlim=(-0.4, len(PLAN.tubes) - 0.6),
        ylim=(30, 101),
        xticks=dict(enumerate(PLAN.tubes)),
        legend="right",
        grid=True,
    )
    x, tests = torch.arange(len(PLAN.tubes)).double(), r.tests[:, None].expand_as(r.alone)
    ways = {"tubes alone": r.alone, "tubes and blood tests": r.both, "blood tests alone": tests}
    panel.upright(r.at, "grey", "-", width=1)
    for k, ((name, values), (color, style, marker)) in enumerate(zip(ways.items(), lab.LOOKS, strict=True)):
        panel.line(x, 100 * values.mean(0), color, style, name, marker=marker, size=8)
        beside = (x + 0.06 * (k - 1)).expand_as(values)
        panel.dots(beside.flatten(), 100 * values.flatten(), color, marker, size=4, alpha=0.6)
    panel.dots([], [], "grey", ".", "each data set")  # for the legend, which has no other mark of no color


def sentence(r: Batch, said) -> str:
    """Say the accuracy at one number of tubes, with and without blood tests, and what was predicted."""
    d, alone, both = PLAN.tubes[r.at], 100 * r.alone[:, r.at], 100 * r.both[:, r.at]
    guess = said("tube")
    you = "" if guess is None else f" You predicted: {guess}."
    return (
        f"With {d} {'tubes' if d > 1 else 'tube'} of each type, {_range(alone)} of the cells of new patients are named "
        f"correctly. With blood tests of {PLAN.patients} patients as well: {_range(both)}. Blood tests alone: "
        f"{100 * float(r.tests.mean()):.1f} %. Differences between specimens: {r.strength}. "
        f"{len(alone)} data sets.{you}"
    )


def _range(values: Tensor) -> str:
    return f"{float(values.mean()):.1f} % ({float(values.min()):.1f} to {float(values.max()):.1f})"


explorer = Explorer(
    "batch",
    "When the tube misleads",
    controls=(
        Choice("strength", "Differences between specimens", tuple(STRENGTHS), "as in this lesson"),
        Choice("tubes", "Tubes of each type", tuple(str(d) for d in PLAN.tubes), "1"),
    ),
    compute=batch,
    picture=picture,
    sentence=sentence,
    size=(9.6, 4.2),
)
