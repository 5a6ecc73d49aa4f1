"""Fits to simulated designs: linear regression on more and more features, as the peak explorer shows it.

Inputs are isotropic, so a fit b of the truth beta has the excess risk |b - beta|^2 on new points. A fit is linear in
its labels: one fit to the labels without noise and to a few draws of noise alone gives the risk at every noise level.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import cached

EXAMPLES = ("20", "40", "60")
RATIOS = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.5, 7.0)
DRAWS, NOISES = 6, 8

Fit = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Fits:
    """Fits to DRAWS designs of every size p: (P, DRAWS) each, for a signal and a noise of strength 1."""

    sizes: tuple[int, ...]
    values: tuple[tuple[Tensor, ...], ...]  # singular values of each design
    missed: Tensor  # |b - beta|^2 without noise
    crossed: Tensor  # twice the product with what noise adds, averaged over its draws
    added: Tensor  # square of what noise adds, averaged

    def risk(self, signal: Tensor, noise: Tensor) -> Tensor:
        """Excess risk of each fit, (P, DRAWS), for signal and noise (P,)."""
        signal, noise = signal[:, None], noise[:, None]
        return signal * self.missed + (signal * noise).sqrt() * self.crossed + noise * self.added


@cached(8)
def fits(fit: Fit, seed: int, progress: Callable[[float, str], object] | None = None) -> dict[int, Fits]:
    """For every number of EXAMPLES: a menu that chooses among them then answers at once."""
    found = {}
    for i, n in enumerate(map(int, EXAMPLES)):
        sizes = sorted({max(1, round(n * ratio)) for ratio in RATIOS})
        drawn = []
        for j, p in enumerate(sizes):
            # In one stream of numbers the designs of two sizes would share their first rows.
            seeds = [(1000 * seed + draw) * 1000 + p for draw in range(DRAWS)]
            drawn.append([one_fit(n, p, fit, seed) for seed in seeds])
            if progress is not None:
                share = (i + (j + 1) / len(sizes)) / len(EXAMPLES)
                progress(share, f"{DRAWS} designs of {n} examples and {p} features")
        risks = torch.stack([torch.stack([risk for _, risk in designs]) for designs in drawn])
        values = tuple(tuple(s for s, _ in designs) for designs in drawn)
        found[n] = Fits(tuple(sizes), values, *risks.unbind(-1))
    return found


def one_fit(n: int, p: int, fit: Fit, seed: int) -> tuple[Tensor, Tensor]:
    """Draw a design; fit its labels without noise, and several draws of noise alone.  -> singular values, and (3,)
    what `Fits` holds of each: missed, crossed, added."""
    generator = compute.generator(seed)
    X, y, beta = dd.draw_linear(n, p, 1.0, 0.0, generator)
    noise = torch.randn(n, NOISES, generator=generator, dtype=X.dtype)
    b = fit(X, torch.cat([y[:, None], noise], 1))
    missed, added = b[:, 0] - beta, b[:, 1:]
    risk = torch.stack([missed @ missed, 2 * (missed @ added).mean(), added.square().sum(0).mean()])
    return torch.linalg.svdvals(X), risk
