"""Functions that the learner writes or repairs: one step of counting a patient, and one round of a label model."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.counting_and_rules.round_exercise import LABEL_ROUND, label_round, mixtures

__all__ = ["LABEL_ROUND", "SHARES_STEP", "label_round", "shares_step"]


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
    hints=(
        "Take the posteriors from the prior p_from to the prior `shares`, cell by cell; then count with them.",
        "R = P * shares / p_from, and each row divided by its sum. Then R.sum(0) counts the cells of each type.",
        "total = R.sum(0) + alpha - 1, and total / total.sum() are the new shares.",
    ),
    mistakes=(
        Mistake(
            "old prior kept",
            edit("shares / p_from", "shares"),
            "P carries the tubes’ mix p_from already, and you multiplied another prior on top. Divide by p_from.",
        ),
        Mistake(
            "upside down",
            edit("shares / p_from", "p_from / shares"),
            "You multiplied by p_from / shares. The new prior goes on top: shares / p_from.",
        ),
        Mistake(
            "cells not normalized",
            edit("R / R.sum(1, keepdim=True)", "R"),
            "Each cell must count as one: divide each row by its sum before you add cells up.",
        ),
        Mistake(
            "classify and count",
            edit("R.sum(0)", "torch.nn.functional.one_hot(R.argmax(1), R.shape[1]).sum(0)"),
            "You counted each cell as its likeliest type. Count with the probabilities: add up the rows.",
        ),
        Mistake(
            "whole alpha",
            edit("alpha - 1", "alpha"),
            "You added alpha. Most probable shares need alpha - 1: alpha = 1 knows nothing and changes nothing.",
        ),
        Mistake(
            "prior forgotten",
            edit(" + alpha - 1", ""),
            "This is plain EM. Add what is known of people: alpha - 1 more cells of each type.",
        ),
        Mistake(
            "prior against a mean",
            edit("R.sum(0)", "R.mean(0)"),
            "alpha - 1 counts in cells, and you added it to a mean. Add it to the sum over cells.",
        ),
        Mistake(
            "counts returned",
            edit("total / total.sum()", "total"),
            "These are counts. Shares add up to 1: divide by their sum.",
        ),
        Mistake(
            "normalized over the cells",
            edit("R.sum(1, keepdim=True)", "R.sum(0)"),
            "You divided each column by its sum, so all types count alike. Each cell counts as one: divide each row.",
        ),
        Mistake(
            "divided by the number of cells",
            edit("total / total.sum()", "total / len(P)"),
            "You divided by the number of cells, and the prior has added counts. Divide by the sum of all counts.",
        ),
        Mistake(
            "softmax of the counts",
            edit("total / total.sum()", "total.softmax(0)"),
            "You took a softmax of the counts. Counts become shares by division: total / total.sum().",
        ),
        Mistake(
            "alpha + 1",
            edit("alpha - 1", "alpha + 1"),
            "You added alpha + 1. The prior is as if alpha - 1 cells of each type had been counted already.",
        ),
        Mistake(
            "not shifted",
            edit("R = P * shares / p_from\n", "R = P\n"),
            "You counted with P itself. Its prior is p_from: shift each cell to the guess first, P * shares / p_from.",
        ),
        Mistake(
            "alpha multiplied",
            edit("+ alpha - 1", "* alpha"),
            "You multiplied the counts by alpha. The prior adds alpha - 1 counts.",
        ),
        Mistake(
            "many steps",
            many_steps,
            "You went on until nothing changed. Return the guess after one step; the picture repeats it.",
        ),
    ),
)
