"""What can be promised about gradient descent on a two-layer linear network before it takes its first step.

The theory of infinite width freezes the tangent kernel. Here nothing is frozen: the map T(G) = (G W2, G'W1), which
turns the gradient of the loss in W into that of the weights, is held between two bounds along the whole path. The
imbalance, almost conserved, keeps its smallest singular value from 0; so does a product that is close to its target.
A rate that is small enough for the largest singular value then makes the loss fall geometrically, at any width.

Linear convergence of gradient descent on the squared loss at finite width and step, from starts with imbalance or
margin enough, is Theorem 3.2 of Xu, Min, Tarmoun, Mallada and Vidal (AISTATS 2023, PMLR 206:2262-2284); for strongly
convex losses it is Theorem 3.2 of their second paper (TMLR 2025, arXiv 2505.11664). Both bound T along the path as we
do. The bound on the drift and the constants here are our derivation, tested step by step, and no quotation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.linear_networks.bounds import Range, power_of_two, spectral_bounds, tangent_range, unit_root
from ddlearn.linear_networks.dynamics import imbalance_spectrum, positive_rates, require_layers
from ddlearn.linear_networks.objective import Objective

__all__ = ["Certificate", "certificate", "kernel_ball", "tube"]

ROUNDING = 1e-12
"""A bound on smin(T)^2 below this share of smax(T)^2 is rounding, and certifies nothing."""


@dataclass(frozen=True, eq=False)
class Certificate:
    """L_t <= contraction^t L_0 for gradient descent at this rate, where `covered`; elsewhere nothing is promised.

    rate is eta; largest_rate the largest that the argument allows (never the largest that converges); low and high
    bound the squared singular values of T along the whole path; contraction is inf where not covered.  Each (...).
    """

    rate: Tensor
    largest_rate: Tensor
    low: Tensor
    high: Tensor
    contraction: Tensor
    covered: Tensor
    initial_loss: Tensor

    def losses(self, steps: int) -> Tensor:
        """Return the certified curve contraction^t L_0, t = 0 .. steps; inf where not covered.  -> (steps + 1, ...)"""
        steps = arguments.whole("steps", steps, 0)
        t = torch.arange(steps + 1, dtype=self.rate.dtype, device=self.rate.device)
        t = t.reshape(-1, *[1] * self.rate.ndim)
        return torch.where(self.covered, self.contraction**t * self.initial_loss, torch.inf)

    def iterations(self, tolerance: float = 1e-6) -> Tensor:
        """Steps after which the loss is certified to be at most `tolerance` times its start; inf where not covered."""
        tolerance = arguments.between("tolerance", arguments.positive("tolerance", tolerance), 0, 1)
        count = (torch.tensor(tolerance, dtype=self.rate.dtype).log() / self.contraction.log()).ceil()
        return torch.where(self.covered, count, torch.inf)


def certificate(problem: Objective, W1: Tensor, W2: Tensor, rate: float | Tensor | None = None) -> Certificate:
    """Certify geometric convergence from this start at a constant rate, from quantities at t = 0 alone.

    With r = sqrt(2 L_0 / mu), low = (6) for weakest = [smin(W_star) - r]+ less 2 eta L_0, high = (7) for
    strongest = smax(W_star) + r plus 2 eta L_0, and Kbar = sqrt(2 K L_0) + K high (1 + eta sqrt(2 K L_0) / 2)^2:

        (8) eta Kbar <= 1 and low > 0  =>  L_t <= (1 - mu low eta (2 - eta Kbar))^t L_0

    The largest rate solves eta Kbar(eta) = 1; without a rate, the lesser of it and low(0) / (4 L_0) is taken. Where the
    start is not covered that is the largest rate itself: the loss still falls at every step, at no certified speed.
    """
    start = Start.of(problem, W1, W2)
    rate = None if rate is None else start.rate_in(positive_rates(rate, start.loss))
    L = start.loss
    bounds = start.bounds(L)
    largest = unit_root(*start.smoothness(bounds.high, L, 2 * L))
    if rate is None:
        some = bounds.low > ROUNDING * bounds.high
        rate = torch.where(some, torch.minimum(largest, bounds.low / (4 * L)), largest)
    return start.certified(rate, largest, Range(bounds.low - 2 * rate * L, bounds.high + 2 * rate * L))


def kernel_ball(problem: Objective, W1: Tensor, W2: Tensor) -> Certificate:
    """Certify by the rival argument, that of kernel-regime proofs: T may not lose half of its smin^2 on the way.

    While it keeps that half the path is no longer than R = 2 sqrt(2 L_0 / (mu smin(T)^2 / 2)), which no split between
    the layers can turn into a loss of half if R <= (1 - 1/sqrt(2)) smin(T). Covers wide layers only, whose weights
    hardly move. Our derivation, after Du et al. (2019).
    """
    start = Start.of(problem, W1, W2)
    exact = Range(*(one / start.size for one in tangent_range(W1, W2)))
    R = 4 * (start.loss / (start.mu * exact.low)).sqrt()
    inside = (1 - 0.5**0.5) * exact.low.sqrt() >= R
    high = (exact.high.sqrt() + R.where(inside, 0)).square()
    rate = unit_root(*start.smoothness(high, start.loss, 0 * start.loss))
    return start.certified(rate, rate, Range(torch.where(inside, exact.low / 2, 0), high))


def tube(problem: Objective, W1: Tensor, W2: Tensor, losses: Tensor, rate: float | Tensor) -> Range:
    """Where the squared singular values of T must be when the loss is `losses`, from the imbalance at the start only.

    (6) and (7) with r = sqrt(2 L_t / mu), widened by what the imbalance can have drifted: 2 max(rate) (L_0 - L_t), for
    steps with rate K_t <= 1.  losses (T, ...), rate a number, (...) or (T, ...) -> two (T, ...).
    """
    start = Start.of(problem, W1, W2)
    arguments.tensor("losses", losses)
    rate, losses = start.rate_in(positive_rates(rate, losses)), start.loss_in(losses)
    drift = 2 * rate * (start.loss - losses)
    low, high = start.bounds(losses.clamp(min=0))
    return Range((low - drift).clamp(min=0) * start.size, (high + drift) * start.size)


@dataclass(frozen=True, eq=False)
class Start:
    """Everything that a certificate may know: the imbalance and the loss at the start, and constants of the problem.

    All of it in the start's own units, so that no product of several leaves the range of floats: the largest of the
    product, its target and the imbalance is about `size`, and K about `bend`. Both are powers of two: no digit is lost.
    """

    spectrum: Tensor
    n: int
    m: int
    mu: Tensor
    K: Tensor
    loss: Tensor
    weakest: Tensor
    strongest: Tensor
    size: Tensor
    bend: Tensor

    @classmethod
    def of(cls, problem: Objective, W1: Tensor, W2: Tensor) -> Start:
        require_layers(W1, W2, problem)
        target = torch.linalg.svdvals(problem.W_star)
        W = W1 @ W2.mT
        loss = problem.loss(W).clamp(min=0)  # rounding may take a loss just below its least value
        away = (W - problem.W_star).abs().amax((-2, -1))
        lost = ~loss.isfinite() | ((away > 0) & (problem.mu / 2 * away * away < torch.finfo(loss.dtype).tiny))
        if lost.any():
            raise ValueError(f"W1 W2' must have a loss that {loss.dtype} holds; got {loss[lost][0].item():.3g}")
        spectrum = imbalance_spectrum(W1, W2)
        largest = spectrum.abs().amax(-1).maximum(target[..., 0]).maximum((2 * loss / problem.K).sqrt())
        if (largest == 0).any():
            raise ValueError("W1, W2 and W_star must not all be 0: there no step changes anything, whatever its rate")
        size, bend = power_of_two(largest), power_of_two(problem.K)
        return cls(
            spectrum / size[..., None], W1.shape[-2], W2.shape[-2], problem.mu / bend, problem.K / bend,
            loss / bend / size / size, target[..., -1] / size, target[..., 0] / size, size, bend,
        )  # fmt: skip

    def rate_in(self, rate: Tensor) -> Tensor:
        return rate * self.bend * self.size

    def rate_out(self, rate: Tensor) -> Tensor:
        return rate / self.bend / self.size

    def loss_in(self, loss: Tensor) -> Tensor:
        return loss / self.bend / self.size / self.size

    def loss_out(self, loss: Tensor) -> Tensor:
        return loss * self.bend * self.size * self.size

    def bounds(self, loss: Tensor) -> Range:
        """Return (6) and (7) for the imbalance of the start and any product whose loss is at most this."""
        r = (2 * loss / self.mu).sqrt()
        spectrum = self.spectrum.expand(*r.shape, self.spectrum.shape[-1])
        return spectral_bounds(spectrum, self.n, self.m, (self.weakest - r).clamp(min=0), self.strongest + r)

    def smoothness(self, high: Tensor, loss: Tensor, drift: Tensor) -> Sequence[Tensor]:
        """Return the coefficients of eta, eta^2, ... in eta Kbar(eta), smax(T)^2 being at most high + eta drift.

        Kbar(eta) = g + K (high + eta drift)(1 + eta g / 2)^2 with g = sqrt(2 K loss).
        """
        g = (2 * self.K * loss).sqrt()
        linear, square = g, g.square() / 4
        return (
            g + self.K * high,
            self.K * (drift + high * linear),
            self.K * (drift * linear + high * square),
            self.K * drift * square,
        )

    def Kbar(self, rate: Tensor, high: Tensor, loss: Tensor) -> Tensor:
        g = (2 * self.K * loss).sqrt()
        return g + self.K * high * (1 + rate * g / 2).square()

    def covers(self, rate: Tensor, low: Tensor, high: Tensor, loss: Tensor) -> Tensor:
        step_fits = rate * self.Kbar(rate, high, loss) <= 1 + ROUNDING
        return (rate > 0) & step_fits & (low > ROUNDING * high)

    def contraction(self, rate: Tensor, low: Tensor, high: Tensor, loss: Tensor) -> Tensor:
        return 1 - self.mu * low * rate * (2 - rate * self.Kbar(rate, high, loss))

    def certified(self, rate: Tensor, largest: Tensor, bounds: Range) -> Certificate:
        covered = self.covers(rate, *bounds, self.loss)
        contraction = self.contraction(rate, *bounds, self.loss).where(covered, torch.inf)
        low, high = (one * self.size for one in bounds)
        rate, largest = self.rate_out(rate), self.rate_out(largest)
        return Certificate(rate, largest, low, high, contraction, covered, self.loss_out(self.loss))
