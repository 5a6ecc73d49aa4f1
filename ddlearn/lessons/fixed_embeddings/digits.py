"""Kernel ridge on real digits, and what its fixed embedding does not know: that a moved digit is the same digit."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import PALETTE, Explorer, LiveFigure, Slider, Switch
from ddlearn.lessons.fixed_embeddings.lift import Gram
from ddlearn.ridge import ridge

MARGIN = 2  # empty pixels added on every side, so that a shift of two loses no ink
SHIFTS = tuple(range(-MARGIN, MARGIN + 1))
COPIES = ((2, 0), (-2, 0))
PENALTY = 1e-6
TEST = 200
BLOCK = 2**18  # numbers: a gram that makes all differences at once, as learners write it, stays within a few megabytes


@dataclass(frozen=True)
class Digits:
    """What the classifier says of test digits moved by (right, down)."""

    images: Tensor  # (8, 12, 12) the first test digits, moved
    named: Tensor  # (8,) what it calls them
    truth: Tensor  # (8,)
    right: int
    down: int
    examples: int
    copies: bool
    accuracy: float
    by_shift: Tensor  # (5,) accuracy against the shift to the right, at this shift down


@lru_cache(maxsize=4)
def framed(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training images and labels, test images and labels, on this machine's device; images within their margins."""
    digits = datasets.digits(compute.generator(seed), test=TEST)
    train, test = (
        torch.nn.functional.pad(images.double() / digits.white, (MARGIN,) * 4)
        for images in (digits.train_images, digits.test_images)
    )
    return tuple(part.to(compute.device()) for part in (train, digits.train_y, test, digits.test_y))


@lru_cache(maxsize=8)
def classifier(
    examples: int, width: float, copies: bool, seed: int, gram: Gram, ridge: Callable
) -> Callable[[Tensor], Tensor]:
    """A function from images (m, 12, 12) to the ten scores of each, (m, 10)."""
    images, labels = (part[:examples] for part in framed(seed)[:2])
    if copies:
        images = torch.cat([images] + [datasets.shift_images(images, right, down) for right, down in COPIES])
        labels = labels.repeat(1 + len(COPIES))
    x = images.flatten(1)

    def by_blocks(points: Tensor) -> Tensor:
        K, rows = points.new_empty(len(points), len(x)), max(1, BLOCK // x.numel())
        for start in range(0, len(points), rows):
            K[start : start + rows] = gram(points[start : start + rows], x, width)
        return K

    y = torch.nn.functional.one_hot(labels, 10).to(x.dtype) - 0.1
    alpha = ridge(by_blocks(x), y, PENALTY)
    return lambda shown: by_blocks(shown.flatten(1)) @ alpha


def shifted(
    right: int,
    down: int,
    examples: int,
    width: float = 2.0,
    copies: bool = False,
    seed: int = 0,
    *,
    gram: Gram = kernels.rbf,
    ridge: Callable[[Tensor, Tensor, float], Tensor] = ridge,
) -> Digits:
    """Train on centred digits, with `copies` on two moved copies of each too; test on digits moved by (right, down)."""
    _, _, test_images, test_labels = framed(seed)
    scores = classifier(examples, width, copies, seed, gram, ridge)

    def called(shift: int) -> Tensor:
        return scores(datasets.shift_images(test_images, shift, down)).argmax(1)

    names = {shift: called(shift) for shift in sorted({*SHIFTS, right})}
    accuracy = {shift: float((names[shift] == test_labels).double().mean()) for shift in names}
    return Digits(
        images=datasets.shift_images(test_images[:8], right, down).cpu(),
        named=names[right][:8].cpu(),
        truth=test_labels[:8].cpu(),
        right=right,
        down=down,
        examples=examples,
        copies=copies,
        accuracy=accuracy[right],
        by_shift=torch.tensor([accuracy[shift] for shift in SHIFTS], dtype=torch.float32),
    )


class DigitsFigure(LiveFigure):
    size = (9.4, 3.7)

    def layout(self, figure):
        grid = figure.add_gridspec(2, 6, width_ratios=(1, 1, 1, 1, 0.35, 3.2))
        self.pictures, self.names = [], []
        for k in range(8):
            axes = figure.add_subplot(grid[k // 4, k % 4])
            self.pictures.append(
                axes.imshow(torch.zeros(12, 12, dtype=torch.float32).numpy(), cmap="gray_r", vmin=0, vmax=1)
            )
            axes.set(xticks=[], yticks=[])
            self.names.append(axes.set_title(" ", fontsize=11))
        curve = figure.add_subplot(grid[:, 5])
        (self.curve,) = curve.plot([], [], "o-", color=PALETTE["blue"])
        (self.here,) = curve.plot([], [], "D", color=PALETTE["vermilion"], markersize=9)
        curve.axhline(0.1, color=PALETTE["grey"], linestyle="--")
        curve.text(0, 0.12, "guessing", ha="center", color=PALETTE["grey"])
        curve.set(
            xlim=(-2.3, 2.3),
            ylim=(0, 1.03),
            xticks=SHIFTS,
            xlabel="pixels to the right",
            title="test accuracy  (◆ this shift)",
        )

    def draw(self, result: Digits):
        for k, (picture, name) in enumerate(zip(self.pictures, self.names, strict=True)):
            picture.set_data(result.images[k].numpy())
            right = bool(result.named[k] == result.truth[k])
            name.set_text(f"{'✓' if right else '✗'} “{result.named[k]}”")
            name.set_color("black" if right else PALETTE["vermilion"])
        self.curve.set_data(SHIFTS, result.by_shift)
        self.here.set_data([result.right], [result.accuracy])

    def describe(self, result: Digits) -> str:
        taught = " and two copies of each, moved two pixels left and right" if result.copies else ""
        right = int((result.named == result.truth).sum())
        return (
            f"Trained on {result.examples} centred digits{taught}. Tested on digits moved by {result.right:+d} to the "
            f"right and {result.down:+d} down: {100 * result.accuracy:.0f} % are named rightly, {right} of the eight "
            f"shown. Without the move sideways it is {100 * result.by_shift[MARGIN]:.0f} %."
        )


def explorer() -> Explorer:
    """The digits explorer, fresh."""
    return Explorer(
        name="digits",
        title="Real digits: the same digit, two pixels to the right",
        controls=(
            Slider("right", "Shift right", -2, 2, 0, whole=True),
            Slider("down", "Shift down", -2, 2, 0, whole=True),
            Slider("examples", "Training digits", 50, 200, 100, whole=True, step=10),
            Switch("copies", "Train on moved copies too", False),
        ),
        compute=shifted,
        figure=DigitsFigure,
        uses=("gram", "ridge"),
    )
