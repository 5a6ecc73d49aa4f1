"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_least
from ddlearn.lessons.fixed_embeddings import digits, exercises, features
from ddlearn.lessons.fixed_embeddings.lift import lift
from ddlearn.ridge import ridge, ridge_path

WIDTH, PENALTY, NOISE = 0.2, 1e-4, 0.3  # of the wave in the ridge explorer
COSINES, RELU_UNITS = features.FEATURES


def wave_system(seed: int, n: int = 40) -> tuple[Tensor, Tensor, Tensor]:
    x, y, _ = datasets.wave(n, NOISE, compute.generator(seed))
    return x, y, kernels.rbf(x, width=WIDTH)


def shortcut_gap(seed: int, kept: bool) -> float:
    """Return the largest difference from n refits, which keep n * penalty with the n of the whole set, or do not."""
    _, y, K = wave_system(seed)
    n = len(y)
    truth = exercises.refitted(K, y, PENALTY * n / (n - 1) if kept else PENALTY)
    return float((exercises.leave_one_out(K, y, PENALTY) - truth).abs().max() / truth.abs().max())


def two_routes(seed: int, cross: float) -> float:
    """Largest difference of predictions: degree-2 kernel against ridge on its six monomials, weighted by `cross`."""
    generator = compute.generator(seed)
    x, new = (torch.randn(n, 2, generator=generator, dtype=torch.float64) for n in (30, 50))
    y = torch.sin(2 * x[:, 0]) + x[:, 1]

    def monomials(u: Tensor) -> Tensor:
        a, b = u.T
        return torch.stack([torch.ones_like(a), cross * a, cross * b, a**2, cross * a * b, b**2], 1)

    dual = kernels.polynomial(new, x) @ ridge(kernels.polynomial(x), y, 0.01)
    phi = monomials(x)
    weights = torch.linalg.solve(phi.T @ phi + 30 * 0.01 * torch.eye(6, dtype=x.dtype), phi.T @ y)
    return float((monomials(new) @ weights - dual).abs().max() / dual.abs().max())


def covariance_over_trace(seed: int, misfit: float, draws: int = 4000) -> float:
    """sum_i cov(fitted_i, y_i) / noise^2 over fresh noise, divided by sum_i lambda_i / (lambda_i + n penalty).

    The fit has the penalty of the formula times `misfit`.
    """
    _, _, K = wave_system(seed)
    n = len(K)
    noise = torch.randn(n, draws, generator=compute.generator(seed + 1000), dtype=torch.float64)
    fitted = K @ ridge(K, noise, misfit * PENALTY)
    spectrum = torch.linalg.eigvalsh(K).clamp_min(0)
    return float((fitted * noise).sum(0).mean() / (spectrum / (spectrum + n * PENALTY)).sum())


def estimate_over_test(seed: int, left_out: bool, draws: int = 200) -> float:
    """Mean leave-one-out (or training) error over mean test error, both over fresh samples of the wave."""
    estimates, tests = [], []
    grid = torch.linspace(-1, 1, 201, dtype=torch.float64)[:, None]
    for draw in range(draws):
        x, y, K = wave_system(10_000 * seed + draw)
        path = ridge_path(K, y, [PENALTY])
        estimates.append(path.leave_one_out_error if left_out else path.train_error)
        new = path.predict(kernels.rbf(grid, x, width=WIDTH))[0]
        tests.append((new - datasets.wave_truth(grid)).square().mean() + NOISE**2)
    return float(torch.stack(estimates).mean() / torch.stack(tests).mean())


def draws_of(seed: int) -> range:
    return range(100 * seed + 1, 100 * seed + 9)


def slope(seed: int, misfit: float = 1.0) -> float:
    """Return the slope of log error in log p, frequencies drawn for `misfit` times the kernel's width."""
    return float(features.convergence(COSINES, 10, draws_of(seed), misfit=misfit).log_slope().mean())


def over_theory(seed: int, kind: str, order: int = 1, twice: bool = False) -> float:
    """Return measured over theory, root mean square over draws and sizes; the arc-cosine kernel is of this order.

    With every feature used `twice`, half the draws make the same number of features.
    """
    curve = features.convergence(kind, 10, draws_of(seed), order=order)
    ratio = curve.measured[:, :-1] / curve.theory[1:] if twice else curve.measured / curve.theory
    return float(ratio.square().mean().sqrt())


def accuracy_lost(seed: int, right: int) -> float:
    """Accuracy on centered test digits minus accuracy on the same digits moved by `right` pixels."""
    return digits.shifted(0, 0, 200, seed=seed).accuracy - digits.shifted(right, 0, 200, seed=seed).accuracy


def parted(seed: int, kernel: str) -> float:
    """Share of the points of a ring and its middle that lie on their own side of the fitted plane."""
    return lift("ring", kernel, 1.0, 0.0, seed).seen


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("lift", about(1.0), parted, cause={"kernel": "polynomial"}, control={"kernel": "linear"}),
    Measured("dual", about(0.0, 1e-9), two_routes, cause={"cross": 2**0.5}, control={"cross": 1.0}),
    Measured("loo", about(0.0, 1e-9), shortcut_gap, cause={"kept": True}, control={"kept": False}),
    Measured("loo-test", about(1.0, 0.1), estimate_over_test, cause={"left_out": True}, control={"left_out": False}),
    Measured("degrees", about(1.0, 0.05), covariance_over_trace, cause={"misfit": 1}, control={"misfit": 100}),
    Measured("features-slope", about(-0.5, 0.05), slope, control={"misfit": 1.2}),
    Measured("features-constant", about(1.0, 0.1), over_theory, cause={"kind": COSINES}, control={"twice": True}),
    Measured("relu-features", about(1.0, 0.1), over_theory, cause={"kind": RELU_UNITS}, control={"order": 0}),
    Measured("shift", at_least(0.5), accuracy_lost, cause={"right": 2}, control={"right": 0}),
)
