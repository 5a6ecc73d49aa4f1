"""Lesson 06's own computations against independent ones."""

import math

import pytest
import torch
from drawn import needs_cuda
from scipy.optimize import brentq

from ddlearn import compute
from ddlearn.classroom.pen import Pen
from ddlearn.generalization import (
    binomial_upper,
    finite_pool_risk,
    kl_inverse,
    learnability,
    margin_bound,
    pac_bayes_kernel,
    spectrum,
)
from ddlearn.lessons.how_many_examples import bounds, curve, exercises, modes, net, shared


def power_law(N, exponent):
    return torch.arange(1, N + 1, dtype=torch.float64) ** -exponent


@pytest.mark.parametrize(("N", "n", "exponent"), [(60, 20, 1.5), (300, 299, 0.5), (50, 1, 3.0)])
def test_the_exercises_references_are_the_librarys_functions(N, n, exponent):
    lam = power_law(N, exponent)
    V2 = torch.rand(N, generator=compute.generator(0), dtype=torch.float64)
    found = exercises.kappa(lam, n)
    assert found == pytest.approx(float(learnability(lam, n).kappa), rel=1e-9)
    assert found == pytest.approx(
        brentq(lambda k: float((lam / (lam + k)).sum()) - n, 1e-12, 1e6, rtol=1e-13), rel=1e-8
    )
    risk = finite_pool_risk(lam, V2, n)
    assert float(exercises.predicted_error(lam, V2, n, found)) == pytest.approx(float(risk), rel=1e-7)


def test_the_promise_is_the_librarys_for_a_kernel():
    here = bounds.sample(0.0, 1)
    K, y = here.K[:200, :200].contiguous(), here.y[:200]
    library = pac_bayes_kernel(K, y, 0.05, [3.0])
    fits = bounds.trained(0.0, 3.0, 1)[bounds.SIZES.index(200)]
    value, mu = bounds.best_promise(fits.margins, 0, 0.05, exercises.pac_bayes)
    assert value == pytest.approx(library.bound, rel=1e-9)
    assert mu == pytest.approx(library.mu, rel=1e-12)
    diagonal = torch.ones(len(here.y_unseen), dtype=K.dtype)
    measured = library.gibbs_error(here.K_unseen[:, :200], diagonal, here.y_unseen)
    assert float(bounds.gibbs(fits.unseen, mu).mean()) == pytest.approx(measured, rel=1e-9)


@pytest.mark.parametrize("name", shared.WORLDS)
def test_a_world_is_its_kernel_and_target(name):
    here = shared.world(name)
    again = spectrum(here.K, here.Y)
    torch.testing.assert_close(here.lam, again.lam, rtol=1e-8, atol=1e-12)
    assert here.power == pytest.approx(float(here.Y.square().sum()) / here.N, rel=1e-9)
    assert float(again.V2.sum()) == pytest.approx(here.power, rel=1e-9)
    vectors, values = here.picked, here.N * here.lam[[mode - 1 for mode in shared.PICKS]]
    torch.testing.assert_close(here.K @ vectors, vectors * values, rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(vectors.T @ vectors, torch.eye(10).to(vectors), rtol=0, atol=1e-10)


def test_the_strings_are_all_there_and_their_target_is_three_parities():
    here = shared.world(shared.SIGNS)
    assert here.N == 1024
    assert here.power == pytest.approx(1 + 1 + 0.25, rel=1e-12)


def test_the_curves_theory_is_the_librarys_finite_pool_form():
    here = shared.world(shared.PARITY)
    result = curve.curves(shared.PARITY, 0.3, 0.5, False, curve.NOTHING)
    variance = 0.25 * here.power
    risk = finite_pool_risk(here.lam, here.V2, list(map(float, curve.SIZES)), 0.3, variance)
    torch.testing.assert_close(result.theory, (risk / (here.power + variance)).cpu(), rtol=1e-8, atol=0)
    assert result.measured is None


def test_nothing_is_trained_before_the_reveal(monkeypatch):
    monkeypatch.setattr(curve, "trained", lambda *arguments: pytest.fail("trained"))
    curve.curves(shared.TEN, 1e-4, 0.0, False, curve.NOTHING)
    curve.curves(shared.TEN, 1e-4, 0.0, False, curve.INFINITE)


@pytest.mark.parametrize("name", shared.WORLDS)
def test_the_points_fall_on_the_line_before_the_grey_zone(name):
    """Five trials of as few as twenty examples: within a fifth for each, and a tenth for their mean."""
    result = curve.curves(name, 0.3, 1.0, True, curve.NOTHING)
    ratio = (result.theory / result.measured.mean(0))[1:6]
    assert (ratio.log().abs() < 0.2).all(), ratio
    assert abs(float(ratio.log().mean())) < 0.1, ratio


def test_the_guess_is_drawn_on_the_setting_that_was_asked_about():
    said = {"at_40": 30.0, "at_500": 5.0}.get
    asked = curve.curves(**curve.START, reveal=False, beside=curve.NOTHING)
    other = curve.curves(shared.TEN, 1.0, 0.0, False, curve.NOTHING)
    assert "You said 30 % at 40 and 5 % at 500." in curve.sentence(asked, said)
    assert "You said" not in curve.sentence(other, said)
    pen = Pen()
    pen.png(curve.picture, asked, said)
    (drawn,) = (line for line in pen.figure.axes[0].lines if line.get_label() == "you said")
    assert list(drawn.get_xdata()) == [40, 500]
    pen.png(curve.picture, other, said)
    assert not drawn.get_visible()


@pytest.mark.parametrize("name", shared.WORLDS)
@pytest.mark.parametrize("ridge", [1e-4, 3.0])
def test_what_is_bought_adds_up_and_modes_are_learned_as_predicted(name, ridge):
    bought = modes.purchase(name, 200, ridge)
    assert float(bought.units.sum()) + bought.burnt == pytest.approx(200, rel=1e-6)
    assert float(bought.held.sum()) == pytest.approx(1, rel=1e-6)
    assert (bought.missed <= bought.held + 1e-12).all()
    gap = bought.measured.mean(0) - bought.L[torch.tensor(shared.PICKS) - 1]
    assert float(gap.abs().mean()) < 0.03


def test_bounds_are_those_of_the_formulas():
    here, result = bounds.sample(0.2, 3), bounds.bounds(0.2, 1.0, 0.01, 3)
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
    true, half, coins = (bounds.sample(share, 5).y for share in (0.0, 0.5, 1.0))
    assert float((true != half).double().mean()) == pytest.approx(0.25, abs=0.06)
    assert float((true != coins).double().mean()) == pytest.approx(0.5, abs=0.07)


@pytest.mark.parametrize("draw", [1, 2])
def test_four_hundred_true_labels_are_certified_and_coin_flips_never(draw):
    true, coins = bounds.bounds(0.0, 3.0, 0.05, draw), bounds.bounds(1.0, 3.0, 0.05, draw)
    free = bounds.ROWS.index("PAC-Bayes, prior before data")
    assert true.first(free) in (200, 400)
    for row in (1, 2, 3):
        assert (coins.values[row] > 0.5).all()
    for result in (true, coins):
        assert not [row for _, row, _ in result.broken if row > 0]


def test_a_bound_that_speaks_and_falls_silent_again_has_not_begun_to_speak():
    values = torch.tensor([[0.4, 0.6, 0.45, 0.3, 0.2, 0.1]] * 5, dtype=torch.float64)
    result = bounds.Bounds(0.0, values, torch.zeros(5, 6), torch.zeros(6))
    assert result.first(0) == 100
    assert result.first(bounds.NO_PROMISE) is None
    silent = bounds.Bounds(0.0, values + 0.35, torch.zeros(5, 6), torch.zeros(6))
    assert silent.first(0) == 800
    assert bounds.Bounds(0.0, values + 1, torch.zeros(5, 6), torch.zeros(6)).first(0) is None


@pytest.mark.parametrize(
    "labels", [net.LABELS[0], *(pytest.param(one, marks=pytest.mark.slow) for one in net.LABELS[1:])]
)
def test_only_the_prior_that_has_seen_its_judges_lies(labels):
    fair, half, false = net.promises(labels, "500").promises
    assert fair.kept
    assert half.kept
    if labels == net.COINS:
        assert fair.bound > 0.5
        assert half.bound > 0.5
        assert not false.kept
        assert false.bound < 0.3


def test_a_net_reports_its_progress_and_stops_where_it_is_told_to():
    told = []

    def stop(share, words):
        told.append(share)
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        net.promises(net.TRUE, "250", progress=stop)
    assert told == sorted(told)
    assert len(told) > 10


@needs_cuda
def test_the_gpu_sees_the_same_world(monkeypatch):
    def found(device):
        monkeypatch.setenv("DDLEARN_DEVICE", device)
        for cached in (shared.world, curve.trained, modes.fitted, bounds.pool, bounds.sample, bounds.trained):
            cached.cache_clear()
        shown = curve.curves(shared.TEN, 0.3, 0.5, True, curve.INFINITE)
        return shown.theory, shown.infinite, shown.measured, bounds.bounds(0.3, 3.0, 0.05, 2).values

    for ours, theirs in zip(found("cuda"), found("cpu"), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-9)
