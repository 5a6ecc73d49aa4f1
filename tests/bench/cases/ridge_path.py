"""Kernel ridge for 100 penalties with all leave-one-out predictions, from the points on: each makes its own Gram.

The peers are scikit-learn's: a refit for each penalty, which gives coefficients and no leave-one-out, and the 5-fold
grid search over the same penalties, the usual way to choose one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bench.case import Case, Side
from ddlearn.compute import generator
from ddlearn.kernels import rbf
from ddlearn.ridge import RidgePath, ridge_path

N, D, WIDTH = 1000, 10, 10**0.5


@dataclass(frozen=True)
class Problem:
    x: Tensor
    y: Tensor
    penalties: Tensor

    @property
    def alphas(self) -> list[float]:
        """The same penalties in scikit-learn's units."""
        return (len(self.x) * self.penalties).tolist()


def problem(small: bool) -> Problem:
    n, penalties = (30, 4) if small else (N, 100)
    draw = generator(0)
    x = torch.randn(n, D, generator=draw, dtype=torch.float64)
    y = x[:, 0].sin() + x[:, 1] * x[:, 2] + 0.3 * torch.randn(n, generator=draw, dtype=torch.float64)
    return Problem(x, y, torch.logspace(-6, 1, penalties, dtype=torch.float64))


def ours(it: Problem) -> Callable[[], RidgePath]:
    return lambda: ridge_path(rbf(it.x, width=WIDTH), it.y, it.penalties)


def refits(it: Problem) -> Callable[[], np.ndarray]:
    from sklearn.kernel_ridge import KernelRidge

    x, y = it.x.numpy(), it.y.numpy()
    settings = {"kernel": "rbf", "gamma": 1 / (2 * WIDTH**2)}
    return lambda: np.stack([KernelRidge(alpha=alpha, **settings).fit(x, y).dual_coef_ for alpha in it.alphas])


def grid_search(it: Problem) -> Callable[[], object]:
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.model_selection import GridSearchCV, KFold

    x, y = it.x.numpy(), it.y.numpy()
    model = KernelRidge(kernel="rbf", gamma=1 / (2 * WIDTH**2))
    options = {"cv": KFold(5), "scoring": "neg_mean_squared_error", "n_jobs": 1}
    return lambda: GridSearchCV(model, {"alpha": it.alphas}, **options).fit(x, y)


def difference(path: RidgePath, theirs: object) -> float | None:
    """Of the coefficients, relative to the largest of each penalty; None for a grid search, whose answer is one fit."""
    if not isinstance(theirs, np.ndarray):
        return None
    theirs = torch.as_tensor(theirs)
    return ((path.alpha - theirs).abs().amax(1) / theirs.abs().amax(1)).max().item()


CASES = (
    Case(
        name="ridge-path",
        title=f"ridge, 100 penalties with leave-one-out, n = {N}",
        problem=problem,
        ours=Side("ddlearn", ours),
        peers=(
            Side("scikit-learn, refits (no LOO)", refits, ("sklearn",), rounds=3),
            Side("scikit-learn, 5-fold grid search", grid_search, ("sklearn",), rounds=3),
        ),
        difference=difference,
    ),
)
