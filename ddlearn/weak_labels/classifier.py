"""Train small nets on any loss of a minibatch, several nets side by side: the end model of every weak label.

A step draws cells and what is asked of them: `draw(generator)` gives the rows of x and a function from the nets' logits
there to a loss for each net. So bags, tubes and both together are one loop. It is AdamW (Loshchilov and Hutter, arXiv
1711.05101) with a cosine decay to 0, and each net's gradient is cut to a length. The nets see the same batches and
start from different parameters; with `draw_own_batches` each sees cells of its own.
"""

import math
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim.adamw import adamw  # the step alone: its class AdamW loads torch's compiler, for two seconds

from ddlearn import arguments
from ddlearn.compute import Progress
from ddlearn.networks import MLP, Parameters
from ddlearn.weak_labels import checks

__all__ = ["Draw", "draw_bag_batches", "draw_cell_batches", "draw_own_batches", "train_classifiers"]

Draw = Callable[[torch.Generator], tuple[Tensor, Callable[[Tensor], Tensor]]]
"""generator -> (rows (m,), loss); loss takes logits (nets, m, C) -> (nets,). rows (nets, m) if each net has its own."""

ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "amsgrad": False, "maximize": False}
PULSE = 0.1
"""Seconds between two calls of `progress`."""


def draw_cell_batches(n: int, batch: int, loss: Callable[[Tensor, Tensor], Tensor]) -> Draw:
    """Draw `batch` of n cells at a time.  loss(logits (nets, batch, C), rows (batch,)) -> (nets,)"""
    n = arguments.whole("n", n, 1)
    batch = arguments.whole("batch", batch, 1, n)

    def draw(generator: torch.Generator) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        rows = torch.randperm(n, generator=generator, device=generator.device)[:batch]
        return rows, lambda logits: loss(logits, rows)

    return draw


def draw_own_batches(rows: Tensor, batch: int, loss: Callable[[Tensor, Tensor], Tensor]) -> Draw:
    """`batch` cells at a time for each net, of its own cells and with replacement: sets may be smaller than a batch.

    rows (nets, n) int64 are each net's cells, as places in x. The loss is told which of them were drawn: it takes
    logits (nets, batch, C) and picked (nets, batch), columns of rows -> (nets,).
    """
    nets, n = checks.places("rows", rows, "(nets, n)").shape
    batch = arguments.whole("batch", batch, 1)

    def draw(generator: torch.Generator) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        picked = torch.randint(n, (nets, batch), generator=generator, device=generator.device)
        return rows.gather(1, picked), lambda logits: loss(logits, picked)

    return draw


def draw_bag_batches(rows: Tensor, bags: int, cells: int, loss: Callable[[Tensor, Tensor], Tensor]) -> Draw:
    """So many bags at a time, and of each so many of its cells, at random; its proportions stay those of the whole.

    rows (B, k) int64 are the bags' cells, as places in x. The loss is told which bags were drawn: it takes logits
    (nets, bags, cells, C) and chosen (bags,) -> (nets,).
    """
    B, k = checks.places("rows", rows, "(B, k)").shape
    bags, cells = arguments.whole("bags", bags, 1, B), arguments.whole("cells", cells, 1, k)

    def draw(generator: torch.Generator) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        chosen = torch.randperm(B, generator=generator, device=generator.device)[:bags]
        taken = rows[chosen]
        if cells < k:
            random = torch.rand(taken.shape, generator=generator, device=generator.device, dtype=torch.float32)
            taken = taken.gather(1, random.argsort(1)[:, :cells])
        return taken.flatten(), lambda logits: loss(logits.unflatten(-2, (bags, cells)), chosen)

    return draw


@torch.inference_mode(False)  # gradients on, whatever mode the caller is in
def train_classifiers(
    net: MLP,
    x: Tensor,
    draw: Draw,
    *,
    generator: torch.Generator,
    nets: int = 1,
    steps: int = 300,
    lr: float = 3e-3,
    weight_decay: float = 1e-4,
    clip: float = 5.0,
    progress: Progress | None = None,
) -> Parameters:
    """Train so many nets of one shape from different random parameters.  x (n, d) -> stacked, for `net.apply`

    Losses must be finite. progress(fraction, words) is called about ten times a second, and may raise to stop.
    Refuses by `TypeError`, `ValueError`.
    """
    if not isinstance(net, MLP):
        raise TypeError(f"net must be an MLP; got {type(net).__name__}")
    arguments.matrix("x", x, columns=net.widths[0])
    if not callable(draw):
        raise TypeError(f"draw must be a function of a generator; got {type(draw).__name__}")
    arguments.generator("generator", generator)
    nets, steps = arguments.whole("nets", nets, 1), arguments.whole("steps", steps, 1)
    lr, clip = arguments.positive("lr", lr), arguments.positive("clip", clip)
    weight_decay = arguments.at_least("weight_decay", weight_decay, 0)

    starts = [net.init(generator, x.dtype) for _ in range(nets)]
    parameters = tuple(
        tuple(None if part[0] is None else torch.stack(part).requires_grad_() for part in zip(*layer, strict=True))
        for layer in zip(*starts, strict=True)
    )
    flat = [part for layer in parameters for part in layer if part is not None]
    averages = [[torch.zeros_like(part) for part in flat] for _ in range(2)]  # of gradients, and of their squares
    counts = [torch.tensor(0.0) for _ in flat]
    due = 0.0
    for t in range(steps):
        rows, loss = draw(generator)
        gradients = torch.autograd.grad(loss(net.apply(parameters, x[rows])).sum(), flat)
        length = sum(gradient.flatten(1).square().sum(1) for gradient in gradients).sqrt()
        shrink = clip / length.clamp(min=clip)  # (nets,)
        for gradient in gradients:
            gradient.mul_(shrink.view(-1, *[1] * (gradient.ndim - 1)))
        rate = lr * (1 + math.cos(math.pi * t / steps)) / 2
        with torch.no_grad():
            adamw(flat, gradients, *averages, [], counts, lr=rate, weight_decay=weight_decay, **ADAM)
        if progress is not None and time.monotonic() >= due:
            due = time.monotonic() + PULSE
            progress((t + 1) / steps, f"{t + 1} of {steps} steps")
    return tuple(tuple(None if part is None else part.detach() for part in layer) for layer in parameters)
