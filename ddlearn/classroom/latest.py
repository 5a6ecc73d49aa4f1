"""The latest wish wins: one worker, no queue.

A learner who drags a slider makes a hundred wishes a second, and wants one picture: that of the last. So there is one
place for a wish, and a newer one replaces the older; one computation runs at a time, in a thread, so that the page
stays alive; and a result whose wish is no longer the newest is dropped, never painted.

Where no event loop runs (a script, a test) a wish is granted on the spot.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

PATIENCE = 0.1  # seconds without a word while computing: what takes longer is no longer seen as at once (Miller, 1968)
TICK = 0.1  # seconds between two looks at a long computation


class Cancelled(Exception):
    """Raised inside a computation that reports its progress, when its result is no longer wanted."""


@dataclass(frozen=True)
class Wish:
    """One picture asked for: at which values, with whose functions, and what to say when it is there."""

    values: dict[str, object]
    engine: dict[str, Callable]
    note: str = ""


class Job:
    """One computation under way: its wish, how far it is, and whether anybody still wants it."""

    def __init__(self, wish, overtaken: Callable[[], bool] = lambda: False):
        self.wish = wish
        self.cancelled = False
        self.fraction: float | None = None
        self.words = ""
        self._overtaken = overtaken
        self._began = time.monotonic()

    def progress(self, fraction: float, words: str = "") -> None:
        """Say how far the computation is, 0 to 1. Raises Cancelled when it may as well stop."""
        self.fraction, self.words = min(max(float(fraction), 0.0), 1.0), words
        if self.cancelled or self._overtaken():
            raise Cancelled

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


class Latest:
    """Grants the newest wish.

    `work(job) -> result` runs in a thread. Then, on the event loop, `done(job, result)` or `failed(job, error)`;
    meanwhile `waiting(job)` is called a few times a second once the work has taken longer than PATIENCE. An exception
    that `done` raises goes to `failed`.
    """

    def __init__(self, work: Callable, done: Callable, failed: Callable, waiting: Callable = lambda job: None):
        self._work, self._done, self._failed, self._waiting = work, done, failed, waiting
        self._wish = None
        self._job: Job | None = None
        self._stop: asyncio.Future | None = None
        self._task: asyncio.Task | None = None
        self._abandoned: set[asyncio.Task] = set()

    def submit(self, wish) -> None:
        """Wish for a result; what was wished before and is not painted yet never will be."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.grant(wish)
            return
        self._wish = wish
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._serve())

    def grant(self, wish) -> None:
        """Compute and deliver here and now, whatever else is under way."""
        self._wish = None
        if self._job is not None:
            self._drop()
        job = Job(wish)
        try:
            self._done(job, self._work(job))
        except Exception as error:
            self._failed(job, error)

    def cancel(self) -> Job | None:
        """Give up the computation under way and the wish that waits. Returns the job given up, or None."""
        job, self._wish = self._job, None
        if job is not None:
            self._drop()
        return job

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    def _drop(self) -> None:
        self._job.cancelled = True
        if not self._stop.done():
            self._stop.set_result(None)

    async def _serve(self) -> None:
        while self._wish is not None:
            wish, self._wish = self._wish, None
            job = self._job = Job(wish, overtaken=lambda: self._wish is not None)
            self._stop = asyncio.get_running_loop().create_future()
            thread = asyncio.create_task(asyncio.to_thread(self._work, job))
            try:
                await self._watch(job, thread)
                if not thread.done():
                    self._abandon(thread)
                elif thread.exception() is None and not job.cancelled and self._wish is None:
                    self._done(job, thread.result())
                elif thread.exception() is not None and not job.cancelled and self._wish is None:
                    self._failed(job, thread.exception())
            except Exception as error:
                self._failed(job, error)
            finally:
                self._job = None

    async def _watch(self, job: Job, thread: asyncio.Task) -> None:
        while not (thread.done() or job.cancelled):
            await asyncio.wait({thread, self._stop}, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
            if not (thread.done() or job.cancelled) and job.seconds >= PATIENCE:
                self._waiting(job)

    def _abandon(self, thread: asyncio.Task) -> None:
        # A thread cannot be stopped from outside. It is kept until it ends, and its result is looked at by nobody.
        self._abandoned.add(thread)
        thread.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        thread.add_done_callback(self._abandoned.discard)
