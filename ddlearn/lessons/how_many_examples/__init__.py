"""Lesson 06, How many examples? What error n examples let one predict, and what they let one promise."""

from ddlearn.classroom import TODO, Lesson, Quiz
from ddlearn.lessons.how_many_examples import bounds, curve, modes, net
from ddlearn.lessons.how_many_examples.claims import CLAIMS
from ddlearn.lessons.how_many_examples.exercises import KAPPA, PAC_BAYES, PREDICTED_ERROR
from ddlearn.lessons.how_many_examples.questions import PREDICTIONS, QUIZ, RECAP

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    number="06",
    slug="06_how_many_examples",
    title="How many examples?",
    minutes=50,
    difficulty=4,
    exercises=(KAPPA, PREDICTED_ERROR, PAC_BAYES),
    explorers=(curve.explorer, modes.explorer, bounds.explorer, net.explorer),
    predictions=PREDICTIONS,
    recap=Quiz(RECAP),
    quiz=Quiz(QUIZ),
    claims=CLAIMS,
    seconds={"curve": 3.9, "net": 4.3, "claims": 7.9},
)
