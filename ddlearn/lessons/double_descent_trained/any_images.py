"""Random features on digits, and on larger images that are fetched: the peak where it was first drawn.

Belkin, Hsu, Ma and Mandal (2019, arXiv 1812.11118) showed it for random Fourier features on MNIST. No cell of the
lesson runs this: `random_features.show()` in a new cell does, and of its images only the digits need no network.
"""

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import Choice, Explorer, cached, describe_curve, draw_curve
from ddlearn.double_descent import image_curve
from ddlearn.lessons.double_descent_trained.shared import LARGE, WRONG
from ddlearn.result import Curve

EXAMPLES, NEW, SEEDS = 300, 1000, 3
SIZES = (15, 30, 60, 120, 180, 240, 270, 300, 330, 375, 450, 600, 900, 1500, 3000)
DIGITS = "digits"
BANDWIDTHS = {DIGITS: 1.5, "MNIST": 5.0, "Fashion-MNIST": 5.0}
MEASURES = ("error rate", "squared error")


@cached(9)
def fitted(images: str, wrong: float, seed: int, progress: compute.Progress | None = None) -> tuple[Tensor, Tensor]:
    """Return error rate and squared error of minimum-norm fits, each (SEEDS, SIZES)."""
    draw = compute.generator(seed)
    found = datasets.digits(draw, test=NEW) if images == DIGITS else LARGE[images]().sample(2 * EXAMPLES, NEW, draw)
    path = image_curve(
        torch.cat([found.train_x, found.test_x]),
        torch.cat([found.train_y, found.test_y]),
        EXAMPLES,
        SIZES,
        SEEDS,
        compute.generator(seed + 1),
        width=BANDWIDTHS[images],
        rate=wrong,
        noise_draws=2,
        test=NEW,
        progress=progress,
    )
    return path.error[..., 0], path.mse[..., 0]


def curve(images: str, wrong: str, measure: str, seed: int = 0, *, progress: compute.Progress | None = None) -> Curve:
    """Return the error of random Fourier features over their number N, of which EXAMPLES is the threshold."""
    found = fitted(images, WRONG[wrong], seed, progress=progress)[MEASURES.index(measure)]
    x = torch.tensor(SIZES, dtype=torch.float64)
    return Curve(x, found, None, "random features", measure, f"{images}: {EXAMPLES} examples, {wrong} labels wrong")


def picture(fig, r: Curve) -> None:
    """Draw the curve, and the threshold."""
    panel = fig.panel()
    draw_curve(panel, r, log="xy")
    panel.upright(EXAMPLES, "vermilion", "-.", width=1.2, order=1.6)


explorer = Explorer(
    "random_features",
    "Random features on real images (line: as many as examples)",
    controls=(
        Choice("images", "Images", (DIGITS, *LARGE), DIGITS),
        Choice("wrong", "Wrong labels", tuple(WRONG), "20 %"),
        Choice("measure", "Measure", MEASURES, MEASURES[0]),
    ),
    compute=curve,
    picture=picture,
    sentence=describe_curve,
)
