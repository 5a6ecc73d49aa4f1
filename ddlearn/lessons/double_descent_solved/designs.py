"""Linear regression on more and more features: fits to designs, and the curve that theory draws of them.

Inputs are isotropic and the signal has strength 1: a fit b of the truth beta has the excess risk |b - beta|^2 on new
points, and predicting 0 has the risk 1. A fit is linear in its labels, so one fit to the labels without noise, and to
a few draws of noise alone, gives the risk at every noise level. The curve is exact without a penalty, and the limit of
many examples with one.
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
MIN_NORM, RIDGE, BEST = FITS = ("shortest fit", "penalty of the slider", "best penalty")


@dataclass(frozen=True, eq=False)
class Designs:
    """Fits to DRAWS designs of every size p: (P, DRAWS) each, for a signal and a noise of strength 1."""

    sizes: tuple[int, ...]
    values: list[tuple[Tensor, ...]]  # singular values of each design
    missed: Tensor  # |b - beta|^2 without noise
    crossed: Tensor  # twice the product with what noise adds, averaged over its draws
    added: Tensor  # square of what noise adds, averaged

    def risk(self, signal: Tensor, noise: Tensor) -> Tensor:
        """Return the excess risk of each fit, (P, DRAWS), for signal and noise (P,)."""
        signal, noise = signal[:, None], noise[:, None]
        return signal * self.missed + (signal * noise).sqrt() * self.crossed + noise * self.added


@cached(8)
def drawn(fit: Callable, seed: int, progress: compute.Progress | None = None) -> dict[int, Designs]:
    """Fit designs for every number of EXAMPLES: a menu that chooses among them then answers at once."""
    found = {}
    for i, n in enumerate(map(int, EXAMPLES)):
        sizes = sorted({round(n * ratio) for ratio in RATIOS})
        values, risks = [], []
        for j, p in enumerate(sizes):
            # In one stream of numbers the designs of two sizes would share their first rows.
            drawn = [one_fit(n, p, fit, (1000 * seed + draw) * 1000 + p) for draw in range(DRAWS)]
            singular, risk = zip(*drawn, strict=True)
            values.append(singular)
            risks.append(torch.stack(risk))
            if progress is not None:
                share = (i + (j + 1) / len(sizes)) / len(EXAMPLES)
                progress(share, f"{DRAWS} designs of {n} examples and {p} features")
        found[n] = Designs(tuple(sizes), values, *torch.stack(risks).unbind(-1))
    return found


def one_fit(n: int, p: int, fit: Callable, seed: int) -> tuple[Tensor, Tensor]:
    """Draw a design; fit its labels without noise, and several draws of noise alone.  -> singular values, and (3,)
    what `Designs` holds of each: missed, crossed, added."""
    generator = compute.generator(seed)
    X, y, beta = dd.draw_linear(n, p, 1.0, 0.0, generator)
    noise = torch.randn(n, NOISES, generator=generator, dtype=X.dtype)
    b = fit(X, torch.cat([y[:, None], noise], 1))
    missed, added = b[:, 0] - beta, b[:, 1:]
    risk = torch.stack([missed @ missed, 2 * (missed @ added).mean(), added.square().sum(0).mean()])
    return torch.linalg.svdvals(X), risk


def captured(sizes: Tensor, n: int, decay: float | None, noise: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return what p features capture of a signal of strength 1, what is noise to them, what they miss.  each (P,)"""
    missed = torch.zeros_like(sizes) if decay is None else (1 + sizes / n) ** -decay
    return 1 - missed, noise + missed, missed


def chosen(fit: str, penalty: float, ratio: Tensor, signal: Tensor, noise: Tensor) -> Tensor:
    """Return the penalty at every size, (P,): none, the slider's, or the best one, noise p / (n signal)."""
    return noise * ratio / signal if fit == BEST else torch.full_like(ratio, 0.0 if fit == MIN_NORM else penalty)


def curve(n: int, decay: float | None, noise: float, fit: str, penalty: float, risk: Callable) -> tuple[Tensor, Tensor]:
    """Return sizes, (L,), and by theory bias and variance, (2, L)."""
    sizes = {*dd.geometric_steps(round(RATIOS[0] * n), round(RATIOS[-1] * n), 90), *range(n - 6, n + 7)}
    sizes = torch.tensor(sorted(sizes), dtype=torch.float64)
    signal, disturbance, missed = captured(sizes, n, decay, noise)
    if fit == MIN_NORM:
        each = zip(sizes.int().tolist(), signal.tolist(), disturbance.tolist(), strict=True)
        parts = [(float(risk(n, p, strength, 0.0)), float(risk(n, p, 0.0, noise))) for p, strength, noise in each]
        bias, variance = torch.tensor(parts, dtype=torch.float64).T
    else:
        penalties = chosen(fit, penalty, sizes / n, signal, disturbance).clamp(min=1e-9)
        bias = signal * dd.ridge_risk(sizes / n, penalties, 1.0, 0.0)
        variance = disturbance * dd.ridge_risk(sizes / n, penalties, 0.0, 1.0)
    return sizes, torch.stack([bias + missed, variance])
