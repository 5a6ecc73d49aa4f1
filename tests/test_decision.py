"""A decision: what is said of each choice, and that the right numbers are never told."""

import pytest
import torch

from ddlearn.classroom import TODO, Mistake
from ddlearn.classroom.decision import Decision

WIDTH = Decision(
    "width",
    "Which width?",
    ("the width", "its error"),
    lambda: (0.2, 0.0770),
    "Leave-one-out is smallest there.",
    ("Which error is honest?", "Compare three leave-one-out errors."),
    (Mistake("training error", lambda: (0.05, 0.0215), "That is where the training error is smallest."),),
)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ((0.2, 0.077), "passed"),
        ((0.2, torch.tensor(0.0775, dtype=torch.float64)), "passed"),
        ((TODO, TODO), "not started"),
        ((0.2,), "wrong shape"),
        ((0.05, 0.0215), "classic mistake"),
        ((0.2, 0.08), "not yet"),
        ((0.2, "wide"), "not yet"),
        ((0.2, None), "not yet"),
        ((0.2, float("nan")), "not yet"),
        ((0.2, torch.ones(2)), "not yet"),
    ],
)
def test_each_choice_has_its_verdict(values, status):
    assert WIDTH.check(values).status == status


def test_what_is_right_is_said_and_what_would_be_right_is_not():
    said = WIDTH.check((0.2, 0.5)).sentence
    assert "Its error is not right yet" in said
    assert "The width is right" in said
    assert "0.07" not in said


@pytest.mark.parametrize(("misses", "hint"), [(1, "honest"), (2, "three"), (9, "three")])
def test_each_wrong_try_gets_the_next_hint(misses, hint, capsys):
    WIDTH.show(WIDTH.check((0.8, 1.0)), misses)
    assert hint in capsys.readouterr().out


def test_a_text_is_compared_without_regard_to_case():
    one = Decision("step", "Which?", ("the answer",), lambda: ("rises",), "Yes.", ("Look.",))
    assert one.check((" Rises ",)).passed
    assert not one.check(("falls",)).passed
    assert not one.check((3,)).passed


def test_an_unfair_decision_says_why():
    assert WIDTH.self_check() == []
    told_apart = Mistake("same", lambda: (0.05, 0.0215), "Never reached.")
    unfair = Decision("a", "A", ("it",), lambda: (float("nan"),), "", (), (told_apart,))
    assert unfair.self_check() == [
        "the reference does not pass",
        "there are no hints",
        "the mistake 'same' gets another verdict",
    ]
