"""Quizzes: every wrong answer is answered, none is told beforehand, all are kept."""

import ipywidgets
import pytest
from pages import inside

from ddlearn.classroom.quiz import Option, Quiz, QuizItem

ITEM = QuizItem(
    "What does the penalty do as it grows, to the fit and to its `leave-one-out` error?",
    (
        Option("It bends the curve more.", False, "The other way round: it holds the weights back."),
        Option("It flattens the curve.", True, "Large weights cost more, so the fit moves towards zero."),
        Option("Nothing at all.", False, "Only where the data leave no doubt. Move the slider."),
    ),
)
OTHER = QuizItem("Is 2 < 3?", (Option("Yes & always", True, "Count."), Option("No", False, "Count again.")))


def parts(quiz):
    board = quiz.widget()
    items = board.children
    groups, buttons = inside(board, ipywidgets.RadioButtons), inside(board, ipywidgets.Button)
    return groups, buttons, [inside(item, ipywidgets.HTML)[-1] for item in items]


@pytest.mark.parametrize("option", ITEM.options, ids=lambda option: option.text)
def test_each_option_gets_its_own_answer(option):
    quiz = Quiz((ITEM, OTHER))
    (group, _), (check, _), (reply, other_reply) = parts(quiz)
    group.value = option.text
    assert option.answer not in reply.value
    check.click()
    assert option.answer in reply.value
    assert ("✓ Right." in reply.value, "✗ Not quite." in reply.value) == (option.right, not option.right)
    assert "Count" not in other_reply.value
    assert quiz.answers == {1: option.text}


def test_checking_without_a_choice_says_so_and_keeps_nothing():
    quiz = Quiz((ITEM,))
    (group,), (check,), (reply,) = parts(quiz)
    assert group.value is None
    check.click()
    assert "Nothing is chosen yet." in reply.value
    assert quiz.answers == {}


def test_the_whole_question_is_visible_and_names_its_group():
    quiz = Quiz((ITEM, OTHER))
    groups, buttons, _ = parts(quiz)
    words = [widget.value for widget in inside(quiz.widget(), ipywidgets.HTML)]
    assert any("1. What does the penalty do as it grows, to the fit and to its <code>" in text for text in words)
    assert [group.description for group in groups] == [ITEM.question.replace("`", ""), OTHER.question]
    assert [button.tooltip for button in buttons] == ["Check question 1", "Check question 2"]


def test_every_check_is_reported_and_an_answer_may_be_changed():
    quiz, kept = Quiz((OTHER, ITEM)), []
    quiz.on_check = lambda *told: kept.append(told)
    quiz.check(2, "Nothing at all.")
    quiz.check(2, "It flattens the curve.")
    assert kept == [(2, "Nothing at all.", False), (2, "It flattens the curve.", True)]
    assert quiz.answers == {2: "It flattens the curve."}


def test_earlier_answers_come_back_and_those_no_longer_offered_do_not():
    quiz = Quiz((ITEM, OTHER))
    quiz.restore({1: "Nothing at all.", 2: "Maybe", 3: "No"})
    groups, _, replies = parts(quiz)
    assert [group.value for group in groups] == ["Nothing at all.", None]
    assert "Move the slider." in replies[0].value
    assert quiz.answers == {1: "Nothing at all."}


def test_the_words_stand_where_no_widget_can_and_tell_no_answer(shown):
    Quiz((ITEM, OTHER)).show()
    (bundle,) = shown
    assert "application/vnd.jupyter.widget-view+json" in bundle
    for item in (ITEM, OTHER):
        assert item.question in bundle["text/plain"]
        for option in item.options:
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


@pytest.mark.parametrize(("number", "text"), [(0, "No"), (3, "No"), (1, "Perhaps")])
def test_an_answer_to_nothing_is_refused(number, text):
    with pytest.raises(ValueError, match="must be one of"):
        Quiz((OTHER, ITEM)).check(number, text)
