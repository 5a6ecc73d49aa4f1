"""Where memory is limited, a lesson that rested makes room: what it says, and what is left of the other notebook."""

import time

import pytest

from ddlearn.classroom.open_lessons import RESTS

pytestmark = pytest.mark.slow
SHORT = """from ddlearn import compute
from ddlearn.lessons.start_here import lesson

compute.memory_is_limited = lambda: True
compute.memory_left = iter([300e6, 900e6, 900e6]).__next__
lesson.start()"""
RESTED = """from ddlearn.lessons.start_here import lesson

kept = 1"""


def test_the_next_lesson_takes_the_place_of_one_that_rested(open_notebook, write_notebook):
    rested = open_notebook(write_notebook(RESTED, name="rested.ipynb"))
    rested.run_all()
    ended = time.monotonic()
    short = open_notebook(write_notebook(SHORT, name="short.ipynb"))
    time.sleep(max(0, ended + RESTS.total_seconds() - time.monotonic()))
    short.run_all()
    said = short.page.evaluate("() => window.probe.area(1).textContent")
    assert "A lesson that rested made room" in said
    assert "_rested was shut down. Your answers are kept." in said
    assert "Little memory" not in said
    assert short.errors == rested.errors == []

    rested.page.wait_for_function("() => !window.probe.panel().sessionContext.session", timeout=30000)
    assert rested.page.locator("dialog, .jp-Dialog").count() == 0
    rested.run_all()  # as the card says
    assert rested.page.evaluate("() => window.probe.kernel()") == "idle"
    assert rested.errors == []
