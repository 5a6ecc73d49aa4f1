"""The function that the learner writes for the spread of bags, in one number, with the usual wrong versions."""

import torch
from torch import Tensor

from ddlearn import weak_labels
from ddlearn.classroom import Exercise, Mistake, edit

ENDLESS = 1e12
"""A kappa beyond it has rounding errors below the line."""


def kappa(a: Tensor) -> float:
    p = a.mean(0)
    spread = (a - p).square().sum(1).mean()
    return float((1 - p.square().sum()) / spread)


def kappa_cases(generator: torch.Generator):
    """Draw patients, bags of counted cells, and cells with labels, which are bags of one."""
    for alpha in ((3.2, 1.5, 0.6), (20.0, 12.0, 5.0, 3.0)):
        yield (weak_labels.draw_patients(alpha, 30, generator),)
    p = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    for k in (8, 1):
        drawn = torch.multinomial(p.expand(40, -1), k, replacement=True, generator=generator)
        yield (torch.nn.functional.one_hot(drawn, 3).double().mean(1),)


KAPPA = Exercise(
    name="kappa",
    title="One number for the spread of bags",
    reference=kappa,
    cases=kappa_cases,
    hints=(
        "p is the mean of the rows. The spread is the mean over bags of |a - p|², a sum over classes.",
        "kappa = (1 - |p|²) / spread. Bags that hold one labelled cell each must give exactly 1: try it.",
        "spread = ((a - p) ** 2).sum(1).mean(); return float((1 - (p ** 2).sum()) / spread).",
    ),
    mistakes=(
        Mistake(
            "upside down",
            edit("(1 - p.square().sum()) / spread", "spread / (1 - p.square().sum())"),
            "This is 1 / kappa. The more alike the bags, the smaller the spread and the larger kappa.",
        ),
        Mistake(
            "mean over classes",
            edit(".sum(1).mean()", ".mean()"),
            "You took the mean over the classes too. |a - p|² is a sum over classes, then comes a mean over bags.",
        ),
        Mistake(
            "deviation for variance",
            edit("sum(1).mean()", "sum(1).mean().sqrt()"),
            "You took a root. Labelled cells give 1 only with the squared distance itself.",
        ),
        Mistake(
            "alpha0 in place of kappa",
            lambda a: kappa(a) - 1,
            "You returned alpha0, which is kappa - 1 for patients. Bags of one labelled cell must give 1, not 0.",
        ),
        Mistake(
            "spread about equal shares",
            edit("a - p", "a - 1 / a.shape[1]"),
            "You measured the distance to equal shares. What counts is the distance to the mean bag, p = a.mean(0).",
        ),
        Mistake(
            "no center",
            edit("(a - p)", "a"),
            "You forgot to subtract the mean bag: |a|² is large even where all bags are alike.",
        ),
        Mistake(
            "B - 1 in place of B",
            edit(".sum(1).mean()", ".sum() / (len(a) - 1)"),
            "You divided by B - 1, as var() does. Take the plain mean over bags: labelled cells then give exactly 1.",
        ),
        Mistake(
            "1 forgotten",
            edit("(1 - p.square().sum())", "p.square().sum()"),
            "Above the line belongs 1 - |p|², the spread that labelled cells have. You have |p|² alone.",
        ),
        Mistake(
            "mean over classes for p",
            edit("a.mean(0)", "a.mean(1, keepdim=True)"),
            "Your p has a number for each bag. It is the mean bag, the mean of the rows: a.mean(0).",
        ),
        Mistake(
            "length not squared",
            edit("p.square().sum()", "p.norm()"),
            "Above the line you have 1 - |p|. It is 1 - |p|², with the square.",
        ),
        Mistake(
            "distance not squared",
            edit(".square().sum(1).mean()", ".norm(dim=1).mean()"),
            "Your spread is the mean distance. It is the mean of the squared distance |a - p|².",
        ),
        Mistake(
            "sum of p for its length",
            edit("p.square().sum()", "p.sum() ** 2"),
            "The sum of p is 1, so your 1 - |p|² is 0. |p|² is the sum of the squares of its entries.",
        ),
        Mistake(
            "sum over bags",
            edit("sum(1).mean()", "sum()"),
            "Your spread is a sum over bags. Take the mean over bags, so that their number does not matter.",
        ),
        Mistake(
            "a kappa for each type",
            lambda a: a.mean(0) * (1 - a.mean(0)) / a.var(0, correction=0),
            "You have a kappa for each type. Add up over types above and below the line, then divide once.",
        ),
        Mistake(
            "mean before the square",
            edit("(a - p).square().sum(1).mean()", "(a - p).mean(0).square().sum()"),
            "You took the mean of a - p before the square, and this mean is 0 but for rounding. Square first.",
            sight=lambda a, answer: abs(float(answer)) > ENDLESS,
        ),
        Mistake(
            "one mean for all entries",
            lambda a: float((1 - a.mean() ** 2) / (a - a.mean()).square().sum(1).mean()),
            "a.mean() is one number, 1 / C. The mean bag has a number for each type: a.mean(0).",
        ),
    ),
)
