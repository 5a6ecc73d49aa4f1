"""Functions that the learner writes: the proportion loss, the risk of bags, and their effective bag size.

The last has the name of the library's `ddlearn.weak_labels.kappa`, which computes the same number from its causes.
"""

import torch
from torch import Tensor

from ddlearn import weak_labels
from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)

ENDLESS = 1e12
"""An effective bag size beyond it has rounding errors in its denominator."""


def proportion_loss(logits: Tensor, a: Tensor) -> Tensor:
    f = logits.softmax(-1).mean(1)  # (B, m, C) -> (B, C)
    return -(a * f.log()).sum(1).mean()


def bag_risk(logits: Tensor, a: Tensor, q: Tensor, m_eff: float) -> Tensor:
    w = m_eff * a - (m_eff - 1) * q  # (B, C)
    loss = -logits.log_softmax(-1).mean(1)  # (B, m, C) -> (B, C)
    return (w * loss).sum(1).mean()


def kappa(a: Tensor) -> float:
    q = a.mean(0)
    spread = (a - q).square().sum(1).mean()
    return float((1 - q.square().sum()) / spread)


def loss_cases(generator: torch.Generator):
    for B, m, C in ((4, 5, 3), (6, 3, 4), (2, 7, 3)):
        logits = 2 * torch.randn(B, m, C, generator=generator, dtype=torch.float64)
        yield logits, torch.randn(B, C, generator=generator, dtype=torch.float64).softmax(1)


def risk_cases(generator: torch.Generator):
    for (logits, a), m_eff in zip(loss_cases(generator), (6.26, 3.0, 12.5), strict=True):
        yield logits, a, torch.randn(a.shape[1], generator=generator, dtype=torch.float64).softmax(0), m_eff


def kappa_cases(generator: torch.Generator):
    """Draw patients, bags of counted cells, and labeled cells, which are bags of one."""
    for alpha in ((3.2, 1.5, 0.6), (20.0, 12.0, 5.0, 3.0)):
        yield (weak_labels.draw_patients(alpha, 30, generator),)
    q = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    for k in (8, 1):
        drawn = torch.multinomial(q.expand(40, -1), k, replacement=True, generator=generator)
        yield (torch.nn.functional.one_hot(drawn, 3).double().mean(1),)


PROPORTION_LOSS = Exercise(
    name="proportion_loss",
    title="The proportion loss",
    reference=proportion_loss,
    trained=True,
    cases=loss_cases,
    **HINTS.of("proportion_loss", {"another logarithm": edit("f.log()", "f.log2()")}),
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
        {"the number of cells for m_eff": lambda logits, a, q, m_eff: bag_risk(logits, a, q, logits.shape[1])},
    ),
)

KAPPA = Exercise(
    name="kappa",
    title="The effective bag size",
    reference=kappa,
    cases=kappa_cases,
    **HINTS.of(
        "kappa",
        {
            "alpha0 in place of alpha0 + 1": lambda a: kappa(a) - 1,
            "a number for each type": lambda a: a.mean(0) * (1 - a.mean(0)) / a.var(0, correction=0),
            "one mean for all entries": lambda a: float((1 - a.mean() ** 2) / (a - a.mean()).square().sum(1).mean()),
        },
        sights={"mean before the square": lambda a, answer: abs(float(answer)) > ENDLESS},
    ),
)
