"""Patients, as mixtures of three types of white blood cell, and what a blood test says of them.

A patient is a share of granulocytes, lymphocytes and monocytes that sum to 1, drawn from a Dirichlet distribution: its
mean is the average blood, and the sum alpha_0 of its parameters says how alike patients are,

    E pi = alpha / alpha_0,    Cov pi = (diag(p) - pp') / (alpha_0 + 1),    p = E pi.

A test counts cells, and counting errs: a share p of n counted cells has the deviation sqrt(p (1 - p) / n).
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ddlearn import arguments

__all__ = [
    "HEALTHY",
    "PATIENTS",
    "REPORT_DEVIATION",
    "blood_report",
    "counting_deviation",
    "draw_patients",
    "mean_blood",
]

PATIENTS = (3.21, 1.46, 0.59)
"""Dirichlet parameters fitted to the microscope's shares in 30 blood samples (Aitchison, The Statistical Analysis of
Compositional Data, 1986; the fit is ours)."""
HEALTHY = (49.6, 24.0, 6.4)
"""A narrow cohort about (.62, .30, .08): each share deviates by 5 points or less. An assumption, not a fit."""
REPORT_DEVIATION = tuple(one / 2**0.5 for one in (0.043, 0.041, 0.011))
"""How far a report is from the truth: the disagreement of microscope and analyzer over the same 30 samples, shared
equally between the two."""


def mean_blood(alpha: Sequence[float] = PATIENTS) -> Tensor:
    """Return alpha / alpha_0, the average patient.  -> (3,), float64"""
    alpha = _alpha(alpha)
    return alpha / alpha.sum()


def draw_patients(n: int, generator: torch.Generator, alpha: Sequence[float] = PATIENTS) -> Tensor:
    """Draw n patients from Dirichlet(alpha), three positive numbers: `PATIENTS`, `HEALTHY` or your own.  -> (n, 3)"""
    n, alpha = arguments.whole("n", n, 1), _alpha(alpha)
    arguments.generator("generator", generator)
    # torch draws from a Dirichlet distribution with its global generator only; NumPy takes a seed of ours.
    seed = torch.randint(2**62, (), generator=generator, device=generator.device).item()
    draw = np.random.default_rng(seed).dirichlet(alpha.numpy(), n)
    return torch.as_tensor(draw, dtype=torch.float64, device=generator.device)


def blood_report(mixes: Tensor, generator: torch.Generator) -> Tensor:
    """Return the shares that a blood test prints: the truth plus N(0, REPORT_DEVIATION^2), at least .001, summing to 1.

    mixes (B, 3) -> (B, 3). The error is the instrument's own, and stays however many cells are counted.
    """
    arguments.distributions("mixes", arguments.matrix("mixes", mixes, columns=3))
    arguments.generator("generator", generator)
    noise = torch.randn(mixes.shape, generator=generator, device=generator.device, dtype=torch.float64).to(mixes)
    report = (mixes + noise * torch.tensor(REPORT_DEVIATION, dtype=torch.float32).to(mixes)).clamp_(min=0.001)
    return report / report.sum(1, keepdim=True)


def counting_deviation(shares: Tensor, cells: int) -> Tensor:
    """Return the standard deviation of count / cells, sqrt(p (1 - p) / cells).  shares, any shape -> the same shape"""
    arguments.tensor("shares", shares)
    if shares.min() < 0 or shares.max() > 1:
        raise ValueError(f"shares must be from 0 to 1; got {shares.min().item():.4g} to {shares.max().item():.4g}")
    return (shares * (1 - shares) / arguments.whole("cells", cells, 1)).sqrt()


def _alpha(alpha: Sequence[float]) -> Tensor:
    checked = arguments.numbers("alpha", alpha)
    if checked.shape != (3,):
        raise ValueError(f"alpha must be three positive numbers; got shape {tuple(checked.shape)}")
    return checked.cpu()
