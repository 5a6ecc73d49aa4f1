"""PAC-Bayes for a neural net: train the width of the valley, and its volume becomes a bound on the test error.

Prior N(W0, scale^2 I) and posterior N(w, diag(sigma^2)) over all P weights and biases of a net. A flat minimum lets
sigma be large at no cost in training error; then the two are close, and few examples certify the posterior. Trained is

    mean log2(1 + exp(-y f)) + sqrt((KL + 2 log j + log(pi^2 n / (3 delta))) / (2 (n - 1)))

by Adam, one draw of the weights a step, the recipe of Dziugaite and Roy ("Computing nonvacuous generalization bounds",
UAI 2017, arXiv 1703.11008). The prior's scale is the best for (w, sigma), (sum sigma^2 + (w - W0)^2) / P, rounded to
the grid exp(-j / 100), j = 1, 2, ..., of which the j-th gets 6 / (pi^2 j^2) of delta. Last comes the bound itself,

    mistakes <= kl_inverse(q, (KL + log(2 sqrt(n) pi^2 j^2 / (6 delta))) / n),    q = kl_inverse(q_hat, log(1/.01) / m)

with q_hat the share of mistakes of m fresh draws of the weights, each at a few random training points. It holds with
probability 1 - delta - .01, and for the randomized net. The majority of its draws errs at most twice as often; of the
one net at the mean of the weights nothing is promised.

W0 may be anything that the n examples had no part in: the random start, or weights trained on *other* examples. From
weights trained on these same examples comes a splendid bound that is false.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.generalization.bounds import kl_inverse, open_share
from ddlearn.networks import MLP, Parameters

__all__ = ["GibbsNet", "pac_bayes_net"]

FINENESS = 100
"""Steps of the grid of prior scales in a factor of e."""

LOOKS = 0.01
"""Probability that the draws of the weights make the training error look too good."""

POINTS = 64
"""Points at which each draw is tried: however many, a draw is one independent number in [0, 1]."""

BLOCK = 200
"""Draws computed at a time: 10 MB for 6,601 weights."""


@dataclass(frozen=True, eq=False)
class GibbsNet:
    """A net whose weights are drawn anew for each answer, N(mean, diag(sigma^2)): `bound` holds for its mistakes.

    mean and sigma (P,) run through the layers, each first its W by rows, then its b. kl is the divergence from the
    prior, whose scale is prior_scale; train_error is q_hat, and probability that with which the bound holds.
    """

    bound: float
    train_error: float
    kl: float
    prior_scale: float
    probability: float
    net: MLP
    mean: Tensor
    sigma: Tensor

    def gibbs_error(self, x: Tensor, y: Tensor, draws: int, generator: torch.Generator) -> float:
        """Share of mistakes of so many draws, each at 64 random ones of the points x (n, d) with signs y (n,)."""
        n, draws, wrong = _check_data(self.net, x, y), arguments.whole("draws", draws, 1), 0
        arguments.generator("generator", generator)
        for first in range(0, draws, BLOCK):
            count = min(BLOCK, draws - first)
            drawn = self.mean + self.sigma * _normal((count, len(self.mean)), self.mean, generator)
            rows = torch.randint(n, (count, POINTS), generator=generator, device=generator.device).to(x.device)
            margins = y[rows] * self.net.apply(_layers(self.net, drawn), x[rows])[..., 0]
            wrong += (margins <= 0).sum().item()
        return wrong / (draws * POINTS)


@torch.inference_mode(False)  # gradients on, whatever mode the caller is in
def pac_bayes_net(
    net: MLP,
    prior: Parameters,
    start: Parameters,
    x: Tensor,
    y: Tensor,
    generator: torch.Generator,
    *,
    sigma: float = 0.05,
    steps: int = 400,
    batch: int | None = 256,
    lr: float = 0.02,
    draws: int = 3000,
    delta: float = 0.05,
    progress: Callable[[float, str], object] | None = None,
) -> GibbsNet:
    """Train a posterior from N(start, sigma^2) against the prior around W0 = `prior`, and bound its mistakes.

    x (n, d) and y (n,) of -1 and +1 are the n examples of the bound: `prior` must not have been chosen with them. The
    rate falls from lr to 0 over the steps, each on `batch` random examples, or on all. draws is m. progress(fraction,
    words) is called now and then, and may raise to stop.

    Raises `TypeError` or `ValueError` if prior or start are not the net's parameters, the net has more outputs than
    one, x or y does not fit, or a number is out of range.
    """
    if not isinstance(net, MLP):
        raise TypeError(f"net must be an MLP; got {type(net).__name__}")
    net.check(prior, "prior")
    net.check(start, "start")
    n = _check_data(net, x, y)
    if n < 2:
        raise ValueError(f"x must have 2 rows or more; got {n}")
    arguments.same_kind("x", x, "the parameters", start[0][0])
    arguments.generator("generator", generator)
    sigma, lr, delta = arguments.positive("sigma", sigma), arguments.positive("lr", lr), open_share("delta", delta)
    steps, draws = arguments.whole("steps", steps, 1), arguments.whole("draws", draws, 1)
    batch = n if batch is None else min(n, arguments.whole("batch", batch, 1))

    w0 = _vector(prior)
    theta = torch.stack([_vector(start), torch.full_like(w0, math.log(sigma))]).requires_grad_()  # w, log sigma
    first, second = torch.zeros_like(theta), torch.zeros_like(theta)  # Adam's averages; torch.optim takes 2 s to import
    for step in range(steps):
        if progress is not None and step % 10 == 0:
            progress(step / steps, f"step {step} of {steps} of the posterior")
        drawn = theta[0] + theta[1].exp() * _normal(w0.shape, w0, generator)
        rows = slice(None)
        if batch < n:
            rows = torch.randint(n, (batch,), generator=generator, device=generator.device).to(x.device)
        margins = y[rows] * net.apply(_layers(net, drawn), x[rows])[:, 0]
        kl, j, _ = _divergence(theta, w0)
        complexity = (kl + 2 * math.log(j) + math.log(math.pi**2 * n / (3 * delta))) / (2 * (n - 1))
        loss = torch.nn.functional.softplus(-margins).mean() / math.log(2) + complexity.sqrt()
        (slope,) = torch.autograd.grad(loss, theta)
        with torch.no_grad():
            first.lerp_(slope, 0.1)
            second.mul_(0.999).addcmul_(slope, slope, value=0.001)
            size = (second / (1 - 0.999 ** (step + 1))).sqrt_().add_(1e-8)
            theta.addcdiv_(first, size, value=-lr * (1 - step / steps) / (1 - 0.9 ** (step + 1)))

    theta = theta.detach()
    kl, j, scale = _divergence(theta, w0)
    found = GibbsNet(math.nan, math.nan, kl.item(), scale, 1 - delta - LOOKS, net, theta[0], theta[1].exp())
    q_hat = found.gibbs_error(x, y, draws, generator)
    price = found.kl + math.log(2 * math.sqrt(n) * math.pi**2 * j**2 / (6 * delta))
    bound = kl_inverse(kl_inverse(q_hat, math.log(1 / LOOKS) / draws), price / n)
    return replace(found, bound=bound, train_error=q_hat)


def _divergence(theta: Tensor, w0: Tensor) -> tuple[Tensor, int, float]:
    """KL of N(w, diag(sigma^2)) from N(w0, scale^2 I), j and scale, for the best scale on the grid, the j-th.

    theta (2, P) is w and log sigma. KL sums log(scale / sigma) + (sigma^2 + (w - w0)^2) / (2 scale^2) - 1/2.
    """
    squares = (2 * theta[1]).exp().sum() + (theta[0] - w0).square().sum()
    j = max(1, round(-FINENESS * math.log(squares.item() / len(w0)) / 2))
    scale = math.exp(-j / FINENESS)
    return squares / (2 * scale**2) - theta[1].sum() + len(w0) * (math.log(scale) - 0.5), j, scale


def _vector(parameters: Parameters) -> Tensor:
    """All weights and biases as one vector, (P,)."""
    return torch.cat([t.reshape(-1) for pair in parameters for t in pair if t is not None])


def _layers(net: MLP, vector: Tensor) -> Parameters:
    """The parameters of which a vector consists, (P,), or the stacked ones of many vectors, (count, P)."""
    pairs = []
    for layer, (n, m) in zip(net.layers, itertools.pairwise(net.widths), strict=True):
        biases = m if layer.bias_scale > 0 else 0
        W, b, vector = vector.split([m * n, biases, vector.shape[-1] - m * n - biases], -1)
        pairs.append((W.unflatten(-1, (m, n)), b if biases else None))
    return tuple(pairs)


def _normal(shape: Sequence[int], like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(shape, generator=generator, device=generator.device, dtype=like.dtype).to(like.device)


def _check_data(net: MLP, x: Tensor, y: Tensor) -> int:
    n = len(arguments.matrix("x", x, columns=net.widths[0]))
    if net.widths[-1] != 1:
        raise ValueError(f"net must have one output; got {net.widths[-1]}")
    arguments.signs("y", y, n)
    arguments.same_kind("y", y, "x", x)
    return n
