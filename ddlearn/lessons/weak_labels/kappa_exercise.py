"""The function that the learner writes for the effective bag size, with the usual wrong versions.

It has the name of the library's `ddlearn.weak_labels.kappa`, which computes the same number from its causes.
"""

import torch
from torch import Tensor

from ddlearn import weak_labels
from ddlearn.classroom import Exercise, Hints

HINTS = Hints.beside(__file__)

ENDLESS = 1e12
"""An effective bag size beyond it has rounding errors in its denominator."""


def kappa(a: Tensor) -> float:
    q = a.mean(0)
    spread = (a - q).square().sum(1).mean()
    return float((1 - q.square().sum()) / spread)


def kappa_cases(generator: torch.Generator):
    """Draw patients, bags of counted cells, and labeled cells, which are bags of one."""
    for alpha in ((3.2, 1.5, 0.6), (20.0, 12.0, 5.0, 3.0)):
        yield (weak_labels.draw_patients(alpha, 30, generator),)
    q = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    for k in (8, 1):
        drawn = torch.multinomial(q.expand(40, -1), k, replacement=True, generator=generator)
        yield (torch.nn.functional.one_hot(drawn, 3).double().mean(1),)


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
        sights={
            "mean before the square": lambda a, answer: abs(float(answer)) > ENDLESS,
        },
    ),
)
