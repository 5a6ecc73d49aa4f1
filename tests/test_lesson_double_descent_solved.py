"""The lesson's own computations against independent ones."""

import pytest
import torch
from drawn import normal

from ddlearn import compute, kernels
from ddlearn import double_descent as dd
from ddlearn.lessons import load
from ddlearn.lessons.double_descent_solved import (
    decisions,
    designs,
    digits,
    exercises,
    images,
    one_change,
    peak,
    variance,
    why,
)


@pytest.mark.parametrize(
    ("n", "p", "penalty"), [(9, 4, 0.1), (30, 12, 0.0), (5, 12, 0.02), (15, 15, 0.3), (6, 11, 0.0)]
)
def test_what_the_learner_writes_is_the_librarys(n, p, penalty):
    X, y = normal(n, p), normal(n, 3, seed=1)
    torch.testing.assert_close(exercises.min_norm_fit(X, y), dd.min_norm(X, y))
    parts = exercises.bias_variance(torch.linalg.svdvals(X), n, p, penalty, 1.7, 0.6)
    apart = [dd.risk_given(X, *strengths, penalty).item() for strengths in ((1.7, 0.0), (0.0, 0.6))]
    assert parts == pytest.approx(apart, abs=1e-12)
    for size in range(1, 90):
        assert exercises.risk(n, size, 1.3, 0.4) == pytest.approx(dd.exact_risk(n, size, 1.3, 0.4))


def test_a_fit_to_parts_of_the_labels_gives_the_risk_of_a_fit_to_the_labels(monkeypatch):
    """Signal and noise are fitted apart and put together; here they are fitted together, one noise at a time."""
    n, asked = 20, []
    signal, noise = torch.tensor([[0.7], [0.3]], dtype=torch.float64)
    monkeypatch.setattr(designs, "EXAMPLES", ("20",))

    def fit(X, y):
        asked.append((X, y))
        return torch.linalg.pinv(X) @ y

    found = designs.drawn(fit, 3)[n]
    together = found.risk(signal, noise)
    for i, p in enumerate(found.sizes):
        X, y = asked[i * designs.DRAWS + 2]
        beta = dd.draw_linear(n, p, 1.0, 0.0, compute.generator((1000 * 3 + 2) * 1000 + p))[2]
        torch.testing.assert_close(y[:, 0], X @ beta)
        b = torch.linalg.pinv(X) @ (signal.sqrt() * y[:, :1] + noise.sqrt() * y[:, 1:])
        risk = (b - signal.sqrt() * beta[:, None]).square().sum(0).mean()
        torch.testing.assert_close(together[i, 2], risk, rtol=1e-8, atol=0)


def test_what_the_features_miss_is_noise_to_them():
    """Against a fit to the first p of many features, of which all are drawn."""
    n, p, decay, draws = 40, 20, 1.0, 400
    kept, disturbance, missed = designs.captured(torch.tensor([float(p)]).double(), n, decay, 0.2)
    generator = compute.generator(0)
    total = 0.0
    rest = 300  # features beyond the first p, which share what is missed
    for _ in range(draws):
        X, X_rest = (torch.randn(n, k, generator=generator, dtype=torch.float64) for k in (p, rest))
        beta, beta_rest = (torch.randn(k, generator=generator, dtype=torch.float64) for k in (p, rest))
        beta, beta_rest = beta / beta.norm() * kept.sqrt(), beta_rest / beta_rest.norm() * missed.sqrt()
        e = 0.2**0.5 * torch.randn(n, generator=generator, dtype=torch.float64)
        b = torch.linalg.lstsq(X, (X @ beta + X_rest @ beta_rest + e)[:, None]).solution[:, 0]
        total += float((b - beta).square().sum() + beta_rest.square().sum()) / draws
    expected = exercises.risk(n, p, float(kept), float(disturbance)) + float(missed)
    assert total == pytest.approx(expected, rel=0.05)
    at = float(missed) + float(dd.ridgeless_risk(p / n, float(kept), float(disturbance)))
    assert expected == pytest.approx(at, rel=0.06)


@pytest.mark.parametrize("fit", [designs.RIDGE, designs.BEST])
def test_the_limit_with_a_penalty_is_the_mean_of_larger_and_larger_designs(fit):
    result = peak.peak("spread over many", "60", 0.3, fit, 0.05)
    at = [int((result.line - p).abs().argmin()) for p in result.sizes]
    theory = result.theory.sum(0)[at]
    close = (result.line[at] - result.sizes).abs() < 0.03 * result.sizes
    assert close.sum() > 10
    assert ((result.measured.mean(0) / theory - 1).abs()[close] < 0.1).all()


def test_no_penalty_is_better_than_the_best_one_for_any_design():
    s, n, p = torch.linalg.svdvals(normal(12, 12)), 12, 12
    best = float(designs.chosen(designs.BEST, 0.0, torch.tensor(p / n), torch.tensor(0.8), torch.tensor(0.3)))
    least = sum(exercises.bias_variance(s, n, p, best, 0.8, 0.3))
    for penalty in (0.0, 0.9 * best, 1.1 * best, 10 * best):
        assert sum(exercises.bias_variance(s, n, p, penalty, 0.8, 0.3)) > least


def test_the_images_theory_is_the_librarys_from_the_whole_kernel():
    x, y = digits.population(0)
    sizes, M = (20, 90, 250, 2000), digits.POPULATION
    lam, U = torch.linalg.eigh(kernels.rbf(x, width=1.5))
    for rate in (0.0, 0.2):
        F, noise = dd.mean_target(y, rate, 10), dd.target_noise(rate, 10)
        spectrum = dd.Spectrum((lam / M).clamp(min=1e-15), torch.ones_like(lam), (U.T @ F).square().sum(1) / M)
        excess = dd.predict_features(spectrum, digits.N_TRAIN, sizes, noise=noise).excess
        expected = dd.held_out(excess, digits.N_TRAIN, sizes, M, noise)
        torch.testing.assert_close(digits.predict(rate, 1.5, sizes, 0.0), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.slow
def test_the_theory_with_a_penalty_is_right_about_digits_that_no_fit_has_seen():
    path = digits.measured(0.1, 1.5, 4)
    for l, penalty in enumerate(digits.PENALTIES, start=1):
        theory = digits.predict(0.1, 1.5, digits.WIDTHS, penalty, 4)
        assert float((path.mse[..., l].mean(0) / theory - 1).abs().median()) < 0.08
    chosen, which = digits.expected(0.1, 1.5, digits.WIDTHS, True, 4)
    picked = path.mse.mean(0)[torch.arange(len(digits.WIDTHS)), which]
    assert (picked <= 1.1 * path.mse.mean(0)[:, 1:].amin(1)).all()
    assert (chosen.diff() < 0).all()


def test_every_change_is_what_it_says():
    Z, Z_new = normal(30, 30) @ torch.diag(torch.logspace(0, -5, 30).double()), normal(20, 30, seed=1)
    weights, weakest = one_change.solved(Z, Z_new)
    found = dict(zip(one_change.CHANGES, weights, strict=True))
    s, V = torch.linalg.svdvals(Z), torch.linalg.svd(Z).Vh[: one_change.STRONG]
    exact, single = torch.linalg.pinv(Z), torch.linalg.pinv(Z.float()).double()
    torch.testing.assert_close(found[one_change.NOTHING], Z_new @ exact, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(found[one_change.EXPLAINED], found[one_change.NOTHING])
    torch.testing.assert_close(found[one_change.STRONG_ONLY], Z_new @ V.T @ V @ exact, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(found[one_change.SINGLE], Z_new @ single, rtol=1e-3, atol=1e-3)
    for change, cut in ((one_change.CUT, 1e-3), (one_change.LARGE_CUT, 3e-2)):
        torch.testing.assert_close(found[change], Z_new @ torch.linalg.pinv(Z, rtol=cut), rtol=1e-6, atol=1e-8)
    b, step = torch.zeros(30, 30, dtype=Z.dtype), 0.999 / s[0] ** 2
    for _ in range(one_change.STEPS):
        b = b + step * Z.T @ (torch.eye(30, dtype=Z.dtype) - Z @ b)
    torch.testing.assert_close(found[one_change.DESCENT], Z_new @ b, rtol=1e-6, atol=1e-8)
    smallest = dict(zip(one_change.CHANGES, weakest.tolist(), strict=True))
    assert smallest[one_change.NOTHING] == pytest.approx(float(s[-1] / s[0]), rel=1e-6)
    assert smallest[one_change.CUT] == pytest.approx(float(s[s > 1e-3 * s[0]][-1] / s[0]), rel=1e-6)


def test_labels_that_the_features_explain_are_learned_without_error_up_to_the_threshold():
    result = why.why(one_change.EXPLAINED).here
    assert (result.error[: one_change.SIZES.index(one_change.N_TRAIN)] < 1e-12).all()
    assert (result.error[-3:] > 1e-2).all()


def test_the_curve_folds_back_along_the_effective_parameters_of_the_page():
    assert [*map(decisions.effective, (30, 240)), decisions.same()] == pytest.approx([62.1, 20.1, 119], abs=0.05)
    used = why.why(one_change.NOTHING).here.p_test
    at = one_change.SIZES.index(one_change.N_TRAIN)
    assert (used[: at + 1].diff() > 0).all()
    assert (used[at:].diff() < 0).all()
    assert [float(used[one_change.SIZES.index(N)]) for N in (85, 400)] == pytest.approx([699, 246], abs=0.5)


def test_noise_and_averaging_act_on_their_own_parts_only():
    features, data = list(variance.MEANS)[1:]
    settings = ((0.2, "one fit"), (0.4, "one fit"), (0.6, "one fit"), (0.2, features), (0.2, data))
    one, loud, louder, over_features, over_data = (variance.variance(*setting, "0.1").parts for setting in settings)
    assert torch.equal(loud[[0, 2]], one[[0, 2]])
    torch.testing.assert_close(louder - loud, loud - one)
    assert (loud > one)[[1, 3]].all()
    for mean, divisors in ((over_features, [1, 1, 10, 10.0]), (over_data, [1, 10, 1, 10.0])):
        torch.testing.assert_close(mean, one / torch.tensor(divisors, dtype=torch.float64)[:, None])


def test_the_variance_theory_is_that_of_one_fit():
    result = variance.variance(0.4, "one fit", "0.1")
    kept = [i for i, N in enumerate(variance.SIZES) if N in variance.LINE]
    theory = result.theory[[variance.LINE.index(variance.SIZES[i]) for i in kept]]
    assert len(kept) > 8
    torch.testing.assert_close(result.total[kept], theory, rtol=0.08, atol=0)


def test_the_shares_of_the_solution_of_problem_4():
    found = variance.variance(0.0, "one fit", "none")
    _, data, features, both = (100 * found.parts / found.total)[:, variance.RATIOS.index(1.1)].tolist()
    assert both == pytest.approx(90, abs=2)
    assert [round(share) for share in (data, features, features + both, data + both)] == [1, 7, 98, 92]


def test_the_table_of_the_page():
    X = torch.tensor([[1.1, 0.9], [0.9, 1.1]], dtype=torch.float64)
    feature = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    y, truth = torch.tensor([[2.1], [1.9]], dtype=torch.float64), torch.ones(2, dtype=torch.float64)
    for design, singular, fit, distance in (
        (X, [2, 0.2], [1.5, 0.5], 0.5),
        (torch.cat([X, feature], 1), [2, 1.43], [1.010, 0.990, 0.098], 0.0098),
    ):
        w = exercises.min_norm_fit(design, y)[:, 0]
        assert torch.linalg.svdvals(design).tolist() == pytest.approx(singular, abs=5e-3)
        assert w.tolist() == pytest.approx(fit, abs=5e-4)
        assert float((w[:2] - truth).square().sum() + w[2:].square().sum()) == pytest.approx(distance, rel=5e-3)
    w = torch.linalg.solve(X.T @ X + 0.2 * torch.eye(2, dtype=X.dtype), X.T @ y)[:, 0]
    assert w.tolist() == pytest.approx([1.036, 0.869], abs=5e-4)
    assert float((w - truth).square().sum()) == pytest.approx(0.0184, abs=5e-5)
    third = torch.linalg.svdvals(torch.cat([X, feature.T]))
    assert float((1 / third**2).sum()) == pytest.approx(0.74, abs=5e-3)


def test_the_risks_of_the_page():
    """Those of the question, of the formula's examples, at the peak with the best penalty, and of the purchase."""
    few, many = (exercises.risk(n, 200, 1.0, 0.2) for n in (100, 180))
    assert [few, many] == pytest.approx([0.70, 1.99], abs=5e-3)
    assert 2.5 < many / few < 3
    by_hand = torch.tensor([2, 0.2]), torch.tensor([2, 2.04**0.5])
    assert [float((1 / s**2).sum()) for s in by_hand] == pytest.approx([25.25, 0.74], abs=5e-3)
    assert [exercises.risk(40, p, 0.0, 1.0) for p in (20, 38, 80)] == pytest.approx([20 / 19, 38, 40 / 39])
    assert float(dd.best_ridge_risk(1.0, 1.0, 0.2)) == pytest.approx(0.36, abs=5e-3)
    now, enough, tuned = decisions.offers()
    assert [now, enough, tuned] == pytest.approx([0.862, 248, 0.473], abs=5e-4)
    assert round(exercises.risk(210, 200, 1.0, 0.2) / now) == 5


def test_what_the_hidden_ridge_of_exercise_1_would_do():
    def ridge(X, y):
        return torch.linalg.solve(X.T @ X + 0.1 * torch.eye(X.shape[1]).to(X), X.T @ y)

    X, y = (torch.tensor(rows, dtype=torch.float64) for rows in ([[1.1, 0.9], [0.9, 1.1]], [[2.1], [1.9]]))
    assert ridge(X, y)[:, 0].tolist() == pytest.approx([1.12, 0.83], abs=5e-3)
    for fit, height in ((exercises.min_norm_fit, 11), (ridge, 2)):
        found = peak.peak("every feature is there", "40", 0.2, designs.MIN_NORM, 0.01, min_norm_fit=fit)
        assert round(float(found.median.max())) == height
        assert int(found.sizes[found.median.argmax()]) == 40


def test_the_numbers_to_compare_with_of_problem_2():
    s = torch.tensor([2, 0.2], dtype=torch.float64)
    assert exercises.bias_variance(s, 2, 2, 0.1, 2.0, 0.01) == pytest.approx((0.697, 0.0092), abs=5e-4)


@pytest.mark.slow
def test_the_digits_of_the_page():
    """How far theory is from the fits, where these are worst, and how the widest fit loses."""
    found = images.images("10 %", "1.5", images.NONE, True)
    assert round(100 * found.gap) == 3
    assert digits.WIDTHS[int(found.measured.median(0).values.argmax())] == digits.N_TRAIN
    median = digits.measured(0.2, 3.0, 0).mse[..., 0].median(0).values
    small = median[: digits.WIDTHS.index(digits.N_TRAIN)]
    assert digits.WIDTHS[int(small.argmin())] == 32
    assert [float(median[-1]), float(small.min())] == pytest.approx([0.50, 0.39], abs=5e-3)


def test_the_best_fits_of_the_page():
    for truth, small, large in (
        ("most of it in the first", (0.45, 16), (0.71, 77)),
        ("spread over many", None, (0.93, 210)),
    ):
        result = peak.peak(truth, "40", 0.2, designs.MIN_NORM, 0.01)
        total = result.theory.sum(0)
        for expected, side in ((small, result.line < 39), (large, result.line > 41)):
            if expected:
                assert float(total[side].min()) == pytest.approx(expected[0], abs=5e-3)
                assert int(result.line[side][total[side].argmin()]) == expected[1]


def test_the_predictions_come_out_as_said():
    truths = {prediction.name: prediction.truth for prediction in load("double_descent_solved").parts.predictions}
    assert truths == {"peak": digits.N_TRAIN}
    quiet = peak.peak("every feature is there", "40", 0.0, designs.MIN_NORM, 0.01)
    assert float(quiet.measured[:, int((quiet.sizes - 40).abs().argmin())].max()) < 1e-12


def test_the_sentence_says_what_was_predicted_where_it_is_answered():
    assert "You said 2000." in images.sentence(images.images(**images.explorer.fresh().state), {"peak": 2000}.get)


def test_the_penalty_says_when_it_has_no_effect():
    state = peak.explorer.fresh().state
    assert list(peak.idle(state)) == ["penalty"]
    assert not peak.idle({**state, "fit": designs.RIDGE})
