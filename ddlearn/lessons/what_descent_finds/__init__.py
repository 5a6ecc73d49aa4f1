"""What descent finds: which of all fits descent ends at, by its steps, its start and its neurons."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.what_descent_finds.claims import CLAIMS
from ddlearn.lessons.what_descent_finds.decisions import AGREE, START
from ddlearn.lessons.what_descent_finds.exercises import ATTACK, STEEPEST, TURN

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "line", "film", "neurons", "radius"),
    title="What descent finds",
    question="Can you understand what you converge to?",
    minutes=50,
    difficulty=3,
    exercises=(STEEPEST, TURN, ATTACK),
    decisions=(START, AGREE),
    revealed_by={"tenth": "neurons"},
    claims=CLAIMS,
    seconds={"neurons": 1.5, "radius": 1.5, "claims": 8.0},
)
