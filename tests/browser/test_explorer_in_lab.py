"""An explorer with every kind of control, worked by keyboard in a real JupyterLab."""

import pytest

pytestmark = pytest.mark.slow
SETUP = """
import time
import torch
from ddlearn.classroom import Choice, Explorer, Slider, Switch, page
page.install()
"""
WAVE = """
def picture(fig, wave):
    panel = fig.panel()
    panel.frame("", "time", "height", xlim=(0, 6), ylim=(-3.2, 3.2))
    panel.line(*wave)

def sentence(wave):
    return f"The wave reaches {float(wave[1].max()):.3f} and ends at {float(wave[1][-1]):.3f}."

def wave(size, speed, count, shape, flip, *, swing=torch.sin):
    time = torch.linspace(0, 6, 300)
    height = size * swing(speed * time) * (-1 if flip else 1) + 0.01 * count
    return time, height.abs() if shape == "folded" else height

def controls():
    return (
        Slider("size", "Kernel width", 0.1, 3, 1),
        Slider("speed", "Speed", 0.1, 10, 1, log=True),
        Slider("count", "Count", 1, 20, 5, whole=True),
        Choice("shape", "Shape", ("plain", "folded"), "plain"),
        Switch("flip", "Upside down", False),
    )

explorer = Explorer("wave", "A wave", controls(), wave, picture, sentence, ("swing",), (7.0, 3.0))
explorer.show()
"""
SHOWN = 2  # the index of the cell that shows the explorer
PARTS = (("slider", ""), ("spinbutton", ", number"))
CONTROLS = (
    *((role, name + end) for name in ("Kernel width", "Speed", "Count") for role, end in PARTS),
    ("combobox", "Shape"),
    ("checkbox", "Upside down"),
)
RESET, SURPRISE, CANCEL = (("button", name) for name in ("Reset", "Surprise me", "Cancel"))


@pytest.fixture(scope="module")
def wave(open_for_all, write_notebook):
    """The wave in a wide window, for every test that leaves it alive."""
    opened = open_for_all(write_notebook(SETUP, WAVE))
    opened.run_all()
    return opened


@pytest.fixture
def notebook(wave):
    """The wave at its start, and no error so far."""
    wave.control("button", "Reset").press("Enter")
    wave.rest()
    assert wave.errors == []
    return wave


def status(notebook, cell=SHOWN):
    return notebook.page.locator(".ddlearn-status [role=status]").nth(0).inner_text()


def press(notebook, locator, key):
    """Press a key on a control and wait for the next picture; True if there was one."""
    notebook.watch(SHOWN)
    locator.press(key)
    try:
        notebook.page.wait_for_function("() => window.probe.changed()", timeout=5000)
    except Exception:
        return False
    return True


def test_every_control_is_named_and_reached_by_tab(notebook):
    shown = notebook.controls(SHOWN)
    assert {(control.role, control.name) for control in shown} == {*CONTROLS, RESET, SURPRISE, CANCEL}
    notebook.control("slider", "Kernel width").focus()
    reached = []
    for _ in range(len(shown) - 2):  # the first has the focus, and Cancel is disabled
        notebook.page.keyboard.press("Tab")
        reached.append(notebook.page.evaluate("() => document.activeElement.dataset.probe"))
    assert reached == [control.mark for control in shown[1:] if not control.disabled]


def test_a_ring_shows_where_the_focus_is(notebook):
    for role, name in (*CONTROLS, RESET, SURPRISE):
        control = notebook.control(role, name)
        notebook.page.keyboard.press("Shift")  # the keyboard is in use: only then is a focus shown
        control.focus()
        assert control.evaluate("e => getComputedStyle(e).outlineWidth") == "3px", name


def test_keys_stay_with_the_control(notebook):
    sources = [cell["source"] for cell in notebook.cells]
    for role, name in (("combobox", "Shape"), ("checkbox", "Upside down"), ("button", "Reset"), ("slider", "Speed")):
        control = notebook.control(role, name)
        control.focus()
        for key in ("x", "d", "d", "a", "b", "ArrowDown", "ArrowUp"):
            notebook.page.keyboard.press(key)
        assert control.evaluate("e => document.activeElement === e"), f"{name} lost the focus"
    assert [cell["source"] for cell in notebook.cells] == sources
    assert notebook.errors == []


def test_every_control_moves_the_picture_and_its_words(notebook):
    keys = ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown", "ArrowDown", "Space", "Enter")
    for (role, name), key in zip((*CONTROLS, SURPRISE, RESET), (*keys, "Space"), strict=True):
        before = notebook.picture(SHOWN)
        assert press(notebook, notebook.control(role, name), key), f"{name}: no new picture"
        after = notebook.picture(SHOWN)
        assert after["src"] != before["src"], name
        assert after["alt"] != before["alt"], name
        assert after["alt"].startswith("The wave reaches"), name
    notebook.rest()
    assert "Back at the start: Kernel width 1, Speed 1, Count 5" in status(notebook)


def test_the_number_box_and_the_slider_stand_together(notebook):
    box, slider = notebook.control("spinbutton", "Speed, number"), notebook.control("slider", "Speed")

    def typed(text, *keys):
        """What the box shows after a text, typed key by key as a hand does, and these keys."""
        if text is not None:
            box.fill("")
            box.press_sequentially(text)
        for key in keys:
            box.press(key)
        notebook.rest()
        return box.input_value()

    assert typed("0.0379", "Enter") == "0.1"  # below the range: the nearest end
    assert ": 0.1 is taken for 0.0379." in status(notebook)
    assert typed("0,5", "Enter") == "0.5"
    assert box.get_attribute("aria-valuenow") == "0.5"
    assert typed(None, "ArrowUp", "ArrowUp") == "0.7"
    assert typed(None, "ArrowDown", "ArrowDown", "ArrowDown") == "0.4"
    assert typed("9.5", "Enter") == "9.5"
    assert typed(None, "ArrowUp", "ArrowUp") == "10"  # to the end of the range, and no further
    assert "above" not in status(notebook)
    assert typed("2.3456", "Enter") == "2.35"
    assert slider.get_attribute("aria-valuetext") in ("2.29", "2.35", "2.4")  # the handle stands on its nearest step
    assert typed("", "Tab") == "2.35"
    slider.press("ArrowRight")
    notebook.rest()
    assert slider.get_attribute("aria-valuetext") == box.input_value()  # never the exponent that the slider holds


def test_fifteen_moves_without_a_blank_frame_or_a_jump(notebook):
    slider = notebook.control("slider", "Kernel width")
    frames = []
    for move in range(15):
        assert press(notebook, slider, "ArrowRight" if move < 8 else "ArrowLeft")
        notebook.page.wait_for_timeout(60)
        frames += notebook.seen()["frames"]
    assert sum(not frame["there"] for frame in frames) == 0
    assert len({frame["height"] for frame in frames}) == 1


def test_a_held_key_ends_on_the_last_value(notebook):
    slider = notebook.control("slider", "Kernel width")
    slider.focus()
    notebook.watch(SHOWN)
    for _ in range(30):
        notebook.page.keyboard.down("ArrowRight")
        notebook.page.wait_for_timeout(10)
    notebook.page.keyboard.up("ArrowRight")
    notebook.rest()
    seen = notebook.seen()
    value = float(notebook.control("spinbutton", "Kernel width, number").input_value())
    assert value > 2.0
    assert notebook.picture(SHOWN)["alt"].startswith(f"The wave reaches {value + 0.05:.3f}")
    tops = [float(frame["alt"].split()[3]) for frame in seen["frames"]]
    assert tops == sorted(tops), "a picture of an older value was painted after a newer one"
    assert seen["pictures"] <= 31
    assert all(frame["there"] for frame in seen["frames"])


def test_axe_finds_nothing(notebook):
    pytest.importorskip("axe_playwright_python")
    assert notebook.axe() == []


def test_it_fits_a_narrow_window(open_notebook, write_notebook):
    narrow = open_notebook(write_notebook(SETUP, WAVE), width=900)
    narrow.run_all()
    too_wide, cut = narrow.page.evaluate(
        """cell => { const area = window.probe.area(cell); return [area.scrollWidth - area.clientWidth,
            [...area.querySelectorAll(".widget-label")].filter(e => e.scrollWidth > e.clientWidth + 1
                && !e.closest(".ddlearn-number") && getComputedStyle(e).overflow !== "visible").length]; }""",
        SHOWN,
    )
    assert too_wide <= 1
    assert cut == 0


FAULTY = """
def faulty(size, speed, count, shape, flip):
    if size > 1:
        raise ValueError("size must be at most 1; got more")
    return wave(size, speed, count, shape, flip)

broken = Explorer("broken", "A broken wave", controls(), faulty, picture, sentence)
broken.show()
"""


def test_an_exception_is_said_in_the_card(open_notebook, write_notebook):
    notebook = open_notebook(write_notebook(SETUP, WAVE.replace("explorer.show()", FAULTY)))
    notebook.run_all()
    before = notebook.picture(SHOWN)
    slider = notebook.control("slider", "Kernel width")
    slider.press("ArrowRight")
    alert = notebook.page.locator(".ddlearn-status [role=alert]")
    alert.wait_for(timeout=5000)
    assert "ValueError: size must be at most 1; got more. The picture keeps its last state." in alert.inner_text()
    assert notebook.picture(SHOWN) == before
    assert press(notebook, slider, "ArrowLeft") or notebook.picture(SHOWN) == before
    notebook.rest()
    assert alert.count() == 0
    assert notebook.errors == []


SLOW = """
def slow(size, speed, count, shape, flip, progress):
    for step in range(100 if size > 1 else 1):
        progress(step / 100, f"step {step} of 100")
        time.sleep(0.1)
    return wave(size, speed, count, shape, flip)

patient = Explorer("patient", "A slow wave", controls(), slow, picture, sentence)
patient.show()
"""


def test_a_long_computation_says_how_far_it_is_and_can_be_cancelled(open_notebook, write_notebook):
    notebook = open_notebook(write_notebook(SETUP, WAVE.replace("explorer.show()", SLOW)))
    notebook.run_all()
    before = notebook.picture(SHOWN)
    slider, cancel = notebook.control("slider", "Kernel width"), notebook.control("button", "Cancel")
    assert cancel.is_disabled()
    slider.press("ArrowRight")
    bar = notebook.page.locator(".ddlearn-status progress")
    bar.wait_for(timeout=5000)
    assert "of 100" in status(notebook)
    assert cancel.is_enabled()
    # The page is alive while it computes: another slider moves, and its box follows.
    notebook.control("slider", "Count").press("ArrowRight")
    box = notebook.control("spinbutton", "Count, number")
    notebook.page.wait_for_function("box => box.value === '6'", arg=box.element_handle(), timeout=3000)
    bar.wait_for(timeout=5000)
    notebook.page.wait_for_function("b => !b.disabled", arg=cancel.element_handle(), timeout=5000)
    cancel.press("Enter")
    notebook.page.wait_for_function("b => b.disabled", arg=cancel.element_handle(), timeout=3000)
    assert "Cancelled. The picture still shows Kernel width 1" in status(notebook)
    assert notebook.picture(SHOWN) == before
    focused = notebook.page.evaluate("() => document.activeElement.textContent")
    assert focused == "Reset", "the focus fell off the page with the disabled button"
    assert press(notebook, notebook.control("button", "Reset"), "Enter") or notebook.picture(SHOWN) == before
    assert notebook.errors == []


def test_shown_twice_it_is_one_explorer(open_notebook, write_notebook):
    other = "other = Explorer('b', 'B', controls(), wave, picture, sentence)\nother.show()"
    notebook = open_notebook(write_notebook(SETUP, WAVE, "explorer.show()", other))
    notebook.run_all()
    apart = notebook.picture(4)
    assert press(notebook, notebook.control("slider", "Kernel width").first, "ArrowRight")
    notebook.rest()
    assert notebook.picture(2) == notebook.picture(3)
    assert notebook.picture(4) == apart
    for _ in range(2):  # running the cell again leaves one view there, alive
        notebook.page.evaluate(
            """() => { window.probe.panel().content.activeCellIndex = 3;
                return window.jupyterapp.commands.execute("notebook:run-cell"); }"""
        )
        notebook.rest()
    assert press(notebook, notebook.control("slider", "Kernel width").first, "ArrowRight")
    notebook.rest()
    assert notebook.picture(2) == notebook.picture(3)
    assert notebook.errors == []
