"""The sweep at full size, and nets of another kind: for a coffee break, or a machine with a GPU.

No cell of the lesson runs this: `full_sweep.show()` in a new cell does. Each sweep has a bar and can be cancelled; it
runs through joblib where it has cells, so that `joblib.parallel_config` spreads it.
"""

import math
from dataclasses import dataclass

from ddlearn import compute, datasets
from ddlearn import double_descent as dd
from ddlearn.classroom import Choice, Explorer, Slider, cached
from ddlearn.lessons.double_descent_trained import shared
from ddlearn.lessons.double_descent_trained.shared import CLASSES, LARGE, MEASURES, Training
from ddlearn.lessons.double_descent_trained.sweep_map import Map, nearest, picture, sentence

WRONG = "20 %"
HERE, LAYERS = "the lesson's own nets", "two layers, 500 digits"
WIDTHS = (2, 4, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 57, 64, 72, 80, 100, 128, 180, 256, 400)


@dataclass(frozen=True)
class Convolutional:
    """A sweep of convolutional nets on n images of one of the sets, tested on `new` others."""

    images: str
    n: int
    new: int
    widths: tuple[int, ...]
    seeds: int
    steps: int


def plans() -> dict[str, Training | Convolutional]:
    """Return what can be swept on this machine, by name. The real sets of 28 x 28 pixels are for a GPU."""
    rate = shared.WRONG[WRONG]
    seeds = compute.sizes(binder=3, laptop=5, gpu=25)
    layers = Training(
        rate, 0, WIDTHS, seeds, n=500, steps=2000, rate=0.01, record=tuple(dd.geometric_steps(4, 2000, 20))
    )
    narrow, wide = (1, 2, 3, 4, 5, 6, 8, 10), (1, 2, 4, 6, 8, 11, 14, 17, 20, 24, 32, 48)
    convolutional = compute.sizes(
        binder=(("digits", 400, narrow, 1, 500),),
        laptop=(("digits", 400, narrow, 2, 1000),),
        gpu=(
            ("digits", 400, (*narrow, 16, 24), 10, 10_000),
            ("MNIST", 4000, wide, 5, 20_000),
            ("Fashion-MNIST", 4000, wide, 5, 20_000),
        ),
    )
    return {HERE: Training(rate), LAYERS: layers} | {
        f"convolutional, {images}": Convolutional(images, n, 1000, widths, count, steps)
        for images, n, widths, count, steps in convolutional
    }


@cached(4)
def convolved(plan: Convolutional, progress: compute.Progress | None = None) -> dd.NetSweep:
    """Train convolutional nets of every width, a fifth of whose labels are wrong."""
    draw, device = compute.generator(0), compute.device()
    if plan.images == "digits":
        images = datasets.digits(draw, test=plan.new)
    else:
        images = LARGE[plan.images]().sample(plan.n, plan.new, draw)
    y = dd.flip_labels(images.train_y[: plan.n], shared.WRONG[WRONG], CLASSES, draw, plan.seeds)
    x, new = ((part.float() / images.white).to(device) for part in (images.train_images[: plan.n], images.test_images))
    return dd.conv_widths(
        x,
        y.to(device),
        new,
        images.test_y.to(device),
        plan.widths,
        compute.generator(1),
        steps=plan.steps,
        record=dd.geometric_steps(4, plan.steps, 20),
        progress=progress,
    )


def full(sweep: str, measure: str, steps: int, width: int, *, progress: compute.Progress | None = None) -> Map:
    """Return the map of one of the plans."""
    plan = plans()[sweep]
    found = (shared.trained if isinstance(plan, Training) else convolved)(plan, progress=progress)
    r, w = nearest(found.steps, steps), nearest(found.width, width)
    null = dd.null_mse(dd.one_hot(shared.split(0).y.cpu(), CLASSES))
    size = dd.interpolation_point(found.size, found.train_mse[..., r].mean(1), null) or math.inf
    return Map(found, WRONG, measure, r, w, size / float(found.n[0] * found.classes))


explorer = Explorer(
    "full",
    "The full sweep",
    controls=(
        Choice("sweep", "Nets", tuple(plans()), HERE),
        Choice("measure", "Measure", tuple(MEASURES), "squared error"),
        Slider("steps", "Steps", 4, 20_000, 20_000, log=True, whole=True),
        Slider("width", "Hidden units or channels", 1, 400, 400, log=True, whole=True),
    ),
    compute=full,
    picture=picture,
    sentence=sentence,
    size=(9.8, 4.9),
)
