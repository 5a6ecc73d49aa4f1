"""Where a sweep takes an explorer: corners, each control's own range, and a few places in between.

An error that only a moved control raises is seen by no notebook runner. So a test walks the controls itself.
"""

import itertools
import random
import re
from collections.abc import Iterator, Sequence

from ddlearn.classroom.controls import Control

CORNERS = 64  # of more corners than this, a fixed random choice is walked
TRIES = 30  # corners of which the best is taken, where any two controls must meet
LONGEST = 360  # characters of a sentence: three lines under a figure


def settings(controls: Sequence[Control], interiors: int, pairs: bool = False) -> Iterator[dict[str, object]]:
    """Each setting once: the start; every control's values, the others at their start; corners; random interiors.

    With `pairs` fewer: the start, as many corners as let any two controls meet at each pair of their ends, interiors.
    """
    dice = random.Random(0)
    start = {control.name: control.start for control in controls}
    walk = [start]
    if not pairs:
        walk += [{**start, control.name: value} for control in controls for value in control.values(3)]
    if pairs and len(controls) > 1:
        corners = _pairwise(controls, dice)
    else:
        corners = list(itertools.product(*(control.values(2) for control in controls)))
        corners = corners if len(corners) <= CORNERS else dice.sample(corners, CORNERS)
    walk += [dict(zip(start, corner, strict=True)) for corner in corners]
    walk += [{control.name: control.random(dice) for control in controls} for _ in range(interiors)]
    yield from {tuple(values.values()): values for values in walk}.values()  # each setting once


def _pairwise(controls: Sequence[Control], dice: random.Random) -> Iterator[tuple]:
    """A covering array of strength two: each corner takes the best of some that have the next pair not yet seen."""
    ends = [control.values(2) for control in controls]
    places = itertools.combinations(enumerate(ends), 2)
    missing = [((i, a), (j, b)) for (i, some), (j, others) in places for a in some for b in others]

    def left(corner: list) -> list[tuple]:
        return [pair for pair in missing if any(corner[place] != end for place, end in pair)]

    while missing:
        tries = [[dice.choice(values) for values in ends] for _ in range(TRIES)]
        for corner, (place, end) in itertools.product(tries, missing[0]):
            corner[place] = end
        best = min(tries, key=lambda corner: len(left(corner)))
        missing = left(best)
        yield tuple(best)


def check_sentence(sentence: str) -> None:
    """Raises ValueError unless `sentence` is one: words, at most three lines of them, every number a number."""
    if not sentence.strip():
        raise ValueError("the description is empty")
    if len(sentence) > LONGEST:
        raise ValueError(f"the description has {len(sentence)} characters and {LONGEST} fit under a figure: {sentence}")
    if re.search(r"\b(nan|inf)\b", sentence, re.IGNORECASE):
        raise ValueError(f"the description has a number that is none: {sentence}")
