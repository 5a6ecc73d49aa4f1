"""Terms that measure how much a predictor had to bend: the leading terms of famous bounds, without their constants.

None of these is a bound as it stands: constants and slower terms are left out. They are here to be compared. A term
above 1 promises nothing whatever the constants are; it may tell true labels from random ones for all that.
"""

import math

import torch
from torch import Tensor

from ddlearn import arguments, compute, tangent
from ddlearn.generalization.bounds import check_labeled_gram
from ddlearn.networks import MLP, Parameters

__all__ = ["arora_term", "hidden_layer_kernel", "parameter_count_term", "spectral_term"]


def hidden_layer_kernel(x: Tensor) -> Tensor:
    """H_ij = x_i.x_j (pi - theta_ij) / (2 pi), theta the angle: the hidden layer's tangent kernel.  (n, d) -> (n, n)

    The kernel H of Arora et al. (2019), who ask for rows of length 1; `TypeError` or `ValueError` if x has others.
    """
    norms = arguments.matrix("x", x).norm(dim=1)
    off = (norms - 1).abs().argmax()
    if (norms[off] - 1).abs() > torch.finfo(x.dtype).eps ** 0.5:
        raise ValueError(f"x must have rows of length 1; got one of length {norms[off].item():.6g}")
    both = tangent.infinite(x)
    return (both.ntk - both.nngp) * (x.shape[1] / 4)


def arora_term(H: Tensor, y: Tensor) -> float:
    """Return sqrt(2 y' H^-1 y / n): what a wide two-layer net must move to fit y.  H (n, n), y (n,) of -1 and +1.

    The data-dependent leading term of Arora, Du, Hu, Li and Wang, "Fine-grained analysis of optimization and
    generalization" (ICML 2019, arXiv 1901.08584), for H the `hidden_layer_kernel`.

    Raises `TypeError` or `ValueError` if y is no signs or H has an eigenvalue that is not positive.
    """
    n = check_labeled_gram(H, y, "H")
    compute.require_matrices(1, n, n, H, "the Cholesky factor")
    factor, failed = torch.linalg.cholesky_ex(H)
    if failed:
        raise ValueError("H must have positive eigenvalues only: no point may be there twice")
    return math.sqrt(2 * (y @ torch.cholesky_solve(y[:, None], factor)).item() / n)


def parameter_count_term(parameters: int, n: int) -> float:
    """Return sqrt(P log n / n), as the capacity of a net with P parameters goes: blind to what was learned."""
    parameters, n = arguments.whole("parameters", parameters, 1), arguments.whole("n", n, 2)
    return math.sqrt(parameters * math.log(n) / n)


def spectral_term(net: MLP, parameters: Parameters, start: Parameters, x: Tensor, y: Tensor) -> float:
    """|X|_F R / (gamma n), R = (prod_l s_l) (sum_l a_l^(2/3))^(3/2), after Bartlett, Foster and Telgarsky (2017).

    s_l is the spectral norm of a layer's weight matrix W_l, a_l the sum of the norms of the columns of (W_l - start)',
    over s_l, and gamma the 5 % quantile of the margins y f(x). arXiv 1706.08498; constants, logarithms and biases are
    left out. inf if more than 5 % of the points are on the wrong side.  x (n, d), y (n,) of -1 and +1, one output.

    Raises `TypeError` or `ValueError` if the parameters are not the net's, or x or y does not fit.
    """
    net.check(start, "start")
    f = net.apply(parameters, arguments.matrix("x", x))
    if arguments.signs("y", y).shape != (len(x),) or f.shape[1] != 1:
        raise ValueError(f"y must be of shape ({len(x)},), and the net have one output; got shape {tuple(y.shape)}")
    gamma = (y * f[:, 0]).quantile(0.05).item()
    if gamma <= 0:
        return math.inf
    product, total = 1.0, 0.0
    for (W, _), (W0, _), layer in zip(parameters, start, net.layers, strict=True):
        s = layer.weight_scale * torch.linalg.matrix_norm(W, 2).item()
        a = layer.weight_scale * (W - W0).norm(dim=1).sum().item() / s
        product, total = product * s, total + a ** (2 / 3)
    return x.norm().item() * product * total**1.5 / (gamma * len(x))
