"""The net against the line: one sparse parity, learned by a small net, beside what kernels do on average.

The target is the product of the first k of d coordinates, and nobody tells. The line 1 - n/C(d, k) stands before
anything is trained. It bounds a kernel's average over all parities of that size. For a kernel that treats all
coordinates alike, as the Gaussian and the oracle do, the expected error is the same for each parity: the line then
holds for this one too, up to the draw of points. The net, too, treats all coordinates alike before it is trained.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from ddlearn import compute, parities
from ddlearn.classroom import Choice, Explorer, Slider, Switch, cached
from ddlearn.lessons.learned_embeddings import exercises, shared
from ddlearn.lessons.learned_embeddings.shared import Features, Sample, Training

NEW = 1000
FRAMES = 20  # frames of a training, beside its start
PENALTY = 1e-2
TOP = 2.2  # of the error axis


@dataclass(frozen=True)
class Task:
    """Which parity, from how many examples, for how many steps, and how many seeds."""

    k: int
    d: int
    sizes: tuple[int, ...]
    steps: int
    seeds: tuple[int, ...]


TASKS = {
    "2 of 40": Task(2, 40, (50, 100, 200, 400), 2000, (0, 1, 2)),
    "3 of 30": Task(3, 30, (100, 200, 400, 800), 4000, (0, 1)),
    "3 of 40": Task(3, 40, (75, 150, 300, 600), 4000, (0, 1)),
}
LOOKS = {  # label, color, line style and marker
    "gaussian": ("Gaussian kernel", "purple", ":", "^"),
    "learned": ("plane in the hidden layer", "green", "-.", "v"),
    "net": ("the network (band: its seeds)", "blue", "-", "o"),
}


@dataclass(frozen=True)
class Parity:
    """Mean squared errors on new points, by name, (seeds, sizes) each; predicting 0 has 1."""

    task: Task
    n: int
    step: int
    decay: bool  # whether the net's weights decay
    errors: dict[str, Tensor]  # of "train" on the examples
    attention: Tensor  # (d,) where the units of the first seed's net with n examples look

    @property
    def line(self) -> float:
        return parities.any_kernel_bound(self.task.d, self.task.k, self.n)

    def error(self, name: str) -> float:
        """Return the mean over seeds at n examples."""
        return float(self.errors[name][:, self.task.sizes.index(self.n)].mean())


def draw(task: Task, seed: int) -> list[Sample]:
    """Draw one sample of each size; smaller ones are the beginnings of larger."""
    generator = compute.generator(seed)
    examples, new = (parities.sparse_parity(n, task.d, task.k, generator) for n in (max(task.sizes), NEW))
    return Sample(*examples, *new).beginnings(task.sizes)


def kernel_errors(samples: list[Sample], k: int, progress: compute.Progress | None = None) -> Tensor:
    """Return the errors of the oracle kernel, and of the Gaussian with the best of six settings, (2, samples)."""
    oracle = partial(parities.oracle_kernel, k=k)
    return shared.kernel_errors(samples, mse_loss, oracle, 1e-10, 2.0, (1e-6, 1e-2), progress=progress)


@cached(3)
def kernels_of(name: str, progress: compute.Progress | None = None) -> tuple[list[Sample], Tensor, Tensor]:
    """Return samples, seed by seed and size by size, and both kernels' errors, (seeds, sizes)."""
    task = TASKS[name]
    samples = [sample for seed in task.seeds for sample in draw(task, seed)]
    errors = kernel_errors(samples, task.k, compute.part(progress, 0, 0.3))
    return samples, *errors.reshape(2, len(task.seeds), len(task.sizes))


@cached(6)
def nets_of(name: str, decay: bool, progress: compute.Progress | None = None) -> list[Training]:
    """Train a net on each of these samples, with weight decay or without."""
    task, samples = TASKS[name], kernels_of(name, progress=progress)[0]
    return shared.learn(
        samples,
        task.steps,
        range(0, task.steps + 1, task.steps // FRAMES),
        [seed for seed in task.seeds for _ in task.sizes],
        decay=shared.DECAY if decay else 0.0,
        progress=compute.part(progress, 0.3, 1, "nets"),
    )


def net_against_line(
    task: str,
    n: int,
    percent: float,
    decay: bool = True,
    *,
    features: Features = exercises.features,
    progress: compute.Progress | None = None,
) -> Parity:
    """Return the errors after that share of the training, for every number of examples; n becomes the nearest."""
    samples, oracle, gaussian = kernels_of(task, progress=progress)
    nets = nets_of(task, decay, progress=progress)
    sizes = TASKS[task].sizes
    nearest = min(sizes, key=lambda size: abs(math.log(size / n)))
    frame = round(percent / 100 * FRAMES)

    def errors(scores: Callable[[Sample, Training], Tensor]) -> Tensor:
        every = [mse_loss(scores(sample, net), sample.new_y) for sample, net in zip(samples, nets, strict=True)]
        return torch.stack(every).reshape(oracle.shape)

    def plane(at: int) -> Tensor:
        return errors(lambda sample, net: shared.plane(sample, net.W[at], net.b[at], features, PENALTY))

    found = {
        "oracle": oracle,
        "gaussian": gaussian,
        "untrained": plane(0),
        "learned": plane(frame),
        "net": errors(lambda sample, net: net.outputs(frame, sample.new_x)),
        "train": torch.stack([net.losses[frame] for net in nets]).reshape(oracle.shape),
    }
    attention = nets[sizes.index(nearest)].attention(frame)
    return Parity(TASKS[task], nearest, int(nets[0].steps[frame]), decay, found, attention)


def picture(fig, r: Parity) -> None:
    """Draw the errors against the examples, over the line; and where the hidden units of one of the nets look."""
    panels = fig.mosaic([["errors", "."], ["errors", "look"]], (1.55, 1), (0.8, 1))
    errors, sizes, k, d = panels["errors"], r.task.sizes, r.task.k, r.task.d
    edges = sizes[0] / 1.15, sizes[-1] * 1.15
    ticks, limits = {n: str(n) for n in sizes}, {"xlim": edges, "ylim": (-0.03, TOP), "log": "x"}
    title, ylabel = f"parity of {k} out of {d}: step {r.step}", "mean squared error on new points"
    errors.frame(title, "examples n", ylabel, xticks=ticks, **limits)
    fine = torch.logspace(math.log10(edges[0]), math.log10(edges[1]), 80)
    line = [parities.any_kernel_bound(d, k, round(float(n))) for n in fine]
    errors.band(fine, line, [0] * len(line), "grey", alpha=0.25)
    errors.line(fine, line, "black", label="the bound 1 − n/N", width=2.5)
    errors.dots(sizes, r.errors["oracle"].mean(0), "black", label="oracle kernel", size=9, filled=False)
    errors.band(sizes, r.errors["net"].amin(0), r.errors["net"].amax(0), "sky", alpha=0.4)
    for name, (label, color, style, marker) in LOOKS.items():
        errors.line(sizes, r.errors[name].mean(0), color, style, label, marker=marker)
    errors.upright(r.n, "blue", "-.", width=1.2)
    fig.legend("upper left", of=[errors], bbox_to_anchor=(0.62, 0.98), borderpad=0)
    look, title = panels["look"], f"weight per coordinate, {'with' if r.decay else 'no'} decay"
    limits = {"xlim": (0, d + 1), "ylim": (-0.03, 0.55), "xticks": (1, 10, 20, 30, 40), "yticks": (0, 0.25, 0.5)}
    names = {"loc": "upper right", "handletextpad": 0.2}
    look.frame(title, "coordinate", "share of squared weight", legend=names, **limits)
    look.dots(range(k + 1, d + 1), r.attention[k:], "grey", "s", "others", size=3.5)
    look.dots(range(1, k + 1), r.attention[:k], "green", "D", "in the parity")


def sentence(r: Parity) -> str:
    """Say how kernels, the network and planes in its hidden layer do with n examples, and where the units look."""
    net, k = r.error("net"), r.task.k
    side = "below" if net < r.line else "above"
    return (
        f"At step {r.step} with {r.n} examples, the network’s error is {net:.2f}, {side} the bound {r.line:.2f}. It "
        f"trains {'with' if r.decay else 'without'} weight decay; its error on the examples is {r.error('train'):.2f}. "
        f"A plane in its hidden layer has {r.error('learned'):.2f}, and {r.error('untrained'):.2f} at the start. The "
        f"oracle kernel has {r.error('oracle'):.2f}, the Gaussian {r.error('gaussian'):.2f}. The {k} coordinates of "
        f"the parity have {100 * float(r.attention[:k].sum()):.0f} % of the squared weight."
    )


explorer = Explorer(
    "parity",
    "The network and the bound",
    controls=(
        Choice("task", "Parity", tuple(TASKS), "2 of 40"),
        Slider("n", "Examples", 50, 800, 200, log=True, whole=True),
        Slider("percent", "Training (%)", 0, 100, 0, whole=True, step=5),
        Switch("decay", "Weight decay", True),
    ),
    compute=net_against_line,
    picture=picture,
    sentence=sentence,
    uses=("features",),
    size=(9.4, 4.5),
    more=("task",),
    pairs=(("decay", "percent"), ("task", "percent")),
)
