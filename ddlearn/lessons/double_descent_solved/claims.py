"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

from statistics import fmean

import torch
from torch import Tensor

from ddlearn import compute
from ddlearn import double_descent as dd
from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import about, at_least, at_most
from ddlearn.lessons.double_descent_solved import digits, one_change, variance
from ddlearn.lessons.double_descent_solved.exercises import bias_variance, risk

SIGNAL, NOISE = 1.0, 0.2  # of the peak explorer at its start


def designs(n: int, p: int, draws: int, seed: int) -> Tensor:
    """Return singular values of Gaussian designs, (draws, min(n, p))."""
    X = torch.randn(draws, n, p, generator=compute.generator(1_000_000 * seed + 1000 * n + p), dtype=torch.float64)
    return torch.linalg.svdvals(X)


def mean_risk(n: int, p: int, draws: int, seed: int, penalty: float = 0.0, missed: float = 0.0) -> float:
    """Mean risk of fits to Gaussian designs of p features, which miss a share of the signal: it is noise to them."""
    given = n, p, penalty, SIGNAL - missed, NOISE + missed
    return fmean(sum(bias_variance(s, *given)) for s in designs(n, p, draws, seed)) + missed


def measured_over_formula(seed: int, formula, n: int = 20) -> float:
    """Mean risk of minimum-norm fits over the formula's, averaged over sizes on both sides of the threshold."""
    return fmean(mean_risk(n, p, 1000, seed) / formula(n, p, SIGNAL, NOISE) for p in (8, 13, 28, 40))


def limit(n: int, p: int, signal: float, noise: float) -> float:
    return float(dd.ridgeless_risk(p / n, signal, noise))


def best_penalty_over_formula(seed: int, noise: float, n: int = 40, p: int = 40) -> float:
    """The penalty found by search on one design, over NOISE p / (n SIGNAL)."""
    s = designs(n, p, 1, seed)[0]
    formula = NOISE * p / (n * SIGNAL)
    tried = formula * torch.logspace(-1, 1, 801, dtype=s.dtype)
    risks = [sum(bias_variance(s, n, p, float(penalty), SIGNAL, noise)) for penalty in tried]
    return float(tried[risks.index(min(risks))]) / formula


def peak_over_best(seed: int, penalty: float, n: int = 100) -> float:
    """Mean risk at p = n over the theory of the best penalty."""
    return mean_risk(n, n, 12, seed, penalty) / float(dd.best_ridge_risk(1.0, SIGNAL, NOISE))


def large_over_small(seed: int, decay: float, n: int = 100) -> float:
    """Return the smallest risk with p > n over the smallest with p < n, if the first features capture most."""
    large, small = (
        min(mean_risk(n, p, 6, seed, missed=(1 + p / n) ** -decay) for p in sizes)
        for sizes in ((130, 160, 200, 300, 500), (1, 5, 10, 20, 30, 40, 60))
    )
    return large / small


def parameters_over_formula(seed: int, count: str, n: int = 60, p: int = 240, draws: int = 12) -> float:
    """Effective parameters of minimum-norm fits with isotropic inputs over n min(n, p) / (|p - n| - 1)."""
    generator, counts = compute.generator(seed), []
    for _ in range(draws):
        X, X_new = (torch.randn(rows, p, generator=generator, dtype=torch.float64) for rows in (n, 400))
        counts.append(getattr(dd.smoother(X, X_new), count)())
    return fmean(counts) / (n * min(n, p) / (abs(p - n) - 1))


def theory_gap(seed: int, width_of_theory: float) -> float:
    """Median distance of the digits' measured errors from the theory of a kernel of some width."""
    mean = digits.measured(0.1, 1.5, seed).mse[..., 0].mean(0)
    return digits.median_gap(mean, 0.1, width_of_theory, False, seed)


def worst_over_n(seed: int, penalty: float) -> float:
    """Where the median error is largest, over the number of examples."""
    which = (0.0, *digits.PENALTIES).index(penalty)
    median = digits.measured(0.1, 1.5, seed).mse[..., which].median(0).values
    return digits.WIDTHS[int(median.argmax())] / digits.N_TRAIN


def widest_over_first(seed: int, rate: float, width: float) -> float:
    mean = digits.measured(rate, width, seed).mse[..., 0].mean(0)
    below = [N < 0.97 * digits.N_TRAIN for N in digits.WIDTHS]
    return float(mean[-1] / mean[below].min())


def peak_left(seed: int, changes: tuple[str, ...]) -> float:
    """The tallest of the curves, at as many features as digits, over the plain error at 60 features."""
    found, at = one_change.fits(seed), one_change.SIZES.index
    tallest = max(float(found[change].error[at(one_change.N_TRAIN)]) for change in changes)
    return tallest / float(found[one_change.NOTHING].error[at(60)])


def features_over_theory(seed: int, penalty_of_theory: float) -> float:
    """Mean over sizes away from the threshold of one fit's measured error over the theory's."""
    found = variance.variance(0.25, "one fit", "none", seed)
    theory = dict(zip(variance.LINE, variance.predicted(penalty_of_theory, 0.25).tolist(), strict=True))
    return fmean(
        total / theory[N]
        for N, total in zip(variance.SIZES, found.total.tolist(), strict=True)
        if abs(N / variance.N_TRAIN - 1) > 0.3 and N in theory
    )


def share_of_interaction(seed: int, penalty: str) -> float:
    """Share of one fit's error, at 1.1 features per example and without noise, that only the pair of draws decides."""
    found = variance.variance(0.0, "one fit", penalty, seed)
    i = variance.RATIOS.index(1.1)
    return float(found.parts[3, i] / found.total[i])


def clipped(seed: int, precision: torch.dtype) -> float:
    """Height of the digits' peak, exact over by a pseudo-inverse in some precision with its default cut-off."""
    x, y = digits.population(seed)
    targets, n, exact_fits, others = dd.one_hot(y, 10), 300, [], []
    for draw in range(5):
        generator = compute.generator(10 * seed + draw)
        train, new = torch.randperm(len(x), generator=generator)[: n + 200].split((n, 200))
        features = dd.CosineFeatures.draw(64, n, 4.0, generator)
        Z, Z_new = features(x[train]), features(x[new])
        b = torch.linalg.pinv(Z.to(precision)).double() @ targets[train]
        for heights, f in ((exact_fits, dd.smoother(Z, Z_new).predict(targets[train])), (others, Z_new @ b)):
            heights.append((f - targets[new]).square().sum(1).mean())
    return float(torch.stack(exact_fits).median() / torch.stack(others).median())


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("exact", about(1.0, 0.03), measured_over_formula, cause={"formula": risk}, control={"formula": limit}),
    Measured(
        "best-penalty",
        about(1.0, 0.01),
        best_penalty_over_formula,
        cause={"noise": NOISE},
        control={"noise": 2 * NOISE},
    ),
    Measured("no-peak", about(1.0, 0.05), peak_over_best, cause={"penalty": NOISE / SIGNAL}, control={"penalty": 0.0}),
    Measured("width-loses", at_least(1.0), large_over_small, cause={"decay": 5.0}, control={"decay": 1.0}),
    Measured(
        "parameters", about(1.0, 0.05), parameters_over_formula, cause={"count": "p_test"}, control={"count": "p_train"}
    ),
    Measured("digits", at_most(0.08), theory_gap, cause={"width_of_theory": 1.5}, control={"width_of_theory": 3.0}),
    Measured("digits-peak", about(1.0, 0.05), worst_over_n, cause={"penalty": 0.0}, control={"penalty": 0.1}),
    Measured(
        "width-wins",
        at_most(1.0),
        widest_over_first,
        cause={"rate": 0.1, "width": 1.5},
        control={"rate": 0.2, "width": 3.0},
    ),
    Measured(
        "three-factors",
        at_most(1.0),
        peak_left,
        cause={"changes": (one_change.LARGE_CUT, one_change.EXPLAINED, one_change.STRONG_ONLY)},
        control={"changes": (one_change.NOTHING,)},
    ),
    Measured(
        "features",
        about(1.0, 0.06),
        features_over_theory,
        cause={"penalty_of_theory": 0.0},
        control={"penalty_of_theory": 0.1},
    ),
    Measured(
        "whose-fault", at_least(0.75), share_of_interaction, cause={"penalty": "none"}, control={"penalty": "0.1"}
    ),
    Measured(
        "float32", at_least(2.0), clipped, cause={"precision": torch.float32}, control={"precision": torch.float64}
    ),
)
