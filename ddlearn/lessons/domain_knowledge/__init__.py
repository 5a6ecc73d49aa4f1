"""Domain knowledge: purified tubes, blood tests, textbook rules; what they buy, and where they mislead."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.domain_knowledge import real_cells
from ddlearn.lessons.domain_knowledge.claims import CLAIMS
from ddlearn.lessons.domain_knowledge.exercises import LABEL_ROUND, SHARES_STEP, TRANSITION
from ddlearn.lessons.domain_knowledge.real_cells import end_model

__all__ = ["TODO", "end_model", "lesson", "real_rules"]

lesson = Lesson(
    **room(__name__, "exchange", "tubes", "patient", "rules", "batch"),
    title="Domain knowledge",
    question="What is a purified specimen worth?",
    minutes=60,
    difficulty=3,
    exercises=(TRANSITION, SHARES_STEP, LABEL_ROUND),
    revealed_by={"impure": "tubes", "tube": "batch"},
    claims=CLAIMS,
    seconds={"exchange": 13.1, "tubes": 7.3, "patient": 2.7, "batch": 8.5, "claims": 19.3},
)

real_rules = real_cells.explorer
"""Shown in no cell: its cells are fetched, and a learner asks for them by name."""
