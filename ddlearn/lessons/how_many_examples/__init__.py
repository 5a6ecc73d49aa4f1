"""Lesson 06, How many examples? What error n examples let one predict, and what they let one promise."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.how_many_examples.claims import CLAIMS
from ddlearn.lessons.how_many_examples.exercises import KAPPA, PAC_BAYES, PREDICTED_ERROR

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "curve", "modes", "bounds", "net"),
    title="How many examples?",
    question="What can be promised from n examples?",
    minutes=50,
    difficulty=4,
    exercises=(KAPPA, PREDICTED_ERROR, PAC_BAYES),
    claims=CLAIMS,
    seconds={"curve": 3.9, "net": 4.3, "claims": 7.9},
)
