"""The rule that judges a claim by a few seeds, two functions that the learner writes: the interval, and the verdict.

Together they are a test of equivalence. A claim holds where all that the seeds leave open lies within the band, and the
control's outside. Schuirmann's two one-sided tests at 5 % (1987) use the
90 % interval; the 95 % interval here makes them tests at 2.5 %.
"""

import torch
from scipy.special import stdtrit
from torch import Tensor

from ddlearn.classroom import Exercise, Hints, edit

HINTS = Hints.beside(__file__)

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
    **HINTS.of(
        "interval",
        {
            "smallest to largest": lambda measured: (float(measured.min()), float(measured.max())),
            "percentiles of the seeds": lambda measured: tuple(
                torch.quantile(measured, measured.new_tensor([0.025, 0.975])).tolist()
            ),
        },
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
    **HINTS.of(
        "verdict",
        {
            "a bad control refutes": edit(
                "outside(measured, band)", "outside(measured, band) or inside(control, band)"
            ),
            "and for or": lambda measured, control, band: UNDECIDED,
            "above only": (ABOVE.edit("outside(measured, band)", "measured[0] > band[1]"), ABOVE),
            "below only": (
                BELOW.edit("outside(measured, band)", "measured[1] < band[0]"),
                BELOW,
                BELOW.edit("inside(measured, band)", "measured[0] >= band[0]").edit(
                    "outside(measured, band)", "measured[1] < band[0]"
                ),
            ),
            "yes or no": lambda measured, control, band: inside(measured, band) and outside(control, band),
        },
        sights={
            "words": lambda measured, control, band, answer: isinstance(answer, str),
        },
    ),
)
