"""A race at equal examples: the same plane fitted on random features, on all of them at once, and on learned ones.

Random features are a layer at its start; with more units they come closer to a kernel, their limit, and no further.
Learned features are a layer of 64 units after training. Beside them runs the Gaussian kernel of lesson 01 with the best
of six settings, picked on the test points, in its favour.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, kernels
from ddlearn.classroom import PALETTE, ArtistFigure, cached
from ddlearn.lessons.learned_embeddings.recipe import BIAS_STD, UNITS, Features, Progress, Reel, Sample, learn, readout
from ddlearn.ridge import ridge

SEEDS = (0, 1, 2)
STEPS = 1000
PENALTY = 1e-3
WIDEST, RBF_PENALTIES = 1.4, (1e-5, 1e-3)  # widths of 1.4, 0.7 and 0.35 roots of the number of inputs

Samples = Callable[[str, int, tuple[int, ...]], list[Sample]]


@dataclass(frozen=True)
class Race:
    """Share of new points on the wrong side, for each seed and number of examples, (seeds, sizes)."""

    units: int
    sizes: tuple[int, ...]
    random: Tensor
    limit: Tensor
    rbf: Tensor
    learned: Tensor


def error(score: Tensor, y: Tensor) -> Tensor:
    """Share of the points whose score has the other sign."""
    return (score.sign() != y).double().mean()


def limit_kernel(x: Tensor, x2: Tensor) -> Tensor:
    """The kernel of infinitely many random units, E[relu(w.x + b) relu(w.x2 + b)]: half an arc-cosine kernel."""

    def with_bias(points: Tensor) -> Tensor:
        return torch.cat([points / points.shape[1] ** 0.5, torch.full_like(points[:, :1], BIAS_STD)], 1)

    return kernels.arc_cosine(with_bias(x), with_bias(x2)) / 2


def kernel_error(K: Tensor, K_new: Tensor, sample: Sample, penalty: float) -> Tensor:
    """Test error of kernel ridge regression with a constant, from K (n, n) and K_new (t, n)."""
    alpha = ridge((K + K.T) / 2 + 1, sample.y, penalty)
    return error((K_new + 1) @ alpha, sample.new_y)


def rbf_error(sample: Sample) -> Tensor:
    """The Gaussian kernel with the best of its settings. A width of half the size is the fourth power of the kernel."""
    width = WIDEST * sample.x.shape[1] ** 0.5
    K, K_new = (kernels.rbf(x, sample.x, width=width) for x in (sample.x, sample.new_x))
    settings = [(power, penalty) for power in (1, 4, 16) for penalty in RBF_PENALTIES]
    return torch.stack([kernel_error(K**p, K_new**p, sample, penalty) for p, penalty in settings]).min()


@cached(9)
def runners(
    samples: Samples, task: str, sizes: tuple[int, ...], progress: Progress | None = None
) -> tuple[list[Sample], list[Reel], dict[str, Tensor]]:
    """Train on every sample of the task, and run those who have no slider: their errors by name, (seeds, sizes)."""
    drawn = [sample for seed in SEEDS for sample in samples(task, seed, sizes)]
    seeds = [seed for seed in SEEDS for _ in sizes]
    reels = learn(drawn, STEPS, (), seeds, progress=progress and (lambda done, words: progress(0.7 * done, words)))
    errors = []
    for k, (sample, reel) in enumerate(zip(drawn, reels, strict=True)):
        if progress:
            progress(0.7 + 0.3 * k / len(drawn), "fixed kernels")
        limit_K = (limit_kernel(x, sample.x) for x in (sample.x, sample.new_x))
        limit = kernel_error(*limit_K, sample, PENALTY)
        learned = error(reel.outputs(-1, sample.new_x), sample.new_y)
        errors.append(torch.stack([limit, rbf_error(sample), learned]))
    by_name = zip(("limit", "rbf", "learned"), torch.stack(errors).T.reshape(3, len(SEEDS), len(sizes)), strict=True)
    return drawn, reels, dict(by_name)


def race(
    samples: Samples,
    task: str,
    sizes: tuple[int, ...],
    units: int,
    features: Features,
    progress: Progress | None = None,
) -> Race:
    """The race with so many random units; for as many as the net has, they are the net's own at its start."""
    drawn, reels, others = runners(samples, task, sizes, progress=progress)
    errors = []
    for k, (sample, reel) in enumerate(zip(drawn, reels, strict=True)):
        W, b = (reel.W[0], reel.b[0]) if units == UNITS else random_units(units, sample.x.shape[1], k // len(sizes))
        score = readout(features(sample.x, W, b), sample.y, features(sample.new_x, W, b), PENALTY)
        errors.append(error(score, sample.new_y))
    return Race(units, sizes, torch.stack(errors).reshape(len(SEEDS), len(sizes)), **others)


def random_units(units: int, d: int, seed: int) -> tuple[Tensor, Tensor]:
    """W (units, d) ~ N(0, 1/d) and b (units,) ~ N(0, 1/4), as a net starts."""
    generator = compute.generator(20_000 + seed)
    W, b = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((units, d), (units,)))
    return W / d**0.5, BIAS_STD * b


class RaceFigure(ArtistFigure):
    """Error against examples: the runners' means over seeds, and for those who are drawn at random the seeds' band."""

    size = (9.4, 4.0)
    sizes = (50, 800)
    top = 0.56
    RUNNERS = (
        ("random", "orange", "s", "--"),
        ("limit", "grey", "D", ":"),
        ("rbf", "purple", "^", "-."),
        ("learned", "blue", "o", "-"),
    )

    def layout(self, figure):
        from matplotlib.collections import PolyCollection

        axes = figure.subplots()
        self.bands = {
            name: axes.add_collection(PolyCollection([], color=PALETTE[colour], alpha=0.3, linewidth=0))
            for name, colour in (("random", "orange"), ("learned", "sky"))
        }
        self.lines = {
            name: axes.plot([], [], marker, color=PALETTE[colour], linestyle=style)[0]
            for name, colour, marker, style in self.RUNNERS
        }
        if self.top > 0.5:
            axes.axhline(0.5, color=PALETTE["black"], linewidth=1)
            axes.text(1.02 * self.sizes[-1], 0.507, "guessing", ha="right")
        axes.set(xscale="log", xlim=(0.92 * self.sizes[0], 1.09 * self.sizes[-1]), ylim=(-0.02 * self.top, self.top))
        axes.set_xticks(self.sizes, [str(n) for n in self.sizes])
        axes.minorticks_off()
        axes.grid(True)
        axes.set(xlabel="examples", ylabel="new points on the wrong side")
        names = ("random units", "infinitely many\nrandom units", "Gaussian kernel", f"{UNITS} learned units")
        axes.legend(self.lines.values(), names, loc="center left", bbox_to_anchor=(1.01, 0.5), labelspacing=1)

    def draw(self, result: Race):
        for name, line in self.lines.items():
            line.set_data(result.sizes, getattr(result, name).mean(0).clamp(max=self.top))
        for name, band in self.bands.items():
            errors = getattr(result, name).clamp(max=self.top)
            low, high = (zip(result.sizes, edge.tolist(), strict=True) for edge in (errors.amin(0), errors.amax(0)))
            band.set_verts([[*low, *reversed([*high])]])

    def describe(self, result: Race) -> str:
        middle = len(result.sizes) // 2
        names = {"random": "random units", "limit": "their limit", "rbf": "the Gaussian kernel", "learned": "learned"}
        means = {name: getattr(result, name).mean(0) for name in names}

        def said(k: int) -> str:
            return ", ".join(f"{names[name]} {100 * float(mean[k]):.1f} %" for name, mean in means.items())

        gap = means["learned"] - torch.stack([means["random"], means["limit"], means["rbf"]]).amin(0)
        ahead = [str(n) for n, difference in zip(result.sizes, gap, strict=True) if difference < 0]
        lead = f"ahead of all at {', '.join(ahead)} examples" if ahead else "nowhere ahead of all"
        return (
            f"{result.units} random units, errors over {len(SEEDS)} seeds. At {result.sizes[middle]} examples: "
            f"{said(middle)}. At {result.sizes[-1]}: {said(-1)}. Learned units are {lead}."
        )
