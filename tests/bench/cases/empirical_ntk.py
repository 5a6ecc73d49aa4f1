"""The tangent kernel of a net that one has: 64-512-512-k, 200 x 200 points, the full kernel over its k outputs.

Ours against Jacobians by torch.func (PyTorch's tutorial on tangent kernels, with the Jacobian taken once) and against
two methods of neural-tangents, compiled: its contraction of Jacobians, and its structured derivatives (Novak,
Sohl-Dickstein and Schoenholz, 2022, arXiv 2206.08720), the fastest that it has.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bench.case import Case, Side, relative
from bench.cases import peers
from ddlearn import tangent
from ddlearn.compute import generator, require_memory

D, WIDTH, N = 64, 512, 200


@dataclass(frozen=True)
class Problem:
    net: nn.Sequential
    x: Tensor

    def require_jacobian(self, copies: float) -> None:
        """Refuse in words what would be killed: the Jacobians of all points, and so many copies of them."""
        outputs = self.net[-1].out_features
        parameters = sum(p.numel() for p in self.net.parameters())
        require_memory(8 * copies * len(self.x) * outputs * parameters, f"the Jacobians of {outputs} outputs")


def problem(small: bool, outputs: int) -> Problem:
    width = 16 if small else WIDTH
    net = nn.Sequential(nn.Linear(D, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs))
    net = net.double()
    draw = generator(0)
    with torch.no_grad():
        for layer in net[::2]:
            bound = layer.in_features**-0.5  # as torch draws them, from a generator of our own
            for p in (layer.weight, layer.bias):
                p.copy_((2 * torch.rand(p.shape, generator=draw, dtype=p.dtype) - 1) * bound)
    return Problem(net, torch.randn(8 if small else N, D, generator=draw, dtype=torch.float64))


def ours(it: Problem) -> Callable[[], Tensor]:
    return lambda: tangent.empirical(it.net, it.x, outputs="full")


def jacobians(it: Problem) -> Callable[[], Tensor]:
    """(n, n, k, k)."""
    it.require_jacobian(1.3)
    return peers.jacobians(it.net, it.x, "iap,jbp->ijab")


def neural_tangents(it: Problem, method: str) -> Callable[[], object]:
    """The same net in its own words, with our parameters."""
    if method == "JACOBIAN_CONTRACTION":
        it.require_jacobian(2.2)  # XLA holds it twice
    jax, nt = peers.neural_tangents()
    stax, asarray = nt.stax, jax.numpy.asarray
    layers, parameters = [], []
    for layer in it.net:
        if isinstance(layer, nn.Linear):
            layers.append(stax.Dense(layer.out_features, parameterization="standard"))
            W, b = layer.weight.detach().numpy().T, layer.bias.detach().numpy()[None]
            parameters.append((asarray(W), asarray(b)))
        else:
            layers.append(stax.Relu())
            parameters.append(())
    _, apply, _ = stax.serial(*layers)
    way = getattr(nt.NtkImplementation, method)
    kernel = nt.empirical_ntk_fn(apply, trace_axes=(), vmap_axes=0, implementation=way)
    return peers.compiled(lambda x, theta: kernel(x, None, theta), [it.x.numpy(), parameters])


def case(outputs: int, jacobian_rounds: int) -> Case:
    contraction, structured = (
        functools.partial(neural_tangents, method=method)
        for method in ("JACOBIAN_CONTRACTION", "STRUCTURED_DERIVATIVES")
    )
    return Case(
        name=f"empirical-ntk-{outputs}",
        title=f"empirical NTK, {N} x {N} points, {outputs} x {outputs} outputs",
        problem=functools.partial(problem, outputs=outputs),
        ours=Side("ddlearn", ours),
        peers=(
            Side("torch.func, Jacobians", jacobians, rounds=jacobian_rounds),
            Side("neural-tangents, Jacobians, jit", contraction, peers.NEEDS, rounds=jacobian_rounds),
            Side("neural-tangents, structured, jit", structured, peers.NEEDS),
        ),
        difference=relative,
    )


# Jacobians of ten outputs take a minute and gigabytes: one round of them is enough.
CASES = (case(1, jacobian_rounds=0), case(10, jacobian_rounds=1))
