"""Two browsers on one notebook: one kernel, explorers whose two views move together, and no work overwritten."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from lab import Notebook

from ddlearn import lessons
from ddlearn.classroom.controls import Slider

pytestmark = pytest.mark.slow
LESSON = min((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
EXPLORER = lessons.load(LESSON.stem[:2]).parts.explorers[0]
SLIDER = next(control.label for control in EXPLORER.controls if isinstance(control, Slider))
SHOWN = next(
    index
    for index, cell in enumerate(nbformat.read(LESSON, as_version=4).cells)
    if cell.cell_type == "code" and f"{EXPLORER.name}.show()" in cell.source
)
# JupyterLab's own: what the kernel answers to one page's question for its widgets reaches the other page too.
NOISE = "Comm not found for comm id"


@pytest.fixture
def two(lab, browser):
    """The first lesson, open in two browsers that share nothing, not even a cookie; and the file."""
    name = f"{len(list(lab.folder.iterdir())):02d}_{LESSON.name}"
    shutil.copy(LESSON, lab.folder / name)
    contexts = [browser.new_context(viewport={"width": 1280, "height": 1000}) for _ in range(2)]
    notebooks = [Notebook(context.new_page(), lab, name) for context in contexts]
    yield *notebooks, lab.folder / name
    notebooks[0].page.evaluate("() => window.probe?.panel()?.sessionContext.shutdown()")
    for context in contexts:
        context.close()


def slider(notebook):
    """The explorer's first slider."""
    return notebook.control("slider", SLIDER)


def stands(notebook) -> tuple[float, str]:
    """Where the slider stands, and what the picture says."""
    return float(slider(notebook).get_attribute("aria-valuenow")), notebook.picture(SHOWN)["alt"]


def agree(one, other, unlike: tuple[float, str] = (-1.0, "")) -> tuple[float, str]:
    """Wait until both browsers show one and the same, of which nothing is as in `unlike`."""
    for _ in range(100):
        here, there = stands(one), stands(other)
        if here == there and here[0] != unlike[0] and here[1] != unlike[1]:
            return here
        one.page.wait_for_timeout(100)
    raise AssertionError(f"the browsers do not agree: {here} and {there}")


def errors(notebook) -> list[str]:
    return [error for error in notebook.errors if NOISE not in error]


def test_both_views_of_an_explorer_move_together(two, lab):
    one, other, _ = two
    ids = {n.page.evaluate("() => window.probe.panel().sessionContext.session.kernel.id") for n in (one, other)}
    assert len(ids) == 1
    one.run_all()
    other.run_all()
    before = agree(one, other)
    slider(one).press("ArrowRight")
    moved = agree(one, other, unlike=before)
    slider(other).press("ArrowLeft")
    assert agree(one, other, unlike=moved) == before
    for _ in range(10):  # both at once, the one faster than the other
        slider(one).press("ArrowRight")
        slider(one).press("ArrowRight")
        slider(other).press("ArrowLeft")
    agree(one, other, unlike=before)
    assert errors(one) == []
    assert errors(other) == []
    record = json.loads((lab._home / "ddlearn" / "progress.json").read_text("utf-8"))
    assert record["lessons"][LESSON.stem[:2]]["started_at"]


def test_the_second_to_save_is_asked_before_the_first_is_overwritten(two):
    one, other, path = two
    edit = """words => {
        window.probe.panel().content.widgets[0].model.sharedModel.setSource(words);
        window.jupyterapp.commands.execute("docmanager:save");
    }"""
    one.page.evaluate(edit, "written in the first browser")
    one.page.wait_for_function("() => !window.probe.panel().context.model.dirty")
    other.page.evaluate(edit, "written in the second browser")
    asked = other.page.locator(".jp-Dialog")
    asked.wait_for()
    assert "has changed on disk" in asked.inner_text()
    assert "written in the first browser" in path.read_text("utf-8")
    asked.get_by_role("button", name="Cancel").click()
    assert "written in the first browser" in path.read_text("utf-8")
    assert other.cells[0]["source"] == "written in the second browser"
