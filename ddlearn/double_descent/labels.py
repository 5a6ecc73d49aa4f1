"""Wrong labels, on purpose: exactly so many, each of them wrong, and the right ones left alone.

Noise in the labels is what makes the peak, so it must be what it says. Two mistakes are common: a "flip" that may draw
the right class again, and one that changes the clean labels too. Here both are impossible.
"""

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.datasets import one_hot

__all__ = ["flip_labels", "mean_target", "one_hot", "target_noise"]


def flip_labels(y: Tensor, rate: float, classes: int, generator: torch.Generator, draws: int | None = None) -> Tensor:
    """Give exactly round(rate n) of the labels another class, each of the others as likely.

    y (n,) -> a new tensor (n,), or (draws, n) with as many independent draws; y stays as it is.
    """
    arguments.class_labels("y", y, arguments.whole("classes", classes, 2))
    rate = arguments.between("rate", rate, 0, 1)
    arguments.generator("generator", generator)
    if draws is not None:
        draws = arguments.whole("draws", draws, 1)
        return torch.stack([flip_labels(y, rate, classes, generator) for _ in range(draws)])
    n, device = len(y), generator.device
    count = round(rate * n)
    chosen = torch.randperm(n, generator=generator, device=device)[:count].to(y.device)
    shift = torch.randint(1, classes, (count,), generator=generator, device=device).to(y.device)
    noisy = y.clone()
    noisy[chosen] = (y[chosen] + shift) % classes
    return noisy


def mean_target(y: Tensor, rate: float, classes: int) -> Tensor:
    """Return what noisy labels are on average: (1 - rate K/(K-1)) one-hot + rate/(K-1).  y (n,) -> (n, K)"""
    rate = arguments.between("rate", rate, 0, 1)
    return one_hot(y, classes) * (1 - rate * classes / (classes - 1)) + rate / (classes - 1)


def target_noise(rate: float, classes: int) -> float:
    """Return the variance of noisy one-hot targets around `mean_target`, summed over classes.

    sum p (1 - p) with p = 1 - rate for the right class and rate/(K-1) for each of the others.
    """
    rate, K = arguments.between("rate", rate, 0, 1), arguments.whole("classes", classes, 2)
    wrong = rate / (K - 1)
    return rate * (1 - rate) + (K - 1) * wrong * (1 - wrong)
