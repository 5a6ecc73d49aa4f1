"""Every inequality of the theory, asked of every step of a run: how many were broken.

The numbers (2), (3) and (5) to (8) are those of `ddlearn.linear_networks`, where each is stated.
"""

from collections import Counter

from torch import Tensor

from ddlearn.linear_networks import (
    Certificate,
    Descent,
    Starts,
    gradients,
    imbalance_spectrum,
    local_constants,
    tangent_range,
    tube,
)

SLACK, ROUNDING = 1e-7, 1e-13
ARRIVED = 1e-10  # the share of the first loss below which a run counts as over, and rounding begins


def broken(less: Tensor, more: Tensor, size: Tensor) -> Tensor:
    """Where less <= more fails by more than 1e-7 of `more`, and than rounding in numbers of this size."""
    return less > more * (1 + SLACK) + ROUNDING * size


def audit(start: Starts, run: Descent, certified: Certificate, tighter: float = 1.0) -> Counter:
    """How often each inequality is broken. `tighter` multiplies the lower edge of the tube, for a control."""
    L, eta = run.losses, run.rates
    slope = gradients(start.problem, run.W1, run.W2).squared_norm[:-1]
    local = local_constants(start.problem, run.W1[:-1], run.W2[:-1], eta)
    exact, spectrum = tangent_range(run.W1, run.W2), imbalance_spectrum(run.W1, run.W2)
    largest = eta.cummax(0).values
    inside = tube(start.problem, start.W1, start.W2, L[1:], largest)
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
