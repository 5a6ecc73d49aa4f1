"""What the explorers of this lesson share: how its nets learn, and how planes and kernels are fitted.

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

from ddlearn import compute, kernels
from ddlearn.networks import MLP
from ddlearn.ridge import ridge
from ddlearn.training import Ensemble, train

UNITS = 64
RATE, MOMENTUM, DECAY, BATCH = 0.1, 0.9, 1e-3, 32
WEIGHT_STD, BIAS_STD = 1.0, 0.5

Features = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Sample:
    """What a learner meets: n examples with labels, and new points with labels to be tested on."""

    x: Tensor  # (n, d)
    y: Tensor  # (n,)
    new_x: Tensor  # (t, d)
    new_y: Tensor  # (t,)

    def rows(self, which: slice | Tensor) -> "Sample":
        """Return these of the examples, and all new points."""
        return Sample(self.x[which], self.y[which], self.new_x, self.new_y)

    def beginnings(self, sizes: Sequence[int]) -> "list[Sample]":
        """Return the first examples of it, so many: smaller samples are the beginnings of larger ones."""
        return [self.rows(slice(n)) for n in sizes]


@dataclass(frozen=True, eq=False)
class Training:
    """One net in training: its weights after each recorded step."""

    steps: Tensor  # (F,)
    W: Tensor  # (F, m, d)
    b: Tensor  # (F, m)
    a: Tensor  # (F, m)
    losses: Tensor  # (F,) mean squared error on the examples

    def outputs(self, frame: int, x: Tensor) -> Tensor:
        """Return f at that frame.  x (n, d) -> (n,)"""
        return torch.relu(x @ self.W[frame].T + self.b[frame]) @ self.a[frame] / self.a.shape[1]

    def attention(self, frame: int) -> Tensor:
        """Return the share of the squared weights that each input has, (d,): where the units look."""
        mass = self.W[frame].square().sum(0)
        return mass / mass.sum()


def learn(
    samples: Sequence[Sample],
    steps: int,
    frames: Sequence[int],
    seeds: Sequence[int],
    units: int = UNITS,
    decay: float = DECAY,
    progress: compute.Progress | None = None,
) -> list[Training]:
    """Train one net on each sample, all in one batch; seeds name each net's start, decay is the weight decay."""
    d, longest = samples[0].x.shape[1], max(len(sample.y) for sample in samples)
    net = MLP((d, units, 1), parametrization="mup", bias="hidden", W_std=WEIGHT_STD, b_std=BIAS_STD)
    starts = [compute.generator(10_000 + seed) for seed in seeds]
    repeated = [sample.rows(torch.arange(longest) % len(sample.y)) for sample in samples]
    trained = train(
        Ensemble.draw([net] * len(samples), starts, readout="signs"),
        torch.stack([sample.x for sample in repeated]),
        torch.stack([sample.y for sample in repeated])[..., None],
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
        Training(trained.steps, w[..., :d], w[..., d], w[..., d + 1], 2 * losses)
        for w, losses in zip(trained.measured, trained.losses, strict=True)
    ]


def readout(phi: Tensor, y: Tensor, phi_new: Tensor, penalty: float) -> Tensor:
    """Return the scores of the best plane in an embedding, at new points: ridge regression with a constant.  -> (t,)

    phi (n, m), phi_new (t, m). The penalized normal equations are those of `ridge` with phi' phi in place of K.
    """

    def with_constant(features: Tensor) -> Tensor:
        return torch.cat([features, torch.ones_like(features[:, :1])], 1)

    phi = with_constant(phi)
    n, m = phi.shape
    weights = ridge(phi.T @ phi, phi.T @ y, penalty * n / m)
    return with_constant(phi_new) @ weights


def plane(sample: Sample, W: Tensor, b: Tensor, features: Features, penalty: float) -> Tensor:
    """Return the scores of the best plane in a layer's features, at the new points, (t,)."""
    return readout(features(sample.x, W, b), sample.y, features(sample.new_x, W, b), penalty)


def kernel_errors(
    samples: Sequence[Sample],
    error: Callable[[Tensor, Tensor], Tensor],
    kernel: Callable[[Tensor, Tensor], Tensor],
    penalty: float,
    widest: float,
    penalties: Sequence[float],
    constant: float = 0.0,
    progress: compute.Progress | None = None,
) -> Tensor:
    """Return the errors of a kernel, and of the Gaussian with its best settings on the new points, (2, samples).

    Its widths are `widest` roots of the number of inputs, 1/2 and 1/4 of that: half the width is the fourth power of
    the kernel. The constant is added to every kernel.
    """

    def fitted(sample: Sample, K: Tensor, K_new: Tensor, penalty: float) -> Tensor:
        K, K_new = K + constant, K_new + constant
        return error(K_new @ ridge((K + K.T) / 2, sample.y, penalty), sample.new_y)

    errors = []
    for i, sample in enumerate(samples):
        if progress:
            progress(i / len(samples), "fixed kernels")
        own = fitted(sample, *(kernel(x, sample.x) for x in (sample.x, sample.new_x)), penalty)
        width = widest * sample.x.shape[1] ** 0.5
        K, K_new = (kernels.rbf(x, sample.x, width=width) for x in (sample.x, sample.new_x))
        gaussians = [fitted(sample, K**power, K_new**power, one) for power in (1, 4, 16) for one in penalties]
        errors.append(torch.stack([own, min(gaussians)]))
    return torch.stack(errors).T


def limit_kernel(x: Tensor, x2: Tensor) -> Tensor:
    """Return E[relu(w.x + b) relu(w.x2 + b)], the kernel of infinitely many random units: half an arc-cosine kernel."""

    def with_bias(points: Tensor) -> Tensor:
        return torch.cat([points / points.shape[1] ** 0.5, torch.full_like(points[:, :1], BIAS_STD)], 1)

    return kernels.arc_cosine(with_bias(x), with_bias(x2)) / 2
