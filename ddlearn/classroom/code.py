"""What stands in a learner's function, read from its code, and what its own name means while it is checked."""

import contextlib
import dis
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import CodeType, FunctionType

_checked: dict[int, Callable] = {}  # by the identity of the reference: two lessons may have exercises of one name


def plain(function: object) -> FunctionType | None:
    """Return the function inside what wraps it as functools does; None where there is no code of Python's."""
    for wrapped in ("__wrapped__", "func", "__func__"):
        if hasattr(function, wrapped):
            return plain(getattr(function, wrapped))
    return function if isinstance(function, FunctionType) else None


def has_loop(function: Callable) -> bool:
    """Return whether there is a `for`, a `while` or a comprehension."""
    steps = (step.opname for code in _codes(function) for step in dis.get_instructions(code))
    return any(name == "FOR_ITER" or ("JUMP_BACKWARD" in name and "NO_INTERRUPT" not in name) for name in steps)


def uses(*names: str) -> Callable[[Callable], bool]:
    """Return a test of a function: whether it uses one of these names, as `torch.linalg.pinv` uses `pinv`."""
    return lambda function: any(name in code.co_names for code in _codes(function) for name in names)


def hands_back(function: Callable) -> bool:
    """Return whether `function` has a `return` of something else than None."""
    inner = plain(function)
    for before, step in pairwise(dis.get_instructions(inner)) if inner else ():
        if step.opname == "RETURN_CONST" and step.argval is not None:
            return True
        if step.opname == "RETURN_VALUE" and not (before.opname == "LOAD_CONST" and before.argval is None):
            return True
    return False


def calls_itself(function: Callable, error: BaseException) -> bool:
    """Return whether the code of `function` was entered twice, or more often, on the way to `error`."""
    entered = Counter(frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__))
    inner = plain(function)
    return inner is not None and entered[inner.__code__] > 1


def under_check(reference: Callable) -> Callable | None:
    """Return the function that is checked against `reference` now, if there is one."""
    return _checked.get(id(reference))


@contextlib.contextmanager
def bound(function: Callable, name: str, reference: Callable) -> Iterator[None]:
    """Let `name`, and the name of `function`, mean `function` inside its own body, and tell `under_check` of it.

    In the notebook the name still belongs to an earlier run, or to the course's stand-in, until the cell has ended.
    """
    with contextlib.ExitStack() as undo:
        _put(_checked, id(reference), function, undo)
        inner = plain(function)
        names = (name, getattr(function, "__name__", name))
        # A wrapper may carry another function's name; what is defined inside another function has no name out here.
        if inner not in (None, reference) and inner.__qualname__ == inner.__code__.co_name in names:
            _put(inner.__globals__, inner.__name__, function, undo)
        yield


def _put(space: dict, name: object, function: Callable, undo: contextlib.ExitStack) -> None:
    if name in space:
        undo.callback(space.__setitem__, name, space[name])
    else:
        undo.callback(space.pop, name, None)
    space[name] = function


def _codes(function: Callable) -> Iterator[CodeType]:
    """The code of `function`, of what is defined inside it, and of the functions of its own cell that it calls."""
    inner = plain(function)
    waiting, seen = [(inner.__code__, inner.__globals__)] if inner else [], set()
    while waiting:
        code, names = waiting.pop()
        if code in seen:
            continue
        seen.add(code)
        yield code
        waiting.extend((constant, names) for constant in code.co_consts if isinstance(constant, CodeType))
        for other in map(names.get, code.co_names):
            if isinstance(other, FunctionType) and other.__code__.co_filename == code.co_filename:
                waiting.append((other.__code__, other.__globals__))
