"""Double descent, trained: real digits, wrong labels; where the error peaks, and what removes the peak."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.double_descent_trained import any_images, full
from ddlearn.lessons.double_descent_trained.claims import CLAIMS
from ddlearn.lessons.double_descent_trained.decisions import EXPECT, STOP
from ddlearn.lessons.double_descent_trained.exercises import EARLY_STOP, ENSEMBLE_STEP, INTERPOLATION_POINT

__all__ = ["TODO", "full_sweep", "lesson", "random_features"]

lesson = Lesson(
    **room(__name__, "map", "cures", "samples", "clocks"),
    title="Double descent, trained",
    question="Does it happen in nets that we train?",
    minutes=50,
    difficulty=3,
    exercises=(INTERPOLATION_POINT, EARLY_STOP, ENSEMBLE_STEP),
    decisions=(EXPECT, STOP),
    revealed_by={"stopped": "cures"},
    claims=CLAIMS,
    seconds={"map": 10.2, "cures": 4.9, "samples": 5.7, "claims": 10.1},
)

full_sweep = full.explorer
"""Shown in no cell: its sweeps take minutes, and a learner asks for them by name."""

random_features = any_images.explorer
"""Shown in no cell: two of its three sets of images are fetched."""
