"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from ddlearn import compute, kernels, parities
from ddlearn.classroom import ClaimTexts, Measured, cached
from ddlearn.classroom.claim import about, at_least, at_most
from ddlearn.lessons.learned_embeddings import bound, digits, parity
from ddlearn.lessons.learned_embeddings.bound import COUNTS, CUBE, KERNELS, D, Kernel, targets
from ddlearn.lessons.learned_embeddings.exercises import alignment, features, oracle_kernel
from ddlearn.lessons.learned_embeddings.shared import BIAS_STD, DECAY, MOMENTUM, RATE, Sample, Training, learn, plane
from ddlearn.ridge import ridge_path

TASK = parity.Task(k=2, d=40, sizes=(50, 200), steps=2000, seeds=())
FEW, MANY = range(2)  # of its sizes
SHRUNK = math.exp(RATE * DECAY / (1 - MOMENTUM) * TASK.steps)  # a weight that no gradient renews, by weight decay
K, N = 3, math.comb(D, 3)  # coordinates in a parity on the small cube, and how many parities there are
UNITS = 30  # on the small cube
DRAWS, EXAMPLES = 3, 400  # of digits
WIDEST, POWERS = 12.0, (1, 2, 4, 8)  # a kernel to the power p is that of the width over the root of p


def above_line(seed: int, kernel: Kernel) -> tuple[Tensor, Tensor, Tensor]:
    """Return the line at every count, and how far the mean and the best parity's error lie above it, (c,) each."""
    line = torch.tensor([parities.any_kernel_bound(D, K, n) for n in COUNTS], dtype=torch.float64)
    mean, least = bound.curve(kernel, K, seed)
    return line, mean - line, least - line


def margin(seed: int, single: bool) -> float:
    """Return the least distance above the line, over all kernels and counts, of the mean, or of the best parity."""
    curves = [above_line(seed, kernel) for kernel in KERNELS.values()]
    return min(float((least if single else mean)[line > 0].min()) for line, mean, least in curves)


def gap(seed: int, kernel: Kernel = oracle_kernel) -> float:
    """Return the largest distance of the mean from the line, up to half as many examples as there are parities."""
    line, mean, _ = above_line(seed, kernel)
    return float(mean[line >= 0.5].abs().max())


def oracle_error(seed: int, n: int) -> float:
    return float(bound.curve(oracle_kernel, 2, seed)[0][COUNTS.index(n)])


def random_units(units: int, d: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draw W (units, d) ~ N(0, 1/d) and b (units,) ~ N(0, 1/4), as a net starts."""
    generator = compute.generator(20_000 + seed)
    W, b = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((units, d), (units,)))
    return W / d**0.5, BIAS_STD * b


def units_margin(seed: int, trained: bool) -> float:
    """Return the mean error over all parities, every point an example, of random units, minus 1 - UNITS / N.

    If trained, of as many units trained on one parity, for that parity.
    """
    x, y = CUBE, targets(K)
    W, b = random_units(UNITS, D, seed)
    if trained:
        y = y[:, :1]
        net = learn([Sample(x, y[:, 0], x, y[:, 0])], 1000, (), [seed], units=UNITS)[0]
        W, b = net.W[-1], net.b[-1]
    phi = features(x, W, b)
    errors = (phi @ torch.linalg.lstsq(phi, y).solution - y).square().mean(0)
    return float(errors.mean()) - (1 - UNITS / N)


@cached(16)
def parity_nets(seed: int, decay: float = DECAY) -> list[tuple[Sample, Training]]:
    """Return one sample of each size and the net that learned it, of the same parity."""
    samples = parity.draw(TASK, seed)
    return list(zip(samples, learn(samples, TASK.steps, (), [seed] * len(samples), decay=decay), strict=True))


def net_error(seed: int, size: int, decay: float = DECAY) -> float:
    sample, net = parity_nets(seed, decay)[size]
    return float(mse_loss(own_scores(sample, net), sample.new_y))


def oracle_on_one_parity(seed: int) -> float:
    sample, _ = parity_nets(seed)[MANY]
    return float(parity.kernel_errors([sample], TASK.k)[0])


def decay_gain(seed: int, size: int) -> float:
    """Return how many times larger the net's test error is without weight decay."""
    return net_error(seed, size, 0.0) / net_error(seed, size)


def weight_on_bits(seed: int, decay: float) -> float:
    """Return the share of the units' squared weight on the bits of the parity."""
    _, net = parity_nets(seed, decay)[MANY]
    return float(net.attention(-1)[: TASK.k].sum())


def layer_error(seed: int, frame: int) -> float:
    """Return the test error of the best plane in the hidden layer's embedding."""
    sample, net = parity_nets(seed)[MANY]
    scores = plane(sample, net.W[frame], net.b[frame], features, parity.PENALTY)
    return float(mse_loss(scores, sample.new_y))


def alignment_gain(seed: int, shuffled: bool) -> float:
    """Return how many times better the hidden layer's kernel is aligned with new labels after training than before.

    If shuffled, the net had been dealt its labels at random.
    """
    sample, net = parity_nets(seed)[MANY]
    if shuffled:
        order = torch.randperm(len(sample.y), generator=compute.generator(seed))
        net = learn([Sample(sample.x, sample.y[order], sample.new_x, sample.new_y)], TASK.steps, (), [seed])[0]
    before, after = (features(sample.new_x[:500], net.W[frame], net.b[frame]) for frame in (0, -1))
    y = sample.new_y[:500]
    return alignment(after @ after.T, y) / alignment(before @ before.T, y)


@cached(8)
def digit_nets(seed: int) -> list[tuple[Sample, Training]]:
    """Return a few samples of digits and the nets that learned them."""
    seeds = [DRAWS * seed + draw for draw in range(DRAWS)]
    samples = [digits.two_classes(one, (EXAMPLES,))[0] for one in seeds]
    return list(zip(samples, learn(samples, digits.STEPS, (), seeds), strict=True))


def own_scores(sample: Sample, net: Training) -> Tensor:
    return net.outputs(-1, sample.new_x)


def scores_of_random_units(sample: Sample, net: Training) -> Tensor:
    return plane(sample, net.W[0], net.b[0], features, digits.PENALTY)


def gaussian_scores(sample: Sample, net: Training) -> Tensor:
    """Return scores of kernel ridge regression whose width and penalty leave-one-out has chosen, on the examples."""
    K, K_new = (kernels.rbf(x, sample.x, width=WIDEST) for x in (sample.x, sample.new_x))
    K = (K + K.T) / 2
    paths = {power: ridge_path(K**power, sample.y, [1e-6, 1e-5, 1e-4, 1e-3]) for power in POWERS}
    power, path = min(paths.items(), key=lambda one: float(one[1].leave_one_out_error.min()))
    return path.predict(K_new**power)[path.best]


def net_over(seed: int, rival: Callable[[Sample, Training], Tensor] = gaussian_scores) -> float:
    """Return the net's errors on new digits over a rival's, over a few draws."""
    errors = [
        sum(float(digits.error(scores(sample, net), sample.new_y)) for sample, net in digit_nets(seed))
        for scores in (own_scores, rival)
    ]
    return errors[0] / errors[1]


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("line", at_least(0.0), margin, cause={"single": False}, control={"single": True}),
    Measured("oracle", about(0.0, 1e-6), gap, control={"kernel": KERNELS["Gaussian, narrow"]}),
    Measured("enough", at_most(1e-6), oracle_error, cause={"n": 210}, control={"n": 30}),
    Measured("units", at_least(0.0), units_margin, cause={"trained": False}, control={"trained": True}),
    Measured("net", at_most(0.1), net_error, cause={"size": MANY}, control=oracle_on_one_parity),
    Measured("learned-kernel", at_most(0.1), layer_error, cause={"frame": -1}, control={"frame": 0}),
    Measured("few", at_least(1.0), net_error, cause={"size": FEW}, control={"size": MANY}),
    Measured("decay", at_least(2 / 3), weight_on_bits, cause={"decay": DECAY}, control={"decay": 0.0}),
    Measured("decay-error", at_least(SHRUNK), decay_gain, cause={"size": MANY}, control={"size": FEW}),
    Measured("alignment", at_least(3.0), alignment_gain, cause={"shuffled": False}, control={"shuffled": True}),
    Measured("digits", at_least(1.0), net_over, control={"rival": scores_of_random_units}),
)
