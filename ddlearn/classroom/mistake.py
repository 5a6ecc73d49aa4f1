"""What is known of answers beforehand: classic mistakes, and right answers that miss what the exercise is about."""

import functools
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Edit:
    """Changes of a source: each (old, new) replaces the one place that reads `old`."""

    changes: tuple[tuple[str, str], ...]

    def edit(self, old: str, new: str) -> "Edit":
        return Edit((*self.changes, (old, new)))


def edit(old: str, new: str) -> Edit:
    """Return a mistake's implementation as an edit of its exercise's reference.

    Mistake("n forgotten", edit("n * penalty", "penalty"), "Where is your n?")

    `edit(...).edit(...)` makes two changes. The exercise raises `ValueError` where `old` does not stand once.
    """
    return Edit(((old, new),))


@dataclass(frozen=True)
class Mistake:
    """A classic error: an implementation that makes it, `also` others that do, and the hint that it deserves.

    An implementation is a function or an `edit` of the reference, and may raise: who stops at the same case with the
    same error made this mistake. `sight` is a test of the arguments and an answer, for an error with as many versions
    as there are learners; it is asked last.
    """

    name: str
    wrong: Callable | Edit
    hint: str
    also: tuple[Callable | Edit, ...] = ()
    sight: Callable[..., bool] | None = None

    def of(self, reference: Callable) -> "Mistake":
        """Return the mistake with each edit made in `reference`: all its ways are functions then."""
        wrong, *also = (_function(way, reference, self.name) for way in self.ways)
        return replace(self, wrong=wrong, also=tuple(also))

    @property
    def ways(self) -> tuple[Callable, ...]:
        return self.wrong, *self.also

    def knows(self, seen: list[tuple[tuple, object]]) -> bool:
        """Whether each of these answers, which stand with their arguments, is this mistake at first sight."""
        try:
            return self.sight is not None and all(self.sight(*arguments, answer) for arguments, answer in seen)
        except Exception:  # an answer may be anything: what the test cannot read it does not know
            return False


@dataclass(frozen=True)
class Remark:
    """A right answer that deserves a word: an `example` of it, a test that knows it by its function, and the word.

    The test must bear any function, as `uses(...)` does.
    """

    name: str
    example: Callable | Edit
    noticed: Callable[[Callable], bool]
    words: str

    def of(self, reference: Callable) -> "Remark":
        """Return the remark with its example as a function, where it is an edit of `reference`."""
        return replace(self, example=_function(self.example, reference, self.name))


def _function(way: Callable | Edit, reference: Callable, of: str) -> Callable:
    """Return an implementation `of` a mistake, an edit as the reference changed. Its code runs at its first call."""
    if not isinstance(way, Edit):
        return way
    source, name = textwrap.dedent(inspect.getsource(reference)), reference.__name__
    for old, new in way.changes:
        if source.count(old) != 1:
            raise ValueError(f"the edit of {of!r} must stand once in {name}; {old!r} stands {source.count(old)} times")
        source = source.replace(old, new)

    @functools.cache
    def function() -> Callable:
        namespace = dict(reference.__globals__)
        exec(compile(source, f"<{name}, edited>", "exec"), namespace)
        return namespace[name]

    return lambda *arguments: function()(*arguments)
