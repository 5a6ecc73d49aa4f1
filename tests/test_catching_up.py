"""Catching up: the course's functions stand in, loudly; what was passed stays, and the record is not touched."""

import pytest
import torch

from ddlearn.classroom.controls import Slider
from ddlearn.classroom.exercise import Exercise
from ddlearn.classroom.explorer import Explorer
from ddlearn.classroom.lesson import Lesson
from ddlearn.classroom.progress import Progress
from ddlearn.classroom.verdict import TODO


def case(generator):
    yield (torch.randn(3, generator=generator, dtype=torch.float64),)


def exercise(name, factor):
    return Exercise(name, name.capitalize(), lambda x: factor * x, case, ("Think.",))


def draw(fig, k):
    fig.panel().frame(str(k))


@pytest.fixture
def room(tmp_path):
    line = Explorer(
        "line",
        "A line",
        (Slider("k", "K", 0, 4, 1),),
        lambda k, twice=None: k,
        draw,
        lambda k: f"It is {k}.",
        uses=("twice",),
    )
    exercises = [exercise("twice", 2), exercise("thrice", 3), exercise("fourfold", 4)]
    record = Progress(tmp_path / "progress.json")
    return Lesson("77_times", "Times", 5, 1, exercises=exercises, explorers=[line], progress=record)


@pytest.mark.parametrize(
    ("names", "up_to", "there"),
    [
        (("thrice",), None, {"thrice"}),
        (("fourfold", "twice"), None, {"twice", "fourfold"}),
        ((), "thrice", {"twice", "thrice"}),
        ((), None, {"twice", "thrice", "fourfold"}),
    ],
)
def test_one_or_some_or_all_stand_in(room, shown, names, up_to, there):
    cells = {}
    room.catch_up(*names, up_to=up_to, namespace=cells)
    assert set(cells) == there
    assert [cells[name](torch.ones(1)).item() for name in sorted(there)] == [
        {"twice": 2, "thrice": 3, "fourfold": 4}[name] for name in sorted(there)
    ]


def test_it_is_said_loudly_and_nothing_is_passed(room, shown, tmp_path):
    cells = {}
    room.catch_up("twice", namespace=cells)
    assert (
        "<strong>The cells below run on the course&#x27;s <code>twice</code>, not on yours.</strong>"
        in (shown[0]["text/html"])
    )
    assert "Nothing is marked as passed, and your record is as it was." in shown[0]["text/plain"]
    assert not cells["twice"].passed
    assert repr(cells["twice"]) == "<twice: not started; runs the course's>"
    assert room.engine == {}
    assert room.line.engine == {}  # the explorer goes on saying that it runs on the course's


def test_the_record_is_neither_opened_nor_written(room, shown, tmp_path):
    room.catch_up(namespace={})
    assert not (tmp_path / "progress.json").exists()
    room.exercise("twice")(lambda x: x)
    before = (tmp_path / "progress.json").read_bytes()
    room.catch_up(namespace={})
    assert (tmp_path / "progress.json").read_bytes() == before
    assert room.progress.lesson("times")["exercises"]["twice"]["status"] != "passed"


def test_what_has_passed_stays_the_learners(room, shown):
    cells = {"twice": room.exercise("twice")(lambda x: x + x)}
    mine = cells["twice"]
    shown.clear()
    room.catch_up(namespace=cells)
    assert cells["twice"] is mine
    assert room.line.engine["twice"] is room.engine["twice"]
    assert "course's thrice and fourfold, not on yours" in shown[0]["text/plain"]
    assert "On yours, which passed: twice." in shown[0]["text/plain"]
    room.catch_up("twice", namespace=cells)
    assert cells["twice"] is mine
    assert "Nothing to catch up with" in shown[-1]["text/plain"]


def test_the_exercise_is_still_there_to_be_done(room, shown):
    room.catch_up("twice", namespace={})
    assert not room.exercise("twice")(lambda x: TODO).passed
    assert room.exercise("twice")(lambda x: 2 * x).passed
    assert room.progress.lesson("times")["exercises"]["twice"]["status"] == "passed"


def test_a_wrong_word_is_answered_with_the_right_ones(room):
    with pytest.raises(ValueError, match="exercise must be one of 'twice', 'thrice', 'fourfold'; got 'twise'"):
        room.catch_up("twise", namespace={})
    with pytest.raises(ValueError, match="up_to must be one of"):
        room.catch_up(up_to="five", namespace={})
    with pytest.raises(ValueError, match="not both"):
        room.catch_up("twice", up_to="thrice", namespace={})
    with pytest.raises(ValueError, match=r"namespace=globals\(\)"):
        room.catch_up("twice")  # a plain script has no notebook
