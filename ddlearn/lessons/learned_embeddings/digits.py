"""Real digits in two classes: a small and well-kept data set, where learning the embedding does not pay."""

import torch

from ddlearn import compute, datasets
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.lessons.learned_embeddings import exercises
from ddlearn.lessons.learned_embeddings.race import Race, describe_race, draw_race, race
from ddlearn.lessons.learned_embeddings.shared import UNITS, Features, Progress, Sample

SIZES = (50, 100, 200, 400)
NEW = 500
CLASSES = {"0-4 against 5-9": lambda digit: digit >= 5, "even against odd": lambda digit: digit % 2 == 1}


def two_classes(task: str, seed: int, sizes: tuple[int, ...]) -> list[Sample]:
    """Return digits as points of 64 pixels, centered, of mean squared pixel 1, with labels -1 and +1."""
    digits = datasets.digits(compute.generator(seed), test=NEW)
    x, new_x = datasets.standardize(digits.train_x, digits.test_x)
    y, new_y = (torch.where(CLASSES[task](digit), 1.0, -1.0).double() for digit in (digits.train_y, digits.test_y))
    return Sample(x, y, new_x, new_y).beginnings(sizes)


def digits(task: str, units: int, *, features: Features = exercises.features, progress: Progress | None = None) -> Race:
    """Race on real digits."""
    return race(two_classes, task, SIZES, units, features, progress)


def picture(fig, r: Race) -> None:
    """Draw the race, on an axis for small errors."""
    draw_race(fig.panel(), r, top=0.3)


def sentence(r: Race, said) -> str:
    """Say how the race went, and what was predicted of it."""
    return describe_race(r) + (f" You said: {said('digits')}." if said("digits") else "")


explorer = Explorer(
    "digits",
    "Real digits: the race again",
    controls=(
        Choice("task", "Classes", tuple(CLASSES), "0-4 against 5-9"),
        Slider("units", "Random units", 4, 256, UNITS, log=True, whole=True),
    ),
    compute=digits,
    picture=picture,
    sentence=sentence,
    uses=("features",),
    size=(9.4, 4.0),
)
