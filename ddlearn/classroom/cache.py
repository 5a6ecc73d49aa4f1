"""Compute once, look often: results are kept by the arguments that made them, and never by who watched the progress."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps

from ddlearn.classroom.modes import first_modes


@dataclass(frozen=True)
class _Call:
    """A call of a function: two are the same where their `key` is, whoever watches.

    It is kept with its functions, so that their ids are given to no other; its arguments are taken out to compute it.
    """

    key: tuple
    functions: list[Callable] = field(compare=False)
    arguments: list[inspect.BoundArguments] = field(compare=False)


def cached(size: int) -> Callable[[Callable], Callable]:
    """Keep the last `size` results of a function by its arguments, which must be hashable.

    An argument is the same by place, by name and by default, and one called `progress` is no part of the question.
    Functions among them are told apart by identity: two may compare equal and still compute different things. What
    is cancelled half-way raises and is not kept. Explorers ask from their threads; as others will use what is kept, it
    is computed in the first modes, whoever asks. The function's `cache_clear()` forgets everything.
    """

    def decorate(function: Callable) -> Callable:
        signature = inspect.signature(function)
        others = next((p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD), "")

        @lru_cache(maxsize=size)
        def computed(call: _Call) -> object:
            bound = call.arguments.pop()
            with first_modes():
                return function(*bound.args, **bound.kwargs)

        @wraps(function)
        def asked(*arguments, **named):
            bound = signature.bind(*arguments, **named)
            bound.apply_defaults()
            asked = {**bound.arguments, **bound.arguments.get(others, {}), others: None, "progress": None}
            functions = [value for value in asked.values() if callable(value)]
            key = tuple(id(value) if callable(value) else value for value in asked.values())
            return computed(_Call(key, functions, [bound]))

        asked.cache_clear = computed.cache_clear
        return asked

    return decorate
