"""Weak labels: a blood test tells shares, and no cell its type; what such labels teach, told in advance."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.weak_labels.claims import CLAIMS
from ddlearn.lessons.weak_labels.decisions import OFFER, SIZES
from ddlearn.lessons.weak_labels.exercises import BAG_RISK, KAPPA, PROPORTION_LOSS

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "holograms", "learners", "triangle", "kappas"),
    title="Weak labels",
    question="What can be learned from proportions alone?",
    minutes=60,
    difficulty=3,
    exercises=(PROPORTION_LOSS, KAPPA, BAG_RISK),
    decisions=(OFFER, SIZES),
    revealed_by={"fourth": "holograms"},
    claims=CLAIMS,
    seconds={"learners": 14.2, "kappas": 4.8, "claims": 9.7},
)
