"""The tangent kernel of the net that you have: Theta_ab(x, x') = sum over parameters of df_a(x)/dtheta df_b(x')/dtheta.

As a product of Jacobians it costs n k P numbers, P the number of parameters. But where a weight W multiplies h at T
positions of a sample, z_p = W h_p, its gradient is a sum of outer products, g_a(x) = sum_p D_ap(x) h_p(x)' with
D = df/dz. One pass forward and k passes back give every h and D. Then the layer's share g_a(x).g_b(x') is either of

    pairs        sum_pq (h_p(x).h_q(x')) (D_ap(x).D_bq(x'))
    gradients    every g_a(x), a few rows of W at a time, and their products

whichever multiplies less (Novak, Sohl-Dickstein and Schoenholz, "Fast finite width neural tangent kernel", 2022, arXiv
2206.08720). Biases, norms and embeddings have gradients that are as easily written down (`ddlearn.tangent.uses`). Other
parameters are left to plain autograd, which goes through all samples and outputs: slow, and right for every net.

A sum over outputs is one over any basis v_1, ..., v_k of them. A language model has more logits, W h, than h has
numbers; where W'v = 0, a pass back from v ends at W. So only about as many passes as h has numbers go through the net.

Each share is compared with plain autograd's for a few samples, always. Where they differ, plain autograd's is taken.
"""

from itertools import chain

import torch
from torch import Tensor, nn

from ddlearn import arguments, compute
from ddlearn.networks import MLP, Parameters
from ddlearn.tangent.nets import check_net, check_samples, unrolled
from ddlearn.tangent.passes import jacobian, mixture, passed_apart, run, said, shape, slopes, undisturbed
from ddlearn.tangent.shares import FEW, add_products, add_share
from ddlearn.tangent.uses import Family, Use, find_uses, slopes_at

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
    samples, n, m = x.detach(), len(x), len(x)
    if x2 is not None:
        check_samples("x2", x2, net)
        arguments.same_kind("x2", x2, "x", x)
        if x2.shape[1:] != x.shape[1:]:
            raise ValueError(f"x2 must be of shape {shape('m', x)}, as x; got shape {tuple(x2.shape)}")
        samples, m = torch.cat([samples, x2.detach()]), len(x2)
    elif n == 1:  # the graph of one sample alone has other nodes than that of several
        samples = torch.cat([samples, samples])
    with undisturbed(net, x):
        kernel = _Kernel(net, samples, n if x2 is not None else len(samples), shares)
        k = kernel.f.shape[1]
        a = k if outputs == "full" else 1
        exact = x.dtype if x.device.type == "mps" else torch.float64  # the small terms of float32 add up in it
        like = torch.empty(0, dtype=exact, device=x.device)
        compute.require_matrices(1, a * n, a * m, like, "the kernel")
        try:
            K = kernel.summed(a, like)[:, :n, :, :m]
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            raise ValueError(f"net must be one that autograd can differentiate; it raised {said(error)}") from error
    K = K.permute(1, 3, 0, 2) if outputs == "full" else K[0, :, 0]
    return (K.div_(k) if outputs == "mean" else K).to(kernel.f.dtype)


class _Kernel:
    """The kernel of the first n samples of x with the others, or of all with all: a pass, and shares to be added up.

    f (N, k) is the output for x, and `apart` that of x[rows] alone, with another number of samples.
    """

    def __init__(self, net: nn.Module, x: Tensor, n: int, shares: dict[int, float]) -> None:
        self.net, self.x, self.n, self.shares, self.is_square = net, x, n, shares, n == len(x)
        self.theta = {name: p for name, p in net.named_parameters() if id(p) in shares}
        self.f = run(net, x)
        for rows, apart in passed_apart(net, x, self.f, list(self.theta.values()), n):  # the last are kept
            self.rows, self.apart = rows, apart
        front = self.rows < n
        self.sides = [front, front if self.is_square else ~front]  # which of those apart are rows, and which columns

    def summed(self, a: int, like: Tensor) -> Tensor:
        """Theta (a, n, a, m), full or summed over outputs; from uses of parameters where autograd confirms them."""
        families, plain = find_uses(self.f, self.apart, self.rows, set(self.shares))
        while True:
            K = like.new_zeros(a, self.n, a, self.n if self.is_square else len(self.x) - self.n)
            if not (wrong := self._add_uses(K, [family for family in families if plain.isdisjoint(family[0])])):
                break
            plain |= wrong
        self._add_jacobians(K, {name: p for name, p in self.theta.items() if id(p) in plain})
        if self.is_square:
            _mirror(K)
        return K

    def _add_uses(self, K: Tensor, families: list[Family]) -> set[int]:
        """Add the share of each family of uses; return the parameters of those that plain autograd does not confirm."""
        if not families:
            return set()
        full, eps = len(K) > 1, torch.finfo(self.f.dtype).eps
        basis, batches = _basis(self.f, [uses for _, uses in families], full)
        weights = mixture(self.apart)
        mine, wrong, last = [0.0] * len(families), set(), 0.0
        for chosen, outputs in batches:
            D = slopes_at(self.f, list(chain(*chosen.values())), basis[outputs])
            for i, uses in chosen.items():
                try:
                    add_share(K, {use: D.pop(use) for use in uses}, self.shares)
                except (MemoryError, torch.OutOfMemoryError):
                    raise
                except Exception:  # a node has not what another version of torch saves there
                    mine[i] = float("nan")
                if outputs.start == 0:
                    now = self._form(K, weights)
                    mine[i], last = mine[i] + now - last, now
        right = self._plain_forms([weights] if full else [weights[:, :1] * v for v in basis[batches[0][1]]])
        for (ids, _), form in zip(families, mine, strict=True):
            cross, row, column = sum(right[p] for p in ids if p in right).tolist()
            rounding = eps ** (2 / 3) * (row * column) ** 0.5 + torch.finfo(K.dtype).eps * 100 * abs(last)
            if not abs(form - cross) <= rounding:
                wrong |= ids
        return wrong

    def _form(self, K: Tensor, weights: Tensor) -> float:
        """sum_ij w_i K(x_i, x_j) w_j over the samples apart; of what will be mirrored, from the upper half."""
        front, back = self.sides
        i, j = self.rows[front], self.rows[back] - (0 if self.is_square else self.n)
        few, w = K[:, i][..., j], weights[:, : len(K)].to(K)
        if self.is_square:
            few = torch.where((i[:, None] > j)[:, None], few.permute(2, 3, 0, 1), few)
        return torch.einsum("ia,aibj,jb", w[front], few, w[back]).item()

    def _plain_forms(self, asked: list[Tensor]) -> dict[int, Tensor]:
        """g.g2, g.g and g2.g2 of each parameter by plain autograd, (3,), summed over the weightings asked for.

        g is the slope of the weighted sum of those apart that are rows of the kernel, g2 of those that are columns.
        """
        theta, sides = list(self.theta.values()), self.sides[: 1 if self.is_square else 2]
        forms = dict.fromkeys(map(id, theta), 0.0)
        for weights in asked:
            G = [slopes(self.apart, weights * side[:, None], theta, more=True) for side in sides]
            for p, g, g2 in zip(theta, G[0], G[-1], strict=True):
                products = torch.stack([g @ g2, g @ g, g2 @ g2]).cpu().double()
                forms[id(p)] = forms[id(p)] + self.shares[id(p)] * products
        return forms

    def _add_jacobians(self, K: Tensor, chosen: dict[str, nn.Parameter]) -> None:
        """Add the share of parameters left to plain autograd, by Jacobians of as many samples at a time as fit."""
        if not chosen:
            return
        numbers = self.f.shape[1] * sum(p.numel() * (1 + p.is_complex()) for p in chosen.values())
        compute.require_memory(2 * numbers * self.f.element_size(), f"the Jacobian of {', '.join(chosen)}")
        step, x, x2 = max(1, BUDGET // numbers), self.x[: self.n], self.x[-K.shape[3] :]
        for i in range(0, len(x), step):
            J = jacobian(self.net, x[i : i + step], chosen)  # (n, k, numbers) of each
            for j in range(i if self.is_square else 0, len(x2), step):
                J2 = J if self.is_square and i == j else jacobian(self.net, x2[j : j + step], chosen)
                block = K[:, i : i + step, :, j : j + step]
                for p, g, g2 in zip(chosen.values(), J, J2, strict=True):
                    add_products(block, g, g2, self.shares[id(p)])


Batch = tuple[dict[int, list[Use]], slice]
"""Uses to take at a time, by their family's number, and for which outputs."""


def _basis(f: Tensor, families: list[list[Use]], full: bool) -> tuple[Tensor, list[Batch]]:
    """Mixtures (k, k) of the outputs over which to sum, all of them in batches with the uses that they reach."""
    k, uses = f.shape[1], dict(enumerate(families))
    heads = [W for use in chain(*families) if (W := use.matrix()) is not None and len(W) == k > W.shape[1] + 1]
    if full or not heads:
        basis = torch.eye(k, dtype=f.dtype, device=f.device)
        if full:
            return basis, _some_families(uses, k)
        v = mixture(basis[:1])  # in a random basis, the first few tell of every output
        return basis.sub_(2 * v * v.T / v.square().sum()), _some_outputs(uses, range(k))
    W = heads[-1].cpu().double()  # nearest to the outputs
    r, u = W.shape[1] + 1, mixture(W.new_empty(k, 2))
    # The first mixture tells of every output, and W'v = 0 for each v behind the first r.
    Q = torch.linalg.qr(torch.cat([u[:, :1], W, u[:, 1:]], 1), mode="complete").Q.T.contiguous()
    found = slopes_at(f, list(chain(*families)), Q[[0, r]].to(f))
    sizes = {use: use.by_sample(D).norm(dim=-1) for use, D in found.items()}
    tolerance = torch.finfo(f.dtype).eps ** 0.75
    reached = {use for use, (front, back) in sizes.items() if not (back <= tolerance * front).all()}
    behind = {i: some for i, family in uses.items() if (some := [use for use in family if use in reached])}
    return Q.to(f), _some_outputs(uses, range(r)) + _some_outputs(behind, range(r, k))


def _some_families(families: dict[int, list[Use]], k: int) -> list[Batch]:
    """Return all k outputs of as many families at a time as the budget allows."""
    batches, held = [], 0
    for i, uses in families.items():
        cost = k * sum(use.size.numel() for use in uses)
        if not batches or held + cost > 4 * BUDGET:
            batches.append(({}, slice(0, k)))
            held = 0
        batches[-1][0][i] = uses
        held += cost
    return batches


def _some_outputs(families: dict[int, list[Use]], outputs: range) -> list[Batch]:
    """Return all families at as many of these outputs at a time as the budget allows."""
    step = max(1, BUDGET // max(1, sum(use.size.numel() for use in chain(*families.values()))))
    parts = [outputs[start : start + step] for start in range(0, len(outputs), step)]
    return [(families, slice(part.start, part.stop)) for part in parts]


def _mirror(K: Tensor) -> None:
    """Theta_ab(x, x') = Theta_ba(x', x), by blocks of rows."""
    for start in range(0, K.shape[1], FEW):
        stop = start + FEW
        K[:, stop:, :, start:stop] = K[:, start:stop, :, stop:].permute(2, 3, 0, 1)
        square = K[:, start:stop, :, start:stop]
        ones = torch.ones_like(square[0, :, 0])
        square *= ((ones.triu() + ones.triu(1)) / 2)[:, None]
        square += square.permute(2, 3, 0, 1).clone()
