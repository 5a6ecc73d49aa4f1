"""Real steps, real widths: what can be proved for finite steps, finite width and any start."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.real_steps_real_widths.claims import CLAIMS
from ddlearn.lessons.real_steps_real_widths.exercises import IMBALANCE_DRIFT, LOCAL_RATE

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "certificate", "width"),
    title="Real steps, real widths",
    question="Why are simple optimizers so successful?",
    minutes=50,
    difficulty=4,
    exercises=(IMBALANCE_DRIFT, LOCAL_RATE),
    claims=CLAIMS,
    seconds={"width": 4.6, "claims": 6.0},
)
