"""Real digits in two classes: a small and well-kept data set, where learning the embedding does not pay."""

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.lessons.learned_embeddings import shared
from ddlearn.lessons.learned_embeddings.exercises import features
from ddlearn.lessons.learned_embeddings.shared import UNITS, Sample, limit_kernel

SIZES, SEEDS = (50, 100, 200, 400), (0, 1, 2)
NEW = 500
STEPS, PENALTY = 1000, 1e-3


def error(score: Tensor, y: Tensor) -> Tensor:
    """Return the share of the points whose score has the other sign."""
    return (score.sign() != y).double().mean()


def two_classes(seed: int, sizes: tuple[int, ...]) -> list[Sample]:
    """Return digits as points of 64 pixels, centered, of mean squared pixel 1, with labels -1 (0 to 4) and +1."""
    digits = datasets.digits(compute.generator(seed), test=NEW)
    x, new_x = datasets.standardize(digits.train_x, digits.test_x)
    y, new_y = (torch.where(digit >= 5, 1.0, -1.0).double() for digit in (digits.train_y, digits.test_y))
    return Sample(x, y, new_x, new_y).beginnings(sizes)


def errors() -> dict[str, Tensor]:
    """Return each method's share of wrong new digits, for each number of examples, means over seeds, (sizes,) each.

    The random units are those of the network at its start. The Gaussian kernel has the best of six settings, picked on
    the new digits, in its favor.
    """
    samples = [sample for seed in SEEDS for sample in two_classes(seed, SIZES)]
    nets = shared.learn(samples, STEPS, (), [seed for seed in SEEDS for _ in SIZES])
    limit, gaussian = shared.kernel_errors(samples, error, limit_kernel, PENALTY, 1.4, (1e-5, 1e-3), constant=1.0)
    pairs = list(zip(samples, nets, strict=True))
    planes = [error(shared.plane(one, net.W[0], net.b[0], features, PENALTY), one.new_y) for one, net in pairs]
    learned = [error(net.outputs(-1, one.new_x), one.new_y) for one, net in pairs]
    every = {
        f"{UNITS} random units": torch.stack(planes),
        "infinitely many random units": limit,
        f"{UNITS} learned units": torch.stack(learned),
        "Gaussian kernel": gaussian,
    }
    return {name: values.reshape(len(SEEDS), len(SIZES)).mean(0) for name, values in every.items()}


def table() -> str:
    """Return these errors in percent, one row per method."""
    rows = [("examples", *map(str, SIZES))]
    rows += [(name, *(f"{100 * float(value):.1f} %" for value in values)) for name, values in errors().items()]
    return "\n".join(f"{name:<30}" + "".join(f"{word:>9}" for word in words) for name, *words in rows)
