"""The interval that a few seeds allow, a function that the learner writes.

The rule that judges by it stands in `verdict_exercise`. Together they are a test of equivalence: a claim
holds where all that the seeds leave open lies within the band, and where the same measurement without the cause lies
outside of it. Schuirmann's two one-sided tests at 5 % (1987) use the 90 % interval; the 95 % interval here makes them
tests at 2.5 %.
"""

import torch
from scipy.special import stdtrit
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit
from ddlearn.lessons.capstone.verdict_exercise import (
    FAILS,
    HOLDS,
    UNDECIDED,
    VERDICT,
    Pair,
    inside,
    middle,
    outside,
    verdict,
)

__all__ = [
    "FAILS",
    "HOLDS",
    "INTERVAL",
    "NORMAL",
    "UNDECIDED",
    "VERDICT",
    "Pair",
    "around",
    "inside",
    "interval",
    "middle",
    "outside",
    "t_value",
    "verdict",
]

NORMAL = 1.959963984540054


def t_value(degrees: int) -> float:
    """What a t variable with so many degrees of freedom stays within, either way, in 95 % of all cases."""
    return float(stdtrit(degrees, 0.975))


def interval(measured: Tensor) -> Pair:
    n = len(measured)
    error = measured.std() / n**0.5
    reach = t_value(n - 1) * error
    return float(measured.mean() - reach), float(measured.mean() + reach)


def around(measured: Tensor, reach: Tensor | float) -> Pair:
    return float(measured.mean() - reach), float(measured.mean() + reach)


def reach_of(measured: Tensor) -> float:
    """Half the width of the interval."""
    low, high = interval(measured)
    return (high - low) / 2


def interval_cases(generator: torch.Generator):
    for n in (3, 5, 8, 2, 12):
        centre, spread = torch.rand(2, generator=generator, dtype=torch.float64).tolist()
        noise = torch.randn(n, generator=generator, dtype=torch.float64)
        yield (centre + (0.1 + spread) * noise,)


INTERVAL = Exercise(
    name="interval",
    title="What a few seeds leave open",
    reference=interval,
    cases=interval_cases,
    hints=(
        "The mean of the seeds, and a reach on either side of it. What decides how far it reaches?",
        "The mean of n seeds varies √n times less than one seed does: measured.std() / n**0.5.",
        "The reach is that standard error times t_value(n - 1): larger than 1.96, as the spread is estimated too.",
    ),
    mistakes=(
        Mistake(
            "spread instead of standard error",
            lambda measured: around(measured, t_value(len(measured) - 1) * measured.std()),
            "Your interval says where the next seed falls. The mean of n seeds is known better: divide by √n.",
        ),
        Mistake(
            "1.96 for a few seeds",
            lambda measured: around(measured, NORMAL * measured.std() / len(measured) ** 0.5),
            "1.96 is for a spread that is known. Yours is estimated from these very seeds: take t_value(n - 1).",
        ),
        Mistake(
            "rounded 1.96",
            lambda measured: around(measured, 1.96 * measured.std() / len(measured) ** 0.5),
            "1.96 belongs to a spread known beforehand. Here a few seeds must tell it too: t_value(n - 1) is larger.",
        ),
        Mistake(
            "population variance",
            lambda measured: around(
                measured, t_value(len(measured) - 1) * measured.std(correction=0) / len(measured) ** 0.5
            ),
            "Your spread divides by n. The mean lies too well among its own seeds: divide by n - 1, as std() does.",
        ),
        Mistake(
            "n degrees of freedom",
            lambda measured: around(measured, t_value(len(measured)) * measured.std() / len(measured) ** 0.5),
            "One degree of freedom has gone into the mean: t_value(n - 1).",
        ),
        Mistake(
            "divided by n",
            lambda measured: around(measured, t_value(len(measured) - 1) * measured.std() / len(measured)),
            "The variance of a mean is that of one seed over n. Of its standard error, then, it is √n.",
        ),
        Mistake(
            "least to largest",
            lambda measured: (float(measured.min()), float(measured.max())),
            "The range of the seeds grows with every seed that you add. What the mean leaves open must shrink.",
        ),
        Mistake(
            "half of it",
            lambda measured: around(measured, t_value(len(measured) - 1) * measured.std() / len(measured) ** 0.5 / 2),
            "The reach counts on either side of the mean: the whole of it each time, not half.",
        ),
        Mistake(
            "variance for deviation",
            edit("measured.std()", "measured.var()"),
            "You took the variance s², whose unit is a square. The standard error is s / √n: `measured.std()`.",
        ),
        Mistake(
            "mean and reach",
            lambda measured: (float(measured.mean()), reach_of(measured)),
            "You returned the mean and the reach. Return the two ends: the mean minus the reach, and the mean plus it.",
        ),
        Mistake(
            "the reach alone",
            lambda measured: reach_of(measured),
            "This is the reach, and right. Return the two ends: the mean minus the reach, and the mean plus it.",
        ),
        Mistake(
            "root of n - 1",
            edit("n**0.5", "(n - 1) ** 0.5"),
            "You divided by √(n - 1), and `std()` takes the lost degree of freedom into account already. Divide by √n.",
        ),
        Mistake(
            "percentiles of the seeds",
            lambda measured: tuple(torch.quantile(measured, measured.new_tensor([0.025, 0.975])).tolist()),
            "These are percentiles of the seeds, where single seeds lie. What the mean leaves open must shrink with "
            "every seed: the mean, minus and plus its reach.",
        ),
    ),
)
