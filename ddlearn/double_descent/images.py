"""Double descent of random Fourier features on real images, over widths and over examples, draw by draw.

A draw is a split into examples and test images, wrong labels, and features. Its noise is drawn several times, for that
costs nothing: a fit is linear in its labels.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.datasets import one_hot
from ddlearn.double_descent.cells import draw_seeds, run_cells
from ddlearn.double_descent.fourier import CosineFeatures, FitPath, measure_fit, width_path
from ddlearn.double_descent.labels import flip_labels, mean_target
from ddlearn.double_descent.smoothers import RANK_CUT, smoother

__all__ = ["image_curve", "image_samples"]


def image_curve(
    x: Tensor,
    y: Tensor,
    n: int,
    widths: Sequence[int],
    seeds: int,
    generator: torch.Generator,
    *,
    width: float,
    classes: int = 10,
    rate: float = 0.0,
    noise_draws: int = 4,
    test: int | None = None,
    ridges: Sequence[float] = (0.0,),
    rank_cut: float = RANK_CUT,
    against: str = "clean",
    progress: compute.Progress | None = None,
) -> FitPath:
    """`width_path` on images x (M, d) in [0, 1] with labels y (M,): n of them to learn from, the rest to test on.

    Each of `seeds` has its own split, wrong labels (the share `rate`, in noise_draws draws, whose errors are averaged)
    and features. Against "clean" the truth is the one-hot label, against "mean" what noisy labels are on average,
    which is what `predict_features` predicts for. At most `test` images are tested on.  -> mse and error (seeds, W, L)
    """
    splits = _splits(x, y, n, seeds, generator, (width, classes, rate, noise_draws, test, against))
    widths = arguments.wholes("widths", widths, 1)
    return _stack(run_cells(_width_cell, [(split, widths, ridges, rank_cut) for split in splits], progress))


def image_samples(
    x: Tensor,
    y: Tensor,
    N: int,
    sizes: Sequence[int],
    seeds: int,
    generator: torch.Generator,
    *,
    width: float,
    classes: int = 10,
    rate: float = 0.0,
    noise_draws: int = 4,
    test: int | None = None,
    ridges: Sequence[float] = (0.0,),
    rank_cut: float = RANK_CUT,
    progress: compute.Progress | None = None,
) -> FitPath:
    """Return fits of N features to the first n of one order of the images for every n in `sizes`: what more data do.

    All are tested on the same images, those that no size has learned from. Wrong labels are drawn for each n: exactly
    the share `rate` of them.  -> mse and error (seeds, sizes, L)
    """
    sizes, N = arguments.wholes("sizes", sizes, 1), arguments.whole("N", N, 1)
    ridges = arguments.numbers("ridges", ridges, zero=True).reshape(-1)
    splits = _splits(x, y, max(sizes), seeds, generator, (width, classes, rate, noise_draws, test, "clean"))
    return _stack(run_cells(_sample_cell, [(split, N, sizes, ridges, rank_cut) for split in splits], progress))


def _width_cell(split: tuple, widths: list[int], ridges: Sequence[float], rank_cut: float) -> FitPath:
    """One cell: one draw, all widths, for wider fits grow out of narrower ones."""
    x, y, x_new, truth, classes, rate, draws, width, seed = split
    draw = compute.generator(seed)
    noisy = one_hot(flip_labels(y, rate, classes, draw, draws), classes)
    features = CosineFeatures.draw(x.shape[1], max(widths), width, draw)
    return width_path(features, x, noisy.to(x), x_new, truth.to(x), widths, ridges=ridges, rank_cut=rank_cut)


def _sample_cell(split: tuple, N: int, sizes: list[int], ridges: Tensor, rank_cut: float) -> FitPath:
    """One cell: one draw, all sizes."""
    x, y, x_new, truth, classes, rate, draws, width, seed = split
    draw = compute.generator(seed)
    features = CosineFeatures.draw(x.shape[1], N, width, draw)
    Z, Z_new = (features(points) / math.sqrt(N) for points in (x, x_new))
    measured = []
    for n in sizes:
        noisy = one_hot(flip_labels(y[:n], rate, classes, draw, draws), classes)
        measured.append(measure_fit(smoother(Z[:n], Z_new, rank_cut), noisy.to(x), truth.to(x), ridges.tolist()))
    return FitPath.of(sizes, ridges, measured)


def _splits(x: Tensor, y: Tensor, n: int, seeds: int, generator: torch.Generator, how: tuple) -> list[tuple]:
    """What one draw is made of, for each seed."""
    width, classes, rate, noise_draws, test, against = how
    M = len(arguments.matrix("x", x))
    arguments.class_labels("y", y, arguments.whole("classes", classes, 2), rows=M)
    n, seeds = arguments.whole("n", n, 1, M - 1), arguments.whole("seeds", seeds, 1)
    width, rate = arguments.positive("width", width), arguments.between("rate", rate, 0, 1)
    noise_draws = arguments.whole("noise_draws", noise_draws, 1) if rate > 0 else 1
    test = M - n if test is None else min(arguments.whole("test", test, 1), M - n)
    arguments.one_of("against", against, ("clean", "mean"))
    truth = one_hot(y, classes) if against == "clean" else mean_target(y, rate, classes)
    splits = []
    for seed in draw_seeds(seeds, generator):
        order = torch.randperm(M, generator=compute.generator(seed)).to(x.device)
        a, b = order[:n], order[n : n + test]
        splits.append((x[a], y[a], x[b], truth[b], classes, rate, noise_draws, width, seed))
    return splits


def _stack(paths: list[FitPath]) -> FitPath:
    """One path from several, with the mean over draws of the noise."""
    parts = zip(*((one.mse, one.error, one.p_test, one.p_train) for one in paths), strict=True)
    mse, error, p_test, p_train = map(torch.stack, parts)
    return FitPath(paths[0].sizes, paths[0].ridges, mse.mean(1), error.mean(1), p_test, p_train)
