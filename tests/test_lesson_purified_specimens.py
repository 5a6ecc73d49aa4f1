"""Purified specimens: the lesson's own computations against independent ones."""

import functools
import itertools

import pytest
import torch
from drawn import normal

from ddlearn import blood, compute, weak_labels
from ddlearn.lessons import cells as lab
from ddlearn.lessons.purified_specimens import batch, claims, decisions, exchange, exercises, held_out, tubes

# -- what the learner writes


def test_a_transition_is_bayes_rule_by_counting():
    """Cells of 3 tubes, in whole numbers: 6 of 10, of 20 and of 30 cells."""
    counts = torch.tensor([[6, 3, 1], [2, 16, 2], [3, 6, 21]], dtype=torch.float64)
    T, q = exercises.transition(counts / counts.sum(1, keepdim=True), counts.sum(1) / counts.sum())
    torch.testing.assert_close(q, counts.sum(0) / counts.sum())
    for c, s in itertools.product(range(3), range(3)):
        assert T[c, s].item() == pytest.approx((counts[s, c] / counts[:, c].sum()).item())


def test_the_forward_loss_is_that_of_the_library():
    logits, tubes_of = normal(20, 3, seed=1), torch.arange(20) % 4
    T = normal(3, 4, seed=2).softmax(1)
    torch.testing.assert_close(
        exercises.forward_loss(logits, tubes_of, T), weak_labels.forward_loss(logits, tubes_of, T)
    )


def test_the_numbers_of_the_decision_on_holding_out_are_those_that_its_card_states():
    """By tube, a test says what new patients show; by cell, it promises more."""
    way, by_cell, by_tube = decisions.both("by tube")
    assert (way, round(100 * by_cell), round(100 * by_tube)) == ("by tube", 94, 89)
    assert round(100 * held_out.accuracy_on_patients()) == 89
    assert all(f"{number} %" in decisions.HELD_OUT.because for number in (94, 89))


def test_a_fold_holds_out_whole_tubes_or_some_cells_of_every_tube():
    tube = torch.arange(3 * held_out.TUBES * held_out.CELLS) // held_out.CELLS
    for k in range(held_out.TUBES):
        out = held_out.folds("by tube") == k
        assert not set(tube[out].tolist()) & set(tube[~out].tolist())
        assert len(set((tube[out] // held_out.TUBES).tolist())) == 3
        out = held_out.folds("by cell") == k
        assert set(tube[out].tolist()) == set(tube[~out].tolist()) == set(range(3 * held_out.TUBES))


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
    words = exchange.sentence(result)
    assert ("12 or fewer" in words, "more than 3,000" in words) == (enough == 12, enough is None)


def test_seeds_and_sizes_are_told_apart():
    """[seed][size]: more purified cells are better in the mean, and every size has its seeds."""
    scored = exchange.on_tubes(32, 0)
    assert [len(row) for row in scored] == [5] * exchange.SEEDS
    means = [sum(row[k].balanced for row in scored) for k in range(5)]
    assert means == sorted(means)
    cohort = exchange.on_cohort(exchange.PATIENTS, 32, 0)
    assert [len(row) for row in cohort] == [len(exchange.BAGS)] * exchange.SEEDS
    assert all(exchange.BAGS[-1] % B == 0 for B in exchange.BAGS)


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
