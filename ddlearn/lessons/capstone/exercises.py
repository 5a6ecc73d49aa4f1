"""The rule that judges a claim by a few seeds, two functions that the learner writes: the interval, and the verdict.

Together they are a test of equivalence. A claim holds where all that the seeds leave open lies within the band, and the
control's outside. Schuirmann's two one-sided tests at 5 % (1987) use the
90 % interval; the 95 % interval here makes them tests at 2.5 %.
"""

import torch
from scipy.special import stdtrit
from torch import Tensor

from ddlearn.classroom import Exercise, Mistake, edit

HOLDS, FAILS, UNDECIDED = 1, -1, 0
NORMAL = 1.959963984540054

Pair = tuple[float, float]


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
            edit(" / n**0.5", ""),
            "Your interval says where the next seed falls. The mean of n seeds is known better: divide by √n.",
        ),
        Mistake(
            "1.96 for a few seeds",
            edit("t_value(n - 1)", "NORMAL"),
            "1.96 is for a spread that is known. Yours is estimated from these very seeds: take t_value(n - 1).",
        ),
        Mistake(
            "rounded 1.96",
            edit("t_value(n - 1)", "1.96"),
            "1.96 belongs to a spread known beforehand. Here a few seeds must tell it too: t_value(n - 1) is larger.",
        ),
        Mistake(
            "population variance",
            edit("std()", "std(correction=0)"),
            "Your spread divides by n. The mean lies too well among its own seeds: divide by n - 1, as std() does.",
        ),
        Mistake(
            "n degrees of freedom",
            edit("n - 1", "n"),
            "One degree of freedom has gone into the mean: t_value(n - 1).",
        ),
        Mistake(
            "divided by n",
            edit("n**0.5", "n"),
            "The variance of a mean is that of one seed over n. Of its standard error, then, it is √n.",
        ),
        Mistake(
            "least to largest",
            lambda measured: (float(measured.min()), float(measured.max())),
            "The range of the seeds grows with every seed that you add. What the mean leaves open must shrink.",
        ),
        Mistake(
            "half of it",
            edit("* error", "* error / 2"),
            "The reach counts on either side of the mean: the whole of it each time, not half.",
        ),
        Mistake(
            "variance for deviation",
            edit("measured.std()", "measured.var()"),
            "You took the variance s², whose unit is a square. The standard error is s / √n: `measured.std()`.",
        ),
        Mistake(
            "mean and reach",
            edit("measured.mean() - reach", "measured.mean()").edit("measured.mean() + reach", "reach"),
            "You returned the mean and the reach. Return the two ends: the mean minus the reach, and the mean plus it.",
        ),
        Mistake(
            "the reach alone",
            edit("float(measured.mean() - reach), float(measured.mean() + reach)", "float(reach)"),
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


def verdict(measured: Pair, control: Pair, band: Pair) -> int:
    if inside(measured, band) and outside(control, band):
        return HOLDS
    return FAILS if outside(measured, band) else UNDECIDED


def inside(interval: Pair, band: Pair) -> bool:
    return band[0] <= interval[0] and interval[1] <= band[1]


def outside(interval: Pair, band: Pair) -> bool:
    return interval[1] < band[0] or band[1] < interval[0]


def middle(interval: Pair) -> Pair:
    return ((interval[0] + interval[1]) / 2,) * 2


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


ABOVE = edit("outside(control, band)", "control[0] > band[1]")
BELOW = edit("outside(control, band)", "control[1] < band[0]")

VERDICT = Exercise(
    name="verdict",
    given="overlap is enough",
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
            edit("inside(measured, band)", "inside(band, measured)"),
            "You ask whether the interval holds the band. Then a careless measurement would prove anything: it is the "
            "band that must hold the interval.",
        ),
        Mistake(
            "overlap is enough",
            edit("inside(measured, band)", "not outside(measured, band)"),
            "An interval that reaches out of the band leaves it open. “Compatible with” is not “holds”.",
        ),
        Mistake(
            "only the mean looked at",
            edit("inside(measured, band)", "inside(middle(measured), band)"),
            "You judge by the middle of the interval. Then three seeds say as much as thirty: look at both its ends.",
        ),
        Mistake(
            "control not asked",
            edit(" and outside(control, band)", ""),
            "Your rule never looks at the control. If the number lies in the band without its cause too, what has the "
            "measurement shown?",
        ),
        Mistake(
            "control's mean only",
            edit("outside(control, band)", "not inside(middle(control), band)"),
            "The control must leave the band for certain: its whole interval, as that of the claim lies within.",
        ),
        Mistake(
            "not proven, so false",
            edit("outside(measured, band)", "not inside(measured, band)"),
            "An interval across the edge refutes nothing: the seeds are too few. Answer 0 there.",
        ),
        Mistake(
            "a bad control refutes",
            edit("outside(measured, band)", "outside(measured, band) or inside(measured, band)"),
            "A control that stays in the band spoils the measurement. It does not make the claim false: answer 0.",
            also=(edit("outside(measured, band)", "outside(measured, band) or inside(control, band)"),),
        ),
        Mistake(
            "control not inside",
            edit("outside(control, band)", "not inside(control, band)"),
            "Your control only has to reach out of the band. Its whole interval has to lie outside: an interval across "
            "the edge leaves open whether the control would pass.",
        ),
        Mistake(
            "never undecided",
            edit("FAILS if outside(measured, band) else UNDECIDED", "FAILS"),
            "Your rule knows two answers. Where the seeds decide nothing, or the control spoils the measurement, the "
            "answer is 0.",
        ),
        Mistake(
            "and for or",
            lambda measured, control, band: UNDECIDED,
            "Your answer is 0 in every case. Perhaps you ask for an interval both below and above the band, which "
            "no interval is: outside means below *or* above.",
        ),
        Mistake(
            "above only",
            ABOVE.edit("outside(measured, band)", "measured[0] > band[1]"),
            "You look above the band only. An interval below it, too, lies outside.",
            also=(ABOVE,),
        ),
        Mistake(
            "below only",
            BELOW.edit("outside(measured, band)", "measured[1] < band[0]"),
            "You look below the band only. An interval above it, too, lies outside, and one within has to end in it.",
            also=(
                BELOW,
                BELOW.edit("inside(measured, band)", "measured[0] >= band[0]").edit(
                    "outside(measured, band)", "measured[1] < band[0]"
                ),
            ),
        ),
        Mistake(
            "control asked for a refutation",
            edit("outside(measured, band)", "outside(measured, band) and outside(control, band)"),
            "You let a claim fail only where the control is outside. A measured interval outside the band refutes the "
            "claim, whatever the control does: answer -1.",
        ),
        Mistake(
            "only the means looked at",
            edit(
                "inside(measured, band) and outside(control, band)",
                "inside(middle(measured), band) and not inside(middle(control), band)",
            ).edit("outside(measured, band)", "not inside(middle(measured), band)"),
            "You judge by the middles of both intervals. Then three seeds say as much as thirty: look at both ends.",
        ),
        Mistake(
            "words",
            edit("HOLDS", '"holds"').edit("FAILS", '"does not hold"').edit("UNDECIDED", '"cannot tell"'),
            "Your rule answers in words. Return a number: 1, -1, or 0 where the seeds cannot tell.",
            sight=lambda measured, control, band, answer: isinstance(answer, str),
        ),
        Mistake(
            "control beside the measurement",
            edit("outside(control, band)", "outside(control, measured)"),
            "You compare the control with the measured interval. Compare it with the band.",
        ),
        Mistake(
            "0 and -1 exchanged",
            edit("FAILS if outside(measured, band) else UNDECIDED", "UNDECIDED if outside(measured, band) else FAILS"),
            "You have 0 and -1 the wrong way round: -1 where the claim does not hold, 0 where the seeds cannot tell.",
        ),
        Mistake(
            "yes or no",
            lambda measured, control, band: inside(measured, band) and outside(control, band),
            "Your rule says only whether the claim holds. Tell apart -1, which is refuted, and 0, which is undecided.",
        ),
    ),
)
