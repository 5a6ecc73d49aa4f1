"""The proportion loss: its value, its gradient, and what it cannot learn."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from ddlearn import weak_labels as wl
from ddlearn.compute import generator

shapes = given(
    bags=st.integers(1, 5),
    k=st.integers(1, 6),
    classes=st.integers(2, 4),
    nets=st.integers(0, 3),
    seed=st.integers(0, 99),
)


def draw(bags, k, classes, nets, seed, scale=3.0):
    g = generator(seed)
    dots = (nets,) if nets else ()
    logits = scale * torch.randn(*dots, bags, k, classes, generator=g, dtype=torch.float64)
    return logits, wl.draw_patients([0.5] * classes, bags, g)


@settings(max_examples=40, deadline=None)
@shapes
def test_the_loss_is_scipy_s_divergence_of_bag_from_mean_prediction(bags, k, classes, nets, seed):
    logits, a = draw(bags, k, classes, nets, seed)
    loss = wl.proportion_loss(logits, a)
    assert loss.shape == logits.shape[:-3]
    for got, own in zip(loss.reshape(-1), logits.reshape(-1, bags, k, classes), strict=True):
        by_bag = [entropy(a[b].numpy(), own[b].softmax(1).mean(0).numpy()) for b in range(bags)]
        assert got.item() == pytest.approx(sum(by_bag) / bags, rel=1e-11, abs=1e-13)


def test_nets_in_a_stack_may_have_bags_of_their_own():
    logits, a = draw(4, 5, 3, 2, 0)
    own_bags = torch.stack([a.roll(k, 0) for k in range(len(logits))])
    alone = torch.stack([wl.proportion_loss(*one) for one in zip(logits, own_bags, strict=True)])
    torch.testing.assert_close(wl.proportion_loss(logits, own_bags), alone, rtol=1e-14, atol=1e-15)


def gradient(logits, a):
    (slope,) = torch.autograd.grad(wl.proportion_loss(z := logits.clone().requires_grad_(), a), z)
    return slope


@settings(max_examples=25, deadline=None)
@given(bags=st.integers(1, 5), k=st.integers(1, 8), classes=st.integers(2, 5), seed=st.integers(0, 99))
def test_bags_all_alike_are_content_with_a_constant(bags, k, classes, seed):
    """Whatever the cells look like: loss 0, gradient 0, and no loss is below 0. More such bags change nothing."""
    g = generator(seed)
    a = wl.draw_patients([2.0] * classes, 1, g).expand(bags, -1)
    constant = a[:, None].log().expand(bags, k, classes)
    assert wl.proportion_loss(constant, a).abs() <= 1e-14
    assert gradient(constant, a).abs().max() <= 1e-15
    other = torch.randn(bags, k, classes, generator=g, dtype=torch.float64)
    assert wl.proportion_loss(other, a) >= -1e-15


def test_bags_that_differ_are_not():
    """Negative control: the best constant is then the mean mixture, at the mean divergence from it."""
    a = torch.tensor([[0.8, 0.2], [0.4, 0.6]], dtype=torch.float64)
    constant = a.mean(0).log().expand(2, 7, 2)
    wanted = sum(entropy(row, a.mean(0)) for row in a.numpy()) / 2
    assert wl.proportion_loss(constant, a).item() == pytest.approx(wanted, rel=1e-13)
    assert wanted > 0.08


def test_the_true_posterior_does_not_match_every_bag():
    """Two classes, two looks, P(look | class) = 3/4 or 1/4, so the posterior is the same. A bag of class 0 alone, in
    its exact share of looks, is called class 0 by 3/4 * 3/4 + 1/4 * 1/4 = 5/8; the bag in the mix 1/2 is matched.
    """
    posterior = torch.tensor([[0.75, 0.25], [0.25, 0.75]], dtype=torch.float64)
    looks = torch.tensor([[0, 0, 0, 1], [0, 0, 1, 1]])
    a = torch.tensor([[1.0, 0.0], [0.5, 0.5]], dtype=torch.float64)
    losses = [wl.proportion_loss(posterior.log()[looks[b : b + 1]], a[b : b + 1]).item() for b in range(2)]
    assert losses == pytest.approx([-math.log(5 / 8), 0], abs=1e-14)


def test_no_logit_is_too_large():
    logits = torch.tensor([[[1e4, 0.0], [1e4, 0.0]], [[0.0, 1e4], [1e4, 0.0]]], dtype=torch.float64)
    a = torch.tensor([[0.0, 1.0], [0.5, 0.5]], dtype=torch.float64)
    assert wl.proportion_loss(logits, a).item() == pytest.approx(1e4 / 2)
    slope = gradient(logits, a)
    # Logarithms of 1e4 in size are rounded to 1e-12.
    torch.testing.assert_close(slope[0], torch.tensor([[0.25, -0.25]] * 2, dtype=torch.float64), rtol=0, atol=1e-12)
    assert slope[1].abs().max() <= 1e-12
    hard = wl.proportion_loss(logits.float(), a.float())
    assert hard.dtype == torch.float32
    assert hard.isfinite()
