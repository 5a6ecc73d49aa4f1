"""Specimens and pools, and what can be learned from them, against the numbers that the course was designed on.

Those came from a small net. Here scikit-learn's classifiers stand in, so that nothing of the course learns and judges.
"""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from ddlearn import blood
from ddlearn.compute import generator

P = blood.mean_blood().numpy()


def scores(truth, guess):
    """Accuracy on the mean blood, and balanced accuracy, in per cent."""
    right = np.array([(guess[truth == c] == c).mean() for c in range(3)])
    return 100 * right @ P, 100 * right.mean()


def kernel_machine():
    return SVC(C=10, gamma=1 / 64, class_weight=dict(enumerate(3 * P)))


def linear():
    return LogisticRegression(max_iter=2000, class_weight=dict(enumerate(3 * P)))


def learn(classifier, x, y, x_new, y_new):
    guess = classifier.fit(x.numpy(), y.numpy()).predict(x_new.numpy())
    return scores(y_new.numpy(), guess)


@pytest.fixture(scope="module")
def pool():
    return blood.cell_pool(1200, 800, generator(0))


# Specimens ------------------------------------------------------------------------------------------------------------


def test_a_specimen_holds_what_its_mixture_says():
    mixes = torch.tensor([[1.0, 0, 0], [0, 0.5, 0.5], [0.2, 0.3, 0.5]], dtype=torch.float64)
    sample = blood.draw_specimens(mixes, 200, generator(0))
    assert sample.x.shape == (600, 32)
    assert sample.source.tolist() == [0] * 200 + [1] * 200 + [2] * 200
    deviation = blood.counting_deviation(mixes, 200)
    counted = torch.nn.functional.one_hot(sample.labels, 3).double().view(3, 200, 3).mean(1)
    assert ((counted - mixes).abs() <= 4 * deviation).all()
    assert torch.equal(sample.mixes, mixes)
    again = blood.draw_specimens(mixes, 200, generator(0))
    assert torch.equal(sample.x, again.x)
    assert torch.equal(sample.labels, again.labels)


def test_pictures_and_ring_features_are_of_the_same_cells():
    mixes = blood.purity(0.1)
    rings = blood.draw_specimens(mixes, 30, generator(0))
    pictures = blood.draw_specimens(mixes, 30, generator(0), pictures=True)
    assert torch.equal(rings.labels, pictures.labels)
    torch.testing.assert_close(blood.ring_features(blood.standardize(pictures.x)), rings.x, rtol=0, atol=1e-12)


def test_tubes_are_as_pure_as_they_say():
    assert torch.equal(blood.purity(0), torch.eye(3, dtype=torch.float64))
    assert blood.purity(0.2)[1].tolist() == pytest.approx([0.1, 0.8, 0.1])
    labels = blood.draw_specimens(blood.purity(0.4), 1000, generator(0)).labels.reshape(3, 1000)
    named = (labels == torch.arange(3)[:, None]).double().mean(1)
    assert named.tolist() == pytest.approx([0.6] * 3, abs=4 * (0.24 / 1000) ** 0.5)


# Pool -----------------------------------------------------------------------------------------------------------------


def test_a_pool_is_balanced_scaled_and_repeatable(pool):
    assert pool.train_y.bincount().tolist() == [1200] * 3
    assert pool.test_y.bincount().tolist() == [800] * 3
    assert pool.train_x.mean(0).abs().max() <= 1e-10
    assert (pool.train_x.std(0) - 1).abs().max() <= 1e-10
    assert pool.test_x.mean(0).abs().max() <= 0.2  # other cells, other specimens
    a, b = (blood.cell_pool(10, 5, generator(3)) for _ in range(2))
    assert torch.equal(a.train_x, b.train_x)
    assert torch.equal(a.test_y, b.test_y)
    assert not torch.equal(a.train_x, blood.cell_pool(10, 5, generator(4)).train_x)


def test_a_pool_gives_each_cell_once_before_any_twice(pool):
    labels = torch.tensor([2] * 3000 + [0] * 1200)
    taken = pool.take(labels, generator(0))
    assert torch.equal(pool.train_y[taken], labels)
    times = taken.bincount(minlength=3600)
    assert set(times[pool.train_y == 2].tolist()) == {2, 3}
    assert set(times[pool.train_y == 0].tolist()) == {1}
    sample = pool.draw(blood.purity(0), 40, generator(0))
    assert sample.labels.tolist() == [0] * 40 + [1] * 40 + [2] * 40
    assert sample.x.shape == (120, 32)


def test_in_a_pool_specimens_tell_nothing_of_types(pool):
    """Every 50 cells share their circumstances; their types are as mixed as a shuffle has it.

    The share of a specimen's commonest type, which is .44 on average by chance, and 1 for tubes.
    """
    specimens = pool.train_y.reshape(-1, 50)
    commonest = torch.stack([(specimens == c).double().mean(1) for c in range(3)]).max(0).values
    assert commonest.mean() <= 0.5


# What can be learned --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("classifier", "each", "accuracy", "balanced"), [(linear, 100, 92.6, 91.0), (kernel_machine, 300, 94.5, 92.7)]
)
def test_ring_features_reach_the_numbers_of_the_design(pool, classifier, each, accuracy, balanced):
    """Pure cells, as many of each type; within 2 points (balanced: 2.5), the classifier being another one."""
    labels = torch.arange(3).repeat(each)
    x = pool.train_x[pool.take(labels, generator(1))]
    measured = learn(classifier(), x, labels, pool.test_x, pool.test_y)
    assert measured[0] == pytest.approx(accuracy, abs=2)
    assert measured[1] == pytest.approx(balanced, abs=2.5)
