"""How the claims of lesson 10 are measured, one number each, and their controls."""

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import cached
from ddlearn.lessons.domain_knowledge import batch, exchange, exercises, patient, rules, tubes
from ddlearn.lessons.domain_knowledge import cells as lab
from ddlearn.lessons.domain_knowledge.cells import THIRDS, Scores

IMPURITY, CELLS, NETS = 0.2, 3000, 3
RARE = torch.tensor([0.80, 0.15, 0.05], dtype=torch.float64)
LOOKS = torch.tensor([[6, 2, 1, 1], [1, 6, 2, 1], [1, 1, 3, 5]], dtype=torch.float64) / 10
SUSPECTS = {"accuracies": (0.9, 0.8, 0.75, 0.7, 0.65, 0.6), "coverage": 0.7, "cells": 4000}


def mean(scores: list[list[Scores]], place: int, name: str) -> float:
    """A measure's mean over seeds, at one number of cells."""
    return sum(getattr(row[place], name) for row in scores) / len(scores)


def forward_gradient(seed: int, corrected: bool) -> float:
    """Largest slope of the tubes' loss, over all appearances, where the net says the true posterior: it should be 0.

    A world of four appearances and three types in three tubes, all drawn; expectations are exact sums.
    """
    draw = compute.generator(seed)
    looks, purity, shares = (
        (scale * torch.randn(n, m, generator=draw, dtype=torch.float64)).softmax(1)
        for n, m, scale in ((3, 4, 1.0), (3, 3, 1.5), (1, 3, 1.0))
    )
    T, q = exercises.transition(purity, shares[0])
    posterior = looks.T * q / (looks.T * q).sum(1, keepdim=True)  # (4, 3)
    logits = posterior.log().requires_grad_()
    probabilities = shares[0][:, None] * purity @ looks  # (3 tubes, 4)
    matrix = T if corrected else torch.eye(3, dtype=torch.float64)
    loss = sum(
        probabilities[s, x] * weak_labels.forward_loss(logits[x : x + 1], torch.tensor([s]), matrix)
        for s in range(3)
        for x in range(4)
    )
    return float(torch.autograd.grad(loss, logits)[0].abs().max())


def purified(seed: int, name: str = "accuracy") -> float:
    """Nets of 3 x 100 purified cells with the average blood test as prior."""
    return mean(exchange.on_tubes(lab.UNITS, seed), exchange.TUBE_CELLS.index(100), name)


def shuffled(seed: int, name: str = "accuracy") -> float:
    """The same with the tubes' names in disorder."""
    draw = compute.generator(seed + 7)
    pure = torch.eye(3, dtype=torch.float64)
    rows, tube = lab.draw_tubes(pure, 100, draw)
    names = torch.stack([tube[torch.randperm(len(tube), generator=draw)] for _ in range(NETS)])
    shape, parameters = lab.train_on_tubes(
        rows.expand(NETS, -1), names, pure.expand(NETS, 3, 3), draw, weight_decay=lab.STRONG_DECAY
    )
    P = lab.posteriors(shape, parameters, lab.pool().test_x)
    found = [lab.scores(lab.at_the_patients(one, THIRDS), lab.pool().test_y) for one in P]
    return sum(getattr(one, name) for one in found) / NETS


def ahead(seed: int, cohort: str, units: int = lab.UNITS, cells: int = 100) -> float:
    """Balanced accuracy of nets of so many purified cells a tube, less that of a cohort of 32,768 cells."""
    ours = mean(exchange.on_tubes(lab.UNITS, seed), exchange.TUBE_CELLS.index(cells), "balanced")
    return ours - mean(exchange.on_cohort(cohort, units, seed), -1, "balanced")


@cached(8)
def impure(seed: int, progress=None) -> dict[str, Scores]:
    """Means over nets of tubes 20 % impure, and pure: names taken for types, and corrected."""
    draw = compute.generator(seed + 8)
    jobs = [(name, e, how) for name, e, how in WAYS for _ in range(NETS)]
    drawn = {e: lab.draw_tubes(blood.purity(e), CELLS, draw) for e in (0.0, IMPURITY)}
    rows, names = (torch.stack([drawn[e][k] for _, e, _ in jobs]) for k in range(2))
    T = {e: exercises.transition(blood.purity(e), THIRDS)[0] for e in drawn}
    matrices = torch.stack([T[e] if how else torch.eye(3, dtype=torch.float64) for _, e, how in jobs])
    shape, parameters = lab.train_on_tubes(rows, names, matrices, draw)
    P = lab.posteriors(shape, parameters, lab.pool().test_x)
    judged = [lab.scores(lab.at_the_patients(one, THIRDS), lab.pool().test_y) for one in P]
    return {name: judged[k * NETS : (k + 1) * NETS] for k, (name, *_) in enumerate(WAYS)}


WAYS = (("naive", IMPURITY, False), ("forward", IMPURITY, True), ("pure", 0.0, False), ("pure, forward", 0.0, True))


def of_impure(seed: int, way: str, name: str) -> float:
    """A measure's mean over nets."""
    return sum(getattr(one, name) for one in impure(seed)[way]) / NETS


def purity_found(seed: int, named: bool = True) -> float:
    """The estimated purity of tubes that are 80 % pure, of 3,000 cells each; their names right, or in disorder."""
    draw = compute.generator(seed + 10)
    rows, names = lab.draw_tubes(blood.purity(IMPURITY), CELLS, draw)
    names = names if named else names[torch.randperm(len(names), generator=draw)]
    return float(tubes.estimate(rows[None], names[None], draw, lab.DECAY)[0].diagonal().mean())


def confounded(seed: int, strength: float, place: int = 0) -> float:
    """Accuracy on new patients of one tube a type alone, mean of data sets."""
    return float(batch.accuracies(strength, seed)[0, :, place].mean())


def repaired(seed: int, strength: float, place: int = 0) -> float:
    """What blood tests add to that."""
    alone, both, _ = batch.accuracies(strength, seed)
    return float((both - alone)[:, place].mean())


def recovered(seed: int, em: bool) -> float:
    """Largest error of a patient's shares, from 20,000 cells and Bayes' own classifier: by EM, or by mean posterior.

    Cells have one of four appearances, which overlap much; the classifier has learned at equal shares.
    """
    draw = compute.generator(seed + 9)
    y = torch.multinomial(RARE, 20_000, replacement=True, generator=draw)
    seen = torch.multinomial(LOOKS[y], 1, generator=draw)[:, 0]
    P = (LOOKS / LOOKS.sum(0)).T[seen]
    found = patient.count_by_em(P, patient.FLAT, exercises.shares_step) if em else P.mean(0)
    return float((found - RARE).abs().max())


def count_ratio(seed: int, way: int | None) -> float:
    """Error of a way to count 300 cells over that of classify-and-count; None: no cell is looked at, only the average.

    900 purified cells, mean over patients and nets.
    """
    found = patient.counted(300, seed, exercises.shares_step)[..., -1, :]  # (ways, NETS, PATIENTS, 3)
    mixes = patient.people(seed)[0]
    errors = weak_labels.count_error(found, mixes.expand_as(found)).mean((1, 2))
    ours = weak_labels.count_error(lab.BLOOD.expand_as(mixes), mixes).mean() if way is None else errors[way]
    return float(ours / errors[0])


def label_model_right(seed: int, balance: str) -> float:
    """Accuracy of the label model on three narrow rules and the broad one."""
    return float(rules.votes(rules.NARROW, True, balance, rules.MOST, seed).scores[1, 0])


def witnesses(seed: int, together: bool) -> Tensor:
    """What six rules of known accuracy, which speak on 70 % of 4,000 cells, say of three types.  (n, 6)

    They err each on its own; or the two weakest say what the third weakest says.
    """
    draw, n = compute.generator(seed + 11), SUSPECTS["cells"]
    y = torch.randint(3, (n,), generator=draw)
    columns = []
    for accuracy in SUSPECTS["accuracies"]:
        right = torch.rand(n, generator=draw, dtype=torch.float32) < accuracy
        other = (y + torch.randint(1, 3, (n,), generator=draw)) % 3
        silent = torch.rand(n, generator=draw, dtype=torch.float32) > SUSPECTS["coverage"]
        columns.append(torch.where(silent, weak_labels.ABSTAIN, torch.where(right, y, other)))
    return torch.stack([*columns[:4], columns[3], columns[3]] if together else columns, 1)


def misjudged(seed: int, together: bool) -> float:
    """Largest error of what the label model thinks of six rules' accuracies."""
    votes = witnesses(seed, together)
    q = rules.label_model(votes, None, exercises.label_round)
    true = torch.tensor(SUSPECTS["accuracies"], dtype=torch.float32)
    true = torch.cat([true[:4], true[3].expand(2)]) if together else true
    return float((rules.beliefs(q, votes) - true).abs().max())
