"""The function that the learner writes for the effective bag size, with the usual wrong versions.

It has the name of the library's `ddlearn.weak_labels.kappa`, which computes the same number from its causes.
"""

import torch
from torch import Tensor

from ddlearn import weak_labels
from ddlearn.classroom import Exercise, Mistake, edit

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
    hints=(
        "q is the mean of the rows. The spread is the mean over bags of |a - q|², which is a sum over types.",
        "Divide 1 - |q|² by the spread. Bags of one labeled cell each must give exactly 1: try it.",
        "spread = ((a - q) ** 2).sum(1).mean(); return float((1 - (q ** 2).sum()) / spread).",
    ),
    mistakes=(
        Mistake(
            "upside down",
            edit("(1 - q.square().sum()) / spread", "spread / (1 - q.square().sum())"),
            "This is one over the effective bag size. The more alike the bags, the larger it must be.",
        ),
        Mistake(
            "mean over classes",
            edit(".sum(1).mean()", ".mean()"),
            "You took the mean over the types too. |a - q|² is a sum over types. Only then take the mean over bags.",
        ),
        Mistake(
            "deviation for variance",
            edit("sum(1).mean()", "sum(1).mean().sqrt()"),
            "You took a square root. Labeled cells give 1 only with the squared distance itself.",
        ),
        Mistake(
            "alpha0 in place of alpha0 + 1",
            lambda a: kappa(a) - 1,
            "Your number is too small by 1: for patients it is α₀ + 1. Bags of one labeled cell must give 1, not 0.",
        ),
        Mistake(
            "spread about equal shares",
            edit("a - q", "a - 1 / a.shape[1]"),
            "You measured the distance to equal shares. Measure the distance to the mean bag, q = a.mean(0).",
        ),
        Mistake(
            "no center",
            edit("(a - q)", "a"),
            "You forgot to subtract the mean bag: |a|² is large even if all bags are alike.",
        ),
        Mistake(
            "B - 1 in place of B",
            edit(".sum(1).mean()", ".sum() / (len(a) - 1)"),
            "You divided by B - 1, as var() does. Take the plain mean over bags: labeled cells then give exactly 1.",
        ),
        Mistake(
            "1 forgotten",
            edit("(1 - q.square().sum())", "q.square().sum()"),
            "Your numerator is |q|². It is 1 - |q|², the spread of labeled cells.",
        ),
        Mistake(
            "mean over types for q",
            edit("a.mean(0)", "a.mean(1, keepdim=True)"),
            "Your q has one number per bag. It should be the mean bag, the mean of the rows: a.mean(0).",
        ),
        Mistake(
            "length not squared",
            edit("q.square().sum()", "q.norm()"),
            "Your numerator is 1 - |q|. It is 1 - |q|², with the square.",
        ),
        Mistake(
            "distance not squared",
            edit(".square().sum(1).mean()", ".norm(dim=1).mean()"),
            "Your spread is the mean distance. It should be the mean of the squared distance |a - q|².",
        ),
        Mistake(
            "sum of q for its length",
            edit("q.square().sum()", "q.sum() ** 2"),
            "The sum of q is 1, so your numerator is 0. |q|² is the sum of the squares of its entries.",
        ),
        Mistake(
            "sum over bags",
            edit("sum(1).mean()", "sum()"),
            "Your spread is a sum over bags. Take the mean over bags, so that their number does not matter.",
        ),
        Mistake(
            "a number for each type",
            lambda a: a.mean(0) * (1 - a.mean(0)) / a.var(0, correction=0),
            "You have one number per type. Sum over types in the numerator and in the denominator, then divide once.",
        ),
        Mistake(
            "mean before the square",
            edit("(a - q).square().sum(1).mean()", "(a - q).mean(0).square().sum()"),
            "You took the mean of a - q before the square. Except for rounding, this mean is 0. Square first.",
            sight=lambda a, answer: abs(float(answer)) > ENDLESS,
        ),
        Mistake(
            "one mean for all entries",
            lambda a: float((1 - a.mean() ** 2) / (a - a.mean()).square().sum(1).mean()),
            "a.mean() is one number, 1 / C. The mean bag has a number for each type: a.mean(0).",
        ),
    ),
)
