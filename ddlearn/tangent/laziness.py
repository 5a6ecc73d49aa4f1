"""Is training lazy? Two measures of how far it has moved a kernel, and whether it moved it towards the targets."""

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["alignment", "drift"]


def drift(K0: Tensor, K1: Tensor) -> float:
    """Return |K1 - K0| / |K0|, Frobenius norms: how far a kernel, or anything else, moved.  K0 and K1 of one shape.

    Of a wide net in the NTK parametrization it vanishes as the width grows. For activations whose derivative is
    Lipschitz it is at most of the order width^-1/2 (Lee et al., 2019, arXiv 1902.06720, Theorem G.4); we measure about
    width^-1 for erf and width^-3/4 for ReLU, which the theorem does not cover.

    Raises `ValueError` if the shapes differ or K0 is zero.
    """
    arguments.tensor("K0", K0)
    arguments.tensor("K1", K1)
    if K1.shape != K0.shape:
        raise ValueError(f"K1 must be of the shape of K0, {tuple(K0.shape)}; got shape {tuple(K1.shape)}")
    arguments.same_kind("K1", K1, "K0", K0)
    if not K0.any():
        raise ValueError("K0 must not be zero: a drift is relative to it")
    return ((K1 - K0).norm() / K0.norm()).item()


def alignment(K: Tensor, y: Tensor) -> float:
    """Return <K_c, y_c y_c'> / (|K_c| |y_c y_c'|), the cosine between the kernel and that of the targets, in [0, 1].

    K (n, n), y (n,) or (n, k). K_c = H K H and y_c = H y with H = I - 11'/n: both are centered first. 1 means that K
    sees the targets and nothing else (Cristianini et al., 2001; centered by Cortes, Mohri and Rostamizadeh, 2012).

    Raises `ValueError` if K is not symmetric, or if K or y is the same everywhere and has no direction.
    """
    arguments.symmetric("K", K)
    arguments.targets("y", y, len(K))
    arguments.same_kind("y", y, "K", K)
    Y = y.reshape(len(y), -1)
    Y = Y - Y.mean(0)
    K_c = K - K.mean(0)
    K_c -= K_c.mean(1, keepdim=True)
    lost = len(K) * torch.finfo(K.dtype).eps
    for name, centered, whole in (("K", K_c, K), ("y", Y, y)):
        if centered.norm() <= lost * whole.norm():
            raise ValueError(f"{name} must not be the same everywhere; centered, nothing is left of it")
    return ((Y * (K_c @ Y)).sum() / (K_c.norm() * (Y.T @ Y).norm())).item()
