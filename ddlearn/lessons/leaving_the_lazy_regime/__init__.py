"""Lesson 04, Leaving the lazy regime: when a net is only its tangent, and what makes its features move."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.leaving_the_lazy_regime import diagonal, finite_width, scale, width
from ddlearn.lessons.leaving_the_lazy_regime.claims import CLAIMS
from ddlearn.lessons.leaving_the_lazy_regime.exercises import DIAGONAL_STEP, DOUBLED, DRIFT

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__),
    title="Leaving the lazy regime",
    minutes=45,
    difficulty=3,
    exercises=(DRIFT, DOUBLED, DIAGONAL_STEP),
    explorers=(scale.explorer(), width.explorer(), diagonal.explorer(), finite_width.explorer()),
    revealed_by={"truth": "diagonal"},
    claims=CLAIMS,
    seconds={"scale": 6.7, "width": 7.2, "claims": 6.9},
)
lesson.scale.figure.prediction = lambda: lesson.prediction("crossing")
lesson.diagonal.figure.prediction = lambda: lesson.prediction("truth")
lesson.width.figure.prediction = lambda: lesson.prediction("sixteen")
