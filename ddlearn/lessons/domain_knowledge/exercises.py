"""One step of counting a patient's cells, a function that the learner writes.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves. The two other
functions stand in modules of their own.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edited
from ddlearn.lessons.domain_knowledge.round_exercise import LABEL_ROUND, label_round
from ddlearn.lessons.domain_knowledge.transition_exercise import TRANSITION, mixtures, transition

__all__ = ["LABEL_ROUND", "SHARES_STEP", "TRANSITION", "label_round", "shares_step", "transition"]


def shares_step(P: Tensor, p_from: Tensor, shares: Tensor, alpha: Tensor) -> Tensor:
    q = P * shares / p_from
    q = q / q.sum(1, keepdim=True)
    total = q.sum(0) + alpha - 1
    return total / total.sum()


def step_with(
    P: Tensor,
    p_from: Tensor,
    shares: Tensor,
    alpha: Tensor,
    *,
    ratio: str = "shift",
    each: bool = True,
    hard: bool = False,
    prior: str = "less one",
    end: bool = True,
) -> Tensor:
    """A step of the count with a slip: in the shift, in what is counted, or in the prior."""
    q = P * {"shift": shares / p_from, "old kept": shares, "upside down": p_from / shares}[ratio]
    q = q / q.sum(1, keepdim=True) if each else q
    if hard:
        q = torch.nn.functional.one_hot(q.argmax(1), q.shape[1]).to(q)
    counted = q.mean(0) if prior == "mean" else q.sum(0)
    total = counted + {"less one": alpha - 1, "whole": alpha, "none": 0 * alpha, "mean": alpha - 1}[prior]
    return total / total.sum() if end else total


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
            lambda *given: step_with(*given, ratio="old kept"),
            "P carries the tubes’ mix p_from already, and you multiplied another prior on top. Divide by p_from.",
        ),
        Mistake(
            "upside down",
            lambda *given: step_with(*given, ratio="upside down"),
            "You multiplied by p_from / shares. The new prior goes on top: shares / p_from.",
        ),
        Mistake(
            "cells not normalised",
            lambda *given: step_with(*given, each=False),
            "Each cell must count as one: divide each row by its sum before you add cells up.",
        ),
        Mistake(
            "classify and count",
            lambda *given: step_with(*given, hard=True),
            "You counted each cell as its likeliest type. Count with the probabilities: add up the rows.",
        ),
        Mistake(
            "whole alpha",
            lambda *given: step_with(*given, prior="whole"),
            "You added alpha. Most probable shares need alpha - 1: alpha = 1 knows nothing and changes nothing.",
        ),
        Mistake(
            "prior forgotten",
            lambda *given: step_with(*given, prior="none"),
            "This is plain EM. Add what is known of people: alpha - 1 more cells of each type.",
        ),
        Mistake(
            "prior against a mean",
            lambda *given: step_with(*given, prior="mean"),
            "alpha - 1 counts in cells, and you added it to a mean. Add it to the sum over cells.",
        ),
        Mistake(
            "counts returned",
            lambda *given: step_with(*given, end=False),
            "These are counts. Shares add up to 1: divide by their sum.",
        ),
        Mistake(
            "normalized over the cells",
            edited(shares_step, ("q.sum(1, keepdim=True)", "q.sum(0)")),
            "You divided each column by its sum, so all types count alike. Each cell counts as one: divide each row.",
        ),
        Mistake(
            "divided by the number of cells",
            edited(shares_step, ("total / total.sum()", "total / len(P)")),
            "You divided by the number of cells, and the prior has added counts. Divide by the sum of all counts.",
        ),
        Mistake(
            "softmax of the counts",
            edited(shares_step, ("total / total.sum()", "total.softmax(0)")),
            "You took a softmax of the counts. Counts become shares by division: total / total.sum().",
        ),
        Mistake(
            "alpha + 1",
            edited(shares_step, ("alpha - 1", "alpha + 1")),
            "You added alpha + 1. The prior is as if alpha - 1 cells of each type had been counted already.",
        ),
        Mistake(
            "not shifted",
            edited(shares_step, ("q = P * shares / p_from\n", "q = P\n")),
            "You counted with P itself. Its prior is p_from: shift each cell to the guess first, P * shares / p_from.",
        ),
        Mistake(
            "alpha multiplied",
            edited(shares_step, ("+ alpha - 1", "* alpha")),
            "You multiplied the counts by alpha. The prior adds alpha - 1 counts.",
        ),
        Mistake(
            "many steps",
            many_steps,
            "You went on until nothing changed. Return the guess after one step; the picture repeats it.",
        ),
    ),
)
