"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

import math
from functools import lru_cache

import torch

from ddlearn import early_alignment
from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_least, at_most
from ddlearn.lessons.what_descent_finds import exercises, shared
from ddlearn.separable import NORMS

SMALL, LARGE = {"start": 1e-2}, {"start": 1.0}
SIZES = (10.0, 1.0, 1e-2, 1e-4)
MANY = (4, 8, 16)


def share(seed: int, other: bool) -> float:
    """Return the smallest share of the best margin in each descent's own norm, or the largest in another norm."""
    shares = {}
    for own in NORMS:
        end = shared.descended(seed, own, exercises.steepest).w[-1]
        shares |= {(own, name): float(one) for name, one in shared.problem(seed).shares(end).items()}
    if other:
        return max(value for (own, name), value in shares.items() if own != name)
    return min(shares[name, name] for name in NORMS)


def off_closed_form(seed: int, geometry: str) -> float:
    path = shared.descended(seed, geometry, exercises.steepest)
    return float((path.w[-1] - shared.problem(seed).line.at(path.t[-1:])[0]).norm())


def run(seed: int) -> shared.Small:
    return shared.from_small(-0.4, seed, SIZES)


def placed(seed: int, start: float) -> float:
    return float(run(seed).run.placed[-1, SIZES.index(start)])


def rank(seed: int, start: float) -> float:
    return float(early_alignment.stable_rank(run(seed).run.W)[SIZES.index(start)])


def collapse_exponent(seed: int, small: float, large: float) -> float:
    """Return the slope of log NC1 in the log of the start, between two starts."""
    nc1 = run(seed).collapse()
    return float((nc1[SIZES.index(large)] / nc1[SIZES.index(small)]).log() / math.log(large / small))


def cosine_of_means(seed: int, start: float) -> float:
    found = run(seed)
    features = (found.run.W[SIZES.index(start)] @ found.X.T).clamp_min(0).T
    means = [features[found.y == label].mean(0) for label in (1, -1)]
    return float(torch.cosine_similarity(*means, dim=0))


def off_equation(seed: int, start: float) -> float:
    """Return the largest distance of a direction of V+ from the equation alone, until all neurons are in their place.

    From a start that never gets there, over the time that a start of 0.01 needs.
    """
    found = run(seed)
    k = SIZES.index(start)
    there = (found.run.placed[:, 2] == 1).int().argmax()
    until = float(found.run.t[there, 2])
    times = torch.linspace(0, until, 60, dtype=torch.float64)
    mine = found.v > 0
    signs = torch.ones(int(mine.sum()), dtype=torch.float64)
    toward = torch.nn.functional.normalize(early_alignment.class_sums(found.X, found.y)[0], dim=0)
    alone = early_alignment.directions(found.W[mine], found.X, found.y, signs, times, turn=exercises.turn) @ toward
    steps = torch.searchsorted(found.run.t[:, k].contiguous(), times).clamp(max=len(found.run.t) - 1)
    return float((found.run.watched[steps, k] - alone).abs().max())


def delay(seed: int, readout: bool) -> float:
    """Return the delay per factor of ten of the start, over ln 10 / |x+-|, of the class that is further from 1.

    Without the readout only the first layer is trained, and the output weights have the size 1 at every start.
    """
    X, y, W, v = shared.draw_small(-0.4, seed)
    sizes = torch.tensor([1e-2, 1e-4], dtype=torch.float64)
    start = sizes[:, None] * v if readout else v.expand(2, -1)
    times = early_alignment.train(X, y, sizes[:, None, None] * W, start, readout=readout).half_times()
    ratios = (times[1] - times[0]) / 2 / early_alignment.delay_per_decade(X, y)
    return float(ratios[(ratios - 1).abs().argmax()])


def readout_share(seed: int, fraction: float) -> float:
    """Return |V+| / |V-| over its limit when the loss is this fraction; the negative points are 0.6 as long."""
    X, y, W, v = shared.draw_small(-0.4, seed)
    X = torch.where(y[:, None] > 0, X, 0.6 * X)
    v = early_alignment.train(X, y, 1e-3 * W, 1e-3 * v, fraction=fraction).v[0]
    return float(v[v > 0].norm() / v[v < 0].norm()) / early_alignment.readout_ratio(X, y)


@lru_cache(maxsize=64)
def median(seed: int, K: int, p: int, start: float) -> float:
    return float(shared.on_clusters(K, p, 0.1, start, seed).radii(exercises.attack).median())


def relu_radius(seed: int, p: int) -> float:
    """Return the radius times the root of K, of the K for which it is furthest from 1."""
    ratios = [median(seed, K, p, 1e-3) * K**0.5 for K in MANY]
    return max(ratios, key=lambda ratio: abs(ratio - 1))


def power_radius(seed: int, start: float) -> float:
    """Return the smallest radius over sqrt(2)/2 with p = 3, of K = 4, 8, 16; from a large start of K = 8."""
    return min(median(seed, K, 3, start) for K in (MANY if start < 1 else (8,))) * 2**0.5


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("geometry", at_least(0.99), share, cause={"other": False}, control={"other": True}),
    Measured("closed-form", at_most(0.1), off_closed_form, cause={"geometry": "l2"}, control={"geometry": "linf"}),
    Measured("aligned", at_least(1.0), placed, cause=SMALL, control=LARGE),
    Measured("equation", at_most(0.05), off_equation, cause=SMALL, control=LARGE),
    Measured("delay", about(1.0, 0.05), delay, cause={"readout": True}, control={"readout": False}),
    Measured("rank", at_most(2.0), rank, cause=SMALL, control=LARGE),
    Measured(
        "collapse",
        about(2.0, 0.01),
        collapse_exponent,
        cause={"small": 1e-4, "large": 1e-2},
        control={"small": 1.0, "large": 10.0},
    ),
    Measured("orthogonal", about(0.0, 1e-12), cosine_of_means, cause=SMALL, control=LARGE),
    Measured("two-classes", about(1.0, 0.03), readout_share, cause={"fraction": 1e-12}, control={"fraction": 1e-2}),
    Measured("relu", about(1.0, 0.1), relu_radius, cause={"p": 1}, control={"p": 3}),
    Measured("prelu", about(1.0, 0.1), power_radius, cause={"start": 1e-3}, control={"start": 3.0}),
)
