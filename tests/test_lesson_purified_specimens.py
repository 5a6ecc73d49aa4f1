"""Purified specimens: the lesson's own computations against independent ones."""

import functools
import itertools
import re

import pytest
import torch
from drawn import normal
from pages import words_of

from ddlearn import blood, compute, weak_labels
from ddlearn.lessons import cells as lab
from ddlearn.lessons.purified_specimens import (
    batch,
    claims,
    confounded,
    decisions,
    exchange,
    exercises,
    held_out,
    impure,
    sources,
    tubes,
)

# -- what the learner writes


def test_a_transition_is_that_of_the_library():
    purity, shares = normal(4, 3).softmax(1), normal(4, seed=1).softmax(0)
    theirs = weak_labels.purity_to_transition(purity, shares)
    torch.testing.assert_close(exercises.transition(purity, shares), theirs)


def test_the_forward_loss_is_that_of_the_library():
    logits, tubes_of = normal(20, 3, seed=1), torch.arange(20) % 4
    T = normal(3, 4, seed=2).softmax(1)
    torch.testing.assert_close(
        exercises.forward_loss(logits, tubes_of, T), weak_labels.forward_loss(logits, tubes_of, T)
    )


@pytest.mark.slow
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
    (balanced, accuracy, calibration), p = lab.scores(P, y).tolist(), blood.mean_blood().tolist()
    assert accuracy == pytest.approx(p[0] / 2 + p[1] + p[2] / 2)
    assert balanced == pytest.approx((0.5 + 1 + 0.5) / 3)
    assert calibration == pytest.approx(1 - accuracy)  # always sure, and right so often


def test_tubes_hold_what_they_should():
    rows, names = lab.draw_tubes(blood.purity(0.4), 2000, compute.generator(0))
    y = lab.pool().train_y[rows]
    assert names.bincount().tolist() == [2000] * 3
    held = torch.stack([y[names == s].bincount(minlength=3) / 2000 for s in range(3)]).double()
    assert (held - blood.purity(0.4)).abs().max() < 5 * (0.25 / 2000) ** 0.5


# -- the tubes


def test_halves_share_no_cell_and_keep_all_tubes():
    names = torch.arange(3).repeat_interleave(5)[None]
    first, second = impure.halves(torch.arange(15)[None])
    assert not set(first[0].tolist()) & set(second[0].tolist())
    assert all(set(one[0].tolist()) == {0, 1, 2} for one in impure.halves(names))


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
    gap = (seen.values[0] - seen.values[-1]).mean(1).abs()
    assert gap[:-1].max() < 0.06


def test_a_wrong_transition_shows_in_the_picture(monkeypatch):
    monkeypatch.setattr(lab, "STEPS", 50)

    def transposed_identity(purity, shares):
        return torch.eye(3, dtype=torch.float64), shares @ purity

    wrong = tubes.tubes(20, "100", "balanced accuracy", True, transition=transposed_identity)
    torch.testing.assert_close(wrong.values[1].mean(1), wrong.values[0].mean(1), rtol=0, atol=0.15)


# -- the exchange


def test_a_number_of_purified_cells_is_read_off_the_curve():
    purified = torch.tensor([[0.5, 0.6, 0.7, 0.8, 0.9]]).double()
    at = functools.partial(exchange.Exchange, "accuracy", 32, purified=purified, healthy=purified, patients=purified)
    assert [at(cells=n).bought for n in sources.PURIFIED] == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9])
    assert at(cells=round((30 * 90) ** 0.5)).bought == pytest.approx(0.65, abs=0.001)


@pytest.mark.parametrize(
    ("healthy", "enough"), [(0.4, 12.0), (0.6, 30.0), (0.65, (30 * 90) ** 0.5), (0.9, 3000.0), (0.91, None)]
)
@pytest.mark.parametrize("measure", lab.MEASURES)
def test_enough_is_where_purified_cells_do_as_well_as_the_healthy_cohort(measure, healthy, enough):
    values, goal = torch.tensor([[0.5, 0.6, 0.7, 0.8, 0.9]]).double(), torch.tensor([[0.2, 0.3, healthy]]).double()
    if measure == "calibration error":
        values, goal = 1 - values, 1 - goal
    result = exchange.Exchange(measure, 32, 300, values, goal, goal)
    assert result.enough == (None if enough is None else pytest.approx(enough))
    words = exchange.sentence(result)
    assert ("12 or fewer" in words, "more than 3,000" in words) == (enough == 12, enough is None)


@pytest.mark.slow
def test_seeds_and_sizes_are_told_apart():
    """[seed][size]: more purified cells are better in the mean, and every size has its seeds."""
    scored = sources.on_tubes(32, 0)
    assert scored.shape == (sources.SEEDS, 5, 3)
    assert (scored[..., lab.BALANCED].mean(0).diff() >= 0).all()
    assert sources.on_cohort(sources.PATIENTS, 32, 0).shape == (sources.SEEDS, len(sources.BAGS), 3)


def test_the_probability_of_a_name_is_that_of_the_type_drawn_to_a_half_of_the_impurity():
    P = normal(7, 3, seed=3).softmax(1)
    for e in (0.2, 0.4):
        T, _ = exercises.transition(blood.purity(e), lab.THIRDS)
        torch.testing.assert_close(P @ T, e / 2 + (1 - 1.5 * e) * P)


@pytest.mark.slow
def test_the_page_states_what_its_pictures_show():
    """Another processor trains other nets: numbers may differ by some points."""
    page = words_of("purified_specimens")
    source = exchange.exchange("32 units per layer", "balanced accuracy", 300)
    assert "On the blue curve, 26 cells" in page
    assert source.enough == pytest.approx(26, abs=6)
    wide = exchange.exchange("96 units per layer", "balanced accuracy", 300)
    assert "healthy donors stay at 74 %, where 300 purified cells give 88 %" in page
    assert "**Patients who differ** reach 86 %" in page
    for seen in (source, wide):
        ends = [seen.healthy.mean(0)[-1], seen.bought, seen.patients.mean(0)[-1]]
        assert [100 * float(one) for one in ends] == pytest.approx([74, 88, 86], abs=3)
    alone, both, _ = 100 * confounded.accuracies(1.0, 0, batch.PLAN)
    assert "47 to 87 % over the three data sets" in page
    assert [float(alone[:, 0].min()), float(alone[:, 0].max())] == pytest.approx([47, 87], abs=4)
    assert "from 70 to 88 % in the mean" in page
    assert [float(alone[:, 0].mean()), float(both[:, 0].mean())] == pytest.approx([70, 88], abs=4)
    assert "With eight tubes, they add nothing more" in page
    assert abs(float((both - alone)[:, -1].mean())) < 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stated", "impurity", "size", "measure"),
    [
        ("balanced accuracy from 75 to 89 %", 20, "3,000", "balanced accuracy"),
        ("balanced accuracy rises from 58 to 64 % only", 40, "100", "balanced accuracy"),
        ("calibration error from 13 to 21 %", 40, "100", "calibration error"),
    ],
)
def test_the_page_states_what_the_correction_gains_and_costs(stated, impurity, size, measure):
    assert stated in words_of("purified_specimens")
    wanted = [float(word) for word in stated.split() if word.isdigit()]
    seen = tubes.tubes(impurity, size, measure, True).values.mean(2)[:2, impure.LEVELS.index(impurity)]
    assert (100 * seen).tolist() == pytest.approx(wanted, abs=3)


@pytest.mark.slow
def test_the_page_states_the_purity_that_is_estimated():
    assert "Where the truth is 80 %, it is 78 % from 3,000 cells per tube, and 65 % from 100" in words_of(
        "purified_specimens"
    )
    found = [100 * tubes.tubes(20, size, "accuracy", True).purity for size in ("3,000", "100")]
    assert found == pytest.approx([78, 65], abs=3)


@pytest.mark.slow
def test_the_page_states_how_many_purified_cells_ten_runs_took():
    page = words_of("purified_specimens")
    assert "Ten runs gave 16 to 32" in page
    assert "16 to 32 purified cells for the healthy donors, and 125 to 263 for patients" in page
    enough = []
    for seed in range(10):
        purified = sources.on_tubes(lab.UNITS, seed)[..., lab.BALANCED]
        cohorts = [sources.on_cohort(name, lab.UNITS, seed)[..., lab.BALANCED] for name in sources.COHORTS]
        runs = [exchange.Exchange("balanced accuracy", lab.UNITS, 300, purified, one, one) for one in cohorts]
        enough.append([run.enough for run in runs])
    healthy, patients = zip(*enough, strict=True)
    assert [min(healthy), max(healthy)] == pytest.approx([16, 32], rel=0.25)
    assert [min(patients), max(patients)] == pytest.approx([125, 263], rel=0.25)


@pytest.mark.parametrize(
    ("shares", "size", "stated"),
    [
        ((0.62, 0.30, 0.08), 81, "647$ labeled granulocytes, 172 lymphocytes and 35 monocytes"),
        ((0.61, 0.28, 0.11), 6.26, "6,551 granulocytes, 1,917 lymphocytes and 634 monocytes"),
    ],
)
def test_the_worked_solution_states_what_the_cohorts_are_worth(shares, size, stated):
    q = torch.tensor(shares, dtype=torch.float64)
    worth = 32_768 * q * weak_labels.efficiency(q, size)
    assert [f"{n:,.0f}" for n in worth.tolist()] == re.findall(r"\d[\d,]*\b", stated)
    assert stated in words_of("purified_specimens")


# -- the batch effect


SMALL = confounded.Plan(purified=12, tubes=(1, 3), patients=4, cells=6, new=3, steps=2, batch=5, sub=2)


def test_a_data_set_has_its_tubes_and_patients():
    one = confounded.setting(1.0, 0, SMALL)
    assert one.tube_x.shape == (3 * (12 + 4 + 4), 32)
    assert one.x.shape == (24, 32)
    assert one.new_x.shape == (18, 32)
    assert one.reports.shape == (4, 3)
    torch.testing.assert_close(one.x.mean(0), torch.zeros(32), rtol=0, atol=1e-5)
    assert SMALL.own.bincount().tolist() == [12, 4, 4] * 3
    for d in SMALL.tubes:
        rows = SMALL.rows(d)
        assert len(rows) == len(rows.unique()) == 36
        assert set(SMALL.own[rows].tolist()) == {3 * c + k for c, k in itertools.product(range(3), range(d))}


def test_every_job_learns_from_its_own_data_set():
    """Two data sets: a net of the first knows nothing of the second, so changing the second changes nothing in it."""
    sets = [confounded.setting(1.0, k, SMALL) for k in range(3)]
    jobs = [(0, 1, 1.0, 1.0), (1, 3, 1.0, 1.0)]
    one, other = (confounded.train([sets[0], second], jobs, SMALL, 0) for second in sets[1:])
    assert all(torch.equal(a[0], b[0]) for p, q in zip(one, other, strict=True) for a, b in zip(p, q, strict=True))
    assert not torch.equal(one[0][0][1], other[0][0][1])


@pytest.mark.slow
def test_blood_tests_add_eight_points_to_three_tubes_a_type():
    """The whole plan: 1,800 purified cells, blood tests of 60 patients; six data sets, and their mean."""
    plan = confounded.Plan(purified=600, tubes=(1, 3), patients=60, cells=64, new=40, steps=400, batch=256, sub=12)
    alone, both, tests = torch.cat([confounded.accuracies(1.0, seed, plan) for seed in (0, 1)], 1).mean(1)
    assert float((both - alone)[1]) >= 0.08
    assert float((both - alone)[0]) >= 0.15
    assert float(both[1]) > float(tests[1])


@pytest.mark.slow
def test_the_cohort_loses_also_where_no_cell_comes_twice(monkeypatch):
    """A pool in which 32,768 cells of a healthy cohort are all different, six seeds in two runs."""
    pure = [claims.of_purified(seed, lab.BALANCED) for seed in (0, 1)]
    pool = blood.cell_pool(21_000, 700, compute.generator(1))
    assert 32_768 * max(blood.mean_blood(blood.HEALTHY)) < 21_000
    monkeypatch.setattr(lab, "pool", lambda: pool)
    cohort = [sources.on_cohort(sources.HEALTHY, 32, seed)[:, -1, lab.BALANCED] for seed in (100, 101)]
    assert sum(pure) / 2 - float(torch.cat(cohort).mean()) >= 0.08
