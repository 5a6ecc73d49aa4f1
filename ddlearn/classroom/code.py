"""What stands in a learner's function, read from its code: loops, and names that it uses."""

import dis
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

from ddlearn.classroom.own_name import layers


def has_loop(function: Callable) -> bool:
    """Return whether there is a `for`, a `while` or a comprehension."""
    steps = (step.opname for code in _codes(function) for step in dis.get_instructions(code))
    return any(name == "FOR_ITER" or ("JUMP_BACKWARD" in name and "NO_INTERRUPT" not in name) for name in steps)


def hands_back(function: Callable) -> bool:
    """Return whether `function`, and all that it wraps, has a `return` of something else than None."""
    codes = [inner.__code__ for inner in layers(function)]
    return bool(codes) and all(any(map(_returns_a_value, *_neighbors(code))) for code in codes)


def _neighbors(code: CodeType) -> tuple[list[dis.Instruction], list[dis.Instruction]]:
    steps = list(dis.get_instructions(code))
    return steps[:-1], steps[1:]


def _returns_a_value(before: dis.Instruction, step: dis.Instruction) -> bool:
    if step.opname == "RETURN_CONST":
        return step.argval is not None
    return step.opname == "RETURN_VALUE" and not (before.opname == "LOAD_CONST" and before.argval is None)


def uses(*names: str) -> Callable[[Callable], bool]:
    """Return a test of a function: whether it uses one of these names, as `torch.linalg.pinv` uses `pinv`."""
    return lambda function: any(name in code.co_names for code in _codes(function) for name in names)


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
        called = [names.get(name) for name in code.co_names]
        waiting.extend(
            (other.__code__, other.__globals__)
            for other in called
            if isinstance(other, FunctionType) and other.__code__.co_filename == code.co_filename
        )
