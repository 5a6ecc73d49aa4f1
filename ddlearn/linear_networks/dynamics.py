"""The motion of a two-layer linear network: gradient, imbalance, tangent kernel, descent, and the flow of a pair."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ddlearn import arguments, compute
from ddlearn.linear_networks.objective import LeastSquares, Objective

__all__ = [
    "Descent",
    "Gradients",
    "descend",
    "gradients",
    "imbalance",
    "imbalance_drift",
    "imbalance_spectrum",
    "scalar_flow",
    "tangent_kernel",
]

DIVERGED = 1e9
"""A run whose loss passes this many times its start is held where it is."""


class Gradients(NamedTuple):
    """A = G W2 (..., n, h) and B = G'W1 (..., m, h), with G the gradient of l at W = W1 W2'."""

    A: Tensor
    B: Tensor

    @property
    def squared_norm(self) -> Tensor:
        """|A|^2 + |B|^2, in Frobenius norms.  (...)"""
        return self.A.square().sum((-2, -1)) + self.B.square().sum((-2, -1))

    @property
    def norm(self) -> Tensor:
        """|(A, B)|, where its square may be beyond the range of floats.  (...)"""
        return _norm(self.A, self.B)


@dataclass(frozen=True, eq=False)
class Descent:
    """A run of gradient descent with every iterate kept: stacks of T + 1 times, before the stack of starts.

    W1 (T+1, ..., n, h), W2 (T+1, ..., m, h), losses (T+1, ...), rates (T, ...); diverged (...) marks the starts that
    were held because their loss had passed 1e9 times its first value.
    """

    W1: Tensor
    W2: Tensor
    losses: Tensor
    rates: Tensor
    diverged: Tensor

    @property
    def relative_move(self) -> Tensor:
        """|(W1, W2) at t - (W1, W2) at 0| / |(W1, W2) at 0|, in Frobenius norms.  (T+1, ...)

        0 for weights that start at 0, for there they stay.
        """
        size = _norm(self.W1[0], self.W2[0])
        return _norm(self.W1 - self.W1[0], self.W2 - self.W2[0]) / size.where(size > 0, 1)

    def iterations(self, tolerance: float = 1e-6) -> Tensor:
        """Steps until the loss first is at most `tolerance` times its start; inf where that does not happen.  (...)"""
        tolerance = arguments.positive("tolerance", tolerance)
        return first_time(self.losses <= tolerance * self.losses[0])


def _norm(A: Tensor, B: Tensor) -> Tensor:
    """The Frobenius norm of two matrices together, over their largest entry before it is squared.  (...)"""
    largest = torch.maximum(A.abs().amax((-2, -1)), B.abs().amax((-2, -1)))
    unit = largest.where((largest > 0) & largest.isfinite(), 1)[..., None, None]
    return unit[..., 0, 0] * ((A / unit).square().sum((-2, -1)) + (B / unit).square().sum((-2, -1))).sqrt()


def first_time(reached: Tensor) -> Tensor:
    """Return the index of the first True along the first axis, inf where there is none.  (T, ...) -> (...)"""
    first = reached.int().argmax(0).double()
    return first.where(reached.any(0), torch.inf)


def gradients(problem: Objective, W1: Tensor, W2: Tensor) -> Gradients:
    """The gradient (A, B) = (G W2, G'W1) of the loss in the two layers, where G is the gradient of l at W1 W2'."""
    require_layers(W1, W2, problem)
    return _gradients(problem, W1, W2)


def _gradients(problem: Objective, W1: Tensor, W2: Tensor) -> Gradients:
    G = problem.gradient(W1 @ W2.mT)
    return Gradients(G @ W2, G.mT @ W1)


def imbalance(W1: Tensor, W2: Tensor) -> Tensor:
    """Return D = W1'W1 - W2'W2: constant under gradient flow.  W1 (..., n, h), W2 (..., m, h) -> (..., h, h)."""
    require_layers(W1, W2)
    return W1.mT @ W1 - W2.mT @ W2


def imbalance_drift(gradients: Gradients, rate: float | Tensor) -> Tensor:
    """Return what one step of gradient descent adds to the imbalance, exactly: rate^2 (A'A - B'B).  -> (..., h, h).

    The terms of first order cancel, for W1'A = (W2'B)'. So the drift of a whole run is, in Frobenius norm, at most the
    sum of rate^2 |(A, B)|^2; and at most 2 max(rate) (L_0 - L_t) where each step lowers L by rate |(A, B)|^2 / 2.
    """
    A, B = gradients
    rate = torch.as_tensor(rate, dtype=A.dtype, device=A.device)
    return rate.square()[..., None, None] * (A.mT @ A - B.mT @ B)


def imbalance_spectrum(W1: Tensor, W2: Tensor) -> Tensor:
    """Return the eigenvalues of D that can differ from 0, largest first.  -> (..., min(h, n + m)).

    D has rank n + m at most, so for wide layers a matrix of that size is decomposed instead: with Z = [W1; W2] and
    Z' = Q R, D = Q (R J R') Q', J = diag(I_n, -I_m).
    """
    require_layers(W1, W2)
    R = torch.linalg.qr(torch.cat([W1, W2], -2).mT, mode="r").R  # (..., min(h, n+m), n+m)
    signs = W1.new_ones(R.shape[-1])
    signs[W1.shape[-2] :] = -1
    return torch.linalg.eigvalsh((R * signs) @ R.mT).flip(-1)


def tangent_kernel(problem: LeastSquares, W1: Tensor, W2: Tensor) -> Tensor:
    """The neural tangent kernel of f = vec(S W1 W2'), row by row: S W1 W1' S (x) I_m + S^2 (x) W2 W2'.  (..., nm, nm).

    It freezes as h grows. At any width |gradient|^2 / 2 >= lambda_min(kernel) L holds at every point of the path.
    """
    require_layers(W1, W2, problem)
    n, m = W1.shape[-2], W2.shape[-2]
    compute.require_matrices(4 * W1[..., 0, 0].numel(), n * m, n * m, W1, "a tangent kernel")
    S = problem.s[..., None]  # (..., n, 1)
    first, second = (S * W1) @ (S * W1).mT, W2 @ W2.mT  # (..., n, n), (..., m, m)
    eye = torch.eye(m, dtype=W1.dtype, device=W1.device)
    K = torch.einsum("...ij,kl->...ikjl", first, eye)
    K = K + torch.einsum("...ij,...kl->...ikjl", torch.diag_embed(problem.s.square()), second)
    return K.reshape(*K.shape[:-4], n * m, n * m)


def descend(
    problem: Objective,
    W1: Tensor,
    W2: Tensor,
    rate: float | Tensor | Callable[[int, Tensor, Tensor], Tensor],
    steps: int,
    stop: float = 0.0,
) -> Descent:
    """Run gradient descent on a stack of starts: W1 <- W1 - rate A, W2 <- W2 - rate B, for at most `steps` steps.

    rate is a number, a tensor that fits the stack, or a rule: rate(t, W1, W2). The run ends early once every start has
    come down to `stop` times its first loss. A rule may look at the weights: `measured_rate` does.
    """
    require_layers(W1, W2, problem)
    steps = arguments.whole("steps", steps, 0)
    stop = arguments.at_least("stop", stop, 0)
    compute.require_memory(W1.element_size() * (steps + 1) * (W1.numel() + W2.numel()), f"a run of {steps} steps")
    path1, path2 = W1.new_empty(steps + 1, *W1.shape), W2.new_empty(steps + 1, *W2.shape)
    path1[0], path2[0] = W1, W2
    losses = [problem.loss(W1 @ W2.mT)]
    fixed = None if callable(rate) else positive_rates(rate, losses[0])
    rates = [losses[0].new_empty(0, *losses[0].shape)]
    diverged = torch.zeros_like(losses[0], dtype=torch.bool)
    for t in range(steps):
        if (losses[t] <= stop * losses[0]).logical_or(diverged).all():
            break
        # What diverged is held: its gradient may be beyond the range of floats, and 0 times infinity is no number.
        A, B = (one.where(~diverged[..., None, None], 0) for one in _gradients(problem, path1[t], path2[t]))
        eta = torch.where(diverged, 0.0, rate(t, path1[t], path2[t]) if fixed is None else fixed)  # (...)
        torch.sub(path1[t], eta[..., None, None] * A, out=path1[t + 1])
        torch.sub(path2[t], eta[..., None, None] * B, out=path2[t + 1])
        loss = problem.loss(path1[t + 1] @ path2[t + 1].mT)
        losses.append(loss.where(~loss.isnan(), torch.inf))
        rates.append(eta[None])
        diverged = diverged | ~(losses[-1] <= DIVERGED * losses[0])
    T = len(losses)
    return Descent(path1[:T], path2[:T], torch.stack(losses), torch.cat(rates), diverged)


def scalar_flow(t: Tensor, sigma: float, a: float, b: float) -> tuple[Tensor, Tensor]:
    """Return a(t), b(t) of the gradient flow of (ab - sigma)^2 / 2 from any a, b with a + b not 0.  t (T,) -> two (T,).

    The imbalance lambda = a^2 - b^2 is conserved, and P = (a + b)^2 obeys dP/dt = -(P - P1)(P - P2) / 2 with
    P1, P2 = 2 sigma +- s, s = sqrt(lambda^2 + 4 sigma^2). So (P - P1) / (P - P2) decays as e^(-s t): s is the sharpness
    of the minimum that the flow ends in. From P, a + b = +-sqrt(P) and a - b = lambda / (a + b).
    """
    arguments.tensor("t", t)
    if t.ndim != 1:
        raise ValueError(f"t must be of one dimension; got shape {tuple(t.shape)}")
    if t.min() < 0:
        raise ValueError(f"t must be numbers of at least 0; got {t.min().item()} among them")
    sigma, largest = arguments.positive("sigma", sigma), torch.finfo(torch.float64).max
    a, b = (
        torch.tensor(arguments.between(name, value, -largest, largest), dtype=t.dtype)
        for name, value in (("a", a), ("b", b))
    )
    if a + b == 0:
        raise ValueError("a + b must not be 0: from there the flow runs into the saddle at a = b = 0")
    imbalance, P = (a + b) * (a - b), (a + b).square()
    s = torch.hypot(imbalance, 2 * torch.tensor(sigma, dtype=t.dtype))
    P1 = 2 * sigma + s
    P2 = -imbalance * (imbalance / P1)  # the product of the roots is -lambda^2; 2 sigma - s would lose digits
    C = (P - P1) / (P - P2) * torch.exp(-s * t)
    total = torch.sign(a + b) * ((P1 - P2 * C) / (1 - C)).sqrt()  # a + b, (T,)
    return (total + imbalance / total) / 2, (total - imbalance / total) / 2


def require_layers(W1: Tensor, W2: Tensor, problem: Objective | None = None) -> None:
    """Refuse two layers that do not fit each other, or the problem: W1 (..., n, h), W2 (..., m, h)."""
    for name, W, rows in (("W1", W1, "n"), ("W2", W2, "m")):
        arguments.tensor(name, W)
        if W.ndim < 2:
            raise ValueError(f"{name} must be of shape (..., {rows}, h); got shape {tuple(W.shape)}")
        arguments.in_range(name, W, W.square().sum((-2, -1)))
    arguments.same_kind("W2", W2, "W1", W1)
    if W2.shape[-1] != W1.shape[-1] or W2.shape[:-2] != W1.shape[:-2]:
        stack = "".join(f"{size}, " for size in W1.shape[:-2])
        raise ValueError(f"W2 must be of shape ({stack}m, {W1.shape[-1]}), as W1 asks; got shape {tuple(W2.shape)}")
    if problem is None:
        return
    arguments.same_kind("W1", W1, "W_star", problem.W_star)
    product, stack = (W1.shape[-2], W2.shape[-2]), problem.W_star.shape[:-2]
    if product != problem.W_star.shape[-2:] or W1.shape[: W1.ndim - 2][len(W1.shape) - 2 - len(stack) :] != stack:
        wanted, got = tuple(problem.W_star.shape), (*W1.shape[:-2], *product)
        raise ValueError(f"W1 W2' must be of shape {wanted}, as W_star, or a stack of such; got shape {got}")


def positive_rates(rate: float | Tensor, stack: Tensor) -> Tensor:
    """A rate, or a tensor of rates that fits a stack of starts, all positive; of the stack's shape, kind and device."""
    if not isinstance(rate, Tensor):
        rate = arguments.positive("rate", rate)
    arguments.without_gradient("rate", arguments.readable("rate", rate))
    rate = torch.as_tensor(rate, dtype=stack.dtype, device=stack.device)
    if not (rate.isfinite() & (rate > 0)).all():
        raise ValueError(f"rate must be positive numbers; got {rate.min().item()} among them")
    sizes = zip(reversed(rate.shape), reversed(stack.shape), strict=False)
    if rate.ndim > stack.ndim or any(size not in (1, whole) for size, whole in sizes):
        raise ValueError(f"rate must fit the stack of starts, {tuple(stack.shape)}; got shape {tuple(rate.shape)}")
    return rate.expand(stack.shape)
