"""Whether a learner's function goes through its data one by one, in Python."""

import dis
from collections.abc import Callable
from types import CodeType, FunctionType

from ddlearn.classroom.own_name import layers

BACK = {"FOR_ITER", "JUMP_BACKWARD", "POP_JUMP_BACKWARD_IF_TRUE", "POP_JUMP_BACKWARD_IF_FALSE"}


def has_loop(function: Callable) -> bool:
    """Return whether `function`, or what it calls of its own cell, has a `for`, a `while` or a comprehension."""
    waiting, seen = layers(function), []
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.append(one)
        if _loops(one.__code__):
            return True
        called = [one.__globals__.get(name) for name in one.__code__.co_names]
        waiting.extend(
            other
            for other in called
            if isinstance(other, FunctionType) and other.__code__.co_filename == one.__code__.co_filename
        )
    return False


def _loops(code: CodeType) -> bool:
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return any(step.opname in BACK for step in dis.get_instructions(code)) or any(map(_loops, inner))
