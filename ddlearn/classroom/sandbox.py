"""Calling a learner's function: it may loop for ever, raise anything and print without end.

In the main thread of a Unix process an interval timer interrupts it. Elsewhere (Windows, or a check that runs in a
thread) a worker thread runs it and is interrupted, then abandoned. The time that an import takes does not count, and
none is interrupted: a module that was, stays broken until the kernel restarts. Under a debugger there is no limit.
"""

import contextlib
import ctypes
import io
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import FrameType

TICK = 0.1
"""Seconds between two looks at the clock; a bare `except:` in a loop swallows an interruption, not all of them."""
PRINT_LIMIT = 2000  # characters


class OutOfTime(BaseException):
    """Raised inside the learner's function when its time is up; no `except Exception` catches it."""


@dataclass(frozen=True)
class Outcome:
    """What came of a call: a value, an error, or neither because the time was up."""

    value: object = None
    error: BaseException | None = None
    timed_out: bool = False
    printed: str = ""


class FirstWords(io.TextIOBase):
    """A text stream that keeps its first `PRINT_LIMIT` characters and forgets the rest.

    A debugger writes through it to the stream that was there before, and is remembered as having been `seen`.
    """

    def __init__(self, before: io.TextIOBase):
        self.text, self.seen, self._before = "", False, before

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if debugged():
            self.seen = True
            return self._before.write(text)
        self.text += text[: PRINT_LIMIT - len(self.text)]
        return len(text)

    def flush(self) -> None:
        if not self._before.closed:  # Python flushes a stream that it forgets, which may be after the other's end
            self._before.flush()


class Clock:
    """The time that is left to a call. Look at it often: what has passed before a look inside an import is free."""

    def __init__(self, seconds: float, words: FirstWords):
        self._left, self._looked, self._words = seconds, time.monotonic(), words

    def is_up(self, frame: FrameType | None, outermost: FrameType | None = None) -> bool:
        """Return whether the code that stands at `frame`, up to the frame `outermost`, is to be interrupted now."""
        now = time.monotonic()
        passed, self._looked = now - self._looked, now
        while frame is not None and frame is not outermost:
            if frame.f_code.co_filename.startswith("<frozen importlib._bootstrap"):
                return False
            frame = frame.f_back
        self._left -= passed
        self._words.seen = self._words.seen or debugged()
        return self._left <= 0 and not self._words.seen


def debugged() -> bool:
    """Return whether a debugger follows this thread: pdb, pydevd, an editor's. A tracer that measures coverage is none.

    Before Python 3.12 a debugger is a trace function; since then it may be a tool of `sys.monitoring`.
    """
    trace = sys.gettrace()
    # A tracer in C, as coverage has one, tells its module by its type alone.
    home = getattr(trace, "__module__", None) or type(trace).__module__
    if trace is not None and not home.startswith("coverage"):
        return True
    monitoring = getattr(sys, "monitoring", None)
    return monitoring is not None and monitoring.get_tool(monitoring.DEBUGGER_ID) is not None


def call(function: Callable, arguments: tuple, seconds: float) -> Outcome:
    """Call `function(*arguments)` for at most `seconds` of wall-clock time, or for any time under a debugger.

    Raises nothing but the `KeyboardInterrupt` with which a learner stops the cell.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    limited = _interrupted_by_timer if in_main_thread and hasattr(signal, "setitimer") else _run_in_worker
    words = FirstWords(sys.stdout)
    with contextlib.redirect_stdout(words):
        outcome = limited(lambda: function(*arguments), Clock(seconds, words), min(seconds, TICK))
    return replace(outcome, printed=words.text)


def _interrupted_by_timer(run: Callable[[], object], clock: Clock, first_look: float) -> Outcome:
    here = sys._getframe()

    def ring(signum, frame):
        if clock.is_up(frame, here):
            raise OutOfTime

    # Somebody else's timer (a test runner's, say) is put back afterwards, shortened by the time that we took.
    started = time.monotonic()
    their_handler = signal.signal(signal.SIGALRM, ring)
    their_delay, their_interval = signal.setitimer(signal.ITIMER_REAL, first_look, TICK)
    try:
        return Outcome(run())
    except OutOfTime:
        return Outcome(timed_out=True)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a learner's `exit()` must not end the kernel
        return Outcome(error=error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, their_handler or signal.SIG_DFL)
        if their_delay:
            left = their_delay - (time.monotonic() - started)
            signal.setitimer(signal.ITIMER_REAL, max(left, 0.001), their_interval)


def _run_in_worker(run: Callable[[], object], clock: Clock, first_look: float) -> Outcome:
    outcomes: list[Outcome] = []

    def work():
        try:
            outcomes.append(Outcome(run()))
        except BaseException as error:
            outcomes.append(Outcome(error=error))

    worker = threading.Thread(target=work, daemon=True, name="learner's function")
    worker.start()
    worker.join(first_look)
    while worker.is_alive():
        if clock.is_up(sys._current_frames().get(worker.ident)):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(OutOfTime))
            worker.join(TICK)
            return Outcome(timed_out=True)
        worker.join(TICK)
    return outcomes[0]


def where(error: BaseException, function: Callable) -> tuple[int, str]:
    """Return the line, and its text, at which the learner's own code failed; (0, "") if it was never reached.

    The innermost frame of the learner's file (in a notebook: of the cell) counts, not the library's frames below it.
    """
    cell = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == cell]
    return (frames[-1].lineno, frames[-1].line) if frames else (0, "")
