"""Rules that vote: each says a class where it has an opinion, and is silent elsewhere.

A rule says the number of a class or `ABSTAIN`. Its votes on n cells are a column of an (n, m)
matrix. Without a label one can see how often rules speak (coverage), speak together (overlap) and disagree (conflict);
how often they are right takes labels, or a label model. Shapes and words follow the Snorkel library.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks

__all__ = ["ABSTAIN", "VoteSummary", "majority_vote", "summarize_votes"]

ABSTAIN = -1
"""The vote of a rule that has no opinion."""


@dataclass(frozen=True, eq=False)
class VoteSummary:
    """Of each rule, (m,): coverage, the share of cells it speaks on; overlap, on which another speaks too; conflict, on
    which another says something else; accuracy, the share right among those it speaks on (nan if none), None without y.
    silent is the share of cells on which no rule speaks.
    """

    coverage: Tensor
    overlap: Tensor
    conflict: Tensor
    accuracy: Tensor | None
    silent: float


def check_votes(votes: Tensor, classes: int | None = None) -> Tensor:
    """Refuse what is no matrix of votes: (n, m) int64 of class numbers and ABSTAIN."""
    checks.places("votes", votes, "(n, m)")
    least, most = votes.min().item(), votes.max().item()
    if least < ABSTAIN or (classes is not None and most >= classes):
        below = "" if classes is None else f" to {classes - 1}"
        worst = least if least < ABSTAIN else most
        raise ValueError(f"votes must be classes from 0{below} or {ABSTAIN} for no opinion; got {worst} among them")
    return votes


def summarize_votes(votes: Tensor, y: Tensor | None = None) -> VoteSummary:
    """Return what can be said of each rule, with the labels y (n,) or without.  votes (n, m) -> `VoteSummary`"""
    check_votes(votes)
    speaks = votes != ABSTAIN
    n, m = votes.shape
    overlap, conflict = torch.zeros(m, dtype=torch.float64), torch.zeros(m, dtype=torch.float64)
    for j in range(m):
        both = speaks & speaks[:, j : j + 1]
        both[:, j] = False
        overlap[j] = both.any(1).double().mean()
        conflict[j] = (both & (votes != votes[:, j : j + 1])).any(1).double().mean()
    accuracy = None
    if y is not None:
        arguments.class_labels("y", y, rows=n)
        accuracy = (speaks & (votes == y[:, None])).sum(0).double() / speaks.sum(0)
    return VoteSummary(speaks.double().mean(0), overlap, conflict, accuracy, (~speaks.any(1)).double().mean().item())


def majority_vote(votes: Tensor, classes: int, prior: Tensor | Sequence[float] | None = None) -> Tensor:
    """Return all on the class with most votes; classes that tie share by their prior.  votes (n, m) -> (n, C)

    prior (C,), positive; equal shares if None. Where all rules are silent all classes tie: the cell gets the prior.
    """
    classes = arguments.whole("classes", classes, 2)
    check_votes(votes, classes)
    counts = torch.stack([(votes == c).sum(1) for c in range(classes)], 1).double()
    if prior is None:
        prior = counts.new_full((classes,), 1 / classes)
    most = (counts == counts.amax(1, keepdim=True)) * checks.mixture("prior", prior, classes=classes, positive=True)
    return (most / most.sum(1, keepdim=True)).double()
