"""The capstone: a question of your own choice, a prediction, a measurement, and a page that stands by itself."""

from ddlearn.classroom import TODO, Lesson
from ddlearn.lessons import room
from ddlearn.lessons.capstone.asking import ahead
from ddlearn.lessons.capstone.claims import CLAIMS
from ddlearn.lessons.capstone.decisions import MANY, SEEDS, WRONG
from ddlearn.lessons.capstone.exercises import INTERVAL, VERDICT, t_value
from ddlearn.lessons.capstone.menu import QUESTIONS
from ddlearn.lessons.capstone.own import bring, write_page

__all__ = ["TODO", "bring", "lesson", "t_value", "write_page"]

lesson = Lesson(
    **room(__name__, "rule", "look", "experiment"),
    title="Capstone",
    question="Your own question: what do you expect, and what would show you wrong?",
    minutes=50,
    difficulty=3,
    exercises=(INTERVAL, VERDICT),
    decisions=(SEEDS, WRONG, MANY),
    predictions=map(ahead, QUESTIONS.values()),
    claims=CLAIMS,
    seconds={"look": 4.1, "claims": 13.5},
)
