"""What the explorers of this lesson share: its net, narrow, wide and infinitely wide, and points on a circle.

    f(x) = sqrt(2/m) sum_j a_j relu(w_j . x)        every w_j and a_j drawn from N(0, I), and every one of them trained

for points x of length 1. A constant coordinate of x plays the bias. Sixteen points lie on a circle, and the target is a
sum of a few waves. On equally spaced points the kernel of the infinitely wide net depends on the angle between two
points alone: its eigenmodes are waves around the circle, a cosine and a sine of each frequency, whatever the kernel is.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ddlearn import compute, kernels
from ddlearn.networks import MLP, Parameters
from ddlearn.result import Curve

EmpiricalNTK = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
NextLayer = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
Progress = Callable[[float, str], object]

POINTS = 16
WAVES = (0, 1, 2, 4)  # frequencies, waves in a full turn: those of the target, and the constant
CUT = 1e-10  # eigenvalues below this share of the largest count as none: a narrow net has too few weights for a fit


# -- the net


def net(inputs: int, width: int, activation: str = "relu") -> MLP:
    """Return the net as the library knows it, for `scaled` points."""
    return MLP((inputs, width, 1), activation=activation, parametrization="ntk")


def scaled(x: Tensor) -> Tensor:
    """Blow points of length 1 up so that the library's W_std / sqrt(d) w . x is w . x of the point itself."""
    return x * (x.shape[1] / 2) ** 0.5


def weights(parameters: Parameters) -> tuple[Tensor, Tensor]:
    """Return W (m, d) and a (m,) of a net."""
    (W, _), (a, _) = parameters
    return W, a[0]


def outputs(x: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """Return f(x) at every point.  x (n, d), W (m, d), a (m,) -> (n,)."""
    return (2 / len(a)) ** 0.5 * ((x @ W.T).relu_() @ a)  # in place: a second large temporary costs ten times as much


def gradients(x: Tensor, W: Tensor, a: Tensor) -> Tensor:
    """Return every point's gradient in W and a, by autograd.  -> (n, m d + m)"""
    W, a = W.clone().requires_grad_(), a.clone().requires_grad_()
    rows = [torch.autograd.grad(f, (W, a), retain_graph=True) for f in outputs(x, W, a)]
    return torch.stack([torch.cat([part.flatten() for part in row]) for row in rows])


def infinite_ntk(x: Tensor, next_layer: NextLayer, depth: int = 1) -> Tensor:
    """Return the tangent kernel of `depth` infinitely wide layers.  x (n, d), of length 1 -> (n, n), symmetric."""
    nngp = ntk = x @ x.T
    for _ in range(depth):
        nngp, ntk = next_layer(nngp, ntk)
    return (ntk + ntk.T) / 2


def inverse(K: Tensor) -> Tensor:
    """Return the pseudo-inverse of a kernel matrix, without what is lost in rounding.  (n, n)"""
    return torch.linalg.pinv((K + K.T) / 2, rtol=CUT, hermitian=True)


def unit_points(n: int, d: int, seed: int) -> Tensor:
    """Draw points of length 1, (n, d)."""
    x = torch.randn(n, d, generator=compute.generator(seed), dtype=torch.float64)
    return x / x.norm(dim=1, keepdim=True)


def step(K: Tensor) -> float:
    """Return the learning rate N / lambda_max: half of what the tangent with the kernel K (N, N) bears."""
    return len(K) / float(torch.linalg.eigvalsh(K)[-1])


def theory_at_start(x: Tensor, widths: Tensor, fourth_moment: float = 3.0) -> Tensor:
    """Return how far the kernel of a net of so many units is from the infinite one, in root mean square, (widths,).

    It is a mean over units of k = 2 (relu relu' + a^2 [open] [open'] x.x'), so the variance of an entry is Var k / m.
    With E a^4 = 3 and K_0, K_1, K_2 the arc-cosine kernels of lesson 01 (Cho and Saul 2009),

        E k^2 = 2 K_2 + 4 (x.x') K_1 + 6 (x.x')^2 K_0        (E k)^2 = Theta_infinite^2
    """
    rho, (K0, K1, K2) = x @ x.T, (kernels.arc_cosine(x, order=order) for order in (0, 1, 2))
    Theta = K1 + rho * K0
    variance = 2 * K2 + 4 * rho * K1 + 2 * fourth_moment * rho**2 * K0 - Theta**2
    return (variance.sum() / widths).sqrt() / Theta.norm()


def log_slope(widths: Sequence[float], distances: Tensor) -> float:
    """Return the exponent of distances (widths,) or (seeds, widths) as a power of the width, the mean over seeds."""
    measured = distances.view(-1, len(widths))
    return float(Curve(measured.new_tensor(widths), measured, None, "width", "distance").log_slope().mean())


# -- the circle


def on_circle(angle: Tensor) -> Tensor:
    """Return (cos, sin, 1) / sqrt(2): a circle of points of length 1, the last coordinate for the bias.  -> (n, 3)."""
    return torch.stack([angle.cos(), angle.sin(), torch.ones_like(angle)], 1) / 2**0.5


def target(angle: Tensor) -> Tensor:
    """Return three waves, the quicker the larger.  (n,) -> (n,)."""
    return 0.4 * angle.cos() + 0.5 * (2 * angle).sin() + 0.6 * (4 * angle).cos()


ANGLES = 2 * math.pi * torch.arange(POINTS, dtype=torch.float64) / POINTS
GRID = torch.linspace(0, 2 * math.pi, 73, dtype=torch.float64)
X, Y = on_circle(ANGLES), target(ANGLES)
X_GRID = on_circle(GRID)
SIZE = Y.square().mean().sqrt()  # root mean square of the target: the unit of every gap


def amplitudes(residual: Tensor) -> Tensor:
    """Return the root mean square of a residual's part of each frequency in `WAVES`.  (..., n) -> (..., waves)."""
    both = torch.tensor([2.0 if k else 1.0 for k in WAVES], dtype=residual.dtype).sqrt()  # of a cosine and a sine
    return torch.fft.rfft(residual)[..., WAVES].abs() * both / POINTS


def frame_circle(panel, title: str, top: float) -> Tensor:
    """Make ready for functions of the angle, from -top to top, and draw the points to fit; return `GRID` in degrees."""
    names = {"loc": "lower center", "ncols": 3, "columnspacing": 1.2}
    limits = {"xlim": (0, 360), "ylim": (-top, top)}
    panel.frame(title, "angle of the input, degrees", "output", xticks=range(0, 361, 90), legend=names, **limits)
    panel.dots(ANGLES.rad2deg(), Y, "black", size=5, order=3)
    return GRID.rad2deg()
