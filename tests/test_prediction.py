"""Predictions: recorded, changed, restored; nothing is chosen for the learner."""

import ipywidgets
import pytest
from pages import inside

from ddlearn.classroom.prediction import Prediction

OPTIONS = ("It falls.", "It rises, <b>then</b> falls.", "It does not care.")


def choice():
    return Prediction("shape", "What does the `test` error do?", options=OPTIONS, truth=OPTIONS[0])


def number():
    return Prediction("peak", "Where does the test error peak?", low=10, high=200, unit="features", truth=100)


class Page:
    """What a learner meets of a prediction: its control, its button, and what is said below them."""

    def __init__(self, prediction, control):
        self.board = prediction.widget()
        (self.control,) = inside(self.board, control)

    def press(self):
        inside(self.board, ipywidgets.Button)[0].click()
        return self.said

    @property
    def said(self):
        return inside(self.board, ipywidgets.HTML)[-1].value


def test_nothing_is_chosen_until_the_learner_chooses():
    prediction = choice()
    page = Page(prediction, ipywidgets.RadioButtons)
    assert (page.control.value, page.control.options) == (None, OPTIONS)
    assert page.control.description == "What does the test error do?"
    assert "Choose an answer first" in page.press()
    assert prediction.answer is None


def test_a_choice_is_recorded_and_may_be_changed():
    prediction, kept = choice(), []
    prediction.on_record = kept.append
    page = Page(prediction, ipywidgets.RadioButtons)
    for option in OPTIONS[:2]:
        page.control.value = option
        page.press()
    assert kept == list(OPTIONS[:2])
    assert prediction.answer == OPTIONS[1]
    assert "Recorded: It rises, &lt;b&gt;then&lt;/b&gt; falls" in page.said


def test_a_number_is_recorded_from_the_slider_or_the_box():
    prediction = number()
    page = Page(prediction, ipywidgets.Text)
    (slider,) = inside(page.board, ipywidgets.IntSlider)
    slider.value = 60
    assert page.control.value == "60"
    assert "Recorded: 60 features. The figure will show how close you were." in page.press()
    assert prediction.answer == 60
    page.control.value = "70"
    page.press()
    assert prediction.answer == 70


def test_a_number_that_cannot_be_taken_is_spoken_of_before_it_is_recorded():
    prediction = number()
    page = Page(prediction, ipywidgets.Text)
    page.control.value = "5000"
    assert "200 is taken for 5000" in page.said
    assert (page.control.value, prediction.answer) == ("200", None)
    page.press()
    assert prediction.answer == 200


def test_recording_the_same_answer_again_is_answered_too():
    page = Page(number(), ipywidgets.Text)
    said = [page.press() for _ in range(3)]
    assert "Once more: Recorded" in said[1]
    assert said[0] != said[1] != said[2]


def test_an_earlier_answer_is_shown_again():
    shape, peak = choice(), number()
    shape.restore(OPTIONS[2])
    page = Page(shape, ipywidgets.RadioButtons)
    assert page.control.value == OPTIONS[2]
    assert "Recorded: It does not care. The figure will show whether it is so." in page.said
    peak.restore(42)
    assert Page(peak, ipywidgets.IntSlider).control.value == 42


@pytest.mark.parametrize("value", [None, True, "", "Perhaps.", 9.5, 201, float("nan"), [1], {}])
def test_an_answer_that_is_not_offered_is_refused_and_one_of_an_earlier_session_passed_over(value):
    for prediction in (number(), choice()):
        prediction.restore(value)
        assert prediction.answer is None
        with pytest.raises((ValueError, TypeError), match="value must be"):
            prediction.record(value)


@pytest.mark.parametrize(
    ("make", "wrong", "right", "so", "said"),
    [
        (number, 60, 100, "100 features", "60 features"),
        (choice, OPTIONS[2], OPTIONS[0], "“It falls”", "“It does not care”"),
    ],
)
def test_the_answer_is_compared_with_the_truth(make, wrong, right, so, said):
    prediction = make()
    assert prediction.compared() == f"You made no prediction; it is {so}."
    prediction.record(wrong)
    assert prediction.compared() == f"You said {said}; it is {so}."
    prediction.record(right)
    assert prediction.compared() == f"You said {so}, and so it is."


def test_the_card_below_the_figure_follows_the_answer_and_gives_nothing_away_before_it(displayed):
    prediction = choice()
    prediction.compare()
    assert "Nothing is recorded yet." in displayed[-1]["text/plain"]
    assert "It falls" not in displayed[-1]["text/plain"]
    prediction.record(OPTIONS[2])
    assert "You said “It does not care”; it is “It falls”." in displayed[-1]["text/plain"]
    assert "<details><summary>Open this once you have looked.</summary>" in displayed[-1]["text/html"]
    prediction.record(OPTIONS[0])
    assert "You said “It falls”, and so it is." in displayed[-1]["text/plain"]
    assert len(displayed) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"options": OPTIONS, "truth": "It sings."}, "truth must be one of"),
        ({"low": 1, "high": 2, "truth": 3}, "truth"),
        ({}, "either options, or low and high"),
        ({"low": 1}, "either options, or low and high"),
        ({"options": OPTIONS, "low": 1, "high": 2}, "either options, or low and high"),
        ({"low": 2, "high": 1}, "low must be below high"),
        ({"low": 1, "high": 1}, "low must be below high"),
    ],
)
def test_a_prediction_is_either_a_choice_or_a_number_and_its_truth_one_that_can_be_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        Prediction("p", "?", **arguments)


@pytest.mark.parametrize("make", [choice, number])
def test_the_words_stand_where_no_widget_can(make, shown):
    prediction = make()
    prediction.show()
    card, board = shown
    assert prediction.question.replace("`", "") in card["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in board
    offered = OPTIONS if prediction.options else ["A number from 10 to 200 features."]
    assert all(text in board["text/plain"] for text in offered)
    assert "<b>then" not in board["text/html"]
