"""Lesson 04, Leaving the lazy regime: when a net is only its tangent, and what makes its features move."""

from ddlearn.classroom import TODO, Lesson, Quiz
from ddlearn.lessons.lazy import diagonal, finite_width, regimes, width
from ddlearn.lessons.lazy.claims import CLAIMS
from ddlearn.lessons.lazy.exercises import DIAGONAL_STEP, DOUBLED, DRIFT
from ddlearn.lessons.lazy.questions import PREDICTIONS, QUIZ, RECAP

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    number="04",
    slug="04_leaving_the_lazy_regime",
    title="Leaving the lazy regime",
    minutes=45,
    difficulty=3,
    exercises=(DRIFT, DOUBLED, DIAGONAL_STEP),
    explorers=(regimes.explorer(), width.explorer(), diagonal.explorer(), finite_width.explorer()),
    predictions=PREDICTIONS,
    revealed_by={"truth": "diagonal"},
    recap=Quiz(RECAP),
    quiz=Quiz(QUIZ),
    claims=CLAIMS,
)
lesson.scale.figure.prediction = lambda: lesson.prediction("crossing")
lesson.diagonal.figure.prediction = lambda: lesson.prediction("truth")
lesson.width.figure.prediction = lambda: lesson.prediction("sixteen")
