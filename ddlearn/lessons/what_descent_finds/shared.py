"""What explorers and claims train: lines through separable data, neurons from small starts, networks to be attacked."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import adversarial, compute, early_alignment
from ddlearn.adversarial import Attack, Net
from ddlearn.classroom import cached
from ddlearn.early_alignment import Run, class_sums, nc1
from ddlearn.separable import NORMS, Asymptote, Direction, Path, asymptote, descend, margin, max_margin

POINTS = 40  # of the separable data
NEAR = ((5 / 3, 1 / 3), (4 / 3, 1.0))  # a third of the two points that the page computes by hand
MOVED = 0.01  # standard deviation of each of their coordinates

SIZES = (10.0, 1.0, 0.3, 0.1, 1e-2, 1e-3, 1e-4)  # of the starts
EXAMPLES, INPUTS, UNITS, NOISE = 20, 20, 60, 0.35

DIMENSIONS = 40  # in which the clusters lie


@dataclass(frozen=True, eq=False)
class Problem:
    """Points z (n, 2), their labels y (n,), the best w and its margin in each norm, and the line in log t."""

    z: Tensor
    y: Tensor
    best: dict[str, Tensor]
    line: Asymptote

    def shares(self, w: Tensor) -> dict[str, Tensor]:
        """Return the margin of w over the best one, in each norm.  w (..., 2)"""
        return {name: margin(self.z, w, name) / margin(self.z, best, name) for name, best in self.best.items()}


@cached(8)
def problem(seed: int = 0) -> Problem:
    """Draw two near points, which decide the best line of each norm, and far ones, which change none of them.

    The best w is about (2, 1) in l2, (1, 1) in l-infinity and (1, 0) in l1. Labels are random signs.
    """
    generator = compute.generator(seed)
    near = torch.tensor(NEAR, dtype=torch.float64)
    near = near + MOVED * torch.randn(2, 2, generator=generator, dtype=torch.float64)
    best = {name: max_margin(near, name) for name in NORMS}
    far = torch.rand(4000, 2, generator=generator, dtype=torch.float64)
    far = torch.tensor([1.5, -3.0], dtype=torch.float64) + torch.tensor([4.5, 2.5], dtype=torch.float64) * far
    beyond = (far @ torch.stack([best["l2"] / 1.5, best["l1"] / 1.3, best["linf"] / 1.3], 1) > 1).all(1)
    y = torch.where(torch.rand(POINTS, generator=generator, dtype=torch.float64) < 0.5, -1.0, 1.0)
    return Problem(torch.cat([near, far[beyond][: POINTS - 2]]), y, best, asymptote(near))


@cached(12)
def descended(seed: int, geometry: str, steepest: Direction) -> Path:
    """Run one descent to its end."""
    return descend(problem(seed).z, geometry, direction=steepest)


@dataclass(frozen=True, eq=False)
class Small:
    """Data X (n, D), y (n,), the start W, v of size 1, and the run of all sizes; in `run.watched` cosines with x+."""

    X: Tensor
    y: Tensor
    W: Tensor
    v: Tensor
    sizes: tuple[float, ...]
    run: Run

    def collapse(self) -> Tensor:
        """Return NC1 at the end, the mean of both classes.  -> (E,)"""
        features = (self.run.W @ self.X.T).clamp_min(0).mT
        return (nc1(features[:, self.y > 0]) + nc1(features[:, self.y < 0])) / 2


def draw_small(cosine: float, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Draw the points, and the weights of a start of size 1.  -> X (n, D), y (n,), W (1, h, D), v (1, h)"""
    generator = compute.generator(seed)
    floor = 0.02 if cosine < 0 else None
    X, y = early_alignment.two_classes(EXAMPLES, INPUTS, cosine, NOISE, generator, floor=floor)
    W, v = early_alignment.balanced_start(UNITS, INPUTS, torch.ones(1, dtype=torch.float64), generator)
    return X, y, W, v


@cached(10)
def from_small(
    cosine: float, seed: int = 0, sizes: tuple[float, ...] = SIZES, progress: compute.Progress | None = None
) -> Small:
    """Train from a start of every size, until the loss is a hundredth."""
    X, y, W, v = draw_small(cosine, seed)
    toward = torch.nn.functional.normalize(class_sums(X, y)[0], dim=0)
    positive = v[0] > 0

    def cosines(W: Tensor, v: Tensor) -> Tensor:
        return torch.nn.functional.normalize(W[:, positive], dim=2) @ toward

    size = torch.tensor(sizes, dtype=torch.float64)
    run = early_alignment.train(X, y, size[:, None, None] * W, size[:, None] * v, watch=cosines, progress=progress)
    return Small(X, y, W[0], v[0], sizes, run)


@dataclass(frozen=True, eq=False)
class Attacked:
    """A trained network, its centers and labels, test points x (n, D), y (n,) and attacks found by gradients."""

    net: Net
    centers: Tensor
    labels: Tensor
    x: Tensor
    y: Tensor
    found: Tensor

    def radii(self, attack: Attack, every: bool = True) -> Tensor:
        """Return the radius of each test point, of every attack or of the learner's alone.  -> (n,)"""
        attacks = adversarial.directed(self.x, self.y, self.centers, self.labels, attack=attack)
        attacks = torch.cat([attacks, self.found]) if every else attacks[:1]
        return adversarial.radius(self.net, self.x, self.y, attacks)


@cached(60)
def on_clusters(K: int, p: int, spread: float, start: float, seed: int = 0) -> Attacked:
    """Train 8 K units on points around K centers, of which the first half is positive."""
    generator = compute.generator(seed)
    centers = torch.eye(K, DIMENSIONS, dtype=torch.float64)
    labels = torch.where(torch.arange(K) < (K + 1) // 2, 1.0, -1.0).double()
    x, y = adversarial.clusters(centers, labels, 10, spread, generator)
    new_x, new_y = adversarial.clusters(centers, labels, 5, spread, generator)
    W = start * torch.randn(8 * K, DIMENSIONS, generator=generator, dtype=torch.float64) / math.sqrt(DIMENSIONS)
    signs = torch.where(torch.rand(8 * K, generator=generator, dtype=torch.float64) < 0.5, -1.0, 1.0)
    net = adversarial.train(x, y, Net(W, signs * W.norm(dim=1), p), pace=0.1 * K)
    return Attacked(net, centers, labels, new_x, new_y, adversarial.gradient_attack(net, new_x, new_y, generator))
