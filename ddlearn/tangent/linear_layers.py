"""What linear layers z = W h + b contribute to the tangent kernel: where each was used, its input h and D = df/dz."""

from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ddlearn.tangent.passes import UNREACHED, close, probes, reached, run, same_apart


@dataclass(eq=False)
class Use:
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


@dataclass(eq=False)
class Side:
    """A pass of x: the output f (n, k), uses of linear layers, and the ids of all other parameters that f reaches.

    `rows` were passed apart from the others as well, and gave `apart`.
    """

    x: Tensor
    f: Tensor
    uses: list[Use]
    others: set[int]
    rows: Tensor | None = None
    apart: Tensor | None = None


def used_layers(net: nn.Module, x: Tensor, shares: dict[int, float]) -> Side:
    """Pass x, and note the uses of linear layers whose parameters are used nowhere else and row by row.

    A few samples are passed apart from the others, and must give what they gave among them: in f, or the net is
    refused, and in each h, or its rows are not the samples.
    """
    f, uses = _watch(net, x, shares)
    by_rows, tried = uses, []
    for rows in probes(len(x)):
        apart, again = _watch(net, x[rows], shares)
        size = max((use.h.abs().max().item() for use in again), default=0.0)
        same_apart(f[rows], apart, size)
        tried.append((rows, apart))
        by_rows = [use for use, v in zip(uses, again, strict=False) if use in by_rows and _same_rows(use, v, x, rows)]
    entries = Counter(id(p) for p in reached(f) if id(p) in shares)
    if not entries:
        raise ValueError(UNREACHED)
    calls = _calls(by_rows)
    whole = {p for p, count in entries.items() if calls[p] == count}
    kept = []
    for use in by_rows:
        use.W, use.b = (p if p in whole else None for p in (use.W, use.b))
        if use.W or use.b:
            use.h = use.h.reshape(len(x), -1, use.h.shape[-1]).transpose(0, 1)  # (p, n, in)
            kept.append(use)
    return Side(x, f, kept, set(entries) - whole, *map(torch.cat, zip(*tried, strict=True)))


def differentiate(side: Side, shares: dict[int, float], full: bool) -> None:
    """D of each use, by one pass back an output, and its shares. A use that is the output itself has no need of D."""
    f, calls = side.f, _calls(side.uses)
    n, k = f.shape
    inner = [use for use in side.uses if f.grad_fn is not use.z.node or calls[use.W] > 1 or calls[use.b] > 1]
    for use in side.uses:
        terms = 1 if use in inner or full else k  # D_a.D_a is 1 for each of the outputs that are summed
        use.W_share, use.b_share = (terms * shares.get(p, 0.0) for p in (use.W, use.b))
    for a in range(k if inner else 0):
        pick = torch.zeros_like(f)
        pick[:, a] = 1
        slopes = torch.autograd.grad(f, [use.z for use in inner], pick, retain_graph=a < k - 1)
        for use, slope in zip(inner, slopes, strict=True):
            slope = slope.reshape(n, -1, slope.shape[-1]).transpose(0, 1)  # (p, n, out)
            if use.D is None:
                p, _, out = slope.shape
                use.D = slope.new_empty((p, k, n, out) if full else (p, n, k, out))
            use.D.select(1 if full else 2, a).copy_(slope)
    for use in inner if not full else []:
        use.D = use.D.flatten(2)[:, None]  # (p, 1, n, k out)


def _calls(uses: list[Use]) -> Counter:
    """How often each parameter was used."""
    return Counter(p for use in uses for p in {use.W, use.b} - {None})


def _watch(net: nn.Module, x: Tensor, shares: dict[int, float]) -> tuple[Tensor, list[Use]]:
    """The net's output, and every call of a linear layer on the way."""
    uses, dtype = [], next(p for p in net.parameters() if id(p) in shares).detach().real.dtype

    def note(layer: nn.Linear, args: tuple, named: dict, z: Tensor) -> None:
        W, b = (id(p) if id(p) in shares else None for p in (layer.weight, layer.bias))
        if z.requires_grad and (W or b) and z.dtype == dtype:
            h = args[0] if args else named["input"]
            uses.append(Use(W, b, h.detach(), torch.autograd.graph.get_gradient_edge(z), h._version))

    # First in line: what another hook makes of z is no longer the layer's.
    layers = [layer for layer in net.modules() if type(layer) is nn.Linear]
    hooks = [layer.register_forward_hook(note, prepend=True, with_kwargs=True) for layer in layers]
    try:
        return run(net, x), uses
    finally:
        for hook in hooks:
            hook.remove()


def _same_rows(use: Use, apart: Use, x: Tensor, rows: Tensor) -> bool:
    """Whether the layer saw the same layer's input in the same rows, once for all samples, once for some apart."""
    unchanged = use.h._version == use.version
    same_layer = (use.W, use.b) == (apart.W, apart.b)
    return (
        unchanged
        and same_layer
        and use.h.ndim > 1
        and (len(use.h), len(apart.h)) == (len(x), len(rows))
        and close(apart.h, use.h[rows])
    )
