"""PAC-Bayes for a kernel machine: a bound in closed form that is below 1/2, on real data, from a few hundred examples.

A Gibbs classifier draws a new function for each answer. Its prior, N(0, I) in the space of features, is fixed before
the data; its posterior N(mu w, I), w the unit direction of the ridge fit, is chosen after. Their divergence is mu^2 / 2
whatever the dimension is. A drawn function errs at a point with margin g = y w.phi(x) with probability
Phi(-mu g / |phi(x)|), so with probability 1 - delta over n examples

    Gibbs error <= kl_inverse(mean_i Phi(-mu g_i / sqrt(K_ii)), (mu^2 / 2 + log(2 sqrt(n) / delta)) / n)

for all posteriors at once, so mu, w and the ridge behind w may be chosen after the data, at no price (Langford and
Shawe-Taylor 2003; Seeger 2002; 2 sqrt(n) is Maurer's, 2004, who proves it for n of 8 or more; below that it is checked
by summing). The prior is what must be fixed in advance. Whoever tries m priors and keeps the best puts delta / m in the
place of delta.

The bound is for the Gibbs classifier. The deterministic one, sign(w.phi), errs at most twice as often: where it is
wrong, at least half of the drawn functions are. A net's center has no such bound.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.generalization.bounds import RIDGES, check_labeled_gram, kl_inverse, open_share, unit_direction

__all__ = ["GibbsKernel", "pac_bayes_kernel"]


@dataclass(frozen=True, eq=False)
class GibbsKernel:
    """`bound` holds for the mistakes of N(mu w, I), w = sum_i alpha_i phi(x_i); train_error is its share of the n."""

    bound: float
    train_error: float
    mu: float
    ridge: float
    alpha: Tensor

    def gibbs_error(self, K_new: Tensor, diagonal: Tensor, y: Tensor) -> float:
        """Its Gibbs error at m points: K_new (m, n) with the training points, diagonal (m,) k(x, x), y (m,) signs."""
        arguments.matrix("K_new", K_new, columns=len(self.alpha))
        arguments.same_kind("K_new", K_new, "K", self.alpha)
        arguments.signs("y", y, len(K_new))
        diagonal = arguments.positives("diagonal", diagonal, K_new)
        if diagonal.shape != y.shape:
            raise ValueError(f"diagonal must be of shape {tuple(y.shape)}, as y; got shape {tuple(diagonal.shape)}")
        return _missed(self.mu, y * (K_new @ self.alpha) / diagonal.sqrt()).item()


def pac_bayes_kernel(
    K: Tensor, y: Tensor, delta: float = 0.05, ridges: Sequence[float] = RIDGES, scales: int = 40
) -> GibbsKernel:
    """The best bound over the ridges and over mu on a grid of `scales` in geomspace(.5, 200).  K (n, n), y (n,) signs.

    The prior is one, N(0, I), so a finer grid costs time and no confidence. Nothing is trained: one linear system per
    ridge. The ridges suit a kernel with about 1 on its diagonal.

    Raises `TypeError` or `ValueError` if K is no Gram matrix with a positive diagonal, y no signs, or another argument
    out of range.
    """
    n, delta = check_labeled_gram(K, y), open_share("delta", delta)
    scales = arguments.whole("scales", scales, 2)
    if K.diagonal().min() <= 0:
        raise ValueError(f"K must have a positive diagonal; got {K.diagonal().min().item()} on it")
    mus = torch.logspace(math.log10(0.5), math.log10(200), scales, dtype=K.dtype, device=K.device)
    found = []
    for ridge in arguments.positives("ridges", ridges, K).tolist():
        alpha = unit_direction(K, y, ridge)
        errors = _missed(mus, y * (K @ alpha) / K.diagonal().sqrt())
        for mu, error in zip(mus.tolist(), errors.tolist(), strict=True):
            bound = kl_inverse(error, (mu**2 / 2 + math.log(2 * math.sqrt(n) / delta)) / n)
            found.append(GibbsKernel(bound, error, mu, ridge, alpha))
    return min(found, key=lambda gibbs: gibbs.bound)


def _missed(mu: float | Tensor, margins: Tensor) -> Tensor:
    """Mean over points of Phi(-mu g): mu () or (m,), g (n,) -> () or (m,)."""
    mu = torch.as_tensor(mu, dtype=margins.dtype, device=margins.device)
    return torch.special.ndtr(-mu[..., None] * margins).mean(-1)
