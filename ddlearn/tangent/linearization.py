"""The net replaced by its tangent: linear in the parameters, and in x as nonlinear as it ever was."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.func import functional_call, jvp

from ddlearn import arguments, compute
from ddlearn.networks import MLP, Parameters
from ddlearn.tangent.nets import check_net, copy_of, unrolled
from ddlearn.tangent.passes import (
    UNREACHED,
    alone,
    close,
    differentiable_twice,
    jacobian,
    mixture,
    push,
    reached,
    run,
    slopes,
    undisturbed,
)

__all__ = ["Linearized", "linearize"]


@dataclass(frozen=True, eq=False)
class Linearized:
    """f_lin(x; theta) = f(x; theta_0) + J(x) (theta - theta_0), J the Jacobian of f at theta_0 (`linearize`).

    `parameters` is theta_0: {name: tensor} of a module's trainable parameters, or the (W, b) of an MLP's layers. Call
    it with x (n, ...) and a theta of the same form, -> (n, k). It can be differentiated in theta, hence trained.
    """

    parameters: dict[str, Tensor] | Parameters
    function: Callable[[dict[str, Tensor] | Parameters, Tensor], Tensor] = field(repr=False)
    net: nn.Module = field(repr=False)
    originals: tuple[weakref.ref, ...] = field(default=(), repr=False)
    confirmed: set[tuple[str, torch.Size]] = field(default_factory=set, repr=False)

    def __call__(self, x: Tensor, parameters: dict[str, Tensor] | Parameters) -> Tensor:
        """f_lin(x; theta), exactly as forward-mode differentiation has it (`torch.func.jvp`).

        At the first x of each shape, a module's J is compared with plain autograd's. Where they differ, or forward mode
        has no way, J is computed a sample and an output at a time, which is slow and not differentiable in x.

        Raises `TypeError` or `ValueError` if x or the parameters are not of the net's form, or if the net draws at
        random, lets samples see one another, or cannot be run or differentiated. `MemoryError` if J does not fit.
        """
        check_net(self.net, x)
        start = _named(self.parameters)
        try:
            moved = _named(parameters)
        except TypeError:
            raise TypeError(
                f"parameters must be those of {', '.join(start)}; got {type(parameters).__name__}"
            ) from None
        if moved.keys() != start.keys():
            raise ValueError(f"parameters must be those of {', '.join(start)}; got {', '.join(moved) or 'none'}")
        moved = {name: moved[name] for name in start}  # in the net's order, whatever the caller's
        for name, tensor in moved.items():
            arguments.tensor(name, tensor, gradient=True)
            if tensor.shape != start[name].shape:
                wanted, got = tuple(start[name].shape), tuple(tensor.shape)
                raise ValueError(f"parameters must have {name} of shape {wanted}; got shape {got}")
            arguments.same_kind(name, tensor, "the net", start[name])
        wanted = torch.is_grad_enabled()
        with undisturbed(self.net, x):
            x = x.clone()  # a net may change it in place
            step = {name: (t.clone() if t.is_inference() else t) - start[name] for name, t in moved.items()}
            line = sum(self._by_jvp(x, step) if isinstance(self.parameters, tuple) else self._of_module(x, step))
        return line if wanted else line.detach()

    def _by_jvp(self, x: Tensor, step: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """f(x; theta_0) and J (theta - theta_0), by forward-mode differentiation."""
        theta = _named(self.parameters)
        return jvp(lambda theta: self.function(_like(self.parameters, theta), x), (theta,), (step,))

    def _by_two(self, x: Tensor, step: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The same, by differentiating twice."""
        theta = {name: t.clone().requires_grad_() for name, t in _named(self.parameters).items()}
        f = self.function(theta, x)
        change = push(f, list(theta.values()), list(step.values()))
        asked = x.requires_grad or any(s.requires_grad for s in step.values())
        return f if x.requires_grad else f.detach(), change if asked else change.detach()

    def _of_module(self, x: Tensor, step: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The same in a way that plain autograd confirms, or by plain autograd."""
        trained = {name: p for name, p in self.net.named_parameters() if p.requires_grad}
        for way in (self._by_jvp, self._by_two):
            try:
                with differentiable_twice():
                    if (way.__name__, x.shape) in self.confirmed or self._is_confirmed(way, x.detach(), trained):
                        line = way(x, step)
                        self.confirmed.add((way.__name__, x.shape))
                        return line
            except (MemoryError, torch.OutOfMemoryError):
                raise
            except (RuntimeError, TypeError, AttributeError, AssertionError):
                pass  # torch has no such way, or the net none to be called with tensors
        if x.requires_grad:
            raise ValueError("x must not require a gradient; this net is linearized without one")
        f = run(self.net, x)
        size = f.numel() * sum(map(torch.numel, trained.values())) * f.element_size()
        compute.require_memory(size, "the Jacobian of the net")
        J = jacobian(self.net, x, trained)
        return f.detach(), sum(j @ s.flatten() for j, s in zip(J, step.values(), strict=True))

    def _is_confirmed(self, way: Callable, x: Tensor, trained: dict[str, Tensor]) -> bool:
        """Whether f and a random mixture of its slopes are plain autograd's, along a random step and back."""
        parameters = list(trained.values())
        f, weights = alone(self.net, x, parameters)
        leaves = {id(p) for p in reached(f)}
        if any(id(p()) in leaves for p in self.originals):
            raise ValueError(
                "net must keep its parameters in its modules only; one of them is not in a copy of the net"
            )
        if leaves.isdisjoint(map(id, parameters)):
            raise ValueError(UNREACHED)
        right = torch.cat(slopes(f, weights, parameters))
        step = {name: mixture(p, seed).requires_grad_() for seed, (name, p) in enumerate(trained.items())}
        value, change = (t.reshape(f.shape) for t in way(x, step))
        back = torch.cat(slopes(change, weights, list(step.values()), more=True))
        terms = right * torch.cat([s.detach().flatten() for s in step.values()])
        error = (weights * change.detach()).sum() - terms.sum()
        along = bool(error.abs() <= torch.finfo(f.dtype).eps ** 0.5 * terms.abs().sum())
        return along and close(value, f) and close(back, right)


@torch.inference_mode(False)
def linearize(net: nn.Module | MLP, parameters: Parameters | None = None) -> Linearized:
    """Return the tangent of a net at the parameters that it has now -> `Linearized`, which keeps its own copy of them.

    A net of infinite width and smooth activation is trained as if it were its tangent (Lee et al., "Wide neural
    networks of any depth evolve as linear models under gradient descent", 2019, arXiv 1902.06720, Theorem 2.1). net is
    a `torch.nn.Module`, of which frozen parameters are constants, or an `MLP` with its `parameters`.

    Raises `TypeError` or `ValueError` if net is neither, if it draws at random or lets samples see one another
    (dropout, batch normalization in training mode: call `net.eval()`), or if it cannot be copied.
    """
    module, _ = unrolled(net, parameters)
    check_net(module)
    if isinstance(net, MLP):
        start = tuple((W.detach().clone(), None if b is None else b.detach().clone()) for W, b in parameters)
        return Linearized(start, net.apply, module)
    copied = copy_of(net)
    start = {name: p.detach().clone() for name, p in copied.named_parameters() if p.requires_grad}
    originals = tuple(weakref.ref(p) for p in net.parameters())
    return Linearized(start, lambda theta, x: functional_call(copied, theta, (x,)), copied, originals)


def _named(parameters: dict[str, Tensor] | Parameters) -> dict[str, Tensor]:
    if isinstance(parameters, dict):
        return parameters
    pairs = [(f"{letter}{l}", t) for l, pair in enumerate(parameters) for letter, t in zip("Wb", pair, strict=True)]
    return {name: t for name, t in pairs if t is not None}


def _like(form: dict[str, Tensor] | Parameters, named: dict[str, Tensor]) -> dict[str, Tensor] | Parameters:
    if isinstance(form, dict):
        return named
    return tuple((named[f"W{l}"], named.get(f"b{l}")) for l in range(len(form)))
