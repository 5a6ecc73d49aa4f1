"""Large steps: why descent works at steps that a quadratic forbids, and where it ends."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.large_steps.claims import CLAIMS
from ddlearn.lessons.large_steps.decisions import FLAT_STEP, REPELS
from ddlearn.lessons.large_steps.exercises import CATAPULT_STEP, DESCENT_STEP, PERIOD_TWO_ORBIT

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "step", "catapult", "edge"),
    title="Large steps",
    question="Why do steps that theory forbids work?",
    minutes=50,
    difficulty=3,
    exercises=(DESCENT_STEP, PERIOD_TWO_ORBIT, CATAPULT_STEP),
    decisions=(FLAT_STEP, REPELS),
    revealed_by={"beyond": "step"},
    claims=CLAIMS,
    seconds={"edge": 10.8, "claims": 4.0},
)
