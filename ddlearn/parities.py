"""Sparse parities: targets on which no fixed embedding does well on average, whoever chose it.

A parity chi_S(x) = product of x_i over i in S, |S| = k, is one of N = C(d, k) targets, and they are orthogonal. A
kernel machine with n examples predicts from a space of n dimensions, and n dimensions hold n of N orthogonal targets.
So on average over S every kernel has a test error of 1 - n/N or more, if kernel and points are the same for all S and
the error is the mean over all 2^d points: a line that is drawn before anything is trained. A network can go below it,
for it learns its embedding from the examples.

The bound is folklore, proved here anew: for V = span{K(., x_1), ..., K(., x_n)}, the sum over S of |P_V chi_S|^2 is at
most tr P_V <= n. It is an average over S: a kernel built for one S beats it on that S.
"""

import math
from fractions import Fraction

import torch
from torch import Tensor

from ddlearn import arguments, compute

__all__ = ["any_kernel_bound", "krawtchouk", "oracle_error", "oracle_kernel", "parity", "sparse_parity"]


def sparse_parity(n: int, d: int, k: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw n uniform points of {-1, +1}^d and the product of their first k coordinates.  -> x (n, d), y (n,)"""
    n, d = arguments.whole("n", n, 1), arguments.whole("d", d, 1)
    k = arguments.whole("k", k, 0, d)
    arguments.generator("generator", generator)
    x = 2.0 * torch.randint(0, 2, (n, d), generator=generator, device=generator.device, dtype=torch.float64) - 1
    return x, parity(x, range(k))


def parity(x: Tensor, subset: range | tuple[int, ...] | list[int]) -> Tensor:
    """Return chi_S(x), the product of the coordinates in S, which are counted from 0.  x (n, d) of -1 and +1 -> (n,)"""
    _signs("x", x)
    columns = [arguments.whole(f"subset[{i}]", one, 0, x.shape[1] - 1) for i, one in enumerate(subset)]
    if len(set(columns)) < len(columns):
        raise ValueError(f"subset must name each coordinate once; got {columns}")
    return x[:, columns].prod(1)


def any_kernel_bound(d: int, k: int, n: int) -> float:
    """1 - n / C(d, k), or 0 where n is larger: the least test error of any kernel machine, on average over parities.

    Mean squared error of the best predictor in the span of n kernel functions, for parities of k of d coordinates;
    predicting 0 has an error of 1. It holds for every kernel, even one that knows d, k and n, and for any labels.
    """
    d, n = arguments.whole("d", d, 1), arguments.whole("n", n, 0)
    N = math.comb(d, arguments.whole("k", k, 0, d))
    return max(0, N - n) / N


def krawtchouk(d: int, k: int) -> Tensor:
    """Return the oracle kernel as a table over the Hamming distance h = 0 .. d of two points.  -> (d + 1,)

    sum over j of (-1)^j C(h, j) C(d - h, k - j), over C(d, k): the Krawtchouk polynomial of order k. Summed in whole
    numbers, for its terms cancel; every entry is the nearest float64.
    """
    d = arguments.whole("d", d, 1)
    k = arguments.whole("k", k, 0, d)
    N = math.comb(d, k)
    sums = [sum((-1) ** j * math.comb(h, j) * math.comb(d - h, k - j) for j in range(k + 1)) for h in range(d + 1)]
    return torch.tensor([float(Fraction(one, N)) for one in sums], dtype=torch.float64)


def oracle_kernel(x: Tensor, x2: Tensor | None = None, k: int = 2) -> Tensor:
    """The mean of chi_S(x) chi_S(x') over all S of size k: the kernel that knows the size.  (n, d), (m, d) -> (n, m).

    It is a projection kernel, so its interpolation is the projection onto n dimensions that are all spent on parities
    of size k: it meets the any-kernel bound exactly, as long as its Gram matrix has full rank. Our derivation.
    """
    _signs("x", x)
    other = x
    if x2 is not None:
        _signs("x2", x2)
        arguments.matrix("x2", x2, columns=x.shape[1])
        arguments.same_kind("x2", x2, "x", x)
        other = x2
    d = x.shape[1]
    compute.require_matrices(3, len(x), len(other), x, "a kernel matrix")
    distance = (d - x @ other.T).div_(2).round_().long()  # whole numbers, which floats hold exactly
    return krawtchouk(d, k).to(x)[distance]


def oracle_error(K: Tensor, y: Tensor, d: int, k: int) -> Tensor:
    """Test error of interpolating y with the oracle kernel, over all 2^d points, without visiting them.  -> () or (c,)

    1 - y' K^+ y / C(d, k), for the Gram matrix K (n, n) of the oracle kernel and labels y (n,) or (n, c) of parities of
    size k. Its mean over all parities is 1 - rank(K) / C(d, k), the any-kernel bound. Our derivation.
    """
    arguments.symmetric("K", K)
    arguments.targets("y", y, len(K))
    arguments.same_kind("y", y, "K", K)
    d = arguments.whole("d", d, 1)
    N = math.comb(d, arguments.whole("k", k, 0, d))
    lam, U = torch.linalg.eigh(K)
    kept = lam > len(K) * torch.finfo(K.dtype).eps * lam[-1]
    return 1 - (1 / lam[kept]) @ (U.T @ y)[kept].square() / N


def _signs(name: str, x: Tensor) -> None:
    arguments.signs(name, arguments.matrix(name, x))
