"""The tangent kernel of the net that you have: Theta_ab(x, x') = sum over parameters of df_a(x)/dtheta df_b(x')/dtheta.

As a product of Jacobians it costs n k P numbers, P the number of parameters. For the weights of a linear layer
z = W h + b none of that is needed: the gradient of f_a(x) in W is an outer product, D_a(x) h(x)' with
D_a = df_a/dz, and the layer's share of the kernel is

    (h(x).h(x') + 1) (D_a(x).D_b(x'))

the 1 being the bias's. One pass forward and k passes back give every h and D, then come products of small matrices
(Novak, Sohl-Dickstein and Schoenholz, "Fast finite width neural tangent kernel", 2022, arXiv 2206.08720). A layer used
several times contributes every pair of its uses. All other parameters (normalization, convolution, a weight that is
also used outside its layer) go through `torch.func.jacrev`, sample by sample, and are added on top.

A few samples' gradients are compared with those of plain autograd, always. Where they differ, or torch.func has no way,
plain autograd goes through all samples and outputs: slower, and right for every net that it can differentiate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call, jacrev, vmap

from ddlearn import arguments, compute
from ddlearn.networks import MLP, Parameters
from ddlearn.tangent.linear_layers import Seen, Use, differentiate, used_layers
from ddlearn.tangent.nets import check_net, check_points, unrolled
from ddlearn.tangent.passes import jacobian, mixture, run, shape, slopes, undisturbed

__all__ = ["empirical"]

FEW = 9
"""Below so many samples every one of them is compared with plain autograd."""

TILE = 2**18
"""Entries of the kernel computed at a time: 2 MB of float64, which the processor's cache holds."""


@torch.inference_mode(False)
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
    MLP's parametrization: the kernel that gradient descent follows. With x2 None the kernel is exactly symmetric. It
    carries no gradient. The net is left as it was found, and the caller's inference mode or autocast has no effect.

    Raises `TypeError` or `ValueError` if net is neither, if it draws at random or lets samples see one another
    (dropout, batch normalization in training mode: call `net.eval()`), if it cannot be run or differentiated, if its
    outputs are of another shape, if x is not finite, or if x2 does not match it. `MemoryError` if the kernel, or a
    Jacobian that it needs, does not fit.
    """
    arguments.one_of("outputs", outputs, ("mean", "sum", "full"))
    check_points("x", x)
    net, shares = unrolled(net, parameters, rates)
    check_net(net, x)
    if x2 is not None:
        check_points("x2", x2)
        arguments.same_kind("x2", x2, "x", x)
        if x2.shape[1:] != x.shape[1:]:
            raise ValueError(f"x2 must be of shape {shape('m', x)}, as x; got shape {tuple(x2.shape)}")
    with undisturbed(net, x):
        return _kernel(net, x.detach(), None if x2 is None else x2.detach(), outputs, shares)


def _kernel(net: nn.Module, x: Tensor, x2: Tensor | None, outputs: str, shares: dict[int, float]) -> Tensor:
    full = outputs == "full"
    left, right = _sides(net, x, x2, shares, full)
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
    return K[0, :, 0].div_(left.k) if outputs == "mean" else K[0, :, 0]


@dataclass(frozen=True, eq=False)
class _Side:
    """What the kernel needs of each point: uses of linear layers, and Jacobians (a, n, p) of all other parameters.

    a runs over the k outputs for the full kernel. For a sum over outputs a has length 1, and output and unit are one
    long axis. `others` are the parameters that the Jacobians belong to.
    """

    n: int
    k: int
    uses: list[Use]
    others: list[Tensor]
    jacobians: list[Tensor]

    def __len__(self) -> int:
        return self.n

    @classmethod
    def of(cls, net: nn.Module, seen: Seen, x: Tensor, shares: dict[int, float], full: bool, batched: bool) -> _Side:
        n, k = seen.f.shape
        differentiate(seen.f, seen.uses, full)
        for use in seen.uses:
            terms = 1 if use.D is not None or full else k  # D_a.D_a is 1 for each of the outputs that are summed
            use.W_share, use.b_share = (terms * shares.get(p, 0.0) for p in (use.W, use.b))
        others = [p for p in net.parameters() if id(p) in seen.others]
        return cls(n, k, seen.uses, others, _jacobians(net, x, seen.f, others, shares, full, batched))

    def is_confirmed(self, seen: Seen, parameters: list[Tensor], shares: dict[int, float]) -> bool:
        """Whether plain autograd has the same slopes, for a few samples: g of a random mixture of their outputs.

        Of each g, as a matrix, u'g v is compared, u and v random: for a linear layer it is (D u)(h v), which is cheap.
        """
        draw = compute.generator(2)
        for rows, f in seen.tried if self.n < FEW else seen.tried[-1:]:
            weights = mixture(f)
            right, mine, size = {}, {}, 0.0
            for p, g in zip(parameters, slopes(f, weights, parameters), strict=True):
                g = g.view(len(p) if p.ndim else 1, -1)
                u, v = (torch.randn(m, generator=draw, dtype=torch.float64, device="cpu").to(g) for m in g.shape)
                right[id(p)], mine[id(p)] = (u, v, u @ (g @ v)), 0.0
                size += g.norm() ** 2
            for use in self.uses:
                D = weights[None]  # (p, r, out)
                if use.D is not None:
                    p, a, n, out = use.D.shape
                    D = use.D.transpose(1, 2) if a == self.k else use.D.view(p, n, self.k, out // self.k)
                    D = torch.einsum("prau,ra->pru", D[:, rows], weights)
                if use.W:
                    u, v, _ = right[use.W]
                    mine[use.W] += ((D @ u) * (use.h[:, rows] @ v)).sum()
                if use.b:
                    u, v, _ = right[use.b]
                    mine[use.b] += (D @ u).sum() * v.sum()
            for p, J in zip(self.others, self.jacobians, strict=True):
                u, v, _ = right[id(p)]
                J = J.transpose(0, 1) if len(J) == self.k else J.view(self.n, self.k, -1)  # (n, k, p)
                g = torch.einsum("rap,ra->p", J[rows], weights).view(len(u), -1)
                mine[id(p)] += u @ (g @ v) / shares[id(p)] ** 0.5
            tolerance = torch.finfo(f.dtype).eps ** 0.5 * size**0.5
            if not all(abs(mine[p] - g) <= tolerance for p, (_, _, g) in right.items()):
                return False
        return True


def _sides(net: nn.Module, x: Tensor, x2: Tensor | None, shares: dict[int, float], full: bool) -> tuple[_Side, _Side]:
    """Both sides by the fastest way that plain autograd confirms on both. With x2 None they are one."""
    points = [x] if x2 is None else [x, x2]
    parameters = [p for p in net.parameters() if id(p) in shares]
    entries = len(x) * len(points[-1])
    compute.require_memory(entries * x.element_size(), "the kernel")
    for batched in (True, False):
        seen = [used_layers(net, v, shares) for v in points]
        k, k2 = seen[0].f.shape[1], seen[-1].f.shape[1]
        if k != k2:
            raise ValueError(f"net must have as many outputs for x2 as for x; got {k2} and {k}")
        if full and k > 1:
            compute.require_memory(entries * k * k * x.element_size(), "the kernel")
        if seen[0].others != seen[-1].others:
            break
        try:
            sides = [_Side.of(net, s, v, shares, full, batched) for s, v in zip(seen, points, strict=True)]
            if all(side.is_confirmed(s, parameters, shares) for side, s in zip(sides, seen, strict=True)):
                return sides[0], sides[-1]
        except RuntimeError:  # torch has no way to do it
            continue
    sides = []
    for v in points:
        f = run(net, v)
        J = _jacobians(net, v, f, parameters, shares, full, batched=False)
        sides.append(_Side(*f.shape, [], parameters, J))
    return sides[0], sides[-1]


def _jacobians(
    net: nn.Module, x: Tensor, f: Tensor, chosen: list[Tensor], shares: dict[int, float], full: bool, batched: bool
) -> list[Tensor]:
    """df/dtheta of the chosen parameters, each (k, n, p), or (1, n, k p) for a sum over outputs."""
    if not chosen:
        return []
    ids = [id(p) for p in chosen]
    names = [name for name, p in net.named_parameters() if id(p) in ids]
    size = f.numel() * sum(p.numel() for p in chosen) * x.element_size()
    compute.require_memory((1 + batched) * size, f"the Jacobian of {', '.join(names)}")

    def one(chosen: dict[str, Tensor], sample: Tensor) -> Tensor:
        return functional_call(net, chosen, (sample[None],)).reshape(-1)

    if batched:
        theta = {name: p.detach() for name, p in zip(names, chosen, strict=True)}
        J = list(vmap(jacrev(one), in_dims=(None, 0))(theta, x.detach()).values())  # (n, k, *p)
    else:
        J = jacobian(net, x, f, chosen)
    J = [j.reshape(*f.shape, -1).mul_(shares[p] ** 0.5) for p, j in zip(ids, J, strict=True)]
    return [j.transpose(0, 1) if full else j.reshape(1, len(x), -1) for j in J]


def _pairs(left: _Side, right: _Side) -> Iterator[tuple[Use, Use]]:
    """Uses of one weight, or of one bias."""
    for u in left.uses:
        for v in right.uses:
            if (u.W and u.W == v.W) or (u.b and u.b == v.b):
                yield u, v


def _add_share(block: Tensor, u: Use, v: Use, rows: slice, columns: slice) -> None:
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
