"""The learning curve that was measured: kernel ridge on growing samples of a pool, with theory and estimates beside it.

Each trial shuffles the pool and draws its label noise; its first n points are trained on and the others are unseen. The
trials run through joblib: in turn, unless the caller opens a backend, which then spreads them over threads, processes
or machines without a change here, and without a change in any number.

    with joblib.parallel_config(backend="loky", n_jobs=4):
        measure_learning_curve(K, Y, sizes, trials=50, generator=generator)
"""

import itertools
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import joblib
import numpy as np
import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.generalization.estimates import kernel_fit
from ddlearn.generalization.learning_curves import Spectrum, eigenlearning_risk, finite_pool_risk, spectrum
from ddlearn.result import Curve

__all__ = ["LearningCurve", "measure_learnability", "measure_learning_curve"]


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """What n examples gave in each trial, and what was predicted: mean squared errors, summed over outputs.

    n (p,). Per trial, (trials, p): measured at unseen points, the noise of their labels included as its variance;
    mistakes, the share of unseen points whose largest output (with one output, whose sign) is not their target's; and
    leave_one_out and gcv, estimates of measured from the n training points. Theory, (p,): finite_pool and standard.
    """

    n: Tensor
    measured: Tensor
    mistakes: Tensor
    leave_one_out: Tensor
    gcv: Tensor
    finite_pool: Tensor
    standard: Tensor
    null: float
    """The error of predicting 0: the mean squared target plus the noise."""

    @property
    def curve(self) -> Curve:
        """Measured, with the finite-pool form as its theory."""
        return Curve(self.n, self.measured, self.finite_pool, "training examples", "squared error at unseen points")


def measure_learning_curve(
    K: Tensor,
    Y: Tensor,
    sizes: Sequence[int],
    *,
    trials: int,
    generator: torch.Generator,
    ridge: float = 0.0,
    noise: float = 0.0,
    modes: Spectrum | None = None,
    progress: Callable[[float, str], object] | None = None,
) -> LearningCurve:
    """Train on n random points of a pool and test on the rest, for every n in `sizes` and so many trials.

    K (N, N), Y (N,) or (N, C); sizes increase, from 1 to N - 1. noise is s^2, the variance of the label noise summed
    over the outputs, each of which has its equal part. modes is `spectrum(K, Y)` where it is known already, which saves
    the decomposition. progress(fraction, words) is called after each fit, and may raise to stop.

    Any joblib backend that hands results back as they come will do: all but "multiprocessing".

    Raises `TypeError` or `ValueError` if K is no Gram matrix, or Y, sizes or modes do not fit it.
    """
    arguments.symmetric("K", K)
    N = len(arguments.targets("Y", Y, len(K)))
    arguments.same_kind("Y", Y, "K", K)
    sizes = arguments.wholes("sizes", sizes, 1, N - 1)
    if any(after <= before for before, after in itertools.pairwise(sizes)):
        raise ValueError(f"sizes must increase; got {sizes}")
    trials = arguments.whole("trials", trials, 1)
    ridge, noise = arguments.at_least("ridge", ridge, 0), arguments.at_least("noise", noise, 0)
    arguments.generator("generator", generator)
    modes = spectrum(K, Y) if modes is None else modes
    if not isinstance(modes, Spectrum):
        raise TypeError(f"modes must be the Spectrum of K and Y; got {type(modes).__name__}")
    if len(modes.lam) != N:
        raise ValueError(f"modes must be the spectrum of K and Y, of {N} modes; got {len(modes.lam)}")
    n = torch.tensor(sizes, dtype=K.dtype, device=K.device)
    theory = [risk(*modes, n, ridge, noise) for risk in (finite_pool_risk, eigenlearning_risk)]

    seeds = torch.randint(2**62, (trials,), generator=generator, device=generator.device).tolist()
    plan = [(seed, size) for size in sizes for seed in seeds]
    # Processes share a NumPy array through a file that each maps; a tensor would be copied to them with every job.
    # In a tuple, because a large argument of its own joblib lays on one Dask worker, and loses it with that worker.
    pool = tuple(A.numpy() if A.device.type == "cpu" else A for A in (K, Y.reshape(N, -1)))
    jobs = (joblib.delayed(_trial)(pool, seed, size, ridge, noise) for seed, size in plan)
    rows = []
    with closing(joblib.Parallel(return_as="generator")(jobs)) as results:
        for (_, size), row in zip(plan, results, strict=True):
            rows.append(row)
            if progress is not None:
                progress(len(rows) / len(plan), f"fit {len(rows)} of {len(plan)}: {size} examples")
    found = torch.tensor(rows, dtype=K.dtype, device=K.device).reshape(len(sizes), trials, 4)
    null = Y.square().sum().item() / N + noise
    return LearningCurve(n, *found.permute(2, 1, 0), *theory, null)


def measure_learnability(
    K: Tensor, targets: Tensor, n: int, *, trials: int, generator: torch.Generator, ridge: float = 0.0
) -> Tensor:
    """<t, f> / <t, t> over the whole pool, f fitted to n random points of the target t: how much of t is learned.

    K (N, N), targets (N, k), each learned by itself -> (trials, k). For eigenvector i of K its mean is predicted to be
    lambda_i / (lambda_i + ridge / N + kappa), kappa that of `learnability(lam + ridge / N, n)`: the pool's form. Over
    all N eigenvectors it adds up to n in every trial, less ridge tr (K_nn + ridge I)^-1.

    Raises `TypeError` or `ValueError` if K is no Gram matrix, targets do not fit it or are zero, or n is not 1 to N.
    """
    arguments.symmetric("K", K)
    arguments.matrix("targets", targets, rows=len(K))
    arguments.same_kind("targets", targets, "K", K)
    sizes = targets.square().sum(0)
    if sizes.min() <= 0:
        raise ValueError("targets must have an entry that is not zero in every column")
    n, trials = arguments.whole("n", n, 1, len(K)), arguments.whole("trials", trials, 1)
    arguments.generator("generator", generator)
    learned = []
    for _ in range(trials):
        seen = torch.randperm(len(K), generator=generator, device=generator.device)[:n].to(K.device)
        K_seen = K[seen]
        alpha = kernel_fit(K_seen[:, seen], targets[seen], ridge).alpha
        learned.append((targets * (K_seen.T @ alpha)).sum(0) / sizes)
    return torch.stack(learned)


def _trial(
    pool: tuple[np.ndarray | Tensor, np.ndarray | Tensor], seed: int, n: int, ridge: float, noise: float
) -> tuple[float, float, float, float]:
    """Error and share of mistakes at the unseen points, leave-one-out and GCV, of one fit to n points."""
    K, Y = pool
    N, C = Y.shape
    draw = torch.Generator().manual_seed(seed)
    order = torch.randperm(N, generator=draw).numpy()
    seen, unseen = order[:n], order[n:]
    K_seen, Y_seen, Y_unseen = torch.as_tensor(K[seen]), torch.as_tensor(Y[seen]), torch.as_tensor(Y[unseen])
    Y_seen = Y_seen + (noise / C) ** 0.5 * torch.randn(n, C, generator=draw, dtype=torch.float64).to(Y_seen)
    fit = kernel_fit(K_seen[:, seen], Y_seen, ridge)
    predicted = (K_seen.T @ fit.alpha)[unseen]
    error = (predicted - Y_unseen).square().sum(1).mean() + noise
    answers = [(f > 0)[:, 0] if C == 1 else f.argmax(1) for f in (predicted, Y_unseen)]
    mistakes = (answers[0] != answers[1]).double().mean()
    return error.item(), mistakes.item(), fit.leave_one_out, fit.gcv
