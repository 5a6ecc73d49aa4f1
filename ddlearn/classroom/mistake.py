"""What is known of answers beforehand: classic mistakes, and right answers that miss what the exercise is about.

A mistake is a wrong implementation, written out or as an edit of the right one, and the hint that it deserves.
"""

import functools
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """A classic error: an implementation that makes it, `also` others that do, and the hint that it deserves."""

    name: str
    wrong: Callable
    hint: str
    also: tuple[Callable, ...] = ()

    @property
    def ways(self) -> tuple[Callable, ...]:
        """Every implementation that makes it."""
        return self.wrong, *self.also


@dataclass(frozen=True)
class Remark:
    """A right answer that deserves a word: an `example` of it, a test that knows it by its function, and the word."""

    name: str
    example: Callable
    noticed: Callable[[Callable], bool]
    words: str


def edited(reference: Callable, *changes: tuple[str, str]) -> Callable:
    """Return `reference` with its source changed: each (old, new) replaces the one place that reads `old`.

        Mistake("N forgotten", edited(descent, (" / len(y)", "")), "The loss is a mean over N points.")

    ValueError, at the first call, where `old` does not stand in the source exactly once.
    """

    @functools.cache
    def function() -> Callable:
        source = textwrap.dedent(inspect.getsource(reference))
        for old, new in changes:
            if source.count(old) != 1:
                raise ValueError(
                    f"old must stand once in {reference.__name__}; {old!r} stands {source.count(old)} times"
                )
            source = source.replace(old, new)
        namespace = dict(reference.__globals__)
        exec(compile(source, f"<{reference.__name__}, edited>", "exec"), namespace)
        return namespace[reference.__name__]

    return lambda *arguments: function()(*arguments)
