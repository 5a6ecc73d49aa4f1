"""How every net of this lesson learns: one hidden layer of ReLU units, in the scaling in which features move.

    f(x) = 1/m sum_j a_j relu(w_j . x + b_j),    w ~ N(0, 1/d), b ~ N(0, 1/4), a = +1 or -1

the mean-field (muP) scaling of `ddlearn.networks`, trained on half the mean squared error by gradient descent with
momentum and weight decay, in minibatches drawn with replacement. Samples of different size train as one batch: a
sample of n is repeated until it is as long as the longest, so a random row is still a random one of its n.

Weight decay matters: a weight that the gradient no longer renews shrinks at each step by about
RATE * DECAY / (1 - MOMENTUM), a thousandth, so that after 2,000 steps 14 % of it is left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.networks import MLP
from ddlearn.ridge import ridge
from ddlearn.training import Ensemble, train

UNITS = 64
RATE, MOMENTUM, DECAY, BATCH = 0.1, 0.9, 1e-3, 32
WEIGHT_STD, BIAS_STD = 1.0, 0.5

Progress = Callable[[float, str], object]
Features = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Sample:
    """What a learner meets: n examples with labels, and new points with labels to be tested on."""

    x: Tensor  # (n, d)
    y: Tensor  # (n,)
    new_x: Tensor  # (t, d)
    new_y: Tensor  # (t,)


@dataclass(frozen=True, eq=False)
class Reel:
    """One net in training: its weights after each recorded step."""

    steps: Tensor  # (F,)
    W: Tensor  # (F, m, d)
    b: Tensor  # (F, m)
    a: Tensor  # (F, m)
    losses: Tensor  # (F,) mean squared error on the examples

    def outputs(self, frame: int, x: Tensor) -> Tensor:
        """f at that frame.  x (n, d) -> (n,)"""
        return torch.relu(x @ self.W[frame].T + self.b[frame]) @ self.a[frame] / self.a.shape[1]

    def attention(self, frame: int) -> Tensor:
        """The share of the squared weights that each input has, (d,): where the units look."""
        mass = self.W[frame].square().sum(0)
        return mass / mass.sum()


def learn(
    samples: Sequence[Sample],
    steps: int,
    frames: Sequence[int],
    seeds: Sequence[int],
    units: int = UNITS,
    decay: float = DECAY,
    progress: Progress | None = None,
) -> list[Reel]:
    """Train one net on each sample, all in one batch; seeds name each net's start, decay is the weight decay."""
    d, longest = samples[0].x.shape[1], max(len(sample.y) for sample in samples)
    net = MLP((d, units, 1), parametrization="mup", bias="hidden", W_std=WEIGHT_STD, b_std=BIAS_STD)
    starts = [compute.generator(10_000 + seed) for seed in seeds]
    ensemble = Ensemble.draw([net] * len(samples), starts, readout="signs")
    rows = [torch.arange(longest) % len(sample.y) for sample in samples]
    trained = train(
        ensemble,
        torch.stack([sample.x[row] for sample, row in zip(samples, rows, strict=True)]),
        torch.stack([sample.y[row] for sample, row in zip(samples, rows, strict=True)])[..., None],
        steps=steps,
        lr=RATE,
        optimizer="momentum",
        weight_decay=decay,
        batch=min(BATCH, longest),
        replacement=True,
        generator=compute.generator(seeds[0]),
        record=frames,
        measure=lambda i, p: torch.cat([p[0][0], p[0][1][:, None], p[1][0].T], 1),  # (m, d + 2)
        progress=progress,
    )
    return [
        Reel(trained.steps, w[..., :d], w[..., d], w[..., d + 1], 2 * losses)
        for w, losses in zip(trained.measured, trained.losses, strict=True)
    ]


def readout(phi: Tensor, y: Tensor, phi_new: Tensor, penalty: float) -> Tensor:
    """The best plane in an embedding, seen at new points: ridge regression with a constant.  -> (t,)

    phi (n, m), phi_new (t, m). The penalised normal equations are those of `ridge` with phi' phi in place of K.
    """

    def with_constant(features: Tensor) -> Tensor:
        return torch.cat([features, torch.ones_like(features[:, :1])], 1)

    phi = with_constant(phi)
    n, m = phi.shape
    weights = ridge(phi.T @ phi, phi.T @ y, penalty * n / m)
    return with_constant(phi_new) @ weights
