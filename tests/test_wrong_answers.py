"""Answers that students wrote: each wrong one is recognized as its mistake, each right one passes, however unusual.

`wrong_answers/NN_name.json` holds those of one exercise: {"idea", "code", "verdict"}, where the verdict is "passed" or
the name of a mistake.
"""

import json
from itertools import combinations
from pathlib import Path

import pytest
import torch

from ddlearn import lessons
from ddlearn.classroom import TODO

FILES = sorted((Path(__file__).parent / "wrong_answers").glob("*.json"))
ANSWERS = [(file.stem, answer) for file in FILES for answer in json.loads(file.read_text())]


@pytest.mark.parametrize(("stem", "answer"), ANSWERS, ids=[f"{stem}: {answer['idea']}" for stem, answer in ANSWERS])
def test_an_answer_is_recognized_for_what_it_is(stem, answer):
    number, name = stem.split("_", 1)
    (exercise,) = (known for known in lessons.load(number).parts.exercises if known.name == name)
    cell = {"torch": torch, "combinations": combinations, "TODO": TODO}
    exec(compile(answer["code"], f"<{answer['idea']}>", "exec"), cell)
    verdict = exercise.check(cell[name])
    assert (verdict.mistake or verdict.status) == answer["verdict"], verdict.detail


def test_every_file_belongs_to_an_exercise_and_holds_right_answers_too():
    for file in FILES:
        number, name = file.stem.split("_", 1)
        assert name in {exercise.name for exercise in lessons.load(number).parts.exercises}
        assert "passed" in {answer["verdict"] for answer in json.loads(file.read_text())}
