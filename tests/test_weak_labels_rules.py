"""Rules that vote, the majority, the label model that weighs them, and calibration."""

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn import weak_labels as wl
from ddlearn.compute import generator

P = torch.tensor([0.61, 0.28, 0.11], dtype=torch.float64)
S = wl.ABSTAIN
VOTES = torch.tensor([[0, 0, 1], [S, S, S], [2, S, 2], [1, 0, S], [S, S, 0]])


def draw_votes(accuracies, coverage, n, seed, p=P):
    """Votes of independent rules: right so often, else any other class alike; silent at random."""
    g = generator(seed)
    y = torch.multinomial(p, n, replacement=True, generator=g)
    columns = []
    for accuracy in accuracies:
        other = (y + torch.randint(1, len(p), (n,), generator=g)) % len(p)
        vote = torch.where(torch.rand(n, generator=g) < accuracy, y, other)
        columns.append(torch.where(torch.rand(n, generator=g) < coverage, vote, S))
    return torch.stack(columns, 1), y


votes_of_any_kind = st.tuples(st.integers(1, 12), st.integers(1, 5), st.integers(2, 4), st.integers(0, 99))


def any_votes(n, m, classes, seed):
    return torch.randint(-1, classes, (n, m), generator=generator(seed))


# Votes ---------------------------------------------------------------------------------------------------------------


def test_a_summary_by_hand():
    summary = wl.summarize_votes(VOTES, torch.tensor([0, 1, 2, 0, 1]))
    assert summary.coverage.tolist() == [0.6, 0.4, 0.6]
    assert summary.overlap.tolist() == [0.6, 0.4, 0.4]
    assert summary.conflict.tolist() == [0.4, 0.4, 0.2]
    assert summary.accuracy.tolist() == pytest.approx([2 / 3, 1, 1 / 3])
    assert summary.silent == pytest.approx(0.2)
    assert wl.summarize_votes(VOTES).accuracy is None
    assert wl.summarize_votes(torch.tensor([[S, 1]]), torch.tensor([1])).accuracy.isnan().tolist() == [True, False]


def test_the_majority_by_hand():
    third = [1 / 3] * 3
    wanted = [[1, 0, 0], third, [0, 0, 1], [0.5, 0.5, 0], [1, 0, 0]]
    torch.testing.assert_close(wl.majority_vote(VOTES, 3), torch.tensor(wanted, dtype=torch.float64))
    wanted = [[1, 0, 0], P.tolist(), [0, 0, 1], [0.61 / 0.89, 0.28 / 0.89, 0], [1, 0, 0]]
    torch.testing.assert_close(wl.majority_vote(VOTES, 3, P), torch.tensor(wanted, dtype=torch.float64))


# The label model -----------------------------------------------------------------------------------------------------


def by_hand(votes, balance, confusion):
    """P(votes, class) of each cell, one factor at a time."""
    joint = numpy.tile(balance.numpy(), (len(votes), 1))
    for i, row in enumerate(votes.tolist()):
        for j, vote in enumerate(row):
            joint[i] *= confusion[j, :, vote].numpy()  # -1 is the last symbol: silence
    return joint


@settings(max_examples=30, deadline=None)
@given(size=votes_of_any_kind, smoothing=st.sampled_from([None, 0.0, 0.5]), fixed=st.booleans())
def test_the_model_s_numbers_fit_together_and_its_objective_never_falls(size, smoothing, fixed):
    n, m, classes, seed = size
    votes = any_votes(n, m, classes, seed)
    balance = wl.draw_patients([5.0] * classes, 1, generator(seed))[0] if fixed else None
    model = wl.dawid_skene(votes, classes, balance, smoothing=smoothing, iterations=30, tolerance=0)
    joint = by_hand(votes, model.balance, model.confusion)
    torch.testing.assert_close(model.posterior, torch.as_tensor(joint / joint.sum(1, keepdims=True)), rtol=0, atol=1e-9)
    assert model.log_likelihood[-1].item() == pytest.approx(numpy.log(joint.sum(1)).sum(), abs=1e-9)
    assert model.objective.diff().min() >= -1e-9 * n * m if len(model.objective) > 1 else True
    if smoothing == 0.0:
        assert torch.equal(model.objective, model.log_likelihood)
    if fixed:
        torch.testing.assert_close(model.balance, balance, rtol=0, atol=1e-15)
    torch.testing.assert_close(model.predict(votes), model.posterior, rtol=0, atol=1e-12)


def test_accuracies_are_recovered_without_a_label():
    """Six rules of known accuracy, 70 % of 4,000 cells each; within 0.06, and better than the majority."""
    accuracies = [0.9, 0.8, 0.75, 0.7, 0.65, 0.6]
    votes, y = draw_votes(accuracies, 0.7, 4000, 0)
    model = wl.dawid_skene(votes, 3)
    assert (model.accuracy - torch.tensor(accuracies)).abs().max() <= 0.06
    right = (model.posterior.argmax(1) == y).double().mean()
    assert right >= (wl.majority_vote(votes, 3).argmax(1) == y).double().mean()
    assert right >= 0.9
    assert (model.balance - P).abs().max() <= 0.03
    new, y_new = draw_votes(accuracies, 0.7, 4000, 1)
    assert (model.predict(new).argmax(1) == y_new).double().mean() >= 0.9


# Calibration ---------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 40), classes=st.integers(2, 4), bins=st.integers(1, 15), seed=st.integers(0, 99))
def test_the_calibration_error_is_the_sum_over_bins(n, classes, bins, seed):
    g = generator(seed)
    Q = wl.draw_patients([1.0] * classes, n, g)
    y = torch.randint(classes, (n,), generator=g)
    weights = torch.rand(n, generator=g, dtype=torch.float64) + 0.1
    confidence, right = Q.max(1).values, (Q.argmax(1) == y).double()
    error = 0.0
    for b in range(bins):
        inside = (confidence > b / bins) & (confidence <= (b + 1) / bins)
        error += abs((weights * (right - confidence))[inside].sum().item()) / weights.sum().item()
    assert wl.expected_calibration_error(Q, y, bins, weights).item() == pytest.approx(error, abs=1e-12)
    table = wl.reliability(Q, y, bins)
    assert table.share.sum().item() == pytest.approx(1)
    assert (table.share @ table.accuracy).item() == pytest.approx(right.mean().item(), abs=1e-12)


def test_a_bin_ends_with_its_upper_edge():
    Q = torch.tensor([[0.4, 0.3, 0.3], [0.5, 0.5, 0.0], [0.75, 0.25, 0.0], [1.0, 0.0, 0.0]], dtype=torch.float64)
    table = wl.reliability(Q, torch.tensor([0, 1, 0, 0]), bins=2)
    assert table.share.tolist() == [0.5, 0.5]
    assert table.confidence.tolist() == pytest.approx([0.45, 0.875])
    assert table.accuracy.tolist() == [0.5, 1]
    assert wl.reliability(Q, torch.tensor([0, 1, 0, 0]), bins=4).share.tolist() == [0, 0.5, 0.25, 0.25]
