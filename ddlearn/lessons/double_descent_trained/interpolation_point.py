"""Where nets begin to fit all that they are trained on, which the learner writes, and the usual mistakes."""

import torch
from torch import Tensor

from ddlearn.classroom import Exercise, Hints

HINTS = Hints.beside(__file__)

MIXED = 90  # examples of the case whose widths are not in order
SHARE = 0.02  # of the null error: below it a net counts as one that fits


def interpolation_point(widths: Tensor, train_mse: Tensor, y: Tensor, d: int) -> float:
    n, k = y.shape
    null = (y - y.mean(0)).square().sum(1).mean()
    fits = train_mse.mean(1) < SHARE * null
    P = (d + 1 + k) * widths + k
    return float(P[fits].min()) / (n * k) if fits.any() else float("inf")


def point_cases(generator: torch.Generator):
    """Training errors that fall with the width and pass through the level; the last ones never get there.

    The width before the first that fits misses the level by less than n - 1 in place of n makes in the variance. Means
    of outputs differ, so do seeds, and in the second case widths come in any order.
    """
    widths = torch.tensor([2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 24, 28, 34, 40, 50, 60, 80, 120, 200])
    for n, d, k, S, reach in ((60, 6, 4, 3, 1.0), (90, 9, 5, 2, 0.5), (50, 4, 3, 2, 300.0)):
        y = torch.randn(k, generator=generator, dtype=torch.float64) + 1
        y = y + 1.5 * torch.randn(n, k, generator=generator, dtype=torch.float64)
        level = SHARE * (y - y.mean(0)).square().sum(1).mean()
        wobble = torch.rand(len(widths), S, generator=generator, dtype=torch.float64)
        slope = (widths.double() / (n * k / (d + 1 + k))) ** -1.5
        errors = reach * level * slope[:, None] * (0.6 + 0.8 * wobble)
        first = int((errors.mean(1) < level).int().argmax())
        if first:
            errors[first - 1] *= (1 + 0.4 / n) * level / errors[first - 1].mean()
        order = torch.randperm(len(widths), generator=generator) if n == MIXED else torch.arange(len(widths))
        yield widths[order], errors[order], y, d


INTERPOLATION_POINT = Exercise(
    name="interpolation_point",
    title="Where nets begin to fit everything",
    reference=interpolation_point,
    cases=point_cases,
    **HINTS.of("interpolation_point"),
)
