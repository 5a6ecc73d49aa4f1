"""Leaving the lazy regime: when a net is only its tangent, and what makes its features move."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.leaving_the_lazy_regime import wide
from ddlearn.lessons.leaving_the_lazy_regime.claims import CLAIMS
from ddlearn.lessons.leaving_the_lazy_regime.decisions import EXPONENTS, STEP
from ddlearn.lessons.leaving_the_lazy_regime.exercises import DIAGONAL_STEP, DOUBLED, DRIFT

__all__ = ["TODO", "lesson", "wide_sweep"]

lesson = Lesson(
    **room(__name__, "scale", "width", "transfer", "diagonal"),
    title="Leaving the lazy regime",
    question="When do the weights really change?",
    minutes=50,
    difficulty=3,
    exercises=(DOUBLED, DIAGONAL_STEP, DRIFT),
    decisions=(STEP, EXPONENTS),
    revealed_by={"tenfold": "scale"},
    claims=CLAIMS,
    seconds={"scale": 6.7, "width": 3.6, "claims": 6.9},
)

wide_sweep = wide.explorer
"""Shown in no cell: it trains for a minute and more, and a learner asks for it by name."""
