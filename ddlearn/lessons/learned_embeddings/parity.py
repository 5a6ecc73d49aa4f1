"""The net against the line: one sparse parity, learned by a small net, beside what kernels do on average.

The target is the product of the first k of d coordinates, and nobody tells. The line 1 - n/C(d, k) stands before
anything is trained. It bounds a kernel's average over all parities of that size. For a kernel that treats all
coordinates alike, as the Gaussian and the oracle do, the expected error is the same for each parity: the line then
holds for this one too, up to the draw of points. The net, too, treats all coordinates alike before it is trained.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, kernels, parities
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, Switch, cached
from ddlearn.lessons.learned_embeddings import exercises
from ddlearn.lessons.learned_embeddings.recipe import DECAY, Features, Progress, Reel, Sample, learn, readout
from ddlearn.ridge import ridge

NEW = 1000
FRAMES = 20  # frames of a training, beside its start
PENALTY = 1e-2
WIDEST, RBF_PENALTIES = 2.0, (1e-6, 1e-2)
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


@dataclass(frozen=True)
class Parity:
    """Mean squared errors on new points, (seeds, sizes) each; predicting 0 has 1."""

    task: Task
    n: int
    step: int
    decay: bool  # whether the net's weights decay
    oracle: Tensor
    rbf: Tensor
    start: Tensor  # the best plane in the hidden layer's embedding, before training
    net: Tensor
    learned: Tensor  # the best plane in the hidden layer's embedding at this step
    train: Tensor  # of the net on its examples
    attention: Tensor  # (d,) where the units of the first seed's net with n examples look

    @property
    def column(self) -> int:
        return self.task.sizes.index(self.n)

    @property
    def line(self) -> float:
        return parities.any_kernel_bound(self.task.d, self.task.k, self.n)


def draw(task: Task, seed: int) -> list[Sample]:
    """One sample of each size; smaller ones are the beginnings of larger."""
    generator = compute.generator(seed)
    x, y = parities.sparse_parity(max(task.sizes), task.d, task.k, generator)
    new_x, new_y = parities.sparse_parity(NEW, task.d, task.k, generator)
    return [Sample(x[:n], y[:n], new_x, new_y) for n in task.sizes]


def kernel_error(K: Tensor, K_new: Tensor, sample: Sample, penalty: float) -> Tensor:
    """Mean squared error on new points of kernel ridge regression."""
    return (K_new @ ridge((K + K.T) / 2, sample.y, penalty) - sample.new_y).square().mean()


def rivals(sample: Sample, k: int) -> tuple[Tensor, Tensor]:
    """Errors of the oracle kernel, and of the Gaussian one with the best of six settings, picked on the new points."""
    both = (sample.x, sample.new_x)
    oracle = kernel_error(*(parities.oracle_kernel(x, sample.x, k) for x in both), sample, 1e-10)
    wide = [kernels.rbf(x, sample.x, width=WIDEST * sample.x.shape[1] ** 0.5) for x in both]
    settings = [(power, penalty) for power in (1, 4, 16) for penalty in RBF_PENALTIES]
    errors = [kernel_error(*(K**power for K in wide), sample, penalty) for power, penalty in settings]
    return oracle, torch.stack(errors).min()


@cached(3)
def kernels_of(name: str, progress: Progress | None = None) -> tuple[list[Sample], Tensor, Tensor]:
    """Samples, seed by seed and size by size; errors of the oracle and of the Gaussian kernel, (seeds, sizes)."""
    task = TASKS[name]
    samples = [sample for seed in task.seeds for sample in draw(task, seed)]
    errors = []
    for i, sample in enumerate(samples):
        if progress:
            progress(0.3 * i / len(samples), "fixed kernels")
        errors.append(torch.stack(rivals(sample, task.k)))
    oracle, rbf = torch.stack(errors).T.reshape(2, len(task.seeds), len(task.sizes))
    return samples, oracle, rbf


@cached(6)
def nets_of(name: str, decay: bool, progress: Progress | None = None) -> list[Reel]:
    """The nets that learned these samples, with weight decay or without."""
    task, samples = TASKS[name], kernels_of(name, progress=progress)[0]
    return learn(
        samples,
        task.steps,
        range(0, task.steps + 1, task.steps // FRAMES),
        [seed for seed in task.seeds for _ in task.sizes],
        decay=DECAY if decay else 0.0,
        progress=progress and (lambda done, _: progress(0.3 + 0.7 * done, "nets")),
    )


def net_against_line(
    task: str,
    n: int,
    percent: float,
    decay: bool = True,
    *,
    features: Features = exercises.features,
    progress: Progress | None = None,
) -> Parity:
    """The errors after that share of the training, for every number of examples; n is moved to the nearest of them."""
    samples, oracle, rbf = kernels_of(task, progress=progress)
    reels = nets_of(task, decay, progress=progress)
    asked = TASKS[task]
    nearest = min(asked.sizes, key=lambda size: abs(math.log(size / n)))
    frame = round(percent / 100 * FRAMES)

    def errors(score: Callable[[Sample, Reel], Tensor]) -> Tensor:
        pairs = zip(samples, reels, strict=True)
        squares = [(score(sample, reel) - sample.new_y).square().mean() for sample, reel in pairs]
        return torch.stack(squares).reshape(oracle.shape)

    def plane(frame: int) -> Callable[[Sample, Reel], Tensor]:
        def score(sample: Sample, reel: Reel) -> Tensor:
            W, b = reel.W[frame], reel.b[frame]
            return readout(features(sample.x, W, b), sample.y, features(sample.new_x, W, b), PENALTY)

        return score

    return Parity(
        task=asked,
        n=nearest,
        step=int(reels[0].steps[frame]),
        decay=decay,
        oracle=oracle,
        rbf=rbf,
        start=errors(plane(0)),
        net=errors(lambda sample, reel: reel.outputs(frame, sample.new_x)),
        learned=errors(plane(frame)),
        train=torch.stack([reel.losses[frame] for reel in reels]).reshape(oracle.shape),
        attention=reels[asked.sizes.index(nearest)].attention(frame),
    )


class ParityFigure(ArtistFigure):
    """Left: errors against examples, over the line. Right: where the hidden units of one of the nets look."""

    size = (9.4, 4.5)
    LINES = (
        ("rbf", "Gaussian, best of six", "purple", "^", ":"),
        ("start", "plane in the hidden layer, untrained", "orange", "s", "--"),
        ("learned", "plane in the hidden layer, now", "green", "v", "-."),
        ("net", "the net, now (and its seeds)", "blue", "o", "-"),
    )

    def layout(self, figure):
        from matplotlib.collections import PolyCollection

        grid = figure.add_gridspec(2, 2, width_ratios=(1.55, 1), height_ratios=(0.8, 1))
        self.axes = axes = figure.add_subplot(grid[:, 0])
        words, look = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
        self.forbidden = axes.fill_between([1, 2], [0, 0], color=PALETTE["grey"], alpha=0.25, linewidth=0)
        (self.line,) = axes.plot(
            [], [], color=PALETTE["black"], linewidth=2.5, label="1 − n/N: no kernel averages less"
        )
        (self.oracle,) = axes.plot([], [], "o", mfc="none", color=PALETTE["black"], markersize=9, label="oracle kernel")
        self.lines = {
            name: axes.plot([], [], m, color=PALETTE[colour], linestyle=style, label=label)[0]
            for name, label, colour, m, style in self.LINES
        }
        self.band = axes.add_collection(PolyCollection([], color=PALETTE["sky"], alpha=0.4, linewidth=0))
        (self.here,) = axes.plot([], [], color=PALETTE["blue"], linestyle="-.", linewidth=1.2)
        axes.set(xscale="log", ylim=(-0.03, TOP), xlabel="examples n", ylabel="mean squared error on new points")
        axes.minorticks_off()
        self.title = axes.set_title(" ")
        words.set_axis_off()
        words.legend(*axes.get_legend_handles_labels(), loc="upper left", bbox_to_anchor=(-0.12, 1.12), borderpad=0)
        (self.others,) = look.plot([], [], "s", color=PALETTE["grey"], markersize=3.5, label="others")
        (self.members,) = look.plot([], [], "D", color=PALETTE["green"], markersize=6, label="in the parity")
        look.set(xlim=(0, 41), ylim=(-0.03, 0.55), xticks=[1, 10, 20, 30, 40], yticks=[0, 0.25, 0.5])
        look.set(xlabel="coordinate", ylabel="share of weights²")
        self.looks = look.set_title(" ")
        look.legend(loc="upper right", handletextpad=0.2)

    def draw(self, result: Parity):
        task, x = result.task, list(result.task.sizes)
        edges = (x[0] / 1.15, x[-1] * 1.15)
        fine = torch.logspace(*(math.log10(edge) for edge in edges), 80, dtype=torch.float32).tolist()
        line = [parities.any_kernel_bound(task.d, task.k, round(count)) for count in fine]
        self.forbidden.set_data(fine, line, [0.0] * len(fine))
        self.line.set_data(fine, line)
        self.oracle.set_data(x, result.oracle.mean(0))
        for name, drawn in self.lines.items():
            drawn.set_data(x, getattr(result, name).mean(0).clamp(max=TOP))
        low, high = (
            zip(x, edge.clamp(max=TOP).tolist(), strict=True) for edge in (result.net.amin(0), result.net.amax(0))
        )
        self.band.set_verts([[*low, *reversed([*high])]])
        self.here.set_data([result.n] * 2, [0, TOP])
        self.axes.set_xlim(*edges)
        self.axes.set_xticks(x, [str(n) for n in x])
        self.title.set_text(f"parity of {task.k} out of {task.d}: step {result.step}")
        self.looks.set_text(f"where the units look, {'with' if result.decay else 'without'} decay")
        numbers = torch.arange(1, task.d + 1)
        self.members.set_data(numbers[: task.k], result.attention[: task.k])
        self.others.set_data(numbers[task.k :], result.attention[task.k :])

    def describe(self, result: Parity) -> str:
        task, k = result.task, result.column
        net, learned, start = (float(part[:, k].mean()) for part in (result.net, result.learned, result.start))
        oracle, rbf, train = (float(part[:, k].mean()) for part in (result.oracle, result.rbf, result.train))
        where = "below" if net < result.line else "above"
        decay = "with" if result.decay else "without"
        return (
            f"{task.k} of {task.d} coordinates, {result.n} examples, step {result.step}. No kernel’s average over all "
            f"such parities is below {result.line:.2f}; on this one the oracle has {oracle:.2f}, the Gaussian "
            f"{rbf:.2f}. The net, trained {decay} weight decay: {net:.2f}, {where} the line, and {train:.2f} on its "
            f"examples. A plane in its hidden layer: {start:.2f} untrained, {learned:.2f} now. Squared weights on the "
            f"{task.k}: {100 * float(result.attention[: task.k].sum()):.0f} %."
        )


def explorer() -> Explorer:
    """The net against the line, fresh."""
    return Explorer(
        name="parity",
        title="The net against the line",
        controls=(
            Choice("task", "Parity", tuple(TASKS), "2 of 40"),
            Slider("n", "Examples", 50, 800, 200, log=True, whole=True),
            Slider("percent", "Training (%)", 0, 100, 0, whole=True, step=5),
            Switch("decay", "Weight decay", True),
        ),
        compute=net_against_line,
        figure=ParityFigure,
        uses=("features",),
    )
