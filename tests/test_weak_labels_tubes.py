"""Tubes of known and unknown purity, and a classifier that moves to another mix of classes."""

import itertools

import numpy
import pytest
import torch
from drawn import normal
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from ddlearn import weak_labels as wl
from ddlearn.compute import generator

P = torch.tensor([0.61, 0.28, 0.11], dtype=torch.float64)
PATIENT = torch.tensor([0.80, 0.15, 0.05], dtype=torch.float64)
EYE = torch.eye(3, dtype=torch.float64)
THIRDS = torch.full((3,), 1 / 3, dtype=torch.float64)
PURITY = torch.tensor([[0.95, 0.02, 0.03], [0.03, 0.80, 0.17], [0.05, 0.10, 0.85]], dtype=torch.float64)
LOOKS = torch.tensor([[6, 2, 1, 1], [1, 6, 2, 1], [1, 1, 3, 5]], dtype=torch.float64) / 10
"""P(look | class): whole tenths, so that a finite sample can hold them exactly."""


def posterior(prior):
    """P(class | look) in a place where the classes have these shares, (4, 3)."""
    joint = LOOKS.T * prior
    return joint / joint.sum(1, keepdim=True)


# Purity --------------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(tubes=st.integers(1, 5), classes=st.integers(1, 4), seed=st.integers(0, 99))
def test_the_transition_is_bayes_rule(tubes, classes, seed):
    g = generator(seed)
    purity, shares = wl.draw_patients([1.0] * classes, tubes, g), wl.draw_patients([1.0] * tubes, 1, g)[0]
    T, q = wl.purity_to_transition(purity, shares)
    for c in range(classes):
        of_class = sum(shares[s] * purity[s, c] for s in range(tubes))
        assert q[c].item() == pytest.approx(of_class.item(), rel=1e-12)
        for s in range(tubes):
            assert T[c, s].item() == pytest.approx((shares[s] * purity[s, c] / of_class).item(), rel=1e-12)
    torch.testing.assert_close(T.sum(1), torch.ones(classes, dtype=torch.float64), rtol=0, atol=1e-12)


def population(purity, shares):
    """All tubes and looks with their probabilities: tubes (S * 4,), looks (S * 4,), odds (S * 4,)."""
    pairs = torch.tensor(list(itertools.product(range(len(purity)), range(4))))
    odds = torch.stack([shares[s] * (purity[s] @ LOOKS[:, x]) for s, x in pairs])
    return pairs[:, 0], pairs[:, 1], odds


SHARES = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)


def test_the_forward_loss_is_least_at_the_true_posterior():
    """T' posterior is P(tube | look), and there the population's gradient is 0: moving any logit by 0.1 costs."""
    T, q = wl.purity_to_transition(PURITY, SHARES)
    tubes, looks, odds = population(PURITY, SHARES)
    by_look = torch.zeros(4, 3, dtype=torch.float64).index_put((looks, tubes), odds)
    torch.testing.assert_close(posterior(q) @ T, by_look / by_look.sum(1, keepdim=True), rtol=0, atol=1e-12)

    def loss(logits, T=T):
        each = torch.stack([wl.forward_loss(logits[x : x + 1], s[None], T) for s, x in zip(tubes, looks, strict=True)])
        return odds @ each

    logits = posterior(q).log().contiguous().requires_grad_()
    least = loss(logits)
    (gradient,) = torch.autograd.grad(least, logits)
    assert gradient.abs().max() <= 1e-12
    for place in range(12):
        moved = logits.detach().clone()
        moved.view(-1)[place] += 0.1
        assert loss(moved) > least
    naive = posterior(q).log().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(naive, EYE), naive)
    assert gradient.abs().max() > 0.01  # negative control: to take tubes for classes is not consistent


def test_each_net_of_a_stack_has_its_loss_and_no_logit_is_too_large():
    """With the tubes and the manual of all nets, or its own."""
    logits, tubes = normal(2, 7, 3), torch.randint(3, (2, 7), generator=generator(1))
    pure, q = wl.purity_to_transition(EYE)
    torch.testing.assert_close(q, THIRDS)
    T = torch.stack([wl.purity_to_transition(PURITY)[0], pure])
    for tubes_of, manuals in ((tubes, T), (tubes, T[0]), (tubes[0], T[0])):
        each = zip(logits, tubes_of.expand(2, 7), manuals.expand(2, 3, 3), strict=True)
        by_hand = torch.stack([-(z.softmax(-1) @ M).log().gather(1, s[:, None]).mean() for z, s, M in each])
        torch.testing.assert_close(wl.forward_loss(logits, tubes_of, manuals), by_hand, rtol=1e-13, atol=0)
    extreme = torch.tensor([[0.0, 0.0, 1e4]], dtype=torch.float64, requires_grad=True)
    pure = wl.forward_loss(extreme, torch.tensor([0]), EYE)
    pure.backward()
    assert pure.item() == pytest.approx(1e4)
    assert extreme.grad.isfinite().all()


def test_more_tubes_than_classes_have_a_forward_correction():
    T, _ = wl.purity_to_transition(torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]], dtype=torch.float64))
    assert T.shape == (2, 3)
    assert wl.forward_loss(torch.zeros(3, 2).double(), torch.arange(3), T).isfinite()


# Unknown purity ------------------------------------------------------------------------------------------------------


def tube_predictions(n=300):
    """Out-of-fold predictions of a logistic regression on three blurred classes in impure tubes."""
    g = generator(0)
    tubes = torch.arange(3).repeat_interleave(n)
    y = torch.multinomial(PURITY[tubes], 1, generator=g)[:, 0]
    centres = torch.tensor([[0.0, 0.0], [3.0, 0.0], [1.5, 2.5]], dtype=torch.float64)
    x = centres[y] + 0.8 * torch.randn(len(y), 2, generator=g, dtype=torch.float64)
    P = cross_val_predict(LogisticRegression(), x.numpy(), tubes.numpy(), cv=5, method="predict_proba")
    return torch.as_tensor(P), tubes


def test_the_confident_joint_is_the_paper_s_count():
    """Cell by cell, in plain Python."""
    P, tubes = tube_predictions(60)
    threshold = [P[tubes == c, c].mean().item() for c in range(3)]
    wanted = numpy.zeros((3, 3), dtype=int)
    for row, s in zip(P.tolist(), tubes.tolist(), strict=True):
        confident = [c for c in range(3) if row[c] >= threshold[c]]
        if confident:
            wanted[s, max(confident, key=lambda c: row[c])] += 1
    assert wl.confident_joint(P, tubes).tolist() == wanted.tolist()
    assert 0 < wanted.sum() < 180  # some cells look like nothing
    assert wanted.sum() > numpy.trace(wanted)


def test_the_confident_joint_is_cleanlab_s():
    from cleanlab import count  # a second to import

    P, tubes = tube_predictions()
    theirs = count.compute_confident_joint(tubes.numpy(), P.numpy(), calibrate=False)
    theirs = theirs / theirs.sum(1, keepdims=True)
    torch.testing.assert_close(wl.estimate_purity(P, tubes), torch.as_tensor(theirs), rtol=0, atol=0.005)


def test_cells_at_their_threshold_count_and_a_silent_tube_is_pure():
    P = torch.tensor([[0.7, 0.3]] * 3 + [[0.6, 0.4]] * 3, dtype=torch.float64)
    tubes = torch.tensor([0, 0, 0, 1, 1, 1])
    assert wl.confident_joint(P, tubes).tolist() == [[3, 0], [0, 3]]
    apart = torch.tensor([[1.0, 0.0], [0.4, 0.6], [0.5, 0.5], [0.5, 0.5]], dtype=torch.float64)
    assert wl.confident_joint(apart, torch.tensor([0, 1, 0, 1])).tolist() == [[1, 0], [0, 1]]


# Another mix ---------------------------------------------------------------------------------------------------------


def test_a_shifted_posterior_is_the_posterior_of_the_new_place():
    torch.testing.assert_close(wl.prior_shift(posterior(THIRDS), THIRDS, P), posterior(P), rtol=0, atol=1e-14)
    there_and_back = wl.prior_shift(wl.prior_shift(posterior(P), P, PATIENT), PATIENT, P)
    torch.testing.assert_close(there_and_back, posterior(P), rtol=0, atol=1e-14)


def test_counts():
    seen = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]], dtype=torch.float64)
    counted = wl.classify_and_count(seen)
    assert counted.tolist() == [0.75, 0.25]
    truth = torch.tensor([0.5, 0.5], dtype=torch.float64)
    assert wl.count_error(counted, truth).item() == pytest.approx(0.25)
    assert wl.count_error(torch.stack([counted, truth]), torch.stack([truth, truth])).tolist() == [0.25, 0]
