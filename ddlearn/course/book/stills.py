"""Stills of an explorer: what its picture becomes when one control is moved to an end of its range.

This runs in the lesson's own kernel, after its last cell, so that the pictures run on the functions built there.
"""

from collections.abc import Iterator

from ddlearn.classroom.explorer import Explorer
from ddlearn.classroom.lesson import Lesson

CELL = "__import__('ddlearn.course.book.stills', fromlist=['show']).show(lesson)"
KEY = "ddlearn-still"  # of the metadata that says which still an output is


def moves(explorer: Explorer) -> Iterator[tuple[str, dict[str, object]]]:
    """Each control in turn at each end of its range, the others at their start: in words, and as values."""
    for control in explorer.controls:
        for value in control.ends:
            if value != control.start:
                yield control.say(value), {control.name: value}


def show(lesson: Lesson) -> None:
    """Display every still of every explorer of a lesson."""
    from IPython.display import display

    for explorer in lesson.parts.explorers:
        for words, values in moves(explorer):
            metadata = {KEY: {"explorer": explorer.name, "setting": words}}
            display(explorer.still(**values), raw=True, metadata=metadata)
