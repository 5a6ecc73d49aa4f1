"""Two functions that the learner writes: the interval that a few seeds allow, and the rule that judges a claim by it.

Together they are a test of equivalence: a claim holds where all that the seeds leave open lies within the band, and
where the same measurement without the cause lies outside of it. Schuirmann's two one-sided tests at 5 % (1987) use the
90 % interval; the 95 % interval here makes them tests at 2.5 %.
"""

import torch
from scipy.special import stdtrit
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake

NORMAL = 1.959963984540054
HOLDS, FAILS, UNDECIDED = 1, -1, 0

Pair = tuple[float, float]


def t_value(degrees: int) -> float:
    """What a t variable with so many degrees of freedom stays within, either way, in 95 % of all cases."""
    return float(stdtrit(degrees, 0.975))


def interval(measured: Tensor) -> Pair:
    n = len(measured)
    error = measured.std() / n**0.5
    reach = t_value(n - 1) * error
    return float(measured.mean() - reach), float(measured.mean() + reach)


def verdict(measured: Pair, control: Pair, band: Pair) -> int:
    if inside(measured, band) and outside(control, band):
        return HOLDS
    return FAILS if outside(measured, band) else UNDECIDED


def inside(interval: Pair, band: Pair) -> bool:
    return band[0] <= interval[0] and interval[1] <= band[1]


def outside(interval: Pair, band: Pair) -> bool:
    return interval[1] < band[0] or band[1] < interval[0]


def around(measured: Tensor, reach: Tensor | float) -> Pair:
    return float(measured.mean() - reach), float(measured.mean() + reach)


def middle(interval: Pair) -> Pair:
    return ((interval[0] + interval[1]) / 2,) * 2


def interval_cases(generator: torch.Generator):
    for n in (3, 5, 8, 2, 12):
        centre, spread = torch.rand(2, generator=generator, dtype=torch.float64).tolist()
        noise = torch.randn(n, generator=generator, dtype=torch.float64)
        yield (centre + (0.1 + spread) * noise,)


def verdict_cases(generator: torch.Generator):
    def draw() -> float:
        return 0.1 + 0.2 * float(torch.rand((), generator=generator, dtype=torch.float64))

    low, high = 1 - draw(), 1 + draw()
    band, within = (low, high), (low + 0.02, high - 0.01)
    below, above, far = (low - 0.4, low - draw()), (high + draw(), high + 0.6), (high + 1 + draw(), high + 3)
    left, right = (low - draw(), low + 0.03), (high - 0.04, high + draw())
    mostly_in, mostly_out = (low - 0.01, high - 0.02), (low - 0.5, low + 0.01)
    wide = (low - 0.5, high + 0.4)
    for measured in (within, mostly_in, mostly_out, right, wide, below, above):
        for control in (below, far, left, within, mostly_out, wide):
            yield measured, control, band
    floor = (low, float("inf"))
    for measured, control in ((above, below), (below, above), (left, below), (within, right)):
        yield measured, control, floor


def contains(interval: Pair, point: float) -> bool:
    return interval[0] <= point <= interval[1]


def touches(interval: Pair, band: Pair) -> bool:
    return not outside(interval, band)


def judged(holds, fails=outside):
    """A rule from two tests: holds(measured, control, band), and fails(measured, band)."""

    def rule(measured: Pair, control: Pair, band: Pair) -> int:
        if holds(measured, control, band):
            return HOLDS
        return FAILS if fails(measured, band) else UNDECIDED

    return rule


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
    ),
)

VERDICT = Exercise(
    name="verdict",
    title="Holds, does not hold, or cannot tell",
    reference=verdict,
    cases=verdict_cases,
    hints=(
        "Three answers. Where in relation to the band must an interval lie so that the seeds have decided?",
        "1 if the measured interval lies within the band and the control's outside; -1 if the measured lies outside.",
        "Within: band[0] <= measured[0] and measured[1] <= band[1]. Outside: measured[1] < band[0] or "
        "band[1] < measured[0]. All else is 0.",
    ),
    mistakes=(
        Mistake(
            "band and interval swapped",
            judged(lambda measured, control, band: inside(band, measured) and outside(control, band)),
            "You ask whether the interval holds the band. Then a careless measurement would prove anything: it is the "
            "band that must hold the interval.",
        ),
        Mistake(
            "overlap is enough",
            judged(lambda measured, control, band: touches(measured, band) and outside(control, band)),
            "An interval that reaches out of the band leaves it open. “Compatible with” is not “holds”.",
        ),
        Mistake(
            "only the mean looked at",
            judged(lambda measured, control, band: inside(middle(measured), band) and outside(control, band)),
            "You judge by the middle of the interval. Then three seeds say as much as thirty: look at both its ends.",
        ),
        Mistake(
            "control not asked",
            judged(lambda measured, control, band: inside(measured, band)),
            "Your rule never looks at the control. If the number lies in the band without its cause too, what has the "
            "measurement shown?",
        ),
        Mistake(
            "control's mean only",
            judged(lambda measured, control, band: inside(measured, band) and not inside(middle(control), band)),
            "The control must leave the band for certain: its whole interval, as that of the claim lies within.",
        ),
        Mistake(
            "not proven, so false",
            judged(
                lambda measured, control, band: inside(measured, band) and outside(control, band),
                lambda measured, band: not inside(measured, band),
            ),
            "An interval across the edge refutes nothing: the seeds are too few. Answer 0 there.",
        ),
        Mistake(
            "a bad control refutes",
            lambda measured, control, band: (
                UNDECIDED
                if touches(measured, band) and not inside(measured, band)
                else HOLDS
                if inside(measured, band) and outside(control, band)
                else FAILS
            ),
            "A control that stays in the band spoils the measurement. It does not make the claim false: answer 0.",
        ),
    ),
)
