"""Lesson 03, The neural tangent kernel: when training a network is no more than a fixed kernel."""

from ddlearn.classroom import TODO, Lesson, Quiz
from ddlearn.lessons.neural_tangent_kernel import digits, film, walk, widths
from ddlearn.lessons.neural_tangent_kernel.claims import CLAIMS
from ddlearn.lessons.neural_tangent_kernel.exercises import DESCENT, EMPIRICAL_NTK, NEXT_LAYER
from ddlearn.lessons.neural_tangent_kernel.questions import PREDICTIONS, QUIZ, RECAP

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    number="03",
    slug="03_neural_tangent_kernel",
    title="The neural tangent kernel",
    minutes=50,
    difficulty=3,
    exercises=(EMPIRICAL_NTK, NEXT_LAYER, DESCENT),
    explorers=(walk.explorer, film.explorer, widths.explorer, digits.explorer),
    predictions=PREDICTIONS,
    revealed_by={"first": "film", "beyond": "film"},
    recap=Quiz(RECAP),
    quiz=Quiz(QUIZ),
    claims=CLAIMS,
    seconds={"film": 6.5, "digits": 8.4, "claims": 7.9},
)
