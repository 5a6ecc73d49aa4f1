"""Answers that students wrote from the page alone: wrong ones are recognized, right ones pass, however unusual.

`wrong_answers/NN_name.json` lists answers to the exercise `name` of lesson NN: the lines of their code, and the name of
the mistake that they are, or the rung of the ladder.
"""

import json
import math
from itertools import combinations
from pathlib import Path

import pytest
import torch

from ddlearn import lessons
from ddlearn.classroom import TODO
from ddlearn.generalization import kl_inverse
from ddlearn.lessons.capstone import t_value

CELL = {"TODO": TODO, "combinations": combinations, "math": math, "torch": torch}
CELL |= {"kl_inverse": kl_inverse, "t_value": t_value}
FILES = sorted(Path(__file__).with_name("wrong_answers").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_students_write_is_recognized_for_what_it_is(file):
    number, name = file.stem.split("_", 1)
    exercise = next(one for one in lessons.load(number).parts.exercises if one.name == name)
    answers = json.loads(file.read_text("utf-8"))
    assert "passed" in {answer["verdict"] for answer in answers}
    for answer in answers:
        cell = dict(CELL)
        exec("\n".join(answer["code"]), cell)
        verdict = exercise.check(cell[name])
        assert (verdict.mistake or verdict.status) == answer["verdict"], (answer["code"], verdict.sentence)


def test_every_exercise_has_answers_that_students_wrote():
    exercises = {f"{n}_{one.name}" for n in lessons.LESSONS for one in lessons.load(n).parts.exercises}
    assert {file.stem for file in FILES} == exercises
