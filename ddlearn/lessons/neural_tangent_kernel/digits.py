"""Real digits: regression with the kernel of infinite width against nets that are trained.

Images are brought to length 1. The penalty of the kernel's ridge regression is chosen by leave-one-out as in lesson 01:
no net is trained and none of the test digits is looked at. The nets have one hidden layer, start as the zero function,
and are trained with Adam and the same squared error until they fit what they were shown.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import Choice, Explorer, Slider, Switch, cached
from ddlearn.classroom.wording import brief
from ddlearn.lessons.neural_tangent_kernel import exercises, shared
from ddlearn.lessons.neural_tangent_kernel.shared import NextLayer, Progress
from ddlearn.networks import MLP
from ddlearn.ridge import RidgePath, ridge_path
from ddlearn.training import Ensemble, train

SIZES = (25, 50, 100, 200, 400)
MOST, TEST = SIZES[-1], 400
PENALTIES = torch.logspace(-8, 0, 33, dtype=torch.float64)
WIDTHS = (32, 512)
SEEDS = 3
WRONG = 0.2  # the share of labels replaced by another one, where that is asked for
STEPS, BATCH, RATE = 400, 25, 3e-3


@dataclass(frozen=True)
class Digits:
    """The kernel's errors along the path of penalties at one size, and everybody's test errors at every size."""

    examples: int
    depth: int
    width: int
    wrong: bool
    path: dict[str, Tensor]  # (penalties,) shares missed: of given labels, and on "new digits" of true ones
    chosen: int  # index of the penalty that leave-one-out chooses
    kernel: Tensor  # (sizes,) test error, each at the penalty that leave-one-out chooses there
    nets: Tensor  # (seeds, sizes) test error

    @property
    def error(self) -> float:
        """Test error of the kernel at the chosen penalty."""
        return float(self.path["new digits"][self.chosen])


@cached(4)
def data(wrong: bool, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return images of length 1 (400, 64), the labels given for them, test images (400, 64) and their true labels."""
    generator = compute.generator(seed)
    digits = datasets.digits(generator, test=TEST)
    x, test_x = (points / points.norm(dim=1, keepdim=True) for points in (digits.train_x[:MOST], digits.test_x))
    y = digits.train_y[:MOST]
    spoiled = torch.rand(len(y), generator=generator, dtype=torch.float32) < (WRONG if wrong else 0)
    other = (y + torch.randint(1, 10, y.shape, generator=generator)) % 10
    parts = x, torch.where(spoiled, other, y), test_x, digits.test_y
    return tuple(part.to(compute.device()) for part in parts)


def targets(labels: Tensor, like: Tensor) -> Tensor:
    return datasets.one_hot(labels, 10, centered=True).to(like)


def miss(scores: Tensor, labels: Tensor) -> Tensor:
    """Return the share of images whose largest score is at another class.  (..., n, 10), (n,) -> (...)"""
    return (scores.argmax(-1) != labels).double().mean(-1).cpu()


@cached(4)
def kernel_of_all(depth: int, seed: int, next_layer: NextLayer) -> Tensor:
    """Return the infinite kernel of training and test images, (800, 800); without a layer that of the pixels."""
    x, _, test_x, _ = data(False, seed)
    return shared.infinite_ntk(torch.cat([x, test_x]), next_layer, depth)


def kernel_fit(examples: int, depth: int, wrong: bool, seed: int, next_layer: NextLayer) -> tuple[RidgePath, Tensor]:
    """Return ridge fits for every penalty, and their test errors."""
    _, y, _, test_y = data(wrong, seed)
    Theta = kernel_of_all(depth, seed, next_layer)
    path = ridge_path(Theta[:examples, :examples], targets(y[:examples], Theta), PENALTIES)
    return path, miss(path.predict(Theta[MOST:, :examples]), test_y)


@cached(16)
def kernel_errors(depth: int, wrong: bool, seed: int, next_layer: NextLayer) -> Tensor:
    """Return the test error at every size, each at the penalty of its own leave-one-out, (sizes,)."""
    fits = [kernel_fit(n, depth, wrong, seed, next_layer) for n in SIZES]
    return torch.stack([test[path.best] for path, test in fits])


@cached(12)
def net_errors(
    width: int, wrong: bool, seed: int, sizes: tuple[int, ...] = SIZES, progress: Progress | None = None
) -> Tensor:
    """Return the test error of `SEEDS` trained nets at every size, (seeds, sizes)."""
    x, y, test_x, test_y = data(wrong, seed)
    x, test_x = shared.scaled(x).float(), shared.scaled(test_x).float()
    nets = [MLP((x.shape[1], width, 10))] * SEEDS
    start = Ensemble.draw(nets, compute.generator(seed + 1), torch.float32, doubled=True)
    start = Ensemble(start.nets, tuple(tuple((W.to(x), b.to(x)) for W, b in one) for one in start.parameters))
    how, errors = {"steps": STEPS, "lr": RATE, "optimizer": "adam"}, []
    for i, n in enumerate(sizes):
        part = progress and (lambda share, words, i=i: progress((i + share) / len(sizes), words))
        draws = {"batch": min(BATCH, n), "generator": compute.generator(seed + 2)}
        end = train(start, x[:n], targets(y[:n], x), progress=part, **how, **draws).ensemble
        errors.append(miss(end.apply(test_x), test_y))
    return torch.stack(errors, 1)


def digits(
    examples: int,
    depth: int,
    width: str,
    wrong: bool,
    seed: int = 0,
    *,
    next_layer: NextLayer = exercises.next_layer,
    progress: Progress | None = None,
) -> Digits:
    """Compare the kernel and nets, on so many digits."""
    nets = net_errors(int(width), wrong, seed, progress=progress)
    y = data(wrong, seed)[1][:examples]
    path, test = kernel_fit(examples, depth, wrong, seed, next_layer)
    given = {"training digits": miss(path.fitted, y), "leave-one-out": miss(path.leave_one_out, y)}
    kernel = kernel_errors(depth, wrong, seed, next_layer)
    return Digits(
        examples,
        depth,
        int(width),
        wrong,
        path=given | {"new digits": test},
        chosen=path.best,
        kernel=kernel,
        nets=nets,
    )


def picture(fig, r: Digits) -> None:
    """Draw the kernel's errors against the penalty, at this size; and test errors against the size, beside nets."""
    path, sizes = fig.row(1, 1)
    errors = {"ylim": (-0.01, 0.75), "log": "x"}
    title = "error rate of the kernel  (◆ leave-one-out)"
    path.frame(title, "penalty", "error rate", xlim=(5e-9, 1), legend="upper left", **errors)
    looks = ("orange", "--"), ("purple", "-."), ("blue", "-")
    for (name, error), look in zip(r.path.items(), looks, strict=True):
        path.line(PENALTIES, error, *look, name)
    path.dots([PENALTIES[r.chosen]], [r.error], "black", "D", size=8)
    ticks, title = {n: str(n) for n in SIZES}, "error rate on new digits  (◆ here)"
    sizes.frame(title, "training digits", xlim=(22, 460), xticks=ticks, legend="upper right", **errors)
    sizes.axes.tick_params(labelleft=False)
    sizes.band(SIZES, r.nets.amin(0), r.nets.amax(0), "vermilion", alpha=0.25)
    sizes.line(SIZES, r.kernel, label="kernel", marker="o")
    sizes.line(SIZES, r.nets.mean(0), "vermilion", "--", "networks (band: all seeds)", marker="^")
    sizes.dots([r.examples], [r.error], "black", "D", size=8)


def sentence(r: Digits) -> str:
    """Say the kernel's error rates at the chosen penalty, and those of kernel and networks with all digits."""
    layers = ("the pixels", "1 infinite layer")[r.depth] if r.depth < 2 else f"{r.depth} infinite layers"
    given = f", {100 * WRONG:.0f} % of them with a wrong label" if r.wrong else ""
    left_out, kernel = 100 * float(r.path["leave-one-out"][r.chosen]), 100 * float(r.kernel[-1])
    low, high = 100 * float(r.nets[:, -1].min()), 100 * float(r.nets[:, -1].max())
    return (
        f"With {MOST} digits the error rate is {kernel:.1f} % for the kernel and {low:.1f} to {high:.1f} % for "
        f"networks of {r.width} units. With {r.examples} digits{given}, leave-one-out chooses the penalty "
        f"{brief(float(PENALTIES[r.chosen]))} for the kernel of {layers}. Its error rate is then {left_out:.1f} % on "
        f"digits left out and {100 * r.error:.1f} % on new ones."
    )


explorer = Explorer(
    "digits",
    "Real digits: an infinitely wide network and trained ones",
    controls=(
        Slider("examples", "Training digits", SIZES[0], MOST, 100, whole=True, step=25),
        Slider("depth", "Kernel’s layers", 0, 4, 1, whole=True),
        Choice("width", "Hidden units of the networks", tuple(map(str, WIDTHS)), "512"),
        Switch("wrong", "One label in five is wrong", False),
    ),
    compute=digits,
    picture=picture,
    sentence=sentence,
    uses=("next_layer",),
    size=(9.4, 4.1),
    more=("width",),
    pairs=(("depth", "wrong"),),
)
