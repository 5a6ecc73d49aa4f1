"""Where a sweep takes an explorer: corners, each control's own range, and a few places in between.

An error that only a moved control raises is seen by no notebook runner. So a test walks the controls itself.
"""

import itertools
import random
import re
from collections.abc import Iterator, Sequence

from ddlearn.classroom.controls import Control

CORNERS = 64  # of more corners than this, a fixed random choice is walked
LONGEST = 360  # characters of a sentence: three lines under a figure


def settings(controls: Sequence[Control], interiors: int) -> Iterator[dict[str, object]]:
    """Each setting once: the start; every control's values, the others at their start; corners; random interiors."""
    dice = random.Random(0)
    start = {control.name: control.start for control in controls}
    walk = [start]
    walk += [{**start, control.name: value} for control in controls for value in control.values(3)]
    walk += [dict(zip(start, corner, strict=True)) for corner in _corners(controls, dice)]
    walk += [{control.name: control.random(dice) for control in controls} for _ in range(interiors)]
    seen = set()
    for values in walk:
        key = tuple(values.values())
        if key not in seen:
            seen.add(key)
            yield values


def _corners(controls: Sequence[Control], dice: random.Random) -> list[tuple]:
    corners = list(itertools.product(*(control.values(2) for control in controls)))
    return corners if len(corners) <= CORNERS else dice.sample(corners, CORNERS)


def check_sentence(sentence: str) -> None:
    """Raises ValueError unless `sentence` is one: words, at most three lines of them, every number a number."""
    if not sentence.strip():
        raise ValueError("the description is empty")
    if len(sentence) > LONGEST:
        raise ValueError(f"the description has {len(sentence)} characters and {LONGEST} fit under a figure: {sentence}")
    if re.search(r"\b(nan|inf)\b", sentence, re.IGNORECASE):
        raise ValueError(f"the description has a number that is none: {sentence}")
