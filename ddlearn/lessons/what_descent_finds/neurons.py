"""Neurons from starts of many sizes: when they turn, when the loss falls, and what their features become."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.classroom.wording import brief, say
from ddlearn.early_alignment import Turn, class_sums, correlation, delay_per_decade, directions, stable_rank
from ddlearn.lessons.what_descent_finds import exercises
from ddlearn.lessons.what_descent_finds.shared import SIZES, Small, from_small

COSINES = ("−0.8", "−0.4", "0", "0.4")
SHOWN = ("loss", "rank and collapse")
FOLLOWED, MOMENTS = 12, 40  # neurons that are drawn, and times at which their equation is solved
WINDOW = 0.5  # of time, in which they turn


@dataclass(frozen=True, eq=False)
class Neurons:
    """The run, of which one start is looked at, and the directions that the equation alone gives."""

    trained: Small
    here: int
    shows: str
    times: Tensor  # (M,)
    alone: Tensor  # (M, FOLLOWED) cosines with x+

    @property
    def seen(self) -> Tensor:
        return self.trained.run.watched[:, self.here, :FOLLOWED]


@cached(8)
def alone(cosine: float, turn: Turn) -> tuple[Tensor, Tensor]:
    """Solve the equation of the directions, which does not know the start's size.  -> times (M,), cosines (M, 12)"""
    found = from_small(cosine)
    w = found.W[found.v > 0][:FOLLOWED]
    times = torch.linspace(0, WINDOW, MOMENTS, dtype=torch.float64)
    path = directions(w, found.X, found.y, torch.ones(len(w), dtype=torch.float64), times, turn=turn)
    return times, path @ torch.nn.functional.normalize(class_sums(found.X, found.y)[0], dim=0)


def neurons(
    start: float,
    cosine: str,
    shows: str,
    *,
    turn: Turn = exercises.turn,
    progress: compute.Progress | None = None,
) -> Neurons:
    """Train from every start, look at the one nearest to `start`, and solve the learner's equation beside it."""
    center = float(cosine.replace("−", "-"))
    found = from_small(center, progress=progress)
    here = int((torch.tensor(SIZES).log() - torch.tensor(start).log()).abs().argmin())
    return Neurons(found, here, shows, *alone(center, turn))


def picture(fig, r: Neurons) -> None:
    """Draw the directions of some neurons over time; beside them every loss, or the rank and NC1 of every start."""
    turning, other = fig.row(1, 1)
    run, here = r.trained.run, r.here
    title = f"twelve neurons, start {brief(SIZES[here])}"
    turning.frame(title, "time t", "cosine with x₊", xlim=(0, WINDOW), ylim=(-1.05, 1.05), legend="lower right")
    for k in range(FOLLOWED):
        turning.line(run.t[:, here], r.seen[:, k], "sky", "-", "network" if k == 0 else f"_{k}", width=1.8)
        turning.line(r.times, r.alone[:, k], "black", ":", "the equation alone" if k == 0 else f"_e{k}", width=1.4)
    if r.shows == SHOWN[0]:
        loss = run.loss.sum(2) / (2 * len(r.trained.y) * math.log(2))
        latest, delays = float(run.t[-1].max()), delay_per_decade(r.trained.X, r.trained.y)
        other.frame("loss over that of f = 0", "time t", xlim=(0, 1.05 * latest), ylim=(0, 1.1), legend="upper right")
        for k in range(len(SIZES)):
            name = f"start {brief(SIZES[k])}" if k == here else f"_{k}"
            color, width = ("black", 2.6) if k == here else ("sky", 1.4)
            other.line(run.t[:, k], loss[:, k], color, "-", name, width=width)
        slow = int(delays.argmax())
        first = float(run.half_times()[SIZES.index(1e-2), slow])
        for k in range(3):
            name = f"ln 10/|{('x₊', 'x₋')[slow]}| apart" if k == 0 else f"_late{k}"
            other.upright(first + k * float(delays[slow]), "vermilion", "--", name, width=1.2)
        return
    ranks, collapse = stable_rank(run.W), r.trained.collapse()
    other.frame("at the end", "size of the start", xlim=(5e-5, 20), ylim=(1e-11, 60), log="xy", legend="lower right")
    other.line(SIZES, ranks, "purple", "-", "stable rank", marker="s", size=5)
    other.level(2, "purple", "--", "2", width=1.2)
    other.line(SIZES, collapse, "blue", "-", "NC1", marker="o", size=5)
    small = torch.tensor(SIZES[3:])
    other.line(small, collapse[4] * (small / SIZES[4]) ** 2, "black", ":", "slope 2", width=1.6)
    for value in (ranks[here], collapse[here]):
        other.dots([SIZES[here]], [value], "black", "D", size=9, filled=False)


def sentence(r: Neurons) -> str:
    """Say how many neurons are in their place, and what the features became."""
    run, here = r.trained.run, r.here
    mu = correlation(r.trained.X, r.trained.y)
    holds = "The assumption on cosines holds" if mu > 0 else "The assumption on cosines fails"
    return (
        f"From the start {brief(SIZES[here])}, {100 * float(run.placed[-1, here]):.0f} % of the neurons end in their "
        f"place. The stable rank of W is {say(float(stable_rank(run.W)[here]), 3)}, and NC1 is "
        f"{say(float(r.trained.collapse()[here]), 2)}. Training ended at t = {say(float(run.t[-1, here]), 3)}. "
        f"{holds}: the smallest signed cosine is {say(mu, 2)}."
    )


explorer = Explorer(
    "neurons",
    "How small must the start be?",
    controls=(
        Slider("start", "Size of the start", SIZES[-1], SIZES[0], 1.0, log=True, step=0.5),
        Choice("cosine", "Cosine of the class centers", COSINES, COSINES[1]),
        Choice("shows", "Right panel", SHOWN, SHOWN[0]),
    ),
    compute=neurons,
    picture=picture,
    sentence=sentence,
    uses=("turn",),
    size=(9.8, 4.2),
    pairs=(("start", "shows"),),
)
