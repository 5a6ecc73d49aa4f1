"""Lesson 07, Double descent, solved: why the error is worst where the fit just becomes perfect, by formula."""

from ddlearn.classroom import TODO, Lesson, Quiz
from ddlearn.lessons.double_descent_solved import images, peak, variance, why
from ddlearn.lessons.double_descent_solved.claims import CLAIMS
from ddlearn.lessons.double_descent_solved.exercises import BIAS_VARIANCE, MIN_NORM_FIT, RISK
from ddlearn.lessons.double_descent_solved.questions import PREDICTIONS, QUIZ, RECAP

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    number="07",
    slug="07_double_descent_solved",
    title="Double descent, solved",
    minutes=50,
    difficulty=3,
    exercises=(MIN_NORM_FIT, RISK, BIAS_VARIANCE),
    explorers=(peak.explorer, images.explorer, why.explorer, variance.explorer),
    predictions=PREDICTIONS,
    revealed_by={"more": "peak", "quiet": "peak"},
    recap=Quiz(RECAP),
    quiz=Quiz(QUIZ),
    claims=CLAIMS,
    seconds={"images": 5.3, "why": 3.3, "variance": 3.9, "claims": 7.4},
)
