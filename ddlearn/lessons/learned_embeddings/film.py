"""The film: an embedding at its start and the same embedding while it learns, in the same light.

Two of d coordinates decide the class, in a shape that no line parts; the others are noise. A layer of ReLU units embeds
all d. Its weights of the start are random features, and stay: the fixed embedding. Its weights of the chosen step are
the learned one. In each the best plane is fitted to the same examples, and *new* points are looked at along that plane:
horizontally their score, vertically their largest spread inside the plane.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.lessons.learned_embeddings import exercises, shared
from ddlearn.lessons.learned_embeddings.shared import Features, Progress, Sample, Training

OTHERS = {"none": 0, "20": 20, "40": 40}
EXAMPLES, NEW = 300, 300
STEPS = 300
FRAMES = tuple(sorted({*range(0, 20, 2), *range(20, 60, 5), *range(60, 160, 10), *range(160, STEPS + 1, 20)}))
PENALTY = 1e-3
ASKED = ("rings", "20")  # what the prediction is about

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
    """One frame: the new points on their page, in the fixed embedding and in the learned one."""

    asked: bool  # whether the prediction was about this data
    step: int
    sample: Sample
    attention: Tensor  # (d,) share of the squared weights of each coordinate
    fixed: View
    learned: View


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
    asked, step = (shape, others) == ASKED, int(net.steps[frame])
    return Scene(asked, step, sample, net.attention(frame), fixed=seen[0], learned=seen[frame])


def picture(fig, r: Scene, said) -> None:
    """Draw the two coordinates that matter, where the units look, and both embeddings seen along their planes."""
    panels = fig.mosaic([["page", "fixed", "learned"], ["look", "fixed", "learned"]], (0.85, 1, 1), (1.5, 1))
    page, look, fixed, learned = (panels[name] for name in ("page", "look", "fixed", "learned"))
    square = {"xlim": (-2.6, 2.6), "ylim": (-2.6, 2.6), "xticks": (-2, 0, 2), "yticks": (-2, 0, 2)}
    page.frame("the two that matter", "x₁", "x₂", **square)
    d, names = len(r.attention), {"loc": "upper right", "borderpad": 0.1}
    limits = {"xlim": (0, 43), "ylim": (-0.06, 1), "xticks": (1, 10, 20, 30, 40), "yticks": (0, 0.5, 1)}
    look.frame("where the units look", "coordinate", "share of weights²", legend=names, **limits)
    look.dots(range(3, d + 1), r.attention[2:], "grey", "s", size=3.5)
    look.dots((1, 2), r.attention[:2], "green", "D", "the two")
    look.line([0, d + 1], [1 / d, 1 / d], "black", "--", "even share", width=1.2)
    names = {"loc": "upper center", "ncols": 2, "handletextpad": 0.1, "columnspacing": 1}
    for panel, view, name, ylabel, legend in (
        (fixed, r.fixed, "fixed", "largest spread inside the plane", None),
        (learned, r.learned, f"step {r.step}", "", names),
    ):
        title, limits = f"{name}: {100 * view.right:.0f} % on their side", {"xlim": (-2.2, 2.2), "ylim": (-1.1, 1.4)}
        panel.frame(title, "score: side of the plane", ylabel, yticks=(), legend=legend, **limits)
        panel.upright(0, "black", "-", width=1.5)
        panel.span(-9, 0, "orange", alpha=0.2)
        panel.span(0, 9, "sky", alpha=0.2)
    for label, color, marker in ((-1, "vermilion", "o"), (1, "blue", "^")):
        mine, name = r.sample.new_y == label, f"class {label:+d}".replace("-", "−")
        page.dots(*r.sample.new_x[mine, :2].T, color, marker, size=3, edge="black")
        for panel, view in ((fixed, r.fixed), (learned, r.learned)):
            panel.dots(view.score[mine], view.spread[mine], color, marker, name, size=5, edge="black")
    if r.asked and said("noise") is not None:
        box = {"color": "white", "pad": 3}
        fixed.text(0, 1.22, f"you said {said('noise'):.0f} %", ha="center", va="center", bbox=box)


def sentence(r: Scene, said) -> str:
    """Say how many new points are on their own side, how the alignment grows, and where the units look."""
    fixed, learned = r.fixed, r.learned
    you = f" You said {said('noise'):.0f} % for the fixed one." if r.asked and said("noise") is not None else ""
    return (
        f"New points in {len(r.attention)} coordinates. In the fixed embedding of {shared.UNITS} random units a plane "
        f"puts {100 * fixed.right:.0f} % on their own side; after {r.step} steps of learning "
        f"{100 * learned.right:.0f} %. Alignment with the labels: {fixed.alignment:.2f}, then "
        f"{learned.alignment:.2f}. The two coordinates that matter have {100 * float(r.attention[:2].sum()):.0f} % of "
        f"the squared weights.{you}"
    )


explorer = Explorer(
    "film",
    "The film: an embedding learns",
    controls=(
        Choice("shape", "Data", shared.SHAPES, "rings"),
        Choice("others", "Noise coordinates", tuple(OTHERS), "20"),
        Slider("step", "Training step", 0, STEPS, 0, whole=True, step=5),
    ),
    compute=film,
    picture=picture,
    sentence=sentence,
    uses=("features", "alignment"),
    size=(9.4, 4.6),
)
