"""What lesson 02 claims, what theory expects, and how each claim is measured; beside each, a control that must fail."""

import math
from functools import lru_cache

import torch
from torch import Tensor

from ddlearn import compute, kernels, parities
from ddlearn.classroom import Claim
from ddlearn.lessons.embeddings import digits, parity_net, race
from ddlearn.lessons.embeddings.bound import COUNTS, KERNELS, D, Kernel, cube, curve, targets
from ddlearn.lessons.embeddings.exercises import alignment, features, oracle_kernel
from ddlearn.lessons.embeddings.parity_net import Task
from ddlearn.lessons.embeddings.recipe import DECAY, MOMENTUM, RATE, Reel, Sample, learn, readout
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


@lru_cache(maxsize=16)
def parity_nets(seed: int, decay: float = DECAY) -> tuple[list[Sample], list[Reel]]:
    """One sample of each size and the net that learned it, of the same parity."""
    samples = parity_net.draw(TASK, seed)
    return samples, learn(samples, TASK.steps, (), [seed] * len(samples), decay=decay)


@lru_cache(maxsize=8)
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
    score = readout(features(sample.x, W, b), sample.y, features(sample.new_x, W, b), parity_net.PENALTY)
    return float((score - sample.new_y).square().mean())


def alignment_gain(seed: int, reel: Reel) -> float:
    """How many times better the hidden layer's kernel is aligned with new labels after training than before."""
    sample = parity_nets(seed)[0][MANY]
    x, y = sample.new_x[:500], sample.new_y[:500]
    before, after = (features(x, reel.W[frame], reel.b[frame]) for frame in (0, -1))
    return alignment(after @ after.T, y) / alignment(before @ before.T, y)


@lru_cache(maxsize=8)
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


CLAIMS = (
    Claim(
        id="02.line",
        statement="Averaged over all parities of one size, no kernel has an error below 1 − n/N.",
        basis="exact",
        source=(
            "an inequality: n kernel functions span at most n of the N parities, which are orthogonal; the proof is"
            " in this lesson"
        ),
        expected=0.0,
        tolerance=0.0,
        sense="at_least",
        unit="over the line, the closest of five kernels",
        measure=lambda scale, seed: margin(seed, single=False),
        control=lambda scale, seed: margin(seed, single=True),
        control_note="the best parity in place of the average",
    ),
    Claim(
        id="02.oracle",
        statement="The kernel that knows the size of the parity, and nothing else, meets the line.",
        basis="exact",
        source="the case of equality in the proof of the line",
        expected=0.0,
        tolerance=1e-6,
        unit="from the line, at most",
        measure=lambda scale, seed: gap(seed, oracle_kernel),
        control=lambda scale, seed: gap(seed, KERNELS["Gaussian, narrow"]),
        control_note="a Gaussian kernel",
    ),
    Claim(
        id="02.enough",
        statement="With more examples than parities the line is at zero, and the same kernel reaches it.",
        basis="exact",
        source="as many kernel functions as there are parities span them all",
        expected=0.0,
        tolerance=1e-6,
        sense="at_most",
        unit="mean squared error",
        measure=lambda scale, seed: oracle_error(seed, 210),
        control=lambda scale, seed: oracle_error(seed, 30),
        control_note="fewer examples than parities",
    ),
    Claim(
        id="02.units",
        statement="m random units hold m dimensions: even with every point labelled, 1 − m/N is left on average.",
        basis="exact",
        papers=("yehudai2019",),
        source=(
            "an inequality, by the same count of dimensions with units in place of examples; for a single neuron as"
            " the target see @yehudai2019"
        ),
        expected=0.0,
        tolerance=0.0,
        sense="at_least",
        unit="over 1 − m/N",
        measure=lambda scale, seed: random_units_margin(seed),
        control=lambda scale, seed: trained_units_margin(seed),
        control_note="as many units trained on one parity, for that one",
    ),
    Claim(
        id="02.net",
        statement="A small net learns a parity from so few examples that every kernel, on average, fails.",
        basis="ours",
        papers=("daniely2020", "barak2022"),
        source=(
            "a wrong sign costs 1 at least, so an error of 0.1 means that nine signs of ten are right, where the "
            "line leaves kernels three quarters of the error; that nets learn parities is shown by @daniely2020 and"
            " @barak2022"
        ),
        expected=0.1,
        tolerance=0.0,
        sense="at_most",
        unit="test error",
        measure=lambda scale, seed: net_error(seed, MANY),
        control=lambda scale, seed: float(parity_net.rivals(parity_nets(seed)[0][MANY], TASK.k)[0]),
        control_note="the oracle kernel on the same examples",
    ),
    Claim(
        id="02.learned-kernel",
        statement="The net did not escape kernels: a plane in the embedding that it learned does as well.",
        basis="ours",
        papers=("karkada2024",),
        source=(
            "the same 0.1 as for the net, whose embedding is to do as well; the two views are those of @karkada2024"
        ),
        expected=0.1,
        tolerance=0.0,
        sense="at_most",
        unit="test error",
        measure=lambda scale, seed: layer_error(seed, -1),
        control=lambda scale, seed: layer_error(seed, 0),
        control_note="a plane in the same layer before training",
    ),
    Claim(
        id="02.few",
        statement="From too few examples the same net fits every one of them and is no better than predicting zero.",
        basis="ours",
        source="1 is the error of predicting zero, which learns nothing",
        expected=1.0,
        tolerance=0.0,
        sense="at_least",
        unit="test error",
        measure=lambda scale, seed: net_error(seed, FEW),
        control=lambda scale, seed: net_error(seed, MANY),
        control_note="four times the examples",
    ),
    Claim(
        id="02.decay",
        statement="With weight decay the two bits have more than twice the squared weight of all others together.",
        basis="ours",
        source="two thirds; the gradient alone finds the two bits as well, but keeps about as much on the others",
        expected=2 / 3,
        tolerance=0.0,
        sense="at_least",
        unit="of the squared weight",
        measure=lambda scale, seed: weight_on_bits(seed, DECAY),
        control=lambda scale, seed: weight_on_bits(seed, 0.0),
        control_note="the same nets without weight decay",
    ),
    Claim(
        id="02.decay-error",
        statement="Where the examples suffice, weight decay makes the net’s test error several times smaller.",
        basis="ours",
        source=(
            "e², by which 2,000 steps of decay shrink a weight that no gradient renews; without decay such weights "
            "make most of the error"
        ),
        expected=SHRUNK,
        tolerance=0.0,
        sense="at_least",
        unit="error without decay over error with it",
        measure=lambda scale, seed: decay_gain(seed, MANY),
        control=lambda scale, seed: decay_gain(seed, FEW),
        control_note="a quarter of the examples: too few with decay or without",
    ),
    Claim(
        id="02.alignment",
        statement="Training turns the hidden layer’s kernel towards the labels, also those of new points.",
        basis="ours",
        papers=("cortes2012",),
        source=(
            "three times the start is a turn, where labels dealt at random leave the alignment within a factor of "
            "two; its measure is that of @cortes2012"
        ),
        expected=3.0,
        tolerance=0.0,
        sense="at_least",
        unit="times the alignment at the start",
        measure=lambda scale, seed: alignment_gain(seed, parity_nets(seed)[1][MANY]),
        control=lambda scale, seed: alignment_gain(seed, shuffled_net(seed)),
        control_note="labels dealt at random",
    ),
    Claim(
        id="02.digits",
        statement="On a few hundred real digits a Gaussian kernel errs less than a small trained net.",
        basis="ours",
        papers=("arora2020",),
        source="1 is a draw; that fixed kernels win on small data is the finding of @arora2020, for tangent kernels",
        expected=1.0,
        tolerance=0.0,
        sense="at_least",
        unit="errors of the net over those of the kernel",
        measure=lambda scale, seed: digit_errors(seed)[0] / digit_errors(seed)[1],
        control=lambda scale, seed: digit_errors(seed)[0] / digit_errors(seed)[2],
        control_note="as many random units in place of the kernel",
    ),
)
