"""The second function that the learner writes: the rule that judges a claim by the interval of its seeds.

It comes with the wrong versions that classes write most often, and the hint that each of them deserves.
"""

import torch

from ddlearn.classroom import Exercise, Mistake

HOLDS, FAILS, UNDECIDED = 1, -1, 0

Pair = tuple[float, float]


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
            also=(
                lambda measured, control, band: (
                    FAILS if outside(measured, band) or inside(control, band) else verdict(measured, control, band)
                ),
            ),
        ),
        Mistake(
            "control not inside",
            judged(lambda measured, control, band: inside(measured, band) and not inside(control, band)),
            "Your control only has to reach out of the band. Its whole interval has to lie outside: an interval across "
            "the edge leaves open whether the control would pass.",
        ),
        Mistake(
            "never undecided",
            lambda measured, control, band: HOLDS if verdict(measured, control, band) == HOLDS else FAILS,
            "Your rule knows two answers. Where the seeds decide nothing, or the control spoils the measurement, the "
            "answer is 0.",
        ),
        Mistake(
            "and for or",
            judged(lambda measured, control, band: False, lambda measured, band: False),
            "Your answer is 0 in every case. Perhaps you ask for an interval both below and above the band, which "
            "no interval is: outside means below *or* above.",
        ),
        Mistake(
            "above only",
            judged(
                lambda measured, control, band: inside(measured, band) and control[0] > band[1],
                lambda measured, band: measured[0] > band[1],
            ),
            "You look above the band only. An interval below it, too, lies outside.",
            also=(judged(lambda measured, control, band: inside(measured, band) and control[0] > band[1]),),
        ),
        Mistake(
            "below only",
            judged(
                lambda measured, control, band: inside(measured, band) and control[1] < band[0],
                lambda measured, band: measured[1] < band[0],
            ),
            "You look below the band only. An interval above it, too, lies outside, and one within has to end in it.",
            also=(
                judged(
                    lambda measured, control, band: measured[0] >= band[0] and control[1] < band[0],
                    lambda measured, band: measured[1] < band[0],
                ),
                judged(lambda measured, control, band: inside(measured, band) and control[1] < band[0]),
            ),
        ),
        Mistake(
            "control asked for a refutation",
            lambda measured, control, band: verdict(measured, control, band) if outside(control, band) else UNDECIDED,
            "You let a claim fail only where the control is outside. A measured interval outside the band refutes the "
            "claim, whatever the control does: answer -1.",
        ),
        Mistake(
            "only the means looked at",
            lambda measured, control, band: (
                FAILS if not inside(middle(measured), band) else UNDECIDED if inside(middle(control), band) else HOLDS
            ),
            "You judge by the middles of both intervals. Then three seeds say as much as thirty: look at both ends.",
        ),
        Mistake(
            "words",
            lambda measured, control, band: {1: "holds", -1: "does not hold", 0: "cannot tell"}[
                verdict(measured, control, band)
            ],
            "Your rule answers in words. Return a number: 1, -1, or 0 where the seeds cannot tell.",
            sight=lambda measured, control, band, answer: isinstance(answer, str),
        ),
        Mistake(
            "control beside the measurement",
            judged(lambda measured, control, band: inside(measured, band) and outside(control, measured)),
            "You compare the control with the measured interval. Compare it with the band.",
        ),
        Mistake(
            "0 and -1 exchanged",
            lambda measured, control, band: {1: 1, 0: -1, -1: 0}[verdict(measured, control, band)],
            "You have 0 and -1 the wrong way round: -1 where the claim does not hold, 0 where the seeds cannot tell.",
        ),
        Mistake(
            "yes or no",
            lambda measured, control, band: inside(measured, band) and outside(control, band),
            "Your rule says only whether the claim holds. Tell apart -1, which is refuted, and 0, which is undecided.",
        ),
    ),
)
