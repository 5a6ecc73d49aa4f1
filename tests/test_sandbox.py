"""Calling a learner's function within a time limit, in the main thread and in another."""

import contextlib
import importlib
import pdb
import signal
import sys
import threading
import time

import pytest

from ddlearn.classroom.sandbox import call


def in_this_thread(function, seconds):
    return call(function, (), seconds)


def in_another_thread(function, seconds):
    found = []
    worker = threading.Thread(target=lambda: found.append(call(function, (), seconds)))
    worker.start()
    worker.join(20)
    return found[0]


anywhere = pytest.mark.parametrize("called", [in_this_thread, in_another_thread])


def loops():
    while True:
        pass


def slowly():
    time.sleep(0.25)
    return 42


@pytest.mark.parametrize(
    ("function", "value", "error", "timed_out"),
    [(slowly, 42, type(None), False), (sys.exit, None, SystemExit, False), (loops, None, type(None), True)],
)
def test_outside_the_main_thread_all_is_the_same_and_no_loop_burns_a_core(function, value, error, timed_out):
    before = threading.active_count()
    outcome = in_another_thread(function, 0.5)
    assert (outcome.value, type(outcome.error), outcome.timed_out) == (value, error, timed_out)
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer on this system")
def test_the_timer_of_the_test_runner_is_put_back():
    rings = []
    theirs = signal.signal(signal.SIGALRM, lambda *_: rings.append(1))
    before = signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        assert call(loops, (), 0.1).timed_out
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left < 0.25
        time.sleep(left + 0.05)
        assert rings == [1]
    finally:
        signal.signal(signal.SIGALRM, theirs)
        signal.setitimer(signal.ITIMER_REAL, *before)


# An import


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A function that writes a module and returns its name."""
    name = "ddlearn_test_module"

    def written(source):
        (tmp_path / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)
        importlib.invalidate_caches()
        return name

    yield written
    sys.modules.pop(name, None)


SLOW = """
import time
for _ in range(6):
    time.sleep(0.05)
answer = 42
"""


@anywhere
def test_an_import_is_neither_counted_nor_cut_short_and_after_it_the_limit_holds(called, module):
    slow = module(SLOW)

    def imports_and_loops():
        importlib.import_module(slow)
        loops()

    assert called(imports_and_loops, 0.15).timed_out
    assert sys.modules.pop(slow).answer == 42
    outcome = called(lambda: importlib.import_module(slow).answer, 0.15)
    assert (outcome.value, outcome.error, outcome.timed_out) == (42, None, False)


def test_a_check_that_runs_inside_an_import_is_limited_all_the_same(module):
    checks = module(
        "from ddlearn.classroom.sandbox import call\nfrom test_sandbox import loops\noutcome = call(loops, (), 0.2)"
    )
    assert importlib.import_module(checks).outcome.timed_out


# A debugger


@contextlib.contextmanager
def traced(trace=None):
    """With a trace function, and in any case with that of before afterwards."""
    before = sys.gettrace()
    try:
        sys.settrace(trace or before)
        yield
    finally:
        sys.settrace(before)


@anywhere
def test_a_breakpoint_inside_the_function_ends_the_limit_and_its_words_are_seen(called, capsys):
    class Patient:
        def readline(self):
            time.sleep(0.15)  # the learner reads, and goes on before the bell rings
            return "c\n"

    def stops():
        debugger = pdb.Pdb(stdin=Patient(), nosigint=True)
        debugger.use_rawinput = False
        debugger.set_trace()
        return slowly()

    with traced():
        outcome = called(stops, 0.25)
    assert (outcome.value, outcome.error) == (42, None)
    # Python 3.13 and later stop in the line of the breakpoint itself, the others in the next one.
    waits = "debugger.set_trace()" if sys.version_info >= (3, 13) else "return slowly()"
    assert f"stops()\n-> {waits}\n" in capsys.readouterr().out


def test_there_is_no_limit_under_a_debugger_and_a_tool_that_measures_coverage_is_none():
    def tracer(frame, event, arg):
        return None

    with traced(tracer):
        assert call(slowly, (), 0.1).value == 42
    tracer.__module__ = "coverage.pytracer"
    with traced(tracer):
        assert call(slowly, (), 0.1).timed_out


def test_a_run_that_coverage_measures_is_limited():
    measured = pytest.importorskip("coverage").Coverage(data_file=None)
    with traced():
        measured.start()
        try:
            assert call(slowly, (), 0.1).timed_out
        finally:
            measured.stop()
