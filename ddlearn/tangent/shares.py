"""What the uses of a parameter contribute to the tangent kernel, from D = df/dz at each of them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn.tangent.uses import Use, leaves, pulled

TILE = 2**18
"""Entries of the kernel computed at a time: 2 MB of float64, which the processor's cache holds."""

FEW = 32
"""Rows of the kernel that are not worth parting."""

BUDGET = 2**22
"""Numbers of D, of gradients or of patches held at a time, where one output or one sample does not take more."""

LONG = 2**16
"""Columns contracted at a time: in float32, longer sums lose digits."""

ENTRY = 24
"""To write, multiply and add up an entry of the kernels of pairs takes as long as so many multiplications."""


@dataclass(eq=False)
class Factors:
    """One use's outer products: left factors L (A, n, T, groups, R), at the T positions where not all are zero."""

    use: Use
    L: Tensor
    kept: Tensor | slice
    factors: dict[int, float]
    tokens: Tensor | None = None

    def right(self, rows: slice = slice(None)) -> Tensor:
        """Return the right factors (n, T, groups, C) of some samples."""
        h = self.use.right(rows, self.factors)
        if self.tokens is not None:
            h = (h[..., None] == self.tokens).to(self.L.dtype).unsqueeze(2)
        return h[:, self.kept]

    def gradients(self, R: slice) -> Tensor:
        """Return (A, n, groups, R, C): some rows of every sample's gradient, the patches of a few samples at a time."""
        n, T, groups, C = len(self.L[0]), self.L.shape[2], self.L.shape[3], self.right(slice(1)).shape[-1]
        step = max(1, BUDGET // (T * groups * C))
        parts = [slice(start, start + step) for start in range(0, n, step)]
        return torch.cat(
            [torch.einsum("antgr,ntgc->angrc", self.L[:, i, ..., R], self.right(i)) for i in parts], dim=1
        )


def families(uses: list[Use]) -> list[tuple[set[int], list[Use]]]:
    """Uses that share a parameter, together, and the ids of all parameters of theirs."""
    found = []
    for use in uses:
        ids, members = {p for node, _ in use.roots.values() for p in leaves(node)}, [use]
        for family in [one for one in found if one[0] & ids]:
            found.remove(family)
            ids, members = ids | family[0], family[1] + members
        found.append((ids, members))
    return found


@torch.no_grad()
def add_share(K: Tensor, both: list[dict[Use, Tensor]], factors: dict[int, float]) -> None:
    """Add the share of one family to K (a, n, b, m), full or summed over outputs (a = b = 1).

    both has D (A, *size) of every use for A outputs: one dictionary for x and one for x2, or one alone if they are the
    same; then only entries on and above the diagonal are right. factors are by parameter, for each of its gradients.
    """
    chains = {use.chain for side in both for use in side}
    if len(chains) > 1 or None in chains:
        return _add_gradients(K, both, factors)
    sides = [[_factors(use, D, factors) for use, D in side.items()] for side in both]
    if next(iter(chains))[0] == "Embedding":
        tokens = torch.cat([part.use.h().flatten() for side in sides for part in side]).unique()
        for part in [part for side in sides for part in side]:
            part.tokens = tokens
    T, T2 = (sum(part.L.shape[2] for part in side) for side in (sides[0], sides[-1]))
    A, n, _, groups, R = sides[0][0].L.shape
    C, a, m = sides[0][0].right(slice(1)).shape[-1], len(K), K.shape[-1]
    if groups == 1 and pairs_are_cheaper(a, n, m, T, T2, A, R, C, len(sides) == 1):
        return _add_pairs(K, sides)
    step = max(1, BUDGET // (A * max(n, m) * groups * C))
    for r in range(0, R, step):
        rows = [sum(part.gradients(slice(r, r + step)) for part in side).flatten(2) for side in sides]
        add_products(K, rows[0], rows[-1])


def pairs_are_cheaper(a: int, n: int, m: int, T: int, T2: int, A: int, R: int, C: int, same: bool) -> bool:
    """Whether kernels of all pairs of T and T2 positions take less than gradients (R, C) of A outputs and products."""
    pairs = n * m * T * T2 * (a * A * R + C + a * a * ENTRY)
    gradients = (n * T + (0 if same else m * T2)) * A * R * C + n * m * a * A * R * C
    return pairs * (0.5 if same else 1) <= gradients


def add_products(K: Tensor, G: Tensor, G2: Tensor) -> None:
    """K (a, n, b, m) += sum over q of G (A, n, q) G2 (A, m, q), and over the outputs, too, if a = b = 1."""
    for g, g2 in zip(G.split(LONG, -1), G2.split(LONG, -1), strict=True):
        g, g2 = (t.transpose(0, 1).flatten(1) if len(K) == 1 else t.flatten(0, 1) for t in (g, g2))
        K += (g @ g2.T).view(K.shape)


def _factors(use: Use, D: Tensor, factors: dict[int, float]) -> Factors:
    L = use.left(D)
    kept = L.any(0).any(0).flatten(1).any(1)
    kept = slice(None) if kept.all() else kept
    return Factors(use, L[:, :, kept], kept, factors)


def _add_pairs(K: Tensor, sides: list[list[Factors]]) -> None:
    """K += (h.h') (D_a.D_b'), summed over pairs of positions."""
    H = [torch.cat([part.right()[:, :, 0] for part in side], 1) for side in sides]  # (n, T, C)
    L = [torch.cat([part.L[:, :, :, 0] for part in side], 2) for side in sides]  # (A, n, T, R)
    L = [l.movedim(0, 2).flatten(2)[None] if len(K) == 1 else l for l in L]  # a sum over outputs is one of products
    (a, n, T, _), (m, T2, _) = L[0].shape, H[-1].shape
    step = max(1, min(TILE // max(1, a * a * m * T * T2), max(n // 8, FEW)))  # in one piece nothing would be mirrored
    for start in range(0, n, step):
        rows, first = slice(start, start + step), slice(start if len(sides) == 1 else 0, None)
        h = H[0][rows].flatten(0, 1) @ H[-1][first].flatten(0, 1).T
        products = L[0][:, rows].flatten(0, 2) @ L[-1][:, first].flatten(0, 2).T
        block = K[:, rows, :, first]
        shape = block.shape[1], T, 1, block.shape[3], T2
        products = products.view(a, *shape[:2], a, *shape[3:]).mul_(h.view(shape))
        block += products[:, :, 0, ..., 0] if T * T2 == 1 else products.sum((2, 5))


def _add_gradients(K: Tensor, both: list[dict[Use, Tensor]], factors: dict[int, float]) -> None:
    """The same from every sample's gradient in each parameter, a few outputs at a time where they are summed."""
    outputs = len(next(iter(both[0].values())))
    every = {p: t.numel() for side in both for use in side for node, _ in use.roots.values() for p, t in leaves(node).items()}
    step = outputs if len(K) > 1 else max(1, BUDGET // (max(K.shape[1], K.shape[3]) * sum(every.values())))
    for a in range(0, outputs, step):
        G = []
        for side in both:
            of_side = {}
            for use, D in side.items():
                for place in use.roots:
                    for p, g in pulled(use, place, use.gradient(place, D[a : a + step])).items():
                        of_side[p] = of_side[p] + g if p in of_side else g
            G.append(of_side)
        for p in G[0].keys() & G[-1].keys():
            add_products(K, factors[p] ** 2 * G[0][p], G[-1][p])
