"""The projector view: a style sheet that makes every part bigger and every word dark enough."""

import re
from importlib import resources

import pytest
from pages import contrast

from ddlearn.classroom import live, page, projector
from ddlearn.classroom.figure import LiveFigure
from ddlearn.classroom.lesson import Lesson
from ddlearn.classroom.progress import Progress


@pytest.fixture(autouse=True)
def off(monkeypatch):
    monkeypatch.delenv("DDLEARN_PROJECTOR", raising=False)
    projector.turn(None)
    yield
    projector.turn(None)


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_environment_turns_it_on_until_somebody_says_otherwise(monkeypatch, value, expected):
    monkeypatch.setenv("DDLEARN_PROJECTOR", value)
    assert page.projected() is expected
    projector.turn(not expected)
    assert page.projected() is not expected


def test_a_picture_grows_by_the_style_sheet_alone():
    figure = LiveFigure(lambda fig, r: fig.panel().frame(), lambda r: "Words.", size=(6.0, 3.0))
    before = figure.bundle(0)
    projector.turn(True)
    assert figure.bundle(0) == before
    assert before["text/html"].count("calc(600px * var(--ddlearn-zoom, 1))") == 2
    assert re.search(r"\.ddlearn-figure \{ --ddlearn-zoom: 1\.5; \}", rules())


def rules():
    return resources.files("ddlearn.classroom").joinpath("projector.css").read_text("utf-8")


def test_the_style_sheet_comes_last_and_only_when_it_is_asked_for():
    assert ".jp-Notebook {" not in page.sheets()["text/html"]
    projector.turn(True)
    html = page.sheets()["text/html"]
    assert html.index(".ddlearn-explorer { padding") < html.index(".jp-Notebook {") < html.index("<script>")
    assert html.count("{") == html.count("}")


def test_what_the_style_sheet_colours_can_be_read():
    """Words on white, and on the ground of every card, at 7 to 1."""
    words = re.findall(r"(--jp-[\w-]*(?:color\d?|-color)): (#[0-9a-f]{6})", rules())
    ink = {name: value for name, value in words if not re.search("background|border|layout|multiselected", name)}
    assert len(ink) > 30
    for name, value in ink.items():
        assert contrast(value, "#ffffff") >= 7, name
    for _, ground, _ in page.KINDS.values():
        assert min(contrast(ground, "#000000"), contrast(ground, "#003e7a")) >= 7


def test_type_is_half_as_large_again():
    usual = {"--jp-content-font-size1": 14, "--jp-ui-font-size1": 13, "--jp-code-font-size": 13}
    for name, pixels in usual.items():
        assert int(re.search(rf"{name}: (\d+)px", rules()).group(1)) >= 1.4 * pixels


def test_the_button_changes_the_page(displayed, monkeypatch):
    monkeypatch.setattr(page, "_sent", [displayed])
    toggle, said = projector.button().children
    assert toggle.value is False
    for state, words in ((True, "On: large"), (False, "Off.")):
        toggle.value = state
        assert words in said.value
        assert page.projected() is state
        assert (".jp-Notebook {" in displayed[-1]["text/html"]) is state
        assert (".jp-Notebook {" in live.sheet().value) is state


def test_a_lesson_starts_with_it_and_without(displayed, monkeypatch, tmp_path):
    room = Lesson("77_no", "None", 5, 1, progress=Progress(tmp_path / "progress.json"))
    monkeypatch.setattr(page, "in_notebook", lambda: True)
    monkeypatch.setattr(page, "_sent", [])
    room.start(projector=True)
    assert ".jp-Notebook {" in displayed[0]["text/html"]
    assert "Projector view is on" in displayed[-1]["text/plain"]
    displayed.clear()
    room.start()  # as it was left
    assert ".jp-Notebook {" in displayed[0]["text/html"]
    displayed.clear()
    room.start(projector=False)
    assert ".jp-Notebook {" not in displayed[0]["text/html"]
    assert "`lesson.start(projector=True)` turns it on" in displayed[-1]["text/plain"]
