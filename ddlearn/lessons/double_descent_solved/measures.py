"""How the claims of lesson 07 are measured."""

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.lessons.double_descent_solved import exercises, images, variance, why

SIGNAL, NOISE = 1.0, 0.2  # of the peak explorer at its start


def designs(n: int, p: int, draws: int, seed: int) -> Tensor:
    """Singular values of Gaussian designs, (draws, min(n, p))."""
    X = torch.randn(draws, n, p, generator=compute.generator(1_000_000 * seed + 1000 * n + p), dtype=torch.float64)
    return torch.linalg.svdvals(X)


def measured_over_formula(seed: int, formula, n: int = 20, draws: int = 1000) -> float:
    """Mean risk of minimum-norm fits over the formula's, averaged over sizes on both sides of the threshold."""
    shares = []
    for p in (8, 13, 28, 40):
        risks = [sum(exercises.bias_variance(s, n, p, 0.0, SIGNAL, NOISE)) for s in designs(n, p, draws, seed)]
        shares.append(sum(risks) / draws / formula(n, p))
    return sum(shares) / len(shares)


def limit(n: int, p: int) -> float:
    return float(dd.ridgeless_risk(p / n, SIGNAL, NOISE))


def best_penalty_over_formula(seed: int, noise: float, n: int = 40, p: int = 40) -> float:
    """The penalty found by search on one design, over NOISE p / (n SIGNAL)."""
    s = designs(n, p, 1, seed)[0]
    formula = NOISE * p / (n * SIGNAL)
    tried = formula * torch.logspace(-1, 1, 801, dtype=s.dtype)
    risks = [sum(exercises.bias_variance(s, n, p, float(penalty), SIGNAL, noise)) for penalty in tried]
    return float(tried[risks.index(min(risks))]) / formula


def peak_over_best(seed: int, penalised: bool, n: int = 100) -> float:
    """Mean risk at p = n, with the best penalty or none, over the theory of the best penalty."""
    penalty = NOISE / SIGNAL if penalised else 0.0
    risks = [sum(exercises.bias_variance(s, n, n, penalty, SIGNAL, NOISE)) for s in designs(n, n, 12, seed)]
    return sum(risks) / len(risks) / float(dd.best_ridge_risk(1.0, SIGNAL, NOISE))


def large_over_small(seed: int, decay: float, n: int = 100, draws: int = 6) -> float:
    """Least risk with more features than examples over the least with fewer, when the first ones capture the most."""
    least = {}
    for side, sizes in (("few", (1, 5, 10, 20, 30, 40, 60)), ("many", (130, 160, 200, 300, 500))):
        risks = []
        for p in sizes:
            missed = (1 + p / n) ** -decay
            parts = [
                sum(exercises.bias_variance(s, n, p, 0.0, 1 - missed, NOISE + missed))
                for s in designs(n, p, draws, seed)
            ]
            risks.append(missed + sum(parts) / draws)
        least[side] = min(risks)
    return least["many"] / least["few"]


def theory_gap(seed: int, width_of_theory: float) -> float:
    """Median distance of the digits' measured errors from the theory of a kernel of some width."""
    mean = digits(0.1, 1.5, seed).mse[..., 0].mean(0)
    return images.median_gap(mean, 0.1, width_of_theory, False, seed)


def digits(rate: float, width: float, seed: int) -> dd.FitPath:
    return images.measured(rate, width, seed)


def worst_over_n(seed: int, penalty: int) -> float:
    """Where the median error is largest, over the number of examples."""
    median = digits(0.1, 1.5, seed).mse[..., penalty].median(0).values
    return images.WIDTHS[int(median.argmax())] / images.N_TRAIN


def widest_over_first(seed: int, rate: float, width: float) -> float:
    mean = digits(rate, width, seed).mse[..., 0].mean(0)
    below = [N < 0.97 * images.N_TRAIN for N in images.WIDTHS]
    return float(mean[-1] / mean[below].min())


def peak_left(seed: int, settings) -> float:
    """The tallest of the curves, at as many features as digits, over the error at half as many without a change."""
    at, half = why.SIZES.index(why.N_TRAIN), why.SIZES.index(60)
    plain = why.why(why.EXACT, False, False, seed).plain.error[half]
    return max(float(why.why(*setting, seed).here.error[at] / plain) for setting in settings)


REMOVED = ((why.LARGE_CUT, False, False), (why.EXACT, True, False), (why.EXACT, False, True))


def share_of_interaction(seed: int, penalty: str) -> float:
    """Share of one fit's error, at 1.1 features per example and without noise, that only the pair of draws decides."""
    found = variance.variance(0.0, "one fit", penalty, seed)
    i = variance.RATIOS.index(1.1)
    return float(found.parts[3, i] / found.total[i])


def parameters_over_formula(seed: int, at_new_points: bool, n: int = 60, p: int = 240, draws: int = 12) -> float:
    """Effective parameters of minimum-norm fits with isotropic inputs over n min(n, p) / (|p - n| - 1)."""
    generator, counts = compute.generator(seed), []
    for _ in range(draws):
        X, X_new = (torch.randn(rows, p, generator=generator, dtype=torch.float64) for rows in (n, 400))
        fit = dd.smoother(X, X_new)
        counts.append(fit.p_test() if at_new_points else fit.p_train())
    return sum(counts) / draws / (n * min(n, p) / (abs(p - n) - 1))


def clipped(seed: int, precision: torch.dtype) -> float:
    """Height of the digits' peak, exact over by a pseudo-inverse in some precision with its default cut-off."""
    x, y = images.population(seed)
    targets, n, exact, other = dd.one_hot(y, 10), 300, [], []
    for draw in range(5):
        generator = compute.generator(10 * seed + draw)
        order = torch.randperm(len(x), generator=generator)
        features = dd.CosineFeatures.draw(64, n, 4.0, generator)
        Z, Z_new = features(x[order[:n]]), features(x[order[n : n + 200]])
        y_train, truth = targets[order[:n]], targets[order[n : n + 200]]
        b = torch.linalg.pinv(Z.to(precision)).double() @ y_train
        for heights, f in ((exact, dd.smoother(Z, Z_new).predict(y_train)), (other, Z_new @ b)):
            heights.append((f - truth).square().sum(1).mean())
    return float(torch.stack(exact).median() / torch.stack(other).median())


def features_over_theory(seed: int, penalty_of_theory: float) -> float:
    """Mean over sizes away from the threshold of one fit's measured error over the theory's."""
    found = variance.variance(0.25, "one fit", "none", seed)
    quiet, noisy = variance.predicted(penalty_of_theory)
    theory = dict(zip(variance.LINE, (quiet + 0.25 * noisy).tolist(), strict=True))
    shares = [
        total / theory[N]
        for N, total in zip(variance.SIZES, found.total.tolist(), strict=True)
        if abs(N / variance.N_TRAIN - 1) > 0.3 and N in theory
    ]
    return sum(shares) / len(shares)
