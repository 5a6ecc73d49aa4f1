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
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, cached
from ddlearn.lessons.capstone import exercises
from ddlearn.lessons.capstone.exercises import NORMAL, Pair, around, t_value

SIZES = (2, 3, 5, 8, 12, 20)
REPEATS = 600
DRAWN = 40
LEVEL = 0.95
T = "t value, n − 1"
RULES: dict[str, Callable[[Tensor], Pair] | None] = {
    T: None,  # the learner's
    "1.96 standard errors": lambda some: around(some, NORMAL * some.std() / len(some) ** 0.5),
    "1.96 spreads": lambda some: around(some, NORMAL * some.std()),
    "least to largest seed": lambda some: (float(some.min()), float(some.max())),
}
LAWS = {
    "normal": lambda z: z,
    "skewed": lambda z: (0.8 * z).exp() - 1.377127764335957,  # exp(0.32): its mean becomes 0
    "heavy tails": lambda z: z * (1 + 0.35 * z**2),
}

Interval = Callable[[Tensor], Pair]


@dataclass(frozen=True, eq=False)
class Coverage:
    """intervals (DRAWN, 2) of n seeds; covered (sizes,) measured at SIZES, theory (sizes,) or None; here, at n."""

    rule: str
    law: str
    n: int
    intervals: Tensor
    covered: Tensor
    theory: Tensor | None
    here: float


def seeds(law: str, n: int) -> Tensor:
    """REPEATS experiments of n seeds, of a law with mean 0.  (REPEATS, n)"""
    z = torch.randn(REPEATS, n, generator=compute.generator(n), dtype=torch.float64)
    return LAWS[law](z)


@cached(64)
def intervals(law: str, n: int, rule: Interval) -> Tensor:
    """The interval of each experiment, (REPEATS, 2)."""
    return torch.tensor([tuple(map(float, rule(some))) for some in seeds(law, n)], dtype=torch.float64)


def held(intervals: Tensor) -> Tensor:
    """Which intervals hold the mean, 0.  (..., 2) -> (...)"""
    return (intervals[..., 0] <= 0) & (intervals[..., 1] >= 0)


def share(intervals: Tensor) -> float:
    """How many hold the mean, 0."""
    return float(held(intervals).double().mean())


def theory(rule: str, sizes: tuple[int, ...]) -> Tensor:
    """Coverage for normal seeds, (sizes,)."""
    reach = {
        T: lambda n: t_value(n - 1),
        "1.96 standard errors": lambda n: NORMAL,
        "1.96 spreads": lambda n: NORMAL * n**0.5,
    }
    if rule not in reach:  # the mean lies beyond all n seeds, on either side, with probability 2 / 2^n: as the median
        return torch.tensor([1 - 2.0 ** (1 - n) for n in sizes], dtype=torch.float64)
    return torch.tensor([1 - 2 * stdtr(n - 1, -reach[rule](n)) for n in sizes], dtype=torch.float64)


def coverage(n: int, rule: str, law: str, *, interval: Interval = exercises.interval) -> Coverage:
    """How often the rule's interval holds the mean."""
    used = RULES[rule] or interval
    found = intervals(law, n, used)
    return Coverage(
        rule=rule,
        law=law,
        n=n,
        intervals=found[:DRAWN],
        covered=torch.tensor([share(intervals(law, size, used)) for size in SIZES], dtype=torch.float64),
        theory=theory(rule, SIZES) if law == "normal" else None,
        here=share(found),
    )


class CoverageFigure(ArtistFigure):
    """Left some intervals and the truth; right how many hold it, against the number of seeds."""

    size = (9.4, 4.2)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)

    def layout(self, figure):
        some, all_of_them = figure.subplots(1, 2, width_ratios=(1.5, 1))
        styles = (("blue", "-", "holds the truth"), ("vermilion", (0, (2, 1)), "misses it"))
        self.lines = [
            some.vlines([], [], [], color=PALETTE[colour], linestyle=style, linewidth=2.2, label=label)
            for colour, style, label in styles
        ]
        some.axhline(0, color=PALETTE["black"], linewidth=1)
        some.set(xlim=(-1, DRAWN), ylim=(-4, 5), xlabel="experiment", title=f"{DRAWN} experiments: truth at 0")
        some.set_yticks(range(-4, 5, 2))
        some.legend(loc="upper center", ncols=2, borderaxespad=0.1)
        (self.theory,) = all_of_them.plot([], [], "--", color=PALETTE["vermilion"], label="theory, normal seeds")
        (self.measured,) = all_of_them.plot([], [], "o-", color=PALETTE["blue"], label="measured")
        (self.here,) = all_of_them.plot([], [], "D", color=PALETTE["purple"], markersize=8, label="this many seeds")
        (self.said,) = all_of_them.plot([], [], "*", color=PALETTE["black"], markersize=12, label="you said")
        all_of_them.axhline(100 * LEVEL, color=PALETTE["grey"], linewidth=1)
        all_of_them.set(xscale="log", xlim=(1.8, 23), ylim=(40, 102), xlabel="seeds", title="hold the truth, in %")
        all_of_them.set_xticks(SIZES, [str(n) for n in SIZES])
        all_of_them.minorticks_off()
        all_of_them.legend(loc="lower right")

    def draw(self, result: Coverage):
        low, high = result.intervals.clamp(-4, 4).T
        right = held(result.intervals)
        for artist, mine in zip(self.lines, (right, ~right), strict=True):
            places = mine.nonzero()[:, 0].tolist()
            artist.set_segments([[(i, float(low[i])), (i, float(high[i]))] for i in places])
        self.theory.set_data(*(([], []) if result.theory is None else (SIZES, 100 * result.theory)))
        self.measured.set_data(SIZES, (100 * result.covered).clamp(min=40))
        self.here.set_data([result.n], [max(100 * result.here, 40)])
        said = self.prediction()
        asked = result.rule == "1.96 standard errors" and result.law == "normal" and said is not None
        self.said.set_data(*(([3], [max(said, 40)]) if asked else ([], [])))

    def describe(self, result: Coverage) -> str:
        missed = int((~held(result.intervals)).sum())
        said = self.prediction()
        words = (
            f"{result.n} seeds, {result.law}, rule: {result.rule}. Of {DRAWN} intervals {missed} miss the truth; "
            f"of {REPEATS:,}, {100 * result.here:.0f} % hold it, where {100 * LEVEL:.0f} % are promised. "
            f"At {SIZES[1]} seeds {100 * float(result.covered[1]):.0f} % do, "
            f"at {SIZES[-1]} {100 * float(result.covered[-1]):.0f} %."
        )
        if result.theory is not None:
            words += f" Theory for {SIZES[1]}: {100 * float(result.theory[1]):.1f} %."
        asked = result.rule == "1.96 standard errors" and result.law == "normal" and said is not None
        return f"{words} You said {said:.0f} %." if asked else words


def explorer() -> Explorer:
    """The rule explorer, fresh."""
    return Explorer(
        name="rule",
        title="How far can a few seeds be trusted?",
        controls=(
            Slider("n", "Seeds", 2, 20, 3, whole=True),
            Choice("rule", "Rule", tuple(RULES), T),
            Choice("law", "Seeds are", tuple(LAWS), "normal"),
        ),
        compute=coverage,
        figure=CoverageFigure,
        uses=("interval",),
    )
