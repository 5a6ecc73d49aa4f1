"""Counting and rules: the lesson's own computations against independent ones."""

import itertools
from pathlib import Path

import pytest
import torch
from drawn import normal
from pages import words_of

from ddlearn import blood, compute, weak_labels
from ddlearn.fetch import DatasetUnavailable
from ddlearn.lessons import cells as lab
from ddlearn.lessons.counting_and_rules import decisions, exercises, patient, real_cells, rules

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data" / "wbcatt"
needs_wbcatt = pytest.mark.skipif(not REAL.is_dir(), reason="the shared data folder is not here")


def mixtures(*shape, seed=0):
    return normal(*shape, seed=seed).softmax(-1)


# -- what the learner writes


def test_rounds_are_those_of_the_library():
    """From the same start, so many rounds of the exercise are the library's EM, its balance free or fixed."""
    _, votes = rules.drawn(400, 3)
    for balance in (None, rules.SHARES):
        q = weak_labels.majority_vote(votes, 3, balance)
        for _ in range(8):
            given = q.mean(0) if balance is None else balance
            q = exercises.label_round(q, rules.hear(votes), given, rules.SMOOTHING)
        theirs = weak_labels.dawid_skene(votes, 3, balance, smoothing=rules.SMOOTHING, iterations=7, tolerance=0)
        torch.testing.assert_close(q, theirs.posterior, rtol=1e-8, atol=1e-12)


def test_steps_are_those_of_the_library():
    P, p_from = mixtures(60, 3), torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    shares = p_from
    for _ in range(12):
        shares = exercises.shares_step(P, p_from, shares, patient.ALPHA)
    theirs = p_from
    for _ in range(12):
        total = weak_labels.prior_shift(P, p_from, theirs).sum(0) + patient.ALPHA - 1
        theirs = total / total.sum()
    torch.testing.assert_close(shares, theirs, rtol=1e-12, atol=0)


def test_the_numbers_of_the_problems_are_those_of_the_library():
    """A mean error of one point by chance alone; and where EM stands still for two appearances."""
    cells, first, second = decisions.numbers()
    p = torch.tensor([[0.61, 0.28, 0.11]], dtype=torch.float64)
    assert 100 * patient.floor(p, round(cells)) == pytest.approx(1, rel=1e-3)
    ones = torch.ones(2, dtype=torch.float64)
    for looks_like_first, share in ((62, first), (10, second)):
        P = torch.tensor([[0.8, 0.2]] * looks_like_first + [[0.2, 0.8]] * (100 - looks_like_first), dtype=torch.float64)
        shares = ones / 2
        for _ in range(400):
            shares = exercises.shares_step(P, ones / 2, shares, ones)
        assert float(shares[0]) == pytest.approx(share, abs=1e-3)


# -- the patients


def test_the_floor_is_what_known_cells_leave():
    mixes = blood.draw_patients(200, compute.generator(3))
    for n in patient.COUNTS:
        counts = torch.multinomial(mixes, n, replacement=True, generator=compute.generator(n))
        shares = torch.stack([(counts == c).double().mean(1) for c in range(3)], 1)
        measured = weak_labels.count_error(shares, mixes).mean().item()
        assert patient.floor(mixes, n) == pytest.approx(measured, rel=0.12)


def test_counting_stops_where_nothing_moves():
    P = mixtures(50, 3, seed=2)
    found = patient.count_by_em(P, patient.FLAT, exercises.shares_step)
    assert (exercises.shares_step(P, lab.THIRDS, found, patient.FLAT) - found).abs().max() < 10 * patient.STILL
    calls = []

    def still(P, p_from, shares, alpha):
        calls.append(shares)
        return shares

    assert torch.equal(patient.count_by_em(P, patient.FLAT, still), lab.THIRDS)
    assert len(calls) == 1


def test_a_patient_is_counted_from_its_own_cells():
    seen = patient.patients(4, "100", "900 purified cells")
    mixes, rows = patient.people(0)
    assert torch.equal(seen.truth, mixes[3])
    P = patient.posteriors(300, 0)[0, 3, :100]
    torch.testing.assert_close(seen.found[0], P.argmax(1).bincount(minlength=3).double() / 100)
    y = lab.pool().test_y[rows[3]]
    assert (y.bincount(minlength=3).double() / len(y) - mixes[3]).abs().max() < 0.12
    assert seen.errors[0, 0, 3, 2].item() == pytest.approx((seen.found[0] - seen.truth).abs().mean().item())


def test_the_page_states_the_prior_that_is_used():
    page = words_of("counting_and_rules")
    assert "Dirichlet({:g}, {:g}, {:g})".format(*patient.ALPHA.tolist()) in page
    assert "Dirichlet({:g}, {:g}, {:g})".format(*blood.PATIENTS) in page


# -- the rules


def test_votes_are_drawn_from_the_table():
    y, votes = rules.drawn(rules.MOST, 1)
    table = rules.probabilities()
    torch.testing.assert_close(table.sum(-1), torch.ones(10, 3, dtype=torch.float64))
    for j, c in itertools.product(range(10), range(3)):
        said = rules.hear(votes[y == c])[:, j].mean(0)
        assert (said - table[j, c]).abs().max() < 5 * (0.25 / int((y == c).sum())) ** 0.5
    assert torch.equal(rules.drawn(300, 1)[1], votes[:300])  # fewer cells are the first of more


@needs_wbcatt
def test_the_table_was_counted_on_the_published_cells():
    cells = blood.load_wbcatt(REAL).train
    votes, y = blood.white_cell_rules(cells), cells.labels
    counted = torch.stack([rules.hear(votes[y == c]).mean(0) for c in range(3)], 1)
    assert (counted - rules.probabilities()).abs().max() <= 6e-4
    assert (y.bincount() / len(y) - rules.SHARES).abs().max() <= 6e-5


def test_beliefs_are_the_accuracy_if_the_posterior_is_the_truth():
    y, votes = rules.drawn(500, 2)
    truth = torch.nn.functional.one_hot(y, 3).double()
    torch.testing.assert_close(rules.beliefs(truth, votes), weak_labels.summarize_votes(votes, y).accuracy)


@pytest.fixture
def published(monkeypatch):
    real_cells.table.cache_clear()
    monkeypatch.setattr(blood, "wbcatt", lambda: blood.load_wbcatt(REAL))
    yield
    real_cells.table.cache_clear()


@needs_wbcatt
def test_on_real_cells_seven_rules_and_no_label_reach_97_percent(published):
    seen = real_cells.votes(rules.SEVEN, False, rules.FREE)
    assert seen.cells == 6169
    assert float(seen.scores[1, 0]) == pytest.approx(0.98, abs=0.002)
    assert real_cells.end_model(rules.SEVEN, False, rules.FREE) >= 0.97


@needs_wbcatt
@pytest.mark.slow
def test_on_real_cells_the_broad_rule_misleads_and_the_blood_test_mends(published):
    free, told = (real_cells.votes(rules.NARROW, True, balance) for balance in (rules.FREE, rules.TESTED))
    assert float(free.scores[1, 0]) < 0.7
    assert float(told.scores[1, 0]) > 0.9
    assert len(real_cells.explorer.fresh().sweep()) > 10


def test_without_a_network_the_card_says_what_to_do(monkeypatch):
    real_cells.table.cache_clear()

    def offline():
        raise DatasetUnavailable("WBCAtt is not available now: go on with the votes that the lesson draws.")

    monkeypatch.setattr(blood, "wbcatt", offline)
    explorer = real_cells.explorer.fresh()
    explorer.show()
    assert "the votes that the lesson draws" in explorer.figure.sentence
