"""The latest wish wins: one worker, no queue.

A learner who drags a slider makes a hundred wishes a second, and wants one picture: that of the last. So there is one
place for a wish, and a newer one replaces the older; one computation runs at a time, in a thread, so that the page
stays alive; and a result that is no longer wanted is dropped, never painted.

Where no event loop runs (a script, a test) a wish is granted on the spot.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

TICK = 0.1  # seconds of computing without a word: what takes longer is no longer seen as at once (Miller, 1968)


class Cancelled(Exception):
    """Raised inside a computation that reports its progress, when its result is no longer wanted."""


@dataclass
class Job:
    """One computation under way: its wish, whether its result is still wanted, and how far it is."""

    wish: object
    wanted: bool = True
    fraction: float | None = None
    words: str = ""

    def progress(self, fraction: float, words: str = "") -> None:
        """Say how far the computation is, 0 to 1. Raises Cancelled when it may as well stop."""
        self.fraction, self.words = min(max(float(fraction), 0.0), 1.0), words
        if not self.wanted:
            raise Cancelled


class Latest:
    """Grants the newest wish.

    `work(job) -> result` runs in a thread. Then, on the event loop, `done(job, result)` or `failed(job, error)`;
    meanwhile `waiting(job)` is called every TICK. An exception that `done` raises goes to `failed`.
    """

    def __init__(self, work: Callable, done: Callable, failed: Callable, waiting: Callable = lambda job: None):
        self._work, self._done, self._failed, self._waiting = work, done, failed, waiting
        self._wish = None
        self._job: Job | None = None
        self._thread: asyncio.Task | None = None  # in which the job runs
        self._task: asyncio.Task | None = None  # that looks after the thread

    def submit(self, wish: object) -> None:
        """Wish for a result; what was wished before and is not painted yet never will be."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.grant(wish)
            return
        self._wish = wish
        if self._job is not None:
            self._job.wanted = False
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._serve())

    def grant(self, wish: object) -> None:
        """Compute and deliver here and now, whatever else is under way."""
        self.cancel()
        job = Job(wish)
        try:
            self._done(job, self._work(job))
        except Exception as error:
            self._failed(job, error)

    def cancel(self) -> Job | None:
        """Give up the computation under way and the wish that waits. Returns the job given up, or None."""
        self._wish = None
        if self._job is not None:
            self._job.wanted = False
            self._thread.cancel()  # from outside nothing stops it, but nobody waits for its end or looks at its result
        return self._job

    async def idle(self) -> None:
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    async def _serve(self) -> None:
        while self._wish is not None:
            job, self._wish = Job(self._wish), None
            thread = asyncio.create_task(asyncio.to_thread(self._work, job))
            self._job, self._thread = job, thread
            try:
                while not thread.done():
                    await asyncio.wait({thread}, timeout=TICK)
                    if not thread.done():
                        self._waiting(job)
                if not thread.cancelled():
                    thread.exception()  # looked at even if nobody wants it: asyncio reports what nobody has seen
                if job.wanted:
                    self._done(job, thread.result())
            except Exception as error:
                self._failed(job, error)
            finally:
                self._job = None
