"""Lesson 00, Start here: the article's questions, a first explorer, and a look at the machine."""

from ddlearn.classroom import TODO, Lesson, Quiz
from ddlearn.lessons.start_here import black_box
from ddlearn.lessons.start_here.claims import CLAIMS
from ddlearn.lessons.start_here.exercises import MEAN_SQUARED_ERROR
from ddlearn.lessons.start_here.questions import PREDICTIONS, QUIZ

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    number="00",
    slug="00_start_here",
    title="Start here",
    minutes=20,
    difficulty=1,
    exercises=(MEAN_SQUARED_ERROR,),
    explorers=(black_box.explorer,),
    predictions=PREDICTIONS,
    quiz=Quiz(QUIZ),
    claims=CLAIMS,
)
