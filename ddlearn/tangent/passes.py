"""Passes through a net of any kind: it is left as it was found, its errors are put into words, and what a faster way
says of its gradients can be compared with plain autograd.
"""

import contextlib
from collections import deque
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from ddlearn import arguments, compute

PROBED = 7
"""Samples for which a result is compared with plain autograd: all, if there are no more."""

ALONE = "net must treat every sample alone and draw nothing at random; "


@contextlib.contextmanager
def undisturbed(net: nn.Module, x: Tensor) -> Iterator[None]:
    """Autograd in full precision, whatever mode the caller is in; then the net and torch's generators as they were."""
    devices = [x.device] if x.device.type == "cuda" else []
    modes = torch.inference_mode(False), torch.enable_grad(), torch.autocast(x.device.type, enabled=False)
    with contextlib.ExitStack() as stack:
        for mode in (*modes, torch.random.fork_rng(devices), _as_found(net)):
            stack.enter_context(mode)
        yield


def run(net: nn.Module, x: Tensor) -> Tensor:
    """Return net(x) as (n, k), checked to be of that shape or (n,), or without its first dimension if n is 1.

    x is passed as a copy that asks for its gradient. Without one, a checkpoint of the older kind would cut off the
    parameters in it, without an error. A net that cannot take such an x gets it without.
    """
    own = x.detach().clone()
    before = _generator_state(x)
    try:
        try:
            f = net(own.requires_grad_().clone())
        except (RuntimeError, TypeError, ValueError):
            f = net(x.detach().clone())
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        raise ValueError(f"net must take x of shape {tuple(x.shape)}; it raised {said(error)}") from error
    if not torch.equal(before, _generator_state(x)):
        raise ValueError(f"{ALONE}it drew from torch's generator. Call net.eval().")
    arguments.tensor("net(x)", f, gradient=True)
    fits = f.ndim in (1, 2) and len(f) == len(x)
    if not fits and not (len(x) == 1 and f.ndim < 2):
        raise ValueError(f"net must map {shape('n', x)} to (n, k) or (n,); got shape {tuple(f.shape)}")
    return f if f.ndim == 2 else f.reshape(len(x), -1)


def passed_apart(
    net: nn.Module, x: Tensor, f: Tensor, trained: Sequence[Tensor], n: int | None = None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows of x, and net(x[rows]) that must be what f has there: of a few in another order, or of all if x has few.

    With n, the last are two of the first n samples and two of the others, but never as many as x has.
    """
    used = reached(f, trained)
    order = torch.randperm(len(x), generator=compute.generator(0), device="cpu").to(x.device)
    parts = [order[:PROBED]] if len(x) > PROBED else [order[:1], order[1:]]
    if n is not None:
        last = torch.cat([order[order < n][:2], order[order >= n][:2]])
        parts.append(torch.cat([last, last[:1]]) if len(last) == len(x) else last)
    for rows in parts:
        if len(rows):
            apart = run(net, x[rows])
            same_apart(f[rows], apart, used)
            yield rows, apart


def same_apart(f: Tensor, apart: Tensor, parameters: Sequence[Tensor]) -> None:
    """Refuse a net that gives some samples, apart from the others, another output."""
    if apart.shape == f.shape and close(apart, f):
        return
    if apart.shape == f.shape:  # it may be a sum of terms that cancel
        terms = slopes(apart, mixture(apart), parameters, more=True)
        sizes = [(g * _real_vector(p.detach())).norm().item() for g, p in zip(terms, parameters, strict=True)]
        if close(f, apart, max(sizes)):
            return
    raise ValueError(f"{ALONE}some samples gave another output apart from the others")


def same_slopes(among: Sequence[Tensor], apart: Sequence[Tensor]) -> None:
    """Refuse a net that gives some samples, apart from the others, other slopes."""
    if not close(torch.cat(apart), torch.cat(among)):
        raise ValueError(f"{ALONE}some samples gave other slopes apart from the others")


def alone(net: nn.Module, x: Tensor, parameters: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Pass x, refuse a net whose samples see one another, in outputs or slopes; return f and random weights for it."""
    f = run(net, x)
    weights = mixture(f)
    for rows, apart in passed_apart(net, x, f, parameters):
        among = torch.zeros_like(weights)
        among[rows] = weights[rows]
        same_slopes(slopes(f, among, parameters, more=True), slopes(apart, weights[rows], parameters))
    return f, weights


def mixture(f: Tensor, seed: int = 0) -> Tensor:
    """Return one random weight for each output of each sample: a sum with these weights is right if every entry is."""
    return torch.randn(f.shape, generator=compute.generator(seed), dtype=torch.float64, device="cpu").to(f)


def slopes(f: Tensor, weights: Tensor, parameters: Sequence[Tensor], more: bool = False) -> list[Tensor]:
    """Return d(sum of weights * f)/dtheta by plain autograd, as real vectors; 0 for what f does not depend on."""
    found = [None] * len(parameters)
    if f.requires_grad:
        found = torch.autograd.grad(f, list(parameters), weights, retain_graph=more, allow_unused=True)
    return [
        _real_vector(torch.zeros_like(p) if g is None else g).to(f.dtype)
        for p, g in zip(parameters, found, strict=True)
    ]


def jacobian(net: nn.Module, x: Tensor, chosen: dict[str, Tensor]) -> list[Tensor]:
    """df_a(x)/dtheta, (n, k, p) of each chosen parameter: a pass for every sample, and one back for every output of it.

    Slow, and right for every net that autograd can differentiate.
    """
    f = run(net, x)
    n, k = f.shape
    parameters, weights = list(chosen.values()), mixture(f)
    together = slopes(f, weights, parameters)
    J = [f.new_zeros(n, k, _real_vector(p.detach()).numel()) for p in parameters]
    for i in range(n):
        own = run(net, x[i : i + 1])
        same_apart(f[i : i + 1], own, parameters)
        for a, pick in enumerate(torch.eye(k, dtype=f.dtype, device=f.device)):
            try:
                found = slopes(own, pick[None], parameters, more=a < k - 1)
            except RuntimeError as error:
                raise ValueError(f"net must be one that autograd can differentiate; it raised {said(error)}") from error
            for j, slope in zip(J, found, strict=True):
                j[i, a] = slope
    same_slopes(together, [torch.einsum("nap,na->p", j, weights) for j in J])
    return J


def reached(f: Tensor, parameters: Sequence[Tensor]) -> list[Tensor]:
    """Return the parameters that f was computed from; refuse a net where there are none."""
    if any("CheckpointFunction" in node.name() for node in graph(f.grad_fn)):
        raise ValueError("net must call torch.utils.checkpoint with use_reentrant=False; the other kind hides slopes")
    below = leaves(f.grad_fn)
    used = [p for p in parameters if id(p) in below]
    if not used:
        raise ValueError("net must be differentiable: net(x) does not depend on its parameters, as autograd sees it")
    return used


def leaves(node: Node | None) -> dict[int, Tensor]:
    """The tensors that a node was computed from, by their ids."""
    return {id(leaf.variable): leaf.variable for leaf in graph(node) if hasattr(leaf, "variable")}


def graph(node: Node | None) -> list[Node]:
    """A node of autograd's graph and all below it, each after those that it was computed from."""
    order, seen, ahead = [], set(), [(node, False)]
    while ahead:
        node, is_done = ahead.pop()
        if is_done:
            order.append(node)
        elif node is not None and node not in seen:
            seen.add(node)
            ahead += [(node, True), *((child, False) for child, _ in node.next_functions)]
    return order


def close(one: Tensor, other: Tensor, size: float = 0.0) -> bool:
    """Return whether they agree to the rounding of sums in another order; `size` is the norm of terms that cancel."""
    eps = torch.finfo(one.dtype).eps
    tolerance = eps**0.5 * other.abs().max() + eps**0.75 * size
    return one.shape == other.shape and bool((one - other).abs().max() <= tolerance)


def _real_vector(g: Tensor) -> Tensor:
    """A gradient's entries, real and imaginary parts each by itself."""
    g = g.to_dense() if g.layout is not torch.strided else g
    return (torch.view_as_real(g.resolve_conj()) if g.is_complex() else g).flatten()


def shape(rows: str, x: Tensor) -> str:
    return f"({', '.join([rows, *map(str, x.shape[1:])])}{',' if x.ndim == 1 else ''})"


def said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _generator_state(x: Tensor) -> Tensor:
    return torch.cuda.get_rng_state(x.device) if x.device.type == "cuda" else torch.get_rng_state()


@contextlib.contextmanager
def _as_found(net: nn.Module) -> Iterator[None]:
    """Undo what a pass changes in a net: attributes and registers of its modules, tensors, gradients, mode."""
    boxes, ahead = {}, [vars(module) for module in net.modules()]
    while ahead:  # containers in containers too
        box = ahead.pop()
        if id(box) not in boxes:
            boxes[id(box)] = box, box.copy()
            ahead += [part for part in _contents(box) if isinstance(part, (dict, list, set, deque))]
    gradients = [(p, p.grad) for p in net.parameters()]
    held = [*(part for box, _ in boxes.values() for part in _contents(box)), *(grad for _, grad in gradients)]
    tensors = {id(t): t for t in held if isinstance(t, Tensor) and t.layout is torch.strided}
    values = [(t, t.detach().clone()) for t in tensors.values()]
    try:
        yield
    finally:
        for box, old in boxes.values():
            if list(map(id, _contents(box))) != list(map(id, _contents(old))):
                box.clear()
                box.update(old) if isinstance(box, (dict, set)) else box.extend(old)
        for p, grad in gradients:
            p.grad = grad
        for t, value in values:
            if not torch.equal(t.detach(), value):
                with torch.inference_mode(t.is_inference()), torch.no_grad():
                    t.copy_(value)


def _contents(box: dict | list | set | deque) -> list:
    return [*box.keys(), *box.values()] if isinstance(box, dict) else list(box)
