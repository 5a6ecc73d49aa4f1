"""Where a net uses its parameters, and what each sample's gradient is there, read off autograd's graph.

Whatever a layer is called and whoever wrote it, the graph has a node for each operation that joins a weight with the
samples. With D = df_a/dz, the slope of one output at the node's result z, and what the node saved for its way back,
every sample's own gradient can be written down:

    z = W h, at T positions of a sample      the sum over positions of the outer products D_p h_p'
    a convolution                            the same, h_p the patch of the input under position p
    an embedding                             the same, h_p the unit vector of token p
    z = w * h + b of other shapes, norms     D, times what w was multiplied with, summed over all that shared it

A node joins samples with parameters if its result has another shape for fewer samples, and one of its inputs has not.
What is none of these is left to plain autograd.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, Node
from torch.nn import functional as F

from ddlearn.tangent.passes import close, graph, leaves

OUTER = {"Mm": "self", "Addmm": "mat1", "Convolution": "input", "Embedding": "indices"}
"""Operations whose gradient is a sum of outer products, and the name under which they save h."""

BY_ENTRY = ("Add", "Sub", "Mul", "Div")
"""Operations whose way back, as autograd has it, leaves each sample's slopes by themselves."""

CHANNELS = ("Convolution", "NativeGroupNorm", "NativeBatchNorm")
"""Operations whose parameters lie along the axis behind that of the samples."""

PLACES = {"Mm": (1,), "Addmm": (2, 0), "Convolution": (1, 2), "Embedding": (0,), "Expand": (0,), "Repeat": (0,)}
PLACES |= dict.fromkeys(BY_ENTRY, (0, 1))
PLACES |= dict.fromkeys(("NativeLayerNorm", "NativeGroupNorm", "NativeBatchNorm"), (1, 2))
"""Which inputs of an operation may hold parameters, the weight before the bias."""

Root = tuple[Node, int]
"""A tensor that is computed from parameters alone: a node and which of its results."""


@dataclass(eq=False)
class Use:
    """A node, its roots by their place among its inputs, and where in its result the n samples are.

    Along `axis`, counted from the end, the result has `before` blocks of n samples, each sample in as many rows.
    """

    node: Node
    n: int
    roots: dict[int, Root]
    axis: int = -1
    before: int = 1

    def __post_init__(self) -> None:
        self.kind, self.size, self.dtype = _kind(self.node), _sizes(self.node)[0], self.node._input_metadata[0].dtype
        convolves = self.kind == "Convolution"
        self.groups, self.transposed = (self.saved("groups"), self.saved("transposed")) if convolves else (1, False)
        self.weight = self.roots.get(PLACES[self.kind][0]) if self.kind in OUTER else None

    def saved(self, name: str) -> object:
        return getattr(self.node, f"_saved_{name}")

    @property
    def chain(self) -> tuple | None:
        """Uses with one chain multiply the same weights, position by position; None if it is not so simple."""
        if not self.weight or self.transposed or not all(map(_leaf, self.roots.values())):
            return None
        return self.kind, self.groups, *(_leaf(self.roots.get(p)) for p in PLACES[self.kind])

    def matrix(self) -> Tensor | None:
        """The W (R, C) of a linear layer, None for others and where W is computed from other parameters."""
        leaf = _leaf(self.weight) if self.kind in ("Mm", "Addmm") else None
        if leaf is None:
            return None
        [W] = leaves(self.weight[0]).values()
        return W.detach() if leaf[1] else W.detach().T

    def by_sample(self, t: Tensor) -> Tensor:
        """t (..., *size) -> (..., n, *rest): samples in front, and the other factors of their axis in its place."""
        t = t.unflatten(self.axis, (self.before, self.n, -1)).movedim(self.axis - 1, t.ndim - len(self.size))
        return t.flatten(self.axis - 1, self.axis)

    def h(self) -> Tensor:
        """What the weight was multiplied with: (n, T, C) in a linear layer, (n, t, C, ...) in a convolution, tokens."""
        h = self.saved(OUTER[self.kind])
        return self.by_sample(h[..., None]).flatten(1) if self.kind == "Embedding" else self.by_sample(h)

    def left(self, D: Tensor) -> Tensor:
        """The left factors of the outer products, (A, n, T, groups, R), from D (A, *size) of A outputs."""
        if self.kind == "Convolution":
            return self._pixels(self.by_sample(D))
        L = self.by_sample(D).flatten(2, -2)
        if self.kind == "Embedding":  # the row of the padding is not trained
            L = L * (self.h() != self.saved("padding_idx"))[..., None]
        return L.unsqueeze(3)

    def right(self, rows: slice, tokens: Tensor | None = None) -> Tensor:
        """The right factors (n, T, groups, C) of some samples: what the weight saw; of an embedding, which token."""
        h = self.h()[rows]
        if self.kind == "Convolution":
            return self._patches(h)
        return (h if self.kind != "Embedding" else (h[..., None] == tokens).to(self.dtype)).unsqueeze(2)

    def gradient(self, place: int, D: Tensor) -> Tensor:
        """Every sample's gradient in the root at that place, (A, n, *its shape)."""
        shape = _shape(self.roots[place])
        if self.roots[place] is not self.weight:
            g = self.by_sample(self.unsummed(place, D))
            shared = (*shape, *[1] * (g.ndim - 4)) if self.kind in CHANNELS else shape
            g = g.sum_to_size(*g.shape[:2], *[1] * (g.ndim - 2 - len(shared)), *shared)
        elif self.transposed:
            patches = self._patches(self.by_sample(D).flatten(0, 1)).unflatten(0, (len(D), -1))
            g = torch.einsum("ntgr,antgc->angrc", self._pixels(self.h()[None])[0], patches)
        elif self.kind == "Embedding":  # a sum of rows; of one-hot factors there would be as many as words
            g = D.new_zeros(len(D), self.n * shape[0], shape[1])
            tokens = self.h() + shape[0] * torch.arange(self.n, device=D.device)[:, None]
            g.index_add_(1, tokens.flatten(), self.left(D).flatten(1, 3))
        else:
            g = torch.einsum("antgr,ntgc->angrc", self.left(D), self.right(slice(None)))
            g = g if self.kind == "Convolution" else g.mT
        return g.reshape(len(D), self.n, *shape)

    def unsummed(self, place: int, D: Tensor) -> Tensor:
        """The gradient in the input at that place before it is summed over all that shared it, of the shape of D."""
        if self.kind in BY_ENTRY:
            return self.node(D)[place]
        if not self.kind.startswith("Native") or place == 2:
            return D
        h = self.saved("input")
        if self.kind == "NativeLayerNorm":
            return D * ((h - self.saved("result1")) * self.saved("result2"))
        if self.kind == "NativeGroupNorm":
            mean, scale = (self.saved(name)[..., None] for name in ("result1", "result2"))
            return D * ((h.reshape(*mean.shape[:2], -1) - mean) * scale).view(h.shape)
        mean, scale = self.saved("running_mean"), (self.saved("running_var") + self.saved("eps")).rsqrt()
        return D * ((h.transpose(1, -1) - mean) * scale).transpose(1, -1)

    def witness(self) -> Tensor:
        """Numbers by which samples are told apart, (n, ...); all the same where the node saved none."""
        if self.weight:
            return self.h()
        ones = torch.ones(self.size, dtype=self.dtype, device=self.node._input_metadata[0].device)
        with torch.no_grad():
            return self.by_sample(self.unsummed(next(iter(self.roots)), ones))

    def _pixels(self, t: Tensor) -> Tensor:
        """t (A, n, t, C, ...) -> (A, n, T, groups, C / groups), T counting all pixels of a sample."""
        return t.flatten(4).transpose(3, 4).flatten(2, 3).unflatten(3, (self.groups, -1))

    def _patches(self, t: Tensor) -> Tensor:
        """t (n, t, C, ...) -> (n, T, groups, C / groups * size): what the weight saw, at each of its T positions."""
        n, size = len(t), _shape(self.weight)[2:]
        t = F.pad(t.flatten(0, 1), [p for p in reversed(self.saved("padding")) for _ in range(2)])
        steps = zip(size, self.saved("stride"), self.saved("dilation"), strict=True)
        for axis, (k, step, apart) in enumerate(steps, 2):
            t = t.unfold(axis, apart * (k - 1) + 1, step)[..., ::apart]
            if self.transposed:
                t = t.narrow(axis, 0, self.saved("input").shape[axis])
        space = len(size)
        t = t.unflatten(1, (self.groups, -1)).movedim((1, 2), (1 + space, 2 + space))
        return t.flatten(2 + space).flatten(1, space).unflatten(0, (n, -1)).flatten(1, 2)


Family = tuple[set[int], list[Use]]
"""Parameters, by their ids, and the uses of any of them."""


def find_uses(f: Tensor, apart: Tensor, rows: Tensor, trained: set[int]) -> tuple[list[Family], set[int]]:
    """The uses of parameters in f (n, k), those that share one together, and the ids of parameters that have others.

    apart (m, k) is the output of x[rows] alone, with m other than n: what has another shape there holds samples.
    """
    nodes, twins = graph(f.grad_fn), graph(apart.grad_fn)
    if list(map(_kind, nodes)) != list(map(_kind, twins)):
        return [], trained
    samples, families, plain = set(), [], set()
    for node, twin in zip(nodes, twins, strict=True):
        below = list(enumerate(node.next_functions))
        if _sizes(node) == _sizes(twin) and not any(child in samples for _, (child, _) in below):
            continue
        samples.add(node)
        roots = {i: root for i, root in below if root[0] not in samples and trained.intersection(leaves(root[0]))}
        if roots:
            ids = {p for root, _ in roots.values() for p in leaves(root)}
            use = Use(node, len(f), roots)
            if use.dtype != f.dtype or not _is_placed(use, Use(twin, len(rows), roots), rows):
                plain |= ids
                continue
            members = [use]
            for family in [one for one in families if one[0] & ids]:
                families.remove(family)
                ids, members = ids | family[0], family[1] + members
            families.append((ids, members))
    return families, plain


def slopes_at(f: Tensor, uses: list[Use], mixtures: Tensor) -> dict[Use, Tensor]:
    """The slope of each mixture (A, k) of the outputs at every use, (A, *size), for all samples in one pass back."""
    D = {use: f.new_empty(len(mixtures), *use.size) for use in uses}
    for i, mixed in enumerate(mixtures if uses else ()):
        edges = [GradientEdge(use.node, 0) for use in uses]
        found = torch.autograd.grad(f, edges, mixed.expand(f.shape), retain_graph=True, allow_unused=True)
        for use, slope in zip(uses, found, strict=True):
            D[use][i] = 0 if slope is None else slope
    return D


def pulled(use: Use, place: int, g: Tensor) -> dict[int, Tensor]:
    """Gradients (A, n, *shape) in a root as those in the parameters below it, {id: (A, n, numbers)}."""
    node, which = use.roots[place]
    if leaf := _leaf((node, which)):
        return {leaf[0]: (g.mT if leaf[1] else g).flatten(2)}
    below = leaves(node)
    found = torch.autograd.grad(
        GradientEdge(node, which), list(below.values()), g.flatten(0, 1), retain_graph=True, allow_unused=True,
        is_grads_batched=True,
    )  # fmt: skip
    return {p: t.reshape(*g.shape[:2], -1) for p, t in zip(below, found, strict=True) if t is not None}


def _is_placed(use: Use, other: Use, rows: Tensor) -> bool:
    """Whether a use is of a known kind and its samples are found: where its twin's rows are those of the node."""
    differs = [d - len(use.size) for d, (s, t) in enumerate(zip(use.size, other.size, strict=False)) if s != t]
    if not set(use.roots) <= set(PLACES.get(use.kind, ())) or len(use.size) != len(other.size) or len(differs) != 1:
        return False
    use.axis = other.axis = differs[0]
    if use.size[use.axis] * other.n != other.size[use.axis] * use.n:
        return False
    times = use.size[use.axis] // use.n
    for before in [b for b in range(1, times + 1) if times % b == 0]:
        use.before = other.before = before
        try:
            seen, again = use.witness(), other.witness()
        except RuntimeError:  # what was saved has been changed in place
            return False
        if times == 1 or close(seen[rows].double(), again.double()):
            return True
    return False


def _kind(node: Node) -> str:
    return type(node).__name__.removesuffix("Backward0")


def _sizes(node: Node) -> list[torch.Size]:
    """The shapes of what a node computed, or of a leaf."""
    return [node.variable.shape] if hasattr(node, "variable") else [torch.Size(m.shape) for m in node._input_metadata]


def _shape(root: Root) -> torch.Size:
    return _sizes(root[0])[root[1]]


def _leaf(root: Root | None) -> tuple[int, bool] | None:
    """The id of a parameter that is a root itself, or transposed, and which; None for anything else."""
    if root is None:
        return None
    node = root[0]
    turned = _kind(node) == "T"
    node = node.next_functions[0][0] if turned else node
    return (id(node.variable), turned) if hasattr(node, "variable") else None
