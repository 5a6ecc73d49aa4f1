"""Fixed embeddings: in 2000 the embedding was chosen, and everything in it was linear."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.fixed_embeddings.claims import CLAIMS
from ddlearn.lessons.fixed_embeddings.decisions import WIDTH
from ddlearn.lessons.fixed_embeddings.exercises import GRAM, LEAVE_ONE_OUT, RIDGE

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "lift", "ridge", "features", "digits"),
    title="Fixed embeddings",
    question="How did we learn when the features were chosen by hand?",
    minutes=50,
    difficulty=2,
    exercises=(RIDGE, LEAVE_ONE_OUT, GRAM),
    decisions=(WIDTH,),
    revealed_by={"lift": "lift"},
    claims=CLAIMS,
    seconds={"digits": 2.7, "claims": 2.6},
)
