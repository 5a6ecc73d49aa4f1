"""A world so small that every bag in it can be visited: expectations without a sample, and so without an error bar.

There are A appearances; a cell of class c has appearance x with probability P_c(x). A bag of k cells is a sequence of k
classes with appearances. A risk that is a sum over cells needs the classes only: given those, the mean loss of a cell
of class c' as class c is M_c'c = sum_x P_c'(x) l_c(x), whatever the others are. So all C^k sequences are enumerated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks

__all__ = ["FiniteWorld", "every_bag", "mixture_probabilities", "urn_probabilities"]

MOST = 2**22
"""Sequences, at most."""


def every_bag(classes: int, k: int) -> Tensor:
    """Return all sequences of k classes.  -> (S, k) int64, S = classes^k

    `ValueError` beyond four million.
    """
    classes, k = arguments.whole("classes", classes, 1), arguments.whole("k", k, 1)
    if classes**k > MOST:
        raise ValueError(f"classes^k must be at most {MOST}; got {classes}^{k}")
    places = classes ** torch.arange(k - 1, -1, -1)
    return torch.arange(classes**k)[:, None] // places % classes


def mixture_probabilities(bags: Tensor, mixtures: Tensor) -> Tensor:
    """Return the probability of each sequence when one of B patients is drawn first, then independent cells.

    bags (S, k), mixtures (B, C) of the patients -> (S,)
    """
    checks.distributions("mixtures", mixtures)
    return mixtures[:, _check_bags(bags, mixtures.shape[1])].prod(-1).mean(0)


def urn_probabilities(bags: Tensor, alpha: Tensor | Sequence[float]) -> Tensor:
    """The probability of each sequence when its patient is a draw of Dirichlet(alpha).  bags (S, k), alpha (C,) -> (S,)

    Pólya's urn, which starts with alpha_c balls of color c and returns each ball drawn with another of its color.
    """
    alpha = arguments.positives("alpha", alpha, torch.empty((), dtype=torch.float64))
    drawn = torch.nn.functional.one_hot(_check_bags(bags, len(alpha)), len(alpha))  # (S, k, C)
    before = alpha + drawn.cumsum(1) - drawn  # the balls in the urn at each draw
    return ((before * drawn).sum(-1) / before.sum(-1)).prod(1)


@dataclass(frozen=True, eq=False)
class FiniteWorld:
    """appearances (C, A): P_c(x), a row for each class; logits (A, C): what a classifier says of each appearance."""

    appearances: Tensor
    logits: Tensor

    def __post_init__(self) -> None:
        checks.distributions("appearances", self.appearances)
        classes, shown = self.appearances.shape
        arguments.matrix("logits", self.logits, rows=shown, columns=classes, gradient=True)
        arguments.same_kind("logits", self.logits, "appearances", self.appearances)

    @cached_property
    def losses(self) -> Tensor:
        """M (C, C): the mean cross-entropy of a cell of class c' (row) taken for one of class c (column)."""
        return -self.appearances @ self.logits.log_softmax(1)

    def risk(self, p: Tensor | Sequence[float]) -> Tensor:
        """Return the risk with labels, sum over c of p_c M_cc.  p (C,) -> ()"""
        return checks.mixture("p", p, classes=len(self.losses)).to(self.losses) @ self.losses.diagonal()

    def bag_risk(self, bags: Tensor, probabilities: Tensor, weights: Tensor) -> Tensor:
        """The exact mean of the risk from bags, the mean over bags of 1/k sum over cells and classes of w_c l_c(x_i).

        bags (S, k) every sequence of classes, probabilities (S,) of them, weights (S, C) -> ()
        """
        classes = len(self.losses)
        _check_bags(bags, classes)
        probabilities = checks.mixture("probabilities", probabilities, classes=len(bags))
        arguments.matrix("weights", weights, rows=len(bags), columns=classes, gradient=True)
        return probabilities.to(self.losses) @ (weights.to(self.losses) * self.losses[bags].mean(1)).sum(1)


def _check_bags(bags: Tensor, classes: int) -> Tensor:
    if not isinstance(bags, Tensor) or bags.ndim != 2:
        got = f"shape {tuple(bags.shape)}" if isinstance(bags, Tensor) else type(bags).__name__
        raise ValueError(f"bags must be a tensor of shape (S, k); got {got}")
    arguments.class_labels("bags", bags.flatten(), classes)
    return bags
