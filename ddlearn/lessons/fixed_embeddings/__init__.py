"""Lesson 01, Fixed embeddings: in 2000 the embedding was chosen, and everything in it was linear."""

from ddlearn.classroom import TODO, Lesson, Quiz
from ddlearn.lessons.fixed_embeddings import digits, features, lift, ridge
from ddlearn.lessons.fixed_embeddings.claims import CLAIMS
from ddlearn.lessons.fixed_embeddings.exercises import GRAM, LEAVE_ONE_OUT, RIDGE
from ddlearn.lessons.fixed_embeddings.questions import PREDICTIONS, QUIZ, RECAP

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    number="01",
    slug="01_fixed_embeddings",
    title="Fixed embeddings",
    minutes=45,
    difficulty=2,
    exercises=(GRAM, RIDGE, LEAVE_ONE_OUT),
    explorers=(lift.explorer, ridge.explorer, features.explorer, digits.explorer),
    predictions=PREDICTIONS,
    revealed_by={"lift": "lift"},
    recap=Quiz(RECAP),
    quiz=Quiz(QUIZ),
    claims=CLAIMS,
    seconds={"digits": 2.7, "claims": 2.6},
)
