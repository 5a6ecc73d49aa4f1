"""Random features on digits, and on larger images that are fetched: the peak of lesson 07 where it was first drawn.

Belkin, Hsu, Ma and Mandal (2019, arXiv 1812.11118) showed it for random Fourier features on MNIST. No cell of the
lesson runs this: `random_features.show()` in a new cell does, and of its images only the digits need no network.
"""

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import PALETTE, Choice, CurveFigure, Explorer, cached
from ddlearn.double_descent import image_curve
from ddlearn.lessons.double_descent_trained.nets import WRONG, Progress
from ddlearn.result import Curve

EXAMPLES, NEW, SEEDS = 300, 1000, 3
SHARES = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
DIGITS = "digits"
LARGE = {"MNIST": datasets.mnist, "Fashion-MNIST": datasets.fashion_mnist}
BANDWIDTHS = {DIGITS: 1.5, "MNIST": 5.0, "Fashion-MNIST": 5.0}
MEASURES = ("share missed", "squared error")


def points(images: str, seed: int) -> tuple[Tensor, Tensor]:
    """Pixels in [0, 1] and classes of as many images as are learned from and tested on, and some to choose from."""
    draw = compute.generator(seed)
    found = datasets.digits(draw, test=NEW) if images == DIGITS else LARGE[images]().sample(2 * EXAMPLES, NEW, draw)
    return torch.cat([found.train_x, found.test_x]), torch.cat([found.train_y, found.test_y])


@cached(9)
def fitted(images: str, wrong: float, seed: int, progress: Progress | None = None) -> tuple[Tensor, Tensor]:
    """Share missed and squared error of minimum-norm fits, each (SEEDS, sizes)."""
    x, y = points(images, seed)
    path = image_curve(
        x,
        y,
        EXAMPLES,
        [round(share * EXAMPLES) for share in SHARES],
        SEEDS,
        compute.generator(seed + 1),
        width=BANDWIDTHS[images],
        rate=wrong,
        noise_draws=2,
        test=NEW,
        progress=progress,
    )
    return path.error[..., 0], path.mse[..., 0]


def curve(images: str, wrong: str, measure: str, seed: int = 0, *, progress: Progress | None = None) -> Curve:
    """The error of random Fourier features against their number N, of which EXAMPLES is the threshold."""
    found = fitted(images, WRONG[wrong], seed, progress=progress)[MEASURES.index(measure)]
    x = torch.tensor([round(share * EXAMPLES) for share in SHARES], dtype=torch.float64)
    return Curve(x, found, None, "random features", measure, f"{images}: {EXAMPLES} examples, {wrong} labels wrong")


class ThresholdFigure(CurveFigure):
    log_x = log_y = True

    def layout(self, figure) -> None:
        super().layout(figure)
        self.axes.axvline(EXAMPLES, color=PALETTE["vermilion"], linestyle="-.", linewidth=1.2, zorder=1.6)


def explorer() -> Explorer:
    """Random features on real images, fresh."""
    return Explorer(
        name="random_features",
        title="Random features on real images (line: as many as examples)",
        controls=(
            Choice("images", "Images", (DIGITS, *LARGE), DIGITS),
            Choice("wrong", "Wrong labels", tuple(WRONG), "20 %"),
            Choice("measure", "Measure", MEASURES, MEASURES[0]),
        ),
        compute=curve,
        figure=ThresholdFigure,
    )
