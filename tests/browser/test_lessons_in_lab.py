"""The lessons as a learner meets them: opened in JupyterLab, run from top to bottom, solved wrong and then right."""

from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
# A solved notebook has the same widgets, and nbval runs each of them: 01 and the last stand for them here.
SOLVED = [ROOT / "solutions" / path.name for path in (LESSONS[1], LESSONS[-1])]
SLOW = [pytest.param(path, marks=pytest.mark.slow) for path in (*LESSONS[1:], *SOLVED)]

WRONG = """@lesson.exercise("gram")
def gram(x, x2, width):
    return torch.exp(-((x[:, None] - x2[None]) ** 2).sum(-1) / width**2)
"""
RIGHT = WRONG.replace("/ width**2", "/ (2 * width**2)")


def cell_of(path: Path, text: str) -> int:
    cells = nbformat.read(path, as_version=4).cells
    return next(index for index, cell in enumerate(cells) if cell.cell_type == "code" and text in cell.source)


def run_cell(notebook, index: int, source: str) -> str:
    """Put `source` into a cell, run it, and return what its output says."""
    notebook.page.evaluate(
        """([index, source]) => {
            const content = window.probe.panel().content;
            content.activeCellIndex = index;
            content.widgets[index].model.sharedModel.setSource(source);
            return window.jupyterapp.commands.execute("notebook:run-cell");
        }""",
        [index, source],
    )
    notebook.page.wait_for_function("() => window.probe.kernel() === 'idle'")
    notebook.rest()
    return notebook.page.evaluate("index => window.probe.area(index).textContent", index)


@pytest.mark.parametrize("path", [LESSONS[0], *SLOW], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_lesson_runs_and_is_accessible(path, open_notebook):
    notebook = open_notebook(path)
    notebook.run_all()
    assert notebook.errors == []
    assert all(cell["type"] != "code" or cell["count"] for cell in notebook.cells)
    shown = notebook.controls()
    assert [control for control in shown if not control.name] == []
    assert notebook.axe() == []
    pictures = notebook.page.evaluate(
        "() => [...document.querySelectorAll('.jp-OutputArea-output img')].map(i => [i.alt, i.naturalWidth])"
    )
    assert pictures
    assert all(len(alt) > 40 and width > 300 for alt, width in pictures)


@pytest.mark.slow
def test_an_exercise_answers_each_try_and_then_drives_the_explorer_above(open_notebook):
    path = ROOT / "lessons" / "01_fixed_embeddings.ipynb"
    exercise, lift = cell_of(path, '@lesson.exercise("gram")'), cell_of(path, "lesson.lift.show()")
    notebook = open_notebook(path)
    notebook.run_all()

    def engine() -> str:
        return notebook.page.evaluate("i => window.probe.area(i).querySelector('.ddlearn-engine').textContent", lift)

    assert "Not started" in notebook.page.evaluate("index => window.probe.area(index).textContent", exercise)
    assert "the course’s gram" in engine()

    said = run_cell(notebook, exercise, WRONG)
    assert "Looks like a classic mistake" in said
    assert "Where is your 2?" in said
    assert "the course's gram, not on yours" in said

    said = run_cell(notebook, exercise, RIGHT)
    assert "Passed" in said
    assert "your gram" in engine()
    notebook.watch(lift)
    notebook.control("combobox", "Kernel").first.select_option("rbf")
    notebook.page.wait_for_function("() => window.probe.changed()", timeout=5000)
    assert "rbf" in notebook.picture(lift)["alt"]
    assert notebook.errors == []


@pytest.mark.slow
def test_a_prediction_is_drawn_on_the_result(open_notebook):
    path = ROOT / "lessons" / "00_start_here.ipynb"
    shown = cell_of(path, "black_box.show()")
    notebook = open_notebook(path)
    notebook.run_all()
    assert "You said" not in notebook.picture(shown)["alt"]
    box = next(
        control for control in notebook.controls(cell_of(path, "lesson.predict")) if control.role == "spinbutton"
    )
    number = notebook.page.locator(box.selector)
    number.fill("60")
    number.press("Enter")
    notebook.control("button", "Record my prediction").press("Enter")
    notebook.page.get_by_text("Recorded: 60").wait_for()
    notebook.watch(shown)
    notebook.control("slider", "Features").press("ArrowRight")
    notebook.page.wait_for_function("() => window.probe.changed()", timeout=5000)
    assert "You said 60." in notebook.picture(shown)["alt"]
    assert notebook.errors == []


@pytest.mark.slow
def test_a_choice_is_judged_in_a_folded_card_below_its_explorer(open_notebook):
    path = ROOT / "lessons" / "01_fixed_embeddings.ipynb"
    notebook = open_notebook(path)
    notebook.run_all()
    fold = notebook.page.locator(".ddlearn-card summary")
    fold.wait_for()
    asked = notebook.controls(cell_of(path, 'lesson.predict("lift")'))
    option = next(control for control in asked if control.role == "radio")
    notebook.page.locator(option.selector).check()
    notebook.control("button", "Record my prediction").first.press("Enter")
    said = notebook.page.get_by_text("You said “one”, and so it is.")
    said.wait_for(state="attached")
    assert not said.is_visible()
    fold.press("Enter")
    said.wait_for(state="visible")
    assert notebook.errors == []
