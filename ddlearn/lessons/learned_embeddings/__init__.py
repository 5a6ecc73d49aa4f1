"""Learned embeddings: what a network gains by learning its view of the data, and when that fails."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.learned_embeddings.claims import CLAIMS
from ddlearn.lessons.learned_embeddings.decisions import DECAY
from ddlearn.lessons.learned_embeddings.exercises import ALIGNMENT, FEATURES, ORACLE_KERNEL

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "film", "bound", "parity"),
    title="Learned embeddings",
    question="What does a network gain when it learns its features?",
    minutes=50,
    difficulty=3,
    exercises=(ALIGNMENT, ORACLE_KERNEL, FEATURES),
    decisions=(DECAY,),
    revealed_by={"noise": "film"},
    claims=CLAIMS,
    seconds={"parity": 3.1, "claims": 5.0},
)
