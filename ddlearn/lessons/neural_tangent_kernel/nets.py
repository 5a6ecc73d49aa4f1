"""The net of this lesson, narrow, wide and infinitely wide: one hidden layer in the NTK parametrization.

    f(x) = sqrt(2/m) sum_j a_j relu(w_j . x)        every w_j and a_j drawn from N(0, I), and every one of them trained

for points x of length 1. A constant coordinate of x plays the bias.
"""

from collections.abc import Callable

from torch import Tensor

from ddlearn.networks import MLP, Parameters

EmpiricalNTK = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
NextLayer = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def net(inputs: int, width: int, activation: str = "relu") -> MLP:
    """The net as the library knows it, for `scaled` points."""
    return MLP((inputs, width, 1), activation=activation, parametrization="ntk")


def scaled(x: Tensor) -> Tensor:
    """Points of length 1, blown up so that the library's W_std / sqrt(d) w . x is w . x of the point itself."""
    return x * (x.shape[1] / 2) ** 0.5


def weights(parameters: Parameters) -> tuple[Tensor, Tensor]:
    """W (m, d) and a (m,) of a net."""
    (W, _), (a, _) = parameters
    return W, a[0]


def outputs(x: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """f(x) at every point.  x (n, d), W (m, d), a (m,) -> (n,)."""
    return (2 / len(a)) ** 0.5 * ((x @ W.T).relu_() @ a)  # in place: a second large temporary costs ten times as much


def infinite_ntk(x: Tensor, next_layer: NextLayer, depth: int = 1) -> Tensor:
    """The tangent kernel of `depth` infinitely wide layers.  x (n, d), of length 1 -> (n, n), exactly symmetric."""
    nngp = ntk = x @ x.T
    for _ in range(depth):
        nngp, ntk = next_layer(nngp, ntk)
    return (ntk + ntk.T) / 2
