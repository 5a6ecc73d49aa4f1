"""How the claims of lesson 09 are measured, one number each, and their controls."""

import torch
from torch import Tensor

from ddlearn import compute, weak_labels
from ddlearn.blood import MONOCYTE
from ddlearn.lessons.weak_labels import exercises, learners, trainings
from ddlearn.lessons.weak_labels.learners import EASY, PROPORTIONS
from ddlearn.lessons.weak_labels.trainings import ALPHA0, BLOOD, PATIENTS, POURED
from ddlearn.weak_labels import FiniteWorld

BAG = 4  # cells, where every bag is visited
UNCERTAIN = 2.0  # scale of the logits in a finite world


def world(seed: int) -> FiniteWorld:
    """Six appearances, three classes, and a classifier, all at random."""
    draw = compute.generator(seed)
    shares = torch.rand(3, 6, generator=draw, dtype=torch.float64)
    logits = UNCERTAIN * torch.randn(6, 3, generator=draw, dtype=torch.float64)
    return FiniteWorld(shares / shares.sum(1, keepdim=True), logits)


def counted(bags: Tensor) -> Tensor:
    """What a test says that counts the bag's own cells.  (S, k) -> (S, 3)"""
    return torch.nn.functional.one_hot(bags, 3).double().mean(1)


def off(seed: int, kappa: float, alpha0: float | None) -> float:
    """The exact bias of the risk: all bags of BAG cells, independent ones or of Dirichlet patients, visited."""
    here, bags = world(seed), weak_labels.every_bag(3, BAG)
    independent = weak_labels.mixture_probabilities(bags, BLOOD[None])
    probabilities = independent if alpha0 is None else weak_labels.urn_probabilities(bags, alpha0 * BLOOD)
    weights = weak_labels.bag_weights(counted(bags), BLOOD, kappa)
    return abs(float(here.bag_risk(bags, probabilities, weights) - here.risk(BLOOD)))


def bias_gap(seed: int, factor: float) -> float:
    """EasyLLP on two patients, by visiting all bags, against factor * sum_c Cov(pi_c, E l_c): the difference."""
    here, bags = world(seed), weak_labels.every_bag(3, BAG)
    two = torch.tensor([[0.80, 0.15, 0.05], [0.45, 0.40, 0.15]], dtype=torch.float64)
    p, losses = two.mean(0), two @ here.losses
    found = here.bag_risk(
        bags, weak_labels.mixture_probabilities(bags, two), weak_labels.bag_weights(counted(bags), p, BAG)
    ) - here.risk(p)
    covariance = (two * losses).mean(0) - p * losses.mean(0)
    return abs(float(found - factor * covariance.sum()))


def map_gap(seed: int, factor: float) -> float:
    """Largest entry of factor * w'Pi / B - diag(p), for the mean map's weights of twenty patients."""
    mixtures = weak_labels.draw_patients(ALPHA0 * BLOOD, 20, compute.generator(seed))
    weights = weak_labels.mean_map_weights(mixtures, BLOOD)
    return float((factor * weights.T @ mixtures / len(mixtures) - BLOOD.diag()).abs().max())


def variance_over_price(seed: int, by_spread: bool, bags: int = 60, k: int = 40, repeats: int = 2500) -> float:
    """Variance of least squares for the mean of the monocytes, over what theory says.

    Each of the bags' means is that of its mixture plus N(0, 1 / k). Theory divides 1 by the worth of all cells in
    labelled monocytes; without the spread, by the monocytes there are.
    """
    draw = compute.generator(seed)
    mixtures = weak_labels.draw_patients(ALPHA0 * BLOOD, bags, draw)
    truth = torch.tensor([0.0, 2.0, -1.0], dtype=torch.float64)
    noise = torch.randn(bags, repeats, generator=draw, dtype=torch.float64) / k**0.5
    estimates = torch.linalg.lstsq(mixtures, (mixtures @ truth)[:, None] + noise).solution[MONOCYTE]
    worth = bags * k * BLOOD[MONOCYTE]
    if by_spread:
        worth = worth * weak_labels.mixing_efficiency(mixtures, BLOOD)[MONOCYTE]
    return float(estimates.var() * worth)


def spread_found(seed: int, alpha0: float) -> float:
    """kappa of the exact tests of many patients, over alpha0 + 1 of the course's."""
    told = weak_labels.draw_patients(alpha0 * BLOOD, 4000, compute.generator(seed))
    return exercises.kappa(told) / (ALPHA0 + 1)


def constant_over_least(seed: int, kind: str) -> float:
    """The proportion loss of the best constant prediction, less the least that any prediction can have."""
    draw = compute.generator(seed)
    told = BLOOD.expand(16, -1) if kind == POURED else weak_labels.draw_patients(ALPHA0 * BLOOD, 16, draw)
    constant = told.mean(0).log().expand(len(told), 8, -1)
    least = -torch.xlogy(told, told).sum(1).mean()
    return float(exercises.proportion_loss(constant, told) - least)


def named(learner: str, kind: str, k: int, seed: int) -> float:
    """Share of new cells that nets name rightly, their mean."""
    return float(trainings.accuracy(learners.trained(learner, kind, k, seed)).mean())


def named_with_tests_shuffled(seed: int) -> float:
    """The proportion loss on patients, each with the blood test of another."""
    given = trainings.shuffled(trainings.specimens(PATIENTS, 512, seed), seed)
    loss = learners.loss_of(PROPORTIONS, given, exercises.proportion_loss)
    return float(trainings.accuracy(trainings.found(trainings.fit(given, loss, trainings.NETS, seed))).mean())


def weighed(kind: str, k: int, kappa: float, seed: int) -> float:
    """Share named rightly by nets whose weights use this kappa."""
    given = trainings.specimens(kind, k, seed)
    loss = learners.loss_of(EASY, given, exercises.proportion_loss, kappa)
    return float(trainings.accuracy(trainings.found(trainings.fit(given, loss, trainings.NETS, seed))).mean())


def gain(kind: str, k: int, seed: int) -> float:
    """What alpha0 + 1 in place of the bag size adds to the share named rightly, in points."""
    return 100 * (weighed(kind, k, ALPHA0 + 1, seed) - named(EASY, kind, k, seed))
