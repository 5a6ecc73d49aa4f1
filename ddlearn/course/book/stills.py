"""Stills of an explorer: what its picture becomes when one control is moved to an end of its range.

This runs in the lesson's own kernel, after its last cell, so that the pictures run on the functions built there.
"""

from collections.abc import Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from ddlearn.classroom.explorer import Explorer
from ddlearn.classroom.lesson import Lesson

TAG = "still"  # of the cells, and of the metadata that says at which setting an output was drawn
CALL = "__import__('ddlearn.course.book.stills', fromlist=['show']).show(lesson.{})"


def cells(lesson: Lesson) -> list[NotebookNode]:
    """The cells to run after a notebook's own: one an explorer, so that each has a cell's time for itself."""
    return [
        new_code_cell(CALL.format(explorer.name), metadata={"tags": [TAG], TAG: explorer.name})
        for explorer in lesson.parts.explorers
    ]


def moves(explorer: Explorer) -> Iterator[tuple[str, dict[str, object]]]:
    """Each control in turn at each end of its range, the others at their start: in words, and as values."""
    for control in explorer.controls:
        for value in control.values(2):
            if value != control.start:
                yield control.say(value), {control.name: value}


def show(explorer: Explorer) -> None:
    """Display every still of an explorer, each with its setting in words as metadata."""
    from IPython.display import display

    for words, values in moves(explorer):
        display(explorer.still(**values), raw=True, metadata={TAG: words})
