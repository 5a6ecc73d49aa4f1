"""Why the risk peaks: bias, and four variances, of which the features' own make the peak.

T data sets, and for each M draws of the features (as in d'Ascoli et al., arXiv 2003.01054, and Adlam and Pennington,
arXiv 2011.03321; the estimators are ours). A fit predicts P y at fixed new points X_new (m, d); beta and the noise are
averaged. With S = P X (m, d), q(A) the mean of A^2 over entries, S_t and P_t means over the M draws, S over all:

    init          V_i = mean_t sum_k q(S_tk - S_t) / (M - 1)       over the features, the data fixed
    sample        V_s = sum_t q(S_t - S) / (T - 1) - V_i / M       over the data, of the features' mean
    bias^2            = mean q(S_tk - X_new) - V_s - V_i           what is left
    noise         W_c = (mean_t |P_t|^2/m - W/M) / (1 - 1/M)       what all features let through,  W = mean |P_tk|^2/m
    noise x init      = W - W_c                                    what each draw of them adds

each in units of |beta|^2 or of the noise variance. The mean of E fits to the same data keeps bias, sample and noise,
and divides the other two by E. Data sets do not share their features: if they did, V_s would lose what they share. The
estimates are unbiased, so a variance near 0 may come out a little below it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.double_descent.cells import draw_seeds, run_cells
from ddlearn.double_descent.feature_asymptotics import FEATURE_ACTIVATIONS
from ddlearn.double_descent.feature_draws import feature_smoother, sphere

__all__ = ["Decomposition", "decompose", "decompose_features"]


@dataclass(frozen=True, eq=False)
class Decomposition:
    """The parts of the excess risk, each (L,), for the signal and the noise that they were asked for."""

    bias2: Tensor
    sample: Tensor
    init: Tensor
    noise: Tensor
    noise_init: Tensor

    @property
    def total(self) -> Tensor:
        """The risk of one fit, (L,)."""
        return self.ensemble(1)

    def ensemble(self, members: float) -> Tensor:
        """The risk of the mean of so many fits, each with features of its own; `math.inf` leaves what no mean cures."""
        if members != math.inf:
            members = arguments.whole("members", members, 1)
        return self.bias2 + self.sample + self.noise + (self.init + self.noise_init) / members


def decompose(P: Tensor, X: Tensor, X_new: Tensor, signal: float = 1.0, noise: float = 0.0) -> Decomposition:
    """The parts from P (T, M, m, n), the weights of every fit, X (T, n, d) and X_new (m, d).  -> parts of shape (1,)"""
    arguments.tensor("P", P)
    if P.ndim != 4 or min(P.shape[:2]) < 2:
        raise ValueError(f"P must be of shape (T, M, m, n), T and M at least 2; got shape {tuple(P.shape)}")
    arguments.matrix("X_new", X_new, rows=P.shape[2])
    wanted = (P.shape[0], P.shape[3], X_new.shape[1])
    if arguments.tensor("X", X).shape != wanted:
        raise ValueError(f"X must be of shape {wanted}; got shape {tuple(X.shape)}")
    for name, value in (("X", X), ("X_new", X_new)):
        arguments.same_kind(name, value, "P", P)
        arguments.in_range(name, value, value.square().sum())
    arguments.in_range("P", P, P.square().sum() * X.square().sum())
    signal, noise = arguments.at_least("signal", signal, 0), arguments.at_least("noise", noise, 0)
    return _parts([[_of_one_data_set(list(own), x, X_new) for own, x in zip(P, X, strict=True)]], signal, noise)


def decompose_features(
    d: int,
    n: int,
    widths: Sequence[int],
    generator: torch.Generator,
    *,
    data_sets: int = 10,
    inits: int = 10,
    signal: float = 1.0,
    noise: float = 0.25,
    penalty: float = 0.0,
    activation: str = "relu",
    points: int = 400,
    progress: Callable[[float, str], object] | None = None,
) -> Decomposition:
    """The parts for random features on the sphere, one entry a width: the setting of `feature_risk`."""
    d, n, points = (arguments.whole(name, one, 1) for name, one in (("d", d), ("n", n), ("points", points)))
    T, M = arguments.whole("data_sets", data_sets, 2), arguments.whole("inits", inits, 2)
    signal, noise = arguments.at_least("signal", signal, 0), arguments.at_least("noise", noise, 0)
    penalty = arguments.at_least("penalty", penalty, 0)
    arguments.one_of("activation", activation, tuple(FEATURE_ACTIVATIONS))
    widths = arguments.wholes("widths", widths, 1)
    X_new = sphere(points, d, generator).cpu()
    settings = [(n, N, M, penalty, activation, X_new, seed) for N in widths for seed in draw_seeds(T, generator)]
    found = run_cells(_cell, settings, progress)
    return _parts([found[i : i + T] for i in range(0, len(found), T)], signal, noise)


def _cell(n: int, N: int, inits: int, penalty: float, activation: str, X_new: Tensor, seed: int) -> tuple:
    """One cell: one data set, every draw of the features for it."""
    draw, d = compute.generator(seed), X_new.shape[1]
    x = sphere(n, d, draw)
    P = [feature_smoother(x, X_new, sphere(N, d, draw), activation).weights(n * N * penalty / d) for _ in range(inits)]
    return _of_one_data_set(P, x, X_new)


def _of_one_data_set(P: list[Tensor], x: Tensor, X_new: Tensor) -> tuple:
    """The mean prediction (m, d), its spread, its error, |P|^2/m, |mean P|^2/m, and how many fits it is of."""
    M, m = len(P), len(X_new)
    S = torch.stack([one @ x for one in P])
    mean = S.mean(0)
    spread = (S - mean).square().mean((1, 2)).sum().item() / (M - 1)
    error = (S - X_new).square().mean().item()
    W = sum(one.square().sum().item() for one in P) / (M * m)
    return mean, spread, error, W, (sum(P) / M).square().sum().item() / m, M


def _parts(found: list[list[tuple]], signal: float, noise: float) -> Decomposition:
    rows = []
    for data_sets in found:
        means, spread, error, W, W_mean, (M, *_) = zip(*data_sets, strict=True)
        T = len(means)
        init, error, W, W_mean = (sum(one) / T for one in (spread, error, W, W_mean))
        sample = torch.stack(means).var(0).mean().item() - init / M
        common = (W_mean - W / M) / (1 - 1 / M)
        bias2 = error - sample - init
        rows.append([signal * bias2, signal * sample, signal * init, noise * common, noise * (W - common)])
    return Decomposition(*torch.tensor(rows, dtype=torch.float64).T)
