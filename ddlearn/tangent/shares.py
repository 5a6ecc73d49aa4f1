"""What the uses of a parameter contribute to the tangent kernel, from D = df/dz at each of them."""

from dataclasses import dataclass
from functools import reduce
from operator import add

import torch
from torch import Tensor

from ddlearn.tangent.passes import leaves
from ddlearn.tangent.uses import Use, pulled

TILE = 2**18
"""Entries of the kernel computed at a time: 2 MB of float64, which the processor's cache holds."""

FEW = 32
"""Rows of the kernel that are not worth parting."""

BUDGET = 2**22
"""Numbers of gradients or of patches held at a time, where those of one sample or one row of W are not more."""

LONG = 2**16
"""Columns contracted at a time: in float32, longer sums lose digits."""

ENTRY = 24
"""To write, multiply and add up an entry of the kernels of pairs takes as long as so many multiplications."""


@dataclass(eq=False)
class Factors:
    """A use's outer products: left factors L (A, n, T, groups, R), at the T positions where some slope is not zero."""

    use: Use
    L: Tensor
    kept: Tensor | slice
    tokens: Tensor | None

    def right(self, rows: slice = slice(None)) -> Tensor:
        """Return the right factors (n, T, groups, C) of some samples; of an embedding, C counts the tokens."""
        h = self.use.right(rows)
        h = h if self.tokens is None else (h[..., None] == self.tokens).to(self.L.dtype).unsqueeze(2)
        return h[:, self.kept]

    def gradients(self, R: slice) -> Tensor:
        """Return (n, A, groups, R, C), some rows of each sample's gradient, from the patches of a few at a time."""
        step = max(1, BUDGET // self.right(slice(1)).numel())
        parts = [slice(start, start + step) for start in range(0, self.use.n, step)]
        G = [torch.einsum("antgr,ntgc->nagrc", self.L[:, i, ..., R], self.right(i)) for i in parts]
        return torch.cat(G) if len(G) > 1 else G[0]


@torch.no_grad()
def add_share(K: Tensor, both: list[dict[Use, Tensor]], shares: dict[int, float]) -> None:
    """Add the share of one family to K (a, n, b, m), full or summed over outputs (a = b = 1).

    both has D (A, *size) of every use for A outputs: one dictionary for x and one for x2, or one alone if they are the
    same; then only entries on and above the diagonal are right. What a parameter gives is multiplied by its share.
    """
    chains = {use.chain for side in both for use in side}
    if len(chains) > 1 or None in chains:
        _add_gradients(K, both, shares)
        return
    kind, groups, *parameters = chains.pop()
    weight, bias = [shares[p[0]] if p else 0.0 for p in [*parameters, None]][:2]
    tokens = torch.cat([u.h().flatten() for side in both for u in side]).unique() if kind == "Embedding" else None
    sides = [[_factors(use, D, tokens) for use, D in side.items()] for side in both]
    T, T2 = (sum(part.L.shape[2] for part in side) for side in (sides[0], sides[-1]))
    (A, n, _, _, R), C, m = sides[0][0].L.shape, sides[0][0].right(slice(1)).shape[-1], K.shape[-1]
    if groups == 1 and pairs_are_cheaper(len(K), n, m, T, T2, A, R, C, len(sides) == 1):
        _add_pairs(K, sides, weight, bias)
        return
    step = max(1, BUDGET // (A * max(n, m) * groups * C))
    for r in range(0, R, step):
        G = [reduce(add, (part.gradients(slice(r, r + step)) for part in side)).flatten(2) for side in sides]
        add_products(K, G[0], G[-1], weight)
    if bias:
        G = [sum(part.L.sum(2).transpose(0, 1).flatten(2) for part in side) for side in sides]
        add_products(K, G[0], G[-1], bias)


def pairs_are_cheaper(a: int, n: int, m: int, T: int, T2: int, A: int, R: int, C: int, same: bool) -> bool:
    """Whether kernels of all pairs of T and T2 positions take less than gradients (R, C) of A outputs and products."""
    pairs = n * m * T * T2 * (a * A * R + C + a * a * ENTRY)
    gradients = (n * T + (0 if same else m * T2)) * A * R * C + n * m * a * A * R * C
    return pairs * (0.5 if same else 1) <= gradients


def add_products(K: Tensor, G: Tensor, G2: Tensor, share: float) -> None:
    """K (a, n, b, m) += share * sum over q of G (n, A, q) G2 (m, A, q), and over the outputs, too, if a = b = 1."""
    G, G2 = (g.flatten(1) if len(K) == 1 else g.transpose(0, 1).flatten(0, 1) for g in (G, G2))
    for g, g2 in zip(G.split(LONG, 1), G2.split(LONG, 1), strict=True):
        K.add_((g @ g2.T).view(K.shape), alpha=share)


def _factors(use: Use, D: Tensor, tokens: Tensor | None) -> Factors:
    L = use.left(D)
    kept = L[0, 0].flatten(1).any(1)
    if not kept.all():
        kept = L.transpose(0, 2).flatten(1).any(1)
    return Factors(use, L, slice(None), tokens) if kept.all() else Factors(use, L[:, :, kept], kept, tokens)


def _add_pairs(K: Tensor, sides: list[list[Factors]], weight: float, bias: float) -> None:
    """K += (weight h.h' + bias) (D_a.D_b'), summed over pairs of positions."""
    H = [torch.cat([part.right()[:, :, 0] for part in side], 1) for side in sides]  # (n, T, C)
    L = [torch.cat([part.L[:, :, :, 0] for part in side], 2) for side in sides]  # (A, n, T, R)
    L = [l.movedim(0, 2).flatten(2)[None] if len(K) == 1 else l for l in L]  # a sum over outputs is one of products
    (a, n, T, _), (m, T2, _) = L[0].shape, H[-1].shape
    step = max(1, min(TILE // max(1, a * a * m * T * T2), max(n // 8, FEW)))  # in one piece nothing would be mirrored
    for start in range(0, n, step):
        rows, first = slice(start, start + step), slice(start if len(sides) == 1 else 0, None)
        h = (H[0][rows].flatten(0, 1) @ H[-1][first].flatten(0, 1).T).mul_(weight).add_(bias)
        products = L[0][:, rows].flatten(0, 2) @ L[-1][:, first].flatten(0, 2).T
        block = K[:, rows, :, first]
        shape = block.shape[1], T, 1, block.shape[3], T2
        products = products.view(a, *shape[:2], a, *shape[3:]).mul_(h.view(shape))
        block += products[:, :, 0, ..., 0] if T * T2 == 1 else products.sum((2, 5))


def _add_gradients(K: Tensor, both: list[dict[Use, Tensor]], shares: dict[int, float]) -> None:
    """The same from every sample's gradient in each parameter, a few outputs at a time where they are summed."""
    uses = [(use, place) for side in both for use in side for place in use.roots]
    numbers = sum({p: t.numel() for use, place in uses for p, t in leaves(use.roots[place][0]).items()}.values())
    outputs = len(next(iter(both[0].values())))
    step = outputs if len(K) > 1 else max(1, BUDGET // (max(K.shape[1], K.shape[3]) * numbers))
    for a in range(0, outputs, step):
        G = [{} for _ in both]
        for found, side in zip(G, both, strict=True):
            for use, place in [one for one in uses if one[0] in side]:
                for p, g in pulled(use, place, use.gradient(place, side[use][a : a + step])).items():
                    found[p] = found[p] + g if p in found else g
        for p in G[0].keys() & G[-1].keys():
            add_products(K, G[0][p].transpose(0, 1), G[-1][p].transpose(0, 1), shares[p])
