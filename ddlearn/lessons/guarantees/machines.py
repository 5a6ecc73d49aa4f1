"""The machines that the bounds are about: kernel ridge regression that tells the digits 0 to 4 from 5 to 9."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import cached
from ddlearn.generalization import (
    arora_term,
    centered,
    hidden_layer_kernel,
    ntk_with_bias,
    unit_direction,
    unit_rows,
)

SIZES = (25, 50, 100, 200, 400, 800)


@dataclass(frozen=True, eq=False)
class Sample:
    """Digits drawn at random: K (800, 800) between the examples, K_unseen (m, 800), H (800, 800), and labels."""

    K: Tensor
    K_unseen: Tensor
    H: Tensor
    y: Tensor  # (800,)
    y_unseen: Tensor  # (m,)


@dataclass(frozen=True, eq=False)
class Fits:
    """What is needed of the machines that n examples train; margins are those of functions of norm 1."""

    margins: Tensor  # (n,) of the machine that all n trained
    unseen: Tensor  # (m,) its margins at unseen points
    half_margins: Tensor  # (n,) of the one that the first half trained
    half_unseen: Tensor  # (m,)
    term: float  # of Arora et al.


@cached(1)
def pool() -> tuple[Tensor, Tensor]:
    """Return all digits in a random order, centered and of length 1, x (N, 64), and labels (N,)."""
    images = datasets.digits(compute.generator(0), test=1)
    x = centered(torch.cat([images.train_x, images.test_x]), 1.0).to(compute.device())
    classes = torch.cat([images.train_y, images.test_y])
    return unit_rows(x), torch.where(classes < 5, 1.0, -1.0).to(x)


def kernel(x: Tensor, x2: Tensor) -> Tensor:
    """Return the tangent kernel of a wide network with a bias, scaled to 1 where a point of length 1 meets itself."""
    return ntk_with_bias(x, 1.0, x2) * ((x.shape[1] + 1) / 4)


@cached(1)
def sample(coins: float, draw: int) -> Sample:
    """Draw examples and unseen digits; a share `coins` of all labels is replaced by coin flips, as a die picks them."""
    x, y = pool()
    generator = compute.generator(draw)
    order = torch.randperm(len(x), generator=generator).to(x.device)
    die, coin = torch.rand(2, len(x), generator=generator, dtype=x.dtype).to(x.device)
    y = torch.where(die < coins, (coin - 0.5).sign(), y)
    seen, unseen = order[: SIZES[-1]], order[SIZES[-1] :]
    examples = x[seen]
    with_bias = torch.cat([examples, examples.new_ones(len(examples), 1)], 1) / 2**0.5
    K = kernel(examples, examples)
    return Sample((K + K.T) / 2, kernel(x[unseen], examples), hidden_layer_kernel(with_bias), y[seen], y[unseen])


def margins(here: Sample, k: int, n: int, ridge: float) -> tuple[Tensor, Tensor]:
    """Train a machine on k examples, and return its margins at n of them, (n,), and at the unseen points, (m,)."""
    alpha = unit_direction(here.K[:k, :k].contiguous(), here.y[:k], ridge)
    return here.y[:n] * (here.K[:n, :k] @ alpha), here.y_unseen * (here.K_unseen[:, :k] @ alpha)


@cached(24)
def trained(coins: float, ridge: float, draw: int) -> tuple[Fits, ...]:
    """Train the machines of every size."""
    here = sample(coins, draw)
    machines = [(*margins(here, n, n, ridge), *margins(here, n // 2, n, ridge)) for n in SIZES]
    terms = [arora_term(here.H[:n, :n].contiguous(), here.y[:n]) for n in SIZES]
    return tuple(Fits(*found, term) for found, term in zip(machines, terms, strict=True))


def gibbs(margins: Tensor, mu: float) -> Tensor:
    """Return each point's probability of an error by a function drawn from N(mu w, I), where |phi(x)| = 1."""
    return torch.special.ndtr(-mu * margins)


def error_rate(margins: Tensor) -> float:
    return float((margins <= 0).double().mean())
