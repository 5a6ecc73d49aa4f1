"""What the learner decides: how many seeds an experiment needs, and two problems."""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn.classroom import Decision, Hints
from ddlearn.lessons.capstone.exercises import NORMAL, Pair, inside, outside, t_value

HINTS = Hints.beside(__file__)

PILOT = (0.94, 1.20, 1.02, 1.16, 1.08)
BAND = (0.85, 1.15)
MOST_SEEDS = 1000
QUESTIONS_ASKED = 9


def left_open(measured: Tensor, n: int, t: Callable[[int], float] = t_value) -> Pair:
    """Return the interval of n seeds with the mean and the spread that were measured on other seeds."""
    mean, reach = float(measured.mean()), t(n - 1) * float(measured.std()) / n**0.5
    return mean - reach, mean + reach


def seeds_needed(
    measured: Tensor, band: Pair, controls: Tensor | None = None, fewest: int = 2, t: Callable[[int], float] = t_value
) -> int | None:
    """Return the smallest number of seeds on which the rule would not say "cannot tell"; None beyond `MOST_SEEDS`.

    Means and spreads are as measured (n,) on the seeds here. Without controls it trusts that they fail.
    """
    for n in range(fewest, MOST_SEEDS + 1):
        here = left_open(measured, n, t)
        trusted = controls is None or outside(left_open(controls, n, t), band)
        if outside(here, band) or (inside(here, band) and trusted):
            return n
    return None


def pilot(t: Callable[[int], float] = t_value, band: Pair = BAND) -> tuple[int, float]:
    """Return the number of seeds that the page's pilot asks for, and the reach of their interval."""
    measured = torch.tensor(PILOT, dtype=torch.float64)
    n = seeds_needed(measured, band, t=t)
    low, high = left_open(measured, n, t)
    return n, (high - low) / 2


def around_the_mean() -> tuple[int, float]:
    """Return the number of seeds whose reach is the band's margin, wherever in the band the mean lies."""
    mean, margin = sum(PILOT) / len(PILOT), (BAND[1] - BAND[0]) / 2
    return pilot(band=(mean - margin, mean + margin))


SEEDS = Decision(
    name="seeds",
    title="How many seeds?",
    asked=("the number of seeds", "the reach of their interval"),
    reference=pilot,
    because=(
        "The mean is 0.07 below the upper edge, so the reach must be smaller than 0.07. Decide this number before the "
        "run, and judge once."
    ),
    **HINTS.of(
        "seeds",
        {
            "1.96 for a few seeds": lambda: pilot(t=lambda degrees: NORMAL),
            "the t value of the pilot": lambda: pilot(t=lambda degrees: t_value(len(PILOT) - 1)),
            "the margin of the band": around_the_mean,
        },
    ),
)

WRONG = Decision(
    name="wrong_verdicts",
    title="How often is the rule wrong?",
    asked=("“holds” by the rule", "“holds” by the mean alone", "“does not hold”"),
    reference=lambda: (1 / 40, 1 / 2, 1 / 20),
    because="The fold of the page has both bounds. The mean alone is as good as a coin.",
    **HINTS.of(
        "wrong_verdicts",
        {
            "both sides for “holds”": lambda: (1 / 20, 1 / 2, 1 / 20),
            "one side for “does not hold”": lambda: (1 / 40, 1 / 2, 1 / 40),
        },
    ),
)

MANY = Decision(
    name="many_questions",
    title="Nine questions",
    asked=("the probability that one interval or more misses", "what each may leave out"),
    reference=lambda: (1 - 0.95**QUESTIONS_ASKED, 0.05 / QUESTIONS_ASKED),
    because="More than one in three. With the union bound each interval leaves out 0.0056, so it is one of 99.44 %.",
    **HINTS.of(
        "many_questions",
        {
            "the bound for the probability": lambda: (0.05 * QUESTIONS_ASKED, 0.05 / QUESTIONS_ASKED),
            "the probability that none misses": lambda: (0.95**QUESTIONS_ASKED, 0.05 / QUESTIONS_ASKED),
        },
    ),
)
