"""The rule explorer: how often an interval from a few seeds holds the truth, for four rules that people use.

`REPEATS` experiments of a few seeds each, drawn from a law whose mean is known; each makes an interval. For normal
seeds theory knows how often it holds the mean: with a reach of c standard errors, P(|t_(n-1)| < c) (Student 1908).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from scipy.special import stdtr
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.lessons.capstone import exercises
from ddlearn.lessons.capstone.exercises import NORMAL, Pair, around, t_value

SIZES = (2, 3, 5, 8, 12, 20)
REPEATS = 600
DRAWN = 40
LEVEL = 0.95
T, ASKED = "t value, n − 1", "1.96 standard errors"
RULES: dict[str, Callable[[Tensor], Pair] | None] = {
    T: None,  # the learner's
    ASKED: lambda some: around(some, NORMAL * some.std() / len(some) ** 0.5),
    "1.96 spreads": lambda some: around(some, NORMAL * some.std()),
    "smallest to largest seed": lambda some: (float(some.min()), float(some.max())),
}
REACHES = {T: lambda n: t_value(n - 1), ASKED: lambda n: NORMAL, "1.96 spreads": lambda n: NORMAL * n**0.5}
"""In standard errors. The other rule has none: it misses the mean, as a median, where all n seeds lie on one side."""
LAWS = {
    "normal": lambda z: z,
    "skewed": lambda z: (0.8 * z).exp() - 1.377127764335957,  # exp(0.32): its mean becomes 0
    "heavy tails": lambda z: z * (1 + 0.35 * z**2),
}


@dataclass(frozen=True, eq=False)
class Coverage:
    """The first intervals of n seeds, (DRAWN, 2), and how many of all hold the truth: in %, by number of seeds."""

    n: int
    rule: str
    law: str
    intervals: Tensor
    share: dict[int, float]


@cached(64)
def intervals(law: str, n: int, rule: Callable[[Tensor], Pair]) -> Tensor:
    """The interval of each of REPEATS experiments of n seeds, of a law with mean 0.  (REPEATS, 2)"""
    z = torch.randn(REPEATS, n, generator=compute.generator(n), dtype=torch.float64)
    return torch.tensor([tuple(map(float, rule(some))) for some in LAWS[law](z)], dtype=torch.float64)


def held(intervals: Tensor) -> Tensor:
    """Which intervals hold the mean, 0.  (..., 2) -> (...)"""
    return (intervals[..., 0] <= 0) & (intervals[..., 1] >= 0)


def theory(rule: str, n: int) -> float:
    """Coverage for n normal seeds."""
    return float(1 - (2 * stdtr(n - 1, -REACHES[rule](n)) if rule in REACHES else 2.0 ** (1 - n)))


def coverage(n: int, rule: str, law: str, *, interval: Callable[[Tensor], Pair] = exercises.interval) -> Coverage:
    """How often the rule's interval holds the mean."""
    found = {size: intervals(law, size, RULES[rule] or interval) for size in (*SIZES, n)}
    share = {size: 100 * float(held(some).double().mean()) for size, some in found.items()}
    return Coverage(n, rule, law, found[n][:DRAWN], share)


def guessed(r: Coverage, said) -> float | None:
    """Return what was predicted, where the picture shows what was asked."""
    return said("three seeds") if r.rule == ASKED and r.law == "normal" else None


def picture(fig, r: Coverage, said) -> None:
    """Draw some intervals and the truth, and how many hold it, against the number of seeds."""
    some, everyone = fig.row(1.5, 1)
    legend = {"loc": "upper center", "ncols": 2, "borderaxespad": 0.1}
    title = f"{DRAWN} experiments: truth at 0"
    some.frame(title, "experiment", xlim=(-1, DRAWN), ylim=(-4, 5), yticks=range(-4, 5, 2), legend=legend)
    places, (low, high), right = torch.arange(DRAWN), r.intervals.clamp(-4, 4).T, held(r.intervals)
    some.vlines(places[right], low[right], high[right], "blue", "holds the truth", width=2.2)
    some.vlines(places[~right], low[~right], high[~right], "vermilion", "misses it", style=(0, (2, 1)), width=2.2)
    some.level(0, "black", width=1)
    axes = {"xlim": (1.8, 23), "ylim": (40, 102), "log": "x", "xticks": {n: str(n) for n in SIZES}}
    everyone.frame("hold the truth, in %", "seeds", legend="lower right", **axes)
    if r.law == "normal":
        everyone.line(SIZES, [100 * theory(r.rule, n) for n in SIZES], "vermilion", "--", "theory, normal seeds")
    everyone.line(SIZES, [max(r.share[n], 40) for n in SIZES], "blue", "-", "measured", marker="o")
    everyone.dots([r.n], [r.share[r.n]], "purple", "D", "this many seeds", size=8)
    guess = guessed(r, said)
    if guess is not None:
        everyone.dots([3], [guess], "black", "*", "you said", size=12)
    everyone.level(100 * LEVEL, width=1)


def sentence(r: Coverage, said) -> str:
    """Say how many intervals hold the truth, what theory expects, and what was predicted."""
    missed, guess, few = int((~held(r.intervals)).sum()), guessed(r, said), SIZES[1]
    told = f" Theory for {few}: {100 * theory(r.rule, few):.1f} %." if r.law == "normal" else ""
    you = "" if guess is None else f" You said {guess:.0f} %."
    return (
        f"{r.n} seeds, {r.law}, rule: {r.rule}. Of {DRAWN} intervals {missed} miss the truth; of {REPEATS:,}, "
        f"{r.share[r.n]:.0f} % hold it, where {100 * LEVEL:.0f} % should. At {few} seeds {r.share[few]:.0f} % do, "
        f"at {SIZES[-1]} {r.share[SIZES[-1]]:.0f} %.{told}{you}"
    )


explorer = Explorer(
    "rule",
    "How far can a few seeds be trusted?",
    controls=(
        Slider("n", "Seeds", 2, 20, 3, whole=True),
        Choice("rule", "Rule", tuple(RULES), T),
        Choice("law", "Seeds are", tuple(LAWS), "normal"),
    ),
    compute=coverage,
    picture=picture,
    sentence=sentence,
    uses=("interval",),
    size=(9.4, 4.2),
    pairs=(("rule", "n"), ("law", "n")),
)
