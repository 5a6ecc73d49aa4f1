"""Specimens and pools, and what can be learned from them, against the numbers that the course was designed on.

Those came from a small net. Here a classifier of scikit-learn stands in: nothing of the course learns and judges.
"""

import pytest
import torch
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.svm import SVC

from ddlearn import blood
from ddlearn.compute import generator

P = blood.mean_blood().numpy()


@pytest.fixture(scope="module")
def pool():
    return blood.cell_pool(600, 500, generator(0))


# Specimens ------------------------------------------------------------------------------------------------------------


def test_a_specimen_holds_what_its_mixture_says():
    mixes = torch.tensor([[1.0, 0, 0], [0, 0.5, 0.5], [0.2, 0.3, 0.5]], dtype=torch.float64)
    sample = blood.draw_specimens(mixes, 200, generator(0))
    assert sample.x.shape == (600, 32)
    assert sample.source.tolist() == [0] * 200 + [1] * 200 + [2] * 200
    deviation = blood.counting_deviation(mixes, 200)
    counted = torch.nn.functional.one_hot(sample.labels, 3).double().view(3, 200, 3).mean(1)
    assert ((counted - mixes).abs() <= 4 * deviation).all()
    again = blood.draw_specimens(mixes, 200, generator(0))
    assert torch.equal(sample.x, again.x)
    assert torch.equal(sample.labels, again.labels)


def test_tubes_are_as_pure_as_they_say():
    assert torch.equal(blood.purity(0), torch.eye(3, dtype=torch.float64))
    assert blood.purity(0.2)[1].tolist() == pytest.approx([0.1, 0.8, 0.1])
    assert blood.purity(0.4).sum(1).tolist() == pytest.approx([1] * 3)


# Pool -----------------------------------------------------------------------------------------------------------------


def test_a_pool_is_balanced_scaled_and_repeatable(pool):
    assert pool.train_y.bincount().tolist() == [600] * 3
    assert pool.test_y.bincount().tolist() == [500] * 3
    assert pool.train_x.mean(0).abs().max() <= 1e-10
    assert (pool.train_x.std(0) - 1).abs().max() <= 1e-10
    assert pool.test_x.mean(0).abs().max() <= 0.2  # other cells, other specimens
    a, b = (blood.cell_pool(10, 5, generator(3)) for _ in range(2))
    assert torch.equal(a.train_x, b.train_x)
    assert torch.equal(a.test_y, b.test_y)
    assert not torch.equal(a.train_x, blood.cell_pool(10, 5, generator(4)).train_x)


def test_a_pool_gives_each_cell_once_before_any_twice(pool):
    labels = torch.tensor([2] * 1500 + [0] * 600)
    taken = pool.take(labels, generator(0))
    assert torch.equal(pool.train_y[taken], labels)
    times = taken.bincount(minlength=1800)
    assert set(times[pool.train_y == 2].tolist()) == {2, 3}
    assert set(times[pool.train_y == 0].tolist()) == {1}


def test_in_a_pool_specimens_tell_nothing_of_types(pool):
    """Every 50 cells share their circumstances; their types are as mixed as a shuffle has it.

    The share of a specimen's commonest type, which is .44 on average by chance, and 1 for tubes.
    """
    specimens = pool.train_y.reshape(-1, 50)
    commonest = torch.stack([(specimens == c).double().mean(1) for c in range(3)]).max(0).values
    assert commonest.mean() <= 0.5


# What can be learned --------------------------------------------------------------------------------------------------


def test_ring_features_reach_the_numbers_of_the_design(pool):
    """Pure cells, 300 of each type; within 2 points (balanced: 2.5), the classifier being another one."""
    labels = torch.arange(3).repeat(300)
    machine = SVC(C=10, gamma=1 / 64, class_weight=dict(enumerate(3 * P)))
    machine.fit(pool.train_x[pool.take(labels, generator(1))].numpy(), labels.numpy())
    truth, guess = pool.test_y.numpy(), machine.predict(pool.test_x.numpy())
    assert 100 * accuracy_score(truth, guess, sample_weight=P[truth]) == pytest.approx(94.5, abs=2)
    assert 100 * balanced_accuracy_score(truth, guess) == pytest.approx(92.7, abs=2.5)
