"""The third function that the learner writes: a round of a label model.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edited
from ddlearn.lessons.domain_knowledge.transition_exercise import mixtures


def label_round(q: Tensor, heard: Tensor, balance: Tensor, s: float) -> Tensor:
    counts = torch.einsum("nc,nml->mcl", q, heard) + s
    theta = counts / counts.sum(-1, keepdim=True)
    joint = balance.log() + torch.einsum("nml,mcl->nc", heard, theta.log())
    return joint.softmax(1)


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


def round_cases(generator: torch.Generator):
    for n, m, C, s in ((9, 4, 3, 0.25), (14, 3, 3, 0.5), (8, 5, 2, 0.3)):
        said = torch.randint(C + 1, (n, m), generator=generator)
        heard = torch.nn.functional.one_hot(said, C + 1).double()
        yield mixtures(n, C, generator), heard, mixtures(1, C, generator)[0], s


def theta_of(q: Tensor, heard: Tensor, s: float) -> Tensor:
    counts = torch.einsum("nc,nml->mcl", q, heard) + s
    return counts / counts.sum(-1, keepdim=True)


def over_all_sayings(q: Tensor, heard: Tensor, balance: Tensor, s: float) -> Tensor:
    joint = balance * (heard[:, :, None] * theta_of(q, heard, s)).prod(-1).prod(1)
    return joint / joint.sum(1, keepdim=True)


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
            "theta[j, c] must add up to 1 over what rule j may say, the last axis. Either you did not divide the "
            "counts, or you divided them over the types. Both give the same answer in the end.",
            also=(edited(label_round, ("counts / counts.sum(-1, keepdim=True)", "counts")),),
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
        Mistake(
            "not normalized",
            edited(label_round, ("joint.softmax(1)", "joint.exp()")),
            "These are P(type, votes). Rows of the answer add up to 1: divide each by its sum.",
        ),
        Mistake(
            "old q for the balance",
            edited(label_round, ("balance.log()", "q.log()")),
            "You took the old q of a cell for its prior, so its votes count again in each round. The prior is the "
            "balance, the same for all cells.",
        ),
        Mistake(
            "balance from q",
            edited(label_round, ("balance.log()", "q.mean(0).log()")),
            "You took the mean of q for the balance. The balance is given: it is known before any cell is seen.",
        ),
        Mistake(
            "s forgotten",
            edited(label_round, (" + s", "")),
            "Without s a saying that was not counted has probability 0, and its logarithm is infinite. Add s to the "
            "counts.",
        ),
        Mistake(
            "s added to shares",
            edited(label_round, (" + s", ""), ("theta = counts /", "theta = s + counts /")),
            "You added s after the division. It counts as s cells more for each saying: add it to the counts.",
        ),
        Mistake(
            "silence not heard",
            edited(label_round, ("heard, theta.log()", "heard[..., :-1], theta[..., :-1].log()")),
            "You leave silence out of the votes. That a rule is silent tells something too: keep all C + 1.",
        ),
        Mistake(
            "product over all sayings",
            over_all_sayings,
            "Your product goes over sayings that a rule did not say: `heard` is 0 there, and so is the product. "
            "Take theta ** heard, or add logarithms.",
        ),
        Mistake(
            "theta returned",
            lambda q, heard, balance, s: theta_of(q, heard, s),
            "This is theta, what a rule says of a type. Return what votes then say of each cell: the next q, (n, C).",
        ),
    ),
)
