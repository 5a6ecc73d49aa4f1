"""Two-layer nets trained on images with wrong labels: the test error over width, over time and over examples.

All widths and seeds of a sweep train as one batch (`ddlearn.training`). A seed has its own wrong labels, which all
widths share; the inputs are centered pixel by pixel and divided by one number, both of the training points. With the
squared loss the test error peaks about where P = n K (arXiv 1812.11118, 1912.02292, for larger nets). What removes the
peak is an argument each: clean labels, cross-entropy, weight decay, small batches, and stopping early, which is why
every width is measured along the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.datasets import one_hot, standardize
from ddlearn.double_descent.clocks import geometric_steps
from ddlearn.networks import MLP, Parameters
from ddlearn.training import Ensemble, train

__all__ = ["NetSweep", "average_outputs", "net_widths", "standardize"]

W_STD = 3**-0.5
"""Weights of variance 1/(3 inputs): that of torch's own default, uniform on +-1/sqrt(inputs)."""


class Scores(NamedTuple):
    """The share of labels missed, and |f - one-hot|^2 summed over classes: means over points."""

    error: Tensor
    mse: Tensor


def score_outputs(outputs: Tensor, y: Tensor) -> Scores:
    """Score outputs (..., m, K) at points of the classes y (..., m).  -> (...) each, float64"""
    y = y.to(outputs.device)
    error = (outputs.argmax(-1) != y).double().mean(-1)
    target = one_hot(y, outputs.shape[-1]).to(outputs)
    return Scores(error, (outputs - target).square().sum(-1).mean(-1).double())


@dataclass(frozen=True, eq=False)
class NetSweep:
    """What was measured, each (W, S, R): W widths or sample sizes, S seeds, R steps.

    error: share of test labels missed; mse: |f - one-hot|^2 at test points, summed over classes; train_error and
    train_mse the same on the training points and their noisy labels. width, size (its parameters P) and n are (W,).
    outputs (W, S, R, m, K) at the test points, or None if they were not kept.
    """

    width: Tensor
    size: Tensor
    n: Tensor
    classes: int
    steps: Tensor
    error: Tensor
    mse: Tensor
    train_error: Tensor
    train_mse: Tensor
    outputs: Tensor | None = None

    @classmethod
    def of(
        cls, widths: list[int], sizes: list[int], n: int, classes: int, steps: Tensor, measured: Tensor
    ) -> "NetSweep":
        """Return the sweep of all four errors (W, S, R, 4); those of a net that diverged are infinite."""
        size, measured = torch.tensor(sizes), measured.nan_to_num(nan=torch.inf, posinf=torch.inf)
        return cls(torch.tensor(widths), size, torch.full_like(size, n), classes, steps, *measured.unbind(-1))

    @property
    def ratio(self) -> Tensor:
        """P / (n K), (W,)."""
        return self.size.double() / (self.n * self.classes)


def average_outputs(outputs: Tensor, members: int) -> Tensor:
    """Return means of `members` nets: each with its next ones, the last ones with the first.  (W, S, ...) -> the same

    Worth its name among nets that learned from the same labels: between seeds with wrong labels of their own it would
    average the labels too, which nobody has who has but one set of them.
    """
    if arguments.tensor("outputs", outputs).ndim < 2:
        raise ValueError(f"outputs must have a dimension of nets, (W, S, ...); got shape {tuple(outputs.shape)}")
    members = arguments.whole("members", members, 1, outputs.shape[1])
    return sum(outputs.roll(-k, 1) for k in range(members)) / members


def net_widths(
    x: Tensor,
    y: Tensor,
    x_new: Tensor,
    y_new: Tensor,
    widths: Sequence[int],
    generator: torch.Generator,
    *,
    classes: int = 10,
    steps: int = 2000,
    lr: float = 0.01,
    optimizer: str = "adam",
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    loss: str = "mse",
    batch: int | None = None,
    record: Sequence[int] | None = None,
    keep_outputs: bool = False,
    dtype: torch.dtype = torch.float32,
    progress: compute.Progress | None = None,
) -> NetSweep:
    """Train a net for every width and seed.  x (n, d), labels y (S, n), a row a seed; x_new (m, d), clean y_new (m,).

    Arguments from lr to batch as in `ddlearn.training.train`, whose squared loss is |f - y|^2 / (2 n K): next to
    |f - y|^2 / n, rates of gd and momentum are 2K times as large and weight_decay 2K times as small. Steps recorded:
    16 from 10 to the last, evenly on a log axis, if `record` is None; the last always is. float32 is enough here. Kept
    outputs are m K numbers for each net and step recorded.
    """
    arguments.whole("classes", classes, 2)
    arguments.matrix("x", x)
    arguments.same_kind("x_new", arguments.matrix("x_new", x_new, columns=x.shape[1]), "x", x)
    check_labels(y, y_new, classes, len(x), len(x_new))
    widths = arguments.wholes("widths", widths, 1)
    if sorted(set(widths)) != widths:
        raise ValueError(f"widths must increase from each to the next; got {widths}")
    if dtype not in (torch.float32, torch.float64):
        raise ValueError(f"dtype must be torch.float32 or torch.float64; got {dtype}")
    steps = arguments.whole("steps", steps, 1)
    record = recorded(record, steps)
    a, b = (one.to(dtype) for one in standardize(x, x_new))
    d, (S, n) = x.shape[1], y.shape
    nets = [MLP((d, H, classes), W_std=W_STD) for H in widths for _ in range(S)]
    ensemble = Ensemble.draw(nets, generator, dtype)
    seen: list[list[Tensor]] = [[] for _ in nets]

    def measure(i: int, parameters: Parameters) -> Tensor:
        f_new, f = (nets[i].apply(parameters, points) for points in (b, a))
        if keep_outputs:
            seen[i].append(f_new)
        return torch.stack([*score_outputs(f_new, y_new), *score_outputs(f, y[i % S])])

    found = train(
        ensemble,
        a,
        one_hot(y, classes).to(a).repeat(len(widths), 1, 1),
        steps=steps,
        lr=lr,
        optimizer=optimizer,
        momentum=momentum,
        weight_decay=weight_decay,
        loss=loss,
        batch=batch,
        generator=generator,
        record=record,
        measure=measure,
        progress=progress,
    )
    kept = slice(0 if 0 in record else 1, None)
    measured = found.measured.unflatten(0, (len(widths), S))[:, :, kept]
    sweep = NetSweep.of(widths, [net.size for net in nets[::S]], n, classes, found.steps[kept], measured)
    if not keep_outputs:
        return sweep
    outputs = torch.stack([torch.stack(own[kept]) for own in seen])
    return replace(sweep, outputs=outputs.unflatten(0, (len(widths), S)))


def check_labels(y: Tensor, y_new: Tensor, classes: int, n: int, m: int) -> None:
    """Require labels y (S, n), a row a seed, and y_new (m,)."""
    if arguments.class_labels("y", y, classes, flat=False).ndim != 2 or y.shape[1] != n:
        raise ValueError(f"y must be of shape (seeds, {n}); got shape {tuple(y.shape)}")
    arguments.class_labels("y_new", y_new, classes, rows=m)


def recorded(record: Sequence[int] | None, steps: int) -> Sequence[int]:
    """Return the steps to record: those asked for, or 16 from 10 to the last, evenly on a log axis."""
    return geometric_steps(min(10, steps), steps, 16) if record is None else record
