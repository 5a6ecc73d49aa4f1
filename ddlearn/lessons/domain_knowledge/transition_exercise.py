"""The first function that the learner writes: the probability of a tube given the type, from the purity.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake


def transition(purity: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    joint = shares[:, None] * purity  # (S, C): P(tube and type)
    q = joint.sum(0)
    return (joint / q).T, q


def mixtures(rows: int, columns: int, generator: torch.Generator, sharp: float = 1.0) -> Tensor:
    return (sharp * torch.randn(rows, columns, generator=generator, dtype=torch.float64)).softmax(1)


def transition_cases(generator: torch.Generator):
    for tubes, types in ((3, 3), (4, 3), (3, 2)):
        yield mixtures(tubes, types, generator, 1.5), mixtures(1, tubes, generator)[0]


def normalized(joint: Tensor) -> tuple[Tensor, Tensor]:
    return (joint / joint.sum(0)).T, joint.sum(0)


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
            lambda purity, shares: (transition(purity, shares)[0].T, transition(purity, shares)[1]),
            "These are the right numbers, lying down: T has a row for each type and a column for each tube. Transpose.",
        ),
        Mistake(
            "rows of purity",
            lambda purity, shares: (purity.T, shares @ purity),
            "You divided tube by tube, and got the purity back: P(type given tube). T asks the other way: divide by q, "
            "type by type.",
        ),
        Mistake(
            "not divided",
            lambda purity, shares: ((shares[:, None] * purity).T, shares @ purity),
            "This is P(tube and type). Each type’s row must add up to 1: divide by q.",
        ),
        Mistake(
            "shares forgotten",
            lambda purity, shares: transition(purity, torch.full_like(shares, 1 / len(shares))),
            "You took all tubes to be equally large. A tube with more cells counts for more: multiply by shares.",
        ),
        Mistake(
            "shares forgotten in q",
            lambda purity, shares: (transition(purity, shares)[0], purity.mean(0)),
            "T is right, q is not: the mix of all tubes together weighs each tube by its share. q = shares @ purity.",
        ),
        Mistake(
            "shares forgotten in T",
            lambda purity, shares: ((purity / purity.sum(0)).T, shares @ purity),
            "q is right, T is not: you divided the purity’s columns by their sums, as if all tubes were equally large.",
        ),
        Mistake(
            "uniform prior",
            lambda purity, shares: (transition(purity, shares)[0], torch.full_like(purity[0], 1 / purity.shape[1])),
            "You took q to be the same for all types. Impure or unequal tubes together hold another mix: q = shares @ "
            "purity. The shift to a patient starts from it.",
        ),
        Mistake(
            "shares along the types",
            lambda purity, shares: normalized(purity * shares),
            "`purity * shares` multiplies the columns, one for each type. The shares belong to tubes, the rows: "
            "shares[:, None] * purity.",
        ),
        Mistake(
            "the inverse matrix",
            lambda purity, shares: (torch.linalg.inv(purity), shares @ purity),
            "You inverted the matrix of the purity. The other direction of a probability comes from Bayes: "
            "P(tube and type), divided by P(type).",
        ),
        Mistake(
            "divided by the shares",
            lambda purity, shares: ((purity / shares[:, None] / (purity / shares[:, None]).sum(0)).T, shares @ purity),
            "You divided by the shares. A tube with more cells counts for more: multiply by them.",
        ),
        Mistake(
            "the mix of T",
            lambda purity, shares: (transition(purity, shares)[0], transition(purity, shares)[0] @ shares),
            "T is right, q is not: q, the mix of types, is shares @ purity, the sum of the joint over tubes.",
        ),
        Mistake(
            "the shares for q",
            lambda purity, shares: (transition(purity, shares)[0], shares),
            "T is right, q is not: these are the shares of the tubes. q has a number for each type: sum over tubes, "
            "dimension 0.",
            also=(lambda purity, shares: (transition(purity, shares)[0], (shares[:, None] * purity).sum(1)),),
        ),
        Mistake(
            "T alone",
            lambda purity, shares: transition(purity, shares)[0],
            "This is T, and right. Return q, the mix of types in all tubes together, as well: `return T, q`.",
        ),
    ),
)
