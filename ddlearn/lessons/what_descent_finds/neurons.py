"""Neurons from starts of many sizes: when they turn, when the loss falls, and what their features become."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.classroom.wording import brief, say
from ddlearn.early_alignment import Turn, class_sums, correlation, delay_per_decade, directions, stable_rank
from ddlearn.lessons.what_descent_finds import exercises
from ddlearn.lessons.what_descent_finds.shared import SIZES, Small, from_small

COSINES = ("−0.8", "−0.4", "0", "0.4")
SHOWN = ("loss", "rank and collapse")
FOLLOWED, MOMENTS = 12, 40  # neurons that are drawn, and times at which their equation is solved


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


def neurons(
    start: float,
    cosine: str,
    shows: str,
    *,
    turn: Turn = exercises.turn,
    progress: compute.Progress | None = None,
) -> Neurons:
    """Train from every start, look at the one nearest to `start`, and solve the learner's equation beside it."""
    found = from_small(float(cosine.replace("−", "-")), progress=progress)
    here = int((torch.tensor(SIZES).log() - torch.tensor(start).log()).abs().argmin())
    w = found.W[found.v > 0][:FOLLOWED]
    times = torch.linspace(0, 1, MOMENTS, dtype=torch.float64) ** 2 * found.run.t[-1, here]  # they turn early
    path = directions(w, found.X, found.y, torch.ones(len(w), dtype=torch.float64), times, turn=turn)
    toward = torch.nn.functional.normalize(class_sums(found.X, found.y)[0], dim=0)
    return Neurons(found, here, shows, times, path @ toward)


def picture(fig, r: Neurons) -> None:
    """Draw the directions of some neurons over time; beside them every loss, or the rank and NC1 of every start."""
    turning, other = fig.row(1, 1)
    run, here = r.trained.run, r.here
    t, end = run.t[:, here], float(run.t[-1, here])
    title = f"twelve neurons, start {brief(SIZES[here])}"
    turning.frame(title, "time t", "cosine with x₊", xlim=(0, end), ylim=(-1.05, 1.05), legend="lower right")
    for k in range(FOLLOWED):
        turning.line(t, r.seen[:, k], "sky", "-", "network" if k == 0 else f"_{k}", width=1.8)
        turning.line(r.times, r.alone[:, k], "black", ":", "the equation alone" if k == 0 else f"_e{k}", width=1.4)
    if r.shows == SHOWN[0]:
        loss = run.loss.sum(2) / run.loss[0].sum(1).clamp(max=28)
        latest = float(run.t[-1].max())
        other.frame("loss over its start", "time t", xlim=(0, 1.05 * latest), ylim=(0, 1.1), legend="upper right")
        for k in range(len(SIZES)):
            color, width = ("black", 2.6) if k == here else ("sky", 1.4)
            other.line(
                run.t[:, k], loss[:, k], color, "-", f"start {brief(SIZES[k])}" if k == here else f"_{k}", width=width
            )
        first = float(run.half_times()[SIZES.index(1e-2)].max())
        for k in range(3):
            late = first + k * float(delay_per_decade(r.trained.X, r.trained.y).max())
            other.upright(late, "vermilion", "--", "ln 10/|x₋| apart" if k == 0 else f"_late{k}", width=1.2)
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
    holds = "The theorem’s assumption holds" if mu > 0 else "The theorem’s assumption fails"
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
)
