"""What lesson 05 claims, what theory expects, and how each claim is measured; beside each, a control that must fail."""

from functools import lru_cache

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Claim
from ddlearn.lessons.real_steps import catapult, edge, starts
from ddlearn.lessons.real_steps.audit import audit
from ddlearn.linear_networks import (
    FAMILIES,
    LeastSquares,
    Starts,
    certificate,
    descend,
    draw_starts,
    envelope,
    gaussian_layers,
    gradients,
    imbalance,
    imbalance_drift,
    kernel_ball,
    measured_rate,
    schedule,
)
from ddlearn.sharpness import factor_descent, factor_sharpness, period_two_orbit

OURS = "our derivation; setting of Xu, Min, Tarmoun, Mallada, Vidal 2023"


def drift_gap(seed: int, power: int) -> float:
    """|D_50 - D_0 - sum of drifts| over |D_0| along 50 large steps, the rate in the drift to this power."""
    start = starts.draw(7, 2.0, seed)
    rate = 2 * float(certificate(*start).largest_rate)
    run = descend(*start, rate, 50)
    drifts = imbalance_drift(gradients(start.problem, run.W1[:-1], run.W2[:-1]), rate) * rate ** (power - 2)
    D = imbalance(run.W1, run.W2)
    return float((D[-1] - D[0] - drifts.sum(0)).norm() / D[0].norm())


def change_against_rate(seed: int, conserved: bool) -> float:
    """Slope in log rate of the log change, up to a fixed time, of the imbalance; or of the sum in its place."""
    start = starts.draw(16, 1.0, seed)
    rates = torch.tensor([0.02, 0.01, 0.005, 0.0025], dtype=torch.float64)
    changes = []
    for rate in rates.tolist():
        run = descend(*start, rate, round(1 / rate))
        W1, W2 = run.W1[[0, -1]], run.W2[[0, -1]]
        kept = imbalance(W1, W2) if conserved else W1.mT @ W1 + W2.mT @ W2
        changes.append((kept[1] - kept[0]).norm())
    return log_slope(rates, torch.stack(changes))


def log_slope(x: Tensor, y: Tensor) -> float:
    u = x.log() - x.log().mean()
    return float(y.log() @ u / (u @ u))


def broken_steps(seed: int, tighter: float) -> float:
    """Broken inequalities in runs of all families, at the certified and at the measured rate."""
    total = 0
    for number, family in enumerate(FAMILIES):
        start = draw_starts(family, 4, 3, 3, compute.generator(100 * seed + number))
        certified = certificate(*start)
        for rate in (certified.rate, lambda t, W1, W2, p=start.problem: measured_rate(p, W1, W2)):
            total += audit(start, descend(*start, rate, 80), certified, tighter).total()
    return total


def wide(seed: int) -> Starts:
    return draw_starts("wide", 15, 4, 4, compute.generator(500 + seed))


def certified_over_taken(seed: int, bending: bool) -> float:
    """Median over wide starts of the steps certified to a millionth of the loss over the steps taken."""
    start = wide(seed)
    promised = envelope(*start, 300) if bending else certificate(*start)
    rate = promised.rates[0] if bending else promised.rate
    return float((promised.iterations() / descend(*start, rate, 300).iterations()).median())


def speed_gained(seed: int, growing: bool) -> float:
    """Median over wide starts of the steps that a constant step is certified for, over those of the schedule."""
    start = wide(seed)
    constant = certificate(*start)
    promised = schedule(*start, 400) if growing else constant
    return float((constant.iterations() / promised.iterations()).median())


def covered(seed: int, width: int, side: int = 6, draws: int = 100) -> float:
    """Share of Gaussian starts that the imbalance covers."""
    generator = compute.generator(seed)
    target = torch.randn(draws, side, side, generator=generator, dtype=torch.float64)
    problem = LeastSquares(torch.ones(draws, side, dtype=torch.float64), target)
    return float(
        certificate(problem, *gaussian_layers(draws, side, side, width, (1, 1), generator)).covered.double().mean()
    )


def covered_narrow(seed: int, argument) -> float:
    """Share of starts of width 16 that an argument covers."""
    start = starts.stack(16, (1.0,), range(20 * seed, 20 * seed + 20))
    return float(argument(*start).covered.double().mean())


def move_slope(seed: int, power: float) -> float:
    """Slope in log width of the log relative move, for entries of size width ** -power."""
    widths = (64, 256, 1024, 4096)
    moves = []
    for width in widths:
        problem, W1, W2 = starts.stack(width, (1.0,), range(3 * seed, 3 * seed + 3))
        size = (width / widths[0]) ** (0.25 - power)
        run = descend(problem, size * W1, size * W2, lambda t, W1, W2, p=problem: measured_rate(p, W1, W2), 60, 1e-4)
        moves.append(run.relative_move[-1].mean())
    return log_slope(torch.tensor(widths, dtype=torch.float64), torch.stack(moves))


@lru_cache(maxsize=8)
def burnt(seed: int) -> tuple[Tensor, Tensor]:
    """rate * sharpness / 2 of the minima that 300 random runs end in, and of those where flow would end."""
    generator = compute.generator(seed)
    a, b, share = (torch.rand(300, generator=generator, dtype=torch.float64) for _ in range(3))
    a, b = 0.05 + 3.95 * a, 0.05 + 1.45 * b
    flow = torch.hypot(a.square() - b.square(), torch.full_like(a, 2.0))
    rate = (0.3 + 1.9 * share) * 2 / flow
    run = factor_descent(a, b, 1.0, rate, 2000)
    a, b = run.first[-1], run.second[-1]
    arrived = (a * b - 1).abs() < 1e-10
    return rate[arrived] * factor_sharpness(a[arrived], b[arrived], 1.0) / 2, (rate * flow / 2)[arrived]


def orbit_gap(seed: int, misfit: float) -> float:
    """Largest distance of the last two iterates from the closed form, over three rates; c in it times `misfit`."""
    c = torch.tensor([1.05, 1.1, 1.2], dtype=torch.float64)
    a, b = 1 + 0.3 * torch.rand(2, 1, generator=compute.generator(seed), dtype=torch.float64)
    last = factor_descent(a.expand(3), b.expand(3), 1.0, c, 1500).first[-2:].sort(0).values  # (2, 3)
    orbits = torch.tensor([period_two_orbit(misfit * one) for one in c.tolist()], dtype=torch.float64)  # (3, 2)
    return float((last - orbits.T).abs().max())


def residual_slope(seed: int, c: float) -> float:
    """Slope in log time of log |ab - 1| between steps 400 and 4,000, from a balanced start."""
    a = 1.05 + 0.15 * torch.rand(1, generator=compute.generator(seed), dtype=torch.float64)
    run = factor_descent(a, a, 1.0, c, 4000)
    early, late = ((run.first[t] * run.second[t] - 1).abs().clamp_min(1e-16).log10() for t in (400, 4000))
    return float(late - early)


def landing(seed: int, first: float) -> float:
    """rate * kernel at the end of a run of width 1,000 that starts at `first`."""
    return float(catapult.throws(1000, seed, torch.tensor([first], dtype=torch.float64))[1][-1])


def late_share(seed: int, rate: float, steps: int) -> float:
    """Mean of rate * sharpness / 2 over the second half of the run on digits."""
    run = edge.train(rate, steps, seed)
    return float(run.share[len(run.times) // 2 :].mean())


CLAIMS = (
    Claim(
        id="05.drift",
        statement="One step of size η adds exactly η² (AᵀA − BᵀB) to the imbalance, (A, B) the gradient.",
        paper="identity; conservation under flow: Min, Tarmoun, Vidal, Mallada 2021",
        basis="exact",
        expected=0.0,
        tolerance=1e-10,
        sense="at_most",
        unit="relative gap after 50 steps",
        measure=lambda scale, seed: drift_gap(seed, 2),
        control=lambda scale, seed: drift_gap(seed, 1),
        control_note="η in place of η²",
    ),
    Claim(
        id="05.flow",
        statement="Flow conserves the imbalance: up to a fixed time, its change vanishes in proportion to the step.",
        paper="Min, Tarmoun, Vidal, Mallada 2021",
        basis="asymptotic",
        expected=1.0,
        tolerance=0.1,
        unit="slope of log change in log step",
        measure=lambda scale, seed: change_against_rate(seed, conserved=True),
        control=lambda scale, seed: change_against_rate(seed, conserved=False),
        control_note="the sum W1ᵀW1 + W2ᵀW2 in place of the difference",
    ),
    Claim(
        id="05.steps",
        statement="Descent, local rate, drift, tube and certificate hold at every step, from six families of starts.",
        paper=OURS,
        basis="theorem",
        expected=0.0,
        tolerance=0.0,
        unit="inequalities broken",
        measure=lambda scale, seed: broken_steps(seed, 1.0),
        control=lambda scale, seed: broken_steps(seed, 1.5),
        control_note="the tube's lower edge one and a half times as high",
    ),
    Claim(
        id="05.tight",
        statement="From wide starts the steps certified for a millionth of the loss are few times the steps taken.",
        paper=OURS,
        basis="floor",
        expected=2.5,
        tolerance=0.0,
        sense="at_most",
        unit="certified over taken, median",
        measure=lambda scale, seed: certified_over_taken(seed, bending=True),
        control=lambda scale, seed: certified_over_taken(seed, bending=False),
        control_note="a promise that never learns from the falling loss",
    ),
    Claim(
        id="05.schedule",
        statement="A step that grows as the certified loss falls is certified for fewer steps than a constant one.",
        paper=OURS,
        basis="floor",
        expected=1.1,
        tolerance=0.0,
        sense="at_least",
        unit="constant over growing, median",
        measure=lambda scale, seed: speed_gained(seed, growing=True),
        control=lambda scale, seed: speed_gained(seed, growing=False),
        control_note="a step that does not grow",
    ),
    Claim(
        id="05.coverage",
        statement="Six inputs, six outputs: eleven hidden units, n + m − 1, are enough to cover every Gaussian start.",
        paper=OURS,
        basis="theorem",
        expected=1.0,
        tolerance=0.0,
        unit="of the starts covered",
        measure=lambda scale, seed: covered(seed, 11),
        control=lambda scale, seed: covered(seed, 10),
        control_note="one unit less",
    ),
    Claim(
        id="05.ball",
        statement="At width 16 the imbalance certifies every start, long before weights stop moving.",
        paper=OURS,
        basis="theorem",
        expected=1.0,
        tolerance=0.0,
        unit="of the starts covered",
        measure=lambda scale, seed: covered_narrow(seed, certificate),
        control=lambda scale, seed: covered_narrow(seed, kernel_ball),
        control_note="the argument of the kernel regime",
    ),
    Claim(
        id="05.move",
        statement="With entries of size h^(−1/4) the weights move, relatively, as one over the root of the width.",
        paper="scaling of Du and Hu 2019; exponent: our derivation",
        basis="asymptotic",
        expected=-0.5,
        tolerance=0.1,
        unit="slope of log move in log width",
        measure=lambda scale, seed: move_slope(seed, 0.25),
        control=lambda scale, seed: move_slope(seed, 0.5),
        control_note="entries of size h^(−1/2)",
    ),
    Claim(
        id="05.burn",
        statement="Where descent on two factors converges, rate times sharpness over 2 is at most 1, however it began.",
        paper="linear stability of a fixed point",
        basis="theorem",
        expected=1.0,
        tolerance=1e-3,
        sense="at_most",
        unit="the largest of the runs",
        measure=lambda scale, seed: float(burnt(seed)[0].max()),
        control=lambda scale, seed: float(burnt(seed)[1].max()),
        control_note="the minimum in which flow ends",
    ),
    Claim(
        id="05.orbit",
        statement="Just beyond the flattest minimum's limit, descent jumps between two values known in closed form.",
        paper="MacDonald et al. 2025 (regime); closed form: our derivation",
        basis="exact",
        expected=0.0,
        tolerance=1e-10,
        sense="at_most",
        unit="distance from the closed form",
        measure=lambda scale, seed: orbit_gap(seed, 1.0),
        control=lambda scale, seed: orbit_gap(seed, 1.01),
        control_note="the closed form for a step one percent larger",
    ),
    Claim(
        id="05.critical",
        statement="Exactly at that limit, from balanced weights, the residual falls as one over the root of time.",
        paper="MacDonald et al. 2025",
        basis="asymptotic",
        expected=-0.5,
        tolerance=0.03,
        unit="slope of log residual in log time",
        measure=lambda scale, seed: residual_slope(seed, 1.0),
        control=lambda scale, seed: residual_slope(seed, 0.99),
        control_note="a step one percent smaller",
    ),
    Claim(
        id="05.catapult",
        statement="A wide net that begins at rate × kernel = 3.9 is thrown out, and lands below 2.",
        paper="Lewkowycz, Bahri, Dyer, Sohl-Dickstein, Gur-Ari 2020",
        basis="theorem",
        expected=2.0,
        tolerance=0.0,
        sense="at_most",
        unit="rate × kernel at the end",
        measure=lambda scale, seed: landing(seed, 3.9),
        control=lambda scale, seed: landing(seed, 4.05),
        control_note="a start beyond 4, where it diverges",
    ),
    Claim(
        id="05.edge",
        statement="On digits, descent drives the sharpness of a small net to 2/rate, where it hovers.",
        paper="Cohen, Kaur, Li, Kolter, Talwalkar 2021",
        basis="their experiments",
        expected=1.0,
        tolerance=0.1,
        unit="sharpness × rate / 2, late",
        measure=lambda scale, seed: late_share(seed, 0.4, 1000),
        control=lambda scale, seed: late_share(seed, 0.04, 300),
        control_note="a tenth of the rate, for 300 steps",
    ),
)
