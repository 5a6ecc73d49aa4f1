"""Real digits in two classes: a small and well-kept data set, where learning the embedding does not pay."""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn import compute, datasets
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.lessons.learned_embeddings import exercises
from ddlearn.lessons.learned_embeddings.race import Race, RaceFigure, race
from ddlearn.lessons.learned_embeddings.recipe import UNITS, Features, Progress, Sample

SIZES = (50, 100, 200, 400)
NEW = 500
CLASSES: dict[str, Callable[[Tensor], Tensor]] = {
    "0-4 against 5-9": lambda digit: digit >= 5,
    "even against odd": lambda digit: digit % 2 == 1,
}


def two_classes(task: str, seed: int, sizes: tuple[int, ...]) -> list[Sample]:
    """Digits as points of 64 pixels, centred, of mean squared pixel 1, with labels -1 and +1."""
    digits = datasets.digits(compute.generator(seed), test=NEW)
    mean = digits.train_x.mean(0)
    size = (digits.train_x - mean).square().mean().sqrt()
    x, new_x = ((points - mean) / size for points in (digits.train_x, digits.test_x))
    y, new_y = (torch.where(CLASSES[task](digit), 1.0, -1.0).double() for digit in (digits.train_y, digits.test_y))
    return [Sample(x[:n], y[:n], new_x, new_y) for n in sizes]


def digits(
    task: str,
    units: int,
    *,
    features: Features = exercises.features,
    progress: Progress | None = None,
) -> Race:
    """The race on real digits."""
    return race(two_classes, task, SIZES, units, features, progress)


class DigitsFigure(RaceFigure):
    """The same race, on an axis for smaller errors, and the learner's prediction said under it."""

    sizes, top = SIZES, 0.3
    prediction: Callable[[], str | None] = staticmethod(lambda: None)

    def describe(self, result: Race) -> str:
        guess = self.prediction()
        return super().describe(result) + ("" if guess is None else f" You said: {guess}.")


def explorer() -> Explorer:
    """The digits explorer, fresh."""
    return Explorer(
        name="digits",
        title="Real digits: the race again",
        controls=(
            Choice("task", "Classes", tuple(CLASSES), "0-4 against 5-9"),
            Slider("units", "Random units", 4, 256, UNITS, log=True, whole=True),
        ),
        compute=digits,
        figure=DigitsFigure,
        uses=("features",),
    )
