"""Lesson on learning curves: the error that n examples will give, predicted from a kernel's spectrum and the target."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.learning_curves.claims import CLAIMS
from ddlearn.lessons.learning_curves.decisions import FLAT, HALF
from ddlearn.lessons.learning_curves.exercises import KAPPA, MODE_POWERS, PREDICTED_ERROR

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "curve", "modes"),
    title="Learning curves",
    question="What error should n examples give?",
    minutes=50,
    difficulty=4,
    exercises=(KAPPA, PREDICTED_ERROR, MODE_POWERS),
    decisions=(HALF, FLAT),
    claims=CLAIMS,
    revealed_by={"largest": "modes"},
    seconds={"curve": 3.9, "claims": 4.5},
)
