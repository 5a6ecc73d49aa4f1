"""The lessons of the course, one room each: its exercises, explorers, predictions, questions and claims.

A room is imported when it is asked for; `load("01")` returns the lesson that `lessons/01_fixed_embeddings.ipynb` uses.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ddlearn.arguments import one_of
from ddlearn.classroom.exercise import TODO

if TYPE_CHECKING:
    from ddlearn.classroom.lesson import Lesson

__all__ = ["LESSONS", "TODO", "load"]

LESSONS = {
    "00": "start",
    "01": "kernels",
    "02": "embeddings",
    "03": "tangent",
    "04": "lazy",
    "05": "real_steps",
    "06": "examples",
    "07": "double_descent_solved",
    "08": "double_descent_trained",
    "09": "concentrations",
    "10": "domain_knowledge",
    "11": "capstone",
}


def load(number: str) -> "Lesson":
    """Return the lesson of this number ("00", "01", ...).

    Raises:
        ValueError: if there is no such lesson.
    """
    one_of("number", number, LESSONS)
    return import_module(f"{__name__}.{LESSONS[number]}").lesson
