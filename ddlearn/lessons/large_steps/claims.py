"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

import torch

from ddlearn import compute
from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_most
from ddlearn.lessons.large_steps import catapult, edge, step
from ddlearn.sharpness import factor_descent, factor_sharpness, period_two_orbit


def sharpest(seed: int, flow: bool) -> float:
    """Return rate * sharpness / 2 of the sharpest minimum that one of 300 runs ends in, or flow in its place."""
    generator = compute.generator(seed)
    a, b, share = (torch.rand(300, generator=generator, dtype=torch.float64) for _ in range(3))
    a, b = 0.05 + 3.95 * a, 0.05 + 1.45 * b
    steep = torch.hypot(a.square() - b.square(), torch.full_like(a, 2.0))  # the sharpness where flow ends
    rate = (0.3 + 1.9 * share) * 2 / steep
    run = factor_descent(a, b, 1.0, rate, 2000)
    a, b = run.first[-1], run.second[-1]
    arrived = (a * b - 1).abs() < 1e-10
    found = steep[arrived] if flow else factor_sharpness(a[arrived], b[arrived], 1.0)
    return float((rate[arrived] * found / 2).max())


def diverged(seed: int, low: float, high: float) -> float:
    """Return the share of starts of imbalance `low` to `high`, a product near a half, that diverge at the step 1.5."""
    product, share = torch.rand(2, 200, generator=compute.generator(seed), dtype=torch.float64)
    a, b = step.corner(low + (high - low) * share, 0.3 + 0.4 * product)
    return float((~factor_descent(a, b, 1.0, 1.5, 1000).first[-1].isfinite()).double().mean())


def orbit_gap(seed: int, misfit: float) -> float:
    """Return the largest distance of the last two iterates from the closed form for `misfit` times c, three rates."""
    c = torch.tensor([1.05, 1.1, 1.2], dtype=torch.float64)
    a, b = 1 + 0.3 * torch.rand(2, 1, generator=compute.generator(seed), dtype=torch.float64)
    last = factor_descent(a.expand(3), b.expand(3), 1.0, c, 1500).first[-2:].sort(0).values  # (2, 3)
    orbits = torch.tensor([period_two_orbit(misfit * one) for one in c.tolist()], dtype=torch.float64)  # (3, 2)
    return float((last - orbits.T).abs().max())


def residual_slope(seed: int, c: float) -> float:
    """Return the slope in log time of log |ab - 1| between steps 400 and 4,000, from a balanced start."""
    a = 1.05 + 0.15 * torch.rand(1, generator=compute.generator(seed), dtype=torch.float64)
    run = factor_descent(a, a, 1.0, c, 4000)
    early, late = ((run.first[t] * run.second[t] - 1).abs().clamp_min(1e-16).log10() for t in (400, 4000))
    return float(late - early)


def landing(seed: int, first: float) -> float:
    """Return rate * kernel at the end of a run of width 1,000 that starts at `first`."""
    return float(catapult.throws(1000, seed, torch.tensor([first], dtype=torch.float64))[1][-1])


def late_share(seed: int, rate: float = 0.4, steps: int = 1000) -> float:
    """Return the mean of rate * sharpness / 2 over the second half of the run on digits."""
    run = edge.train(rate, steps, seed)
    return float(run.share[len(run.times) // 2 :].mean())


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("burn", at_most(1.001), sharpest, cause={"flow": False}, control={"flow": True}),
    Measured("diverge", about(1.0), diverged, cause={"low": 2.0, "high": 3.0}, control={"low": 0.0, "high": 1.0}),
    Measured("orbit", at_most(1e-10), orbit_gap, cause={"misfit": 1.0}, control={"misfit": 1.01}),
    Measured("critical", about(-0.5, 0.03), residual_slope, cause={"c": 1.0}, control={"c": 0.99}),
    Measured("catapult", at_most(2.0), landing, cause={"first": 3.9}, control={"first": 4.05}),
    Measured("edge", about(1.0, 0.1), late_share, control={"rate": 0.04, "steps": 300}),
)
