"""Functions that the learner writes: the proportion loss, and a risk of bags that is unbiased for the risk with labels.

The function for the effective bag size, `kappa`, is in a file of its own.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit
from ddlearn.lessons.weak_labels.kappa_exercise import KAPPA, kappa

__all__ = ["BAG_RISK", "KAPPA", "PROPORTION_LOSS", "bag_risk", "kappa", "proportion_loss"]

HINTS = Hints.beside(__file__)


def proportion_loss(logits: Tensor, a: Tensor) -> Tensor:
    f = logits.softmax(-1).mean(1)  # (B, m, C) -> (B, C)
    return -(a * f.log()).sum(1).mean()


def bag_risk(logits: Tensor, a: Tensor, q: Tensor, m_eff: float) -> Tensor:
    w = m_eff * a - (m_eff - 1) * q  # (B, C)
    loss = -logits.log_softmax(-1).mean(1)  # (B, m, C) -> (B, C)
    return (w * loss).sum(1).mean()


def loss_cases(generator: torch.Generator):
    for B, m, C in ((4, 5, 3), (6, 3, 4), (2, 7, 3)):
        logits = 2 * torch.randn(B, m, C, generator=generator, dtype=torch.float64)
        yield logits, torch.randn(B, C, generator=generator, dtype=torch.float64).softmax(1)


def risk_cases(generator: torch.Generator):
    for (logits, a), m_eff in zip(loss_cases(generator), (6.26, 3.0, 12.5), strict=True):
        yield logits, a, torch.randn(a.shape[1], generator=generator, dtype=torch.float64).softmax(0), m_eff


PROPORTION_LOSS = Exercise(
    name="proportion_loss",
    title="The proportion loss",
    reference=proportion_loss,
    trained=True,
    cases=loss_cases,
    **HINTS.of(
        "proportion_loss",
        {
            "another logarithm": edit("f.log()", "f.log2()"),
        },
    ),
)

BAG_RISK = Exercise(
    name="bag_risk",
    title="The risk with labels, from bags without",
    reference=bag_risk,
    trained=True,
    cases=risk_cases,
    given="logarithm of the mean",
    **HINTS.of(
        "bag_risk",
        {
            "the number of cells for m_eff": lambda logits, a, q, m_eff: bag_risk(logits, a, q, logits.shape[1]),
        },
    ),
)
