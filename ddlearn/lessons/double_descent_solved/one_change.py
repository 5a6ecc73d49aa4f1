"""One peak of real digits, and what removes it: fits of random features with one thing changed.

Least squares on the first N of some random features, fitted to N_TRAIN digits. A fit errs along each of the design's
directions by the product of three factors (Schaeffer et al., arXiv 2303.14151): what of the labels no weights
explain, over the singular value there, times how much of a new digit lies there. With any one of them at 0 in the
weakest directions there is no peak.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn import double_descent as dd
from ddlearn.classroom import cached

N_TRAIN, TEST, DRAWS, CLASSES = 100, 150, 8, 10
WIDTH = 12.0  # of the kernel: wide, so that the features are nearly alike and the weakest direction is very weak
SIZES = (8, 15, 25, 40, 60, 75, 85, 92, 97, 100, 103, 108, 115, 130, 160, 220, 400)
STRONG = 10  # directions kept of a new digit
STEPS = 1000
NOTHING, LARGE_CUT, EXPLAINED, STRONG_ONLY, SINGLE, CUT, DESCENT = CHANGES = (
    "nothing",
    "drop weak directions (rank cut-off 0.03)",
    "labels that the features explain",
    f"new digits in {STRONG} strong directions only",
    "float32",
    "rank cut-off 0.001",
    "1,000 steps of descent",
)


class Curves(NamedTuple):
    """Over SIZES: medians over draws of the examples, bias and variance over them."""

    error: Tensor
    bias: Tensor  # squared
    variance: Tensor
    p_test: Tensor
    weakest: Tensor  # smallest singular value that the solver uses, over the largest


def filters(s: Tensor) -> dict[str, Tensor]:
    """Return what stands in the place of 1/s, for every change that is a filter.  s (r,), largest first"""
    return {
        NOTHING: 1 / s,
        EXPLAINED: 1 / s,
        STRONG_ONLY: torch.where(torch.arange(len(s)) < STRONG, 1 / s, 0.0),
        CUT: torch.where(s > 1e-3 * s[0], 1 / s, 0.0),
        LARGE_CUT: torch.where(s > 3e-2 * s[0], 1 / s, 0.0),
        DESCENT: -torch.expm1(STEPS * torch.log1p(-0.999 * (s / s[0]).square())) / s,
    }


def solved(Z: Tensor, Z_new: Tensor) -> tuple[Tensor, Tensor]:
    """Return the weights of every change on the labels, (CHANGES, m, n), and the smallest singular value that it uses,
    over the largest, (CHANGES,).

    Z (n, N), Z_new (m, N). Descent and float32 have no sharp cut: the value where their filter is largest stands in.
    """
    fit, single = dd.smoother(Z, Z_new), torch.linalg.pinv(Z.float())  # with its default cut-off
    found = {change: ((fit.T * f) @ fit.U.T, 1 / f.max()) for change, f in filters(fit.s).items()}
    found[STRONG_ONLY] = found[STRONG_ONLY][0], fit.s[-1]  # the fit itself uses every direction
    found[SINGLE] = (Z_new.float() @ single).double(), 1 / torch.linalg.matrix_norm(single, 2).double()
    weights, least = zip(*(found[change] for change in CHANGES), strict=True)
    return torch.stack(weights), torch.stack(least) / fit.s[0]


@cached(8)
def fits(seed: int, progress: compute.Progress | None = None) -> dict[str, Curves]:
    """Fit DRAWS sets of N_TRAIN digits at every size, and return the curves with each of CHANGES."""
    digits = datasets.digits(compute.generator(seed), TEST)
    draw = compute.generator(seed + 1)
    features = dd.CosineFeatures.draw(64, max(SIZES), WIDTH, draw)
    phi, phi_new = features(digits.train_x), features(digits.test_x)
    y, y_new = (dd.one_hot(labels, CLASSES, centered=True) for labels in (digits.train_y, digits.test_y))
    examples = [torch.randperm(len(y), generator=draw)[:N_TRAIN] for _ in range(DRAWS)]
    rows = []
    for i, N in enumerate(SIZES):
        Z, Z_new = phi[:, :N] / N**0.5, phi_new[:, :N] / N**0.5
        w = dd.min_norm(Z, y)  # the labels that the features can explain: least squares on all digits
        explainable = torch.tensor([change == EXPLAINED for change in CHANGES])[:, None, None]
        targets, truth = torch.where(explainable, Z @ w, y), torch.where(explainable, Z_new @ w, y_new)
        weights, weakest = map(torch.stack, zip(*(solved(Z[these], Z_new) for these in examples), strict=True))
        rows.append(of_one_size(weights, weakest, torch.stack([targets[:, these] for these in examples]), truth))
        if progress is not None:
            progress((i + 1) / len(SIZES), f"{N} features, {DRAWS} sets of {N_TRAIN} digits")
    return {change: Curves(*curves) for change, curves in zip(CHANGES, torch.stack(rows, -1), strict=True)}


def of_one_size(weights: Tensor, weakest: Tensor, targets: Tensor, truth: Tensor) -> Tensor:
    """Return what `Curves` holds, for one number of features, (CHANGES, 5).

    weights (DRAWS, CHANGES, m, n), weakest (DRAWS, CHANGES), targets (DRAWS, CHANGES, n, 10), truth (CHANGES, m, 10)
    """
    f = weights @ targets
    errors = (f - truth).square().sum(-1).mean(-1)
    variance = f.var(0).sum(-1).mean(-1)
    bias = (f.mean(0) - truth).square().sum(-1).mean(-1) - variance / DRAWS
    p_test = N_TRAIN * weights.square().sum((-2, -1)) / weights.shape[-2]
    error, p_test, weakest = (values.median(0).values for values in (errors, p_test, weakest))
    return torch.stack([error, bias.clamp(min=0), variance, p_test, weakest], 1)
