"""What a learner's own name means while her function is checked: that function, and nothing that an earlier run left.

In the notebook the name still belongs to the previous answer, or to the course's stand-in, until the cell has ended.
Either would answer in the place of a function that calls its own name.
"""

import contextlib
import functools
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from types import CellType, FunctionType, MethodType

_checked: dict[int, Callable] = {}  # by the identity of the reference: two lessons may have exercises of one name


def under_check(reference: Callable) -> Callable | None:
    """Return the function that is checked against `reference` now, if there is one."""
    return _checked.get(id(reference))


@contextlib.contextmanager
def bound(function: Callable, name: str, reference: Callable) -> Iterator[None]:
    """Let `name`, and the name of `function`, mean `function` inside its own body, and tell `under_check` of it."""
    names = {name, getattr(function, "__name__", name)}
    with contextlib.ExitStack() as undo:
        for inner in layers(function):
            name, code = inner.__name__, inner.__code__
            # A wrapper may carry another function's name, or hold helpers that are none of its layers.
            if inner is reference or code.co_name != name or name not in names:
                continue
            if name in code.co_freevars:
                _put_into(inner.__closure__[code.co_freevars.index(name)], function, undo)
            elif name.isidentifier() and inner.__qualname__ == name:
                _put(inner.__globals__, name, function, undo)
        _put(_checked, id(reference), function, undo)
        yield


def layers(function: object) -> list[FunctionType]:
    """Return the plain functions that `function` consists of: itself, and what it wraps, by whatever decorator."""
    found: dict[int, object] = {}
    waiting = [function]
    while waiting:
        one = waiting.pop()
        if id(one) in found:
            continue
        found[id(one)] = one
        if isinstance(one, functools.partial):
            waiting.append(one.func)
        elif isinstance(one, MethodType):
            waiting.append(one.__func__)
        elif isinstance(one, FunctionType):
            held = [cell.cell_contents for cell in one.__closure__ or () if _is_full(cell)]
            waiting.extend(item for item in held if isinstance(item, (FunctionType, functools.partial)))
        else:  # a callable object, such as functools.cache makes
            waiting.extend((getattr(one, "__dict__", {}).get("__wrapped__"), vars(type(one)).get("__call__")))
    return [one for one in found.values() if isinstance(one, FunctionType)]


def calls_itself(function: Callable, error: BaseException) -> bool:
    """Return whether some code of `function` was entered twice, or more often, on the way to `error`."""
    codes = {inner.__code__ for inner in layers(function)}
    entered = Counter(frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_code in codes)
    return max(entered.values(), default=0) > 1


def _put_into(cell: CellType, function: Callable, undo: contextlib.ExitStack) -> None:
    if _is_full(cell):
        undo.callback(setattr, cell, "cell_contents", cell.cell_contents)
    else:
        undo.callback(delattr, cell, "cell_contents")
    cell.cell_contents = function


def _put(space: dict, name: object, function: Callable, undo: contextlib.ExitStack) -> None:
    if name in space:
        undo.callback(space.__setitem__, name, space[name])
    else:
        undo.callback(space.pop, name, None)
    space[name] = function


def _is_full(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:  # the name has no value yet
        return False
    return True
