"""Wrong labels, on purpose: exactly so many, each of them wrong, and the right ones left alone.

Noise in the labels is what makes the peak, so it must be what it says. Two mistakes are common: a "flip" that may draw
the right class again, and one that changes the clean labels too. Here both are impossible.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import one_hot as torch_one_hot

from ddlearn import arguments

__all__ = ["flip_labels", "labels", "mean_target", "one_hot", "target_noise"]


def labels(name: str, value: Tensor, classes: int) -> Tensor:
    """Refuse, with a sentence, what is not a tensor of int64 labels from 0 to classes - 1."""
    classes = arguments.whole("classes", classes, 2)
    if not isinstance(value, Tensor) or value.dtype != torch.int64:
        got = value.dtype if isinstance(value, Tensor) else type(value).__name__
        raise TypeError(f"{name} must be a tensor of int64 labels; got {got}")
    arguments.readable(name, value)
    if value.numel() == 0 or value.min() < 0 or value.max() >= classes:
        shown = "none" if value.numel() == 0 else f"labels from {value.min().item()} to {value.max().item()}"
        raise ValueError(f"{name} must be labels from 0 to {classes - 1}; got {shown}")
    return value


def flip_labels(y: Tensor, rate: float, classes: int, generator: torch.Generator, draws: int | None = None) -> Tensor:
    """Give exactly round(rate n) of the labels another class, each of the others as likely.

    y (n,) -> a new tensor (n,), or (draws, n) with as many independent draws; y stays as it is.
    """
    labels("y", y, classes)
    if y.ndim != 1:
        raise ValueError(f"y must be of shape (n,); got shape {tuple(y.shape)}")
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
    if int((noisy != y).sum()) != count:
        raise RuntimeError(f"{count} labels should have changed, and {int((noisy != y).sum())} did")
    return noisy


def one_hot(y: Tensor, classes: int) -> Tensor:
    """Labels (..., n) as targets, 1 for the class and 0 for the others.  -> (..., n, classes), float64"""
    return torch_one_hot(labels("y", y, classes), classes).double()


def mean_target(y: Tensor, rate: float, classes: int) -> Tensor:
    """What noisy labels are on average: (1 - rate K/(K-1)) one-hot + rate/(K-1).  y (n,) -> (n, K)"""
    rate = arguments.between("rate", rate, 0, 1)
    return one_hot(y, classes) * (1 - rate * classes / (classes - 1)) + rate / (classes - 1)


def target_noise(rate: float, classes: int) -> float:
    """The variance of noisy one-hot targets around `mean_target`, summed over classes.

    sum p (1 - p) with p = 1 - rate for the right class and rate/(K-1) for each of the others.
    """
    rate, K = arguments.between("rate", rate, 0, 1), arguments.whole("classes", classes, 2)
    wrong = rate / (K - 1)
    return rate * (1 - rate) + (K - 1) * wrong * (1 - wrong)
