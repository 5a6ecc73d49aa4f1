"""Predictions: recorded, changed, restored; nothing is chosen for the learner."""

import ipywidgets
import pytest
from pages import inside

from ddlearn.classroom.prediction import Prediction

OPTIONS = ("It falls.", "It rises, <b>then</b> falls.", "It does not care.")


def choice():
    return Prediction("shape", "What does the `test` error do?", options=OPTIONS)


def number():
    return Prediction("peak", "Where does the test error peak?", low=10, high=200, unit="features", truth=100)


def status(widget):
    return inside(widget, ipywidgets.HTML)[-1].value


def test_nothing_is_chosen_until_the_learner_chooses():
    prediction = choice()
    (group,) = inside(prediction.widget(), ipywidgets.RadioButtons)
    assert group.value is None
    assert group.description == "What does the test error do?"
    assert group.options == OPTIONS
    assert prediction.answer is None


def test_pressing_record_without_a_choice_says_so():
    prediction = choice()
    board = prediction.widget()
    inside(board, ipywidgets.Button)[0].click()
    assert "Choose an answer first" in status(board)
    assert prediction.answer is None


def test_a_choice_is_recorded_and_may_be_changed():
    prediction, kept = choice(), []
    prediction.on_record = kept.append
    board = prediction.widget()
    (group,) = inside(board, ipywidgets.RadioButtons)
    for option in OPTIONS[:2]:
        group.value = option
        inside(board, ipywidgets.Button)[0].click()
    assert kept == list(OPTIONS[:2])
    assert prediction.answer == OPTIONS[1]
    assert "Recorded: It rises, &lt;b&gt;then&lt;/b&gt; falls" in status(board)


def test_a_number_is_recorded_from_the_slider_or_the_box():
    prediction = number()
    board = prediction.widget()
    (slider,) = inside(board, ipywidgets.IntSlider)
    (box,) = inside(board, ipywidgets.Text)
    slider.value = 60
    assert box.value == "60"
    inside(board, ipywidgets.Button)[0].click()
    assert prediction.answer == 60
    assert "Recorded: 60 features. The figure will show how close you were." in status(board)
    box.value = "70"
    inside(board, ipywidgets.Button)[0].click()
    assert prediction.answer == 70


def test_a_number_that_cannot_be_taken_is_spoken_of_before_it_is_recorded():
    prediction = number()
    board = prediction.widget()
    (box,) = inside(board, ipywidgets.Text)
    box.value = "5000"
    assert "200 is taken for 5000" in status(board)
    assert (box.value, prediction.answer) == ("200", None)
    inside(board, ipywidgets.Button)[0].click()
    assert prediction.answer == 200


def test_an_earlier_answer_is_shown_again():
    prediction = choice()
    prediction.restore(OPTIONS[2])
    board = prediction.widget()
    assert inside(board, ipywidgets.RadioButtons)[0].value == OPTIONS[2]
    assert "Recorded: It does not care. The figure will show whether it is so." in status(board)
    peak = number()
    peak.restore(42)
    assert inside(peak.widget(), ipywidgets.IntSlider)[0].value == 42


@pytest.mark.parametrize("value", [None, True, "", "Perhaps.", 9.5, 201, float("nan"), [1], {}])
def test_an_answer_that_is_no_longer_offered_is_passed_over(value):
    peak, shape = number(), choice()
    peak.restore(value)
    shape.restore(value)
    assert peak.answer is shape.answer is None


def test_the_answer_is_compared_with_the_truth():
    prediction = number()
    assert prediction.compared() == "You made no prediction; it is 100 features."
    prediction.record(60)
    assert prediction.compared() == "You said 60 features; it is 100 features."
    prediction.record(100)
    assert prediction.compared() == "You said 100 features, and so it is."


def test_a_choice_is_judged_in_the_words_of_its_options():
    prediction = Prediction("shape", "What does it do?", options=OPTIONS, truth=OPTIONS[0])
    assert prediction.compared() == "You made no prediction; it is “It falls”."
    prediction.record(OPTIONS[2])
    assert prediction.compared() == "You said “It does not care”; it is “It falls”."
    prediction.record(OPTIONS[0])
    assert prediction.compared() == "You said “It falls”, and so it is."


def test_the_card_below_the_figure_follows_the_answer_and_gives_nothing_away_before_it(displayed):
    prediction = Prediction("shape", "What does it do?", options=OPTIONS, truth=OPTIONS[0])
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
    ],
)
def test_a_truth_that_nobody_could_have_said_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Prediction("p", "?", **arguments)


@pytest.mark.parametrize("value", [5, 201, float("nan"), "60", None])
def test_a_value_outside_is_refused(value):
    with pytest.raises((ValueError, TypeError), match="value must be"):
        number().record(value)


def test_a_text_that_is_no_option_is_refused():
    with pytest.raises(ValueError, match="value must be one of"):
        choice().record("Something else.")


@pytest.mark.parametrize(
    "arguments",
    [{}, {"low": 1}, {"options": OPTIONS, "low": 1, "high": 2}, {"low": 2, "high": 1}, {"low": 1, "high": 1}],
)
def test_a_prediction_is_either_a_choice_or_a_number(arguments):
    with pytest.raises(ValueError, match=r"either options, or low and high|low must be below high"):
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


def test_recording_the_same_answer_again_is_answered_too():
    prediction = number()
    board = prediction.widget()
    said = []
    for _ in range(3):
        inside(board, ipywidgets.Button)[0].click()
        said.append(status(board))
    assert "Once more: Recorded" in said[1]
    assert said[0] != said[1] != said[2]
