"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from itertools import product

import torch
from torch import Tensor

from ddlearn import blood, compute, weak_labels
from ddlearn.classroom import ClaimTexts, Measured, cached
from ddlearn.classroom.claim import about, at_least, at_most
from ddlearn.lessons import cells as lab
from ddlearn.lessons.cells import ACCURACY, BALANCED, CALIBRATION, PURE, THIRDS
from ddlearn.lessons.purified_specimens import exercises, impure
from ddlearn.lessons.purified_specimens.batch import PLAN
from ddlearn.lessons.purified_specimens.confounded import accuracies
from ddlearn.lessons.purified_specimens.exchange import UNITS
from ddlearn.lessons.purified_specimens.sources import HEALTHY, PATIENTS, TUBE_CELLS, on_cohort, on_tubes

IMPURITY, CELLS, NETS = 0.2, 3000, 3
WIDE = max(UNITS.values())


def forward_gradient(seed: int, corrected: bool) -> float:
    """Return the largest slope of the tubes' loss at the true posterior, in a world of four appearances, drawn."""
    draw = compute.generator(seed)
    looks, purity, shares = (
        (scale * torch.randn(n, m, generator=draw, dtype=torch.float64)).softmax(1)
        for n, m, scale in ((3, 4, 1.0), (3, 3, 1.5), (1, 3, 1.0))
    )
    T, q = exercises.transition(purity, shares[0])
    posterior = looks.T * q / (looks.T * q).sum(1, keepdim=True)  # (4, 3)
    logits = posterior.log().requires_grad_()
    probabilities = shares[0][:, None] * purity @ looks  # (3 tubes, 4)
    matrix = T if corrected else PURE
    loss = sum(  # the expectation
        probabilities[s, x] * weak_labels.forward_loss(logits[x : x + 1], torch.tensor([s]), matrix)
        for s, x in product(range(3), range(4))
    )
    return float(torch.autograd.grad(loss, logits)[0].abs().max())


def of_purified(seed: int, measure: int, cells: int = 100) -> float:
    """Return the mean measure of nets of so many purified cells a tube, with the average blood test as prior."""
    return float(on_tubes(lab.UNITS, seed)[:, TUBE_CELLS.index(cells), measure].mean())


def accuracy_in_disorder(seed: int) -> float:
    """Return the accuracy of nets of one draw of tubes whose names are in disorder."""
    draw = compute.generator(seed + 7)
    rows, tube = lab.draw_tubes(PURE, 100, draw)
    names = torch.stack([tube[torch.randperm(len(tube), generator=draw)] for _ in range(NETS)])
    return float(lab.judge(*lab.train_on_tubes(rows.expand(NETS, -1), names, draw))[:, ACCURACY].mean())


def ahead(seed: int, cohort: str, units: int = lab.UNITS, cells: int = 100) -> float:
    """Return balanced accuracy of nets of so many purified cells a tube, less that of a cohort of 32,768 cells."""
    return of_purified(seed, BALANCED, cells) - float(on_cohort(cohort, units, seed)[:, -1, BALANCED].mean())


@cached(8)
def of_impure(seed: int) -> dict[tuple[float, bool], Tensor]:
    """Return the mean measures of nets of pure and of impure tubes, by impurity and whether the loss is corrected."""
    draw = compute.generator(seed + 8)
    ways = [(e, corrected) for e in (IMPURITY, 0.0) for corrected in (False, True)]
    drawn = {e: lab.draw_tubes(blood.purity(e), CELLS, draw) for e in (0.0, IMPURITY)}
    rows, names = (torch.stack([drawn[e][k] for e, _ in ways for _ in range(NETS)]) for k in range(2))
    matrices = [exercises.transition(blood.purity(e), THIRDS)[0] if corrected else PURE for e, corrected in ways]
    nets = lab.train_on_tubes(rows, names, draw, torch.stack(matrices).repeat_interleave(NETS, 0))
    return dict(zip(ways, lab.judge(*nets).unflatten(0, (-1, NETS)).mean(1), strict=True))


def calibration_error(seed: int, corrected: bool) -> float:
    return float(of_impure(seed)[IMPURITY, corrected][CALIBRATION])


def gained(seed: int, impurity: float) -> float:
    """Return what the correction adds to balanced accuracy."""
    found = of_impure(seed)
    return float((found[impurity, True] - found[impurity, False])[BALANCED])


def purity_found(seed: int, named: bool) -> float:
    """Return the estimated purity of tubes that are 80 % pure; their names are right, or in disorder."""
    draw = compute.generator(seed + 10)
    rows, names = lab.draw_tubes(blood.purity(IMPURITY), CELLS, draw)
    names = names if named else names[torch.randperm(len(names), generator=draw)]
    return float(impure.estimate(rows[None], names[None], draw)[0].diagonal().mean())


def of_one_tube(seed: int, strength: float) -> float:
    """Return the accuracy on new patients of one tube a type alone, mean of data sets."""
    return float(accuracies(strength, seed, PLAN)[0, :, 0].mean())


def repaired(seed: int, strength: float) -> float:
    """Return what blood tests add to that."""
    alone, both, _ = accuracies(strength, seed, PLAN)
    return float((both - alone)[:, 0].mean())


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("forward", about(0.0, 1e-12), forward_gradient, cause={"corrected": True}, control={"corrected": False}),
    Measured("purified", at_least(0.9), of_purified, cause={"measure": ACCURACY}, control=accuracy_in_disorder),
    Measured("exchange", at_least(0.08), ahead, cause={"cohort": HEALTHY}, control={"cohort": PATIENTS}),
    Measured("wider", at_least(0.08), ahead, cause={"cohort": HEALTHY, "units": WIDE}, control={"cells": 10}),
    Measured("calibrated", at_most(0.03), calibration_error, cause={"corrected": True}, control={"corrected": False}),
    Measured("balanced", at_least(0.07), gained, cause={"impurity": IMPURITY}, control={"impurity": 0.0}),
    Measured("purity", about(0.8, 0.05), purity_found, cause={"named": True}, control={"named": False}),
    Measured("unconfounded", at_least(0.95), of_one_tube, cause={"strength": 0.0}, control={"strength": 1.0}),
    Measured("repaired", at_least(0.08), repaired, cause={"strength": 1.0}, control={"strength": 0.0}),
)
