"""Three models of fixed size, given more and more examples: what each does, and what its cure does."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import pad

from ddlearn import compute, datasets
from ddlearn import double_descent as dd
from ddlearn.classroom import cached
from ddlearn.double_descent.trained_nets import score_outputs
from ddlearn.lessons.double_descent_trained.shared import CLASSES, PIXELS

NETS, FEATURES, LINEAR = MODELS = ("nets on digits", "random features on digits", "linear regression")
UNITS, COUNT, COEFFICIENTS = 20, 150, 150  # sizes of the three
THRESHOLD = {NETS: UNITS * (PIXELS + 1 + CLASSES) / CLASSES, FEATURES: COUNT, LINEAR: COEFFICIENTS}
WRONG, NEW, SEEDS = 0.2, 700, 4
STRENGTHS = 5.0, 1.0  # of the signal and the noise
STEPS, RATE, MOMENTUM = 800, 0.05, 0.9
PENALTIES = tuple(torch.logspace(-4, 1, 12, dtype=torch.float32).tolist())
BANDWIDTH = 1.5


def descend(
    step: Callable, W: Tensor, A: Tensor, x: Tensor, y: Tensor, record: list[int]
) -> list[tuple[Tensor, Tensor]]:
    """Descend with momentum: where one plain step would lead is all that it asks of `step`.  -> (W, A) when recorded"""
    v, kept = (torch.zeros_like(W), torch.zeros_like(A)), []
    for t in range(1, max(record) + 1):
        there = step(W, A, x, y, RATE)
        v = tuple(MOMENTUM * old + (new - now) for old, new, now in zip(v, there, (W, A), strict=True))
        W, A = W + v[0], A + v[1]
        if t in record:
            kept.append((W, A))
    return kept


@cached(4)
def trained(
    seed: int, sizes: tuple[int, ...], step: Callable, progress: compute.Progress | None = None
) -> tuple[Tensor, Tensor]:
    """Return squared errors of SEEDS nets for each size: at the end, and at each net's best moment.  (S, L)"""
    record = dd.geometric_steps(10, STEPS, 14)
    digits, errors = datasets.digits(compute.generator(seed), test=NEW), []
    for k, n in enumerate(sizes):
        if progress:
            progress(k / len(sizes), f"{SEEDS} nets on {n} examples")
        draw = compute.generator(1000 * seed + n)
        points = dd.standardize(digits.train_x[:n], digits.test_x)
        x, new = (pad(part.float(), (0, 1), value=1.0) for part in points)  # the last weights are the units' biases
        y = dd.one_hot(dd.flip_labels(digits.train_y[:n], WRONG, CLASSES, draw, SEEDS), CLASSES).float()
        W = torch.randn(SEEDS, UNITS, PIXELS + 1, generator=draw, dtype=torch.float32) / (3 * PIXELS) ** 0.5
        A = torch.randn(SEEDS, UNITS, CLASSES, generator=draw, dtype=torch.float32) / (3 * UNITS) ** 0.5
        W[..., -1] = 0
        passed = descend(step, W, A, x, y, record)
        outputs = torch.stack([torch.relu(new @ W.mT) @ A for W, A in passed])
        errors.append(score_outputs(outputs, digits.test_y).mse)
    found = torch.stack(errors, -1)  # (R, S, L)
    return found[-1], found.amin(0)


@cached(4)
def fitted(seed: int, sizes: tuple[int, ...], progress: compute.Progress | None = None) -> tuple[Tensor, Tensor]:
    """Return squared errors of random features, of minimum norm and at the best of twelve penalties.  (S, L)"""
    digits = datasets.digits(compute.generator(seed), test=NEW)
    path = dd.image_samples(
        torch.cat([digits.train_x, digits.test_x]),
        torch.cat([digits.train_y, digits.test_y]),
        COUNT,
        sizes,
        SEEDS,
        compute.generator(seed + 1),
        width=BANDWIDTH,
        rate=WRONG,
        test=NEW,
        ridges=(0.0, *PENALTIES),
        progress=progress,
    )
    return path.mse[..., 0], path.mse.amin(-1)


@cached(4)
def drawn(seed: int, sizes: tuple[int, ...]) -> Tensor:
    """Return the risk of least squares of minimum norm, given each of SEEDS draws of the inputs.  (S, L)"""
    draw = compute.generator(seed)
    inputs = (torch.randn(n, COEFFICIENTS, generator=draw, dtype=torch.float64) for _ in range(SEEDS) for n in sizes)
    return torch.stack([dd.risk_given(X, *STRENGTHS) for X in inputs]).unflatten(0, (SEEDS, len(sizes)))
