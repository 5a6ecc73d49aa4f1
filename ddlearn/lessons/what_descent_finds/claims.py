"""What the lesson claims, what theory expects, how each claim is measured, and a control that must fail beside each."""

import math
from functools import lru_cache

import torch

from ddlearn import early_alignment
from ddlearn.classroom.claim import about, asymptotic, at_least, at_most, claim, exact, ours, theorem
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


CLAIMS = (
    claim(
        "geometry",
        "Gradient, sign and coordinate descent each end at the best margin of their own norm.",
        at_least(0.99, "share of the best margin"),
        asymptotic(
            "gunasekar2018",
            "steepest descent in a norm maximizes the margin in that norm as time grows, as quoted from "
            "@gunasekar2018 for the exponential loss; the tolerance is ours, for 10⁴⁰ units of time and more",
        ),
        share,
        cause={"other": False},
        control=({"other": True}, "the margin in another norm than the method's own"),
    ),
    claim(
        "closed-form",
        "Gradient descent is at ŵ log t + w̃, which is known before the run.",
        at_most(0.1, "distance"),
        asymptotic(
            "soudry2018",
            "Theorems 3 and 4 of @soudry2018, for support vectors that span the space; the tolerance is ours, because "
            "finite steps shift log t by about 0.05",
        ),
        off_closed_form,
        cause={"geometry": "l2"},
        control=({"geometry": "linf"}, "sign descent on the same data"),
    ),
    claim(
        "aligned",
        "From a small start, every neuron is active on exactly its own class, or on nothing, when the loss has fallen.",
        at_least(1.0, "share of neurons"),
        theorem(
            "min2024b",
            "Theorem 1 of @min2024b, for gradient flow, positive μ and a start below a bound that is far smaller than "
            "our 0.01",
        ),
        placed,
        cause=SMALL,
        control=(LARGE, "a start of size 1"),
    ),
    claim(
        "equation",
        "Until then the directions of the neurons follow their equation alone, whatever the start.",
        at_most(0.05, "largest difference of a cosine"),
        asymptotic(
            "min2024b",
            "equation (4) of @min2024b is exact in the limit of a vanishing start; the tolerance is ours, for a start "
            "of 0.01 and finite steps",
        ),
        off_equation,
        cause=SMALL,
        control=(LARGE, "a start of size 1"),
    ),
    claim(
        "delay",
        "A start ten times smaller delays the fall of each class's loss by ln 10/|x₊|.",
        about(1.0, 0.05, "measured over theory"),
        asymptotic(
            "min2024b",
            "the logarithm is in Theorem 1 of @min2024b; its factor is our derivation, from the growth exp(|x₊| t) of "
            "an aligned neuron, and the tolerance is ours",
        ),
        delay,
        cause={"readout": True},
        control=({"readout": False}, "only the first layer is trained, with output weights of size 1"),
    ),
    claim(
        "rank",
        "From a small start, the stable rank of the first layer is at most 2.",
        at_most(2.0, "stable rank"),
        theorem("min2024b", "Theorem 1 of @min2024b, in the limit of long training and up to the size of the start"),
        rank,
        cause=SMALL,
        control=(LARGE, "a start of size 1"),
    ),
    claim(
        "collapse",
        "What is left of the spread within a class, NC1, falls as the square of the start.",
        about(2.0, 0.01, "exponent of the start"),
        asymptotic(
            "min2025a",
            "that it tends to 0 is Theorem 1 of @min2025a; the exponent is our derivation, from W₊W₊' − v₊v₊', which "
            "flow conserves once the neurons are aligned; the tolerance is ours",
        ),
        collapse_exponent,
        cause={"small": 1e-4, "large": 1e-2},
        control=({"small": 1.0, "large": 10.0}, "between starts of 1 and 10"),
    ),
    claim(
        "orthogonal",
        "The mean features of the two classes are orthogonal.",
        about(0.0, 1e-12, "cosine"),
        exact(source="no neuron is active on both classes, so no feature belongs to both"),
        cosine_of_means,
        cause=SMALL,
        control=(LARGE, "a start of size 1"),
    ),
    claim(
        "two-classes",
        "The output weights of the two classes end in the ratio that the margins of the classes give.",
        about(1.0, 0.03, "measured over theory"),
        theorem(
            "min2025a",
            "Theorem 1 of @min2025a, in the limit of long training from a small balanced start; the tolerance is ours, "
            "for a loss that is 10⁻¹² of its start",
        ),
        readout_share,
        cause={"fraction": 1e-12},
        control=({"fraction": 1e-2}, "stopped when the loss is a hundredth"),
    ),
    claim(
        "relu",
        "A change of length 1/√K fools the ReLU network that descent finds among K clusters.",
        about(1.0, 0.1, "radius times √K, K = 4, 8, 16"),
        ours(
            "min2024a",
            "@min2024a prove it for the function F; that descent from a small start finds F is their conjecture. A "
            "tenth allows for the spread of the points",
        ),
        relu_radius,
        cause={"p": 1},
        control=({"p": 3}, "the third power in place of the ReLU"),
    ),
    claim(
        "prelu",
        "With the third power, no attack that we tried succeeds much below √2/2.",
        about(1.0, 0.1, "smallest radius over √2/2"),
        ours(
            ("min2025b", "min2024a"),
            "that nothing withstands more is Proposition 1 of @min2025b; that this much is withstood is its Corollary "
            "1, for a start that satisfies a condition which random starts do not, and a conjecture of @min2024a. "
            "Attacks that we tried are no certificate",
        ),
        power_radius,
        cause={"start": 1e-3},
        control=({"start": 3.0}, "a start of size 3"),
    ),
)
