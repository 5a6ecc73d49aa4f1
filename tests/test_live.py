"""Parts that live on a page: each brings the style sheet and the shim, and none relies on another's output."""

import ipywidgets
import pytest

from ddlearn.classroom import live, page, projector
from ddlearn.classroom.controls import Slider
from ddlearn.classroom.explorer import Explorer
from ddlearn.classroom.prediction import Prediction
from ddlearn.classroom.quiz import Option, Quiz, QuizItem

VIEW = "application/vnd.jupyter.widget-view+json"


def draw(fig, k):
    fig.panel().frame()


def explorer():
    return Explorer("one", "One", (Slider("k", "K", 0, 1, 0.5),), lambda k: k, draw, lambda k: "Nothing is drawn.")


ITEM = QuizItem("So?", (Option("Yes", True, "Yes."), Option("No", False, "No.")))
PARTS = {
    "explorer": lambda: explorer().show(),
    "prediction": Prediction("p", "What?", options=("this", "that")).show,
    "quiz": Quiz((ITEM,)).show,
    "projector button": projector.show,
    "claims": lambda: live.Line({"text/html": "<p>Measuring</p>", "text/plain": "Measuring"}),
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_each_part_brings_the_style_sheet_and_the_shim(part, shown, monkeypatch):
    monkeypatch.setattr(page, "in_notebook", lambda: True)
    part()
    boxes = [bundle[VIEW]["model_id"] for bundle in shown if VIEW in bundle]
    (box,) = [ipywidgets.widget_serialization["from_json"](f"IPY_MODEL_{model}", None) for model in boxes]
    assert live.sheet() in box.children
    assert ".ddlearn-explorer { padding" in live.sheet().value
    assert [page.script() in bundle.get("text/html", "") for bundle in shown].count(True) == 1


def test_a_line_in_a_plain_script_is_said_once_and_then_the_result(capsys):
    line = live.Line({"text/html": "<p>Measuring</p>", "text/plain": "Measuring"})
    line.say({"text/html": "<p>Half</p>", "text/plain": "Half"})
    line.end({"text/html": "<p>Done</p>", "text/plain": "Done"})
    assert capsys.readouterr().out == "Measuring\nDone\n"
