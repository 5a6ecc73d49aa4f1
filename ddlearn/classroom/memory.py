"""Train once, look often: results are kept by the arguments that made them, and never by who watched the progress."""

import inspect
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock

from ddlearn.classroom.modes import first_modes


def remembered(size: int) -> Callable[[Callable], Callable]:
    """Keep the last `size` results of a function by its arguments; `progress`, by keyword, is no part of them.

    What is cancelled half-way raises and is not kept. Explorers ask from their threads. As others will use what is
    kept, it is computed in the first modes, whoever asks.
    """

    def decorate(function: Callable) -> Callable:
        kept: OrderedDict[tuple, object] = OrderedDict()
        lock, signature = Lock(), inspect.signature(function)

        @wraps(function)
        def asked(*arguments, progress: Callable[[float, str], object] | None = None, **named):
            bound = signature.bind(*arguments, **named)
            bound.apply_defaults()
            key = tuple(value for name, value in bound.arguments.items() if name != "progress")
            with lock:
                if key in kept:
                    kept.move_to_end(key)
                    return kept[key]
            with first_modes():
                result = function(*arguments, progress=progress, **named)
            with lock:
                kept[key] = result
                while len(kept) > size:
                    kept.popitem(last=False)
            return result

        return asked

    return decorate
