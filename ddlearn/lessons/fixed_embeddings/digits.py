"""Kernel ridge on real digits, and what its fixed embedding does not know: that a moved digit is the same digit."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import Explorer, Slider, Switch, cached, ink
from ddlearn.lessons.fixed_embeddings.lift import Written
from ddlearn.ridge import ridge

MARGIN = 2  # empty pixels added on every side, so that a shift of two loses no ink
SHIFTS = tuple(range(-MARGIN, MARGIN + 1))
COPIES = (0, 2, -2)  # how far to the right: the image itself, and its moved copies
WIDTH, PENALTY, TEST = 2.0, 1e-6, 200
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
    by_shift: Tensor  # (5,) accuracy against the shift to the right, at this shift down

    @property
    def accuracy(self) -> float:
        return float(self.by_shift[SHIFTS.index(self.right)])


@cached(4)
def framed(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training images and labels, test images and labels, on this machine's device; images within their margins."""
    digits = datasets.digits(compute.generator(seed), test=TEST)
    pictures = (images.double() / digits.white for images in (digits.train_images, digits.test_images))
    train, test = (torch.nn.functional.pad(images, (MARGIN,) * 4) for images in pictures)
    return tuple(part.to(compute.device()) for part in (train, digits.train_y, test, digits.test_y))


@cached(8)
def classifier(examples: int, copies: bool, seed: int, gram: Written, ridge: Written) -> Callable[[Tensor], Tensor]:
    """A function from images (m, 12, 12) to the ten scores of each, (m, 10)."""
    images, labels = (part[:examples] for part in framed(seed)[:2])
    shifts = COPIES if copies else COPIES[:1]
    x = torch.cat([datasets.shift_images(images, right) for right in shifts]).flatten(1)

    def by_blocks(points: Tensor) -> Tensor:
        K, rows = points.new_empty(len(points), len(x)), max(1, BLOCK // x.numel())
        for start in range(0, len(points), rows):
            K[start : start + rows] = gram(points[start : start + rows], x, WIDTH)
        return K

    alpha = ridge(by_blocks(x), datasets.one_hot(labels.repeat(len(shifts)), 10, centered=True), PENALTY)
    return lambda shown: by_blocks(shown.flatten(1)) @ alpha


def shifted(
    right: int,
    down: int,
    examples: int,
    copies: bool = False,
    seed: int = 0,
    *,
    gram: Written = kernels.rbf,
    ridge: Written = ridge,
) -> Digits:
    """Train on centred digits, with `copies` on two moved copies of each too; test on digits moved by (right, down)."""
    _, _, test_images, test_labels = framed(seed)
    scores = classifier(examples, copies, seed, gram, ridge)
    moved = {shift: datasets.shift_images(test_images, shift, down) for shift in SHIFTS}
    named = {shift: scores(images).argmax(1) for shift, images in moved.items()}
    by_shift = torch.stack([(names == test_labels).double().mean() for names in named.values()]).cpu()
    first = (part[:8].cpu() for part in (moved[right], named[right], test_labels))
    return Digits(*first, right, down, examples, copies, by_shift)


def picture(fig, r: Digits) -> None:
    """Draw eight moved digits with the name that each got, and the accuracy against the shift."""
    rows = [[0, 1, 2, 3, ".", "accuracy"], [4, 5, 6, 7, ".", "accuracy"]]
    panels = fig.mosaic(rows, (1, 1, 1, 1, 0.35, 3.2))
    for k, (image, named, truth) in enumerate(zip(r.images, r.named, r.truth, strict=True)):
        panels[k].frame(f"{'✓' if named == truth else '✗'} “{named}”", xticks=(), yticks=(), aspect="equal")
        panels[k].axes.title.set(fontsize=11, color=ink("black" if named == truth else "vermilion"))
        panels[k].image(image, "gray_r", 0, 1)
    accuracy = panels["accuracy"]
    title, xlabel = "test accuracy  (◆ this shift)", "pixels to the right"
    accuracy.frame(title, xlabel, xlim=(-2.3, 2.3), ylim=(0, 1.03), xticks=SHIFTS)
    accuracy.line(SHIFTS, r.by_shift, marker="o")
    accuracy.dots([r.right], [r.accuracy], "vermilion", "D", size=9)
    accuracy.level(0.1, "grey", "--")
    accuracy.text(0, 0.12, "guessing", "grey", ha="center")


def sentence(r: Digits) -> str:
    """Say how many moved digits are named correctly."""
    taught = " and two copies of each, moved two pixels left and right" if r.copies else ""
    right = int((r.named == r.truth).sum())
    return (
        f"{100 * r.accuracy:.0f} % of the test digits are named correctly when moved by {r.right:+d} to the right and "
        f"{r.down:+d} down, {right} of the eight shown. Without the move sideways it is "
        f"{100 * r.by_shift[MARGIN]:.0f} %. Training saw {r.examples} centered digits{taught}."
    )


explorer = Explorer(
    "digits",
    "Real digits: the same digit, two pixels to the right",
    controls=(
        Slider("right", "Shift right", -2, 2, 0, whole=True),
        Slider("down", "Shift down", -2, 2, 0, whole=True),
        Slider("examples", "Training digits", 50, 200, 100, whole=True, step=10),
        Switch("copies", "Train on moved copies too", False),
    ),
    compute=shifted,
    picture=picture,
    sentence=sentence,
    uses=("gram", "ridge"),
    size=(9.4, 3.7),
    more=("down",),
    pairs=(("right", "copies"),),
)
