"""Bags as they are drawn, and kappa, the number that says how much they can teach."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn import weak_labels as wl
from ddlearn.compute import generator

P = torch.tensor([0.61, 0.28, 0.11], dtype=torch.float64)
OTHER = torch.tensor([0.2, 0.5, 0.3], dtype=torch.float64)
ALPHA = torch.tensor([3.21, 1.46, 0.59], dtype=torch.float64)
EYE = torch.eye(3, dtype=torch.float64)


# Bags ----------------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(bags=st.integers(1, 6), k=st.integers(1, 12), classes=st.integers(1, 4), seed=st.integers(0, 99))
def test_a_bag_holds_what_is_counted_in_it(bags, k, classes, seed):
    g = generator(seed)
    y = torch.cat([torch.arange(classes), torch.randint(classes, (5,), generator=g)])
    mixtures = wl.draw_patients([0.7] * classes, bags, g)
    drawn = wl.draw_bags(y, mixtures, k, g)
    assert drawn.rows.shape == (bags, k)
    by_hand = torch.stack([y[row].bincount(minlength=classes).double() / k for row in drawn.rows])
    torch.testing.assert_close(drawn.counted, by_hand, rtol=0, atol=1e-15)


def test_cells_are_new_until_the_pool_runs_out():
    y = torch.tensor([0] * 30 + [1] * 4)
    mixtures = torch.tensor([[0.5, 0.5]] * 2, dtype=torch.float64)
    rows = wl.draw_bags(y, mixtures, 20, generator(0)).rows.flatten()
    uses = rows.bincount(minlength=34)
    assert uses[:30].max() == 1  # about 20 asked of 30
    assert uses[30:].max() - uses[30:].min() <= 1  # about 20 asked of 4, and none is favoured
    assert uses.sum() == 40


def test_a_class_without_cells_cannot_be_drawn():
    y = torch.tensor([0, 0, 2])
    wl.draw_bags(y, torch.tensor([[1.0, 0.0, 0.0]]), 3, generator(0))
    with pytest.raises(ValueError, match=r"^y must have a cell of class 1, for the mixtures ask for 3; got none$"):
        wl.draw_bags(y, torch.tensor([[0.0, 1.0, 0.0]]), 3, generator(0))


def test_counted_cells_scatter_about_their_mixture_as_multinomials_do():
    """4,000 bags of 50: the mean within five standard errors, the variance p(1-p)/k within 11 % (five of those)."""
    y = torch.arange(3).repeat(40)
    counted = wl.draw_bags(y, P.expand(4000, -1), 50, generator(0)).counted
    variance = P * (1 - P) / 50
    assert ((counted.mean(0) - P).abs() <= 5 * (variance / 4000).sqrt()).all()
    torch.testing.assert_close(counted.var(0), variance, rtol=5 * (2 / 4000) ** 0.5, atol=0)


# Their spread --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [P, OTHER], ids=["blood", "other"])
@pytest.mark.parametrize("kappa", [1, 6.26, 8, 81, 512])
def test_one_kappa_is_exact(p, kappa):
    """G^-1, the mean map's weights and the efficiency from kappa, against linear algebra on G."""
    G = wl.second_moment(p, kappa)
    inverse = torch.linalg.inv(G)
    torch.testing.assert_close(wl.efficiency(p, kappa), 1 / (p * inverse.diagonal()), rtol=1e-10, atol=0)
    a = wl.draw_patients([1.0, 1.0, 1.0], 5, generator(0))
    least_squares = a @ torch.linalg.solve(G, p.diag())
    torch.testing.assert_close(wl.bag_weights(a, p, kappa), least_squares, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_the_moment_of_independent_bags_by_visiting_each(k):
    bags = wl.every_bag(3, k)
    counted = torch.nn.functional.one_hot(bags, 3).double().mean(1)
    for probabilities, kappa in (
        (wl.mixture_probabilities(bags, P[None]), wl.kappa(k=k)),
        (wl.urn_probabilities(bags, ALPHA), wl.kappa(k=k, alpha0=ALPHA.sum().item())),
    ):
        p = probabilities @ counted
        moment = counted.T @ (probabilities[:, None] * counted)
        torch.testing.assert_close(moment, wl.second_moment(p, kappa), rtol=0, atol=1e-14)


def test_kappa_has_the_limits_it_should_have():
    assert wl.kappa(k=7) == 7
    assert wl.kappa(alpha0=5.26) == pytest.approx(6.26, abs=1e-15)
    assert wl.kappa(k=1, alpha0=5.26) == pytest.approx(1, abs=1e-15)  # one cell: its label
    assert wl.kappa(k=10**9, alpha0=5.26) == pytest.approx(6.26, rel=1e-8)
    assert wl.kappa(k=7, alpha0=1e12) == pytest.approx(7, rel=1e-10)  # patients all alike
    assert wl.kappa(k=64, alpha0=5.26) == pytest.approx(64 * 6.26 / 69.26, rel=1e-14)


def test_mixtures_that_are_known_are_worth_what_their_second_moment_says():
    mixtures = wl.draw_patients(ALPHA, 9, generator(0))
    G = mixtures.T @ mixtures / 9
    torch.testing.assert_close(wl.mixing_moment(mixtures), G)
    torch.testing.assert_close(wl.mixing_efficiency(mixtures, P), 1 / (P * torch.linalg.inv(G).diagonal()))
    torch.testing.assert_close(wl.mixing_efficiency(EYE, P), 1 / (3 * P), rtol=1e-13, atol=0)
    torch.testing.assert_close(wl.efficiency(P, 1), torch.ones(3, dtype=torch.float64), rtol=1e-14, atol=0)
