"""What the claims of the lesson measure: one number for one seed, and an argument that spoils it for the control."""

from collections import Counter
from itertools import pairwise

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import linear_networks as linear
from ddlearn.lessons.real_steps_real_widths import shared
from ddlearn.result import Curve

SLACK, ROUNDING = 1e-7, 1e-13
ARRIVED = 1e-10  # the share of the first loss below which a run counts as over, and rounding begins


def drift_gap(seed: int, power: int) -> float:
    """Return |D_50 - D_0 - sum of drifts| over |D_0| along 50 large steps, the rate in the drift to this power."""
    start = shared.draw(7, 2.0, seed)
    rate = 2 * float(linear.certificate(*start).largest_rate)
    run = linear.descend(*start, rate, 50)
    drifts = linear.imbalance_drift(linear.gradients(start.problem, run.W1[:-1], run.W2[:-1]), rate)
    D = linear.imbalance(run.W1, run.W2)
    return float((D[-1] - D[0] - rate ** (power - 2) * drifts.sum(0)).norm() / D[0].norm())


def change_against_rate(seed: int, conserved: bool) -> float:
    """Return the slope in log rate of the log change of the imbalance up to a fixed time; or of the sum."""
    start = shared.draw(16, 1.0, seed)
    rates = torch.tensor([0.0025, 0.005, 0.01, 0.02], dtype=torch.float64)
    changes = []
    for rate in rates.tolist():
        run = linear.descend(*start, rate, round(1 / rate))
        W1, W2 = run.W1[[0, -1]], run.W2[[0, -1]]
        kept = linear.imbalance(W1, W2) if conserved else W1.mT @ W1 + W2.mT @ W2
        changes.append((kept[1] - kept[0]).norm())
    return log_slope(rates, torch.stack(changes))


def layers_against_rate(seed: int, decay: float) -> float:
    """Return the slope in log rate of the log change of both imbalances of three layers up to a fixed time."""
    generator = compute.generator(seed)
    start = [0.5 * torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((4, 3), (4, 4), (2, 4))]
    target = torch.randn(2, 3, generator=generator, dtype=torch.float64)
    rates = torch.tensor([0.0025, 0.005, 0.01, 0.02], dtype=torch.float64)
    changes = []
    for rate in rates.tolist():
        A, B, C = start
        for _ in range(round(1 / rate)):
            G = C @ B @ A - target
            slopes = (C @ B).T @ G, C.T @ G @ A.T, G @ (B @ A).T
            A, B, C = (W - rate * (slope + decay * W) for W, slope in zip((A, B, C), slopes, strict=True))
        changes.append((imbalances(A, B, C) - imbalances(*start)).norm())
    return log_slope(rates, torch.stack(changes))


def imbalances(*layers: Tensor) -> Tensor:
    """Return the imbalance of each pair of neighboring layers, the lower one first.  (pairs, h, h)"""
    return torch.stack([upper.T @ upper - lower @ lower.T for lower, upper in pairwise(layers)])


def muon_change(seed: int, aligned: bool, size: int = 6, rate: float = 0.01, steps: int = 100) -> float:
    """Return the relative change of sqrt(W1'W1) - sqrt(W2'W2) when Muon trains layers of 2 * size hidden units.

    Aligned layers share their singular vectors with each other and with the target; the others are random.
    """
    generator = compute.generator(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    U, V, Q = (torch.linalg.qr(normal(rows, size)).Q for rows in (size, size, 2 * size))
    c, p, q = torch.rand(3, size, generator=generator, dtype=torch.float64)
    target = (U * (0.3 + 1.7 * c)) @ V.T
    W1, W2 = (U * (0.05 + p)) @ Q.T, (V * (0.05 + q)) @ Q.T
    if not aligned:
        W1, W2 = 0.1 * normal(size, 2 * size), 0.1 * normal(size, 2 * size)
    before = root(W1) - root(W2)
    for _ in range(steps):
        G = W1 @ W2.T - target
        W1, W2 = W1 - rate * polar(G @ W2), W2 - rate * polar(G.T @ W1)
    return float((root(W1) - root(W2) - before).norm() / before.norm())


def polar(A: Tensor) -> Tensor:
    """Return the direction of Muon's step, UV' of the singular value decomposition: every singular value becomes 1."""
    U, _, Vt = torch.linalg.svd(A, full_matrices=False)
    return U @ Vt


def root(W: Tensor) -> Tensor:
    """Return the square root of W'W, (h, h)."""
    _, s, Vt = torch.linalg.svd(W, full_matrices=False)
    return (Vt.T * s) @ Vt


def log_slope(x: Tensor, y: Tensor) -> float:
    return float(Curve(x, y[None], None, "x", "y").log_slope())


def broken(less: Tensor, more: Tensor, size: Tensor) -> Tensor:
    """Return where less <= more fails by more than 1e-7 of `more`, and than rounding in numbers of this size."""
    return less > more * (1 + SLACK) + ROUNDING * size


def audit(start: linear.Starts, run: linear.Descent, certified: linear.Certificate, tighter: float = 1.0) -> Counter:
    """Return how often each inequality of the theory is broken at a step of the run.

    `tighter` multiplies the tube's lower edge. The numbers (2), (3) and (5) to (8) are those of
    `ddlearn.linear_networks`, where each is stated.
    """
    L, eta = run.losses, run.rates
    slope = linear.gradients(start.problem, run.W1, run.W2).squared_norm[:-1]
    local = linear.local_constants(start.problem, run.W1[:-1], run.W2[:-1], eta)
    exact, spectrum = linear.tangent_range(run.W1, run.W2), linear.imbalance_spectrum(run.W1, run.W2)
    largest = eta.cummax(0).values
    inside = linear.tube(start.problem, start.W1, start.W2, L[1:], largest)
    checks = {
        "(2) descent": (L[1:], L[:-1] - eta * (1 - eta * local.smoothness / 2) * slope, L[:-1]),
        "(2) gradient": (local.pl * L[:-1], slope / 2, L[:-1]),
        "(3) local rate": (L[1:], local.contraction * L[:-1], L[:-1]),
        "(5) drift": ((spectrum - spectrum[0]).abs().amax(-1)[1:], 2 * largest * (L[0] - L[1:]), exact.high[0]),
        "(6) tube, low": (tighter * inside.low, exact.low[1:], exact.high[0]),
        "(7) tube, high": (exact.high[1:], inside.high, exact.high[0]),
    }
    if (eta == certified.rate).all():
        checks["(8) certificate"] = (L[1:], certified.losses(len(eta))[1:], L[0])
    alive = L[:-1] > ARRIVED * L[0]
    return Counter({name: int((broken(*sides) & alive).sum()) for name, sides in checks.items()})


def broken_steps(seed: int, tighter: float) -> float:
    """Count the broken inequalities in runs of all families, at the certified and at the measured rate."""
    total = 0
    for number, family in enumerate(linear.FAMILIES):
        start = linear.draw_starts(family, 4, 3, 3, compute.generator(100 * seed + number))
        certified = linear.certificate(*start)
        for rate in (certified.rate, shared.measuring(start.problem)):
            total += audit(start, linear.descend(*start, rate, 80), certified, tighter).total()
    return total


def wide(seed: int) -> linear.Starts:
    return linear.draw_starts("wide", 15, 4, 4, compute.generator(500 + seed))


def certified_over_taken(seed: int, bending: bool) -> float:
    """Return the median over wide starts of the steps certified to a millionth of the loss over the steps taken."""
    start = wide(seed)
    promised = linear.envelope(*start, 300) if bending else linear.certificate(*start)
    rate = promised.rates[0] if bending else promised.rate
    return float((promised.iterations() / linear.descend(*start, rate, 300).iterations()).median())


def speed_gained(seed: int, growing: bool) -> float:
    """Return the median over wide starts of the steps certified for a constant step, over those of the schedule."""
    start = wide(seed)
    constant = linear.certificate(*start)
    promised = linear.schedule(*start, 400) if growing else constant
    return float((constant.iterations() / promised.iterations()).median())


def covered(seed: int, width: int, side: int = 6, draws: int = 100) -> float:
    """Return the share of Gaussian starts that the imbalance covers."""
    generator = compute.generator(seed)
    target = torch.randn(draws, side, side, generator=generator, dtype=torch.float64)
    problem = linear.LeastSquares(torch.ones(draws, side, dtype=torch.float64), target)
    layers = linear.gaussian_layers(draws, side, side, width, (1, 1), generator)
    return float(linear.certificate(problem, *layers).covered.double().mean())


def covered_narrow(seed: int, argument) -> float:
    """Return the share of starts of width 16 that an argument covers."""
    start = shared.stack(16, (1.0,), range(20 * seed, 20 * seed + 20))
    return float(argument(*start).covered.double().mean())


def move_slope(seed: int, power: float) -> float:
    """Return the slope in log width of the log relative move, for entries of size width ** -power."""
    widths = (64, 256, 1024, 4096)
    moves = []
    for width in widths:
        problem, W1, W2 = shared.stack(width, (1.0,), range(3 * seed, 3 * seed + 3))
        size = (width / widths[0]) ** (0.25 - power)
        run = linear.descend(problem, size * W1, size * W2, shared.measuring(problem), 60, 1e-4)
        moves.append(run.relative_move[-1].mean())
    return log_slope(torch.tensor(widths, dtype=torch.float64), torch.stack(moves))
