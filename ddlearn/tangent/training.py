"""Training in the kernel, in closed form: each eigenmode of Theta goes its own way, at a rate of its own.

For the loss |f - y|^2 / (2N), with N = y.numel(), points times outputs, a net that stays on its tangent moves by

    gradient flow:        f_t = y + U exp(-lambda t / N) U' (f_0 - y)
    gradient descent:     f_s = y + U (1 - lr lambda / N)^s U' (f_0 - y)

at the training points, with Theta = U lambda U'; the second exactly, the first as its limit of small steps, at the time
t = s lr. At another point x, with the same factors,

    f(x) = f_0(x) - Theta(x, X) U [(1 - factor) / lambda] U' (f_0 - y).

Descent converges from every f_0 if and only if lr lambda_max < 2N: every factor must be below 1 in size. That real
nets follow these lines as their width grows is Theorem 2 of Jacot, Gabriel and Hongler (2018, arXiv 1806.07572; flow,
up to a fixed time) and Theorem 2.1 of Lee et al. (2019, arXiv 1902.06720; lr < 2N / (lambda_min + lambda_max)), both
for smooth activations. One decomposition serves every time, every output and both kinds of training.

Tensors that require a gradient are refused, but for K_test: predictions have a gradient in the test points.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments, compute

__all__ = ["Dynamics", "dynamics"]

MIXED = 56
"""Weights whose mixtures stand for those at many times."""


@dataclass(frozen=True, eq=False)
class Dynamics:
    """How training moves a net on its tangent (`dynamics`).

    eigenvalues (n,), largest first, and modes (n, n), their columns, are those of Theta. y and f0, (n,) or (n, k), are
    the targets and the start. residual (n, k) is f0 - y in the modes' coordinates: a mode decays on its own.

    A mode is lost where its eigenvalue is below n eps lambda_max, eps the precision: it cannot be told from 0, that of
    duplicates with different targets, say. It is trained like any other at first, and left where it is from the time
    N / (lambda_max sqrt(eps)) on, when it would be the rounding of Theta that is trained. So every time has its finite
    answer, infinity too.
    """

    eigenvalues: Tensor
    modes: Tensor
    y: Tensor
    f0: Tensor
    residual: Tensor

    @property
    def max_lr(self) -> float:
        """2N / lambda_max: gradient descent converges below it, and diverges above. Infinite for a kernel of zeros."""
        top = self.eigenvalues[0].item()
        return 2 * self.y.numel() / top if top > 0 else math.inf

    def flow(
        self, t: float | Tensor | Sequence[float], K_test: Tensor | None = None, f0_test: float | Tensor = 0.0
    ) -> Tensor:
        """Run gradient flow at the times t: predictions at the training points, or at the test points of K_test.

        t is a number of at least 0, `math.inf` among them, or T of them -> (n,) or (n, k), with T in front if t has.
        K_test (m, n) is the kernel of m test points with the training points, f0_test their start, a number or (m,) or
        (m, k) -> (m,) or (m, k) likewise. At infinity they are those of kernel regression without penalty.

        Raises `TypeError` or `ValueError` if a time is negative or nan, or K_test or f0_test does not fit.
        """
        tau = _times("t", t, self.y, whole=False)[..., None] / self.y.numel()  # (T, 1) or (1,)
        lam = self.eigenvalues
        exponent = -torch.where(lam > 0, lam * tau, 0)
        return self._predict(exponent, torch.zeros_like(exponent, dtype=torch.bool), tau, K_test, f0_test)

    def descent(
        self,
        steps: int | Tensor | Sequence[int],
        lr: float,
        K_test: Tensor | None = None,
        f0_test: float | Tensor = 0.0,
    ) -> Tensor:
        """Run gradient descent after so many steps of size lr, exactly: shapes and test points as in `flow`.

        Above `max_lr` predictions grow without bound; a mode is held at the square root of the largest float, about
        1e154, so that they stay numbers.

        Raises as `flow` does, for steps that are no whole numbers of at least 0, and for an lr that is not positive.
        """
        count = _times("steps", steps, self.y, whole=True)[..., None]
        lr = arguments.positive("lr", lr)
        u = lr * self.eigenvalues / self.y.numel()  # the factor is (1 - u)^steps
        exponent = torch.special.xlog1py(count, -torch.minimum(u, 2 - u))  # steps * log |1 - u|
        odd = (u > 1) & (count % 2 == 1)
        return self._predict(exponent, odd, lr * count / self.y.numel(), K_test, f0_test)

    def _predict(
        self, exponent: Tensor, odd: Tensor, tau: Tensor, K_test: Tensor | None, f0_test: float | Tensor
    ) -> Tensor:
        """From the factors (T, n) or (n,) of each mode at each time: -exp(exponent) where `odd`, else exp(exponent)."""
        lam, eps = self.eigenvalues, torch.finfo(self.y.dtype).eps
        lost = (lam <= len(lam) * eps * lam[0]) & (tau >= eps**-0.5 / lam[0])
        exponent = exponent.clamp(max=math.log(torch.finfo(self.y.dtype).max) / 2)
        if K_test is None:
            factor = torch.where(odd, -exponent.exp(), exponent.exp())
            start, basis, weight = self.y, self.modes, factor.masked_fill(lost, 1)
        else:
            arguments.matrix("K_test", K_test, columns=len(lam), gradient=True)
            arguments.same_kind("K_test", K_test, "K", lam)
            learned = torch.where(odd, 1 + exponent.exp(), -exponent.expm1())
            start = _start("f0_test", f0_test, K_test.new_empty(len(K_test), *self.y.shape[1:]))
            # Theta U / lambda is of one size for all modes, and so is what is learned of each: neither drowns another.
            size = lam.clamp(min=len(lam) * eps * lam[0].item()).where(lam[0] > 0, 1)
            basis = K_test @ self.modes / size  # (m, n)
            weight = -torch.where(lam > 0, learned * (size / lam), tau * size).masked_fill(lost, 0)
        mix, weight = _few(weight.reshape(-1, len(lam)))
        moved = (weight[:, None] * self.residual.T).flatten(0, 1)
        change = (moved @ basis.T).view(len(weight), -1)  # (r, k m)
        if mix is not None:
            change = mix @ change  # (T, k m)
        return change.view(len(change), -1, len(basis)).mT.reshape(*tau.shape[:-1], *start.shape).add_(start)


def dynamics(K: Tensor, y: Tensor, f0: float | Tensor = 0.0) -> Dynamics:
    """Decompose the tangent kernel of the training points, once for all times.  K (n, n), y (n,) or (n, k).

    f0 is what the net predicts before training, a number or shaped as y. The k outputs share the kernel K, as those of
    a wide net do; for a full kernel (n, n, k, k) give K.transpose(1, 2).reshape(n * k, n * k) and y.flatten().

    Raises `TypeError` or `ValueError` if K is not symmetric or has a negative eigenvalue beyond rounding, or y or f0
    does not fit.
    """
    arguments.symmetric("K", K)
    arguments.targets("y", y, len(K))
    arguments.same_kind("y", y, "K", K)
    f0 = _start("f0", f0, y)
    lam, U = compute.eigh(K)
    if lam[0] < -10 * len(K) * torch.finfo(K.dtype).eps * lam.abs().max():
        raise ValueError(f"K must have no negative eigenvalue, as every Gram matrix; got {lam[0].item():.3g}")
    lam, U = lam.flip(0).clamp_(min=0), U.flip(1)
    return Dynamics(lam, U, y, f0, U.T @ (f0 - y).reshape(len(K), -1))


def _few(weight: Tensor) -> tuple[Tensor | None, Tensor]:
    """Weights at many times as mixtures of few: (T, n) -> mix (T, r), weights (r, n), or None and what was given.

    exp(-lambda t) is smooth in both: where each spans four decades, any number of times are mixtures of 50. Those are
    found by a random projection (Halko, Martinsson and Tropp, 2011, arXiv 0909.4061), and kept if each weight comes
    back up to 1000 roundings of the largest of its time.
    """
    if len(weight) <= 2 * MIXED:
        return None, weight
    scale = weight.abs().amax(1, keepdim=True).clamp(min=torch.finfo(weight.dtype).tiny)
    rows = weight / scale
    draw = compute.generator(0, weight.device)
    shadow = rows @ torch.randn(weight.shape[1], MIXED, generator=draw, dtype=weight.dtype, device=weight.device)
    mix = torch.linalg.qr(shadow).Q
    few = mix.T @ rows
    error = (mix @ few).sub_(rows).abs_().max().item()
    return (scale * mix, few) if error <= 1000 * torch.finfo(weight.dtype).eps else (None, weight)


def _start(name: str, value: float | Tensor, like: Tensor) -> Tensor:
    """A number, or a tensor shaped as `like`."""
    if not isinstance(value, Tensor):
        number = arguments.between(name, value, -torch.finfo(like.dtype).max, torch.finfo(like.dtype).max)
        return torch.full_like(like, number)
    arguments.tensor(name, value)
    if value.shape != like.shape:
        raise ValueError(f"{name} must be a number or of shape {tuple(like.shape)}; got shape {tuple(value.shape)}")
    return arguments.same_kind(name, value, "K", like)


def _times(name: str, value: float | Tensor | Sequence[float], like: Tensor, whole: bool) -> Tensor:
    """Times, () or (T,), of `like`'s kind."""
    arguments.without_gradient(name, arguments.readable(name, value))
    wanted = "whole numbers of at least 0" if whole else "numbers of at least 0"
    if isinstance(value, bool):
        raise TypeError(f"{name} must be {wanted}; got {value}")
    try:
        times = value.to(like) if isinstance(value, Tensor) else torch.as_tensor(value, dtype=torch.float64).to(like)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"{name} must be {wanted}; got {type(value).__name__}") from None
    if times.ndim > 1 or times.numel() == 0:
        raise ValueError(f"{name} must be a number or of shape (T,); got shape {tuple(times.shape)}")
    wrong = ~(times >= 0) | (whole & ((times != times.round()) | times.isinf()))
    if wrong.any():
        raise ValueError(f"{name} must be {wanted}; got {times[wrong][0].item()}")
    return times
