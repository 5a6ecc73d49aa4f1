"""The tangent kernel of the net that you have: Theta_ab(x, x') = sum over parameters of df_a(x)/dtheta df_b(x')/dtheta.

As a product of Jacobians it costs n k P numbers, P the number of parameters. But where a weight W multiplies h at T
positions of a sample, z_p = W h_p, its gradient is a sum of outer products, g_a(x) = sum_p D_ap(x) h_p(x)' with
D = df/dz. One pass forward and k passes back give every h and D. Then the layer's share g_a(x).g_b(x') is either of

    pairs        sum_pq (h_p(x).h_q(x')) (D_ap(x).D_bq(x'))
    gradients    every g_a(x), a few rows of W at a time, and their products

whichever multiplies less (Novak, Sohl-Dickstein and Schoenholz, "Fast finite width neural tangent kernel", 2022, arXiv
2206.08720). Biases, norms and embeddings have gradients that are as easily written down (`ddlearn.tangent.uses`). Other
parameters are left to plain autograd, which goes through all samples and outputs: slow, and right for every net.

Each share is compared with plain autograd's for a few samples, always. Where they differ, plain autograd's is taken.
"""

import torch
from torch import Tensor, nn

from ddlearn import arguments, compute
from ddlearn.networks import MLP, Parameters
from ddlearn.tangent.nets import check_net, check_samples, unrolled
from ddlearn.tangent.passes import Side, jacobian, mixture, passed, said, shape, slopes, undisturbed
from ddlearn.tangent.shares import FEW, add_products, add_share
from ddlearn.tangent.uses import Family, families, find_uses, slopes_at

__all__ = ["empirical"]

BUDGET = 2**24
"""Numbers of D held at a time beside the net's own graph, where those of one output are not more."""


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
    with undisturbed(net, x):
        theta = [p for p in net.parameters() if id(p) in shares]
        # The graph of one sample alone has other nodes than that of several.
        sides = [passed(net, v if len(v) > 1 else torch.cat([v, v]), theta) for v in points]
        k, k2 = (side.f.shape[1] for side in (sides[0], sides[-1]))
        if k != k2:
            raise ValueError(f"net must have as many outputs for x2 as for x; got {k} and {k2}")
        a = k if outputs == "full" else 1
        exact = x.dtype if x.device.type == "mps" else torch.float64  # the small terms of float32 add up in it
        like = torch.empty(0, dtype=exact, device=x.device)
        compute.require_matrices(1, a * len(x), a * len(points[-1]), like, "the kernel")
        try:
            K = _kernel(net, sides, shares, a, like)[:, : len(x), :, : len(points[-1])]
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            raise ValueError(f"net must be one that autograd can differentiate; it raised {said(error)}") from error
    K = K.permute(1, 3, 0, 2) if outputs == "full" else K[0, :, 0]
    return (K.div_(k) if outputs == "mean" else K).to(sides[0].f.dtype)


def _kernel(net: nn.Module, sides: list[Side], shares: dict[int, float], a: int, like: Tensor) -> Tensor:
    """Theta (a, n, a, m), full or summed over outputs: from uses of parameters where plain autograd confirms them."""
    theta = {name: p for name, p in net.named_parameters() if id(p) in shares}
    found = [find_uses(side.f, side.apart, side.rows, set(shares)) for side in sides]
    every = families([uses for uses, _ in found])
    plain = set().union(*(others for _, others in found))
    while True:
        K = like.new_zeros(a, len(sides[0].f), a, len(sides[-1].f))
        wrong = _add_uses(K, sides, [one for one in every if plain.isdisjoint(one[0])], list(theta.values()), shares)
        if not wrong:
            break
        plain |= wrong
    _add_jacobians(K, net, sides, {name: p for name, p in theta.items() if id(p) in plain}, shares)
    if len(sides) == 1:
        _mirror(K)
    return K


def _add_uses(
    K: Tensor, sides: list[Side], every: list[Family], theta: list[Tensor], shares: dict[int, float]
) -> set[int]:
    """Add the share of each family of uses, and return the parameters of those that plain autograd does not confirm."""
    if not every:
        return set()
    k, full, eps = sides[0].f.shape[1], len(K) > 1, torch.finfo(sides[0].f.dtype).eps
    basis = torch.eye(k, dtype=sides[0].f.dtype, device=sides[0].f.device)
    if not full:  # summed over any basis the kernel is the same; in a random one, the first few tell of every output
        v = mixture(basis[:1])
        basis -= 2 * v * v.T / v.square().sum()
    batches = _batches([sum(u.size.numel() for own in uses for u in own) for _, uses in every], k, full)
    weights = [mixture(side.apart, seed) for seed, side in enumerate(sides)]
    mine, wrong, last = [0.0] * len(every), set(), 0.0
    for chosen, outputs in batches:
        D = [
            slopes_at(side.f, [u for i in chosen for u in every[i][1][s]], basis[outputs])
            for s, side in enumerate(sides)
        ]
        for i in chosen:
            both = [{u: d.pop(u) for u in own} for d, own in zip(D, every[i][1], strict=True)]
            try:
                if all(both):
                    add_share(K, both, shares)
            except (MemoryError, torch.OutOfMemoryError):
                raise
            except Exception:  # a node has not what another version of torch saves there
                mine[i] = float("nan")
            if outputs.start == 0:
                now = _form(K, sides, weights)
                mine[i], last = mine[i] + now - last, now
    asked = [[w] if full else [w[:, :1] * v for v in basis[batches[0][1]]] for w in weights]
    right = _plain_forms(sides, asked, theta, shares)
    for (ids, _), form in zip(every, mine, strict=True):
        cross, one, other = (sum(right[p][j] for p in ids if p in right) for j in range(3))
        if not abs(form - cross) <= eps ** (2 / 3) * (one * other) ** 0.5 + torch.finfo(K.dtype).eps * 100 * abs(last):
            wrong |= ids
    return wrong


def _batches(costs: list[int], k: int, full: bool) -> list[tuple[list[int], slice]]:
    """Which families to take at a time, and which outputs: all families, or all outputs."""
    if not full:
        step = max(1, BUDGET // max(1, sum(costs)))
        return [(list(range(len(costs))), slice(a, a + step)) for a in range(0, k, step)]
    groups = [[]]
    for i, cost in enumerate(costs):
        if groups[-1] and k * (cost + sum(costs[j] for j in groups[-1])) > 4 * BUDGET:
            groups.append([])
        groups[-1].append(i)
    return [(group, slice(0, k)) for group in groups]


def _add_jacobians(
    K: Tensor, net: nn.Module, sides: list[Side], chosen: dict[str, nn.Parameter], shares: dict[int, float]
) -> None:
    """Add the share of parameters that are left to plain autograd, Jacobians of as many samples at a time as fit."""
    if not chosen:
        return
    f = sides[0].f
    numbers = f.shape[1] * sum(p.numel() * (1 + p.is_complex()) for p in chosen.values())
    compute.require_memory(2 * numbers * f.element_size(), f"the Jacobian of {', '.join(chosen)}")
    step = max(1, BUDGET // numbers)

    def of(side: Side, start: int) -> list[Tensor]:
        return jacobian(net, side.x[start : start + step], chosen)  # (n, k, numbers) of each

    for i in range(0, len(f), step):
        J = of(sides[0], i)
        for j in range(i if len(sides) == 1 else 0, len(sides[-1].f), step):
            J2 = J if len(sides) == 1 and i == j else of(sides[-1], j)
            block = K[:, i : i + step, :, j : j + step]
            for p, one, other in zip(chosen.values(), J, J2, strict=True):
                add_products(block, one, other, shares[id(p)])


def _plain_forms(
    sides: list[Side], asked: list[list[Tensor]], theta: list[Tensor], shares: dict[int, float]
) -> dict[int, list[float]]:
    """g.g2, g.g and g2.g2 of each parameter by plain autograd, g the slopes of a weighted sum of the samples apart.

    Each of the weightings that are asked of a side gives such forms; they add up.
    """
    forms = {id(p): [0.0, 0.0, 0.0] for p in theta}
    for weights in zip(*asked, strict=True):
        G = [slopes(side.apart, w, theta, more=True) for side, w in zip(sides, weights, strict=True)]
        for p, g, g2 in zip(theta, G[0], G[-1], strict=True):
            for j, product in enumerate((g @ g2, g @ g, g2 @ g2)):
                forms[id(p)][j] += shares[id(p)] * product.item()
    return forms


def _form(K: Tensor, sides: list[Side], weights: list[Tensor]) -> float:
    """sum_ij w_i K(x_i, x_j) w_j over the samples that were passed apart; of what is mirrored, from the upper half."""
    rows, columns = (side.rows.to(K.device) for side in (sides[0], sides[-1]))
    few, w = K[:, rows][..., columns], [w[:, : len(K)].to(K) for w in weights]
    if len(sides) == 1:
        few = torch.where((rows[:, None] > rows)[:, None], few.permute(2, 3, 0, 1), few)
    return torch.einsum("ia,aibj,jb", w[0], few, w[-1]).item()


def _mirror(K: Tensor) -> None:
    """Theta_ab(x, x') = Theta_ba(x', x), by blocks of rows."""
    for start in range(0, K.shape[1], FEW):
        stop = start + FEW
        K[:, stop:, :, start:stop] = K[:, start:stop, :, stop:].permute(2, 3, 0, 1)
        square = K[:, start:stop, :, start:stop]
        ones = torch.ones_like(square[0, :, 0])
        square *= ((ones.triu() + ones.triu(1)) / 2)[:, None]
        square += square.permute(2, 3, 0, 1).clone()
