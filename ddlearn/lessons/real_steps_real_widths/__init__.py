"""Lesson 05, Real steps, real widths: what can be proved for finite steps, finite width and any start; and beyond."""

from ddlearn.classroom import TODO, Lesson, Quiz
from ddlearn.lessons.real_steps_real_widths import catapult, certificate, edge, step, width
from ddlearn.lessons.real_steps_real_widths.claims import CLAIMS
from ddlearn.lessons.real_steps_real_widths.exercises import IMBALANCE_DRIFT, LOCAL_RATE, PERIOD_TWO_ORBIT
from ddlearn.lessons.real_steps_real_widths.questions import PREDICTIONS, QUIZ, RECAP

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    number="05",
    slug="05_real_steps_real_widths",
    title="Real steps, real widths",
    minutes=50,
    difficulty=4,
    exercises=(IMBALANCE_DRIFT, LOCAL_RATE, PERIOD_TWO_ORBIT),
    explorers=(certificate.explorer, width.explorer, step.explorer, catapult.explorer, edge.explorer),
    predictions=PREDICTIONS,
    revealed_by={"beyond": "step"},
    recap=Quiz(RECAP),
    quiz=Quiz(QUIZ),
    claims=CLAIMS,
    seconds={"width": 4.6, "edge": 10.8, "claims": 7.8},
)
