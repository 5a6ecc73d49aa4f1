"""Real digits: regression with the kernel of infinite width against nets that are trained.

Images are brought to length 1. The kernel is fitted with ridge regression, the penalty chosen by leave-one-out as in
lesson 01: no net is trained and none of the test digits is looked at. The nets have one hidden layer, start as the zero
function, and are trained with Adam and the same squared error until they fit what they were shown.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider, Switch, cached
from ddlearn.classroom.wording import brief
from ddlearn.lessons.neural_tangent_kernel import exercises, nets
from ddlearn.networks import MLP
from ddlearn.ridge import RidgePath, ridge_path
from ddlearn.training import Ensemble, train

SIZES = (25, 50, 100, 200, 400)
TEST = 400
PENALTIES = torch.logspace(-8, 0, 33, dtype=torch.float64)
WIDTHS = (32, 512)
SEEDS = 3
WRONG = 0.2  # the share of labels replaced by another one, where that is asked for
STEPS, BATCH, RATE = 400, 25, 3e-3
Progress = Callable[[float, str], object]


@dataclass(frozen=True)
class Digits:
    """The kernel's errors along the path of penalties at one size, and everybody's test errors at every size."""

    examples: int
    depth: int
    width: int
    wrong: bool
    train: Tensor  # (penalties,) share of training digits whose given label is missed
    left_out: Tensor  # (penalties,)
    test: Tensor  # (penalties,)
    chosen: int  # index of the penalty that leave-one-out chooses
    kernel: Tensor  # (sizes,) test error, each at the penalty that leave-one-out chooses there
    nets: Tensor  # (seeds, sizes) test error

    @property
    def error(self) -> float:
        """Test error of the kernel at the chosen penalty."""
        return float(self.test[self.chosen])


@cached(4)
def data(wrong: bool, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Images of length 1 (400, 64), the labels given for them, test images (400, 64) and their true labels."""
    generator = compute.generator(seed)
    digits = datasets.digits(generator, test=TEST)
    x, test_x = (points / points.norm(dim=1, keepdim=True) for points in (digits.train_x[: SIZES[-1]], digits.test_x))
    y = digits.train_y[: SIZES[-1]]
    spoiled = torch.rand(len(y), generator=generator, dtype=torch.float32) < (WRONG if wrong else 0)
    other = (y + torch.randint(1, 10, y.shape, generator=generator)) % 10
    parts = x, torch.where(spoiled, other, y), test_x, digits.test_y
    return tuple(part.to(compute.device()) for part in parts)


def one_hot(labels: Tensor, like: Tensor) -> Tensor:
    """1 for the class and 0 for the others, less their mean."""
    return torch.nn.functional.one_hot(labels, 10).to(like) - 0.1


def miss(scores: Tensor, labels: Tensor) -> Tensor:
    """Share of images whose largest score is at another class.  (..., n, 10), (n,) -> (...)"""
    return (scores.argmax(-1) != labels).double().mean(-1)


@cached(4)
def kernel_of_all(depth: int, seed: int, next_layer: nets.NextLayer) -> Tensor:
    """The infinite kernel of training and test images, (800, 800); without a hidden layer that of the pixels."""
    x, _, test_x, _ = data(False, seed)
    return nets.infinite_ntk(torch.cat([x, test_x]), next_layer, depth)


def kernel_fit(
    examples: int, depth: int, wrong: bool, seed: int, next_layer: nets.NextLayer
) -> tuple[RidgePath, Tensor]:
    """Ridge fits for every penalty, and their test errors."""
    _, y, _, test_y = data(wrong, seed)
    Theta = kernel_of_all(depth, seed, next_layer)
    path = ridge_path(Theta[:examples, :examples], one_hot(y[:examples], Theta), PENALTIES)
    return path, miss(path.predict(Theta[SIZES[-1] :, :examples]), test_y)


@cached(16)
def kernel_errors(depth: int, wrong: bool, seed: int, next_layer: nets.NextLayer) -> Tensor:
    """Test error at every size, each at the penalty of its own leave-one-out, (sizes,)."""
    fits = [kernel_fit(n, depth, wrong, seed, next_layer) for n in SIZES]
    return torch.stack([test[path.best] for path, test in fits]).cpu()


@cached(12)
def net_errors(
    width: int, wrong: bool, seed: int, sizes: tuple[int, ...] = SIZES, progress: Progress | None = None
) -> Tensor:
    """Test error of `SEEDS` trained nets at every size, (seeds, sizes)."""
    x, y, test_x, test_y = data(wrong, seed)
    x, test_x = nets.scaled(x).float(), nets.scaled(test_x).float()
    start = Ensemble.draw(
        [MLP((x.shape[1], width, 10))] * SEEDS, compute.generator(seed + 1), torch.float32, doubled=True
    )
    start = Ensemble(start.nets, tuple(tuple((W.to(x), b.to(x)) for W, b in one) for one in start.parameters))
    errors = []
    for i, n in enumerate(sizes):
        trained = train(
            start,
            x[:n],
            one_hot(y[:n], x),
            steps=STEPS,
            lr=RATE,
            optimizer="adam",
            batch=min(BATCH, n),
            generator=compute.generator(seed + 2),
            progress=progress and (lambda share, words, i=i: progress((i + share) / len(sizes), words)),
        )
        errors.append(miss(trained.ensemble.apply(test_x), test_y))
    return torch.stack(errors, 1).cpu()


def digits(
    examples: int,
    depth: int,
    width: str,
    wrong: bool,
    seed: int = 0,
    *,
    next_layer: nets.NextLayer = exercises.next_layer,
    progress: Progress | None = None,
) -> Digits:
    """Kernel against nets, on so many digits."""
    trained = net_errors(int(width), wrong, seed, progress=progress)
    y = data(wrong, seed)[1][:examples]
    path, test = kernel_fit(examples, depth, wrong, seed, next_layer)
    return Digits(
        examples=examples,
        depth=depth,
        width=int(width),
        wrong=wrong,
        train=miss(path.fitted, y).cpu(),
        left_out=miss(path.leave_one_out, y).cpu(),
        test=test.cpu(),
        chosen=path.best,
        kernel=kernel_errors(depth, wrong, seed, next_layer),
        nets=trained,
    )


class DigitsFigure(ArtistFigure):
    """Left: error against the penalty, at this size. Right: test error against the size, kernel and nets."""

    size = (9.4, 4.1)
    TOP = 0.75

    def layout(self, figure):
        path, sizes = figure.subplots(1, 2, sharey=True)
        looks = (
            ("train", "train", "orange", "--"),
            ("left_out", "leave-one-out", "purple", "-."),
            ("test", "test", "blue", "-"),
        )
        self.paths = [
            (name, path.plot([], [], linestyle=s, color=PALETTE[c], label=label)[0]) for name, label, c, s in looks
        ]
        (self.chosen,) = path.plot([], [], "D", color=PALETTE["black"], markersize=8)
        path.set(xscale="log", xlim=(0.5 * float(PENALTIES[0]), float(PENALTIES[-1])), ylim=(-0.01, self.TOP))
        path.set(xlabel="penalty", title="kernel: share missed  (◆ chosen by leave-one-out)")
        path.legend(loc="upper left")
        (self.kernel,) = sizes.plot([], [], "o-", color=PALETTE["blue"], label="kernel")
        self.band = sizes.fill_between([], [], [], color=PALETTE["vermilion"], alpha=0.25, linewidth=0)
        (self.nets,) = sizes.plot([], [], "^--", color=PALETTE["vermilion"], label="nets: mean, all seeds")
        (self.here,) = sizes.plot([], [], "D", color=PALETTE["black"], markersize=8)
        sizes.set(xscale="log", xlim=(22, 460), xlabel="training digits", title="new digits missed  (◆ here)")
        sizes.set_xticks(SIZES, [str(n) for n in SIZES])
        sizes.set_xticks([], minor=True)
        sizes.legend(loc="upper right")

    def draw(self, result: Digits):
        for name, line in self.paths:
            line.set_data(PENALTIES, getattr(result, name))
        self.chosen.set_data([PENALTIES[result.chosen]], [result.error])
        self.kernel.set_data(SIZES, result.kernel)
        self.nets.set_data(SIZES, result.nets.mean(0))
        low, high = ([*zip(SIZES, side.tolist(), strict=True)] for side in (result.nets.amin(0), result.nets.amax(0)))
        self.band.set_verts([[*low, *reversed(high)]])
        self.here.set_data([result.examples], [result.error])

    def describe(self, result: Digits) -> str:
        layers = (
            ("the pixels", "1 infinite layer")[result.depth] if result.depth < 2 else f"{result.depth} infinite layers"
        )
        given = f", {100 * WRONG:.0f} % of their labels wrong" if result.wrong else ""
        low, high = (100 * float(side[-1]) for side in (result.nets.amin(0), result.nets.amax(0)))
        penalty, left_out = float(PENALTIES[result.chosen]), 100 * float(result.left_out[result.chosen])
        return (
            f"Kernel of {layers}, {result.examples} digits{given}: at the penalty that leave-one-out chooses, "
            f"{brief(penalty)}, it misses {left_out:.1f} % of the labels it is given, each left out, and "
            f"{100 * result.error:.1f} % of new digits. With {SIZES[-1]} digits the kernel misses "
            f"{100 * float(result.kernel[-1]):.1f} %, nets of {result.width} units {low:.1f} to {high:.1f} %."
        )


def explorer() -> Explorer:
    """The digits explorer, fresh."""
    return Explorer(
        name="digits",
        title="Real digits: a kernel that nobody trained, and nets",
        controls=(
            Slider("examples", "Training digits", SIZES[0], SIZES[-1], 100, whole=True, step=25),
            Slider("depth", "Kernel’s layers", 0, 4, 1, whole=True),
            Choice("width", "Nets’ hidden units", tuple(map(str, WIDTHS)), "512"),
            Switch("wrong", "One label in five is wrong", False),
        ),
        compute=digits,
        figure=DigitsFigure,
        uses=("next_layer",),
    )
