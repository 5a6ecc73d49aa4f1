"""Lesson on counting and rules: the shares of a new patient by EM, and the votes of textbook rules by a label model."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.counting_and_rules import real_cells
from ddlearn.lessons.counting_and_rules.claims import CLAIMS
from ddlearn.lessons.counting_and_rules.decisions import NUMBERS, SPEND
from ddlearn.lessons.counting_and_rules.exercises import LABEL_ROUND, SHARES_STEP
from ddlearn.lessons.counting_and_rules.real_cells import end_model

__all__ = ["TODO", "end_model", "lesson", "real_rules"]

lesson = Lesson(
    **room(__name__, "patient", "rules"),
    title="Counting and rules",
    question="How is a new patient counted, and what are rules from a textbook worth?",
    minutes=50,
    difficulty=3,
    exercises=(SHARES_STEP, LABEL_ROUND),
    decisions=(SPEND, NUMBERS),
    revealed_by={"physiology": "patient", "broad": "rules"},
    claims=CLAIMS,
    seconds={"patient": 2.7, "claims": 6.0},
)

real_rules = real_cells.explorer
"""Shown in no cell: its cells are fetched, and a learner asks for them by name."""
