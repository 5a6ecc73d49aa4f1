"""Three functions that the learner writes: a transition from purity, a round of a label model, a step of a count.

Each comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake


def transition(purity: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    joint = shares[:, None] * purity  # (S, C): P(tube and type)
    q = joint.sum(0)
    return (joint / q).T, q


def label_round(q: Tensor, heard: Tensor, balance: Tensor, s: float) -> Tensor:
    counts = torch.einsum("nc,nml->mcl", q, heard) + s
    theta = counts / counts.sum(-1, keepdim=True)
    joint = balance.log() + torch.einsum("nml,mcl->nc", heard, theta.log())
    return joint.softmax(1)


def shares_step(P: Tensor, p_from: Tensor, shares: Tensor, alpha: Tensor) -> Tensor:
    q = P * shares / p_from
    q = q / q.sum(1, keepdim=True)
    total = q.sum(0) + alpha - 1
    return total / total.sum()


def round_with(
    q: Tensor,
    heard: Tensor,
    balance: Tensor,
    s: float,
    *,
    silence: bool = True,
    over: int = -1,
    prior: str = "log",
    logs: str = "sum",
    soft: bool = True,
    end: str = "types",
) -> Tensor:
    """A round of the label model with a slip: in what is counted, in the division, or in how it is put together."""
    if not silence:
        heard = heard[..., :-1]
    if not soft:
        q = torch.nn.functional.one_hot(q.argmax(1), q.shape[1]).to(q)
    counts = torch.einsum("nc,nml->mcl", q, heard) + s
    theta = counts / counts.sum(over, keepdim=True)
    told = torch.einsum("nml,mcl->nc", heard, theta if logs == "added" else theta.log())
    if logs == "added":
        return balance * told / (balance * told).sum(1, keepdim=True)
    told = told / heard.shape[1] if logs == "mean" else told
    joint = told + {"log": balance.log(), "none": 0 * balance, "plain": balance}[prior]
    return {"types": joint.softmax(1), "cells": joint.softmax(0), "logs": joint}[end]


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


def _mixtures(rows: int, columns: int, generator: torch.Generator, sharp: float = 1.0) -> Tensor:
    return (sharp * torch.randn(rows, columns, generator=generator, dtype=torch.float64)).softmax(1)


def transition_cases(generator: torch.Generator):
    for tubes, types in ((3, 3), (4, 3), (3, 2)):
        yield _mixtures(tubes, types, generator, 1.5), _mixtures(1, tubes, generator)[0]


def round_cases(generator: torch.Generator):
    for n, m, C, s in ((9, 4, 3, 0.25), (14, 3, 3, 0.5), (8, 5, 2, 0.3)):
        said = torch.randint(C + 1, (n, m), generator=generator)
        heard = torch.nn.functional.one_hot(said, C + 1).double()
        yield _mixtures(n, C, generator), heard, _mixtures(1, C, generator)[0], s


def step_cases(generator: torch.Generator):
    for n, C in ((12, 3), (7, 3), (9, 2)):
        P, p_from, shares = (_mixtures(rows, C, generator, 1.5) for rows in (n, 1, 1))
        alpha = 1 + 3 * torch.rand(C, generator=generator, dtype=torch.float64)
        yield P, p_from[0], shares[0], alpha


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
    ),
)

LABEL_ROUND = Exercise(
    name="label_round",
    title="One round of a label model",
    reference=label_round,
    cases=round_cases,
    hints=(
        "Two halves. First what each rule says of each type, weighed by q; then what that says of each cell.",
        'counts = torch.einsum("nc,nml->mcl", q, heard) + s, and theta = counts over their sum along the last axis.',
        'joint = balance.log() + torch.einsum("nml,mcl->nc", heard, theta.log()), then a softmax over the types.',
    ),
    mistakes=(
        Mistake(
            "balance forgotten",
            lambda *given: round_with(*given, prior="none"),
            "You left out the balance: a rare type needs stronger evidence. Add balance.log().",
        ),
        Mistake(
            "balance without a logarithm",
            lambda *given: round_with(*given, prior="plain"),
            "You added the balance itself to logarithms. Add balance.log().",
        ),
        Mistake(
            "silence dropped",
            lambda *given: round_with(*given, silence=False),
            "You left out the last saying, silence. That a rule is silent tells something too: keep all C + 1.",
        ),
        Mistake(
            "divided over the types",
            lambda *given: round_with(*given, over=1),
            "theta[j, c] must add up to 1 over what rule j may say, the last axis. You divided over the types.",
        ),
        Mistake(
            "probabilities added",
            lambda *given: round_with(*given, logs="added"),
            "You added the probabilities of the rules. Independent rules multiply: add logarithms.",
        ),
        Mistake(
            "mean of logarithms",
            lambda *given: round_with(*given, logs="mean"),
            "You took the mean over rules, as if all of them together were one witness. Each adds its own logarithm.",
        ),
        Mistake(
            "hard labels",
            lambda *given: round_with(*given, soft=False),
            "You counted each cell for its likeliest type alone. Weigh by q: a cell in doubt counts a little for each.",
        ),
        Mistake(
            "softmax over cells",
            lambda *given: round_with(*given, end="cells"),
            "Your columns add up to 1. Each cell has a type: the softmax goes over the types, dimension 1.",
        ),
        Mistake(
            "logarithms returned",
            lambda *given: round_with(*given, end="logs"),
            "These are log P(type, votes). Rows of the answer add up to 1: end with a softmax.",
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
        "q = P * shares / p_from, and each row divided by its sum. Then q.sum(0) counts the cells of each type.",
        "total = q.sum(0) + alpha - 1, and total / total.sum() are the new shares.",
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
            "Each cell must count as one: divide each row of q by its sum before you add cells up.",
        ),
        Mistake(
            "classify and count",
            lambda *given: step_with(*given, hard=True),
            "You counted each cell as its likeliest type. Count with the probabilities: q.sum(0).",
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
    ),
)
