"""What the uses of a parameter contribute to the tangent kernel, from D = df/dz at each of them."""

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


class Factors:
    """A use's outer products: left factors L (A, n, T, groups, R), at the T positions where some slope is not zero."""

    def __init__(self, use: Use, D: Tensor, tokens: Tensor | None) -> None:
        L = use.left(D)
        kept = L[0, 0].flatten(1).any(1)
        if not kept.all():
            kept = L.transpose(0, 2).flatten(1).any(1)
        self.use, self.tokens, self.kept = use, tokens, slice(None) if kept.all() else kept
        self.L = L if kept.all() else L[:, :, kept]

    def right(self, rows: slice = slice(None)) -> Tensor:
        """Return the right factors (n, T, groups, C) of some samples; of an embedding, C counts the tokens."""
        return self.use.right(rows, self.tokens)[:, self.kept]

    def gradients(self, R: slice) -> Tensor:
        """Return (n, A, groups, R, C), some rows of each sample's gradient, from the patches of a few at a time."""
        step = max(1, BUDGET // self.right(slice(1)).numel())
        parts = [slice(start, start + step) for start in range(0, self.use.n, step)]
        G = [torch.einsum("antgr,ntgc->nagrc", self.L[:, i, ..., R], self.right(i)) for i in parts]
        return torch.cat(G) if len(G) > 1 else G[0]


@torch.no_grad()
def add_share(K: Tensor, found: dict[Use, Tensor], shares: dict[int, float]) -> None:
    """Add the share of one family to K (a, n, b, m), full or summed over outputs (a = b = 1).

    found has D (A, *size) of every use for A outputs. Of the samples, the first n belong to the rows of K and the last
    m to its columns; where they overlap, they are the same, and only entries on and above the diagonal are right. What
    a parameter gives is multiplied by its share.
    """
    chains = {use.chain for use in found}
    if len(chains) > 1 or None in chains:
        _add_gradients(K, found, shares)
        return
    kind, groups, *parameters = chains.pop()
    weight, bias = [shares[p[0]] if p else 0.0 for p in [*parameters, None]][:2]
    tokens = torch.cat([use.h().flatten() for use in found]).unique() if kind == "Embedding" else None
    parts = [Factors(use, D, tokens) for use, D in found.items()]
    (A, N, _, _, R), C, n, m = parts[0].L.shape, parts[0].right(slice(1)).shape[-1], K.shape[1], K.shape[3]
    T = sum(part.L.shape[2] for part in parts)
    if groups == 1 and pairs_are_cheaper(len(K), n, m, T, A, R, C, n + m > N):
        _add_pairs(K, parts, weight, bias)
        return
    step = max(1, BUDGET // (A * max(n, m) * groups * C))
    for r in range(0, R, step):
        G = reduce(add, (part.gradients(slice(r, r + step)) for part in parts)).flatten(2)
        add_products(K, G, G, weight)
    if bias:
        G = sum(part.L.sum(2).transpose(0, 1).flatten(2) for part in parts)
        add_products(K, G, G, bias)


def pairs_are_cheaper(a: int, n: int, m: int, T: int, A: int, R: int, C: int, same: bool) -> bool:
    """Whether kernels of all pairs of T positions take less than gradients (R, C) of A outputs and their products."""
    pairs = n * m * T * T * (a * A * R + C + a * a * ENTRY)
    gradients = (n + (0 if same else m)) * T * A * R * C + n * m * a * A * R * C
    return pairs * (0.5 if same else 1) <= gradients


def add_products(K: Tensor, G: Tensor, G2: Tensor, share: float) -> None:
    """K (a, n, b, m) += share * sum over q of G (n, A, q) G2 (m, A, q), and over the outputs, too, if a = b = 1.

    Of G the first n rows are taken, and of G2 the last m.
    """
    G, G2 = G[: K.shape[1]], G2[-K.shape[3] :]
    G, G2 = (g.flatten(1) if len(K) == 1 else g.transpose(0, 1).flatten(0, 1) for g in (G, G2))
    for g, g2 in zip(G.split(LONG, 1), G2.split(LONG, 1), strict=True):
        K.add_((g @ g2.T).view(K.shape), alpha=share)


def _add_pairs(K: Tensor, parts: list[Factors], weight: float, bias: float) -> None:
    """K += (weight h.h' + bias) (D_a.D_b'), summed over pairs of positions."""
    H = torch.cat([part.right()[:, :, 0] for part in parts], 1)  # (N, T, C)
    L = torch.cat([part.L[:, :, :, 0] for part in parts], 2)  # (A, N, T, R)
    L = L.movedim(0, 2).flatten(2)[None] if len(K) == 1 else L  # a sum over outputs is one of products
    (a, n, _, m), T = K.shape, H.shape[1]
    step = max(1, min(TILE // max(1, a * a * m * T * T), max(n // 8, FEW)))  # in one piece nothing would be mirrored
    for start in range(0, n, step):
        rows, first = slice(start, min(start + step, n)), start if n + m > len(H) else 0
        h = (H[rows].flatten(0, 1) @ H[-m:][first:].flatten(0, 1).T).mul_(weight).add_(bias)
        products = L[:, rows].flatten(0, 2) @ L[:, -m:][:, first:].flatten(0, 2).T
        block = K[:, rows, :, first:]
        shape = block.shape[1], T, 1, block.shape[3], T
        products = products.view(a, *shape[:2], a, *shape[3:]).mul_(h.view(shape))
        block += products[:, :, 0, ..., 0] if T == 1 else products.sum((2, 5))


def _add_gradients(K: Tensor, found: dict[Use, Tensor], shares: dict[int, float]) -> None:
    """The same from every sample's gradient in each parameter, a few outputs at a time where they are summed."""
    places = [(use, place) for use in found for place in use.roots]
    numbers = sum({p: t.numel() for use, place in places for p, t in leaves(use.roots[place][0]).items()}.values())
    outputs = len(next(iter(found.values())))
    step = outputs if len(K) > 1 else max(1, BUDGET // (max(K.shape[1], K.shape[3]) * numbers))
    for a in range(0, outputs, step):
        G = {}
        for use, place in places:
            for p, g in pulled(use, place, use.gradient(place, found[use][a : a + step])).items():
                G[p] = G[p] + g.transpose(0, 1) if p in G else g.transpose(0, 1)
        for p, g in G.items():
            add_products(K, g, g, shares[p])
