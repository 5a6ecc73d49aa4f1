"""Train once, look often: results are kept by the arguments that made them, and never by who watched the progress."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps


def remembered(size: int) -> Callable[[Callable], Callable]:
    """Keep the last `size` results of a function by its positional arguments; `progress`, by keyword, is no part of it.

    What is cancelled half-way raises and is not kept.
    """

    def decorate(function: Callable) -> Callable:
        kept: OrderedDict[tuple, object] = OrderedDict()

        @wraps(function)
        def asked(*arguments, progress: Callable[[float, str], object] | None = None):
            if arguments not in kept:
                kept[arguments] = function(*arguments, progress=progress)
            result = kept[arguments]
            kept.move_to_end(arguments)
            while len(kept) > size:
                kept.popitem(last=False)
            return result

        return asked

    return decorate
