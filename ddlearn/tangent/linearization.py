"""The net replaced by its tangent: linear in the parameters, and in x as nonlinear as it ever was."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor, nn
from torch.func import functional_call, jvp

from ddlearn import arguments
from ddlearn.networks import MLP, Parameters
from ddlearn.tangent.nets import check_net, unrolled

__all__ = ["Linearized", "linearize"]


@dataclass(frozen=True, eq=False)
class Linearized:
    """f_lin(x; theta) = f(x; theta_0) + J(x) (theta - theta_0), J the Jacobian of f at theta_0 (`linearize`).

    `parameters` is theta_0: {name: tensor} of a module's trainable parameters, or the (W, b) of an MLP's layers. Call
    it with x (n, ...) and a theta of the same form, -> (n, k). It can be differentiated in theta, hence trained.
    """

    parameters: dict[str, Tensor] | Parameters
    function: Callable[[dict[str, Tensor] | Parameters, Tensor], Tensor] = field(repr=False)
    check: Callable[[Tensor], None] = field(repr=False)

    def __call__(self, x: Tensor, parameters: dict[str, Tensor] | Parameters) -> Tensor:
        """f_lin(x; theta), exactly as forward-mode differentiation has it (`torch.func.jvp`).

        Raises `TypeError` or `ValueError` if x or the parameters are not of the net's form.
        """
        self.check(x)
        start = _named(self.parameters)
        try:
            moved = _named(parameters)
        except TypeError:
            raise TypeError(
                f"parameters must be those of {', '.join(start)}; got {type(parameters).__name__}"
            ) from None
        if moved.keys() != start.keys():
            raise ValueError(f"parameters must be those of {', '.join(start)}; got {', '.join(moved) or 'none'}")
        for name, tensor in moved.items():
            arguments.tensor(name, tensor, gradient=True)
            if tensor.shape != start[name].shape:
                wanted, got = tuple(start[name].shape), tuple(tensor.shape)
                raise ValueError(f"parameters must have {name} of shape {wanted}; got shape {got}")
            arguments.same_kind(name, tensor, "the net", start[name])
        step = {name: moved[name] - start[name] for name in start}
        value, change = jvp(lambda theta: self.function(_like(self.parameters, theta), x), (start,), (step,))
        return value + change


def linearize(net: nn.Module | MLP, parameters: Parameters | None = None) -> Linearized:
    """The tangent of a net at the parameters that it has now -> `Linearized`, which keeps its own copy of them.

    A net of infinite width and smooth activation is trained as if it were its tangent (Lee et al., "Wide neural
    networks of any depth evolve as linear models under gradient descent", 2019, arXiv 1902.06720, Theorem 2.1). net is
    a `torch.nn.Module`, of which frozen parameters are constants, or an `MLP` with its `parameters`.

    Raises `TypeError` or `ValueError` if net is neither, or if it draws at random or lets samples see one another
    (dropout, batch normalization in training mode: call `net.eval()`).
    """
    module, _ = unrolled(net, parameters)
    check_net(module)
    if isinstance(net, MLP):
        start = tuple((W.detach().clone(), None if b is None else b.detach().clone()) for W, b in parameters)
        return Linearized(start, net.apply, lambda x: check_net(module, x))
    net = copy.deepcopy(net)
    start = {name: p.detach().clone() for name, p in net.named_parameters() if p.requires_grad}
    return Linearized(start, lambda theta, x: functional_call(net, theta, (x,)), lambda x: check_net(net, x))


def _named(parameters: dict[str, Tensor] | Parameters) -> dict[str, Tensor]:
    if isinstance(parameters, dict):
        return parameters
    pairs = [(f"{letter}{l}", t) for l, pair in enumerate(parameters) for letter, t in zip("Wb", pair, strict=True)]
    return {name: t for name, t in pairs if t is not None}


def _like(form: dict[str, Tensor] | Parameters, named: dict[str, Tensor]) -> dict[str, Tensor] | Parameters:
    if isinstance(form, dict):
        return named
    return tuple((named[f"W{l}"], named.get(f"b{l}")) for l in range(len(form)))
