"""What the lesson claims: that its rule keeps what it promises, and five answers of the three tables that are here."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import cached
from ddlearn.classroom.claim import Claim, about, at_most, claim, exact
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


def answers(id: str, question: Question, statement: str, tolerance: float, expected: float = 1.0) -> Claim:
    """Return a claim about what the three tables answer to a question."""
    return claim(
        id,
        statement,
        about(expected, tolerance, question.short),
        replace(question.basis, source=f"{question.basis.source.split(';')[0]}; the tolerance is ours"),
        mean_of,
        cause={"question": question},
        control=({"control": True}, question.control),
    )


CLAIMS = (
    claim(
        "coverage",
        "Three seeds with the t value hold the truth in 95 % of all experiments; 1.96 is not enough.",
        about(0.95, 0.012, "of experiments"),
        exact("student1908", "for normal seeds; the tolerance is that of 4,000 experiments"),
        covered,
        cause={"rule": exercises.interval},
        control=({"rule": RULES[ASKED]}, "1.96 in the place of the t value"),
    ),
    claim(
        "edge",
        "A claim whose truth lies on its band’s edge is said to hold in one of forty experiments at most.",
        at_most(0.025 + 0.009, "of experiments"),
        exact(
            "schuirmann1987",
            "a bound for normal seeds, half of the 5 % that the interval leaves out, as in the two tests of "
            "@schuirmann1987; the tolerance is that of 4,000 experiments",
        ),
        said,
        cause={"word": HOLDS, "band": WIDE, "both_ends": True},
        control=({"both_ends": False}, "only the mean looked at"),
    ),
    claim(
        "refused",
        "A claim that is true is said not to hold in one of twenty experiments at most.",
        at_most(0.05 + 0.011, "of experiments, for a band that is narrow against the spread"),
        exact(
            source="our derivation, for normal seeds: an interval outside the band misses a truth inside it, on either "
            "side, and a band of no width reaches the 5 %; the tolerance is that of 4,000 experiments"
        ),
        said,
        cause={"word": FAILS, "band": NARROW, "both_ends": True},
        control=({"both_ends": False}, "only the mean looked at"),
    ),
    answers("leave-one-out", menu.LEFT_OUT, "On three real tables leave-one-out gives the error on unseen rows.", 0.1),
    answers("curve", menu.CURVE, "On three real tables the learning curve is known from the kernel’s spectrum.", 0.1),
    answers(
        "peak", menu.PEAK, "On three real tables random features are worst where they are as many as the rows.", 0.05
    ),
    answers(
        "width",
        menu.WIDTH,
        "On three real tables tangent kernels near the infinite one as 1/√width.",
        0.1,
        expected=0.5,
    ),
    answers("bags", menu.BAGS, "On three real tables proportions of random bags tell a classifier’s risk.", 0.05),
)
