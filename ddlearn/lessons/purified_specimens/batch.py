"""Where purified cells mislead: with one tube of each type, what tells the types apart may be the tubes."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn.classroom import Choice, Explorer
from ddlearn.compute import Progress
from ddlearn.lessons import cells as lab
from ddlearn.lessons.purified_specimens.confounded import Plan, accuracies

PLAN = Plan()
STRENGTHS = {"none": 0.0, "as in this lesson": 1.0, "a careless laboratory": 2.0}


@dataclass(frozen=True, eq=False)
class Batch:
    """Accuracies for every number of tubes, and one number looked at."""

    strength: str
    at: int
    alone: Tensor  # (DATA_SETS, tubes)
    both: Tensor  # (DATA_SETS, tubes)
    tests: Tensor  # (DATA_SETS,)


def batch(strength: str, tubes: str, seed: int = 0, *, progress: Progress | None = None) -> Batch:
    """Return the accuracies for all numbers of tubes under nuisances so strong, and look at one number."""
    alone, both, tests = accuracies(STRENGTHS[strength], seed, PLAN, progress=progress)
    return Batch(strength, PLAN.tubes.index(int(tubes)), alone, both, tests[:, 0])


def picture(fig, r: Batch) -> None:
    """Draw accuracy on new patients over the number of tubes a type."""
    panel = fig.panel()
    panel.frame(
        f"accuracy on cells of new patients, %; differences: {r.strength}",
        "tubes of each type",
        xlim=(-0.4, len(PLAN.tubes) - 0.6),
        ylim=(30, 101),
        xticks=dict(enumerate(PLAN.tubes)),
        legend="right",
        grid=True,
    )
    x, tests = torch.arange(len(PLAN.tubes)).double(), r.tests[:, None].expand_as(r.alone)
    ways = {"tubes alone": r.alone, "tubes and blood tests": r.both, "blood tests alone": tests}
    panel.upright(r.at, "grey", "-", width=1)
    for k, ((name, values), (color, style, marker)) in enumerate(zip(ways.items(), lab.LOOKS, strict=True)):
        panel.line(x, 100 * values.mean(0), color, style, name, marker=marker, size=8)
        beside = (x + 0.06 * (k - 1)).expand_as(values)
        panel.dots(beside.flatten(), 100 * values.flatten(), color, marker, size=4, alpha=0.6)
    panel.dots([], [], "grey", ".", "each data set")  # for the legend, which has no other mark of no color


def sentence(r: Batch, said) -> str:
    """Say the accuracy at one number of tubes, with and without blood tests, and what was predicted."""
    d, alone, both = PLAN.tubes[r.at], 100 * r.alone[:, r.at], 100 * r.both[:, r.at]
    guess = said("tube")
    you = "" if guess is None else f" You predicted: {guess}."
    return (
        f"With {d} {'tubes' if d > 1 else 'tube'} of each type, {_range(alone)} of the cells of new patients are named "
        f"correctly. With blood tests of {PLAN.patients} patients as well: {_range(both)}. Blood tests alone: "
        f"{100 * float(r.tests.mean()):.1f} %. Differences between specimens: {r.strength}. "
        f"{len(alone)} data sets.{you}"
    )


def _range(values: Tensor) -> str:
    return f"{float(values.mean()):.1f} % ({float(values.min()):.1f} to {float(values.max()):.1f})"


explorer = Explorer(
    "batch",
    "When the tube misleads",
    controls=(
        Choice("strength", "Differences between specimens", tuple(STRENGTHS), "as in this lesson"),
        Choice("tubes", "Tubes of each type", tuple(str(d) for d in PLAN.tubes), "1"),
    ),
    compute=batch,
    picture=picture,
    sentence=sentence,
    size=(9.6, 4.2),
    pairs=(("strength", "tubes"),),
)
