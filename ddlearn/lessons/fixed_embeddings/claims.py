"""What lesson 01 claims, what theory expects, and how each claim is measured; beside each, a control that must fail."""

import torch
from torch import Tensor

from ddlearn import compute, datasets, kernels
from ddlearn.classroom import Claim
from ddlearn.lessons.fixed_embeddings import digits, exercises, features
from ddlearn.lessons.fixed_embeddings.lift import lift
from ddlearn.result import Curve
from ddlearn.ridge import ridge, ridge_path

WIDTH, PENALTY, NOISE = 0.2, 1e-4, 0.3  # of the wave in the ridge explorer


def refits(K: Tensor, y: Tensor, penalty: float, kept: bool = True) -> Tensor:
    """Every point predicted by a fit that never saw it: n solves.

    `kept` leaves n * penalty on the diagonal, with the n of the whole set; else (n - 1) * penalty, as `ridge` has.
    """
    n = len(K)
    left_out = torch.empty_like(y)
    for i in range(n):
        rest = [j for j in range(n) if j != i]
        diagonal = (n if kept else n - 1) * penalty
        A = K[rest][:, rest] + diagonal * torch.eye(n - 1, dtype=K.dtype)
        left_out[i] = K[i, rest] @ torch.linalg.solve(A, y[rest])
    return left_out


def wave_system(seed: int, n: int = 40) -> tuple[Tensor, Tensor, Tensor]:
    x, y, _ = datasets.wave(n, NOISE, compute.generator(seed))
    return x, y, kernels.rbf(x, width=WIDTH)


def shortcut_gap(seed: int, kept: bool) -> float:
    _, y, K = wave_system(seed)
    truth = refits(K, y, PENALTY, kept)
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
        path = ridge_path(K, y, torch.tensor([PENALTY], dtype=K.dtype))
        predicted = path.leave_one_out if left_out else path.fitted
        estimates.append((predicted[0] - y).square().mean())
        new = path.predict(kernels.rbf(grid, x, width=WIDTH))[0]
        tests.append((new - datasets.wave_truth(grid)).square().mean() + NOISE**2)
    return float(torch.stack(estimates).mean() / torch.stack(tests).mean())


def draws_of(seed: int) -> range:
    return range(100 * seed + 1, 100 * seed + 9)


def cosines(seed: int) -> Curve:
    return features.convergence(features.FEATURES[0], 10, draws_of(seed))


def wrong_width_slope(scale: str, seed: int) -> float:
    """The same slope when the frequencies are drawn for 1.2 times the kernel's width."""
    curve = features.convergence(features.FEATURES[0], 10, draws_of(seed), misfit=1.2)
    return float(curve.log_slope().mean())


def measured_over_theory(curve: Curve) -> float:
    """Root mean square over draws and sizes of measured over theory."""
    return float((curve.measured / curve.theory).square().mean().sqrt())


def repeated_frequencies(scale: str, seed: int) -> float:
    """Measured over theory when every feature is used twice: half the draws, the same number of features."""
    curve = cosines(seed)
    halved = Curve(curve.x[1:], curve.measured[:, :-1], curve.theory[1:], curve.x_name, curve.y_name)
    return measured_over_theory(halved)


def relu_units(seed: int, order: int = 1) -> Curve:
    return features.convergence(features.FEATURES[1], 10, draws_of(seed), order=order)


def accuracy_lost(seed: int, right: int) -> float:
    """Accuracy on centred test digits minus accuracy on the same digits moved by `right` pixels."""
    return digits.shifted(0, 0, 200, seed=seed).accuracy - digits.shifted(right, 0, 200, seed=seed).accuracy


CLAIMS = (
    Claim(
        id="01.lift",
        statement=(
            "A circle that no line can follow is a flat plane in the embedding of the degree-2 polynomial kernel."
        ),
        basis="exact",
        papers=("boser1992",),
        source="a circle’s equation is linear in the squares, which are coordinates of this embedding",
        expected=1.0,
        tolerance=0.0,
        unit="of the ring's points on their own side",
        measure=lambda scale, seed: lift("ring", "polynomial", 1.0, 0.0, seed).seen,
        control=lambda scale, seed: lift("ring", "linear", 1.0, 0.0, seed).seen,
        control_note="the linear kernel: no embedding",
    ),
    Claim(
        id="01.dual",
        statement=(
            "Ridge regression on n kernel values and on the embedding's own coordinates is one and the same predictor."
        ),
        basis="exact",
        papers=("scholkopf2001",),
        source="the representer theorem, for ridge regression on six coordinates",
        expected=0.0,
        tolerance=1e-9,
        unit="relative difference of predictions",
        measure=lambda scale, seed: two_routes(seed, 2**0.5),
        control=lambda scale, seed: two_routes(seed, 1.0),
        control_note="the same monomials without their √2",
    ),
    Claim(
        id="01.loo",
        statement="Leave-one-out by the shortcut equals n separate refits that keep nλ fixed.",
        basis="exact",
        papers=("allen1974",),
        source="the refits keep nλ as it is for all n points",
        expected=0.0,
        tolerance=1e-9,
        unit="relative difference of predictions",
        measure=lambda scale, seed: shortcut_gap(seed, kept=True),
        control=lambda scale, seed: shortcut_gap(seed, kept=False),
        control_note="refits with (n − 1)λ, as ridge on n − 1 points has it",
    ),
    Claim(
        id="01.loo-test",
        statement="Leave-one-out, which uses no new data, is on average the error on new data.",
        basis="exact",
        papers=("luntz1969",),
        source=(
            "on average over samples, for fits to n − 1 points, because the point left out is as good as new; the "
            "tolerance covers the step from n − 1 to n, and 200 samples"
        ),
        expected=1.0,
        tolerance=0.1,
        unit="leave-one-out over test error",
        measure=lambda scale, seed: estimate_over_test(seed, left_out=True),
        control=lambda scale, seed: estimate_over_test(seed, left_out=False),
        control_note="the training error in its place",
    ),
    Claim(
        id="01.degrees",
        statement="A ridge fit has Σ λ / (λ + n·penalty) effective degrees of freedom: that much it follows the noise.",
        basis="exact",
        papers=("efron2004",),
        source=(
            "on average over the noise, the trace of a fit that is linear in the labels; the tolerance is that of "
            "4,000 draws"
        ),
        expected=1.0,
        tolerance=0.05,
        unit="covariance with the noise over the formula",
        measure=lambda scale, seed: covariance_over_trace(seed, PENALTY),
        control=lambda scale, seed: covariance_over_trace(seed, 100 * PENALTY),
        control_note="a fit with a hundred times the penalty",
    ),
    Claim(
        id="01.features-slope",
        statement="Random features approach their kernel as one over the root of their number.",
        basis="exact",
        papers=("rahimi2007",),
        source=(
            "the variance of a mean of D independent features is that of one over D; the tolerance is that of eight"
            " draws"
        ),
        expected=-0.5,
        tolerance=0.05,
        unit="slope of log error in log D",
        measure=lambda scale, seed: float(cosines(seed).log_slope().mean()),
        control=wrong_width_slope,
        control_note="frequencies drawn for another width",
    ),
    Claim(
        id="01.features-constant",
        statement="The variance of an entry from D random cosines and sines is (1 - k²)² / D.",
        basis="exact",
        papers=("sutherland2015",),
        source=(
            "on average over the frequencies, the variance for pairs of a cosine and a sine, with the Gaussian "
            "kernel put in; the tolerance is that of eight draws"
        ),
        expected=1.0,
        tolerance=0.1,
        unit="measured over theory",
        measure=lambda scale, seed: measured_over_theory(cosines(seed)),
        control=repeated_frequencies,
        control_note="every feature used twice",
    ),
    Claim(
        id="01.relu-features",
        statement="D random ReLU units average to the arc-cosine kernel, with variance (2 k₂ - k₁²) / D.",
        basis="exact",
        papers=("cho2009",),
        source=(
            "on average over the units, which have the kernels of orders 1 and 2 for moments; the variance is our "
            "derivation, the tolerance that of eight draws"
        ),
        expected=1.0,
        tolerance=0.1,
        unit="measured over theory",
        measure=lambda scale, seed: measured_over_theory(relu_units(seed)),
        control=lambda scale, seed: measured_over_theory(relu_units(seed, order=0)),
        control_note="the kernel of order 0 in its place",
    ),
    Claim(
        id="01.shift",
        statement="A fixed embedding does not know that a digit moved by two pixels is the same digit.",
        basis="ours",
        papers=("lecun1998",),
        source=(
            "an embedding that knew of shifts would lose nothing, and one that guesses among ten digits nearly nine"
            " tenths; half lies between. That shifts must be built in is why @lecun1998 use convolutions"
        ),
        expected=0.5,
        tolerance=0.0,
        sense="at_least",
        unit="of accuracy lost",
        measure=lambda scale, seed: accuracy_lost(seed, right=2),
        control=lambda scale, seed: accuracy_lost(seed, right=0),
        control_note="digits that did not move",
    ),
)
