"""What the lesson claims, what theory expects, and how each claim is measured; beside each, a control that must fail.

The identities are exact: every bag of a small world is visited. For trained networks theory gives the direction. Their
bounds are ours, with a margin, for this simulator and the mean of a few networks.
"""

import torch
from torch import Tensor

from ddlearn import compute, weak_labels
from ddlearn.blood import MONOCYTE
from ddlearn.classroom.claim import about, at_least, at_most, claim, exact, ours
from ddlearn.lessons.weak_labels import exercises, learners, trainings
from ddlearn.lessons.weak_labels.learners import EASY, PROPORTIONS
from ddlearn.lessons.weak_labels.trainings import ALPHA0, BLOOD, PATIENTS, POURED
from ddlearn.weak_labels import FiniteWorld

BAG = 4  # cells, where every bag is visited
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
    """Return the share of new cells that networks name correctly; arguments are those of `learners.trained`."""
    return float(trainings.accuracy(learners.trained(learner, kind, m, seed, m_eff=m_eff, shuffled=shuffled)).mean())


def gain(seed: int, kind: str, m: int) -> float:
    """Return what alpha0 + 1 instead of m adds to the share of cells named correctly, in points."""
    return 100 * (named(seed, EASY, kind, m, ALPHA0 + 1) - named(seed, EASY, kind, m))


CLAIMS = (
    claim(
        "unbiased",
        "For bags of m independent cells, the risk R with m_eff = m equals the risk with labels on average.",
        about(0.0, 1e-12, "nats, over all bags"),
        exact("busafekete2023", "on average over all bags, which are enumerated; for independent cells"),
        off,
        cause={"m_eff": BAG, "alpha0": None},
        control=({"alpha0": ALPHA0}, "one patient per bag"),
    ),
    claim(
        "bias",
        "For patients, m_eff = m leaves a bias: (m − 1) times the covariance of share and loss, summed over types.",
        about(0.0, 1e-12, "nats, over all bags"),
        exact(source="on average over all bags, which are enumerated; our derivation"),
        bias_gap,
        cause={"factor": BAG - 1},
        control=({"factor": 0}, "no covariance, as for independent cells"),
    ),
    claim(
        "kappa",
        "For patients of whom m cells are counted, m_eff = m (α₀ + 1) / (m + α₀) leaves no bias.",
        about(0.0, 1e-12, "nats, over all bags"),
        exact(source="on average over all bags, which are enumerated; our derivation"),
        off,
        cause={"m_eff": weak_labels.kappa(BAG, ALPHA0), "alpha0": ALPHA0},
        control=({"alpha0": None}, "independent cells"),
    ),
    claim(
        "mean-map",
        "The mean map's weights make the loss as type c count cells of type c with their share q_c, and no others.",
        about(0.0, 1e-12, "largest entry of w′Π/B − diag(q)"),
        exact(
            ("quadrianto2009", "patrini2014"),
            "algebra, for bags that separate all types: the weights are a pseudo-inverse of the bags' shares. The "
            "risk is ours; @quadrianto2009 and @patrini2014 estimate the mean operator with it",
        ),
        map_gap,
        cause={"factor": 1},
        control=({"factor": 1 / 20}, "the factor B, the number of bags, forgotten"),
    ),
    claim(
        "price",
        "Least squares estimates the mean of a feature in the monocytes with the variance of one cell, over the worth.",
        about(1.0, 0.12, "variance over theory"),
        exact(
            source="on average over bags, the variance of least squares; our derivation. The tolerance is that of "
            "2,500 repeats"
        ),
        variance_over_price,
        cause={"by_spread": True},
        control=({"by_spread": False}, "every cell counted as if labeled"),
    ),
    claim(
        "spread",
        "Computed from the shares of patients alone, the effective bag size is α₀ + 1.",
        about(1.0, 0.08, "effective bag size found, over α₀ + 1"),
        exact(source="on average over patients; our derivation. The tolerance is that of 4,000 patients"),
        spread_found,
        cause={"alpha0": ALPHA0},
        control=({"alpha0": 2 * ALPHA0}, "patients twice as alike"),
    ),
    claim(
        "constant",
        "If all bags have the same shares, predicting these shares for every cell minimizes the proportion loss.",
        about(0.0, 1e-12, "proportion loss above its minimum"),
        exact(
            "ardehaly2017",
            "the smallest cross-entropy is the entropy, and one prediction reaches it in all bags; our derivation, for"
            " the loss of @ardehaly2017",
        ),
        constant_over_smallest,
        cause={"kind": POURED},
        control=({"kind": PATIENTS}, "one patient per bag"),
    ),
    claim(
        "poured",
        "With large bags of poured blood, the proportion loss names hardly more cells correctly than a constant.",
        at_most(0.65, "of new cells named correctly"),
        ours(
            "scott2020",
            "always naming the largest type has 0.61, and at 0.65 a tenth of its errors is gone; that bags must "
            "differ is from @scott2020",
        ),
        named,
        cause={"learner": PROPORTIONS, "kind": POURED, "m": 512},
        control=({"m": 8}, "as many cells in bags of 8"),
    ),
    claim(
        "patients",
        "With as many cells in bags as large, but one patient per bag, it names nine of ten cells correctly.",
        at_least(0.9, "of new cells named correctly"),
        ours(
            "scott2020",
            "always naming the largest type has 0.61, and at 0.9 three quarters of its errors are gone; that bags "
            "must differ is from @scott2020",
        ),
        named,
        cause={"learner": PROPORTIONS, "kind": PATIENTS, "m": 512},
        control=({"shuffled": True}, "each patient with the report of another"),
    ),
    claim(
        "easy",
        "EasyLLP, made for independent cells, learns badly if each bag is a patient.",
        at_most(0.83, "of new cells named correctly"),
        ours(
            "busafekete2023",
            "always naming the largest type has 0.61, and at 0.83 two fifths of its errors are left; the direction "
            "is that of the bias, and @busafekete2023 ask for independent bags",
        ),
        named,
        cause={"learner": EASY, "kind": PATIENTS, "m": 64},
        control=({"kind": POURED, "m": 8}, "independent cells, bags of 8"),
    ),
    claim(
        "repaired",
        "With m_eff = α₀ + 1, the same formula learns well from patients.",
        at_least(0.89, "of new cells named correctly"),
        ours(
            source="always naming the largest type has 0.61, and at 0.89 seven tenths of its errors are gone; the "
            "direction is that of the bias, which is gone too"
        ),
        named,
        cause={"learner": EASY, "kind": PATIENTS, "m": 64, "m_eff": ALPHA0 + 1},
        control=({"m_eff": 1.0}, "m_eff = 1: shares as soft labels"),
    ),
    claim(
        "gain",
        "For patients, α₀ + 1 instead of m names at least six more cells of a hundred correctly.",
        at_least(6.0, "points"),
        ours(
            source="six points are a third of the errors that are left at 0.83, where the bias stays; the direction "
            "is that of the bias"
        ),
        gain,
        cause={"kind": PATIENTS, "m": 64},
        control=({"kind": POURED, "m": 8}, "independent cells in bags of 8, where m is right"),
    ),
)
