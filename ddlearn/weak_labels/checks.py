"""What a mixture is, and a classifier's output: the refusals that all of weak labels share."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ddlearn import arguments


def distributions(name: str, value: Tensor, *, positive: bool = False) -> Tensor:
    """A matrix whose rows are distributions: numbers of at least 0, or above 0 if `positive`, that add up to 1."""
    arguments.matrix(name, value, gradient=True)
    return arguments.distributions(name, value, positive=positive)


def mixture(
    name: str, value: Tensor | Sequence[float], *, classes: int | None = None, positive: bool = False
) -> Tensor:
    """Require one distribution over the classes, in a tensor or a plain list, as a vector.  -> (C,)"""
    if isinstance(value, (list, tuple)):
        value = arguments.numbers(name, value, zero=True)
    arguments.tensor(name, value, gradient=True)
    if value.ndim != 1 or classes not in (None, len(value)):
        raise ValueError(f"{name} must be of shape ({classes or 'C'},); got shape {tuple(value.shape)}")
    return arguments.distributions(name, value, positive=positive)


def places(name: str, value: Tensor, shape: str) -> Tensor:
    """Require a matrix of whole numbers, int64 and not empty; `shape` is what its own is called."""
    if not isinstance(value, Tensor) or value.dtype != torch.int64 or value.ndim != 2 or not value.numel():
        got = f"{value.dtype} of shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise TypeError(f"{name} must be a torch tensor of int64 and shape {shape}, not empty; got {got}")
    return value


def pseudo_inverse(name: str, mixtures: Tensor) -> Tensor:
    """Require mixtures Pi (B, C) that tell all classes apart, and return Pi's pseudo-inverse.  -> (C, B)"""
    distributions(name, mixtures)
    rank = int(torch.linalg.matrix_rank(mixtures))
    if rank < mixtures.shape[1]:
        raise ValueError(f"{name} must have rank {mixtures.shape[1]}, the number of classes; got {rank}")
    return torch.linalg.pinv(mixtures)


def scores(name: str, value: Tensor, dimensions: int) -> Tensor:
    """A classifier's outputs, classes last, with or without a stack of nets before the `dimensions` it must have."""
    arguments.tensor(name, value, gradient=True)
    if value.ndim < dimensions:
        wanted = {2: "(..., n, C)", 3: "(..., B, k, C)"}[dimensions]
        raise ValueError(f"{name} must be of shape {wanted}; got shape {tuple(value.shape)}")
    return value


def per_bag(name: str, value: Tensor, logits: Tensor) -> Tensor:
    """A number for each bag and class, to go with logits (..., B, k, C): a matrix (B, C), or (..., B, C) in a stack."""
    if getattr(value, "ndim", 2) == 2:
        arguments.matrix(name, value, rows=logits.shape[-3], columns=logits.shape[-1], gradient=True)
    elif arguments.tensor(name, value, gradient=True).shape != (*logits.shape[:-2], logits.shape[-1]):
        wanted = (*logits.shape[:-2], logits.shape[-1])
        raise ValueError(f"{name} must be of shape {tuple(wanted)}, for the stack of nets; got {tuple(value.shape)}")
    return arguments.same_kind(name, value, "logits", logits)
