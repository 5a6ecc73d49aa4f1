"""Catching up: the course's own functions in the place of those that somebody has no time to write now.

A class goes on, and whoever is behind goes on with it. What stands in is said loudly; nothing is marked as passed, the
record of progress is not opened, and a function of the learner's own that has passed is never replaced.
"""

from collections.abc import Container, MutableMapping, Sequence

from IPython import get_ipython

from ddlearn.arguments import one_of
from ddlearn.classroom import page
from ddlearn.classroom.answer import Answer, Tries
from ddlearn.classroom.exercise import Exercise
from ddlearn.classroom.prose import inline, to_html
from ddlearn.classroom.verdict import Verdict
from ddlearn.classroom.wording import listed


def chosen(exercises: Sequence[Exercise], names: Sequence[str], up_to: str | None) -> list[Exercise]:
    """The exercises meant: those of `names`, those up to and with `up_to` in the lesson's order, or all of them.

    Raises:
        ValueError: for a name that no exercise has, or when `names` and `up_to` are both given.
    """
    known = [exercise.name for exercise in exercises]
    if names and up_to is not None:
        raise ValueError("give either the names of exercises or up_to, not both")
    for name in names:
        one_of("exercise", name, known)
    if up_to is not None:
        names = known[: known.index(one_of("up_to", up_to, known)) + 1]
    return [exercise for exercise in exercises if not names or exercise.name in names]


def stand_in(exercises: Sequence[Exercise], own: Container[str], namespace: MutableMapping | None) -> None:
    """Put the course's function of each exercise into `namespace`, but for those in `own`, and say so.

    Without a namespace it is the notebook's. ValueError where there is no notebook either.
    """
    given = [exercise for exercise in exercises if exercise.name not in own]
    shell = get_ipython()
    if namespace is None and shell is None:
        raise ValueError("there is no notebook here; say where the functions go: catch_up(..., namespace=globals())")
    target = shell.user_ns if namespace is None else namespace
    for exercise in given:
        words = f"`{exercise.name}` is the course's own: you caught up."
        target[exercise.name] = Answer(exercise, exercise.reference, Verdict("not started", words), Tries())
    names, kept = ([f"`{one.name}`" for one in exercises if (one.name in own) is passed] for passed in (False, True))
    mine = f"On yours, which passed: {listed(kept)}." if kept else ""
    if not given:
        words = to_html(mine or "This lesson has no exercises.")
        page.show(page.card("»", "Nothing to catch up with", words, "note"))
        return
    loud = f"The cells below run on the course's {listed(names)}, not on yours."
    waits = "Its cell waits" if len(given) == 1 else "Their cells wait"
    rest = f"Nothing is marked as passed, and your record is as it was. {waits} for you, now or at home. {mine}"
    page.show(page.card("»", "Caught up", f"<p><strong>{inline(loud)}</strong></p>{to_html(rest)}", "hint"))
