"""What the learner decides: how many seeds an experiment needs, and two problems."""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn.classroom import Decision, Mistake
from ddlearn.lessons.capstone.exercises import NORMAL, Pair, inside, outside, t_value

PILOT = (0.94, 1.20, 1.02, 1.16, 1.08)
BAND = (0.85, 1.15)
MOST_SEEDS = 1000
QUESTIONS_ASKED = 9


def seeds_needed(
    measured: Tensor, band: Pair, t: Callable[[int], float] = t_value, fewest: int = 2
) -> tuple[int, float] | None:
    """Return the smallest number of seeds whose interval would decide, and its reach; None beyond `MOST_SEEDS`.

    It would decide if, with the mean and the spread measured (n,) here, it lay within the band or outside.
    """
    for n in range(fewest, MOST_SEEDS + 1):
        low, high = left_open(measured, n, t)
        if inside((low, high), band) or outside((low, high), band):
            return n, (high - low) / 2
    return None


def left_open(measured: Tensor, n: int, t: Callable[[int], float] = t_value) -> Pair:
    """Return the interval of n seeds with the mean and the spread that were measured on other seeds."""
    mean, reach = float(measured.mean()), t(n - 1) * float(measured.std()) / n**0.5
    return mean - reach, mean + reach


def seeds_to_judge(measured: Tensor, controls: Tensor, band: Pair, fewest: int) -> int | None:
    """Return the smallest number of seeds on which the rule would not say "cannot tell"; None beyond `MOST_SEEDS`."""
    for n in range(fewest, MOST_SEEDS + 1):
        here, control = left_open(measured, n), left_open(controls, n)
        if outside(here, band) or (inside(here, band) and outside(control, band)):
            return n
    return None


def pilot(t: Callable[[int], float] = t_value, band: Pair = BAND) -> tuple[int, float]:
    """Return what `seeds_needed` says of the page's pilot."""
    return seeds_needed(torch.tensor(PILOT, dtype=torch.float64), band, t)


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
    hints=(
        "The mean of the pilot is 1.08. How far is it from the nearer edge of the band? The reach must be smaller.",
        "Try n = 6, 7, 8, ...: the reach is t_value(n - 1) * s / n**0.5, with the pilot's s.",
    ),
    mistakes=(
        Mistake(
            "1.96 for a few seeds",
            lambda: pilot(t=lambda degrees: NORMAL),
            "You took 1.96. The new seeds will be few, too: take `t_value(n - 1)`, which is larger.",
        ),
        Mistake(
            "the t value of the pilot",
            lambda: pilot(t=lambda degrees: t_value(len(PILOT) - 1)),
            "You kept the t value of five seeds. With more seeds the t value is smaller: `t_value(n - 1)`.",
        ),
        Mistake(
            "the margin of the band",
            around_the_mean,
            "You asked for a reach below 0.15, the band’s margin. But the mean is nearer to one edge of the band.",
        ),
    ),
)

WRONG = Decision(
    name="wrong_verdicts",
    title="How often is the rule wrong?",
    asked=("“holds” by the rule", "“holds” by the mean alone", "“does not hold”"),
    reference=lambda: (1 / 40, 1 / 2, 1 / 20),
    because="The fold of the page has both bounds. The mean alone is as good as a coin.",
    hints=(
        "For “holds” the whole interval must be below the upper edge, which here is the truth.",
        "A 95 % interval misses on either side equally often. Which of the two sides counts in each case?",
    ),
    mistakes=(
        Mistake(
            "both sides for “holds”",
            lambda: (1 / 20, 1 / 2, 1 / 20),
            "An interval above the truth is outside the band here, so it never says “holds”. Count one side only.",
        ),
        Mistake(
            "one side for “does not hold”",
            lambda: (1 / 40, 1 / 2, 1 / 40),
            "The band has no width, so an interval on either side of it says “does not hold”. Count both sides.",
        ),
    ),
)

MANY = Decision(
    name="many_questions",
    title="Nine questions",
    asked=("the probability that one interval or more misses", "what each may leave out"),
    reference=lambda: (1 - 0.95**QUESTIONS_ASKED, 0.05 / QUESTIONS_ASKED),
    because="More than one in three. With the union bound each interval leaves out 0.0056, so it is one of 99.44 %.",
    hints=(
        "All nine hold their truths with the probability 0.95 to the power of nine.",
        "The union bound adds up nine equal probabilities. Their sum may be 0.05.",
    ),
    mistakes=(
        Mistake(
            "the bound for the probability",
            lambda: (0.05 * QUESTIONS_ASKED, 0.05 / QUESTIONS_ASKED),
            "0.45 is the union bound, for any questions. These are independent, so the probability can be computed.",
        ),
        Mistake(
            "the probability that none misses",
            lambda: (0.95**QUESTIONS_ASKED, 0.05 / QUESTIONS_ASKED),
            "This is the probability that no interval misses. Take it from 1.",
        ),
    ),
)
