"""Unbiased risks, exactly: every bag of a small world is visited."""

import itertools

import pytest
import torch

from ddlearn import weak_labels as wl
from ddlearn.compute import generator

P = torch.tensor([0.61, 0.28, 0.11], dtype=torch.float64)
ALPHA = torch.tensor([3.21, 1.46, 0.59], dtype=torch.float64)


def world(seed=0):
    """Four appearances, three classes."""
    g = generator(seed)
    appearances = wl.draw_patients([1.0] * 4, 3, g)
    return wl.FiniteWorld(appearances, 1.5 * torch.randn(4, 3, generator=g, dtype=torch.float64))


def labeled_risk(w, p):
    """sum over classes and appearances of p_c P_c(x) l_c(x), by torch's own cross-entropy."""
    total = 0.0
    for c, x in itertools.product(range(3), range(4)):
        loss = torch.nn.functional.cross_entropy(w.logits[x : x + 1], torch.tensor([c]))
        total += (p[c] * w.appearances[c, x] * loss).item()
    return total


def brute_force(w, k, patients, weights):
    """The mean of the loss itself over all (3 * 4)^k bags with labels and looks, and over patients of equal weight."""
    cells = list(itertools.product(range(3), range(4)))
    bags = torch.tensor(list(itertools.product(cells, repeat=k)))  # (12^k, k, 2)
    c, x = bags[..., 0], bags[..., 1]
    probabilities = torch.stack([(pi[c] * w.appearances[c, x]).prod(1) for pi in patients]).mean(0)
    counted = torch.nn.functional.one_hot(c, 3).double().mean(1)
    losses = wl.weighted_bag_loss(w.logits[x][:, None], weights(counted)[:, None])  # one bag in each net of a stack
    return probabilities @ losses, probabilities.sum().item()


def weighted(p, kappa):
    return lambda counted: wl.bag_weights(counted, p, kappa)


@pytest.mark.parametrize("seed", [0, 1])
def test_independent_bags_give_the_labeled_risk(seed):
    """All 12^3 bags of three cells: weights of kappa = 3, the bag size."""
    w = world(seed)
    mean, total = brute_force(w, 3, P[None], weighted(P, 3))
    assert total == pytest.approx(1, abs=1e-13)
    assert mean.item() == pytest.approx(labeled_risk(w, P), abs=1e-12)
    assert w.risk(P).item() == pytest.approx(labeled_risk(w, P), abs=1e-13)


def test_another_kappa_does_not():
    """Negative control, and the formula for how far it is off."""
    w = world()
    for kappa in (2.0, 4.0):
        mean, _ = brute_force(w, 2, P[None], weighted(P, kappa))
        # Of independent cells, (kappa/k - 1) sum_c p_c (M_cc - sum_c' p_c' M_c'c).
        bias = (kappa / 2 - 1) * (w.risk(P) - P @ w.losses @ P).item()
        assert mean.item() - labeled_risk(w, P) == pytest.approx(bias, abs=1e-12)
        assert abs(bias) > 0.01 or kappa == 2.0


@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_dirichlet_patients_are_repaired_by_their_own_kappa(k):
    """Every sequence of k classes, with its probability by Pólya's urn."""
    w, p, alpha0 = world(), ALPHA / ALPHA.sum(), ALPHA.sum().item()
    bags = wl.every_bag(3, k)
    probabilities = wl.urn_probabilities(bags, ALPHA)
    counted = torch.nn.functional.one_hot(bags, 3).double().mean(1)
    right = w.bag_risk(bags, probabilities, wl.bag_weights(counted, p, wl.kappa(k, alpha0)))
    assert right.item() == pytest.approx(w.risk(p).item(), abs=1e-12)
    easy = w.bag_risk(bags, probabilities, wl.bag_weights(counted, p, k))
    assert k == 1 or (easy - w.risk(p)).abs() > 1e-3  # negative control: the bag size


def test_the_urn_is_the_mean_over_many_patients():
    """100,000 patients: each of the nine probabilities within five standard errors."""
    bags = wl.every_bag(3, 2)
    mixtures = wl.draw_patients(ALPHA, 100_000, generator(0))
    each = mixtures[:, bags].prod(-1)
    error = each.std(0) / 100_000**0.5
    assert ((wl.urn_probabilities(bags, ALPHA) - each.mean(0)).abs() <= 5 * error).all()
    torch.testing.assert_close(wl.mixture_probabilities(bags, mixtures), each.mean(0), rtol=1e-9, atol=0)
    assert wl.urn_probabilities(bags, ALPHA).sum().item() == pytest.approx(1, abs=1e-14)


def test_every_bag_is_visited_once():
    assert [tuple(bag) for bag in wl.every_bag(3, 4).tolist()] == list(itertools.product(range(3), repeat=4))


@pytest.mark.parametrize("bags", [3, 7, 40])
def test_the_mean_map_is_exact_for_any_mixtures_of_full_rank(bags):
    w = world()
    mixtures = wl.draw_patients([1.0, 1.0, 1.0], bags, generator(bags))
    weights = wl.mean_map_weights(mixtures, P)
    torch.testing.assert_close(weights.T @ mixtures / bags, P.diag(), rtol=0, atol=1e-12)
    expected = (weights * (mixtures @ w.losses)).sum(1).mean()
    assert expected.item() == pytest.approx(labeled_risk(w, P), abs=1e-12)
    normal_equations = bags * mixtures @ torch.linalg.inv(mixtures.T @ mixtures) * P
    torch.testing.assert_close(weights, normal_equations, rtol=1e-8, atol=1e-8)


def test_the_weighted_loss_by_hand_and_in_a_stack():
    g = generator(0)
    logits, weights = torch.randn(2, 3, 4, 3, generator=g).double(), torch.randn(3, 3, generator=g).double()
    entropy = -logits.log_softmax(-1)
    cells = itertools.product(range(3), range(4), range(3))
    by_hand = sum(weights[b, c] * entropy[:, b, i, c] for b, i, c in cells) / (3 * 4)
    torch.testing.assert_close(wl.weighted_bag_loss(logits, weights), by_hand, rtol=1e-12, atol=1e-13)
    own = torch.stack([weights, 2 * weights])  # of each net's own bags
    torch.testing.assert_close(wl.weighted_bag_loss(logits, own), torch.stack([by_hand[0], 2 * by_hand[1]]))
