"""What turns functions into a lesson; knows no science.

A room in `ddlearn.lessons` declares a `Lesson` from these parts. They are imported when they are first asked for: a
program that reads the learner's progress needs no widgets and no matplotlib.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "TODO": "verdict",
    "Choice": "controls",
    "Claim": "claim",
    "ClaimResult": "claim",
    "Exercise": "exercise",
    "ExerciseNotPassed": "answer",
    "Explorer": "explorer",
    "Lesson": "lesson",
    "LINES": "style",
    "LiveFigure": "figure",
    "Mistake": "mistake",
    "PALETTE": "style",
    "Option": "quiz",
    "Prediction": "prediction",
    "Progress": "progress",
    "Quiz": "quiz",
    "QuizItem": "quiz",
    "Remark": "mistake",
    "Slider": "controls",
    "Switch": "controls",
    "Verdict": "verdict",
    "cached": "cache",
    "describe_curve": "curve",
    "draw_curve": "curve",
    "edit": "mistake",
    "ink": "style",
    "uses": "code",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
