"""Products with the Jacobian J of a net, without forming it: its tangent, and its tangent kernel as an operator.

The tangent is linear in the parameters, and in x as nonlinear as the net ever was.
"""

import contextlib
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator
from torch import Tensor, nn
from torch.func import functional_call, jvp
from torch.nn.attention import SDPBackend, sdpa_kernel

from ddlearn import arguments, compute
from ddlearn.networks import MLP, Parameters
from ddlearn.tangent.nets import check_net, copy_of, unrolled
from ddlearn.tangent.passes import alone, close, jacobian, leaves, mixture, run, slopes, undisturbed

__all__ = ["Linearized", "linearize", "operator"]


@dataclass(frozen=True, eq=False)
class Linearized:
    """f_lin(x; theta) = f(x; theta_0) + J(x) (theta - theta_0), J the Jacobian of f at theta_0 (`linearize`).

    `parameters` is theta_0: {name: tensor} of a module's trainable parameters, or the (W, b) of an MLP's layers. Call
    it with x (n, ...) and a theta of the same form, -> (n, k). It can be differentiated in theta, hence trained.
    """

    parameters: dict[str, Tensor] | Parameters
    net: nn.Module = field(repr=False)
    scales: tuple[float, ...] = field(repr=False)
    originals: tuple[weakref.ref, ...] = field(default=(), repr=False)
    confirmed: set[tuple[str, torch.Size]] = field(default_factory=set, repr=False)

    def __call__(self, x: Tensor, parameters: dict[str, Tensor] | Parameters) -> Tensor:
        """f_lin(x; theta), exactly as forward-mode differentiation has it (`torch.func.jvp`).

        At the first x of each shape, J is compared with plain autograd's. Where they differ, or torch has no way, J is
        computed a sample and an output at a time, which is slow and not differentiable in x.

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
            steps = [(t.clone() if t.is_inference() else t) - start[name] for name, t in moved.items()]
            line = sum(self._line(x.clone(), [s * step for s, step in zip(self.scales, steps, strict=True)]))
        return line if wanted else line.detach()

    @property
    def _trained(self) -> dict[str, Tensor]:
        return {name: p for name, p in self.net.named_parameters() if p.requires_grad}

    def _line(self, x: Tensor, step: list[Tensor]) -> tuple[Tensor, Tensor]:
        """f(x; theta_0) and J step, in a way that plain autograd confirms, or by plain autograd."""
        for way in (self._by_jvp, self._by_two):
            try:
                with _differentiable_twice():
                    if (way.__name__, x.shape) in self.confirmed or self._is_confirmed(way, x.detach()):
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
        size = f.numel() * sum(map(torch.numel, step)) * f.element_size()
        compute.require_memory(size, "the Jacobian of the net")
        J = jacobian(self.net, x, self._trained)
        return f.detach(), sum(j @ s.flatten() for j, s in zip(J, step, strict=True))

    def _by_jvp(self, x: Tensor, step: list[Tensor]) -> tuple[Tensor, Tensor]:
        """By forward-mode differentiation."""
        theta = {name: p.detach() for name, p in self._trained.items()}
        tangents = dict(zip(theta, step, strict=True))
        return jvp(lambda theta: functional_call(self.net, theta, (x.clone(),)), (theta,), (tangents,))

    def _by_two(self, x: Tensor, step: list[Tensor]) -> tuple[Tensor, Tensor]:
        """By differentiating twice: J'v is linear in v, and what v has to do with step . J'v is J step."""
        theta = {name: p.detach().clone().requires_grad_() for name, p in self._trained.items()}
        f = functional_call(self.net, theta, (x.clone(),))
        v = torch.zeros_like(f, requires_grad=True)
        back = torch.autograd.grad(f, list(theta.values()), v, create_graph=True, allow_unused=True)
        pairs = [(g, s) for g, s in zip(back, step, strict=True) if g is not None]
        (change,) = torch.autograd.grad([g for g, _ in pairs], v, [s for _, s in pairs], create_graph=True)
        asked = x.requires_grad or any(s.requires_grad for s in step)
        return f if x.requires_grad else f.detach(), change if asked else change.detach()

    def _is_confirmed(self, way: Callable, x: Tensor) -> bool:
        """Whether f and a random mixture of its slopes are plain autograd's, along a random step and back."""
        below, theta = leaves(run(self.net, x).grad_fn), list(self._trained.values())
        if any(id(p()) in below for p in self.originals):
            raise ValueError(
                "net must keep its parameters in its modules only; one of them is not in a copy of the net"
            )
        f, weights = alone(self.net, x, theta)
        right = torch.cat(slopes(f, weights, theta))
        step = [mixture(p, seed).requires_grad_() for seed, p in enumerate(theta)]
        value, change = (t.reshape(f.shape) for t in way(x, step))
        back = torch.cat(slopes(change, weights, step, more=True))
        terms = right * torch.cat([s.detach().flatten() for s in step])
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
    module, shares = unrolled(net, parameters)
    check_net(module)
    scales = tuple(share**0.5 for share in shares.values())
    if isinstance(net, MLP):
        start = tuple((W.detach().clone(), None if b is None else b.detach().clone()) for W, b in parameters)
        return Linearized(start, module, scales)
    copied = copy_of(net)
    start = {name: p.detach().clone() for name, p in copied.named_parameters() if p.requires_grad}
    return Linearized(start, copied, scales, tuple(weakref.ref(p) for p in net.parameters()))


@torch.inference_mode(False)
def operator(
    net: nn.Module | MLP, x: Tensor, parameters: Parameters | None = None, *, at_once: int = 100
) -> LinearOperator:
    """Return the full tangent kernel of x (n, ...) as a SciPy `LinearOperator`, (n k, n k), that never forms it.

    Row i k + a is output a of sample i: `operator(net, x) @ v.flatten()` is sum_jb Theta_ab(x_i, x_j) v_jb. A product
    goes back by J' and forth by J, as `linearize` has it, `at_once` samples at a time, and needs memory for those
    only: those of their Jacobian where torch differentiates the net neither forward nor twice.
    `scipy.sparse.linalg.eigsh(operator(net, x), 5)` finds its five largest eigenvalues. The net must not change
    meanwhile. net, x and parameters are as in `empirical`, which is faster wherever the matrix fits.

    Raises what `empirical` raises, and `ValueError` for a net with complex parameters.
    """
    net, shares = unrolled(net, parameters)
    check_net(net, x)
    parts = x.detach().split(arguments.whole("at_once", at_once, 1))
    theta, tangent = [p for p in net.parameters() if id(p) in shares], Linearized({}, net, ())
    if any(p.is_complex() for p in theta):
        raise ValueError("net must have real parameters, to be multiplied by; `empirical` takes complex ones")
    with undisturbed(net, x):
        f = tangent._line(parts[0], [torch.zeros_like(p) for p in theta])[0].detach()
    k = f.numel() // len(parts[0])

    @torch.inference_mode(False)
    def product(v: np.ndarray) -> np.ndarray:
        step = [torch.zeros_like(p) for p in theta]
        with undisturbed(net, x):
            for part, piece in zip(parts, f.new_tensor(v.reshape(-1, k).copy()).split(len(parts[0])), strict=True):
                back = slopes(run(net, part), piece, theta)
                step = [s + shares[id(p)] * g.view_as(p) for s, p, g in zip(step, theta, back, strict=True)]
            moved = [tangent._line(part, step)[1].detach().flatten() for part in parts]
        return torch.cat(moved).cpu().numpy()

    return LinearOperator((len(x) * k,) * 2, matvec=product, rmatvec=product, dtype=f.cpu().numpy().dtype)


@contextlib.contextmanager
def _differentiable_twice() -> Iterator[None]:
    """Attention by operations that torch can differentiate twice, and forward."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def _named(parameters: dict[str, Tensor] | Parameters) -> dict[str, Tensor]:
    if isinstance(parameters, dict):
        return parameters
    pairs = [(f"{letter}{l}", t) for l, pair in enumerate(parameters) for letter, t in zip("Wb", pair, strict=True)]
    return {name: t for name, t in pairs if t is not None}
