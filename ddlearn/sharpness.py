"""Steps beyond 2/sharpness: what gradient descent does where gradient flow is no guide any more.

The sharpness is the largest eigenvalue of the Hessian. At a rate above 2/sharpness a quadratic diverges; a network may
diverge, but need not. It burns its imbalance until the minimum is flat enough, or leaps out of a sharp valley (the
catapult), or hovers where the sharpness is 2/rate (the edge of stability), or settles on an orbit of period two around
the flattest minimum. Too unbalanced a start diverges all the same.
The first, second and last are shown in models of two numbers, where they are exact.

The three regimes around the flattest minimum are those that MacDonald, Min, Palma, Tarmoun, Xu and Vidal announce in
their abstract (arXiv 2510.17506); the closed form of the orbit is our derivation. The catapult is that of Lewkowycz et
al. (arXiv 2003.02218), its recursion derived again; the edge of stability that of Cohen et al. (ICLR 2021).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.linear_networks.dynamics import positive_rates

__all__ = [
    "ORBIT_STABLE_BELOW",
    "Edge",
    "catapult",
    "edge_of_stability",
    "factor_descent",
    "factor_sharpness",
    "period_two_orbit",
    "sharpness",
]

ORBIT_STABLE_BELOW = math.sqrt(5) - 1
"""c below which the orbit attracts its neighbors on the balanced line: its multiplier there is 9 - 2 (1 + c)^2."""

HUGE = 1e150
"""Past this a number has diverged; it becomes inf, so that no run ends in nan."""


class Pair(NamedTuple):
    """Two numbers followed through time, each (T+1, ...)."""

    first: Tensor
    second: Tensor


def factor_descent(a: Tensor, b: Tensor, sigma: float, rate: float | Tensor, steps: int) -> Pair:
    """Gradient descent on (ab - sigma)^2 / 2: a <- a - rate r b, b <- b - rate r a, r = ab - sigma.  -> two (T+1, ...).

    Each step multiplies the imbalance a^2 - b^2 by 1 - rate^2 r^2, exactly: large steps burn it.
    """
    _pair("a", a, "b", b)
    sigma, steps = arguments.positive("sigma", sigma), arguments.whole("steps", steps, 0)
    rate = positive_rates(rate, a)

    def move(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        push = rate * (a * b - sigma)
        return a - push * b, b - push * a

    return _follow(move, a, b, steps)


def factor_sharpness(a: Tensor, b: Tensor, sigma: float) -> Tensor:
    """Largest eigenvalue of the Hessian [[b^2, 2ab - sigma], [2ab - sigma, a^2]] of (ab - sigma)^2 / 2.  (...) -> (...)

    At a minimum it is a^2 + b^2 = sqrt(lambda^2 + 4 sigma^2), lambda the imbalance: balance is flattest, at 2 sigma.
    """
    _pair("a", a, "b", b)
    sigma = arguments.positive("sigma", sigma)
    half_difference, cross = (a.square() - b.square()) / 2, 2 * a * b - sigma
    return (a.square() + b.square()) / 2 + torch.hypot(half_difference, cross)


def period_two_orbit(c: float) -> tuple[float, float]:
    """Return the two values of a / sqrt(sigma) between which descent jumps, balanced (a = b), at c = rate * sigma > 1.

    z = (sqrt(1 + 3/c) -+ sqrt(1 - 1/c)) / 2, the fixed points of two steps of z <- z (1 + c - c z^2) that are none of
    one step. Their product is 1/c, the sum of their squares 1 + 1/c. Stable on the balanced line for
    c < sqrt(5) - 1. At c = 1 both are 1, the flattest minimum. `ValueError` for c < 1, where there is no orbit.
    """
    c = arguments.at_least("c", c, 1)
    high = (math.sqrt(1 + 3 / c) + math.sqrt((c - 1) / c)) / 2
    return 1 / (c * high), high  # by their product: the difference of the roots would lose digits


def catapult(f: Tensor, kernel: Tensor, rate: Tensor, width: int, steps: int) -> Pair:
    """Return the output f and tangent kernel Lambda of f = u.v / sqrt(width) with loss f^2 / 2, by gradient descent.

        f+ = f (1 - rate Lambda + rate^2 f^2 / width),    Lambda+ = Lambda + rate f^2 / width (rate Lambda - 4)

    Exact for Lambda = (|u|^2 + |v|^2) / width. Beyond rate Lambda = 2 the loss first grows; up to 4 the kernel then
    shrinks until the descent is stable.  f, kernel and rate (...) -> two (T+1, ...); inf where the run diverges.
    """
    _pair("f", f, "kernel", kernel)
    width, steps = arguments.whole("width", width, 1), arguments.whole("steps", steps, 0)
    rate = positive_rates(rate, f)

    def move(f: Tensor, kernel: Tensor) -> tuple[Tensor, Tensor]:
        kick = rate * f.square() / width
        return f * (1 - rate * kernel + rate * kick), kernel + kick * (rate * kernel - 4)

    return _follow(move, f, kernel, steps)


@torch.inference_mode(False)  # gradients on, whatever mode the caller is in
def sharpness(
    loss: Callable[..., Tensor], weights: Sequence[Tensor], iterations: int, start: Sequence[Tensor]
) -> tuple[float, list[Tensor]]:
    """Return the eigenvalue of largest modulus of the Hessian of loss(*weights), and its direction, by power iteration.

    Every iteration is one product of the Hessian with a direction, by differentiating twice. `start` is the direction
    to begin with: the one found before, if the weights have moved little. A negative answer says that the largest
    eigenvalue in modulus is no sharpness.
    """
    iterations = arguments.whole("iterations", iterations, 1)
    points = [w.detach().requires_grad_() for w in weights]
    slopes = torch.autograd.grad(loss(*points), points, create_graph=True)
    direction, value = _unit(start), 0.0
    for _ in range(iterations):
        product = torch.autograd.grad(slopes, points, grad_outputs=direction, retain_graph=True)
        value = sum((p * v).sum() for p, v in zip(product, direction, strict=True)).item()
        direction = _unit(product)
    return value, direction


@dataclass(frozen=True, eq=False)
class Edge:
    """A run of gradient descent and the sharpness along it: losses (steps + 1,), and sharpness (R,) at `times` (R,)."""

    rate: float
    losses: Tensor
    times: Tensor
    sharpness: Tensor

    @property
    def share(self) -> Tensor:
        """sharpness * rate / 2, which is 1 at the edge of stability.  (R,)"""
        return self.sharpness * self.rate / 2


@torch.inference_mode(False)  # gradients on, whatever mode the caller is in
def edge_of_stability(
    loss: Callable[..., Tensor],
    weights: Sequence[Tensor],
    rate: float,
    steps: int,
    every: int = 25,
    progress: Callable[[float, str], None] | None = None,
) -> Edge:
    """Run full-batch gradient descent on loss(*weights), measuring the sharpness at every so many steps.

    The first measurement takes 40 power iterations, each later one 12 from the direction found before.
    """
    rate, steps = arguments.positive("rate", rate), arguments.whole("steps", steps, 1)
    every = arguments.whole("every", every, 1)
    weights = [w.detach().clone().requires_grad_() for w in weights]
    generator = torch.Generator(weights[0].device).manual_seed(0)
    direction = [torch.randn(w.shape, generator=generator, dtype=w.dtype, device=w.device) for w in weights]
    losses, times, sharp = [], [], []
    for t in range(steps + 1):
        if t % every == 0:
            value, direction = sharpness(loss, weights, 12 if times else 40, direction)
            times.append(t)
            sharp.append(value)
            if progress is not None:
                progress(t / steps, f"step {t} of {steps}: sharpness {value:.3g}")
        now = loss(*weights)
        losses.append(now.detach())
        if t < steps:
            slopes = torch.autograd.grad(now, weights)
            with torch.no_grad():
                for w, slope in zip(weights, slopes, strict=True):
                    w.sub_(rate * slope)
    return Edge(rate, torch.stack(losses), torch.tensor(times), torch.tensor(sharp, dtype=torch.float64))


def _follow(move: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]], a: Tensor, b: Tensor, steps: int) -> Pair:
    """Iterate, keeping every step. A pair that has grown huge becomes inf and stays there."""
    path = a.new_empty(2, steps + 1, *a.shape)
    path[0, 0], path[1, 0] = a, b
    for t in range(steps):
        a, b = move(path[0, t], path[1, t])
        lost = ~((a.abs() < HUGE) & (b.abs() < HUGE))
        path[0, t + 1], path[1, t + 1] = a.masked_fill(lost, torch.inf), b.masked_fill(lost, torch.inf)
    return Pair(path[0], path[1])


def _pair(first_name: str, first: Tensor, second_name: str, second: Tensor) -> None:
    arguments.tensor(first_name, first)
    arguments.tensor(second_name, second)
    arguments.same_kind(second_name, second, first_name, first)
    if second.shape != first.shape:
        wanted, got = tuple(first.shape), tuple(second.shape)
        raise ValueError(f"{second_name} must be of shape {wanted}, as {first_name}; got shape {got}")


def _unit(direction: Sequence[Tensor]) -> list[Tensor]:
    norm = math.sqrt(sum(v.square().sum().item() for v in direction)) or 1.0
    return [v / norm for v in direction]
