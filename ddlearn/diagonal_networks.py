"""Diagonal linear networks: the smallest model in which the scale of the start decides what is learned.

The model is linear in x, f(x) = w . x, and its weights are products: w = u * u - v * v, entry by entry. It is trained
on |X w - y|^2 / 2 from u = v = alpha, so that it starts as the zero function at every scale. With r = X w - y, gradient
flow du/dt = -2 u * X'r, dv/dt = 2 v * X'r multiplies u and v by one number and its inverse, whose logarithms stay in
the row space of X. So at every time, and at the end,

    w = 2 alpha^2 sinh(X' nu),    nu = -4 (integral of r over time),

and the end is where X w = y: nu minimizes the convex function 2 alpha^2 sum_i cosh((X' nu)_i) - y . nu. Among all w
with X w = y this is the one of least sum_i q(w_i / alpha^2), which tends to the l2 norm for large alpha (lazy) and to
the l1 norm for small alpha (rich). Woodworth et al., "Kernel and rich regimes in overparametrized models", 2020, arXiv
2002.09277; the formula for w follows from the lines above.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments

__all__ = ["Descent", "descend", "flow_limit", "gradient_step", "least_l1", "least_l2"]

Step = Callable[[Tensor, Tensor, Tensor, Tensor, float], tuple[Tensor, Tensor]]


@dataclass(frozen=True, eq=False)
class Descent:
    """Where gradient descent ended: u and v (d,), after so many steps. `converged` says whether X w = y there."""

    u: Tensor
    v: Tensor
    steps: int
    converged: bool

    @property
    def w(self) -> Tensor:
        """The weights of the linear function, u^2 - v^2, (d,)."""
        return self.u.square() - self.v.square()


def gradient_step(u: Tensor, v: Tensor, X: Tensor, y: Tensor, lr: float) -> tuple[Tensor, Tensor]:
    """Return one step of gradient descent on |X (u^2 - v^2) - y|^2 / 2.  u, v (d,), X (n, d), y (n,) -> u, v (d,)"""
    g = X.T @ (X @ (u.square() - v.square()) - y)
    return u - 2 * lr * u * g, v + 2 * lr * v * g


def descend(
    X: Tensor,
    y: Tensor,
    alpha: float,
    *,
    step: Step = gradient_step,
    pace: float = 0.05,
    tolerance: float = 1e-6,
    max_steps: int = 100_000,
    progress: Callable[[float, str], object] | None = None,
) -> Descent:
    """Run gradient descent from u = v = alpha until no residual exceeds tolerance times the largest |y_i|.

    The learning rate is pace / max(|X|^2 max(u^2 + v^2), max |X'y|) at each step, |X| the spectral norm: 0.05 stays
    within a few percent of gradient flow. `step` is the step itself, to be replaced by one's own. progress(fraction,
    words) is called every five hundred steps, and may raise to stop.
    """
    X, y = _system(X, y)
    alpha, pace = arguments.positive("alpha", alpha), arguments.positive("pace", pace)
    u, v = X.new_full((X.shape[1],), alpha), X.new_full((X.shape[1],), alpha)
    steepest, size = torch.linalg.matrix_norm(X, 2).item() ** 2, y.abs().max().item()
    first = (X.T @ y).abs().max().item()
    for taken in range(arguments.whole("max_steps", max_steps, 1) + 1):
        if taken % 10 == 0:
            w = u.square() - v.square()
            if (X @ w - y).abs().max().item() <= tolerance * size:
                return Descent(u, v, taken, converged=True)
            lr = pace / max(steepest * (u.square() + v.square()).max().item(), first)
        if progress is not None and taken % 500 == 0:
            progress(taken / max_steps, f"{taken} steps from scale {alpha:g}")
        u, v = step(u, v, X, y, lr)
    return Descent(u, v, max_steps, converged=False)


def flow_limit(X: Tensor, y: Tensor, alpha: float) -> Tensor:
    """Where gradient flow from u = v = alpha ends, in closed form up to a convex problem of n unknowns.  -> w (d,)

    X (n, d) with independent rows, y (n,). The dual of the module is minimized by Newton's method with halved steps;
    cosh is written cosh - 1 there, which keeps its digits where alpha is large.

    Raises `ValueError` if the rows of X depend on one another, `ArithmeticError` if the minimum is not found.
    """
    X, y = _system(X, y)
    double = 2 * arguments.positive("alpha", alpha) ** 2
    if torch.linalg.matrix_rank(X).item() < len(X):
        raise ValueError(f"X must have independent rows; its {len(X)} rows have not")

    def dual(nu: Tensor) -> float:
        return (2 * double * (X.T @ nu / 2).sinh().square().sum() - y @ nu).item()

    nu, eps = torch.zeros_like(y), torch.finfo(y.dtype).eps
    for _ in range(200):
        z = X.T @ nu
        w = double * z.sinh()
        residual = X @ w - y
        if residual.abs().max() <= eps**0.6 * y.abs().max():
            return w
        newton = torch.linalg.solve((X * (double * z.cosh())) @ X.T, residual)
        here, slope, t = dual(nu), (residual @ newton).item(), 1.0
        while not dual(nu - t * newton) <= here - t * slope / 4 and t * slope > 8 * eps * abs(here):
            t /= 2
        nu = nu - t * newton
    raise ArithmeticError(f"no minimum found for alpha = {alpha}: the residual is still {residual.abs().max():.2g}")


def least_l2(X: Tensor, y: Tensor) -> Tensor:
    """Return the w with X w = y of least l2 norm, X'(X X')^-1 y, for an X with independent rows.  -> (d,)"""
    X, y = _system(X, y)
    return X.T @ torch.linalg.solve(X @ X.T, y)


def least_l1(X: Tensor, y: Tensor) -> Tensor:
    """Return a w with X w = y of least l1 norm, by linear programming (basis pursuit).  -> (d,)"""
    from scipy.optimize import linprog  # heavy to import, and seldom asked for

    X, y = _system(X, y)
    d = X.shape[1]
    A = torch.cat([X, -X], 1).double().cpu().numpy()
    found = linprog([1.0] * (2 * d), A_eq=A, b_eq=y.double().cpu().numpy(), bounds=(0, None), method="highs")
    if not found.success:
        raise ArithmeticError(f"no w with X w = y found: {found.message}")
    parts = torch.from_numpy(found.x)
    return (parts[:d] - parts[d:]).to(X)


def _system(X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    arguments.matrix("X", X)
    arguments.tensor("y", y)
    if y.shape != (len(X),):
        raise ValueError(f"y must be of shape ({len(X)},); got shape {tuple(y.shape)}")
    arguments.same_kind("y", y, "X", X)
    return X, y
