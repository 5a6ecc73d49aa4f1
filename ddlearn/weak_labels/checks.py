"""What a mixture is, a class number, a vote: the refusals that all of weak labels share."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["class_numbers", "distributions", "mixture", "per_bag", "scores"]

SLACK = 1e-6
"""How far from 1 the sum of a mixture may be: float32 holds a thousand classes that well."""


def distributions(name: str, value: Tensor, *, columns: int | None = None, positive: bool = False) -> Tensor:
    """A matrix whose rows are distributions: numbers of at least 0, or above 0 if `positive`, that add up to 1."""
    arguments.matrix(name, value, columns=columns, gradient=True)
    _check_rows(name, value, positive)
    return value


def mixture(
    name: str, value: Tensor | Sequence[float], *, classes: int | None = None, positive: bool = False
) -> Tensor:
    """One distribution over the classes, in a tensor or a plain list, as a vector.  -> (C,)"""
    if isinstance(value, (list, tuple)):
        value = arguments.numbers(name, value, zero=True)
    arguments.tensor(name, value, gradient=True)
    if value.ndim != 1 or classes not in (None, len(value)):
        raise ValueError(f"{name} must be of shape ({classes or 'C'},); got shape {tuple(value.shape)}")
    _check_rows(name, value, positive)
    return value


def class_numbers(name: str, value: Tensor, classes: int | None = None, rows: int | None = None) -> Tensor:
    """Classes by number, counted from 0.  -> (n,) int64"""
    if not isinstance(value, Tensor) or value.dtype != torch.int64:
        got = f"a tensor of {value.dtype}" if isinstance(value, Tensor) else type(value).__name__
        raise TypeError(f"{name} must be a torch tensor of int64; got {got}")
    if value.ndim != 1 or not len(value) or rows not in (None, len(value)):
        raise ValueError(f"{name} must be of shape ({rows or 'n'},) and not empty; got shape {tuple(value.shape)}")
    least, most = value.min().item(), value.max().item()
    if least < 0 or (classes is not None and most >= classes):
        below = "" if classes is None else f" to {classes - 1}"
        raise ValueError(f"{name} must be classes from 0{below}; got {least if least < 0 else most} among them")
    return value


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


def _check_rows(name: str, value: Tensor, positive: bool) -> None:
    least = value.min().item()
    if least < 0 or (positive and least == 0):
        raise ValueError(f"{name} must be {'positive' if positive else 'at least 0'}; got {least} among them")
    sums = value.sum(-1).reshape(-1)
    worst = sums[(sums - 1).abs().argmax()].item()
    if abs(worst - 1) > SLACK:
        raise ValueError(f"{name} must add up to 1 over the classes; got {worst:.6g}")
