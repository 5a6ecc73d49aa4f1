"""The film: an embedding while it learns, from the random features of its start.

Two of d coordinates decide the class, in a shape that no line separates; the others are noise. A layer of ReLU units
embeds all d. Its weights of the start are random features: the fixed embedding. Its weights of the chosen step are the
learned one. In each the best plane is fitted to the same examples, and *new* points are looked at along that plane:
horizontally their score, vertically their largest spread inside the plane.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.lessons.learned_embeddings import exercises, shared
from ddlearn.lessons.learned_embeddings.race import limit_kernel
from ddlearn.lessons.learned_embeddings.shared import Features, Progress, Sample, Training
from ddlearn.ridge import ridge

OTHERS = {"none": 0, "20": 20, "40": 40}
EXAMPLES, NEW = 300, 300
STEPS = 300
FRAMES = tuple(sorted({*range(0, 20, 2), *range(20, 60, 5), *range(60, 160, 10), *range(160, STEPS + 1, 20)}))
PENALTY = 1e-3

Alignment = Callable[[Tensor, Tensor], float]


@dataclass(frozen=True)
class View:
    """An embedding of new points, seen edge-on to the plane that was fitted in it."""

    score: Tensor  # (t,) the side of the plane
    spread: Tensor  # (t,) inside the plane, the farthest point at 1
    right: float  # share of new points on their own side
    alignment: float  # of the embedding's kernel with the new labels


@dataclass(frozen=True)
class Scene:
    """One frame: the new points in the layer at its start, and as it is now."""

    step: int
    sample: Sample
    attention: Tensor  # (d,) share of the squared weights of each coordinate
    fixed: View
    learned: View
    limit: float  # share of new points that a plane in infinitely many untrained units puts on their own side


@cached(9)
def limit(shape: str, others: str, seed: int) -> float:
    """Return the share of new points on their own side, for the kernel of infinitely many units at their start."""
    sample, _ = training(shape, others, seed)
    K, K_new = (limit_kernel(x, sample.x) + 1 for x in (sample.x, sample.new_x))  # + 1: a constant coordinate
    score = K_new @ ridge((K + K.T) / 2, sample.y, PENALTY)
    return float((score.sign() == sample.new_y).double().mean())


@cached(9)
def training(shape: str, others: str, seed: int, progress: Progress | None = None) -> tuple[Sample, Training]:
    """Return the sample, and the net that learns it."""
    sample = shared.hidden_shape(shape, OTHERS[others], EXAMPLES, NEW, compute.generator(seed))
    return sample, shared.learn([sample], STEPS, FRAMES, [seed], progress=progress)[0]


def view(sample: Sample, W: Tensor, b: Tensor, before: View | None, features: Features, alignment: Alignment) -> View:
    """Look along the plane. An axis of largest spread has no sign of its own: it is the one nearest to `before`."""
    phi, phi_new = features(sample.x, W, b), features(sample.new_x, W, b)
    score = shared.readout(phi, sample.y, phi_new, PENALTY)
    centered = phi_new - phi_new.mean(0)
    # The part of the embedding that the score does not explain lies inside the plane.
    along = score - score.mean()
    inside = centered - torch.outer(along, along @ centered) / (along @ along).clamp_min(1e-12)
    widest = torch.linalg.svd(inside, full_matrices=False).U[:, 0]
    spread = widest / widest.abs().max()
    if before is not None and spread @ before.spread < 0:
        spread = -spread
    right = float((score.sign() == sample.new_y).double().mean())
    return View(score, spread, right, float(alignment(phi_new @ phi_new.T, sample.new_y)))


@cached(9)
def views(
    shape: str, others: str, seed: int, features: Features, alignment: Alignment, progress: Progress | None = None
) -> list[View]:
    """Look at the embedding of every frame."""
    sample, net = training(shape, others, seed, progress=progress)
    seen: list[View] = []
    for W, b in zip(net.W, net.b, strict=True):
        seen.append(view(sample, W, b, seen[-1] if seen else None, features, alignment))
    return seen


def film(
    shape: str,
    others: str,
    step: int,
    seed: int = 0,
    *,
    features: Features = exercises.features,
    alignment: Alignment = exercises.alignment,
    progress: Progress | None = None,
) -> Scene:
    """Return the scene at the recorded step nearest to `step`."""
    sample, net = training(shape, others, seed, progress=progress)
    seen = views(shape, others, seed, features, alignment, progress=progress)
    frame = int((net.steps - step).abs().argmin())
    return Scene(int(net.steps[frame]), sample, net.attention(frame), seen[0], seen[frame], limit(shape, others, seed))


def picture(fig, r: Scene) -> None:
    """Draw the weight of every coordinate, at the start and now, and the new points seen along the plane."""
    look, plane = fig.row(1, 1.1)
    d, names = len(r.attention), {"loc": "upper right", "handletextpad": 0.2}
    limits = {"xlim": (0, d + 1), "ylim": (-0.03, 1), "yticks": (0, 0.25, 0.5, 0.75, 1)}
    ticks = {"xticks": [k for k in (1, 2, 10, 20, 30, 40) if k <= d]}
    look.frame("weight per coordinate", "coordinate", "share of squared weight", legend=names, **limits, **ticks)
    look.line([0, d + 1], [1 / d, 1 / d], "black", "--", "equal shares", width=1.2)
    look.dots(range(3, d + 1), r.attention[2:], "grey", "s", "noise", size=4)
    look.dots((1, 2), r.attention[:2], "green", "D", "the two that decide", size=7)
    title, xlabel = f"new points in the layer, step {r.step}", "score: side of the plane"
    names = {"loc": "upper center", "ncols": 2, "handletextpad": 0.1, "columnspacing": 1}
    limits = {"xlim": (-2.2, 2.2), "ylim": (-1.1, 1.4)}
    plane.frame(title, xlabel, "largest spread inside the plane", yticks=(), legend=names, **limits)
    plane.upright(0, "black", "-", width=1.5)
    plane.span(-9, 0, "orange", alpha=0.2)
    plane.span(0, 9, "sky", alpha=0.2)
    for label, color, marker in ((-1, "vermilion", "o"), (1, "blue", "^")):
        mine, name = r.sample.new_y == label, f"class {label:+d}".replace("-", "−")
        score = r.learned.score[mine].clamp(-2.15, 2.15)
        plane.dots(score, r.learned.spread[mine], color, marker, name, size=5, edge="black")


def sentence(r: Scene) -> str:
    """Say how many new points are on their own side, how the alignment grows, and where the units look."""
    fixed, learned, d = r.fixed, r.learned, len(r.attention)
    return (
        f"After {r.step} steps, a plane in the layer puts {100 * learned.right:.0f} % of the new points on their own "
        f"side; at the start, {100 * fixed.right:.0f} %. Infinitely many untrained units reach "
        f"{100 * r.limit:.0f} %. The two coordinates that decide have {100 * float(r.attention[:2].sum()):.0f} % of "
        f"the squared weight (equal shares: {200 / d:.0f} %). The alignment was {fixed.alignment:.2f} at the start and "
        f"is {learned.alignment:.2f} now."
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
