"""Linear regression simulated, plainly or with everything averaged that can be.

A plain draw of inputs, coefficients and noise gives one noisy number for the risk. But given the inputs X, the mean
over noise and over an isotropic beta is a sum over the singular values s_i of X, k of them above 0 (our derivation):

    R | X = r^2/p sum (n l)^2 / (s_i^2 + n l)^2  +  r^2 (1 - k/p)  +  s^2 sum s_i^2 / (s_i^2 + n l)^2

with l the penalty. A few draws of X are then as good as hundreds of plain ones, and every penalty comes with them.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.double_descent import linear
from ddlearn.double_descent.cells import draw_seeds, run_cells
from ddlearn.double_descent.smoothers import min_norm
from ddlearn.result import Curve

__all__ = ["draw_linear", "linear_curve", "plain_risk", "risk_given"]

NEGLIGIBLE = 1e-10
"""Singular values up to this share of the largest count as 0."""


def draw_linear(n: int, p: int, signal: float, noise: float, generator: torch.Generator) -> tuple[Tensor, ...]:
    """Draw X (n, p) of standard normal entries, y = X beta + noise (n,), and beta (p,), of random direction."""
    n, p = arguments.whole("n", n, 1), arguments.whole("p", p, 1)
    signal, noise = arguments.at_least("signal", signal, 0), arguments.at_least("noise", noise, 0)
    arguments.generator("generator", generator)
    X, beta, e = (
        torch.randn(shape, generator=generator, device=generator.device, dtype=torch.float64)
        for shape in ((n, p), (p,), (n,))
    )
    beta *= math.sqrt(signal) / beta.norm()
    return X, X @ beta + math.sqrt(noise) * e, beta


def plain_risk(n: int, p: int, signal: float, noise: float, generator: torch.Generator, penalty: float = 0.0) -> float:
    """Return |b - beta|^2 of one fit to one draw. One number of a wide distribution near p = n: draw many."""
    penalty = arguments.at_least("penalty", penalty, 0)
    X, y, beta = draw_linear(n, p, signal, noise, generator)
    return (min_norm(X, y, ridge=n * penalty) - beta).square().sum().item()


def risk_given(X: Tensor, signal: float, noise: float, penalty: linear.Numbers = 0.0) -> Tensor:
    """R | X, the risk averaged over noise and directions of beta.  X (n, p), penalty () or (L,) -> penalty's shape."""
    n, p = arguments.matrix("X", X).shape
    signal, noise = arguments.at_least("signal", signal, 0), arguments.at_least("noise", noise, 0)
    mu = n * arguments.numbers("penalty", penalty, zero=True).to(X.device)[..., None]
    tall = X if n >= p else X.T
    s = torch.linalg.svdvals(torch.linalg.qr(tall, mode="r").R).double()
    s = s[s > NEGLIGIBLE * s[0]]
    length = s + mu / s  # (s^2 + mu) / s, without a square that may leave the range of floats
    missed = signal / p * ((mu / s / length).square().sum(-1) + p - len(s))
    return missed + noise * (1 / length).square().sum(-1)


def linear_curve(
    n: int,
    ratios: Sequence[float],
    draws: int,
    generator: torch.Generator,
    *,
    signal: float = 5.0,
    noise: float = 1.0,
    penalty: float | None = 0.0,
    plain: bool = False,
    progress: compute.Progress | None = None,
) -> Curve:
    """Return the simulated risk along p = n * ratio, with its theory.  -> `Curve` of x = p/n, measured (draws, ratios).

    Without a penalty the theory is `exact_risk`, and p must keep away from n by 2 or more, where it is finite; with
    one it is the limit. penalty None is the best one at each ratio. plain draws noise and beta, else they are averaged.
    """
    n, draws = arguments.whole("n", n, 2), arguments.whole("draws", draws, 1)
    ratios = arguments.positives("ratios", ratios, torch.empty((), dtype=torch.float64))
    sizes = [max(1, round(n * g)) for g in ratios.tolist()]
    x = torch.tensor(sizes, dtype=torch.float64) / n
    if penalty == 0:
        near = [p for p in sizes if abs(p - n) <= 1]
        if near:
            raise ValueError(
                f"ratios must keep p two or more away from n = {n}, where the risk is finite; got {near[0]}"
            )
        theory = torch.tensor([linear.exact_risk(n, p, signal, noise) for p in sizes], dtype=torch.float64)
        penalties = [0.0] * len(sizes)
    else:
        best = linear.best_penalty(x, signal, noise)
        own = best if penalty is None else torch.full_like(x, arguments.positive("penalty", penalty))
        theory, penalties = linear.ridge_risk(x, own, signal, noise), own.tolist()
    settings = [
        (n, p, signal, noise, l, plain, seed)
        for p, l in zip(sizes, penalties, strict=True)
        for seed in draw_seeds(draws, generator)
    ]
    measured = torch.tensor(run_cells(_risk, settings, progress), dtype=torch.float64).reshape(len(sizes), draws).T
    return Curve(x, measured, theory, "features per example, p / n", "excess risk")


def _risk(n: int, p: int, signal: float, noise: float, penalty: float, plain: bool, seed: int) -> float:
    """One cell: one draw at one size."""
    draw = compute.generator(seed)
    if plain:
        return plain_risk(n, p, signal, noise, draw, penalty)
    return risk_given(torch.randn((n, p), generator=draw, dtype=torch.float64), signal, noise, penalty).item()
