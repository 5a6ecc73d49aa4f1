"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import ClaimTexts, Measured, cached
from ddlearn.classroom.claim import about, at_most
from ddlearn.lessons.capstone import exercises, menu, shelf
from ddlearn.lessons.capstone.asking import SEEDS, Measurement, Question
from ddlearn.lessons.capstone.exercises import FAILS, HOLDS, Pair, inside, middle
from ddlearn.lessons.capstone.rule import ASKED, RULES
from ddlearn.tables import BUILT_IN

REPEATS = 4000
WIDE, NARROW = (0.9, 1.1), (1.1 - 1e-6, 1.1 + 1e-6)


def few_seeds(seed: int, n: int, mean: float, spread: float) -> Tensor:
    """REPEATS experiments of n normal seeds.  (REPEATS, n)"""
    noise = torch.randn(REPEATS, n, generator=compute.generator(seed), dtype=torch.float64)
    return mean + spread * noise


def covered(seed: int, rule: Callable[[Tensor], Pair]) -> float:
    """How often an interval from three seeds holds the truth."""
    found = [rule(some) for some in few_seeds(seed, 3, 1.0, 1.0)]
    return sum(low <= 1.0 <= high for low, high in found) / REPEATS


def said(seed: int, word: int, band: Pair, both_ends: bool) -> float:
    """How often five seeds and a perfect control say HOLDS or FAILS of a claim; its truth is the upper end of WIDE."""
    count = 0
    for some in few_seeds(seed, 5, WIDE[1], 0.05):
        found = exercises.interval(some)
        by_mean = HOLDS if inside(middle(found), band) else FAILS
        count += word == (exercises.verdict(found, (0.0, 0.1), band) if both_ends else by_mean)
    return count / REPEATS


@cached(64)
def asked(question: Question, table: str, seed: int) -> Measurement:
    """A question put to a table with seeds that no explorer uses."""
    world = shelf.world(shelf.built_in(table))
    n = shelf.rows_to_learn_from(world, "a quarter of the rows")
    return question.measure(world, n, range(1000 * seed + 101, 1000 * seed + 101 + SEEDS), None)


def mean_of(seed: int, question: Question, control: bool = False) -> float:
    """The number of a question, or of its control: mean over the three tables of the mean over seeds."""
    found = [asked(question, table, seed) for table in BUILT_IN]
    return float(torch.stack([(one.controls if control else one.values).mean() for one in found]).mean())


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured(
        "coverage", about(0.95, 0.012), covered, cause={"rule": exercises.interval}, control={"rule": RULES[ASKED]}
    ),
    Measured(
        "edge",
        at_most(0.025 + 0.009),
        said,
        cause={"word": HOLDS, "band": WIDE, "both_ends": True},
        control={"both_ends": False},
    ),
    Measured(
        "refused",
        at_most(0.05 + 0.011),
        said,
        cause={"word": FAILS, "band": NARROW, "both_ends": True},
        control={"both_ends": False},
    ),
    Measured("leave-one-out", about(1.0, 0.1), mean_of, cause={"question": menu.LEFT_OUT}, control={"control": True}),
    Measured("curve", about(1.0, 0.1), mean_of, cause={"question": menu.CURVE}, control={"control": True}),
    Measured("peak", about(1.0, 0.05), mean_of, cause={"question": menu.PEAK}, control={"control": True}),
    Measured("width", about(0.5, 0.1), mean_of, cause={"question": menu.WIDTH}, control={"control": True}),
    Measured("bags", about(1.0, 0.05), mean_of, cause={"question": menu.BAGS}, control={"control": True}),
)
