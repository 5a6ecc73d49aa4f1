"""Double descent, solved: why the error is worst where the fit just becomes perfect, by formula."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.double_descent_solved.claims import CLAIMS
from ddlearn.lessons.double_descent_solved.decisions import BUY, EFFECTIVE
from ddlearn.lessons.double_descent_solved.exercises import BIAS_VARIANCE, MIN_NORM_FIT, RISK

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "peak", "images", "why", "variance"),
    title="Double descent, solved",
    question="Why does the error rise, and fall again?",
    minutes=50,
    difficulty=3,
    exercises=(MIN_NORM_FIT, RISK, BIAS_VARIANCE),
    decisions=(BUY, EFFECTIVE),
    claims=CLAIMS,
    seconds={"images": 5.3, "why": 3.3, "variance": 3.9, "claims": 7.4},
)
