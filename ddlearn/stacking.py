"""Many small nets as one large computation: a stack, its forward pass, and its gradient by hand.

Small nets waste a machine: most of a training step goes into starting operations, not into arithmetic. E nets that see
the same n inputs need one matrix product a layer, not E. Their weights stand in one array V (E, out, in), their biases
in c (E, out, 1); a net narrower than its neighbors is filled up with idle units, whose weights are all 0. As every
activation keeps 0 at 0, an idle unit's output is 0, so is its gradient, and it never moves: filling up changes nothing.

V = s W and c = t b: the scales of the parametrization are folded in, so a layer is z = V h + c. Points are columns: h
is (E, units, n). With O the outputs and D = dL/dO, backwards through a layer and the activation below it:

    dL/dV = D h'        dL/dc = D 1        D <- (V' D) * phi'(z)

All parameters of a stack are one vector, theta: an optimizer's step is a few operations, however many nets and layers.
"""

import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ddlearn.networks import MLP, Layer, Parameters

__all__ = ["LOSSES", "PASSES", "Stack", "stacks"]

CACHE = {"cpu": 2**20, "cuda": 2**31}
"""Bytes of a layer's activations in a stack: what the processor's cache holds beside the rest, or plenty of memory."""

IDLE = {"cpu": 2**14, "cuda": 2**22}
"""Idle units times points worth computing to save a stack of its own: as long as it takes to start a step."""


LOSSES: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Tensor, Tensor], Tensor]]] = {
    # half the mean squared error, 1/(2nk) |O - y|^2
    "mse": (
        lambda O, y: (O - y).square_().mean((1, 2)) / 2,
        lambda O, y: O.sub_(y).mul_(1 / (O.shape[1] * O.shape[2])),
    ),
    # -1/n sum y log softmax(O)
    "cross-entropy": (
        lambda O, y: -(y * O.log_softmax(1)).sum(1).mean(1),
        lambda O, y: (O.softmax(1) - y).div_(O.shape[2]),
    ),
    # 1/(nk) sum log(1 + exp(-y O)), y of signs
    "logistic": (
        lambda O, y: torch.nn.functional.softplus(-y * O).mean((1, 2)),
        lambda O, y: O.mul_(-y).sigmoid_().mul_(y).mul_(-1 / (O.shape[1] * O.shape[2])),
    ),
}
"""Each net's loss (E,), and its slope dL/dO, of outputs (E, k, n) and targets (E or 1, k, n): points are columns."""

# In place, and with torch's own backward passes: `D * (h > 0)` alone takes ten times as long as relu's.
PASSES: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor, Tensor, Tensor], Tensor]]] = {
    "relu": (torch.relu_, lambda D, z, h: torch.ops.aten.threshold_backward.grad_input(D, h, 0, grad_input=D)),
    "erf": (torch.erf, lambda D, z, h: D.mul_(z.square().neg_().exp_()).mul_(2 / math.pi**0.5)),
    "tanh": (torch.tanh_, lambda D, z, h: torch.ops.aten.tanh_backward.grad_input(D, h, grad_input=D)),
    "linear": (lambda z: z, lambda D, z, h: D),
}
"""h = phi(z), which may overwrite z where its slope can be told from h, and D * phi'(z), which overwrites D."""


class Stack:
    """E nets of one activation and depth, with the same inputs and outputs, as one vector `theta` of parameters."""

    def __init__(self, nets: Sequence[MLP], parameters: Sequence[Parameters]) -> None:
        self.nets = nets
        self._widest = [max(widths) for widths in zip(*(net.widths for net in nets), strict=True)]
        size = sum(len(nets) * m * (n + 1) for n, m in itertools.pairwise(self._widest))
        self.theta = parameters[0][0][0].new_zeros(size)
        self.gradient = torch.zeros_like(self.theta)
        self._layers, self._slopes = self._views(self.theta), self._views(self.gradient)
        self._phi, self._back = PASSES[nets[0].activation]
        self._memory: dict[int, list[tuple[Tensor, Tensor]]] = {}
        for e, (net, pairs) in enumerate(zip(nets, parameters, strict=True)):
            for (V, c), layer, (W, b) in zip(self._layers, net.layers, pairs, strict=True):
                m, n = W.shape
                V[e, :m, :n] = layer.weight_scale * W
                if b is not None:
                    c[e, :m, 0] = layer.bias_scale * b

    def parameters(self, e: int) -> Parameters:
        """Return W and b of net e as they are now, in its own widths and its own parametrization."""
        net, pairs = self.nets[e], []
        for (V, c), layer, (n, m) in zip(self._layers, net.layers, itertools.pairwise(net.widths), strict=True):
            b = c[e, :m, 0] / layer.bias_scale if layer.bias_scale > 0 else None
            pairs.append((V[e, :m, :n] / layer.weight_scale, b))
        return tuple(pairs)

    def spread(self, weight: Callable[[int, Layer], float], bias: Callable[[int, Layer], float]) -> Tensor:
        """A vector like theta: of each net and layer one number for its weights and one for its biases, 0 if none."""
        vector = torch.empty_like(self.theta)
        for l, (V, c) in enumerate(self._views(vector)):
            rows = [net.layers[l] for net in self.nets]
            V.copy_(V.new_tensor([weight(e, row) for e, row in enumerate(rows)])[:, None, None])
            biases = [bias(e, row) if row.bias_scale > 0 else 0.0 for e, row in enumerate(rows)]
            c.copy_(c.new_tensor(biases)[:, None, None])
        return vector

    def outputs(self, x: Tensor) -> Tensor:
        """O (E, k, n) for inputs x, (n, d) for all nets or (E, n, d) for each its own; overwritten by the next call."""
        return self._forward(x)[1]

    def find_gradient(self, x: Tensor, y: Tensor, slope: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """dL/dtheta for the loss with that slope, y (E or 1, k, n): the vector `gradient`, overwritten by each call."""
        hidden, O = self._forward(x)
        space = self._space(x.shape[-2])
        D = slope(O, y)
        for l in range(len(self._layers) - 1, 0, -1):
            V, (dV, dc) = self._layers[l][0], self._slopes[l]
            z, h = hidden[l - 1]
            torch.bmm(D, h.mT, out=dV)
            torch.sum(D, -1, keepdim=True, out=dc)
            D = self._back(torch.bmm(V.mT, D, out=space[l - 1][1]), z, h)
        dV, dc = self._slopes[0]
        if x.ndim == 2:  # One product for all nets: (E out, n) @ (n, d).
            torch.mm(D.flatten(0, 1), x, out=dV.flatten(0, 1))
        else:
            torch.bmm(D, x, out=dV)
        torch.sum(D, -1, keepdim=True, out=dc)
        return self.gradient

    def _forward(self, x: Tensor) -> tuple[list[tuple[Tensor, Tensor]], Tensor]:
        """(z, h) of each hidden layer, and the outputs."""
        h, hidden = x.mT, []
        for l, ((V, c), (z, _)) in enumerate(zip(self._layers, self._space(x.shape[-2]), strict=True)):
            if h.ndim == 2:  # One product for all nets: (E out, d) @ (d, n).
                torch.addmm(c.flatten(0, 1), V.flatten(0, 1), h, out=z.flatten(0, 1))
            else:
                torch.baddbmm(c, V, h, out=z)
            if l < len(self._layers) - 1:
                h = self._phi(z)
                hidden.append((z, h))
        return hidden, z

    def _space(self, points: int) -> list[tuple[Tensor, Tensor]]:
        """Memory for z and D of each layer, kept from step to step: to ask for it anew is slower than to fill it."""
        if points not in self._memory:
            shapes = [(*V.shape[:2], points) for V, _ in self._layers]
            self._memory[points] = [(self.theta.new_empty(shape), self.theta.new_empty(shape)) for shape in shapes]
        return self._memory[points]

    def _views(self, flat: Tensor) -> list[tuple[Tensor, Tensor]]:
        """(V, c) of each layer, as views into one vector."""
        E, pairs = len(self.nets), []
        for n, m in itertools.pairwise(self._widest):
            V, c, flat = flat.split([E * m * n, E * m, len(flat) - E * m * (n + 1)])
            pairs.append((V.view(E, m, n), c.view(E, m, 1)))
        return pairs


def stacks(nets: Sequence[MLP], points: int, like: Tensor) -> list[list[int]]:
    """Return which nets to stack, by their numbers, for steps on that many points, in `like`'s precision on its device.

    Nets of one activation and depth are sorted by width, and a stack is closed where the next net would need more
    memory than the cache has, or more idle units than a stack of its own costs.
    """

    def hidden(i: int) -> tuple[int, ...]:
        return nets[i].widths[1:-1]

    cache = CACHE.get(like.device.type, CACHE["cpu"]) // like.element_size()
    idle = IDLE.get(like.device.type, IDLE["cpu"])
    parts: list[list[int]] = []
    for i in sorted(range(len(nets)), key=lambda i: (nets[i].activation, nets[i].depth, hidden(i))):
        last = parts[-1] if parts else []
        if last and (nets[last[0]].activation, nets[last[0]].depth) == (nets[i].activation, nets[i].depth):
            together = [*last, i]
            widest = [max(widths) for widths in zip(*map(hidden, together), strict=True)]
            units, used = len(together) * sum(widest), sum(sum(hidden(j)) for j in together)
            if len(together) * max(widest, default=0) * points <= cache and (units - used) * points <= idle:
                last.append(i)
                continue
        parts.append([i])
    return parts
