"""Lesson 02, Learned embeddings: what a network gains by learning its view of the data, and when that fails."""

from ddlearn.classroom import TODO, Lesson, Quiz
from ddlearn.lessons.learned_embeddings import bound, digits, film, parity, probe
from ddlearn.lessons.learned_embeddings.claims import CLAIMS
from ddlearn.lessons.learned_embeddings.exercises import ALIGNMENT, FEATURES, ORACLE_KERNEL
from ddlearn.lessons.learned_embeddings.questions import PREDICTIONS, QUIZ, RECAP

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    number="02",
    slug="02_learned_embeddings",
    title="Learned embeddings",
    minutes=50,
    difficulty=3,
    exercises=(FEATURES, ALIGNMENT, ORACLE_KERNEL),
    explorers=(film.explorer, probe.explorer, bound.explorer, parity.explorer, digits.explorer),
    predictions=PREDICTIONS,
    revealed_by={"digits": "digits"},
    recap=Quiz(RECAP),
    quiz=Quiz(QUIZ),
    claims=CLAIMS,
    seconds={"parity": 3.1, "digits": 5.0, "claims": 5.0},
)
