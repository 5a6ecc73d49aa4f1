"""Start here: the article's questions, a first explorer, and a look at the machine."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.start_here.claims import CLAIMS
from ddlearn.lessons.start_here.decisions import MODEL, TWICE
from ddlearn.lessons.start_here.exercises import MEAN_SQUARED_ERROR

__all__ = ["TODO", "lesson"]

lesson = Lesson(
    **room(__name__, "black_box"),
    title="Start here",
    question="Are deep nets black boxes?",
    minutes=35,
    difficulty=1,
    exercises=(MEAN_SQUARED_ERROR,),
    decisions=(MODEL, TWICE),
    claims=CLAIMS,
)
