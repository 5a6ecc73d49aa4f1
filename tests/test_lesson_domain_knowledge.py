"""The lesson's own computations against independent ones."""

import functools
import itertools
from pathlib import Path

import pytest
import torch
from drawn import normal
from pages import words_of

from ddlearn import blood, compute, weak_labels
from ddlearn.fetch import DatasetUnavailable
from ddlearn.lessons.domain_knowledge import batch, claims, exchange, exercises, patient, real_cells, rules, tubes
from ddlearn.lessons.domain_knowledge import cells as lab

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data" / "wbcatt"
needs_wbcatt = pytest.mark.skipif(not REAL.is_dir(), reason="the shared data folder is not here")


def mixtures(*shape, seed=0):
    return normal(*shape, seed=seed).softmax(-1)


# -- what the learner writes


def test_a_transition_is_bayes_rule_by_counting():
    """Cells of 3 tubes, in whole numbers: 6 of 10, of 20 and of 30 cells."""
    counts = torch.tensor([[6, 3, 1], [2, 16, 2], [3, 6, 21]], dtype=torch.float64)
    T, q = exercises.transition(counts / counts.sum(1, keepdim=True), counts.sum(1) / counts.sum())
    torch.testing.assert_close(q, counts.sum(0) / counts.sum())
    for c, s in itertools.product(range(3), range(3)):
        assert T[c, s].item() == pytest.approx((counts[s, c] / counts[:, c].sum()).item())


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


# -- the cells


def test_scores_are_counted_by_hand():
    y = torch.tensor([0, 0, 1, 2, 2])
    P = torch.eye(3, dtype=torch.float64)[[0, 1, 1, 2, 0]]
    found, p = lab.scores(P, y), blood.mean_blood().tolist()
    assert found.accuracy == pytest.approx(p[0] / 2 + p[1] + p[2] / 2)
    assert found.balanced == pytest.approx((0.5 + 1 + 0.5) / 3)
    assert found.calibration == pytest.approx(1 - found.accuracy)  # always sure, and right so often


def test_tubes_hold_what_they_should():
    rows, names = lab.draw_tubes(blood.purity(0.4), 2000, compute.generator(0))
    y = lab.pool().train_y[rows]
    assert names.bincount().tolist() == [2000] * 3
    held = torch.stack([y[names == s].bincount(minlength=3) / 2000 for s in range(3)]).double()
    assert (held - blood.purity(0.4)).abs().max() < 5 * (0.25 / 2000) ** 0.5


# -- the tubes


def test_halves_share_no_cell_and_keep_all_tubes():
    names = torch.arange(3).repeat_interleave(5)[None]
    first, second = tubes.halves(torch.arange(15)[None])
    assert not set(first[0].tolist()) & set(second[0].tolist())
    assert all(set(one[0].tolist()) == {0, 1, 2} for one in tubes.halves(names))


def test_the_quarter_of_the_derivation_is_where_a_sure_monocyte_is_lost():
    p = lab.BLOOD
    edge = float(2 * p[2] / (p[0] + 2 * p[2]))
    sure = torch.tensor([[0.0, 0.0, 1.0]], dtype=torch.float64)
    for e, called in ((edge - 1e-6, 2), (edge + 1e-6, 0)):
        T, _ = weak_labels.purity_to_transition(blood.purity(e))
        assert int(lab.at_the_patients(sure @ T, lab.THIRDS).argmax()) == called
    assert 0.25 < edge < 0.3


@pytest.mark.slow
def test_the_theory_of_names_is_the_naive_nets_limit():
    """Many cells, no blood test: the naive net is within a few points of T' times the pure one, up to 40 %."""
    seen = tubes.tubes(30, "3,000", "accuracy", False)
    gap = (seen.values[0].mean(1) - seen.theory).abs()
    assert gap[:-1].max() < 0.06


def test_a_wrong_transition_shows_in_the_picture():
    def transposed_identity(purity, shares):
        return torch.eye(3, dtype=torch.float64), shares @ purity

    wrong = tubes.tubes(20, "100", "balanced accuracy", True, transition=transposed_identity)
    torch.testing.assert_close(wrong.values[1].mean(1), wrong.values[0].mean(1), rtol=0, atol=0.15)


# -- the exchange


def test_a_number_of_purified_cells_is_read_off_the_curve():
    purified = torch.tensor([[0.5, 0.6, 0.7, 0.8, 0.9]]).double()
    at = functools.partial(exchange.Exchange, "accuracy", 32, purified=purified, healthy=purified, patients=purified)
    assert [at(cells=n).bought for n in exchange.PURIFIED] == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9])
    assert at(cells=round((30 * 90) ** 0.5)).bought == pytest.approx(0.65, abs=0.001)


@pytest.mark.parametrize(
    ("healthy", "enough"), [(0.4, 12.0), (0.6, 30.0), (0.65, (30 * 90) ** 0.5), (0.9, 3000.0), (0.91, None)]
)
@pytest.mark.parametrize("measure", list(exchange.MEASURES))
def test_enough_is_where_purified_cells_do_as_well_as_the_healthy_cohort(measure, healthy, enough):
    values, goal = torch.tensor([[0.5, 0.6, 0.7, 0.8, 0.9]]).double(), torch.tensor([[0.2, 0.3, healthy]]).double()
    if measure == "calibration error":
        values, goal = 1 - values, 1 - goal
    result = exchange.Exchange(measure, 32, 300, values, goal, goal)
    assert result.enough == (None if enough is None else pytest.approx(enough))
    words = exchange.sentence(result, {}.get)
    assert ("12 or fewer" in words, "more than 3,000" in words) == (enough == 12, enough is None)


def test_the_page_states_the_prior_that_is_used():
    page = words_of("domain_knowledge")
    assert "Dirichlet({:g}, {:g}, {:g})".format(*patient.ALPHA.tolist()) in page
    assert "Dirichlet({:g}, {:g}, {:g})".format(*blood.PATIENTS) in page


def test_seeds_and_sizes_are_told_apart():
    """[seed][size]: more purified cells are better in the mean, and every size has its seeds."""
    scored = exchange.on_tubes(32, 0)
    assert [len(row) for row in scored] == [5] * exchange.SEEDS
    means = [sum(row[k].balanced for row in scored) for k in range(5)]
    assert means == sorted(means)
    cohort = exchange.on_cohort(exchange.PATIENTS, 32, 0)
    assert [len(row) for row in cohort] == [len(exchange.BAGS)] * exchange.SEEDS
    assert all(exchange.BAGS[-1] % B == 0 for B in exchange.BAGS)


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


# -- the batch effect


SMALL = batch.Plan(purified=12, tubes=(1, 3), patients=4, cells=6, new=3, steps=2, batch=5, sub=2)


def test_a_data_set_has_its_tubes_and_patients():
    one = batch.setting(1.0, 0, SMALL)
    assert len(one.tube_x) == len(one.tube_y) == 3 * (12 + 4 + 4)
    assert one.x.shape == (24, 32)
    assert one.new_x.shape == (18, 32)
    assert one.reports.shape == (4, 3)
    torch.testing.assert_close(one.x.mean(0), torch.zeros(32), rtol=0, atol=1e-5)
    for d in SMALL.tubes:
        rows = batch.tube_rows(one, d, SMALL)
        assert len(rows) == len(rows.unique()) == 36
        held = {(c, k) for c, k in zip(one.tube_y[rows].tolist(), one.tube[rows].tolist(), strict=True)}
        assert held == set(itertools.product(range(3), range(d)))


def test_every_job_learns_from_its_own_data_set():
    """Two data sets: a net of the first knows nothing of the second, so changing the second changes nothing in it."""
    sets = [batch.setting(1.0, k, SMALL) for k in range(3)]
    jobs = [(0, 1, 1.0, 1.0), (1, 3, 1.0, 1.0)]

    def trained(pair):
        x = torch.cat([part for one in pair for part in (one.tube_x, one.x)])
        return batch.train(list(pair), [0, len(x) // 2], x, jobs, SMALL, 0, None)

    one, other = trained(sets[:2]), trained((sets[0], sets[2]))
    assert all(torch.equal(a[0], b[0]) for p, q in zip(one, other, strict=True) for a, b in zip(p, q, strict=True))
    assert not torch.equal(one[0][0][1], other[0][0][1])


@pytest.mark.slow
def test_blood_tests_add_eight_points_to_three_tubes_a_type():
    """The whole plan: 1,800 purified cells, blood tests of 60 patients; six data sets, and their mean."""
    plan = batch.Plan(purified=600, tubes=(1, 3), patients=60, cells=64, new=40, steps=400, batch=256, sub=12)
    alone, both, tests = batch.accuracies(1.0, 0, plan, 6).mean(1)
    assert float((both - alone)[1]) >= 0.08
    assert float((both - alone)[0]) >= 0.15
    assert float(both[1]) > float(tests[1])


@pytest.mark.slow
def test_the_cohort_loses_also_where_no_cell_comes_twice():
    """A pool in which 32,768 cells of a healthy cohort are all different, six seeds in two runs."""
    pool = blood.cell_pool(21_000, 700, compute.generator(1))
    assert 32_768 * max(blood.mean_blood(blood.HEALTHY)) < 21_000
    cohort = [row[0].balanced for seed in (0, 1) for row in exchange.on_cohort(exchange.HEALTHY, 32, seed, (64,), pool)]
    pure = [claims.of_purified(seed, "balanced") for seed in (0, 1)]
    assert sum(pure) / 2 - sum(cohort) / 6 >= 0.08
