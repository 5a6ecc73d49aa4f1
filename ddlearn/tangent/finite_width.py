"""The tangent kernel of the net that you have: Theta_ab(x, x') = sum over parameters of df_a(x)/dtheta df_b(x')/dtheta.

As a product of Jacobians it costs n k P numbers, P the number of parameters. For the weights of a linear layer
z = W h + b none of that is needed: the gradient of f_a(x) in W is an outer product, D_a(x) h(x)' with
D_a = df_a/dz, and the layer's share of the kernel is

    (h(x).h(x') + 1) (D_a(x).D_b(x'))

the 1 being the bias's. One pass forward and k passes back give every h and D, then come products of small matrices
(Novak, Sohl-Dickstein and Schoenholz, "Fast finite width neural tangent kernel", 2022, arXiv 2206.08720). A layer used
several times contributes every pair of its uses. All other parameters (normalization, convolution, a weight that is
also used outside its layer) go through `torch.func.jacrev`, sample by sample, and are added on top.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call, jacrev, vmap

from ddlearn import arguments, compute
from ddlearn.networks import MLP, Parameters
from ddlearn.tangent.nets import check_net, unrolled

__all__ = ["empirical"]

TILE = 2**18
"""Entries of the kernel computed at a time: 2 MB of float64, which the processor's cache holds."""


def empirical(
    net: nn.Module | MLP,
    x: Tensor,
    x2: Tensor | None = None,
    outputs: str = "mean",
    parameters: Parameters | None = None,
    rates: bool = False,
) -> Tensor:
    """The tangent kernel of a net of k outputs.  x (n, ...), x2 (m, ...) or None for x itself -> (n, m), or full.

    outputs="full" gives every Theta_ab, (n, m, k, k). "mean" is the mean of Theta_aa over the outputs, which compares
    with `infinite`; "sum" is their sum. **Mind the name "trace"**: neural-tangents' `trace_axes` is the mean, PyTorch's
    tutorial on tangent kernels calls the sum a trace. Here the word says which.

    net is a `torch.nn.Module` that maps (n, ...) to (n, k) or (n,), whose frozen parameters count as constants; or an
    `MLP` with its `parameters`. With `rates`, each parameter's share is multiplied by its learning-rate factor in the
    MLP's parametrization: the kernel that gradient descent follows. With x2 None the kernel is exactly symmetric.

    Raises `TypeError` or `ValueError` if net is neither, if it draws at random or lets samples see one another
    (dropout, batch normalization in training mode: call `net.eval()`), if its outputs are of another shape, if x is not
    finite, or if x2 does not match it. `MemoryError` if the Jacobian of the other parameters does not fit.
    """
    arguments.one_of("outputs", outputs, ("mean", "sum", "full"))
    net, shares = unrolled(net, parameters, rates)
    check_net(net, x)
    if x2 is not None:
        arguments.tensor("x2", x2, gradient=True)
        arguments.same_kind("x2", x2, "x", x)
        if x2.shape[1:] != x.shape[1:]:
            raise ValueError(f"x2 must be of shape {_shape('m', x)}, as x; got shape {tuple(x2.shape)}")
    full = outputs == "full"
    left = _Side.of(net, x, shares, full)
    right = left if x2 is None else _Side.of(net, x2, shares, full)

    k = left.k if full else 1
    K = x.new_zeros(k, len(left), k, len(right))
    rows = max(1, min(TILE // (k * k * len(right)), len(left) // 8))  # in one piece nothing would be left to mirror
    for start in range(0, len(left), rows):
        stop = min(start + rows, len(left))
        first = start if x2 is None else 0
        block = K[:, start:stop, :, first:]
        for u, v in _pairs(left, right):
            _add_share(block, u, v, slice(start, stop), slice(first, None))
        for J, J2 in zip(left.jacobians, right.jacobians, strict=True):
            block += torch.einsum("arp,bcp->arbc", J[:, start:stop], J2[:, first:])
        if x2 is None:  # Theta_ab(x, x') = Theta_ba(x', x)
            K[:, stop:, :, start:stop] = K[:, start:stop, :, stop:].permute(2, 3, 0, 1)
            square = K[:, start:stop, :, start:stop]
            square.copy_((square + square.permute(2, 3, 0, 1)) / 2)
    if full:
        return K.permute(1, 3, 0, 2)
    return K[0, :, 0] / left.k if outputs == "mean" else K[0, :, 0]


@dataclass(eq=False)
class _Use:
    """One call of a linear layer, z = W h + b: h (p, n, in) for p positions in a sample, D = df/dz (p, a, n, out).

    W and b name the parameters, None where one is frozen or not there. z is the edge in autograd's graph at which D is
    taken; a tensor would do until something changed it in place. D is None where z is the net's output: the identity.
    """

    W: int | None
    b: int | None
    h: Tensor
    z: torch.autograd.graph.GradientEdge
    version: int
    D: Tensor | None = None
    W_share: float = 0.0
    b_share: float = 0.0


@dataclass(frozen=True, eq=False)
class _Side:
    """What the kernel needs of each point: uses of linear layers, and Jacobians (a, n, p) of all other parameters.

    a runs over the k outputs for the full kernel. For a sum over outputs a has length 1, and output and unit are one
    long axis.
    """

    n: int
    k: int
    uses: list[_Use]
    jacobians: list[Tensor]

    def __len__(self) -> int:
        return self.n

    @classmethod
    @torch.enable_grad()
    def of(cls, net: nn.Module, x: Tensor, shares: dict[int, float], full: bool) -> _Side:
        f, uses = _watch(net, x, shares)
        arguments.tensor("net(x)", f, gradient=True)
        if f.ndim not in (1, 2) or len(f) != len(x):
            raise ValueError(f"net must map {_shape('n', x)} to (n, k) or (n,); got shape {tuple(f.shape)}")
        uses, rest = _trusted(net, x, f, uses, shares)
        outputs = f.reshape(len(f), -1)
        k = outputs.shape[1]
        _differentiate(f, outputs, uses, full)
        for use in uses:
            terms = 1 if use.D is not None or full else k  # D_a.D_a is 1 for each of the outputs that are summed
            use.W_share, use.b_share = (terms * shares.get(p, 0.0) for p in (use.W, use.b))
        return cls(len(x), k, uses, _jacobians(net, x, k, rest, full) if rest else [])


def _watch(net: nn.Module, x: Tensor, shares: dict[int, float]) -> tuple[Tensor, list[_Use]]:
    """The net's output, and every call of a linear layer on the way."""
    uses = []

    def note(layer: nn.Linear, args: tuple, named: dict, z: Tensor) -> None:
        W, b = (id(p) if id(p) in shares else None for p in (layer.weight, layer.bias))
        if z.requires_grad and (W or b):
            h = args[0] if args else named["input"]
            uses.append(_Use(W, b, h.detach(), torch.autograd.graph.get_gradient_edge(z), h._version))

    # First in line: what another hook makes of z is no longer the layer's.
    layers = [layer for layer in net.modules() if type(layer) is nn.Linear]
    hooks = [layer.register_forward_hook(note, prepend=True, with_kwargs=True) for layer in layers]
    try:
        return net(x.detach()), uses
    finally:
        for hook in hooks:
            hook.remove()


def _trusted(
    net: nn.Module, x: Tensor, f: Tensor, uses: list[_Use], shares: dict[int, float]
) -> tuple[list[_Use], dict[int, float]]:
    """The uses whose parameters are used nowhere else and row by row; and the parameters left for the Jacobian.

    The last sample is passed alone, and must give what it gave among the others: in f, or the net is refused, and in
    each h, or its rows are not the samples.
    """
    alone, again = _watch(net, x[-1:], shares)
    size = max((use.h.abs().max().item() for use in again), default=0.0)
    if not _equal(alone, f[-1:], size):
        raise ValueError(
            "net must treat every sample alone and draw nothing at random; the last one gave another output by itself"
        )
    reached = _reached(f, shares)
    by_rows = [use for use, v in zip(uses, again, strict=False) if _same_rows(use, v, len(x))]
    calls = Counter(p for use in by_rows for p in {use.W, use.b} - {None})
    whole = {p for p, count in reached.items() if calls[p] == count}
    kept = []
    for use in by_rows:
        use.W, use.b = (p if p in whole else None for p in (use.W, use.b))
        if use.W or use.b:
            use.h = use.h.reshape(len(x), -1, use.h.shape[-1]).transpose(0, 1)  # (p, n, in)
            kept.append(use)
    return kept, {p: shares[p] for p in reached if p not in whole}


def _same_rows(use: _Use, alone: _Use, n: int) -> bool:
    unchanged = use.h._version == use.version
    same_layer = (use.W, use.b) == (alone.W, alone.b)
    return (
        unchanged
        and same_layer
        and use.h.ndim > 1
        and (len(use.h), len(alone.h)) == (n, 1)
        and _equal(alone.h, use.h[-1:])
    )


def _equal(one: Tensor, other: Tensor, size: float = 0.0) -> bool:
    """Up to the rounding of sums in another order; `size` is that of terms that may have cancelled in them."""
    eps = torch.finfo(one.dtype).eps
    tolerance = eps**0.5 * other.abs().max() + eps**0.75 * size
    return one.shape == other.shape and bool((one - other).abs().max() <= tolerance)


def _reached(f: Tensor, shares: dict[int, float]) -> Counter:
    """How often each parameter enters the computation of f: edges into it in autograd's graph."""
    entries, seen, ahead = Counter(), set(), [f.grad_fn]
    while ahead:
        node = ahead.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        for following, _ in node.next_functions:
            variable = getattr(following, "variable", None)
            if id(variable) in shares:
                entries[id(variable)] += 1
            ahead.append(following)
    return entries


def _differentiate(f: Tensor, outputs: Tensor, uses: list[_Use], full: bool) -> None:
    """D of each use, by one pass back an output. A use that is the output itself has no need of one."""
    n, k = outputs.shape
    calls = Counter(p for use in uses for p in {use.W, use.b} - {None})
    inner = []
    for use in uses:
        is_output = f.ndim == 2 and f.grad_fn is use.z.node and calls[use.W] < 2 and calls[use.b] < 2
        if not is_output:
            inner.append(use)
    if not inner:
        return
    slots = [None] * len(inner)
    for a in range(k):
        pick = torch.zeros_like(outputs)
        pick[:, a] = 1
        edges = [use.z for use in inner]
        slopes = torch.autograd.grad(outputs, edges, pick, retain_graph=a < k - 1)
        for i, slope in enumerate(slopes):
            slope = slope.reshape(n, -1, slope.shape[-1]).transpose(0, 1)  # (p, n, out)
            if slots[i] is None:
                p, _, out = slope.shape
                slots[i] = slope.new_empty((p, k, n, out) if full else (p, n, k, out))
            slots[i].select(1 if full else 2, a).copy_(slope)
    for use, D in zip(inner, slots, strict=True):
        use.D = D if full else D.flatten(2)[:, None]  # (p, 1, n, k out)


def _jacobians(net: nn.Module, x: Tensor, k: int, rest: dict[int, float], full: bool) -> list[Tensor]:
    """df/dtheta of the parameters in `rest`, each (k, n, p), or (1, n, k p) for a sum over outputs."""
    chosen = {name: p.detach() for name, p in net.named_parameters() if id(p) in rest}
    size = len(x) * k * sum(p.numel() for p in chosen.values()) * x.element_size()
    compute.require_memory(2 * size, f"the Jacobian of {', '.join(chosen)}")

    def one(chosen: dict[str, Tensor], sample: Tensor) -> Tensor:
        return functional_call(net, chosen, (sample[None],)).reshape(-1)

    J = vmap(jacrev(one), in_dims=(None, 0))(chosen, x.detach())  # name -> (n, k, *p)
    scales = [rest[id(p)] ** 0.5 for name, p in net.named_parameters() if name in chosen]
    J = [scale * j.reshape(len(x), k, -1) for scale, j in zip(scales, J.values(), strict=True)]
    return [j.transpose(0, 1) if full else j.reshape(1, len(x), -1) for j in J]


def _pairs(left: _Side, right: _Side) -> Iterator[tuple[_Use, _Use]]:
    """Uses of one weight, or of one bias."""
    for u in left.uses:
        for v in right.uses:
            if (u.W and u.W == v.W) or (u.b and u.b == v.b):
                yield u, v


def _add_share(block: Tensor, u: _Use, v: _Use, rows: slice, columns: slice) -> None:
    """block (a, r, b, c) += (h.h' + 1) D_a.D_b', over all pairs of positions."""
    for i in range(len(u.h)):
        for j in range(len(v.h)):
            factor = block.new_zeros(())
            if u.W and u.W == v.W:
                factor = u.W_share * (u.h[i, rows] @ v.h[j, columns].T)  # (r, c)
            if u.b and u.b == v.b:
                factor = factor + u.b_share
            if u.D is None:  # D_a.D_b is 1 for a = b, else 0
                block.diagonal(dim1=0, dim2=2).add_(factor[..., None])
                continue
            D, D2 = u.D[i][:, rows], v.D[j][:, columns]
            products = D.flatten(0, 1) @ D2.flatten(0, 1).T  # (a r, out) @ (out, b c)
            block.addcmul_(products.view(block.shape), factor.expand(block.shape[1], block.shape[3])[:, None])


def _shape(rows: str, x: Tensor) -> str:
    return f"({', '.join([rows, *map(str, x.shape[1:])])}{',' if x.ndim == 1 else ''})"
