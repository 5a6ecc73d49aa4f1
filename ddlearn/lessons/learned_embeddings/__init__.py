"""Lesson 02, Learned embeddings: what a network gains by learning its view of the data, and when that fails."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.learned_embeddings.claims import CLAIMS
from ddlearn.lessons.learned_embeddings.exercises import ALIGNMENT, FEATURES, ORACLE_KERNEL

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "film", "probe", "bound", "parity", "digits"),
    title="Learned embeddings",
    question="What does learning the embedding buy?",
    minutes=50,
    difficulty=3,
    exercises=(FEATURES, ALIGNMENT, ORACLE_KERNEL),
    revealed_by={"digits": "digits"},
    claims=CLAIMS,
    seconds={"parity": 3.1, "digits": 5.0, "claims": 5.0},
)
