"""Nets on real digits with wrong labels: one training serves many pictures.

A training is asked for by its numbers, and kept: asked for again, by whichever explorer or claim, it is there already.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import cached
from ddlearn.double_descent import NetSweep, flip_labels, geometric_steps, net_widths, threshold_width

PIXELS, CLASSES = 64, 10
EXAMPLES, HELD_OUT, NEW = 400, 100, 900
LARGE = {"MNIST": datasets.mnist, "Fashion-MNIST": datasets.fashion_mnist}  # images that are fetched
MEASURES = {"squared error": "mse", "error rate": "error"}
WRONG = {"none": 0.0, "20 %": 0.2, "40 %": 0.4}
WIDTHS = (3, 5, 8, 13, 20, 30, 40, 53, 64, 80, 110, 160)
STEPS, RATE = 450, 0.009
RECORD = tuple(geometric_steps(4, STEPS, 18))
THRESHOLD = threshold_width(EXAMPLES, PIXELS, CLASSES)
EARLY, RISE = 0.4, 1.1  # P / nk before which the first minimum is looked for; a peak stands out by that factor


@dataclass(frozen=True)
class Training:
    """What to train.

    `seeds` nets of each width, by Adam. Each has wrong labels of its own, or with `shared` all have the same ones. With
    `keep` what they say is kept. `how` is handed on to `net_widths`.
    """

    wrong: float = 0.2
    seed: int = 0
    widths: tuple[int, ...] = WIDTHS
    seeds: int = 3
    shared: bool = False
    keep: bool = False
    n: int = EXAMPLES
    steps: int = STEPS
    rate: float = RATE
    record: tuple[int, ...] = RECORD
    how: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, eq=False)
class Split:
    """Digits to learn from, to hold out and to test on, with clean labels, on the device that experiments run on."""

    x: Tensor  # (n, 64)
    y: Tensor  # (n,)
    held_x: Tensor
    held_y: Tensor
    new_x: Tensor
    new_y: Tensor


@cached(8)
def split(seed: int, n: int = EXAMPLES) -> Split:
    """Return one split of the 1797 digits."""
    x, y, new_x, new_y = datasets.digit_points(n + HELD_OUT, NEW, seed)
    return Split(x[:n], y[:n], x[n:], y[n:], new_x, new_y)


@cached(16)
def trained(training: Training, progress: compute.Progress | None = None) -> NetSweep:
    """Train every width and seed as one batch, measured along the way on new digits.

    With `keep` also on the digits held out: outputs are those at the held-out digits, then at the new ones, and test
    errors are over both.
    """
    digits = split(training.seed, training.n)
    draw = compute.generator(training.seed + 1000, digits.x.device)
    noisy = flip_labels(digits.y, training.wrong, CLASSES, draw, 1 if training.shared else training.seeds)
    new_x, new_y = digits.new_x, digits.new_y
    if training.keep:
        new_x, new_y = torch.cat([digits.held_x, new_x]), torch.cat([digits.held_y, new_y])
    return net_widths(
        digits.x,
        noisy.expand(training.seeds, -1),
        new_x,
        new_y,
        training.widths,
        draw,
        steps=training.steps,
        lr=training.rate,
        record=training.record,
        keep_outputs=training.keep,
        progress=progress,
        **dict(training.how),
    )


def course(widths: Sequence[int], ratio: Tensor, mean: Tensor) -> str:
    """Say of a curve over widths its lowest point before `EARLY`, its highest after that, its end.  (W,) each"""
    i = int(torch.where(ratio < EARLY, mean, torch.inf).argmin())
    j = i + int(mean[i:].argmax())
    first, top, last = (float(mean[k]) for k in (i, j, -1))
    end = f"{last:.2g} at {widths[-1]}"
    if top > RISE * max(first, last):
        return f"{first:.2g} at {widths[i]} units, then up to {top:.2g} at {widths[j]} (P/nk {ratio[j]:.2f}), {end}"
    return f"{first:.2g} at {widths[i]} units, {end}, no peak between"
