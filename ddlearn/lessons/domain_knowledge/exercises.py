"""Functions that the learner writes: the probability of a tube given the type, and one step of counting a patient."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.domain_knowledge.round_exercise import LABEL_ROUND, label_round, mixtures

__all__ = ["LABEL_ROUND", "SHARES_STEP", "TRANSITION", "label_round", "shares_step", "transition"]


def transition(purity: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    joint = shares[:, None] * purity  # (S, C): P(tube and type)
    q = joint.sum(0)
    return (joint / q).T, q


def shares_step(P: Tensor, p_from: Tensor, shares: Tensor, alpha: Tensor) -> Tensor:
    q = P * shares / p_from
    q = q / q.sum(1, keepdim=True)
    total = q.sum(0) + alpha - 1
    return total / total.sum()


def transition_cases(generator: torch.Generator):
    for tubes, types in ((3, 3), (4, 3), (3, 2)):
        yield mixtures(tubes, types, generator, 1.5), mixtures(1, tubes, generator)[0]


def step_cases(generator: torch.Generator):
    for n, C in ((12, 3), (7, 3), (9, 2)):
        P, p_from, shares = (mixtures(rows, C, generator, 1.5) for rows in (n, 1, 1))
        alpha = 1 + 3 * torch.rand(C, generator=generator, dtype=torch.float64)
        yield P, p_from[0], shares[0], alpha


def many_steps(P: Tensor, p_from: Tensor, shares: Tensor, alpha: Tensor) -> Tensor:
    for _ in range(100):
        shares = shares_step(P, p_from, shares, alpha)
    return shares


TRANSITION = Exercise(
    name="transition",
    title="From purity to the probability of a tube",
    reference=transition,
    cases=transition_cases,
    hints=(
        "Bayes: P(tube and type) = P(tube) P(type given tube). Then divide by P(type).",
        "joint = shares[:, None] * purity has a row for each tube. Its sum over tubes, dimension 0, is q.",
        "return (joint / q).T, q",
    ),
    mistakes=(
        Mistake(
            "transposed",
            edit("(joint / q).T", "joint / q"),
            "These are the right numbers, lying down: T has a row for each type and a column for each tube. Transpose.",
        ),
        Mistake(
            "rows of purity",
            edit("(joint / q).T", "purity.T"),
            "You divided tube by tube, and got the purity back: P(type given tube). T asks the other way: divide by q, "
            "type by type.",
        ),
        Mistake(
            "not divided",
            edit("(joint / q).T", "joint.T"),
            "This is P(tube and type). Each type’s row must add up to 1: divide by q.",
        ),
        Mistake(
            "shares forgotten",
            edit("shares[:, None] * purity", "purity / len(purity)"),
            "You took all tubes to be equally large. A tube with more cells counts for more: multiply by shares.",
        ),
        Mistake(
            "shares forgotten in q",
            edit(".T, q", ".T, purity.mean(0)"),
            "T is right, q is not: the mix of all tubes together weighs each tube by its share. q = shares @ purity.",
        ),
        Mistake(
            "shares forgotten in T",
            edit("joint / q", "purity / purity.sum(0)"),
            "q is right, T is not: you divided the purity’s columns by their sums, as if all tubes were equally large.",
        ),
        Mistake(
            "uniform prior",
            edit(".T, q", ".T, torch.full_like(q, 1 / len(q))"),
            "You took q to be the same for all types. Impure or unequal tubes together hold another mix: q = shares @ "
            "purity. The shift to a patient starts from it.",
        ),
        Mistake(
            "shares along the types",
            edit("shares[:, None] * purity", "purity * shares"),
            "`purity * shares` multiplies the columns, one for each type. The shares belong to tubes, the rows: "
            "shares[:, None] * purity.",
        ),
        Mistake(
            "the inverse matrix",
            edit("(joint / q).T", "torch.linalg.inv(purity)"),
            "You inverted the matrix of the purity. The other direction of a probability comes from Bayes: "
            "P(tube and type), divided by P(type).",
        ),
        Mistake(
            "divided by the shares",
            edit("joint / q", "purity / shares[:, None] / (purity / shares[:, None]).sum(0)"),
            "You divided by the shares. A tube with more cells counts for more: multiply by them.",
        ),
        Mistake(
            "the mix of T",
            edit(".T, q", ".T, (joint / q).T @ shares"),
            "T is right, q is not: q, the mix of types, is shares @ purity, the sum of the joint over tubes.",
        ),
        Mistake(
            "the shares for q",
            edit(".T, q", ".T, shares"),
            "T is right, q is not: these are the shares of the tubes. q has a number for each type: sum over tubes, "
            "dimension 0.",
            also=(edit(".T, q", ".T, joint.sum(1)"),),
        ),
        Mistake(
            "T alone",
            edit(".T, q", ".T"),
            "This is T, and right. Return q, the mix of types in all tubes together, as well: `return T, q`.",
        ),
    ),
)

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
            edit("q / q.sum(1, keepdim=True)", "q"),
            "Each cell must count as one: divide each row by its sum before you add cells up.",
        ),
        Mistake(
            "classify and count",
            edit("q.sum(0)", "torch.nn.functional.one_hot(q.argmax(1), q.shape[1]).sum(0)"),
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
            edit("q.sum(0)", "q.mean(0)"),
            "alpha - 1 counts in cells, and you added it to a mean. Add it to the sum over cells.",
        ),
        Mistake(
            "counts returned",
            edit("total / total.sum()", "total"),
            "These are counts. Shares add up to 1: divide by their sum.",
        ),
        Mistake(
            "normalized over the cells",
            edit("q.sum(1, keepdim=True)", "q.sum(0)"),
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
            edit("q = P * shares / p_from\n", "q = P\n"),
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
