"""Random-feature regression at finite size and with any spectrum: kernel eigenvalues in, the whole curve out.

A kernel with eigenvalues lambda_i (m_i of each) is stood in for by k random features, K = Phi Phi'/k; n examples, a
ridge on K, noise of variance s^2 in the targets. With v_i^2 the square of what the target has along eigenvalue i,

    z = sum m lambda / (lambda + gamma),    q = sum m (lambda / (lambda + gamma))^2
    (n - z)(k - z) = k ridge / gamma,       kappa = gamma (1 - z/k)
    MSE = [ sum (gamma / (lambda + gamma) - kappa lambda / (lambda + gamma)^2 k / (k - q)) v^2 + s^2 ]
          / [ 1 - (q (k - 2 z) + z^2) / (n (k - q)) ]

(Simon, Karkada, Ghosh and Belkin, arXiv 2311.14646; Defilippis, Loureiro and Misiakiewicz, arXiv 2405.15699; written
from memory of them and checked here against simulation and an independent solver). The two equations of the paper for
kappa and gamma are brought to one root (our reduction). Without a ridge z = min(n, k), and at k = n the error is
infinite; k = inf is kernel ridge regression.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.double_descent.linear import Numbers

__all__ = ["Predicted", "Spectrum", "predict_features"]

HALVINGS = 120


@dataclass(frozen=True, eq=False)
class Spectrum:
    """A kernel and a target: eigenvalues (D,), how many of each, counts (D,), and signal (D,), v^2 in total for each.

    tail is the sum of eigenvalues too small to list, of which there are infinitely many: they act as a ridge.
    """

    eigenvalues: Tensor
    counts: Tensor
    signal: Tensor
    tail: float = 0.0

    def __post_init__(self) -> None:
        values = arguments.numbers("eigenvalues", self.eigenvalues, zero=True).reshape(-1)
        object.__setattr__(self, "eigenvalues", values)
        for name in ("counts", "signal"):
            value = arguments.numbers(name, getattr(self, name), zero=True).reshape(-1).to(values.device)
            if value.shape != values.shape:
                raise ValueError(f"{name} must be one for each of {len(values)} eigenvalues; got {len(value)}")
            object.__setattr__(self, name, value)
        object.__setattr__(self, "tail", arguments.at_least("tail", self.tail, 0))
        if self.trace <= 0:
            raise ValueError("eigenvalues must not all be 0")

    @property
    def trace(self) -> float:
        """The sum of all eigenvalues: the mean of k(x, x)."""
        return (self.counts * self.eigenvalues).sum().item() + self.tail


@dataclass(frozen=True, eq=False)
class Predicted:
    """mse includes the noise, excess does not; gamma, kappa, z and q as above.  Each of the shape of `features`."""

    mse: Tensor
    excess: Tensor
    gamma: Tensor
    kappa: Tensor
    z: Tensor
    q: Tensor


def predict_features(
    spectrum: Spectrum, n: int, features: Numbers, ridge: float = 0.0, noise: float = 0.0
) -> Predicted:
    """Return the test error of n examples and k features.  features, k, () or (L,), `math.inf` for the kernel itself.

    noise is the variance of the noise summed over outputs, if the signal is. The ridge is added to K = Phi Phi'/k.
    """
    if not isinstance(spectrum, Spectrum):
        raise TypeError(f"spectrum must be a Spectrum; got {type(spectrum).__name__}")
    n = arguments.whole("n", n, 1)
    ridge, noise = arguments.at_least("ridge", ridge, 0), arguments.at_least("noise", noise, 0)
    share = _share(features).to(spectrum.eigenvalues.device)  # 1/k
    few = (1 / share).clamp(max=n)  # min(n, k)

    # At `high` z <= min(n, k)/4 and ridge/gamma <= n/4, so the root is below.
    high = (4 * (spectrum.trace / few + ridge / n)).log()
    low = high - 90  # e^-90: no eigenvalue in float64 is that small and counts
    for _ in range(HALVINGS):
        gamma = ((low + high) / 2).exp()
        z = _z(spectrum, gamma)
        above = (z < few) & ((n - z) * (1 - z * share) >= ridge / gamma)
        low, high = torch.where(above, low, gamma.log()), torch.where(above, gamma.log(), high)
    gamma = high.exp()
    z = _z(spectrum, gamma)
    kappa = gamma * (1 - z * share)
    if ridge == 0:  # z = min(n, k) where the eigenvalues are that many, and to the last digit
        z = torch.where((few - z).abs() < 1e-9 * few, few, z)
        kappa = torch.where(n * share >= 1 - 1e-12, 0.0, gamma * (1 - z * share))
    return _errors(spectrum, n, share, gamma, kappa, z, noise)


def _errors(
    spectrum: Spectrum, n: int, share: Tensor, gamma: Tensor, kappa: Tensor, z: Tensor, noise: float
) -> Predicted:
    lam, left = spectrum.eigenvalues, gamma[..., None]
    learned = lam / (lam + left)
    q = (spectrum.counts * learned.square()).sum(-1)
    spare = 1 - q * share  # (k - q) / k
    kept = left / (lam + left) - (kappa / spare)[..., None] / (lam + left) * learned
    fitted = (q * (1 - 2 * z * share) + z.square() * share) / (n * spare)
    mse = ((kept * spectrum.signal).sum(-1) + noise) / (1 - fitted)
    mse = torch.where(fitted < 1 - 1e-12, mse, math.inf)
    return Predicted(mse, mse - noise, gamma, kappa, z, q)


def _z(spectrum: Spectrum, gamma: Tensor) -> Tensor:
    lam = spectrum.eigenvalues
    return (spectrum.counts * lam / (lam + gamma[..., None])).sum(-1) + spectrum.tail / gamma


def _share(features: Numbers) -> Tensor:
    """1/k, 0 for infinitely many."""
    if isinstance(features, float) and features == math.inf:
        return torch.zeros((), dtype=torch.float64)
    return 1 / arguments.numbers("features", features)
