"""What lives on a page lives on: after a reload, in a second tab, after a sleep, without the first cell's output."""

import io
import json

import numpy
import pytest
from lab import Notebook
from PIL import Image

pytestmark = pytest.mark.slow
SETUP = """
from ddlearn.classroom import Explorer, Lesson, Option, Prediction, QuizItem, Slider

def picture(fig, place):
    panel = fig.panel()
    panel.frame(xlim=(0, 1), ylim=(0, 1), visible=False)
    panel.axes.set_position((0, 0, 1, 1))
    panel.dots([place], [0.5], size=12)

def sentence(place):
    return f"The dot stands at {place:.2f} of the whole width, and that is all there is to see."

question = QuizItem(
    "Is it `so`, and does a question that is much longer than a line of the page still wrap and keep all its words?",
    (Option("Yes, and an answer that is longer than others has room for all its words as well", True, "It is."),
     Option("No", False, "It is, look again.")),
)
controls = (Slider("place", "Place", 0, 1, 0.5, step=0.1),)
explorer = Explorer("dot", "A dot", controls, lambda place: place, picture, sentence, size=(6.0, 3.0))
lesson = Lesson("77_dot", "Dots", 5, 1, explorers=[explorer], quiz=(question,),
                predictions=[Prediction("far", "How far?", low=0, high=10, unit="steps")])
lesson.start()
"""
STARTED, SHOWN, PREDICTED, ASKED = 1, 2, 3, 4
CELLS = (SETUP, "lesson.dot.show()", 'lesson.predict("far")', "lesson.quiz()")
# JupyterLab's own: what the kernel answers to one page's question for its widgets reaches the other page too.
NOISE = "Comm not found for comm id"

VISIBLE = "elements => elements.filter(e => e.checkVisibility() && e.offsetHeight > 20).length"
# Words of one part that stand on words of another, in what is not taken off the screen on purpose.
OVERLAPS = """() => {
    const words = [...document.querySelectorAll(
        ".jp-OutputArea-output :is(.widget-label, .widget-html-content, .widget-radio-box label, button, input)")]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().width > 2 && !e.matches("[type=radio]"));
    const boxes = words.map(e => {
        const range = document.createRange();
        range.selectNodeContents(e);
        return e.matches("input") ? e.getBoundingClientRect() : range.getBoundingClientRect();
    });
    const found = [];
    for (let i = 0; i < words.length; i++) for (let j = i + 1; j < words.length; j++) {
        if (words[i].contains(words[j]) || words[j].contains(words[i])) continue;
        const [a, b] = [boxes[i], boxes[j]];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 2 && down > 2) found.push(`${words[i].textContent.trim()} | ${words[j].textContent.trim()}`);
    }
    return {looked: words.length, found};
}"""

# How far the middle of each radio button stands below that of the line beside it, in pixels.
LOWER = """() => [...document.querySelectorAll(".jp-OutputArea-output label:has([type=radio])")].map(label => {
    const middle = box => (box.top + box.bottom) / 2;
    const range = document.createRange();
    range.selectNodeContents([...label.childNodes].find(node => node.nodeType === Node.TEXT_NODE && node.data.trim()));
    return middle(label.querySelector("input").getBoundingClientRect()) - middle(range.getClientRects()[0]);
})"""


@pytest.fixture
def notebook(open_notebook, write_notebook):
    """The dot, run and saved."""
    opened = open_notebook(write_notebook(*CELLS))
    opened.run_all()
    opened.save()
    return opened


@pytest.fixture
def second(lab, browser, notebook):
    """The same notebook in another browser, which has run nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    other = Notebook(context.new_page(), lab, notebook.name)
    other.rest()
    yield other
    context.close()


def dot(notebook) -> float:
    """Where the dot is seen, as a share of the picture's width: from the pixels of the only picture on the page."""
    images = notebook.page.locator(".jp-OutputArea-output img")
    assert images.evaluate_all(VISIBLE) == 1
    screen = images.locator("visible=true").screenshot()
    pixels = numpy.asarray(Image.open(io.BytesIO(screen)).convert("RGB")).astype(int)
    blue = numpy.flatnonzero((pixels[..., 2] - pixels[..., 0] > 120).any(axis=0))
    assert blue.size, "there is no dot in the picture"
    return blue.mean() / pixels.shape[1]


def words(notebook) -> set[str]:
    """What picture, caption and status line say to who looks at the page."""
    return {
        notebook.page.locator(".jp-OutputArea-output img").locator("visible=true").get_attribute("alt"),
        notebook.page.locator("figcaption").locator("visible=true").inner_text(),
    }


def shows(notebook, place: float) -> None:
    """Wait until pixels, alt text, caption, status and slider say that the dot is at `place`."""
    slider = notebook.control("slider", "Place")
    notebook.page.wait_for_function(
        "([slider, value]) => Math.abs(slider.ariaValueNow - value) < 1e-6", arg=[slider.element_handle(), place]
    )
    notebook.rest()
    assert words(notebook) == {f"The dot stands at {place:.2f} of the whole width, and that is all there is to see."}
    assert f"Shows Place {place:.1f}." in notebook.page.locator(".ddlearn-status").first.inner_text()
    assert dot(notebook) == pytest.approx(place, abs=0.01)


def width(notebook) -> int:
    image = notebook.page.locator(".jp-OutputArea-output img").locator("visible=true")
    return image.evaluate("image => image.clientWidth")


def type_size(notebook) -> float:
    title = notebook.page.locator(".ddlearn-title").first
    return title.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")


def is_whole(notebook) -> None:
    """The projector button works both ways, keys stay where they are pressed, and nothing lies on anything else."""
    overlaps = notebook.page.evaluate(OVERLAPS)
    assert overlaps["looked"] > 10
    assert overlaps["found"] == []
    assert notebook.page.evaluate(LOWER) == pytest.approx([0, 0], abs=1)
    for width_now, type_now in ((900, 24), (600, 16)):
        notebook.control("button", "Projector view").press("Enter")
        notebook.rest(1.2)
        assert (width(notebook), type_size(notebook)) == (width_now, type_now)
    sources = [cell["source"] for cell in notebook.cells]
    for role, name in (("slider", "Place"), ("button", "Reset"), ("radio", "No"), ("spinbutton", "Place, number")):
        control = notebook.control(role, name)
        control.focus()
        for key in ("x", "d", "d", "a", "ArrowDown", "ArrowUp"):
            notebook.page.keyboard.press(key)
        assert notebook.page.evaluate("() => document.activeElement.closest('.jupyter-widgets') !== null"), name
    assert [cell["source"] for cell in notebook.cells] == sources
    notebook.rest()


def errors(notebook) -> list[str]:
    return [error for error in notebook.errors if NOISE not in error]


def test_after_a_reload_everything_lives(notebook):
    shows(notebook, 0.5)
    notebook.reload()
    shows(notebook, 0.5)
    notebook.control("slider", "Place").press("ArrowRight")
    shows(notebook, 0.6)
    is_whole(notebook)
    assert errors(notebook) == []


def test_a_second_tab_lives_and_both_move_together(notebook, second):
    shows(second, 0.5)
    second.control("slider", "Place").press("ArrowRight")
    shows(second, 0.6)
    shows(notebook, 0.6)
    notebook.control("slider", "Place").press("ArrowRight")
    shows(second, 0.7)
    for key, one in (("ArrowRight", notebook), ("ArrowLeft", second)) * 5:  # both at once
        one.control("slider", "Place").press(key)
    notebook.rest()
    assert words(notebook) == words(second)
    is_whole(second)
    assert errors(second) == []


def test_after_a_sleep_the_page_shows_what_was_done_meanwhile(notebook, second):
    kernel = "window.probe.panel().sessionContext.session.kernel"
    notebook.page.context.set_offline(True)
    try:
        notebook.page.evaluate(f"() => {kernel}._ws.close()")
        notebook.page.wait_for_function(f"() => {kernel}.connectionStatus !== 'connected'")
        second.control("slider", "Place").press("ArrowRight")
        shows(second, 0.6)
    finally:
        notebook.page.context.set_offline(False)
    notebook.page.evaluate(f"() => {kernel}.reconnect()")
    shows(notebook, 0.6)
    notebook.control("slider", "Place").press("ArrowRight")
    shows(notebook, 0.7)
    shows(second, 0.7)
    is_whole(notebook)


@pytest.mark.parametrize("reload", [False, True], ids=["at once", "after a reload"])
def test_without_the_first_cells_output_nothing_overlaps_and_no_key_is_stolen(notebook, reload):
    # The button stays, which is displayed by the same cell, so that it can be pressed.
    notebook.page.evaluate(
        """cell => {
            const {outputs} = window.probe.panel().content.widgets[cell].model;
            outputs.fromJSON(outputs.toJSON().slice(-1));
        }""",
        STARTED,
    )
    if reload:
        notebook.save()
        notebook.reload()
    notebook.control("slider", "Place").press("ArrowRight")
    shows(notebook, 0.6)
    is_whole(notebook)
    assert errors(notebook) == []


def test_the_saved_notebook_keeps_the_last_picture_once_and_without_a_widget(notebook):
    notebook.control("slider", "Place").press("ArrowRight")
    shows(notebook, 0.6)
    notebook.rest()
    notebook.save()
    saved = json.loads((notebook.lab.folder / notebook.name).read_text("utf-8"))
    outputs = saved["cells"][SHOWN]["outputs"]
    (still,) = (output for output in outputs if "image/png" in output["data"])
    words = "The dot stands at 0.60 of the whole width, and that is all there is to see."
    assert "".join(still["data"]["text/plain"]) == words
    assert f'alt="{words}"' in "".join(still["data"]["text/html"])
