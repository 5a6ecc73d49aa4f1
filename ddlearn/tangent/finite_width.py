"""The tangent kernel of the net that you have: Theta_ab(x, x') = sum over parameters of df_a(x)/dtheta df_b(x')/dtheta.

As a product of Jacobians it costs n k P numbers, P the number of parameters. For the weights of a linear layer
z = W h + b none of that is needed: the gradient of f_a(x) in W is an outer product, D_a(x) h(x)' with
D_a = df_a/dz, and the layer's share of the kernel is

    (h(x).h(x') + 1) (D_a(x).D_b(x'))

the 1 being the bias's. One pass forward and k passes back give every h and D, then come products of small matrices
(Novak, Sohl-Dickstein and Schoenholz, "Fast finite width neural tangent kernel", 2022, arXiv 2206.08720). A layer used
several times contributes every pair of its uses. All other parameters (normalization, convolution, a weight that is
also used outside its layer) go through `torch.func.jacrev`, sample by sample, and are added on top.

The kernel of a few samples is compared with that of plain autograd, always. Where they differ, or torch.func has no
way, plain autograd goes through all samples and outputs: slower, and right for every net that it can differentiate.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.func import functional_call, jacrev, vmap

from ddlearn import arguments, compute
from ddlearn.networks import MLP, Parameters
from ddlearn.tangent.linear_layers import Side, Use, differentiate, used_layers
from ddlearn.tangent.nets import check_net, check_samples, unrolled
from ddlearn.tangent.passes import jacobian, mixture, run, shape, slopes, undisturbed

__all__ = ["empirical"]

TILE = 2**18
"""Entries of the kernel computed at a time: 2 MB of float64, which the processor's cache holds."""

FEW = 32
"""Rows of the kernel that are not worth parting."""


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
    `MLP` with its `parameters`. x may be whole numbers where a net has an embedding layer. With `rates`, each
    parameter's share is multiplied by its learning-rate factor in the MLP's parametrization: the kernel that gradient
    descent follows. With x2 None the kernel is exactly symmetric. It carries no gradient. The net is left as it was
    found, and the caller's inference mode or autocast has no effect.

    Raises `TypeError` or `ValueError` if net is neither, if it draws at random or lets samples see one another
    (dropout, batch normalization in training mode: call `net.eval()`), if it cannot be run or differentiated, if its
    outputs are of another shape, if x is not finite, or if x2 does not match it. `MemoryError` if the kernel, or a
    Jacobian that it needs, does not fit.
    """
    arguments.one_of("outputs", outputs, ("mean", "sum", "full"))
    net, shares = unrolled(net, parameters, rates)
    check_net(net, x)
    points = [x.detach()]
    if x2 is not None:
        check_samples("x2", x2, net)
        arguments.same_kind("x2", x2, "x", x)
        if x2.shape[1:] != x.shape[1:]:
            raise ValueError(f"x2 must be of shape {shape('m', x)}, as x; got shape {tuple(x2.shape)}")
        points.append(x2.detach())
    full = outputs == "full"
    with undisturbed(net, x):
        sides = [used_layers(net, v, shares) for v in points]
        k, k2 = (side.f.shape[1] for side in (sides[0], sides[-1]))
        if k != k2:
            raise ValueError(f"net must have as many outputs for x2 as for x; got {k2} and {k}")
        a = k if full else 1
        compute.require_matrices(1, a * len(x), a * len(points[-1]), x, "the kernel")
        K = _by_layers(net, sides, shares, full)
        if K is None:
            sides = [Side(v, run(net, v), [], set(shares)) for v in points]
            K = _kernel(net, sides, shares, full, jacobian)
    return K.div_(k) if outputs == "mean" else K


def _by_layers(net: nn.Module, sides: list[Side], shares: dict[int, float], full: bool) -> Tensor | None:
    """The kernel from linear layers and torch.func; None where they have no way or plain autograd differs."""
    if sides[0].others != sides[-1].others:
        return None
    try:
        for side in sides:
            differentiate(side, shares, full)
        K = _kernel(net, sides, shares, full, _by_torch_func)
        return K if _is_confirmed(K, net, sides, shares, full) else None
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except Exception:  # torch has no way to do it, or the net none to be called like that
        return None


def _kernel(net: nn.Module, sides: list[Side], shares: dict[int, float], full: bool, way: Callable) -> Tensor:
    """Theta, (n, m, k, k) or its sum over a = b, (n, m), from uses of linear layers and Jacobians of all others."""
    left, right = sides[0], sides[-1]
    jacobians = [_jacobians(net, side, shares, full, way) for side in sides]
    (n, k), m = left.f.shape, len(right.f)
    a = k if full else 1
    K = left.f.new_zeros(a, n, a, m)
    rows = max(1, min(TILE // (a * a * m), max(n // 8, FEW)))  # in one piece nothing would be left to mirror
    for start in range(0, n, rows):
        stop = min(start + rows, n)
        first = start if left is right else 0
        block = K[:, start:stop, :, first:]
        for u, v in _pairs(left, right):
            _add_share(block, u, v, slice(start, stop), slice(first, None))
        for J, J2 in zip(jacobians[0], jacobians[-1], strict=True):
            block += torch.einsum("arp,bcp->arbc", J[:, start:stop], J2[:, first:])
        if left is right:  # Theta_ab(x, x') = Theta_ba(x', x)
            K[:, stop:, :, start:stop] = K[:, start:stop, :, stop:].permute(2, 3, 0, 1)
            square = K[:, start:stop, :, start:stop]
            square.copy_((square + square.permute(2, 3, 0, 1)) / 2)
    return K.permute(1, 3, 0, 2) if full else K[0, :, 0]


def _jacobians(net: nn.Module, side: Side, shares: dict[int, float], full: bool, way: Callable) -> list[Tensor]:
    """df/dtheta of the side's other parameters, each (k, n, p), or (1, n, k p) for a sum over outputs."""
    chosen = {name: p for name, p in net.named_parameters() if id(p) in side.others}
    if not chosen:
        return []
    f = side.f
    size = f.numel() * sum(p.numel() for p in chosen.values()) * f.element_size()
    compute.require_memory(2 * size, f"the Jacobian of {', '.join(chosen)}")
    J = way(net, side.x, f, chosen)
    J = [j.reshape(*f.shape, -1).mul_(shares[id(p)] ** 0.5) for p, j in zip(chosen.values(), J, strict=True)]
    return [j.transpose(0, 1) if full else j.reshape(1, len(f), -1) for j in J]


@torch.no_grad()
def _by_torch_func(net: nn.Module, x: Tensor, f: Tensor, chosen: dict[str, nn.Parameter]) -> list[Tensor]:
    def one(theta: dict[str, Tensor], sample: Tensor) -> Tensor:
        return functional_call(net, theta, (sample[None],)).reshape(-1)

    theta = {name: p.detach() for name, p in chosen.items()}
    return list(vmap(jacrev(one), in_dims=(None, 0))(theta, x).values())


def _is_confirmed(K: Tensor, net: nn.Module, sides: list[Side], shares: dict[int, float], full: bool) -> bool:
    """Whether sum_ij w_i Theta(x_i, x_j) w_j = g.g', g = sum_i w_i df(x_i)/dtheta by plain autograd and w random.

    i and j run over the samples that were passed apart, and over outputs for the full kernel. A sum over outputs is one
    of g_a.g_a', where w is the same for each of them.
    """
    theta = [p for p in net.parameters() if id(p) in shares]
    weights, gradients = [], []
    for seed, side in enumerate(sides):
        w = mixture(side.apart, seed)
        each = [w] if full else [w[:, :1] * one for one in torch.eye(w.shape[1]).to(w)]
        gradients.append([slopes(side.apart, v, theta, more=True) for v in each])
        weights.append(w if full else w[:, 0])

    def product(one: int, other: int) -> Tensor:
        pairs = zip(gradients[one], gradients[other], strict=True)
        return sum(shares[id(p)] * (g @ h) for G, H in pairs for p, g, h in zip(theta, G, H, strict=True))

    few = K[sides[0].rows[:, None], sides[-1].rows]
    mine = torch.einsum("ia,ijab,jb" if full else "i,ij,j", weights[0], few, weights[-1])
    right = product(0, -1)
    size = right if len(sides) == 1 else (product(0, 0) * product(1, 1)) ** 0.5
    return bool((mine - right).abs() <= torch.finfo(K.dtype).eps ** 0.5 * size)


def _pairs(left: Side, right: Side) -> Iterator[tuple[Use, Use]]:
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
