"""The film: an embedding while it learns, from the random features of its start.

Two of d coordinates decide the class, in a shape that no line separates; the others are noise. A layer of ReLU units
embeds all d. Its weights of the start are random features: the fixed embedding. Its weights of the chosen step are the
learned one. In each the best plane is fitted to the same examples, and *new* points are looked at along that plane:
horizontally their score, vertically their largest spread inside the plane.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.lessons.learned_embeddings import exercises, shared
from ddlearn.lessons.learned_embeddings.shared import Features, Sample, Training
from ddlearn.ridge import ridge

OTHERS = {"none": 0, "20": 20, "40": 40}
EXAMPLES, NEW = 300, 300
STEPS = 300
FRAMES = tuple(sorted({*range(0, 20, 2), *range(20, 60, 5), *range(60, 160, 10), *range(160, STEPS + 1, 20)}))
PENALTY = 1e-3

Alignment = Callable[[Tensor, Tensor], float]


@dataclass(frozen=True)
class Film:
    """New points in the layer of each of F frames, seen edge-on to the plane that was fitted in it; one is shown."""

    sample: Sample
    net: Training
    score: Tensor  # (F, t) the side of the plane
    spread: Tensor  # (F, t) inside the plane, the farthest point at 1
    right: Tensor  # (F,) share of new points on their own side
    alignment: list[float]  # (F,) of the layer's kernel with the new labels
    limit: Tensor  # () the share that a plane in infinitely many untrained units puts on their own side
    frame: int = 0


def widest(phi: Tensor, score: Tensor) -> Tensor:
    """Return where points lie along their largest spread that the score does not explain.  (t, m), (t,) -> (t,)"""
    centered, along = phi - phi.mean(0), score - score.mean()
    inside = centered - torch.outer(along, along @ centered) / (along @ along).clamp_min(1e-12)
    first = torch.linalg.svd(inside, full_matrices=False).U[:, 0]
    return first / first.abs().max()


@cached(9)
def filmed(
    shape: str, others: str, features: Features, alignment: Alignment, progress: compute.Progress | None = None
) -> Film:
    """Train a net on the shape, hidden among noise as large as it, and look along the plane of every frame."""
    generator = compute.generator(0)
    x, y = datasets.TOYS[shape](EXAMPLES + NEW, 0.15, generator)
    noise = torch.randn(len(x), OTHERS[others], generator=generator, dtype=x.dtype)
    x = torch.cat([x / x[:EXAMPLES].std(0), noise], 1)
    sample = Sample(x[:EXAMPLES], y[:EXAMPLES], x[EXAMPLES:], y[EXAMPLES:])
    net = shared.learn([sample], STEPS, FRAMES, [0], progress=progress)[0]

    frames = list(zip(net.W, net.b, strict=True))
    score = torch.stack([shared.plane(sample, W, b, features, PENALTY) for W, b in frames])
    layers = [features(sample.new_x, W, b) for W, b in frames]
    alignments = [float(alignment(phi @ phi.T, sample.new_y)) for phi in layers]
    spread = torch.stack([widest(phi, one) for phi, one in zip(layers, score, strict=True)])
    # An axis of largest spread has no sign of its own: it takes the one nearest to the frame before.
    turned = (spread[1:] * spread[:-1]).sum(1) < 0
    spread[1:] *= torch.where(turned, -1, 1).cumprod(0)[:, None]
    K, K_new = (shared.limit_kernel(x, sample.x) + 1 for x in (sample.x, sample.new_x))  # + 1: a constant coordinate
    limit = K_new @ ridge((K + K.T) / 2, sample.y, PENALTY)
    right, of_limit = ((s.sign() == sample.new_y).double().mean(-1) for s in (score, limit))
    return Film(sample, net, score, spread, right, alignments, of_limit)


def film(
    shape: str,
    others: str,
    step: int,
    *,
    features: Features = exercises.features,
    alignment: Alignment = exercises.alignment,
    progress: compute.Progress | None = None,
) -> Film:
    """Show the recorded step that is nearest to `step`."""
    seen = filmed(shape, others, features, alignment, progress=progress)
    return replace(seen, frame=int((seen.net.steps - step).abs().argmin()))


def picture(fig, r: Film) -> None:
    """Draw the weight of every coordinate, at the start and now, and the new points seen along the plane."""
    look, plane = fig.row(1, 1.1)
    attention = r.net.attention(r.frame)
    d, names = len(attention), {"loc": "upper right", "handletextpad": 0.2}
    limits, ticks = {"xlim": (0, d + 1), "ylim": (-0.03, 1)}, [k for k in (1, 2, 10, 20, 30, 40) if k <= d]
    marks = {"xticks": ticks, "yticks": (0, 0.25, 0.5, 0.75, 1), "legend": names}
    look.frame("weight per coordinate", "coordinate", "share of squared weight", **limits, **marks)
    look.line([0, d + 1], [1 / d, 1 / d], "black", "--", "equal shares", width=1.2)
    look.dots(range(3, d + 1), attention[2:], "grey", "s", "noise", size=4)
    look.dots((1, 2), attention[:2], "green", "D", "the two that decide", size=7)
    title, xlabel = f"new points in the layer, step {r.net.steps[r.frame]}", "score: side of the plane"
    names = {"loc": "upper center", "ncols": 2, "handletextpad": 0.1, "columnspacing": 1}
    limits = {"xlim": (-2.2, 2.2), "ylim": (-1.1, 1.4)}
    plane.frame(title, xlabel, "largest spread inside the plane", yticks=(), legend=names, **limits)
    plane.upright(0, "black", "-", width=1.5)
    plane.span(-9, 0, "orange", alpha=0.2)
    plane.span(0, 9, "sky", alpha=0.2)
    score, spread = r.score[r.frame].clamp(-2.15, 2.15), r.spread[r.frame]
    for label, color, marker, name in ((-1, "vermilion", "o", "class −1"), (1, "blue", "^", "class +1")):
        mine = r.sample.new_y == label
        plane.dots(score[mine], spread[mine], color, marker, name, size=5, edge="black")


def sentence(r: Film) -> str:
    """Say how many new points are on their own side, how the alignment grows, and where the units look."""
    right, now, attention = 100 * r.right, r.frame, r.net.attention(r.frame)
    return (
        f"After {r.net.steps[now]} steps, a plane in the layer puts {right[now]:.0f} % of the new points on their own "
        f"side; at the start, {right[0]:.0f} %. Infinitely many untrained units reach {100 * r.limit:.0f} %. The two "
        f"coordinates that decide have {100 * attention[:2].sum():.0f} % of the squared weight (equal shares: "
        f"{200 / len(attention):.0f} %). The alignment was {r.alignment[0]:.2f} at the start and is "
        f"{r.alignment[now]:.2f} now."
    )


explorer = Explorer(
    "film",
    "A layer learns where to look",
    controls=(
        Choice("shape", "Data", ("xor", "rings", "moons"), "xor"),
        Choice("others", "Noise coordinates", tuple(OTHERS), "20"),
        Slider("step", "Training step", 0, STEPS, 0, whole=True, step=5),
    ),
    compute=film,
    picture=picture,
    sentence=sentence,
    uses=("features", "alignment"),
    size=(9.4, 4.3),
    more=("others",),
    pairs=(("shape", "step"), ("others", "step")),
)
