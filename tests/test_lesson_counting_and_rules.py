"""Counting and rules: the lesson's own computations against independent ones."""

import itertools
import re
from pathlib import Path

import pytest
import torch
from drawn import normal
from pages import words_of

from ddlearn import blood, compute, weak_labels
from ddlearn.fetch import DatasetUnavailable
from ddlearn.lessons import cells as lab
from ddlearn.lessons.counting_and_rules import counting, decisions, exercises, patient, real_cells, rules, voting

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
            q = exercises.label_round(q, voting.hear(votes), given, voting.SMOOTHING)
        theirs = weak_labels.dawid_skene(votes, 3, balance, smoothing=voting.SMOOTHING, iterations=7, tolerance=0)
        torch.testing.assert_close(q, theirs.posterior, rtol=1e-8, atol=1e-12)


def test_a_step_is_that_of_the_library():
    P, p_from, shares = mixtures(60, 3), mixtures(3, seed=1), mixtures(3, seed=2)
    total = weak_labels.prior_shift(P, p_from, shares).sum(0) + counting.ALPHA - 1
    step = exercises.shares_step(P, p_from, shares, counting.ALPHA)
    torch.testing.assert_close(step, total / total.sum(), rtol=1e-12, atol=0)


def test_the_numbers_of_the_problems_are_those_of_the_library():
    """A mean error of one point by chance alone; and where EM stands still for two appearances."""
    cells, first, second = decisions.numbers()
    p = torch.tensor([[0.61, 0.28, 0.11]], dtype=torch.float64)
    assert 100 * counting.floor(p, round(cells)) == pytest.approx(1, rel=1e-3)
    ones = torch.ones(2, dtype=torch.float64)
    for looks_like_first, share in ((62, first), (10, second)):
        P = torch.tensor([[0.8, 0.2]] * looks_like_first + [[0.2, 0.8]] * (100 - looks_like_first), dtype=torch.float64)
        shares = ones / 2
        for _ in range(400):
            shares = exercises.shares_step(P, ones / 2, shares, ones)
        assert float(shares[0]) == pytest.approx(share, abs=1e-3)


def test_the_page_states_what_the_ten_cells_give():
    """The rounds by hand, with and without a prior, and the first round of the version to repair."""
    page = words_of("counting_and_rules")
    P = torch.tensor([[0.9, 0.1]] * 7 + [[0.1, 0.9]] * 3, dtype=torch.float64)
    ones = torch.ones(2, dtype=torch.float64)
    guesses = [ones / 2]
    for _ in range(60):
        guesses.append(exercises.shares_step(P, ones / 2, guesses[-1], ones))
    said = ", ".join(f"{float(guess[0]):.3f}".rstrip("0") for guess in guesses[:4])
    assert f"The guesses {said}, … approach {float(guesses[-1][0]):.2f}." in page
    likelihoods = [f"{1000 * (P @ guess).prod():.2f}" for guess in guesses[:4]]
    shares, values = (f"{', '.join(some[:3])} and {some[3]}" for some in (said.split(", "), likelihoods))
    assert f"For {shares} it is {values} thousandths, and it is largest at {float(guesses[-1][0]):.2f}." in page
    grid = torch.linspace(0, 1, 101, dtype=torch.float64)
    assert grid[(torch.stack([grid, 1 - grid], 1) @ P.T).prod(1).argmax()] == pytest.approx(float(guesses[-1][0]))
    alpha = torch.tensor([3, 1], dtype=torch.float64)
    right = exercises.shares_step(P, ones / 2, ones / 2, alpha)
    wrong = P.mean(0) + alpha - 1
    assert f"gives {float(wrong[0] / wrong.sum()):.3f} instead of {float(right[0]):.3f}." in page


# -- the patients


def test_the_floor_is_what_known_cells_leave():
    mixes = blood.draw_patients(200, compute.generator(3))
    for n in counting.COUNTS:
        counts = torch.multinomial(mixes, n, replacement=True, generator=compute.generator(n))
        shares = torch.stack([(counts == c).double().mean(1) for c in range(3)], 1)
        measured = weak_labels.count_error(shares, mixes).mean().item()
        assert counting.floor(mixes, n) == pytest.approx(measured, rel=0.12)


@pytest.mark.slow
def test_the_page_states_what_the_patients_show():
    page = words_of("counting_and_rules")
    good, poor = (100 * patient.patients(1, "300", learned).mean[:, -1] for learned in reversed(patient.LEARNED))
    few = 100 * patient.patients(1, "10", "30 purified cells").mean[:, 0]
    lymphocytic = patient.patients(38, "10", "900 purified cells")
    one = 100 * lymphocytic.errors[:, 0, 37, 0]
    for words, value in (
        ("EM errs by 2.2 points, and counting", good[1]),
        ("counting the most probable types by 3.0.", good[0]),
        ("EM errs by 7.2 points, because", poor[1]),
        ("**Physiology** gains 1.2 points with ten cells", few[1] - few[2]),
        ("EM errs by 1.5 points, and with physiology", one[1]),
        ("with physiology by 9.5.", one[2]),
    ):
        assert words in page
        assert float(re.search(r"\d\.\d", words)[0]) == pytest.approx(float(value), abs=0.05)
    assert good[2] > good[1] - 0.05  # with 300 cells it gains nothing
    assert f"Chance alone leaves {100 * counting.floor(counting.people(0)[0], 300):.1f}." in page
    assert f"Patient 38 has {100 * float(lymphocytic.truth[1]):.0f} % lymphocytes." in page


@pytest.mark.slow  # six hundred rounds
def test_two_explanations_make_the_votes_equally_probable():
    """From the majority vote and from the truth, EM ends at different beliefs of the broad rule, and one likelihood."""
    y, votes = rules.drawn(rules.MOST, 0)
    votes = votes[:, voting.chosen(voting.NARROW, True)]
    heard, ends = voting.hear(votes), []
    for start in (weak_labels.majority_vote(votes, 3), 0.98 * torch.nn.functional.one_hot(y, 3).double() + 0.02 / 3):
        r = start
        for _ in range(300):
            r = exercises.label_round(r, heard, r.mean(0), voting.SMOOTHING)
        counts = torch.einsum("nc,nml->mcl", r, heard) + 1e-12
        theta = counts / counts.sum(-1, keepdim=True)
        likelihood = (r.mean(0).log() + torch.einsum("nml,mcl->nc", heard, theta.log())).logsumexp(1).sum()
        ends.append((float(likelihood), float(voting.beliefs(r, votes)[-1])))
    (wrong, high), (right, low) = ends
    page = words_of("counting_and_rules")
    assert f"the log-likelihoods ${wrong:.1f}$ and ${right:.1f}$" in page
    assert f"is right on {100 * high:.0f} % of its cells, and in the second on {100 * low:.0f} %." in page


def test_counting_stops_where_nothing_moves():
    P = mixtures(50, 3, seed=2)
    found = counting.count_by_em(P, counting.FLAT, exercises.shares_step)
    assert (exercises.shares_step(P, lab.THIRDS, found, counting.FLAT) - found).abs().max() < 10 * counting.STILL
    calls = []

    def still(P, p_from, shares, alpha):
        calls.append(shares)
        return shares

    assert torch.equal(counting.count_by_em(P, counting.FLAT, still), lab.THIRDS)
    assert len(calls) == 1


def test_a_patient_is_counted_from_its_own_cells():
    seen = patient.patients(4, "100", "900 purified cells")
    mixes, rows = counting.people(0)
    assert torch.equal(seen.truth, mixes[3])
    P = counting.posteriors(300, 0)[0, 3, :100]
    torch.testing.assert_close(seen.found[0], P.argmax(1).bincount(minlength=3).double() / 100)
    y = lab.pool().test_y[rows[3]]
    assert (y.bincount(minlength=3).double() / len(y) - mixes[3]).abs().max() < 0.12
    assert seen.errors[0, 0, 3, 2].item() == pytest.approx((seen.found[0] - seen.truth).abs().mean().item())
    assert patient.mean_error(900, 100) == pytest.approx(100 * float(seen.mean[2, 2]))


def test_the_page_states_the_prior_that_is_used():
    page = words_of("counting_and_rules")
    assert "Dirichlet({:g}, {:g}, {:g})".format(*counting.ALPHA.tolist()) in page
    assert "Dirichlet({:g}, {:g}, {:g})".format(*blood.PATIENTS) in page


# -- the rules


def test_votes_are_drawn_from_the_table():
    y, votes = rules.drawn(rules.MOST, 1)
    table = rules.probabilities()
    torch.testing.assert_close(table.sum(-1), torch.ones(10, 3, dtype=torch.float64))
    for j, c in itertools.product(range(10), range(3)):
        said = voting.hear(votes[y == c])[:, j].mean(0)
        assert (said - table[j, c]).abs().max() < 5 * (0.25 / int((y == c).sum())) ** 0.5
    assert torch.equal(rules.drawn(300, 1)[1], votes[:300])  # fewer cells are the first of more


def percent(share):
    return f"{100 * float(share):.0f} %"


def test_the_page_states_the_habits_of_the_rules():
    page, types = words_of("counting_and_rules"), ("granulocyte", "lymphocyte", "monocyte")
    for name, says, habits in zip(voting.NAMES, rules.TABLE, rules.probabilities(), strict=True):
        said = habits[:, :3] * rules.SHARES[:, None]
        speaks, right = 100 * float(said.sum()), 100 * float(said.trace() / said.sum())
        named = " or ".join(types[label] for label in says)
        row = rf"\| {name}( \([^|]*\))? \| {named} \| {speaks:.0f} % \| {right:.{int(right > 99)}f} % \|"
        assert re.search(row, page), row
    granulocytes, lymphocytes, _ = rules.probabilities()[voting.BROAD, :, 1]
    assert f"It names {percent(lymphocytes)} of the lymphocytes, and {percent(granulocytes)} of the gran" in page
    assert float(granulocytes * rules.SHARES[0]) == pytest.approx(1 / 3, abs=5e-3)  # of all cells, a third


def test_the_page_states_how_many_cells_the_rules_name_correctly():
    page = words_of("counting_and_rules")

    def scores(names, broad, balance, cells=2000):
        return rules.votes(names, broad, balance, cells).scores

    free, equal = voting.FREE, voting.EQUAL
    narrow, misled = (scores(voting.NARROW, broad, free)[1, 0] for broad in (False, True))
    assert f"names {percent(narrow)} of the cells correctly, instead of {percent(misled)}." in page
    seven = percent(scores(voting.SEVEN, False, free)[1, 0])
    assert f"seven of them name {seven} of our cells correctly." in page
    assert f"add a wrong one: now {percent(misled)} are named correctly" in page
    majority, tested = scores(voting.NARROW, True, voting.TESTED)[:, 0]
    assert f"the model names {percent(tested)} of the cells correctly." in page
    assert f"names {100 * majority:.1f} %." in page
    assert f"reach {100 * scores(voting.NARROW, False, free)[0, 0]:.1f} %?" in page
    right, thirds = (100 * scores(voting.SEVEN, False, balance)[1] for balance in (free, equal))
    assert f"grows from {right[2]:.1f} to {thirds[2]:.1f} points." in page
    right, thirds = (100 * scores(voting.SEVEN, False, balance, 3000)[1] for balance in (free, equal))
    assert f"the error is even {thirds[2]:.1f} points, with {thirds[0]:.0f} % of the cells named correctly" in page
    assert f"instead of {right[0]:.1f} %." in page


@pytest.mark.slow  # twenty draws
def test_chance_decides_the_near_tie_of_the_narrow_rules():
    right = [float(rules.votes(voting.NARROW, False, voting.FREE, 2000, seed).scores[1, 0]) for seed in range(20)]
    others = [one for one in right if one >= 0.5]
    words = (
        "Of twenty draws of the votes, {} end like this one. In the others, the model names at least {} % correctly."
    )
    assert words.format(20 - len(others), int(100 * min(others))) in words_of("counting_and_rules")


@pytest.mark.slow  # forty draws
def test_chance_decides_what_equal_thirds_do_to_seven_rules():
    page = words_of("counting_and_rules")
    _, votes = rules.drawn(3000, 0)
    silent = (votes[:, voting.SETS[voting.SEVEN]] == weak_labels.ABSTAIN).all(1)
    assert f"On {percent(silent.double().mean())} of the cells all seven rules are silent" in page
    misled = []
    for cells in (3000, 2000):
        draws = [rules.votes(voting.SEVEN, False, voting.EQUAL, cells, seed) for seed in range(20)]
        right = torch.stack([draw.scores[1, 0] for draw in draws])
        misled.append(int((right < 0.95).sum()))
        assert not ((right > 0.94) & (right < 0.98)).any()  # two kinds of end, far apart
    assert misled == [10, 10]
    assert "of twenty draws of the votes, ten end like this with 3,000 cells, and ten with 2,000." in page


def test_the_page_states_what_silence_means():
    """How the cells divide on which the narrow rules, or they and the broad one, say nothing."""
    page = words_of("counting_and_rules")
    y, votes = rules.drawn(2000, 0)
    narrow, four = (votes[:, voting.chosen(voting.NARROW, broad)] for broad in (False, True))
    mute, silent = ((some == weak_labels.ABSTAIN).all(1) for some in (narrow, four))
    broad = four[:, -1] != weak_labels.ABSTAIN
    assert f"calls {percent(rules.probabilities()[voting.BROAD, :, 1] @ rules.SHARES)} of the cells lymphocytes" in page
    assert f"On {percent((mute & broad).sum() / broad.sum())} of the cells that the broad rule names, no other" in page
    assert f"and on {percent(mute.double().mean())} of the cells all three are silent." in page
    alone, misled = (voting.label_model(some, None, exercises.label_round) for some in (narrow, four))
    each = alone[mute][0]
    assert f"gives each of them {percent(each[0])} granulocyte and {percent(each[1])} lymphocyte" in page
    counted, there = percent(misled.mean(0)[1]), percent((y == 1).double().mean())
    assert f"{counted} are counted as lymphocytes where there are {there}." in page
    assert (alone[mute].argmax(1) == 1).all()
    assert (misled[silent].argmax(1) == 0).all()
    assert f"That is right for {percent((y[silent] == 0).double().mean())} of these cells." in page
    assert f"and {percent((y[mute] == 0).double().mean())} of these cells are granulocytes." in page
    believed, true = (voting.beliefs(q, four)[-1] for q in (misled, torch.nn.functional.one_hot(y, 3).double()))
    assert f"right on {percent(believed)} of its cells. The truth is {percent(true)}." in page


@needs_wbcatt
def test_the_table_was_counted_on_the_published_cells():
    cells = blood.load_wbcatt(REAL).train
    votes, y = blood.white_cell_rules(cells), cells.labels
    counted = torch.stack([voting.hear(votes[y == c]).mean(0) for c in range(3)], 1)
    assert (counted - rules.probabilities()).abs().max() <= 6e-4
    assert (y.bincount() / len(y) - rules.SHARES).abs().max() <= 6e-5


def test_beliefs_are_the_accuracy_if_the_posterior_is_the_truth():
    y, votes = rules.drawn(500, 2)
    truth = torch.nn.functional.one_hot(y, 3).double()
    torch.testing.assert_close(voting.beliefs(truth, votes), weak_labels.summarize_votes(votes, y).accuracy)


@pytest.fixture
def published(monkeypatch):
    real_cells.table.cache_clear()
    monkeypatch.setattr(blood, "wbcatt", lambda: blood.load_wbcatt(REAL))
    yield
    real_cells.table.cache_clear()


@needs_wbcatt
def test_on_real_cells_seven_rules_and_no_label_reach_97_percent(published):
    seen = real_cells.votes(voting.SEVEN, False, voting.FREE)
    assert seen.cells == 6169
    assert float(seen.scores[1, 0]) == pytest.approx(0.98, abs=0.002)
    assert real_cells.end_model(voting.SEVEN, False, voting.FREE) >= 0.97


@needs_wbcatt
@pytest.mark.slow
def test_on_real_cells_the_explorer_sweeps_labels_are_the_ceiling_and_shares_the_floor(published):
    """The net learns 98 % from 6,169 labels, and from the class balance alone to name the majority."""
    assert len(real_cells.explorer.fresh().sweep()) > 10
    y, new = real_cells.table().train.labels, real_cells.table().test.labels

    def learned(q):
        return real_cells.end_model(voting.SEVEN, False, voting.FREE, label_round=lambda *_: q)

    assert learned(torch.eye(3, dtype=torch.float64)[y]) >= 0.98
    assert learned(voting.blood_test(y).expand(len(y), 3)) == pytest.approx(
        float((new == 0).double().mean()), abs=1e-12
    )


def test_without_a_network_the_card_says_what_to_do(monkeypatch):
    real_cells.table.cache_clear()

    def offline():
        raise DatasetUnavailable("WBCAtt is not available now: go on with the votes that the lesson draws.")

    monkeypatch.setattr(blood, "wbcatt", offline)
    explorer = real_cells.explorer.fresh()
    explorer.show()
    assert "the votes that the lesson draws" in explorer.figure.sentence
