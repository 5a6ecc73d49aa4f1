"""Quizzes: every wrong answer is answered, none is told beforehand, all are kept."""

import ipywidgets
import pytest
from pages import inside

from ddlearn.classroom.quiz import Option, Quiz, QuizItem


@pytest.fixture
def item():
    return QuizItem(
        "What does the penalty do as it grows, to the fit and to its `leave-one-out` error?",
        (
            Option("It bends the curve more.", False, "The other way round: it holds the weights back."),
            Option("It flattens the curve.", True, "Large weights cost more, so the fit moves towards zero."),
            Option("Nothing at all.", False, "Only where the data leave no doubt. Move the slider."),
        ),
    )


@pytest.fixture
def other():
    return QuizItem("Is 2 < 3?", (Option("Yes & always", True, "Count."), Option("No", False, "Count again.")))


def parts(*items):
    board = Quiz(items).widget()
    groups, buttons = inside(board, ipywidgets.RadioButtons), inside(board, ipywidgets.Button)
    return groups, buttons, [inside(item, ipywidgets.HTML)[-1] for item in board.children]


@pytest.mark.parametrize("place", range(3))
def test_each_option_gets_its_own_answer(item, other, place):
    (group, _), (check, _), (reply, other_reply) = parts(item, other)
    option = item.options[place]
    group.value = option.text
    assert option.answer not in reply.value
    check.click()
    assert option.answer in reply.value
    assert ("✓ Right." in reply.value, "✗ Not quite." in reply.value) == (option.right, not option.right)
    assert "Count" not in other_reply.value
    assert (item.answer, other.answer) == (option.text, None)


def test_checking_without_a_choice_says_so_and_keeps_nothing(item):
    (group,), (check,), (reply,) = parts(item)
    assert group.value is None
    check.click()
    assert "Nothing is chosen yet." in reply.value
    assert item.answer is None


def test_the_whole_question_is_visible_and_names_its_group(item, other):
    groups, buttons, _ = parts(item, other)
    words = [widget.value for widget in inside(Quiz((item, other)).widget(), ipywidgets.HTML)]
    assert any("1. What does the penalty do as it grows, to the fit and to its <code>" in text for text in words)
    assert [group.description for group in groups] == [item.question.replace("`", ""), other.question]
    assert [button.tooltip for button in buttons] == ["Check question 1", "Check question 2"]


def test_every_check_is_reported_and_an_answer_may_be_changed(item):
    kept = []
    item.on_check = lambda *told: kept.append(told)
    item.check("Nothing at all.")
    item.check("It flattens the curve.")
    assert kept == [("Nothing at all.", False), ("It flattens the curve.", True)]
    assert item.answer == "It flattens the curve."
    with pytest.raises(ValueError, match="text must be one of"):
        item.check("Perhaps")


def test_an_earlier_answer_comes_back_and_one_no_longer_offered_does_not(item, other):
    item.restore("Nothing at all.")
    other.restore("Maybe")
    groups, _, replies = parts(item, other)
    assert [group.value for group in groups] == ["Nothing at all.", None]
    assert "Move the slider." in replies[0].value
    assert other.answer is None


def test_the_words_stand_where_no_widget_can_and_tell_no_answer(item, other, shown):
    Quiz((item, other)).show()
    (bundle,) = shown
    assert "application/vnd.jupyter.widget-view+json" in bundle
    for one in (item, other):
        assert one.question in bundle["text/plain"]
        for option in one.options:
            assert option.text in bundle["text/plain"]
            assert option.answer not in bundle["text/plain"] + bundle["text/html"]
    assert "2 &lt; 3" in bundle["text/html"]
    assert "Yes &amp; always" in bundle["text/html"]


RIGHT, WRONG = Option("a", True, "yes"), Option("b", False, "no")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ((), "two or more different texts"),
        ((RIGHT,), "two or more different texts"),
        ((RIGHT, Option("a", False, "no")), "two or more different texts"),
        ((WRONG, Option("c", False, "no")), "exactly one option"),
        ((RIGHT, Option("c", True, "yes")), "exactly one option"),
        ((RIGHT, Option("b", False, " ")), "must have a reply"),
    ],
)
def test_an_item_that_cannot_be_answered_is_refused(options, complaint):
    with pytest.raises(ValueError, match=complaint):
        QuizItem("?", options)
