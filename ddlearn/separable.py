"""Data that a line separates: the best margin in three norms, and which of them a kind of descent finds.

A point z_i = y_i x_i is an example times its label of +-1, so w puts example i on its own side if w . z_i > 0. The
loss is L(w) = sum_i log(1 + exp(-w . z_i)), g its gradient. Steepest descent in a norm moves by eta d with the d of
least g . d + |d|^2 / 2:

    l2      d = -g                                      gradient descent
    linf    d = -|g|_1 sign(g)                          sign descent
    l1      d = -g_k e_k, k the largest entry of |g|    coordinate descent

The margin in a norm is min_i w . z_i / |w|. Steepest descent in a norm tends to the best margin in it: Gunasekar,
Lee, Soudry and Srebro, "Characterizing implicit bias in terms of optimization geometry", 2018, arXiv 1802.08246. For
gradient descent, with w_hat the w of least |w|_2 among those with w . z_i >= 1,

    w(t) = w_hat log t + w_tilde + o(1),    exp(-w_tilde . z_i) = alpha_i where w_hat = sum_i alpha_i z_i, alpha_i > 0,

for almost all data: Soudry, Hoffer, Nacson, Gunasekar and Srebro, "The implicit bias of gradient descent on separable
data", 2018, arXiv 1710.10345. w_tilde is unique if the points with alpha_i > 0, the support vectors, span the space.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["NORMS", "Asymptote", "Path", "asymptote", "descend", "margin", "max_margin", "norm", "steepest"]

NORMS = {"l2": 2.0, "linf": float("inf"), "l1": 1.0}
"""The geometries, and the p of each one's norm."""

Direction = Callable[[Tensor, str], Tensor]


@dataclass(frozen=True, eq=False)
class Path:
    """Where descent was: after step k at the time t[k], the sum of its step sizes, and at w[k].  t (T,), w (T, d)"""

    t: Tensor
    w: Tensor


@dataclass(frozen=True, eq=False)
class Asymptote:
    """The straight line in log t that gradient descent approaches.  w_hat, w_tilde (d,), alpha (n,)"""

    w_hat: Tensor
    w_tilde: Tensor
    alpha: Tensor

    def at(self, t: Tensor) -> Tensor:
        """Return w_hat log t + w_tilde.  t (T,), positive -> (T, d)"""
        return arguments.numbers("t", t).to(self.w_hat).log()[..., None] * self.w_hat + self.w_tilde


def norm(w: Tensor, geometry: str) -> Tensor:
    """Return the l2, linf or l1 norm of each vector.  w (..., d) -> (...)"""
    arguments.one_of("geometry", geometry, NORMS)
    return torch.linalg.vector_norm(arguments.tensor("w", w), NORMS[geometry], dim=-1)


def steepest(g: Tensor, geometry: str) -> Tensor:
    """Return the direction of steepest descent in a norm, the d of least g . d + |d|^2 / 2.  g (d,) -> (d,)

    Its norm is the dual norm of g: |g|_2 in l2, |g|_1 in linf, the largest |g_k| in l1.
    """
    arguments.one_of("geometry", geometry, NORMS)
    if arguments.tensor("g", g).ndim != 1:
        raise ValueError(f"g must be of shape (d,); got shape {tuple(g.shape)}")
    if geometry == "l2":
        return -g
    if geometry == "linf":
        return -g.abs().sum() * g.sign()
    k = g.abs().argmax()
    d = torch.zeros_like(g)
    d[k] = -g[k]
    return d


def margin(z: Tensor, w: Tensor, geometry: str) -> Tensor:
    """Return min_i w . z_i / |w|, the distance to the nearest point in the dual norm.  z (n, d), w (..., d) -> (...)

    Negative where w puts a point on the wrong side. Raises `ValueError` if w is zero.
    """
    arguments.matrix("z", z)
    size = norm(w, geometry)
    if w.shape[-1] != z.shape[1]:
        raise ValueError(f"w must be of shape (..., {z.shape[1]}); got shape {tuple(w.shape)}")
    arguments.same_kind("w", w, "z", z)
    if not (size > 0).all():
        raise ValueError("w must not be zero: the zero vector has no margin")
    return (w @ z.T).amin(-1) / size


def max_margin(z: Tensor, geometry: str) -> Tensor:
    """Return a w of the best margin in a norm: of least norm among those with w . z_i >= 1 for all i.  z (n, d) -> (d,)

    In l2 it is the hard-margin support vector machine without an intercept, and unique. In linf and l1 it is found by
    linear programming. Raises `ValueError` if no w separates the data.
    """
    arguments.matrix("z", z)
    if arguments.one_of("geometry", geometry, NORMS) == "l2":
        return z.T @ _multipliers(z)
    from scipy.optimize import linprog  # heavy to import, and seldom asked for

    n, d = z.shape
    rows = z.double().cpu()
    # w = a - b with a, b >= 0. l1: least sum of a and b. linf: one more unknown, at least every a + b.
    bound = geometry == "linf"
    cost = [0.0] * (2 * d) + [1.0] if bound else [1.0] * (2 * d)
    A = torch.cat([-rows, rows], 1)
    b = -torch.ones(n, dtype=torch.float64)
    if bound:
        one = torch.eye(d, dtype=torch.float64)
        below = torch.cat([one, one, -torch.ones(d, 1, dtype=torch.float64)], 1)
        A = torch.cat([torch.cat([A, torch.zeros(n, 1, dtype=torch.float64)], 1), below])
        b = torch.cat([b, torch.zeros(d, dtype=torch.float64)])
    found = linprog(cost, A_ub=A.numpy(), b_ub=b.numpy(), bounds=(0, None), method="highs")
    if not found.success:
        raise ValueError("z must be separable: no w has w . z_i > 0 for all i")
    parts = torch.from_numpy(found.x)
    return (parts[:d] - parts[d : 2 * d]).to(z)


def asymptote(z: Tensor) -> Asymptote:
    """Return the line w_hat log t + w_tilde that gradient descent from any start approaches.  z (n, d)

    Raises `ValueError` if no w separates the data, or if the support vectors do not span the space.
    """
    alpha = _multipliers(arguments.matrix("z", z))
    support = alpha > 0
    if torch.linalg.matrix_rank(z[support]).item() < z.shape[1]:
        raise ValueError(f"z must have support vectors that span its {z.shape[1]} dimensions; got {int(support.sum())}")
    w_tilde = torch.linalg.lstsq(z[support], -alpha[support].log()[:, None]).solution[:, 0]
    return Asymptote(z.T @ alpha, w_tilde, alpha)


def descend(
    z: Tensor, geometry: str, *, direction: Direction = steepest, steps: int = 1500, pace: float = 0.05
) -> Path:
    """Run steepest descent from w = 0 with steps eta = pace / L, in double precision.  z (n, d) -> Path

    A step of constant eta needs t / eta steps to reach the time t. As L falls, eta grows: the path stays that of the
    flow, up to the size of `pace`, and log t grows by about `pace` times the squared size of the direction a step.
    `direction(g, geometry)` is the direction itself, to be replaced by one's own.
    """
    z = arguments.matrix("z", z).double()
    arguments.one_of("geometry", geometry, NORMS)
    pace = arguments.positive("pace", pace)
    w, t = z.new_zeros(z.shape[1]), z.new_zeros(())
    seen = []
    for _ in range(arguments.whole("steps", steps, 1)):
        margins = z @ w
        rate = pace / torch.nn.functional.softplus(-margins).sum()
        w = w + rate * direction(-(torch.sigmoid(-margins) @ z), geometry)
        t = t + rate
        seen.append((t, w))
    times, weights = zip(*seen, strict=True)
    return Path(torch.stack(times), torch.stack(weights))


def _multipliers(z: Tensor) -> Tensor:
    """Return the alpha (n,) >= 0 with w_hat = sum_i alpha_i z_i, by nonnegative least squares.

    Lawson and Hanson's least distance programming: let u >= 0 minimize |z'u|^2 + (1'u - 1)^2. Then w_hat is z'u over
    what is left of the 1, which is 0 if nothing separates the data.
    """
    from scipy.optimize import nnls  # heavy to import, and seldom asked for

    rows = z.double().cpu().numpy()
    E, f = np.vstack([rows.T, np.ones(len(rows))]), np.append(np.zeros(rows.shape[1]), 1.0)
    u = torch.from_numpy(nnls(E, f)[0])
    left = 1 - u.sum()
    if left <= 1e-10:
        raise ValueError("z must be separable: no w has w . z_i > 0 for all i")
    return (u / left).to(z)
