"""Answers that learners write from the page alone, wrong ones and one unusual right one, and the verdict each gets.

`wrong_answers/NN_name.json` lists answers to the exercise `name` of lesson NN: the lines of their code, and the name of
the mistake that they are, or the rung of the ladder.
"""

import json
import math
from pathlib import Path

import pytest
import torch

from ddlearn import lessons
from ddlearn.generalization import kl_inverse
from ddlearn.lessons.capstone import t_value

PAGE = {"math": math, "torch": torch, "kl_inverse": kl_inverse, "t_value": t_value}
FILES = sorted(Path(__file__).with_name("wrong_answers").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_learners_write_is_known_for_what_it_is(file):
    number, name = file.stem.split("_", 1)
    exercise = next(one for one in lessons.load(number).parts.exercises if one.name == name)
    for answer in json.loads(file.read_text()):
        page = dict(PAGE)
        exec("\n".join(answer["code"]), page)
        verdict = exercise.check(page[name])
        assert (verdict.mistake or verdict.status) == answer["verdict"], verdict.sentence
