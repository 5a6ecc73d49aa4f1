"""Lesson 04, Leaving the lazy regime: when a net is only its tangent, and what makes its features move."""

from ddlearn.classroom import TODO, Lesson, Quiz
from ddlearn.lessons.leaving_the_lazy_regime import diagonal, finite_width, scale, width
from ddlearn.lessons.leaving_the_lazy_regime.claims import CLAIMS
from ddlearn.lessons.leaving_the_lazy_regime.exercises import DIAGONAL_STEP, DOUBLED, DRIFT
from ddlearn.lessons.leaving_the_lazy_regime.questions import PREDICTIONS, QUIZ, RECAP

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    number="04",
    slug="04_leaving_the_lazy_regime",
    title="Leaving the lazy regime",
    minutes=45,
    difficulty=3,
    exercises=(DRIFT, DOUBLED, DIAGONAL_STEP),
    explorers=(scale.explorer, width.explorer, diagonal.explorer, finite_width.explorer),
    predictions=PREDICTIONS,
    revealed_by={"truth": "diagonal"},
    recap=Quiz(RECAP),
    quiz=Quiz(QUIZ),
    claims=CLAIMS,
    seconds={"scale": 6.7, "width": 7.2, "claims": 6.9},
)
