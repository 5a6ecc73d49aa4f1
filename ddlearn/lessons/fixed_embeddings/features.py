"""Random features: a kernel is an average over random functions, and an average can be sampled.

p cosines (or p random ReLU units) give an embedding of finite size whose inner products estimate the kernel. The error
of an average of independent draws falls as one over the root of their number; here even the constant is known.
"""

import torch
from torch import Tensor

from ddlearn import compute, kernels
from ddlearn.classroom import Choice, Explorer, Slider, describe_curve, draw_curve
from ddlearn.result import Curve

COUNTS = tuple(2**k for k in range(4, 13))
FEATURES = ("cosines for rbf", "ReLU units for arc-cosine")
POINTS = 60


def off_diagonal(matrix: Tensor) -> Tensor:
    return matrix[~torch.eye(len(matrix), dtype=torch.bool, device=matrix.device)]


def variance_times_count(features: str, x: Tensor, width: float) -> Tensor:
    """p times the variance of an entry of the estimated kernel, for every pair of points, (n, n).

    Cosine-sine pairs at p / 2 frequencies: (1 - k^2)^2 (Sutherland and Schneider 2015). ReLU units, with k_1 and k_2
    the arc-cosine kernels of order 1 and 2: 2 k_2 - k_1^2, since the fourth moment is the kernel of order 2 (Cho and
    Saul 2009).
    """
    if features == FEATURES[0]:
        return (1 - kernels.rbf(x, width=width) ** 2) ** 2
    return 2 * kernels.arc_cosine(x / width, order=2) - kernels.arc_cosine(x / width, order=1) ** 2


def estimate(features: str, x: Tensor, width: float, count: int, generator: torch.Generator) -> Tensor:
    """The kernel as `count` random features estimate it, (n, n)."""
    if features == FEATURES[0]:
        phi = kernels.FourierFeatures.draw(x.shape[1], count // 2, width, generator)(x)
    else:
        phi = kernels.ReluFeatures.draw(x.shape[1], count, generator)(x / width)
    return phi @ phi.T


def convergence(
    features: str, dimensions: int, seeds: range = range(1, 9), misfit: float = 1.0, order: int = 1
) -> Curve:
    """Root mean squared error of an entry off the diagonal, relative to the kernel's own size, against p.

    Points are Gaussian in `dimensions` coordinates and the width is their root, a typical distance. `misfit`
    (frequencies drawn for so many times that width) and `order` (of the arc-cosine kernel) spoil it on purpose.
    """
    x = torch.randn(POINTS, dimensions, generator=compute.generator(0), dtype=torch.float64).to(compute.device())
    width = dimensions**0.5
    K = off_diagonal(
        kernels.rbf(x, width=width) if features == FEATURES[0] else kernels.arc_cosine(x / width, order=order)
    )
    size = K.square().mean().sqrt()

    def errors(generator: torch.Generator) -> Tensor:
        estimates = (estimate(features, x, misfit * width, count, generator) for count in COUNTS)
        return torch.stack([(off_diagonal(K_hat) - K).square().mean().sqrt() for K_hat in estimates])

    measured = torch.stack([errors(compute.generator(seed)) for seed in seeds])
    counts = torch.tensor(COUNTS, dtype=torch.float64)
    variance = off_diagonal(variance_times_count(features, x, width)).mean().cpu() / counts
    theory = variance.sqrt() / size.cpu()
    return Curve(counts, (measured / size).cpu(), theory, "random features", "relative error of a kernel entry")


def picture(fig, curve: Curve) -> None:
    """Draw the error against the number of features, with its theory."""
    draw_curve(fig.panel(), curve, log="xy")


def sentence(curve: Curve) -> str:
    """Say how the error falls."""
    tenfold = float(10 ** -curve.log_slope().mean())
    return f"Ten times the features divide the error by {tenfold:.2f}. {describe_curve(curve)}"


explorer = Explorer(
    "features",
    "Random features: sampling a kernel",
    controls=(
        Choice("features", "Features", FEATURES, FEATURES[0]),
        Slider("dimensions", "Dimensions of x", 2, 60, 10, whole=True),
    ),
    compute=convergence,
    picture=picture,
    sentence=sentence,
    size=(9.4, 3.8),
)
