"""A learner's function without the gradient that its answers may carry: what is handed on must be plain numbers."""

import functools
from collections.abc import Callable


def detached(function: Callable) -> Callable:
    """Return `function` with its answers detached, unless an argument carries a gradient: then the caller wants it.

    A step that was differentiated with autograd and is taken again from its own answer would fail otherwise.
    """

    @functools.wraps(function)
    def numbers_alone(*arguments, **keywords):
        from ddlearn.classroom.compare import numbers_in  # here, so that a card without a check needs no torch

        answer = function(*arguments, **keywords)
        if any(getattr(given, "requires_grad", False) for given in numbers_in([*arguments, *keywords.values()])):
            return answer
        return _plain(answer)

    return numbers_alone


def _plain(answer: object) -> object:
    if type(answer) in (tuple, list):
        return type(answer)(map(_plain, answer))
    return answer.detach() if getattr(answer, "requires_grad", False) else answer
