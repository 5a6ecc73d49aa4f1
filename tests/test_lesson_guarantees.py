"""The computations of the lesson on guarantees against independent ones."""

import math
import re

import pytest
import torch
from drawn import needs_cuda
from pages import words_of
from torch.distributions import Normal

from ddlearn import compute
from ddlearn.generalization import binomial_upper, kl_inverse, margin_bound, pac_bayes_kernel
from ddlearn.lessons.guarantees import bounds, decisions, exercises, machines, net

PAGE = words_of("guarantees")
COLUMN = bounds.SIZES.index(400)


def test_the_coins_and_the_four_classifiers_of_the_page():
    no_error, lucky = 1 - 0.05**0.1, 1 - (1 - 2**-10) ** 1000
    assert (no_error, lucky) == pytest.approx((0.26, 0.62), abs=5e-3)
    assert exercises.holdout(0, 10, 0.05) == pytest.approx(no_error, rel=1e-9)
    assert exercises.holdout(0, 10, 0.05 / 1000) == pytest.approx(0.63, abs=5e-3)
    prices = math.log(1 / 0.05), math.log(1000 / 0.05)
    hundred = [exercises.holdout(0, 100, delta) for delta in (0.05, 0.05 / 1000)]
    assert hundred == pytest.approx([1 - math.exp(-price / 100) for price in prices], rel=1e-9)
    assert (*prices, *hundred) == pytest.approx((3.0, 9.9, 0.03, 0.09), rel=0.05)
    rows = ((0.10, math.log(4), 0.2516), (0.11, math.log(2), 0.2564), (0.255, 0.0, 0.4209), (0.10, math.log(2), 0.2429))
    for rate, kl, bound in rows:
        errors = torch.full((100,), rate, dtype=torch.float64)
        assert exercises.pac_bayes(errors, kl, 0, 1, 0.05) == pytest.approx(bound, abs=5e-5)


@pytest.mark.parametrize(("errors", "n", "delta"), [(0, 10, 0.05), (8, 397, 0.05), (30, 60, 1e-6), (7, 7, 0.1)])
def test_the_hold_out_exercise_is_the_librarys(errors, n, delta):
    assert exercises.holdout(errors, n, delta) == pytest.approx(binomial_upper(errors, n, delta), rel=1e-9)


def test_the_numbers_of_the_page_on_digits():
    margins = machines.trained(0.0, 3.0, 1)[COLUMN].margins
    _, mu = bounds.best_bound(margins, 0, 0.05, exercises.pac_bayes)
    rate = float(machines.gibbs(margins, mu).mean())
    price = mu**2 / 2 + math.log(2 * math.sqrt(400) / 0.05)
    assert (mu, rate, mu**2 / 2, price) == pytest.approx((9.3, 0.20, 43, 50), rel=2e-2)
    assert kl_inverse(0.20, 0.19) < 0.5 < kl_inverse(0.20, 0.195)  # the price per judge that leaves one half


def test_what_the_page_says_of_four_hundred_examples_and_of_the_ridge():
    result, smaller = (bounds.bounds(0.0, 0.05, 1, ridge, False) for ridge in (3.0, 0.3))
    stated, true = 100 * result.values[0, COLUMN], 100 * result.measured[0, COLUMN]
    errors = [100 * float(one.test_error[COLUMN]) for one in (result, smaller)]
    priced = [float(one.values[2, COLUMN]) for one in (result, smaller)]
    medians = [machines.trained(0.0, ridge, 1)[COLUMN].margins.quantile(0.5) for ridge in (3.0, 0.3)]
    assert f'"at most {stated:.0f} %", and the truth is {true:.0f} %' in PAGE
    assert f"the test error falls from {errors[0]:.0f} % to {errors[1]:.0f} %" in PAGE
    assert f"rises from {priced[0]:.2f} to {priced[1]:.2f}" in PAGE
    assert f"the median margin falls from {medians[0]:.3f} to {medians[1]:.3f}" in PAGE


def test_the_page_states_the_three_bounds_at_four_hundred_examples_and_whose_errors_they_bound():
    result, margins = bounds.bounds(0.0, 0.05, 1, 3.0, False), machines.trained(0.0, 3.0, 1)[COLUMN].half_margins
    judged = margins[200:]
    stated, rates = (100 * rows[:, COLUMN] for rows in (result.values, result.measured))
    assert "the three bounds are {:.0f} %, {:.0f} % and {:.0f} %.".format(*stated[:3]) in PAGE
    assert f"{int((judged <= 0).sum())} errors on its {len(judged)} judges" in PAGE
    assert f"errs on {rates[0]:.0f} % of the unseen digits" in PAGE
    assert f"The two Gibbs classifiers err on {rates[1]:.0f} % and {rates[2]:.0f} % of them." in PAGE
    assert f"errs on {rates[bounds.TERM]:.0f} % (dotted)" in PAGE
    assert f"states at most {stated[0]:.0f} %, and the truth is {rates[0]:.0f} %." in PAGE  # the key points
    assert f"It states at most {stated[2]:.0f} %, about random predictions." in PAGE
    assert (bounds.bounds(1.0, 0.05, 1, 3.0, False).values[: bounds.SPEAKING] > 0.5).all()
    value, largest = bounds.best_bound(margins, 200, 0.05, exercises.pac_bayes)
    assert largest == bounds.SCALES[-1] == pytest.approx(200)
    fixed = exercises.pac_bayes(machines.gibbs(margins, largest), 0.0, 200, 1, 0.05)
    assert f"the bound is {fixed:.3f} instead of {value:.3f}" in PAGE


def test_what_a_smaller_ridge_and_more_confidence_change_on_the_page():
    sample, lengths, scores, wrong = machines.sample(0.0, 1), [], [], []
    K, y = sample.K[:400, :400], sample.y[:400]
    for ridge in (3.0, 0.3):
        weights = torch.linalg.solve(K + ridge * torch.eye(400).to(K), y)
        lengths.append(float((weights @ K @ weights).sqrt()))
        scores.append(float((y * (K @ weights)).quantile(0.5)))
        wrong.append(int((y * (K @ weights) <= 0).sum()))
    said = f"{wrong[1]} training errors instead of {wrong[0]}. This takes longer weights"
    assert f"{said}, {lengths[1]:.1f} instead of {lengths[0]:.1f}" in PAGE
    assert 1 < scores[1] / scores[0] < lengths[1] / lengths[0]
    margins = machines.trained(0.0, 3.0, 1)[COLUMN].margins
    half, sure = (bounds.best_bound(margins, 0, delta, exercises.pac_bayes)[0] for delta in (0.5, 1e-6))
    assert rf"the bound is {half:.3f} at $\delta = 1/2$, and {sure:.3f} at" in PAGE


@pytest.mark.slow  # forty draws
def test_how_often_the_page_says_that_bounds_fail():
    failed, loose = [], []
    for delta in (0.5, 0.05):
        drawn = [bounds.bounds(0.0, delta, draw, 3.0, False) for draw in range(1, 21)]
        rows = [row for result in drawn for _, row, _ in result.broken]
        assert set(rows) <= {0}, "of the hold-out bounds only"
        failed.append(len(rows))
        loose.append([(result.values[2, 4], result.measured[2, 4]) for result in drawn])
    count = 20 * len(bounds.SIZES)
    said = f"{failed[0]} of the {count} hold-out bounds fail at $\\delta = 1/2$, and {failed[1]} at $0.05$"
    assert said in PAGE
    bound, rate = (100 * torch.tensor(loose[0])).mean(0).tolist()
    assert bounds.SIZES[4] == 400
    assert f"the bound with the prior before data is {bound:.0f} % on average, and the error rate {rate:.0f} %" in PAGE


@pytest.mark.slow  # twenty draws, 11 s
def test_from_when_on_the_page_says_that_each_bound_speaks():
    draws = range(1, 21)
    drawn = [bounds.bounds(0.0, 0.05, draw, 3.0, True) for draw in draws]
    for name, row, words in (
        ("hold-out", 0, "from 50 or 100 on"),
        ("PAC-Bayes, half for the prior", 1, "from 100 to 400 on"),
        ("PAC-Bayes, prior before data", 2, "from 200 to 400 on"),
    ):
        first = {result.first(row) for result in drawn}
        assert (min(first), max(first)) == tuple(int(number) for number in re.findall(r"\d+", words))
        assert re.search(rf"\| {name} \|[^#]*?\| {words} \|", PAGE)
    assert min(float(result.values[3].min()) for result in drawn) > 1  # the margin bound
    assert 3 * math.sqrt(math.log(2 * 24 / 0.05) / (2 * 800)) == pytest.approx(0.20, abs=5e-3)
    terms = [[machines.trained(coins, 3.0, draw)[-1].term for draw in draws] for coins in (0.0, 1.0)]
    true, flips = (f"{min(some):.1f} to {max(some):.1f}" for some in terms)
    assert f"With 800 examples it is {true}, and with coin flips {flips}." in PAGE


def test_the_function_to_repair_certifies_coin_flips():
    (mistake,) = [one for one in exercises.PAC_BAYES.mistakes if one.name == exercises.PAC_BAYES.given]
    certified = []
    for draw in range(1, 6):
        margins, unseen = machines.margins(machines.sample(1.0, draw), 200, 400, 0.1)
        value, mu = bounds.best_bound(margins, 200, 0.05, mistake.wrong)
        certified.append(100 * value)
        assert float(machines.gibbs(unseen, mu).mean()) == pytest.approx(0.5, abs=0.02)
    assert f"between {min(certified):.0f} % and {max(certified):.0f} %" in PAGE


def test_how_many_judges_the_page_wants_without_an_error():
    few, many = decisions.fresh(0.01, 0.05), decisions.fresh(0.01, 1e-6)
    assert f"so {few:.1f} and {many:.1f}: you need {math.ceil(few)} and {math.ceil(many):,} examples" in PAGE
    assert f"takes {many / few:.1f} times as many" in PAGE


def test_gaussian_divergence_is_torchs():
    mean, sigma = torch.randn(6, generator=compute.generator(0)), torch.linspace(0.2, 3, 6)
    posterior, prior = Normal(mean, sigma), Normal(0, torch.tensor(1.5))
    expected = torch.distributions.kl_divergence(posterior, prior).sum()
    torch.testing.assert_close(exercises.gaussian_kl(mean, sigma, 1.5), expected)


def test_the_bound_is_the_librarys_for_a_kernel():
    here = machines.sample(0.0, 1)
    K, y = here.K[:200, :200].contiguous(), here.y[:200]
    library = pac_bayes_kernel(K, y, 0.05, [3.0])
    fits = machines.trained(0.0, 3.0, 1)[bounds.SIZES.index(200)]
    value, mu = bounds.best_bound(fits.margins, 0, 0.05, exercises.pac_bayes)
    assert value == pytest.approx(library.bound, rel=1e-9)
    assert mu == pytest.approx(library.mu, rel=1e-12)
    diagonal = torch.ones(len(here.y_unseen), dtype=K.dtype)
    measured = library.gibbs_error(here.K_unseen[:, :200], diagonal, here.y_unseen)
    assert float(machines.gibbs(fits.unseen, mu).mean()) == pytest.approx(measured, rel=1e-9)


def test_bounds_are_those_of_the_formulas():
    here, result = machines.sample(0.2, 3), bounds.bounds(0.2, 0.01, 3, 1.0, True)
    n = 100
    column = bounds.SIZES.index(n)
    K, y = here.K[:n, :n].contiguous(), here.y[:n]
    alpha = torch.linalg.solve(K[:50, :50] + torch.eye(50, dtype=K.dtype), y[:50])
    wrong = int((y[50:] * (K[50:, :50] @ alpha) <= 0).sum())
    assert float(result.values[0, column]) == pytest.approx(binomial_upper(wrong, 50, 0.01))
    assert float(result.values[3, column]) == pytest.approx(margin_bound(K, y, 0.01, [1.0]).value)
    # The first half chose the prior, one of as many as there are scales: so the second half alone may judge.
    margins = y[50:] * (K[50:, :50] @ alpha) / (alpha @ K[:50, :50] @ alpha).sqrt()
    price = math.log(2 * math.sqrt(50) * len(bounds.SCALES) / 0.01) / 50
    promised = min(kl_inverse(float(torch.special.ndtr(-mu * margins).mean()), price) for mu in bounds.SCALES)
    assert float(result.values[1, column]) == pytest.approx(promised)
    missed = here.y_unseen * (here.K_unseen[:, :50] @ alpha) <= 0
    assert float(result.measured[0, column]) == pytest.approx(float(missed.double().mean()))
    assert float(here.K.diagonal().sub(1).abs().max()) < 1e-12


def test_a_share_of_the_labels_is_replaced():
    true, half, coins = (machines.sample(share, 5).y for share in (0.0, 0.5, 1.0))
    assert float((true != half).double().mean()) == pytest.approx(0.25, abs=0.06)
    assert float((true != coins).double().mean()) == pytest.approx(0.5, abs=0.07)


def test_four_hundred_true_labels_are_certified_and_coin_flips_never():
    true, coins = (bounds.bounds(coins, 0.05, 1, 3.0, True) for coins in (0.0, 1.0))
    free = bounds.ROWS.index("PAC-Bayes, prior before data")
    assert true.first(free) in (200, 400)
    for row in (1, 2, 3):
        assert (coins.values[row] > 0.5).all()
    for result in (true, coins):
        assert not [row for _, row, _ in result.broken if row > 0]


def test_a_bound_that_speaks_and_falls_silent_again_has_not_begun_to_speak():
    values = torch.tensor([[0.4, 0.6, 0.45, 0.3, 0.2, 0.1]] * 5, dtype=torch.float64)
    result = bounds.Bounds(0.0, values, torch.zeros(5, 6))
    assert result.first(0) == 100
    assert result.first(bounds.TERM) is None
    silent = bounds.Bounds(0.0, values + 0.35, torch.zeros(5, 6))
    assert silent.first(0) == 800
    assert bounds.Bounds(0.0, values + 1, torch.zeros(5, 6)).first(0) is None


@pytest.mark.slow
@pytest.mark.parametrize("labels", net.LABELS)
def test_only_the_prior_that_has_seen_its_judges_fails(labels):
    fair, half, false = net.guarantees(labels, "500").guarantees.values()
    assert fair.kept
    assert half.kept
    if labels == net.COINS:
        assert fair.bound > 0.5
        assert half.bound > 0.5
        assert not false.kept
        assert false.bound < 0.3


@pytest.mark.slow  # 6 s
def test_the_numbers_of_the_page_on_a_prior_that_has_seen_its_judges():
    cheat = net.guarantees(net.COINS, "1000").guarantees[net.PRIORS[-1]]
    assert f"the divergence is only {cheat.kl:.0f} on 1,000 coin flips" in PAGE
    assert f"the error rate on the judges is {100 * cheat.train:.0f} %" in PAGE
    assert f"On coin flips the bound is {100 * cheat.bound:.0f} %, where half of the answers are wrong" in PAGE
    assert cheat.test == pytest.approx(0.5, abs=0.02)


def test_a_net_reports_its_progress_and_stops_where_it_is_told_to():
    told = []

    def stop(share, words):
        told.append(share)
        if share > 0.2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        net.guarantees(net.TRUE, "250", progress=stop)
    assert told == sorted(told)
    assert len(told) > 10


@needs_cuda
def test_the_gpu_computes_the_same_bounds(monkeypatch):
    def found(device):
        monkeypatch.setenv("DDLEARN_DEVICE", device)
        for cached in (machines.pool, machines.sample, machines.trained):
            cached.cache_clear()
        return bounds.bounds(0.3, 0.05, 2, 3.0, True).values

    torch.testing.assert_close(found("cuda"), found("cpu"), rtol=1e-6, atol=1e-9)
