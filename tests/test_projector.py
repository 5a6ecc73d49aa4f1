"""The projector view: bigger in every part, the same layout, every word dark enough; off again as it was."""

import asyncio
import io
import re
from importlib import resources

import numpy
import pytest
from PIL import Image

from ddlearn.classroom import live, page, projector, projector_button
from ddlearn.classroom.controls import Slider
from ddlearn.classroom.explorer import Explorer
from ddlearn.classroom.figure import PALETTE, LiveFigure
from ddlearn.classroom.lesson import Lesson
from ddlearn.classroom.progress import Progress


class Words(LiveFigure):
    size = (6.0, 3.0)

    def layout(self, figure):
        self.axes = figure.subplots()
        (self.dot,) = self.axes.plot([], [], "o")
        self.axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="across")
        self.pale = self.axes.text(0.2, 0.2, "pale", color=PALETTE["vermilion"])
        self.light = self.axes.text(0.6, 0.6, "on dark", color="white", bbox={"color": "black"})

    def draw(self, result):
        self.dot.set_data([result], [result])
        self.pale.set_color(PALETTE["vermilion"])  # as a figure does that colours by its data

    def describe(self, result):
        return f"The dot stands at {result:.2f}."


@pytest.fixture(autouse=True)
def off(monkeypatch):
    monkeypatch.delenv("DDLEARN_PROJECTOR", raising=False)
    projector.turn(None)
    yield
    projector.turn(None)


def size(png):
    return Image.open(io.BytesIO(png)).size


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_environment_turns_it_on_until_somebody_says_otherwise(monkeypatch, value, expected):
    monkeypatch.setenv("DDLEARN_PROJECTOR", value)
    assert projector.on() is expected
    projector.turn(not expected)
    assert projector.on() is not expected


def test_a_picture_grows_and_everything_in_it_keeps_its_place():
    usual, large = Words(), Words()
    assert size(usual.png(0.5)) == (600, 300)
    projector.turn(True)
    assert size(large.png(0.5)) == (900, 450)
    numpy.testing.assert_allclose(
        large.axes.get_position().bounds, usual.axes.get_position().bounds, atol=0.01
    )  # type is set in whole dots, hence not exactly
    bundle = large.bundle(0.5)
    assert 'width="900" height="450"' in bundle["text/html"]
    assert 'alt="The dot stands at 0.50."' in bundle["text/html"]
    assert bundle["text/plain"] == "The dot stands at 0.50."


def test_a_figure_that_is_there_already_follows_both_ways():
    figure = Words()
    before = figure.png(0.3)
    projector.turn(True)
    assert size(figure.png(0.3)) == (900, 450)
    assert size(figure.png(0.6)) == (900, 450)
    projector.turn(False)
    assert figure.png(0.3) == before


def test_every_word_gets_a_contrast_of_seven_in_its_own_hue():
    figure = Words()
    figure.png(0.5)
    assert projector.contrast(projector_colour(figure.pale)) < 7
    projector.turn(True)
    for value in (0.5, 0.7):
        figure.png(value)
        red, green, blue = projector_colour(figure.pale)
        assert 7 <= projector.contrast((red, green, blue)) < 7.2
        assert red > green > blue  # still vermilion
    assert projector_colour(figure.light) == (1, 1, 1)  # stands on black


def projector_colour(text):
    from matplotlib.colors import to_rgb

    return to_rgb(text.get_color())


@pytest.mark.parametrize("name", [name for name in PALETTE if name not in ("yellow", "sky", "orange")])
def test_the_palette_can_be_darkened(name):
    from matplotlib.colors import to_rgb

    colour = to_rgb(PALETTE[name])
    assert projector.contrast(projector.darker(colour)) >= 7


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
        colour = tuple(int(value[i : i + 2], 16) / 255 for i in (1, 3, 5))
        assert projector.contrast(colour) >= 7, name
    for _, ground, _ in page.KINDS.values():
        channels = tuple(int(ground[i : i + 2], 16) / 255 for i in (1, 3, 5))
        for link in ((0, 0, 0), (0, 0x3E / 255, 0x7A / 255)):
            assert (projector.luminance(channels) + 0.05) / (projector.luminance(link) + 0.05) >= 7


def test_type_is_half_as_large_again():
    usual = {"--jp-content-font-size1": 14, "--jp-ui-font-size1": 13, "--jp-code-font-size": 13}
    for name, pixels in usual.items():
        assert int(re.search(rf"{name}: (\d+)px", rules()).group(1)) >= 1.4 * pixels


class Handle:
    def __init__(self):
        self.bundles = []

    def update(self, bundle, raw):
        assert raw
        self.bundles.append(bundle)


def test_the_button_changes_the_page_and_what_is_shown_on_it(monkeypatch):
    pages = []
    monkeypatch.setattr(page, "show", lambda bundle: pages.append(bundle) or Handle())
    sheets = Handle()
    monkeypatch.setattr(page, "_sent", [sheets])
    shown, unseen = (Explorer(n, n, (Slider("k", "K", 0, 1, 0.5),), lambda k: k, Words) for n in ("one", "two"))
    shown.show()
    toggle = projector_button.button((shown, unseen))
    assert toggle.value is False
    toggle.value = True
    assert projector.on()
    assert ".jp-Notebook {" in sheets.bundles[-1]["text/html"]
    assert ".jp-Notebook {" in live.sheet().value
    assert shown.figure.figure.dpi == 150
    assert shown._panel.status == "Painted for the projector."
    assert unseen.figure.figure is None  # nobody looks at it
    toggle.value = False
    assert ".jp-Notebook {" not in sheets.bundles[-1]["text/html"]
    assert ".jp-Notebook {" not in live.sheet().value
    assert shown.figure.figure.dpi == 100


def test_in_a_notebook_the_page_answers_before_the_pictures(monkeypatch):
    sheets = Handle()
    monkeypatch.setattr(page, "show", lambda bundle: Handle())
    monkeypatch.setattr(page, "_sent", [sheets])
    explorers = [Explorer(n, n, (Slider("k", "K", 0, 1, 0.5),), lambda k: k, Words) for n in ("one", "two")]

    async def press() -> None:
        for explorer in explorers:
            explorer.show()
        projector_button.turn_here(True, explorers)
        assert ".jp-Notebook {" in sheets.bundles[-1]["text/html"]
        assert {explorer.figure.figure.dpi for explorer in explorers} == {100}
        for _ in range(100):
            await asyncio.sleep(0.05)
            if {explorer._panel.status for explorer in explorers} == {"Painted for the projector."}:
                break
        assert {explorer.figure.figure.dpi for explorer in explorers} == {150}

    asyncio.run(press())


def test_a_lesson_starts_with_it_and_without(monkeypatch, tmp_path):
    room = Lesson("77_no", "None", 5, 1, progress=Progress(tmp_path / "progress.json"))
    pages = []
    monkeypatch.setattr(page, "show", lambda bundle: pages.append(bundle) or Handle())
    monkeypatch.setattr(page, "in_notebook", lambda: True)
    monkeypatch.setattr(page, "_sent", [])
    room.start(projector=True)
    assert ".jp-Notebook {" in pages[0]["text/html"]
    assert "Projector view is on" in pages[-1]["text/plain"]
    pages.clear()
    room.start()  # as it was left
    assert ".jp-Notebook {" in pages[0]["text/html"]
    pages.clear()
    room.start(projector=False)
    assert ".jp-Notebook {" not in pages[0]["text/html"]
    assert "`lesson.start(projector=True)` turns it on" in pages[-1]["text/plain"]
