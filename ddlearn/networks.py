"""Nets of finite width, and the three ways to scale them: which one is chosen decides what a wide net can learn.

A layer with n inputs and m outputs maps h to z = s W h + t b and then applies the activation; the last layer, the
readout, applies none. s and t are fixed numbers. Entries of W and b are drawn from N(0, sigma^2) and trained with the
learning rate times a factor, its rate. Scale, sigma and rate together are the parametrization:

    layer              scale of W    sigma of W     rate of W    rate of W, Adam    scale, sigma, rate of b
    standard, any      1             W_std/sqrt(n)  1            1                  1, b_std, 1
    ntk, any           W_std/sqrt(n) 1              1            1                  b_std, 1, 1
    mup, first         1             W_std/sqrt(n)  m            1                  1, b_std, m
    mup, hidden        1             W_std/sqrt(n)  m/n          1/n                1, b_std, m
    mup, readout       1/n           1              n            1                  1, b_std, 1

A standard and an ntk net are the same function at the start and learn at different speeds. In both, the wider the net,
the less each weight moves ("ntk": Jacot, Gabriel and Hongler 2018). In mup, the mean-field scaling, weights and
features move as much at any width (Mei, Montanari and Nguyen 2018 for one hidden layer; Yang and Hu 2021 for any
depth). A mup net without a hidden layer has no width to scale with: it is a standard one. Rates multiply the gradient,
before momentum; the rates for Adam, which forgets the size of a gradient, multiply the step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["ACTIVATIONS", "MLP", "PARAMETRIZATIONS", "Layer", "Parameters"]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "erf": torch.erf,
    "tanh": torch.tanh,
    "linear": lambda z: z,
}
"""Each keeps 0 at 0: a unit whose weights are all 0 stays idle for ever, whatever its net learns."""

PARAMETRIZATIONS = ("standard", "ntk", "mup")

Parameters = tuple[tuple[Tensor, Tensor | None], ...]
"""(W, b) of each layer: W (out, in), b (out,) or None. Of E nets of one shape, stacked: (E, out, in) and (E, out)."""


@dataclass(frozen=True)
class Layer:
    """One row of the table above, in numbers. A layer without a bias has bias_scale 0."""

    weight_scale: float
    weight_sigma: float
    weight_rate: float = 1.0
    weight_rate_adam: float = 1.0
    bias_scale: float = 0.0
    bias_sigma: float = 0.0
    bias_rate: float = 1.0


@dataclass(frozen=True)
class MLP:
    """A fully connected net: the shape and the scaling, no numbers that are learned.

    widths are (inputs, hidden units of each layer ..., outputs). Biases stand in "all" layers, in all but the readout
    ("hidden") or in "none"; an ntk net with b_std = 0 has none. The net f(x) = 1/m sum_j a_j relu(w_j . x + b_j) is
    `MLP((d, m, 1), parametrization="mup", bias="hidden")`; all its rates are m.
    """

    widths: tuple[int, ...]
    activation: str = "relu"
    parametrization: str = "standard"
    W_std: float = 2**0.5
    b_std: float = 0.0
    bias: str = "all"

    def __post_init__(self) -> None:
        if not isinstance(self.widths, (tuple, list)) or len(self.widths) < 2:
            raise ValueError(f"widths must be a tuple (inputs, hidden ..., outputs); got {self.widths!r}")
        widths = tuple(arguments.whole(f"widths[{i}]", width, 1) for i, width in enumerate(self.widths))
        object.__setattr__(self, "widths", widths)
        arguments.one_of("activation", self.activation, tuple(ACTIVATIONS))
        arguments.one_of("parametrization", self.parametrization, PARAMETRIZATIONS)
        arguments.one_of("bias", self.bias, ("all", "hidden", "none"))
        arguments.positive("W_std", self.W_std)
        arguments.at_least("b_std", self.b_std, 0)

    @property
    def depth(self) -> int:
        """The number of hidden layers."""
        return len(self.widths) - 2

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(m * n + m * (layer.bias_scale > 0) for layer, m, n in self._shapes())

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The scales and rates of each layer, first to readout."""
        return tuple(self._layer(l) for l in range(self.depth + 1))

    def init(
        self,
        generator: torch.Generator,
        dtype: torch.dtype = torch.float64,
        *,
        readout: str = "normal",
        doubled: bool = False,
    ) -> Parameters:
        """Random parameters: of each layer W, then b. They are drawn in float64: a seed gives one net in any precision.

        With readout "signs" the readout's weights are +sigma or -sigma equally likely, not normal. With `doubled` the
        second half of the last hidden layer copies the first and its readout weights change sign, so that the net
        starts as the zero function (up to rounding; the readout's bias is 0 too): the last hidden width must be even.
        """
        arguments.one_of("readout", readout, ("normal", "signs"))
        if dtype not in (torch.float32, torch.float64):
            raise ValueError(f"dtype must be torch.float32 or torch.float64; got {dtype}")
        arguments.generator("generator", generator)
        if doubled and (self.depth == 0 or self.widths[-2] % 2):
            raise ValueError(f"doubled needs an even last hidden width; got widths {self.widths}")

        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=generator, device=generator.device, dtype=torch.float64)

        drawn = []
        for layer, m, n in self._shapes():
            W = normal(m, n) * layer.weight_sigma
            b = normal(m) * layer.bias_sigma if layer.bias_scale > 0 else None
            drawn.append((W, b))
        if readout == "signs":
            W, b = drawn[-1]
            drawn[-1] = (torch.where(W < 0, -1.0, 1.0).to(W) * self.layers[-1].weight_sigma, b)
        if doubled:
            (W, b), (a, c) = drawn[-2:]
            half = len(W) // 2
            W, b = W[:half].repeat(2, 1), None if b is None else b[:half].repeat(2)
            drawn[-2:] = [(W, b), (torch.cat([a[:, :half], -a[:, :half]], 1), None if c is None else 0 * c)]
        return tuple((W.to(dtype), None if b is None else b.to(dtype)) for W, b in drawn)

    def apply(self, parameters: Parameters, x: Tensor) -> Tensor:
        """Return the net's outputs.  x (n, d) -> (n, k); with E stacked nets, (E, n, k). Can be differentiated."""
        h = self.features(parameters, x)
        return _affine(self.layers[-1], parameters[-1], h)

    def features(self, parameters: Parameters, x: Tensor) -> Tensor:
        """Return what the readout sees: the last hidden layer's activations.  x (n, d) -> (n, m), or (E, n, m).

        Where parameters are learned, so is this embedding of the inputs.
        """
        self.check(parameters)
        if not isinstance(x, Tensor):
            raise TypeError(f"x must be a torch tensor; got {type(x).__name__}. torch.as_tensor(x) converts it.")
        if x.ndim not in (2, 3) or x.shape[-1] != self.widths[0]:
            raise ValueError(f"x must be a matrix of shape (n, {self.widths[0]}); got shape {tuple(x.shape)}")
        arguments.same_kind("x", x, "the parameters", parameters[0][0])
        phi = ACTIVATIONS[self.activation]
        h = x
        for layer, pair in zip(self.layers[:-1], parameters[:-1], strict=True):
            h = phi(_affine(layer, pair, h))
        return h

    def check(self, parameters: Parameters, name: str = "parameters") -> None:
        """Refuse, with a sentence, parameters that are not this net's. Values are not looked at."""
        if not isinstance(parameters, (tuple, list)) or len(parameters) != len(self.layers):
            raise ValueError(f"{name} must be a (W, b) for each of the {len(self.layers)} layers, as init draws them")
        for l, ((W, b), (layer, m, n)) in enumerate(zip(parameters, self._shapes(), strict=True)):
            if not isinstance(W, Tensor) or not isinstance(b, (Tensor, type(None))):
                raise TypeError(f"{name}[{l}] must be torch tensors; got {type(W).__name__} and {type(b).__name__}")
            if tuple(W.shape[-2:]) != (m, n):
                raise ValueError(f"{name}[{l}] must have W of shape ({m}, {n}); got shape {tuple(W.shape)}")
            if (b is None) != (layer.bias_scale == 0) or (b is not None and b.shape[-1] != m):
                wanted = f"b of shape ({m},)" if layer.bias_scale > 0 else "None for b"
                raise ValueError(f"{name}[{l}] must have {wanted}; got {None if b is None else tuple(b.shape)}")

    def _layer(self, l: int) -> Layer:
        n, m = self.widths[l : l + 2]
        readout = l == self.depth
        has_bias = self.bias == "all" or (self.bias == "hidden" and not readout)
        if self.parametrization == "ntk":
            return Layer(self.W_std / n**0.5, 1.0, bias_scale=self.b_std * has_bias, bias_sigma=1.0)
        bias = {"bias_scale": 1.0 * has_bias, "bias_sigma": self.b_std}
        sigma = self.W_std / n**0.5
        if self.parametrization == "standard" or self.depth == 0:
            return Layer(1.0, sigma, **bias)
        if readout:
            return Layer(1 / n, 1.0, weight_rate=n, **bias)
        if l == 0:
            return Layer(1.0, sigma, weight_rate=m, bias_rate=m, **bias)
        return Layer(1.0, sigma, weight_rate=m / n, weight_rate_adam=1 / n, bias_rate=m, **bias)

    def _shapes(self) -> list[tuple[Layer, int, int]]:
        return list(zip(self.layers, self.widths[1:], self.widths[:-1], strict=True))


def _affine(layer: Layer, pair: tuple[Tensor, Tensor | None], h: Tensor) -> Tensor:
    """s W h + t b for every row of h.  (..., n, in) -> (..., n, out)."""
    W, b = pair
    z = h @ (layer.weight_scale * W).mT
    return z if b is None else z + layer.bias_scale * b[..., None, :]
