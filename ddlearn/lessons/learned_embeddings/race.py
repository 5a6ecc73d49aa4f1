"""A race at equal examples: the same plane fitted on random features, on all of them at once, and on learned ones.

Random features are a layer at its start; with more units they come closer to a kernel, their limit, and no further.
Learned features are a layer of 64 units after training. Beside them runs the Gaussian kernel of lesson 01 with the best
of six settings, picked on the new points, in its favor.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, kernels
from ddlearn.classroom import cached
from ddlearn.lessons.learned_embeddings import shared
from ddlearn.lessons.learned_embeddings.shared import BIAS_STD, UNITS, Features, Progress, Sample, Training

SEEDS = (0, 1, 2)
STEPS = 1000
PENALTY = 1e-3
RUNNERS = {  # label in the legend, color, line style and marker
    "random units": ("random units", "orange", "--", "s"),
    "their limit": ("infinitely many\nrandom units", "grey", ":", "D"),
    "the Gaussian kernel": ("Gaussian kernel", "purple", "-.", "^"),
    "learned": (f"{UNITS} learned units", "blue", "-", "o"),
}

Samples = Callable[[str, int, tuple[int, ...]], list[Sample]]


@dataclass(frozen=True)
class Race:
    """Share of new points on the wrong side of each runner, for each seed and number of examples, (seeds, sizes)."""

    units: int
    sizes: tuple[int, ...]
    errors: dict[str, Tensor]


def error(score: Tensor, y: Tensor) -> Tensor:
    """Return the share of the points whose score has the other sign."""
    return (score.sign() != y).double().mean()


def random_units(units: int, d: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draw W (units, d) ~ N(0, 1/d) and b (units,) ~ N(0, 1/4), as a net starts."""
    generator = compute.generator(20_000 + seed)
    W, b = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((units, d), (units,)))
    return W / d**0.5, BIAS_STD * b


def limit_kernel(x: Tensor, x2: Tensor) -> Tensor:
    """Return E[relu(w.x + b) relu(w.x2 + b)], the kernel of infinitely many random units: half an arc-cosine kernel."""

    def with_bias(points: Tensor) -> Tensor:
        return torch.cat([points / points.shape[1] ** 0.5, torch.full_like(points[:, :1], BIAS_STD)], 1)

    return kernels.arc_cosine(with_bias(x), with_bias(x2)) / 2


@cached(9)
def without_random_units(
    samples: Samples, task: str, sizes: tuple[int, ...], progress: Progress | None = None
) -> tuple[list[Sample], list[Training], Tensor]:
    """Train on every sample of the task; return the errors of all but the random units too, (3, seeds, sizes)."""
    drawn = [sample for seed in SEEDS for sample in samples(task, seed, sizes)]
    seeds = [seed for seed in SEEDS for _ in sizes]
    nets = shared.learn(drawn, STEPS, (), seeds, progress=shared.part(progress, 0, 0.7))
    then = shared.part(progress, 0.7, 0.3)
    fixed = shared.kernel_errors(drawn, error, limit_kernel, PENALTY, 1.4, (1e-5, 1e-3), constant=1.0, progress=then)
    learned = [error(net.outputs(-1, one.new_x), one.new_y) for one, net in zip(drawn, nets, strict=True)]
    return drawn, nets, torch.stack([*fixed, torch.stack(learned)]).reshape(3, len(SEEDS), len(sizes))


def race(
    samples: Samples, task: str, sizes: tuple[int, ...], units: int, features: Features, progress: Progress | None
) -> Race:
    """Race with so many random units; for as many as the net has, they are the net's own at its start."""
    drawn, nets, others = without_random_units(samples, task, sizes, progress=progress)
    errors = []
    for k, (sample, net) in enumerate(zip(drawn, nets, strict=True)):
        W, b = (net.W[0], net.b[0]) if units == UNITS else random_units(units, sample.x.shape[1], k // len(sizes))
        errors.append(error(shared.plane(sample, W, b, features, PENALTY), sample.new_y))
    every = (torch.stack(errors).reshape(len(SEEDS), len(sizes)), *others)
    return Race(units, sizes, dict(zip(RUNNERS, every, strict=True)))


def draw_race(panel, r: Race, top: float) -> None:
    """Draw errors up to `top` against examples, means over seeds; of units the band of the seeds too."""
    limits = {"xlim": (0.92 * r.sizes[0], 1.09 * r.sizes[-1]), "ylim": (-0.02 * top, top), "log": "x", "grid": True}
    ticks, names = {n: str(n) for n in r.sizes}, {"loc": "right", "labelspacing": 1}
    panel.frame("", "examples", "new points on the wrong side", xticks=ticks, legend=names, **limits)
    for name, color in (("random units", "orange"), ("learned", "sky")):
        panel.band(r.sizes, r.errors[name].amin(0), r.errors[name].amax(0), color)
    for name, (label, color, style, marker) in RUNNERS.items():
        panel.line(r.sizes, r.errors[name].mean(0), color, style, label, marker=marker)


def describe_race(r: Race) -> str:
    """Say how each runner does at two numbers of examples, and where the learned units are ahead."""
    means = {name: errors.mean(0) for name, errors in r.errors.items()}
    middle = len(r.sizes) // 2

    def at(k: int) -> str:
        return ", ".join(f"{name} {100 * float(mean[k]):.1f} %" for name, mean in means.items())

    *fixed, learned = means.values()
    first = (learned < torch.stack(fixed).amin(0)).tolist()
    ahead = ", ".join(str(n) for n, leads in zip(r.sizes, first, strict=True) if leads)
    return (
        f"{r.units} random units, errors over {len(SEEDS)} seeds. At {r.sizes[middle]} examples: {at(middle)}. "
        f"At {r.sizes[-1]}: {at(-1)}. Learned units are "
        f"{f'ahead of all at {ahead} examples' if ahead else 'nowhere ahead of all'}."
    )
