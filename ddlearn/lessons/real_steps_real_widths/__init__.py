"""Real steps, real widths: what can be proved for finite steps, finite width and any start."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.real_steps_real_widths.claims import CLAIMS
from ddlearn.lessons.real_steps_real_widths.decisions import CERTIFIED_STEP, MANY_LAYERS
from ddlearn.lessons.real_steps_real_widths.exercises import FLOOR, IMBALANCE_DRIFT, LOCAL_RATE

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "certificate", "width"),
    title="Real steps, real widths",
    question="What can be proved when the weights move?",
    minutes=50,
    difficulty=4,
    exercises=(IMBALANCE_DRIFT, LOCAL_RATE, FLOOR),
    decisions=(CERTIFIED_STEP, MANY_LAYERS),
    revealed_by={"tenth": "certificate", "cover": "width"},
    claims=CLAIMS,
    seconds={"width": 4.6, "claims": 6.0},
)
