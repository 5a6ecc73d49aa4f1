"""What turns functions into a lesson; knows no science.

A room in `ddlearn.lessons` declares a `Lesson` from these parts. They are imported when they are first asked for: a
program that reads the learner's progress needs no widgets and no matplotlib.
"""

from importlib import import_module
from typing import Any

_EXPORTS = {
    "answer": ["ExerciseNotPassed"],
    "cache": ["cached"],
    "claim": ["Claim", "ClaimResult"],
    "claim_texts": ["ClaimTexts", "Measured"],
    "code": ["uses"],
    "controls": ["Choice", "Slider", "Switch"],
    "curve": ["describe_curve", "draw_curve"],
    "decision": ["Decision"],
    "exercise": ["Exercise"],
    "explorer": ["Explorer"],
    "figure": ["LiveFigure"],
    "hints": ["Hints"],
    "lesson": ["Lesson"],
    "mistake": ["Mistake", "Remark", "edit"],
    "prediction": ["Prediction"],
    "progress": ["Progress"],
    "quiz": ["Option", "Quiz", "QuizItem"],
    "style": ["LINES", "PALETTE", "ink"],
    "verdict": ["TODO", "Verdict"],
}
_HOME = {name: module for module, names in _EXPORTS.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
