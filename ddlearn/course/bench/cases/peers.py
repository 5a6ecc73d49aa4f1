"""neural-tangents, the peer of the tangent kernels, as its users run it: JAX on the CPU, in float64, compiled.

It was archived in 2024 and does not import with a new JAX: the extra `bench` names versions that work together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

__all__ = ["NEEDS", "compiled", "neural_tangents", "waited"]

NEEDS = ("jax", "neural_tangents")


def neural_tangents() -> tuple[ModuleType, ModuleType]:
    """The packages jax and neural_tangents, the second with its `stax`, told to work in float64."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import neural_tangents
    from neural_tangents import stax  # noqa: F401  (neural_tangents.stax is there from now on)

    return jax, neural_tangents


def compiled(function: Callable[..., Any], inputs: Sequence[Any]) -> Callable[[], Any]:
    """`function(*inputs)` compiled before the clock starts, without a run: what is timed is the run alone.

    Inputs are arrays or nested lists of them; what is no input would be computed with while compiling.
    """
    import jax

    arrays = jax.tree_util.tree_map(jax.numpy.asarray, list(inputs))
    machine_code = jax.jit(function).lower(*arrays).compile()
    return waited(lambda: machine_code(*arrays))


def waited(function: Callable[[], Any]) -> Callable[[], Any]:
    """JAX returns before it has computed; this does not."""
    import jax

    return lambda: jax.block_until_ready(function())
