"""Minimum-norm fits of random Fourier features to real images, over nested widths, with nothing hidden in the solver.

phi_j(x) = sqrt(2) cos(w_j . x + b_j), w ~ N(0, I / width^2), b uniform: the Gram matrix Phi Phi'/N of N of them is the
rbf kernel's on average (Rahimi and Recht, 2007). The first N of one long draw serve every width N, and a ridge is
always added to Phi Phi'/N. Each output has its own N weights, so the peak is at N = n, for any number of classes.

An SVD in float64 up to N = 1.5 n; beyond, one growing sum of Phi Phi' covers all widths, as long as its square root
has digits to spare, and an SVD again where it has not. Heights at N = n are heavy-tailed: take medians over draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.double_descent.smoothers import ASPECT, RANK_CUT, Smoother, gram_smoother, smoother

__all__ = ["CosineFeatures", "FitPath", "width_path"]

BLOCK = 512
"""Features computed at a time."""


@dataclass(frozen=True, eq=False)
class CosineFeatures:
    """Frequencies W (d, N) and phases b (N,), on their device. Called on x (n, d): (n, N), without the 1/sqrt(N)."""

    W: Tensor
    b: Tensor

    def __post_init__(self) -> None:
        arguments.matrix("W", self.W)
        if arguments.same_kind("b", arguments.tensor("b", self.b), "W", self.W).shape != self.W.shape[1:]:
            raise ValueError(f"b must be of shape ({self.W.shape[1]},); got shape {tuple(self.b.shape)}")

    @classmethod
    def draw(cls, d: int, count: int, width: float, generator: torch.Generator) -> CosineFeatures:
        """Draw `count` features for points of d coordinates, of the rbf kernel of that width."""
        d, count = arguments.whole("d", d, 1), arguments.whole("count", count, 1)
        width = arguments.positive("width", width)
        arguments.generator("generator", generator)
        kind = {"generator": generator, "device": generator.device, "dtype": torch.float64}
        return cls(torch.randn((d, count), **kind) / width, 2 * math.pi * torch.rand(count, **kind))

    def __call__(self, x: Tensor, start: int = 0, stop: int | None = None) -> Tensor:
        """sqrt(2) cos(x W + b), of the features from start up to stop.  x (n, d) -> (n, stop - start)"""
        arguments.matrix("x", x, columns=len(self.W))
        z = x @ self.W[:, start:stop].to(x)
        return z.add_(self.b[start:stop].to(x)).cos_().mul_(math.sqrt(2))

    def __len__(self) -> int:
        return len(self.b)


@dataclass(frozen=True, eq=False)
class FitPath:
    """Fits for W sizes and L ridges: mse (..., W, L), |f - truth|^2 summed over outputs; error, where argmax is wrong.

    The dots are draws of the targets, if there are several; in `image_curve` and `image_samples` they are seeds, of
    p_test and p_train too, the effective parameters (W, L).
    """

    sizes: Tensor
    ridges: Tensor
    mse: Tensor
    error: Tensor
    p_test: Tensor
    p_train: Tensor

    @classmethod
    def of(cls, sizes: list[int], ridges: Tensor, measured: list[list[Tensor]]) -> FitPath:
        """Return the path of fits of which each was measured by `measure_fit`."""
        return cls(torch.tensor(sizes), ridges, *(torch.stack(part, -2) for part in zip(*measured, strict=True)))


def width_path(
    features: CosineFeatures,
    x: Tensor,
    y: Tensor,
    x_new: Tensor,
    truth: Tensor,
    widths: Sequence[int],
    *,
    ridges: Sequence[float] = (0.0,),
    rank_cut: float = RANK_CUT,
) -> FitPath:
    """Return fits of the first N features for every N in `widths`.

    x (n, d) and targets y (n, k) or (draws, n, k); x_new (m, d) and what should be predicted there, truth (m, k). Works
    in the precision of x: float64 shows the peak, float32 may not. Singular values up to rank_cut of the largest count
    as 0: 1e-3 hides most of the peak.
    """
    _check(features, x, y, x_new, truth)
    widths = arguments.wholes("widths", widths, 1, len(features))
    l = arguments.numbers("ridges", ridges, zero=True).reshape(-1)
    fits = _nested(features, x, x_new, sorted(set(widths)), rank_cut)
    measured = {N: measure_fit(fit, y, truth, l.tolist()) for N, fit in fits}
    return FitPath.of(widths, l, [measured[N] for N in widths])


def _nested(
    features: CosineFeatures, x: Tensor, x_new: Tensor, widths: list[int], rank_cut: float
) -> Iterator[tuple[int, Smoother]]:
    """(N, Smoother) for increasing N, features normalized by 1/sqrt(N)."""
    n, done = len(x), 0
    narrow = [N for N in widths if N / n < ASPECT]
    if narrow:
        phi, phi_new = features(x, 0, narrow[-1]), features(x_new, 0, narrow[-1])
    for N in narrow:
        yield N, smoother(phi[:, :N] / math.sqrt(N), phi_new[:, :N] / math.sqrt(N), rank_cut)
    if len(narrow) < len(widths):
        compute.require_matrices(6, n, n, x, "the Gram matrix of the features")
    G, G_new = x.new_zeros(n, n), x.new_zeros(len(x_new), n)
    for N in widths[len(narrow) :]:
        for start in range(done, N, BLOCK):
            block = features(x, start, min(start + BLOCK, N))
            G.addmm_(block, block.T)
            G_new.addmm_(features(x_new, start, min(start + BLOCK, N)), block.T)
        done = N
        found = gram_smoother((G + G.T) / (2 * N), G_new / N, rank_cut)
        if found is None:
            found = smoother(features(x, 0, N) / math.sqrt(N), features(x_new, 0, N) / math.sqrt(N), rank_cut)
        yield N, found


def measure_fit(fit: Smoother, y: Tensor, truth: Tensor, ridges: list[float]) -> list[Tensor]:
    """What `FitPath` holds, of one fit: mse and error (..., L), p_test and p_train (L,)."""
    rows, right = [], truth.argmax(1)
    for l in ridges:
        f = fit.predict(y, l)  # (..., m, k)
        mse, error = (f - truth).square().sum(-1).mean(-1), (f.argmax(-1) != right).double().mean(-1)
        effective = torch.tensor([fit.p_test(l), fit.p_train(l)], dtype=torch.float64)
        rows.append((mse.double().cpu(), error.cpu(), *effective))
    return [torch.stack(part, -1) for part in zip(*rows, strict=True)]


def _check(features: CosineFeatures, x: Tensor, y: Tensor, x_new: Tensor, truth: Tensor) -> None:
    if not isinstance(features, CosineFeatures):
        raise TypeError(f"features must be CosineFeatures; got {type(features).__name__}")
    arguments.matrix("x", x)
    arguments.tensor("y", y)
    if y.ndim not in (2, 3) or y.shape[-2] != len(x):
        raise ValueError(f"y must be of shape ({len(x)}, k) or (draws, {len(x)}, k); got shape {tuple(y.shape)}")
    arguments.matrix("x_new", x_new, columns=x.shape[1])
    arguments.matrix("truth", truth, rows=len(x_new), columns=y.shape[-1])
    for name, value in (("y", y), ("x_new", x_new), ("truth", truth)):
        arguments.same_kind(name, value, "x", x)
