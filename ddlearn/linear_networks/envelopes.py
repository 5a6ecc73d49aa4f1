"""Certified curves that bend: a promise that tightens as the loss falls, and a rate that grows with it.

A certificate bounds the whole path by its worst point, the start. But every step that is certified shrinks the ball in
which the product must lie, so the bounds on T improve, and with them the rate of convergence and the largest rate.
Both curves here are computed from the start alone, before any step is taken. That rates improve as the loss falls, and
that a time-varying step can follow them, is in Xu, Min, Tarmoun, Mallada and Vidal (AISTATS 2023, Algorithm 1; steps
that grow: TMLR 2025, arXiv 2505.11664, Theorem 3.2); the recursions below are our derivation.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.linear_networks.bounds import unit_root
from ddlearn.linear_networks.certificates import Start, certificate
from ddlearn.linear_networks.dynamics import first_time
from ddlearn.linear_networks.objective import LeastSquares, Objective

__all__ = ["SHARES", "Envelope", "envelope", "schedule"]

SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05)
"""Shares of the largest rate among which `envelope` picks: a smaller one drifts less."""


@dataclass(frozen=True, eq=False)
class Envelope:
    """Certified losses (T+1, ...) for descent at rates (T, ...), with bounds low, high (T, ...) on T's squared values.

    Where a start is not `covered` (...) its certified losses are inf after t = 0: nothing is promised.
    """

    rates: Tensor
    losses: Tensor
    low: Tensor
    high: Tensor
    covered: Tensor

    def iterations(self, tolerance: float = 1e-6) -> Tensor:
        """Return steps until the certified loss first is at most `tolerance` times its start; inf where it never is."""
        tolerance = arguments.positive("tolerance", tolerance)
        return first_time(self.losses <= tolerance * self.losses[0])


def envelope(problem: LeastSquares, W1: Tensor, W2: Tensor, steps: int, rate: float | Tensor | None = None) -> Envelope:
    """Return the certified loss of least squares, step by step, at a constant rate eta.

    With r_t = sqrt(2 L_t / mu), low_t and high_t from (6) and (7) less and plus 2 eta L_0, Kbar_t from them,

        L_{t+1} = min(rho_t, q_t^2) L_t,    rho_t = 1 - mu low_t eta (2 - eta Kbar_t),
        q_t = max(1 - eta mu low_t, eta K high_t - 1) + eta^2 K sqrt(2 K L_t) (smax(W_star) + r_t)

    q_t follows the residual itself, and so spares the factor 2 that a Polyak-Lojasiewicz inequality costs. It holds if
    eta Kbar_0 <= 1 and low_0 > 0. Without a rate, the certificate's own and `SHARES` of its largest are tried, and the
    one that promises 1e-6 of the loss first (or the least loss, if none does within `steps`) is kept. Our derivation.
    """
    if not isinstance(problem, LeastSquares):
        raise TypeError(f"problem must be a LeastSquares; got {type(problem).__name__}")
    steps = arguments.whole("steps", steps, 1)
    start = Start.of(problem, W1, W2)
    if rate is not None:
        return _envelope(start, start.rate_in(certificate(problem, W1, W2, rate).rate), steps)
    constant = certificate(problem, W1, W2)
    rates = torch.stack([*(share * constant.largest_rate for share in SHARES), constant.rate])
    tried = _envelope(start, start.rate_in(rates), steps)  # curves (T, 12, ...)
    score = tried.iterations().clamp(max=steps) + tried.losses[-1] / tried.losses[0]
    best = score.argmin(0, keepdim=True)  # (1, ...)

    def pick(values: Tensor) -> Tensor:
        return values.gather(1, best.expand(len(values), *best.shape)).squeeze(1)

    curves = map(pick, (tried.rates, tried.losses, tried.low, tried.high))
    return Envelope(*curves, tried.covered.gather(0, best)[0])


def schedule(problem: Objective, W1: Tensor, W2: Tensor, steps: int, share: float = 1.0) -> Envelope:
    """Return rates that grow as the certified loss L_t falls, all fixed before the first step.

    At every t the certificate is drawn up again for L_t in place of L_0, with the drift of the imbalance so far,
    2 (eta_0 L_0 + sum of (eta_s - eta_{s-1}) L_s), by summation by parts. eta_t solves eta Kbar_t(eta) = 1, but stays
    at eta_{t-1} where the drift that it allows would cost more speed than it gains. With a `share` below 1 every rate
    is that much of what the argument allows. Our derivation, for any `Objective`.
    """
    steps = arguments.whole("steps", steps, 1)
    share = arguments.between("share", arguments.positive("share", share), 0, 1)
    start = Start.of(problem, W1, W2)
    first = certificate(problem, W1, W2)
    if share < 1:
        first = certificate(problem, W1, W2, share * first.rate)
    rate, loss = start.rate_in(first.rate), start.loss
    drift = 2 * rate * loss
    path = []
    for t in range(steps):
        bounds = start.bounds(loss)
        if t > 0:
            # high + drift, as a function of the new rate: bounds.high + drift + 2 (eta - rate) loss
            fixed = bounds.high + drift - 2 * rate * loss
            larger = torch.maximum(share * unit_root(*start.smoothness(fixed, loss, 2 * loss)), rate)
            drifted = drift + 2 * (larger - rate) * loss
            faster = start.contraction(larger, bounds.low - drifted, bounds.high + drifted, loss) < start.contraction(
                rate, bounds.low - drift, bounds.high + drift, loss
            )
            rate, drift = larger.where(faster, rate), drifted.where(faster, drift)
        low, high = bounds.low - drift, bounds.high + drift
        loss = (start.contraction(rate, low, high, loss) * loss).where(first.covered, start.loss)
        path.append((rate, loss, low, high))
    return _in_units(start, path, first.covered)


def _envelope(start: Start, rate: Tensor, steps: int) -> Envelope:
    """Rates (...) or (k, ...) at once, in the start's units."""
    drift, loss = 2 * rate * start.loss, start.loss.expand_as(rate)
    mu, K = start.mu, start.K
    path = []
    for t in range(steps):
        low, high = start.bounds(loss)
        low, high = low - drift, high + drift
        if t == 0:  # the losses fall from here on, so what holds now holds later
            covered = start.covers(rate, low, high, loss)
        r = (2 * loss / mu).sqrt()
        q = torch.maximum(1 - rate * mu * low, rate * K * high - 1)
        q = q + rate.square() * K * (2 * K * loss).sqrt() * (start.strongest + r)
        loss = torch.minimum(start.contraction(rate, low, high, loss), q.square()) * loss
        loss = loss.where(covered, start.loss)
        path.append((rate, loss, low, high))
    return _in_units(start, path, covered)


def _in_units(start: Start, path: list[tuple[Tensor, ...]], covered: Tensor) -> Envelope:
    """Return the envelope of the rate of each step, the loss after it and its bounds, in the caller's units."""
    rates, losses, low, high = map(torch.stack, zip(*path, strict=True))
    losses = start.loss_out(torch.cat([start.loss.expand_as(losses[:1]), losses.where(covered, torch.inf)]))
    return Envelope(start.rate_out(rates), losses, low * start.size, high * start.size, covered)
