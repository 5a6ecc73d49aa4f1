"""Functions that the learner writes or repairs: one step of counting a patient, and one round of a label model."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit
from ddlearn.lessons.counting_and_rules.round_exercise import LABEL_ROUND, label_round, mixtures

__all__ = ["LABEL_ROUND", "SHARES_STEP", "label_round", "shares_step"]

HINTS = Hints.beside(__file__)


def shares_step(P: Tensor, p_from: Tensor, shares: Tensor, alpha: Tensor) -> Tensor:
    R = P * shares / p_from
    R = R / R.sum(1, keepdim=True)
    total = R.sum(0) + alpha - 1
    return total / total.sum()


def step_cases(generator: torch.Generator):
    for n, C in ((12, 3), (7, 3), (9, 2)):
        P, p_from, shares = (mixtures(rows, C, generator, 1.5) for rows in (n, 1, 1))
        alpha = 1 + 3 * torch.rand(C, generator=generator, dtype=torch.float64)
        yield P, p_from[0], shares[0], alpha


def many_steps(P: Tensor, p_from: Tensor, shares: Tensor, alpha: Tensor) -> Tensor:
    for _ in range(100):
        shares = shares_step(P, p_from, shares, alpha)
    return shares


SHARES_STEP = Exercise(
    name="shares_step",
    title="One step of counting a patient",
    reference=shares_step,
    cases=step_cases,
    given="prior against a mean",
    **HINTS.of(
        "shares_step",
        {
            "not shifted": edit("R = P * shares / p_from\n", "R = P\n"),
            "many steps": many_steps,
        },
    ),
)
