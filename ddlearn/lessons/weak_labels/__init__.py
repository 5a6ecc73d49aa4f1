"""Weak labels: what can be learned from the shares of cell types in bags, and how to compute it before training."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.weak_labels.claims import CLAIMS
from ddlearn.lessons.weak_labels.decisions import OFFER, SIZES
from ddlearn.lessons.weak_labels.exercises import BAG_RISK, KAPPA, PROPORTION_LOSS

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "holograms", "learners", "triangle", "effective_size"),
    title="Weak labels",
    question="What can be learned from proportions alone?",
    minutes=50,
    difficulty=3,
    exercises=(PROPORTION_LOSS, BAG_RISK, KAPPA),
    decisions=(OFFER, SIZES),
    claims=CLAIMS,
    seconds={"learners": 14.2, "effective_size": 4.8, "claims": 9.7},
)
