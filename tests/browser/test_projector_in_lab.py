"""The projector view, turned on by its button in a real JupyterLab: larger, darker, and nothing lost."""

import pytest

pytestmark = pytest.mark.slow
SETUP = """
import torch
from ddlearn.classroom import Explorer, Lesson, Option, QuizItem, Slider, Switch

def picture(fig, wave):
    panel = fig.panel()
    panel.frame("", "time", "height", xlim=(0, 6), ylim=(-3.2, 3.2))
    panel.line(*wave)

def sentence(wave):
    return f"The wave reaches {float(wave[1].max()):.3f} and ends at {float(wave[1][-1]):.3f}, see `here`."

def wave(size, speed, flip):
    time = torch.linspace(0, 6, 300)
    return time, size * torch.sin(speed * time) * (-1 if flip else 1)

controls = (
    Slider("size", "Kernel width", 0.1, 3, 1),
    Slider("speed", "A speed with a long name", 0.1, 9, 1, log=True),
    Switch("flip", "Upside down", False),
)
question = QuizItem("Is it `so`?", (Option("Yes", True, "It is."), Option("No", False, "It is, look again.")))
explorer = Explorer("wave", "A wave", controls, wave, picture, sentence, size=(9.0, 3.0))
lesson = Lesson("77_wave", "Waves", 5, 1, explorers=[explorer], quiz=(question,))
lesson.start()
"""
START, SHOWN = 1, 2
SIZES = """() => {
    const size = selector => parseFloat(getComputedStyle(document.querySelector(".jp-Notebook " + selector)).fontSize);
    return [".jp-RenderedMarkdown h1", ".ddlearn-card p", ".cm-content", ".ddlearn-explorer .widget-label",
        ".ddlearn-status .widget-html-content", ".ddlearn-figure figcaption", ".widget-radio-box label"].map(size);
}"""
# Every word in cells and outputs, its colour against the ground behind it: axe looks at few of them in JupyterLab.
TOO_PALE = """() => {
    const rgba = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = channels => {
        const [r, g, b] = channels.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const over = ([r, g, b, a = 1], under) => [r, g, b].map((c, i) => a * c + (1 - a) * under[i]);
    const ground = e => {
        if (!e) return [255, 255, 255];
        const own = rgba(getComputedStyle(e).backgroundColor);
        return own[3] === 0 ? ground(e.parentElement) : over(own, own[3] === undefined ? own : ground(e.parentElement));
    };
    const words = document.createTreeWalker(document.querySelector(".jp-Notebook"), NodeFilter.SHOW_TEXT);
    const found = {seen: 0, pale: []};
    while (words.nextNode()) {
        const text = words.currentNode.textContent.trim(), e = words.currentNode.parentElement;
        if (!text || !e.checkVisibility() || e.closest("script, style, mjx-assistive-mml, .jp-Toolbar")) continue;
        const under = ground(e), ink = over(rgba(getComputedStyle(e).color), under);
        const [high, low] = [light(ink), light(under)].sort((a, b) => b - a);
        found.seen += 1;
        if ((high + 0.05) / (low + 0.05) < 7) found.pale.push(`${text.slice(0, 40)} ${ink} on ${under}`);
    }
    return found;
}"""
CUT = """() => [...document.querySelectorAll(
    ".ddlearn-explorer :is(.widget-label, .widget-html-content, button)")].filter(
    e => (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
        && !e.closest(".ddlearn-number") && getComputedStyle(e).overflow !== "visible").map(e => e.textContent)"""


def test_the_button_enlarges_page_and_picture_and_gives_them_back(open_notebook, write_notebook):
    notebook = open_notebook(write_notebook(SETUP, "lesson.wave.show()", "lesson.quiz()"), width=1700)
    notebook.run_all()
    button = notebook.control("button", "Projector view")
    assert button.get_attribute("aria-pressed") == "false"
    before, sizes = notebook.picture(SHOWN), notebook.page.evaluate(SIZES)
    assert notebook.axe() == []
    assert notebook.page.evaluate(TOO_PALE)["pale"], "JupyterLab's own theme is dark enough: the test sees nothing"

    button.press("Enter")
    notebook.rest(1.5)
    assert button.get_attribute("aria-pressed") == "true"
    after = notebook.picture(SHOWN)
    assert after == before  # the same picture, larger
    width = notebook.page.evaluate("cell => window.probe.area(cell).querySelector('img').clientWidth", SHOWN)
    assert width == 1350
    assert all(now >= 1.35 * was for was, now in zip(sizes, notebook.page.evaluate(SIZES), strict=True))
    assert notebook.page.evaluate(CUT) == []
    assert notebook.axe() == []
    words = notebook.page.evaluate(TOO_PALE)
    assert words["seen"] > 60
    assert words["pale"] == []

    notebook.watch(SHOWN)
    notebook.control("slider", "Kernel width").press("ArrowRight")
    notebook.page.wait_for_function("() => window.probe.changed()", timeout=5000)
    assert notebook.picture(SHOWN)["alt"] != after["alt"]
    notebook.control("button", "Reset").press("Enter")
    notebook.rest()

    button.press("Space")
    notebook.rest(1.5)
    assert notebook.picture(SHOWN) == before
    assert notebook.page.evaluate(SIZES) == sizes
    assert notebook.errors == []
