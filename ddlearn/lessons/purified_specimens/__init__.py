"""Lesson on purified specimens: what purified tubes are worth, how impure ones are corrected, when they mislead."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.purified_specimens.claims import CLAIMS
from ddlearn.lessons.purified_specimens.decisions import BY_HAND, HELD_OUT
from ddlearn.lessons.purified_specimens.exercises import FORWARD_LOSS, TRANSITION

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "exchange", "tubes", "batch"),
    title="Purified specimens",
    question="What is a purified specimen worth, and when does it mislead?",
    minutes=50,
    difficulty=3,
    exercises=(TRANSITION, FORWARD_LOSS),
    decisions=(HELD_OUT, BY_HAND),
    revealed_by={"impure": "tubes", "tube": "batch"},
    claims=CLAIMS,
    seconds={"exchange": 13.1, "tubes": 7.3, "batch": 8.5, "claims": 19.3},
)
