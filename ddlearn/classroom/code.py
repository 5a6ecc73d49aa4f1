"""What stands in a learner's function, read from its code: loops, and names that it uses."""

import dis
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import CodeType, FunctionType

from ddlearn.classroom.own_name import layers


def has_loop(function: Callable) -> bool:
    """Return whether there is a `for`, a `while` or a comprehension."""
    steps = (step.opname for code in _codes(function) for step in dis.get_instructions(code))
    return any(name == "FOR_ITER" or ("JUMP_BACKWARD" in name and "NO_INTERRUPT" not in name) for name in steps)


def uses(*names: str) -> Callable[[Callable], bool]:
    """Return a test of a function: whether it uses one of these names, as `torch.linalg.pinv` uses `pinv`."""
    return lambda function: any(name in code.co_names for code in _codes(function) for name in names)


def hands_back(function: Callable) -> bool:
    """Return whether `function`, and all that it wraps, has a `return` of something else than None."""
    codes = [inner.__code__ for inner in layers(function)]
    return bool(codes) and all(map(_returns_a_value, codes))


def _returns_a_value(code: CodeType) -> bool:
    for before, step in pairwise(dis.get_instructions(code)):
        if step.opname == "RETURN_CONST" and step.argval is not None:
            return True
        if step.opname == "RETURN_VALUE" and not (before.opname == "LOAD_CONST" and before.argval is None):
            return True
    return False


def _codes(function: Callable) -> Iterator[CodeType]:
    """The code of `function`, of what is defined inside it, and of the functions of its own cell that it calls."""
    waiting, seen = [(inner.__code__, inner.__globals__) for inner in layers(function)], set()
    while waiting:
        code, names = waiting.pop()
        if id(code) in seen:
            continue
        seen.add(id(code))
        yield code
        waiting.extend((constant, names) for constant in code.co_consts if isinstance(constant, CodeType))
        for other in map(names.get, code.co_names):
            if isinstance(other, FunctionType) and other.__code__.co_filename == code.co_filename:
                waiting.append((other.__code__, other.__globals__))
