"""The neural tangent kernel: when training a network is no more than a fixed kernel."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.neural_tangent_kernel.claims import CLAIMS
from ddlearn.lessons.neural_tangent_kernel.decisions import PATIENCE, STEP
from ddlearn.lessons.neural_tangent_kernel.exercises import DESCENT, EMPIRICAL_NTK, NEXT_LAYER

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "walk", "film", "widths", "finite_width", "digits"),
    title="The neural tangent kernel",
    question="When is a wide network a kernel method again?",
    minutes=50,
    difficulty=3,
    exercises=(DESCENT, NEXT_LAYER, EMPIRICAL_NTK),
    decisions=(STEP, PATIENCE),
    revealed_by={"first": "film"},
    claims=CLAIMS,
    seconds={"film": 6.5, "digits": 8.4, "claims": 7.9},
)
