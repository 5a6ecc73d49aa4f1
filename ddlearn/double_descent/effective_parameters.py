"""How many parameters a fit uses: a count that falls again once it has more of them than examples.

A fit that is linear in its targets predicts at x by weights s(x) on them. By the noise that these let through, it has

    p_test  = n/m sum over m new points of |s(x)|^2
    p_train = tr S = sum over the n examples of their weight on themselves

effective parameters (Curth, Jeffares and van der Schaar, arXiv 2310.18988). Least squares with p < n has about p of
each. Past the threshold p_train stays at n, but p_test comes down: drawn against p_test, double descent folds back to
the U of the textbooks.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.double_descent.linear import Numbers

__all__ = ["least_squares_parameters", "p_test", "p_train"]


def p_test(weights: Tensor) -> float:
    """n/m sum |s(x_j)|^2 from the weights (m, n) of m new points on n targets."""
    m, n = arguments.matrix("weights", weights).shape
    return n / m * weights.square().sum().item()


def p_train(weights: Tensor) -> float:
    """The trace of the weights (n, n) of the examples on themselves."""
    n = arguments.matrix("weights", weights).shape[0]
    return arguments.matrix("weights", weights, columns=n).trace().item()


def least_squares_parameters(n: int, ratio: Numbers) -> Tensor:
    """p_test of the minimum-norm fit with isotropic inputs, as n and p = ratio n grow.  ratio () or (L,) -> the same.

    n g / (1 - g) below the threshold, n / (g - 1) above, infinite at g = 1: n times the noise factor of the risk.
    """
    n, g = arguments.whole("n", n, 1), arguments.numbers("ratio", ratio)
    return n * torch.clamp(g, max=1) / (1 - g).abs()
