"""Calling a learner's function within a time limit: an import is neither counted nor cut short."""

import importlib
import sys
import threading

import pytest

from ddlearn.classroom.sandbox import Outcome, call

SLOW_MODULE = """
import time
for _ in range(8):
    time.sleep(0.05)
answer = 42
"""


def in_thread(function, seconds: float) -> Outcome:
    found = []
    worker = threading.Thread(target=lambda: found.append(call(function, (), seconds)))
    worker.start()
    worker.join()
    return found[0]


def in_main_thread(function, seconds: float) -> Outcome:
    return call(function, (), seconds)


@pytest.fixture
def slow_module(tmp_path, monkeypatch):
    """The name of a module that takes 0.4 seconds to load."""
    name = "ddlearn_test_slow_module"
    (tmp_path / f"{name}.py").write_text(SLOW_MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield name
    sys.modules.pop(name, None)


@pytest.mark.parametrize("limited", [in_main_thread, in_thread])
def test_an_import_is_neither_counted_nor_cut_short(limited, slow_module):
    outcome = limited(lambda: importlib.import_module(slow_module).answer, 0.2)
    assert (outcome.value, outcome.error, outcome.timed_out) == (42, None, False)
    assert sys.modules[slow_module].answer == 42


@pytest.mark.parametrize("limited", [in_main_thread, in_thread])
def test_after_an_import_the_limit_holds(limited, slow_module):
    def imports_and_loops():
        importlib.import_module(slow_module)
        while True:
            pass

    assert limited(imports_and_loops, 0.2).timed_out
    assert sys.modules[slow_module].answer == 42


def test_a_check_that_runs_inside_an_import_is_limited_all_the_same(tmp_path, monkeypatch):
    name = "ddlearn_test_module_that_checks"
    source = """
        from ddlearn.classroom.sandbox import call
        def loops():
            while True:
                pass
        outcome = call(loops, (), 0.2)
    """
    (tmp_path / f"{name}.py").write_text("if True:" + source)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    assert importlib.import_module(name).outcome.timed_out
    del sys.modules[name]
