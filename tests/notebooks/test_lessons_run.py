"""Each lesson by the clock, as learners get it: unsolved, top to bottom on one core, offline, by `ddlearn run`.

What nbval's runs of `make test` tell (`measured.py`) is not repeated here; they count the processor's seconds, and a
lesson that waits for something takes none.
"""

from pathlib import Path

import pytest
from one_core import on_one_core

from ddlearn.course import run

LESSONS = sorted((Path(__file__).resolve().parents[2] / "lessons").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_takes_no_longer_than_it_may_on_a_small_machine(path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("CPU_LIMIT", "1")
    with on_one_core():
        result = run.execute(path, offline=True)
    assert result.messages == []
    assert result.seconds <= (75 if path.stem >= "02" else 60)
