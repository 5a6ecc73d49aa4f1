"""Why the risk peaks: bias, and three variances, of which the interaction of data and features makes the peak.

A fit has two sources of chance: the data (inputs and the noise of their labels) and the features. The decomposition
is the analysis of variance of a crossed design, T data sets by M draws of the features, every pair fitted. It is
symmetric in the two sources, as in Adlam and Pennington (arXiv 2011.03321, from the abstract); the estimators are ours.

A fit predicts P y at fixed new points X_new (m, d), and beta and the noise are averaged. Let S = P X - X_new (m, d) be
its error, per coordinate of beta, and <A, B> the mean of A B over entries. Means over pairs of fits that share

    both, data only, features only, neither:     A, B, C, D

    bias^2        = D                 what every fit misses
    data          = B - D             by the data, of the mean over features
    features      = C - D             by the features, of the mean over data
    interaction   = A - B - C + D     what only the pair decides

in units of |beta|^2. Noise is part of the data. Let W be the mean of |P|^2 / m, and W_B the same of the mean of P over
features: noise adds W_B to the data's part and W - W_B to the interaction, in units of its variance. The variance over
features, for given data, is features + interaction; the one over data, for given features, is data + interaction.
Splits that depend on an order give the whole interaction to the source that comes last (d'Ascoli et al., arXiv
2003.01054: the features). The estimates are unbiased, so a part near 0 may come out a little below it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.double_descent.cells import draw_seeds, run_cells
from ddlearn.double_descent.smoothers import Smoother, smoother

__all__ = ["Decomposition", "decompose_features", "feature_smoother", "sphere"]


@dataclass(frozen=True, eq=False)
class Decomposition:
    """The parts of the excess risk, each (L,), for the signal and the noise that they were asked for."""

    bias2: Tensor
    data: Tensor
    features: Tensor
    interaction: Tensor
    noise_data: Tensor
    noise_interaction: Tensor

    @property
    def total(self) -> Tensor:
        """The risk of one fit, (L,)."""
        return self.ensemble(1)

    def ensemble(self, members: float = 1, data_sets: float = 1) -> Tensor:
        """The risk of the mean of fits with so many draws of the features by so many data sets, every pair fitted.

        With one data set it is an ensemble, with one draw of the features an idealized bagging, whose data sets are
        fresh. `math.inf` leaves what no such mean removes.
        """
        E, B = (
            count if count == math.inf else arguments.whole(name, count, 1)
            for name, count in (("members", members), ("data_sets", data_sets))
        )
        data, both = self.data + self.noise_data, self.interaction + self.noise_interaction
        return self.bias2 + data / B + self.features / E + both / (E * B)


def sphere(n: int, d: int, generator: torch.Generator) -> Tensor:
    """Draw n points, uniform on the sphere of radius sqrt(d) in d dimensions.  -> (n, d)"""
    shape = (arguments.whole("n", n, 1), arguments.whole("d", d, 1))
    arguments.generator("generator", generator)
    x = torch.randn(shape, generator=generator, device=generator.device, dtype=torch.float64)
    return x * (math.sqrt(d) / torch.linalg.vector_norm(x, dim=1, keepdim=True))


def feature_smoother(x: Tensor, x_new: Tensor, theta: Tensor) -> Smoother:
    """Return the fit with features relu(x theta' / sqrt(d)).  x (n, d), x_new (m, d), theta (N, d) -> `Smoother`.

    Its ridge is n N l / d for the penalty l of `decompose_features`.
    """
    d = arguments.matrix("x", x).shape[1]
    for name, value in (("x_new", x_new), ("theta", theta)):
        arguments.same_kind(name, arguments.matrix(name, value, columns=d), "x", x)
    return smoother(*(torch.relu(one @ theta.T / math.sqrt(d)) for one in (x, x_new)))


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
    points: int = 400,
    progress: compute.Progress | None = None,
) -> Decomposition:
    """Return the parts for random ReLU features on the sphere, one entry a width.

    Inputs and the weights of the features are uniform on spheres and the target is linear, as in Mei and Montanari
    (arXiv 1908.05355). The penalty l adds (N l / d) |a|^2 to the mean squared error.
    """
    d, n, points = (arguments.whole(name, one, 1) for name, one in (("d", d), ("n", n), ("points", points)))
    T, M = arguments.whole("data_sets", data_sets, 2), arguments.whole("inits", inits, 2)
    signal, noise = arguments.at_least("signal", signal, 0), arguments.at_least("noise", noise, 0)
    penalty = arguments.at_least("penalty", penalty, 0)
    widths = arguments.wholes("widths", widths, 1)
    X_new = sphere(points, d, generator).cpu()
    seeds = draw_seeds(len(widths), generator)
    settings = [(n, N, T, M, penalty, X_new, seed) for N, seed in zip(widths, seeds, strict=True)]
    return _scaled(run_cells(_cell, settings, progress), signal, noise)


def _cell(n: int, N: int, data_sets: int, inits: int, penalty: float, X_new: Tensor, seed: int) -> list[float]:
    """One cell: the crossed design of one width."""
    draw, d = compute.generator(seed), X_new.shape[1]
    ridge = n * N * penalty / d
    thetas = [sphere(N, d, draw) for _ in range(inits)]
    found = []
    for _ in range(data_sets):
        x = sphere(n, d, draw)
        P = [feature_smoother(x, X_new, theta).weights(ridge) for theta in thetas]
        found.append(_of_one_data_set(P, x, X_new))
    return _parts(found)


def _of_one_data_set(P: list[Tensor], x: Tensor, X_new: Tensor) -> tuple[Tensor, float, float]:
    """The errors S (M, m, d) of all fits to one data set, the mean of |P|^2 / m, and an unbiased one of the mean P."""
    M, m = len(P), len(X_new)
    own = sum(one.square().sum().item() for one in P)
    between = sum(P).square().sum().item() - own
    return torch.stack([one @ x - X_new for one in P]), own / (M * m), between / (M * (M - 1) * m)


def _parts(found: list[tuple[Tensor, float, float]]) -> list[float]:
    """The six parts, for a signal and a noise of 1, of a crossed design: one entry of `found` per data set."""
    errors, W, W_B = zip(*found, strict=True)
    S = torch.stack(errors)  # (T, M, m, d)
    T, M = S.shape[:2]
    entries = S[0, 0].numel()
    # Sums of <S, S'> over all pairs of fits, pairs with the same data, with the same features, and a fit with itself.
    every, data, features, same = (
        sums.square().sum().item() / entries for sums in (S.sum((0, 1)), S.sum(1), S.sum(0), S)
    )
    A, B, C = same / (T * M), (data - same) / (T * M * (M - 1)), (features - same) / (M * T * (T - 1))
    D = (every - data - features + same) / (T * (T - 1) * M * (M - 1))
    W, W_B = sum(W) / T, sum(W_B) / T
    return [D, B - D, C - D, A - B - C + D, W_B, W - W_B]


def _scaled(parts: list[list[float]], signal: float, noise: float) -> Decomposition:
    scale = torch.tensor([signal] * 4 + [noise] * 2, dtype=torch.float64)
    return Decomposition(*(torch.tensor(parts, dtype=torch.float64) * scale).T)
