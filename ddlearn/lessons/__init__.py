"""The lessons of the course, one room each, named as its notebook: exercises, explorers, questions and claims.

`SLUGS` is the course's order; every number follows from it. A room is imported when it is asked for:
`load("fixed_embeddings")`, or `load("01")`, is the lesson that `lessons/01_fixed_embeddings.ipynb` uses.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ddlearn.arguments import one_of
from ddlearn.classroom.verdict import TODO

if TYPE_CHECKING:
    from ddlearn.classroom.lesson import Lesson

__all__ = ["LESSONS", "SLUGS", "TODO", "exercises", "load", "room"]

SLUGS = (
    "start_here",
    "fixed_embeddings",
    "learned_embeddings",
    "neural_tangent_kernel",
    "leaving_the_lazy_regime",
    "large_steps",
    "real_steps_real_widths",
    "what_descent_finds",
    "learning_curves",
    "guarantees",
    "double_descent_solved",
    "double_descent_trained",
    "weak_labels",
    "purified_specimens",
    "counting_and_rules",
    "capstone",
)
LESSONS = {f"{place:02d}": slug for place, slug in enumerate(SLUGS)}
"""The slug of each number: "00" is the first."""


def room(module: str, *explorers: str) -> dict[str, object]:
    """Return what a room's place says of its lesson: its slug, the file of its questions, and its explorers by name.

    A room hands it on, `lesson = Lesson(**room(__name__, "lift", "ridge"), title=...)`. It knows no number of its own,
    and an explorer is what the file of its name declares as `explorer`.

    Raises:
        ValueError: if the room is not in `SLUGS`.
    """
    name = module.rpartition(".")[2]
    if name not in SLUGS:
        raise ValueError(f"{name} has no place in the course: put it into SLUGS of ddlearn/lessons/__init__.py")
    return {
        "slug": f"{SLUGS.index(name):02d}_{name}",
        "questions": Path(__file__).parent / name / "questions.md",
        "explorers": tuple(import_module(f"{module}.{explorer}").explorer for explorer in explorers),
    }


def load(lesson: str) -> "Lesson":
    """Return a lesson by its number or its slug.

    Raises:
        ValueError: if there is no such lesson.
    """
    one_of("lesson", lesson, [*LESSONS, *SLUGS])
    return import_module(f"{__name__}.{LESSONS.get(lesson, lesson)}").lesson


def exercises(lesson: str) -> list[str]:
    """Return the names of all that a lesson asks its learner to write, to repair or to decide.

    Raises:
        ValueError: if there is no such lesson.
    """
    parts = load(lesson).parts
    return [one.name for one in (*parts.exercises, *parts.decisions)]
