"""How the claims of lesson 02 are measured."""

import math

import torch
from torch import Tensor

from ddlearn import compute, kernels, parities
from ddlearn.classroom import cached
from ddlearn.lessons.learned_embeddings import digits, parity, race
from ddlearn.lessons.learned_embeddings.bound import COUNTS, KERNELS, D, Kernel, cube, curve, targets
from ddlearn.lessons.learned_embeddings.exercises import alignment, features, oracle_kernel
from ddlearn.lessons.learned_embeddings.parity import Task
from ddlearn.lessons.learned_embeddings.recipe import DECAY, MOMENTUM, RATE, Reel, Sample, learn, readout
from ddlearn.ridge import ridge_path

TASK = Task(k=2, d=40, sizes=(50, 200), steps=2000, seeds=())
FEW, MANY = range(2)  # of its sizes
SHRUNK = math.exp(RATE * DECAY / (1 - MOMENTUM) * TASK.steps)  # a weight that no gradient renews, by weight decay
UNITS = 30  # on the small cube
DRAWS, EXAMPLES = 3, 400  # of digits
WIDEST, POWERS = 12.0, (1, 2, 4, 8)  # a kernel to the power p is that of the width over the root of p


def line(k: int) -> Tensor:
    return torch.tensor([parities.any_kernel_bound(D, k, n) for n in COUNTS], dtype=torch.float64)


def margin(seed: int, single: bool, k: int = 3) -> float:
    """The least distance above the line, over all kernels and counts, of the mean error, or of the best parity's."""
    curves = [curve(kernel, k, seed) for kernel in KERNELS.values()]
    kept = line(k) > 0
    return min(float(((least if single else mean) - line(k))[kept].min()) for mean, least in curves)


def gap(seed: int, kernel: Kernel, k: int = 3) -> float:
    """The largest distance of the mean error from the line, up to half as many examples as there are parities."""
    mean, _ = curve(kernel, k, seed)
    kept = line(k) >= 0.5
    return float((mean - line(k))[kept].abs().max())


def oracle_error(seed: int, n: int, k: int = 2) -> float:
    return float(curve(oracle_kernel, k, seed)[0][COUNTS.index(n)])


def projection_errors(phi: Tensor, y: Tensor) -> Tensor:
    """Mean squared error of the best weights when every point of the cube is an example.  y (1024, N) -> (N,)"""
    return (phi @ torch.linalg.lstsq(phi, y).solution - y).square().mean(0)


def random_units_margin(seed: int, k: int = 3) -> float:
    """Mean error over all parities of UNITS random units, minus 1 - UNITS / N."""
    errors = projection_errors(features(cube(), *race.random_units(UNITS, D, seed)), targets(k))
    return float(errors.mean() - parities.any_kernel_bound(D, k, UNITS))


def trained_units_margin(seed: int, k: int = 3) -> float:
    """The same for units trained on one parity, and that parity."""
    x, y = cube(), parities.parity(cube(), range(k))
    reel = learn([Sample(x, y, x, y)], 1000, (), [seed], units=UNITS)[0]
    errors = projection_errors(features(x, reel.W[-1], reel.b[-1]), y[:, None])
    return float(errors.mean() - parities.any_kernel_bound(D, k, UNITS))


@cached(16)
def parity_nets(seed: int, decay: float = DECAY) -> tuple[list[Sample], list[Reel]]:
    """One sample of each size and the net that learned it, of the same parity."""
    samples = parity.draw(TASK, seed)
    return samples, learn(samples, TASK.steps, (), [seed] * len(samples), decay=decay)


@cached(8)
def shuffled_net(seed: int) -> Reel:
    """The larger sample's net, had its labels been dealt at random."""
    sample = parity_nets(seed)[0][MANY]
    order = torch.randperm(len(sample.y), generator=compute.generator(seed))
    return learn([Sample(sample.x, sample.y[order], sample.new_x, sample.new_y)], TASK.steps, (), [seed])[0]


def net_error(seed: int, size: int, decay: float = DECAY) -> float:
    samples, reels = parity_nets(seed, decay)
    sample = samples[size]
    return float((reels[size].outputs(-1, sample.new_x) - sample.new_y).square().mean())


def decay_gain(seed: int, size: int) -> float:
    """How many times larger the net's test error is without weight decay."""
    return net_error(seed, size, 0.0) / net_error(seed, size)


def weight_on_bits(seed: int, decay: float) -> float:
    """Share of the units' squared weight on the bits of the parity."""
    return float(parity_nets(seed, decay)[1][MANY].attention(-1)[: TASK.k].sum())


def layer_error(seed: int, frame: int) -> float:
    """Test error of the best plane in the hidden layer's embedding."""
    samples, reels = parity_nets(seed)
    sample, W, b = samples[MANY], reels[MANY].W[frame], reels[MANY].b[frame]
    score = readout(features(sample.x, W, b), sample.y, features(sample.new_x, W, b), parity.PENALTY)
    return float((score - sample.new_y).square().mean())


def alignment_gain(seed: int, reel: Reel) -> float:
    """How many times better the hidden layer's kernel is aligned with new labels after training than before."""
    sample = parity_nets(seed)[0][MANY]
    x, y = sample.new_x[:500], sample.new_y[:500]
    before, after = (features(x, reel.W[frame], reel.b[frame]) for frame in (0, -1))
    return alignment(after @ after.T, y) / alignment(before @ before.T, y)


@cached(8)
def digit_errors(seed: int) -> tuple[float, float, float]:
    """Errors on new digits, over a few draws: trained net, Gaussian kernel, the net's units at their start."""
    seeds = [DRAWS * seed + draw for draw in range(DRAWS)]
    samples = [digits.two_classes("0-4 against 5-9", one, (EXAMPLES,))[0] for one in seeds]
    reels = learn(samples, race.STEPS, (), seeds)
    rows = []
    for sample, reel in zip(samples, reels, strict=True):
        W, b = reel.W[0], reel.b[0]
        random = readout(features(sample.x, W, b), sample.y, features(sample.new_x, W, b), race.PENALTY)
        scores = (reel.outputs(-1, sample.new_x), gaussian_score(sample), random)
        rows.append([float(race.error(score, sample.new_y)) for score in scores])
    net, gaussian, random = torch.tensor(rows, dtype=torch.float64).mean(0).tolist()
    return net, gaussian, random


def gaussian_score(sample: Sample) -> Tensor:
    """Kernel ridge regression whose width and penalty leave-one-out has chosen, on the examples alone."""
    K, K_new = (kernels.rbf(x, sample.x, width=WIDEST) for x in (sample.x, sample.new_x))
    K = (K + K.T) / 2
    paths = {power: ridge_path(K**power, sample.y, [1e-6, 1e-5, 1e-4, 1e-3]) for power in POWERS}
    power, path = min(paths.items(), key=lambda one: float(one[1].leave_one_out_error.min()))
    return path.predict(K_new**power)[path.best]
