"""What the lesson claims, what theory expects, and how each claim is measured, each with a control that must fail."""

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom.claim import about, at_least, claim, exact, ours
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


def covariance_over_trace(seed: int, penalty_of_fit: float, draws: int = 4000) -> float:
    """sum_i cov(fitted_i, y_i) / noise^2 over fresh noise, divided by sum_i lambda_i / (lambda_i + n penalty)."""
    _, _, K = wave_system(seed)
    n = len(K)
    noise = torch.randn(n, draws, generator=compute.generator(seed + 1000), dtype=torch.float64)
    fitted = K @ ridge(K, noise, penalty_of_fit)
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


CLAIMS = (
    claim(
        "lift",
        "A circle that no line can follow is a flat plane in the embedding of the degree-2 polynomial kernel.",
        about(1.0, unit="of the ring's points on their own side"),
        exact("boser1992", "a circle’s equation is linear in the squares, which are coordinates of this embedding"),
        parted,
        cause={"kernel": "polynomial"},
        control=({"kernel": "linear"}, "the linear kernel: no embedding"),
    ),
    claim(
        "dual",
        "Ridge regression on n kernel values and on the embedding's own coordinates is one and the same predictor.",
        about(0.0, 1e-9, "relative difference of predictions"),
        exact("scholkopf2001", "the representer theorem, for ridge regression on six coordinates"),
        two_routes,
        cause={"cross": 2**0.5},
        control=({"cross": 1.0}, "the same products without the weights √2 of the kernel"),
    ),
    claim(
        "loo",
        "Leave-one-out by the shortcut equals n separate refits that keep nλ fixed.",
        about(0.0, 1e-9, "relative difference of predictions"),
        exact("allen1974", "the refits keep nλ as it is for all n points"),
        shortcut_gap,
        cause={"kept": True},
        control=({"kept": False}, "refits with (n − 1)λ, as ridge on n − 1 points has it"),
    ),
    claim(
        "loo-test",
        "Leave-one-out, which uses no new data, is on average the error on new data.",
        about(1.0, 0.1, "leave-one-out over test error"),
        exact(
            "luntz1969",
            "on average over samples, for fits to n − 1 points, because the point left out is as good as new; the "
            "tolerance covers the step from n − 1 to n, and 200 samples",
        ),
        estimate_over_test,
        cause={"left_out": True},
        control=({"left_out": False}, "the training error in its place"),
    ),
    claim(
        "degrees",
        "A ridge fit follows noise by its effective degrees of freedom, Σ λᵢ / (λᵢ + nλ), with eigenvalues λᵢ of K.",
        about(1.0, 0.05, "covariance with the noise over the formula"),
        exact(
            "efron2004",
            "on average over the noise, the trace of a fit that is linear in the labels; the tolerance is that of "
            "4,000 draws",
        ),
        covariance_over_trace,
        cause={"penalty_of_fit": PENALTY},
        control=({"penalty_of_fit": 100 * PENALTY}, "a fit with a hundred times the penalty"),
    ),
    claim(
        "features-slope",
        "Random features approach their kernel as one over the root of their number.",
        about(-0.5, 0.05, "slope of log error in log p"),
        exact(
            "rahimi2007",
            "the variance of a mean of p independent features is that of one over p; the tolerance is that of eight "
            "draws",
        ),
        slope,
        control=({"misfit": 1.2}, "frequencies drawn for another width"),
    ),
    claim(
        "features-constant",
        "An entry k of the kernel, estimated by p random cosines and sines, has the variance (1 − k²)² / p.",
        about(1.0, 0.1, "measured over theory"),
        exact(
            "sutherland2015",
            "on average over the frequencies, the variance for pairs of a cosine and a sine, with the Gaussian kernel "
            "put in; the tolerance is that of eight draws",
        ),
        over_theory,
        cause={"kind": COSINES},
        control=({"twice": True}, "every feature used twice"),
    ),
    claim(
        "relu-features",
        "p random ReLU units estimate the arc-cosine kernel k₁ with variance (2 k₂ − k₁²) / p; k₂ is that of order 2.",
        about(1.0, 0.1, "measured over theory"),
        exact(
            "cho2009",
            "on average over the units, which have the kernels of orders 1 and 2 for moments; the variance is our "
            "derivation, the tolerance that of eight draws",
        ),
        over_theory,
        cause={"kind": RELU_UNITS},
        control=({"order": 0}, "the kernel of order 0 in its place"),
    ),
    claim(
        "shift",
        "A fixed embedding does not know that a digit moved by two pixels is the same digit.",
        at_least(0.5, "of accuracy lost"),
        ours(
            "lecun1998",
            "an embedding that knew of shifts would lose nothing, and one that guesses among ten digits nearly nine "
            "tenths; half lies between. That shifts must be built in is why @lecun1998 use convolutions",
        ),
        accuracy_lost,
        cause={"right": 2},
        control=({"right": 0}, "digits that did not move"),
    ),
)
