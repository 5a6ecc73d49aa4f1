"""The peers of the tangent kernels: PyTorch's tutorial, and neural-tangents as its users run it.

That is JAX on the CPU, in float64, compiled. neural-tangents was archived in 2024 and does not import with a new JAX:
the extra `bench` names versions that work together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, jacrev, vmap

NEEDS = ("jax", "neural_tangents")
ONE_THREAD = {
    "JAX_PLATFORMS": "cpu",
    # XLA knows nothing of OMP_NUM_THREADS: its pool is sized by these, of which each release reads another.
    "NPROC": "1",
    "PJRT_NPROC": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}


def jacobians(net: nn.Module, x: Tensor, product: str) -> Callable[[], Tensor]:
    """The Jacobian of each parameter by torch.func, (n, k, p), contracted with itself: the sum of these products."""
    parameters = {name: p.detach() for name, p in net.named_parameters()}

    def kernel() -> Tensor:
        one = vmap(jacrev(lambda p, sample: functional_call(net, p, (sample[None],))[0]), (None, 0))
        J = one(parameters, x)
        return sum(torch.einsum(product, j.flatten(2), j.flatten(2)) for j in J.values())

    return kernel


def neural_tangents() -> tuple[ModuleType, ModuleType]:
    """The packages jax and neural_tangents, the second with its `stax`, told to work in float64 on one core."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
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
