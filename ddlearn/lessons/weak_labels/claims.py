"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

import torch
from torch import Tensor

from ddlearn import compute, weak_labels
from ddlearn.blood import MONOCYTE
from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_least, at_most
from ddlearn.lessons.cells import BLOOD
from ddlearn.lessons.weak_labels import exercises, trainings
from ddlearn.lessons.weak_labels.trainings import ALPHA0, EASY, PATIENTS, POURED, PROPORTIONS
from ddlearn.weak_labels import FiniteWorld

BAG = 4  # cells, where every bag is visited
COUNTED = weak_labels.kappa(BAG, ALPHA0)  # the effective size of such bags of patients
LARGE = {"learner": PROPORTIONS, "m": 512}
EASILY = {"learner": EASY, "kind": PATIENTS, "m": 64}
UNCERTAIN = 2.0  # scale of the logits in a finite world


def world(seed: int) -> FiniteWorld:
    """Draw six appearances, three classes, and a classifier."""
    draw = compute.generator(seed)
    shares = torch.rand(3, 6, generator=draw, dtype=torch.float64)
    logits = UNCERTAIN * torch.randn(6, 3, generator=draw, dtype=torch.float64)
    return FiniteWorld(shares / shares.sum(1, keepdim=True), logits)


def counted(bags: Tensor) -> Tensor:
    """Return the report of a test that counts the bag's own cells.  (S, m) -> (S, 3)"""
    return torch.nn.functional.one_hot(bags, 3).double().mean(1)


def off(seed: int, m_eff: float, alpha0: float | None) -> float:
    """Return the exact bias of the risk over all bags of BAG cells, independent ones or those of Dirichlet patients."""
    here, bags = world(seed), weak_labels.every_bag(3, BAG)
    independent = weak_labels.mixture_probabilities(bags, BLOOD[None])
    probabilities = independent if alpha0 is None else weak_labels.urn_probabilities(bags, alpha0 * BLOOD)
    weights = weak_labels.bag_weights(counted(bags), BLOOD, m_eff)
    return abs(float(here.bag_risk(bags, probabilities, weights) - here.risk(BLOOD)))


def bias_gap(seed: int, factor: float) -> float:
    """Return the bias of EasyLLP on two patients, over all bags, minus factor * sum_c Cov(pi_c, E l_c)."""
    here, bags = world(seed), weak_labels.every_bag(3, BAG)
    two = torch.tensor([[0.80, 0.15, 0.05], [0.45, 0.40, 0.15]], dtype=torch.float64)
    q, losses = two.mean(0), two @ here.losses
    found = here.bag_risk(
        bags, weak_labels.mixture_probabilities(bags, two), weak_labels.bag_weights(counted(bags), q, BAG)
    ) - here.risk(q)
    covariance = (two * losses).mean(0) - q * losses.mean(0)
    return abs(float(found - factor * covariance.sum()))


def map_gap(seed: int, factor: float) -> float:
    """Return the largest entry of factor * w'Pi / B - diag(q), for the mean map's weights of twenty patients."""
    mixtures = weak_labels.draw_patients(ALPHA0 * BLOOD, 20, compute.generator(seed))
    weights = weak_labels.mean_map_weights(mixtures, BLOOD)
    return float((factor * weights.T @ mixtures / len(mixtures) - BLOOD.diag()).abs().max())


def variance_over_price(seed: int, by_spread: bool, bags: int = 60, m: int = 40, repeats: int = 2500) -> float:
    """Return the variance of least squares for the mean of the monocytes, over what theory says.

    Each bag's mean is that of its shares plus N(0, 1 / m). Theory divides 1 by the worth of all cells in labeled
    monocytes; without the spread, by the number of monocytes.
    """
    draw = compute.generator(seed)
    mixtures = weak_labels.draw_patients(ALPHA0 * BLOOD, bags, draw)
    truth = torch.tensor([0.0, 2.0, -1.0], dtype=torch.float64)
    noise = torch.randn(bags, repeats, generator=draw, dtype=torch.float64) / m**0.5
    estimates = torch.linalg.lstsq(mixtures, (mixtures @ truth)[:, None] + noise).solution[MONOCYTE]
    worth = bags * m * BLOOD[MONOCYTE]
    if by_spread:
        worth = worth * weak_labels.mixing_efficiency(mixtures, BLOOD)[MONOCYTE]
    return float(estimates.var() * worth)


def spread_found(seed: int, alpha0: float) -> float:
    """Return the effective bag size of many patients, from tests without errors, over alpha0 + 1 of our patients."""
    shares = weak_labels.draw_patients(alpha0 * BLOOD, 4000, compute.generator(seed))
    return exercises.kappa(shares) / (ALPHA0 + 1)


def constant_over_smallest(seed: int, kind: str) -> float:
    """Return the proportion loss of the best constant prediction, minus the smallest that any prediction can have."""
    draw = compute.generator(seed)
    shares = BLOOD.expand(16, -1) if kind == POURED else weak_labels.draw_patients(ALPHA0 * BLOOD, 16, draw)
    constant = shares.mean(0).log().expand(len(shares), 8, -1)
    smallest = -torch.xlogy(shares, shares).sum(1).mean()
    return float(exercises.proportion_loss(constant, shares) - smallest)


def named(seed: int, learner: str, kind: str, m: int, m_eff: float | None = None, shuffled: bool = False) -> float:
    """Return the share of new cells that networks name correctly; arguments are those of `trainings.trained`."""
    return float(trainings.accuracy(trainings.trained(learner, kind, m, seed, m_eff=m_eff, shuffled=shuffled)).mean())


def gain(seed: int, kind: str, m: int) -> float:
    """Return what alpha0 + 1 instead of m adds to the share of cells named correctly, in points."""
    return 100 * (named(seed, EASY, kind, m, ALPHA0 + 1) - named(seed, EASY, kind, m))


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("unbiased", about(0.0, 1e-12), off, cause={"m_eff": BAG, "alpha0": None}, control={"alpha0": ALPHA0}),
    Measured("bias", about(0.0, 1e-12), bias_gap, cause={"factor": BAG - 1}, control={"factor": 0}),
    Measured("kappa", about(0.0, 1e-12), off, cause={"m_eff": COUNTED, "alpha0": ALPHA0}, control={"alpha0": None}),
    Measured("mean-map", about(0.0, 1e-12), map_gap, cause={"factor": 1}, control={"factor": 1 / 20}),
    Measured("price", about(1.0, 0.12), variance_over_price, cause={"by_spread": True}, control={"by_spread": False}),
    Measured("spread", about(1.0, 0.08), spread_found, cause={"alpha0": ALPHA0}, control={"alpha0": 2 * ALPHA0}),
    Measured("constant", about(0.0, 1e-12), constant_over_smallest, cause={"kind": POURED}, control={"kind": PATIENTS}),
    Measured("poured", at_most(0.65), named, cause={**LARGE, "kind": POURED}, control={"m": 8}),
    Measured("patients", at_least(0.9), named, cause={**LARGE, "kind": PATIENTS}, control={"shuffled": True}),
    Measured("easy", at_most(0.83), named, cause=EASILY, control={"kind": POURED, "m": 8}),
    Measured("repaired", at_least(0.89), named, cause={**EASILY, "m_eff": ALPHA0 + 1}, control={"m_eff": 1.0}),
    Measured("gain", at_least(6.0), gain, cause={"kind": PATIENTS, "m": 64}, control={"kind": POURED, "m": 8}),
)
