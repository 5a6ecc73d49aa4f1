"""What a learner's cell leaves behind: the function that the rest of the notebook calls, and a card that says whose.

After a pass it is the learner's own function; until then it is the course's reference, and the card says so loudly.
"""

import functools
import inspect
import os
from collections.abc import Callable, Container, MutableMapping, Sequence
from dataclasses import dataclass

from IPython import get_ipython

from ddlearn.classroom import page
from ddlearn.classroom.code import under_check
from ddlearn.classroom.compare import numbers_in
from ddlearn.classroom.exercise import Exercise
from ddlearn.classroom.prose import code_block, inline, to_html
from ddlearn.classroom.verdict import TODO, Verdict
from ddlearn.classroom.wording import listed

MISSES_BEFORE_A_POINTER = 3


class ExerciseNotPassed(AssertionError):
    """Raised under `DDLEARN_STRICT=1` by an exercise that is not passed; its text is the verdict's sentence."""


@dataclass
class Tries:
    """How often an exercise was missed and how many of its hints were read; outlives a re-run of the cell."""

    on_hint: Callable[[], object] = lambda: None
    misses: int = 0  # an untouched stub is none
    hints: int = 0


class Answer:
    """A learner's function after its check: call it like the function itself.

    It `runs` the learner's code if that passed, else the reference. While another function is checked for the same
    exercise, the reference does not stand in: whoever calls an earlier answer from there calls the new function.
    """

    def __init__(self, exercise: Exercise, function: Callable, verdict: Verdict, tries: Tries):
        functools.update_wrapper(self, function)
        self.exercise, self.verdict, self._tries = exercise, verdict, tries
        own = function if exercise.trained else detached(function)
        self.runs = own if verdict.passed else exercise.reference

    def __call__(self, *arguments, **keywords):
        checked = None if self.passed else under_check(self.exercise.reference)
        function = self.runs if checked in (None, self) else checked
        return function(*arguments, **keywords)

    def __repr__(self) -> str:
        whose = "your own" if self.passed else "the course's"
        return f"<{self.exercise.name}: {self.verdict.headline.lower()}; runs {whose}>"

    @property
    def passed(self) -> bool:
        return self.verdict.passed

    @property
    def written(self) -> Callable:
        """What the learner wrote, right or wrong; where the course's function stands in, a stub."""
        return self.__wrapped__ if self.__wrapped__ is not self.exercise.reference else lambda *arguments: TODO

    def show(self, news: str = "") -> None:
        """Display the verdict's card; `news` is what changed elsewhere in the notebook."""
        verdict, name = self.verdict, self.exercise.name
        body = to_html(f"{verdict.detail} {verdict.note}")
        if verdict.printed:
            body += to_html("On the first case your function printed:") + code_block(verdict.printed)
        if self.passed:
            body += to_html(f"The cells below run on your `{name}`. {news}")
        else:
            body += _on_the_course_s(name) + to_html(news)
            if self._tries.misses >= MISSES_BEFORE_A_POINTER:
                body += to_html(f"A hint helps: run `{name}.hint()` in a new cell.")
        page.show(verdict.card(self.exercise.title, body))

    def hint(self) -> None:
        """Display the next hint; after the last one, point to the solution."""
        hints, name, number = self.exercise.hints, self.exercise.name, self._tries.hints + 1
        solution, more = f"`{name}.solution()` shows the course's own", f"`{name}.hint()` has another one"
        if number > len(hints):
            number, headline = 0, "No more hints"
            body = f"That was every hint. {solution}; `{name}.hint()` starts again."
        else:
            self._tries.on_hint()
            headline = f"Hint {number} of {len(hints)}"
            body = f"{hints[number - 1]}\n\n{solution if number == len(hints) else more}."
        self._tries.hints = number
        page.show(page.card("?", headline, to_html(body), "hint"))

    def solution(self) -> None:
        """Display the source of the reference."""
        source = source_of(self.exercise.reference)
        body = to_html("This is one good way, not the only one. Type it yourself: hands learn too.")
        body += code_block(source) if source else to_html("Its source is not on this machine.")
        page.show(page.card("§", f"A solution of {self.exercise.name}", body, "note"))


def detached(function: Callable) -> Callable:
    """Return `function` with its answers detached, unless an argument carries a gradient: then the caller wants it.

    A step that was differentiated with autograd and is taken again from its own answer would fail otherwise.
    """

    @functools.wraps(function)
    def numbers_alone(*arguments, **keywords):
        answer = function(*arguments, **keywords)
        if any(getattr(given, "requires_grad", False) for given in numbers_in([arguments, keywords])):
            return answer
        return _without_gradient(answer)

    return numbers_alone


def _without_gradient(answer: object) -> object:
    if type(answer) in (tuple, list):
        return type(answer)(map(_without_gradient, answer))
    return answer.detach() if getattr(answer, "requires_grad", False) else answer


def stand_in(exercises: Sequence[Exercise], own: Container[str], namespace: MutableMapping | None) -> None:
    """Put the course's function of each exercise into `namespace`, but for those in `own`, and say so.

    A class goes on, and whoever is behind goes on with it. Without a namespace it is the notebook's; ValueError where
    there is no notebook either.
    """
    shell = get_ipython()
    if namespace is None and shell is None:
        raise ValueError("there is no notebook here; say where the functions go: catch_up(..., namespace=globals())")
    target = shell.user_ns if namespace is None else namespace
    kept = [f"`{exercise.name}`" for exercise in exercises if exercise.name in own]
    given = [exercise for exercise in exercises if exercise.name not in own]
    for exercise in given:
        words = f"`{exercise.name}` is the course's own: you caught up."
        target[exercise.name] = Answer(exercise, exercise.reference, Verdict("not started", words), Tries())
    mine = f"On yours, which passed: {listed(kept)}." if kept else ""
    if not given:
        page.show(page.card("»", "Nothing to catch up with", to_html(mine or "This lesson has no exercises."), "note"))
        return
    waits = "Its cell waits" if len(given) == 1 else "Their cells wait"
    rest = f"Nothing is marked as passed, and your record is as it was. {waits} for you, now or at home. {mine}"
    names = [exercise.name for exercise in given]
    page.show(page.card("»", "Caught up", _on_the_course_s(*names) + to_html(rest), "hint"))


def _on_the_course_s(*names: str) -> str:
    """Say whose functions run, loudly."""
    loud = f"The cells below run on the course's {listed([f'`{name}`' for name in names])}, not on yours."
    return f"<p><strong>{inline(loud)}</strong></p>"


def strict() -> bool:
    """Return whether anything but a pass raises: `DDLEARN_STRICT=1`, which is how solved notebooks are tested."""
    return os.environ.get("DDLEARN_STRICT", "") not in ("", "0")


def seed() -> int:
    """Return the seed of the cases that functions are asked: 0, or `DDLEARN_SEED` where a notebook is graded."""
    return int(os.environ.get("DDLEARN_SEED") or 0)


def source_of(function: Callable) -> str:
    """Return the source of `function`, or an empty text where it cannot be found."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""
