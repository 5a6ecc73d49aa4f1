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

from ddlearn import compute, datasets
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, cached
from ddlearn.lessons.learned_embeddings import exercises
from ddlearn.lessons.learned_embeddings.recipe import UNITS, Features, Progress, Reel, Sample, learn, readout

SHAPES = ("rings", "xor", "moons")
OTHERS = ("none", "20", "40")
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
    x: Tensor  # (t, 2) the two coordinates that matter
    y: Tensor  # (t,)
    attention: Tensor  # (d,) share of the squared weights of each coordinate
    fixed: View
    learned: View


def hidden_shape(shape: str, others: int, examples: int, new: int, generator: torch.Generator) -> Sample:
    """A toy set in the first two of 2 + `others` coordinates; the rest are normal noise, as large as the shape."""
    x, y = datasets.TOYS[shape](examples + new, 0.15, generator)
    noise = torch.randn(len(x), others, generator=generator, dtype=x.dtype)
    x = torch.cat([x / x[:examples].std(0), noise], 1)
    return Sample(x[:examples], y[:examples], x[examples:], y[examples:])


@cached(9)
def training(shape: str, others: str, seed: int, progress: Progress | None = None) -> tuple[Sample, Reel]:
    """The sample, and the net that learns it."""
    noise = 0 if others == "none" else int(others)
    sample = hidden_shape(shape, noise, EXAMPLES, NEW, compute.generator(seed))
    return sample, learn([sample], STEPS, FRAMES, [seed], progress=progress)[0]


def view(sample: Sample, W: Tensor, b: Tensor, before: View | None, features: Features, alignment: Alignment) -> View:
    """Look along the plane. An axis of largest spread has no sign of its own: it is the one nearest to `before`."""
    phi, phi_new = features(sample.x, W, b), features(sample.new_x, W, b)
    score = readout(phi, sample.y, phi_new, PENALTY)
    centred = phi_new - phi_new.mean(0)
    # The part of the embedding that the score does not explain lies inside the plane.
    along = score - score.mean()
    inside = centred - torch.outer(along, along @ centred) / (along @ along).clamp_min(1e-12)
    widest = torch.linalg.svd(inside, full_matrices=False).U[:, 0]
    spread = widest / widest.abs().max()
    if before is not None and spread @ before.spread < 0:
        spread = -spread
    return View(
        score=score,
        spread=spread,
        right=float((score.sign() == sample.new_y).double().mean()),
        alignment=float(alignment(phi_new @ phi_new.T, sample.new_y)),
    )


@cached(9)
def views(
    shape: str,
    others: str,
    seed: int,
    features: Features,
    alignment: Alignment,
    progress: Progress | None = None,
) -> list[View]:
    """The embedding at every frame."""
    sample, reel = training(shape, others, seed, progress=progress)
    seen: list[View] = []
    for W, b in zip(reel.W, reel.b, strict=True):
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
    """The scene at the recorded step nearest to `step`."""
    sample, reel = training(shape, others, seed, progress=progress)
    seen = views(shape, others, seed, features, alignment, progress=progress)
    frame = int((reel.steps - step).abs().argmin())
    return Scene(
        asked=(shape, others) == ASKED,
        step=int(reel.steps[frame]),
        x=sample.new_x[:, :2],
        y=sample.new_y,
        attention=reel.attention(frame),
        fixed=seen[0],
        learned=seen[frame],
    )


class FilmFigure(ArtistFigure):
    """Left: the two coordinates, and where the units look. Then the fixed embedding and the learned one, edge-on."""

    size = (9.4, 4.6)
    prediction: Callable[[], float | None] = staticmethod(lambda: None)
    LOOKS = (("o", PALETTE["vermilion"], "class −1"), ("^", PALETTE["blue"], "class +1"))

    def layout(self, figure):
        grid = figure.add_gridspec(2, 3, width_ratios=(0.85, 1, 1), height_ratios=(1.5, 1))
        page, look = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
        fixed, learned = figure.add_subplot(grid[:, 1]), figure.add_subplot(grid[:, 2])
        page.set(title="the two that matter", xlim=(-2.6, 2.6), ylim=(-2.6, 2.6), xlabel="x₁", ylabel="x₂")
        page.set(xticks=[-2, 0, 2], yticks=[-2, 0, 2])
        (self.others,) = look.plot([], [], "s", color=PALETTE["grey"], markersize=3.5)
        (self.two,) = look.plot([], [], "D", color=PALETTE["green"], markersize=6)
        (self.even,) = look.plot([], [], "--", color=PALETTE["black"], linewidth=1.2)
        look.legend([self.two, self.even], ["the two", "even share"], loc="upper right", borderpad=0.1)
        look.set(title="where the units look", xlabel="coordinate", ylabel="share of weights²")
        look.set(xlim=(0, 43), ylim=(-0.06, 1), xticks=[1, 10, 20, 30, 40], yticks=[0, 0.5, 1])
        for axes in (fixed, learned):
            axes.axvline(0, color=PALETTE["black"], linewidth=1.5)
            axes.axvspan(-9, 0, color=PALETTE["orange"], alpha=0.2, linewidth=0)
            axes.axvspan(0, 9, color=PALETTE["sky"], alpha=0.2, linewidth=0)
            axes.set(xlim=(-2.2, 2.2), ylim=(-1.1, 1.4), yticks=[], xlabel="score: side of the plane")
        fixed.set(ylabel="largest spread inside the plane")
        self.said = fixed.text(0, 1.22, "", ha="center", va="center", bbox={"color": "white", "pad": 3})
        self.titles = [axes.set_title(" ") for axes in (fixed, learned)]
        edge = {"markeredgecolor": "black", "markeredgewidth": 0.4}
        self.on_page, *self.on_edge = (
            [axes.plot([], [], m, color=c, label=label, markersize=size, **edge)[0] for m, c, label in self.LOOKS]
            for axes, size in ((page, 3), (fixed, 5), (learned, 5))
        )
        learned.legend(loc="upper center", ncols=2, handletextpad=0.1, columnspacing=1)

    def draw(self, result: Scene):
        d = len(result.attention)
        numbers = torch.arange(1, d + 1)
        self.two.set_data(numbers[:2], result.attention[:2])
        self.others.set_data(numbers[2:], result.attention[2:])
        self.even.set_data([0, d + 1], [1 / d, 1 / d])
        guess = self.prediction()
        self.said.set(text=f"you said {guess or 0:.0f} %", visible=guess is not None and result.asked)
        views = (result.fixed, result.learned)
        for title, name, one in zip(self.titles, ("fixed", f"step {result.step}"), views, strict=True):
            title.set_text(f"{name}: {100 * one.right:.0f} % on their side")
        for k, label in enumerate((-1, 1)):
            mine = result.y == label
            self.on_page[k].set_data(result.x[mine, 0], result.x[mine, 1])
            for artists, one in zip(self.on_edge, views, strict=True):
                artists[k].set_data(one.score[mine].clamp(-2.15, 2.15), one.spread[mine])

    def describe(self, result: Scene) -> str:
        fixed, learned = result.fixed, result.learned
        guess = self.prediction()
        said = "" if guess is None or not result.asked else f" You said {guess:.0f} % for the fixed one."
        mass = float(result.attention[:2].sum())
        return (
            f"New points in {len(result.attention)} coordinates. In the fixed embedding of {UNITS} random units a "
            f"plane puts {100 * fixed.right:.0f} % on their own side; after {result.step} steps of learning "
            f"{100 * learned.right:.0f} %. Alignment with the labels: {fixed.alignment:.2f}, then "
            f"{learned.alignment:.2f}. The two coordinates that matter have {100 * mass:.0f} % of the squared "
            f"weights.{said}"
        )


def explorer() -> Explorer:
    """The film, fresh."""
    return Explorer(
        name="film",
        title="The film: an embedding learns",
        controls=(
            Choice("shape", "Data", SHAPES, "rings"),
            Choice("others", "Noise coordinates", OTHERS, "20"),
            Slider("step", "Training step", 0, STEPS, 0, whole=True, step=5),
        ),
        compute=film,
        figure=FilmFigure,
        uses=("features", "alignment"),
    )
