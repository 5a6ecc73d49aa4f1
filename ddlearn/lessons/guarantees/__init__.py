"""Lesson on guarantees: bounds on an error rate that hold with a stated probability, and what each of them costs."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.guarantees.claims import CLAIMS
from ddlearn.lessons.guarantees.decisions import FRESH, SPLIT
from ddlearn.lessons.guarantees.exercises import GAUSSIAN_KL, HOLDOUT, PAC_BAYES

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "bounds", "net"),
    title="Guarantees",
    question="What can be guaranteed from n examples?",
    minutes=50,
    difficulty=4,
    exercises=(HOLDOUT, PAC_BAYES, GAUSSIAN_KL),
    decisions=(SPLIT, FRESH),
    claims=CLAIMS,
    seconds={"net": 4.3, "claims": 4.0},
)
