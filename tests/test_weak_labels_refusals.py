"""What each public function of weak labels refuses, and the sentence it gets."""

import pytest
import torch

from ddlearn import weak_labels as wl
from ddlearn.compute import generator
from ddlearn.networks import MLP

G = generator(0)
A = wl.draw_patients([1.0, 1.0, 1.0], 4, G)
P = [0.5, 0.3, 0.2]
Y = torch.tensor([0, 1, 2, 0, 1, 2])
Q = wl.draw_patients([1.0, 1.0, 1.0], 6, G)
EYE = torch.eye(3, dtype=torch.float64)
BAGS = torch.randn(4, 5, 3, generator=G, dtype=torch.float64)
CELLS = torch.randn(6, 3, generator=G, dtype=torch.float64)
VOTES = torch.tensor([[0, 1], [-1, 2], [2, 2]])
WORLD = wl.FiniteWorld(A[:3], EYE)
EVERY = wl.every_bag(3, 2)
PROBABILITIES = wl.mixture_probabilities(EVERY, A)
ROWS = torch.arange(20).reshape(4, 5)
LOPSIDED = torch.tensor([[0.5, 0.6, 0.2]], dtype=torch.float64)
BELOW = torch.tensor([[1.5, -0.5, 0.0]], dtype=torch.float64)
NO_GENERATOR = "generator must be a torch.Generator; got int"
NO_TENSOR = "must be a torch tensor; got list. torch.as_tensor({0}) converts it."
SUM = "must add up to 1 over the classes; got 1.3"
NO_SENSE = "must be 3 numbers of at least 1; got [1.0, 1.0, 0.5]"
DOUBLE = "must be a torch tensor of int64; got a tensor of torch.float64"


def train(**changed):
    asked = {
        "net": MLP((3, 2, 3)),
        "x": CELLS,
        "draw": lambda g: (Y, lambda z: z.mean((1, 2))),
        "generator": G,
        "steps": 1,
    }
    asked |= changed
    return lambda: wl.train_classifiers(**asked)


TABLE = {
    "draw_patients": [
        (lambda: wl.draw_patients([1.0, 0.0], 3, G), ValueError, "alpha[1] must be a positive number; got 0.0"),
        (lambda: wl.draw_patients(P, 0, G), ValueError, "bags must be a whole number of at least 1; got 0"),
        (lambda: wl.draw_patients(P, 3, 0), TypeError, NO_GENERATOR),
    ],
    "draw_bags": [
        (lambda: wl.draw_bags(Y.double(), A, 3, G), TypeError, f"y {DOUBLE}"),
        (lambda: wl.draw_bags(Y + 1, A, 3, G), ValueError, "y must be classes from 0 to 2; got 3 among them"),
        (lambda: wl.draw_bags(Y, LOPSIDED, 3, G), ValueError, f"mixtures {SUM}"),
        (lambda: wl.draw_bags(Y, BELOW, 3, G), ValueError, "mixtures must be at least 0; got -0.5 among them"),
        (lambda: wl.draw_bags(Y, A, 0, G), ValueError, "k must be a whole number of at least 1; got 0"),
        (lambda: wl.draw_bags(Y, A, 3, 0), TypeError, NO_GENERATOR),
    ],
    "report": [
        (lambda: wl.report(P, 0.1, G), TypeError, "mixtures " + NO_TENSOR.format("mixtures")),
        (lambda: wl.report(A, -0.1, G), ValueError, "sd must be a number of at least 0; got -0.1"),
        (
            lambda: wl.report(A, [0.1, 0.1], G),
            ValueError,
            "sd must be one number, or one for each of 3 classes; got 2",
        ),
        (lambda: wl.report(A, 0.1, G, 0), ValueError, "least must be a positive number; got 0"),
        (lambda: wl.report(A, 0.1, 0), TypeError, NO_GENERATOR),
    ],
    "proportion_loss": [
        (
            lambda: wl.proportion_loss(CELLS, A),
            ValueError,
            "logits must be of shape (..., B, k, C); got shape (6, 3)",
        ),
        (
            lambda: wl.proportion_loss(BAGS, A[:2]),
            ValueError,
            "proportions must be a matrix of shape (4, 3); got shape (2, 3)",
        ),
        (
            lambda: wl.proportion_loss(BAGS[None], A[:, None]),
            ValueError,
            "proportions must be of shape (1, 4, 3), for the stack of nets; got (4, 1, 3)",
        ),
        (
            lambda: wl.proportion_loss(BAGS, A.float()),
            TypeError,
            "proportions must be of the same dtype as logits, torch.float64; got torch.float32",
        ),
        (lambda: wl.proportion_loss(BAGS[:1], LOPSIDED), ValueError, f"proportions {SUM}"),
    ],
    "proportion_loss_gradient": [
        (lambda: wl.proportion_loss_gradient(BAGS[:1], LOPSIDED), ValueError, f"proportions {SUM}"),
    ],
    "bag_weights": [
        (lambda: wl.bag_weights(LOPSIDED, P, 2), ValueError, f"proportions {SUM}"),
        (lambda: wl.bag_weights(A, P[:2], 2), ValueError, "p must be of shape (3,); got shape (2,)"),
        (lambda: wl.bag_weights(A, [0.5, 0.6, 0.2], 2), ValueError, f"p {SUM}"),
        (lambda: wl.bag_weights(A, P, 0.5), ValueError, "kappa must be a number of at least 1; got 0.5"),
    ],
    "mean_map_weights": [
        (
            lambda: wl.mean_map_weights(A[:2], P),
            ValueError,
            "mixtures must have rank 3, the number of classes; got 2",
        ),
        (lambda: wl.mean_map_weights(A, [1.0]), ValueError, "p must be of shape (3,); got shape (1,)"),
    ],
    "weighted_bag_loss": [
        (
            lambda: wl.weighted_bag_loss(BAGS, A[:, :2]),
            ValueError,
            "weights must be a matrix of shape (4, 3); got shape (4, 2)",
        ),
        (
            lambda: wl.weighted_bag_loss(CELLS, A),
            ValueError,
            "logits must be of shape (..., B, k, C); got shape (6, 3)",
        ),
    ],
    "kappa": [
        (lambda: wl.kappa(), TypeError, "kappa takes k, alpha0 or both; got neither"),
        (lambda: wl.kappa(k=0), ValueError, "k must be a whole number of at least 1; got 0"),
        (lambda: wl.kappa(alpha0=0), ValueError, "alpha0 must be a positive number; got 0"),
    ],
    "second_moment": [
        (lambda: wl.second_moment(P, 0), ValueError, "kappa must be a number of at least 1; got 0"),
        (lambda: wl.second_moment(A, 2), ValueError, "p must be of shape (C,); got shape (4, 3)"),
    ],
    "inverse_second_moment": [
        (
            lambda: wl.inverse_second_moment([0.5, 0.5, 0.0], 2),
            ValueError,
            "p must be positive; got 0.0 among them",
        ),
        (lambda: wl.inverse_second_moment(P, 0), ValueError, "kappa must be a number of at least 1; got 0"),
    ],
    "efficiency": [
        (lambda: wl.efficiency(P, 0), ValueError, "kappa must be a number of at least 1; got 0"),
        (lambda: wl.efficiency([-0.5, 1.5], 2), ValueError, "p[0] must be a number of at least 0; got -0.5"),
    ],
    "mixing_moment": [
        (lambda: wl.mixing_moment(LOPSIDED), ValueError, f"mixtures {SUM}"),
    ],
    "mixing_efficiency": [
        (
            lambda: wl.mixing_efficiency(A[:1], P),
            ValueError,
            "mixtures must have rank 3, the number of classes; got 1",
        ),
        (lambda: wl.mixing_efficiency(A, [1.0, 0, 0]), ValueError, "p must be positive; got 0.0 among them"),
    ],
    "every_bag": [
        (lambda: wl.every_bag(0, 2), ValueError, "classes must be a whole number of at least 1; got 0"),
        (lambda: wl.every_bag(3, 40), ValueError, "classes^k must be at most 4194304; got 3^40"),
    ],
    "mixture_probabilities": [
        (lambda: wl.mixture_probabilities(Y, A), ValueError, "bags must be a tensor of shape (S, k); got shape (6,)"),
        (
            lambda: wl.mixture_probabilities(EVERY, A[:, :2]),
            ValueError,
            "mixtures must add up to 1 over the classes; got {}",
        ),
        (lambda: wl.mixture_probabilities(EVERY, A, P), ValueError, "shares must be of shape (4,); got shape (3,)"),
    ],
    "urn_probabilities": [
        (lambda: wl.urn_probabilities(EVERY, P[:2]), ValueError, "bags must be classes from 0 to 1; got 2 among them"),
        (
            lambda: wl.urn_probabilities(EVERY, [1.0, -1.0, 1.0]),
            ValueError,
            "alpha[1] must be a positive number; got -1.0",
        ),
    ],
    "FiniteWorld": [
        (
            lambda: wl.FiniteWorld(A[:3], EYE[:2]),
            ValueError,
            "logits must be a matrix of shape (3, 3); got shape (2, 3)",
        ),
        (lambda: wl.FiniteWorld(LOPSIDED, EYE), ValueError, f"appearances {SUM}"),
        (lambda: WORLD.risk([1.0]), ValueError, "p must be of shape (3,); got shape (1,)"),
        (
            lambda: WORLD.bag_risk(EVERY, PROBABILITIES[:2], A),
            ValueError,
            "probabilities must be of shape (9,); got shape (2,)",
        ),
        (
            lambda: WORLD.bag_risk(EVERY, PROBABILITIES, A),
            ValueError,
            "weights must be a matrix of shape (9, 3); got shape (4, 3)",
        ),
        (lambda: WORLD.patient_bias(A, 0), ValueError, "k must be a whole number of at least 1; got 0"),
        (lambda: WORLD.patient_bias(A, 2, 0.5), ValueError, "kappa must be a number of at least 1; got 0.5"),
    ],
    "purity_to_transition": [
        (lambda: wl.purity_to_transition(LOPSIDED), ValueError, f"purity {SUM}"),
        (
            lambda: wl.purity_to_transition(EYE, [1.0, 0.0, 0.0]),
            ValueError,
            "shares must be positive; got 0.0 among them",
        ),
        (
            lambda: wl.purity_to_transition(EYE[:2]),
            ValueError,
            "purity must have every class in some tube; got none of class 2",
        ),
    ],
    "forward_loss": [
        (lambda: wl.forward_loss(CELLS[0], Y, EYE), ValueError, "logits must be of shape (..., n, C); got shape (3,)"),
        (
            lambda: wl.forward_loss(CELLS, Y[:4], EYE),
            ValueError,
            "tubes must be of shape (6,) and not empty; got shape (4,)",
        ),
        (lambda: wl.forward_loss(CELLS, Y + 1, EYE), ValueError, "tubes must be classes from 0 to 2; got 3 among them"),
        (
            lambda: wl.forward_loss(CELLS, Y, EYE[:2]),
            ValueError,
            "transition must be a matrix of shape (3, d); got shape (2, 3)",
        ),
        (
            lambda: wl.forward_loss(CELLS.expand(2, 6, 3), Y, EYE.expand(3, 3, 3)),
            ValueError,
            "transition must be a matrix of shape (3, d); got shape (3, 3, 3)",
        ),
        (
            lambda: wl.forward_loss(CELLS.expand(2, 6, 3), Y.expand(3, 6), EYE),
            ValueError,
            "tubes must be of shape (6,) and not empty; got shape (3, 6)",
        ),
        (
            lambda: wl.forward_loss(CELLS.expand(2, 6, 3), Y, EYE[[0, 1, 1]].expand(2, 3, 3)),
            ValueError,
            "transition must have some class in every tube; got none in tube 2",
        ),
        (
            lambda: wl.backward_loss(CELLS.expand(3, 6, 3), Y, EYE.expand(3, 3, 3)),
            ValueError,
            "transition must be a matrix of shape (3, d); got shape (3, 3, 3)",
        ),
        (
            lambda: wl.forward_loss(CELLS, Y, EYE[[0, 1, 1]]),
            ValueError,
            "transition must have some class in every tube; got none in tube 2",
        ),
    ],
    "backward_loss": [
        (
            lambda: wl.backward_loss(CELLS, Y, EYE[[0, 1, 1]]),
            ValueError,
            "transition must be a square matrix with an inverse, for the backward correction uses it",
        ),
    ],
    "confident_joint": [
        (lambda: wl.confident_joint(CELLS.abs() + 1, Y), ValueError, "P must add up to 1 over the classes; got {}"),
        (lambda: wl.confident_joint(Q, 0 * Y), ValueError, "tubes must name every class; got no cell of tube 1"),
        (lambda: wl.confident_joint(Q, Q[:, 0]), TypeError, f"tubes {DOUBLE}"),
    ],
    "estimate_purity": [
        (lambda: wl.estimate_purity(Q, 0 * Y), ValueError, "tubes must name every class; got no cell of tube 1"),
    ],
    "prior_shift": [
        (lambda: wl.prior_shift(LOPSIDED, P, P), ValueError, f"P {SUM}"),
        (lambda: wl.prior_shift(Q, [1.0, 0, 0], P), ValueError, "p_from must be positive; got 0.0 among them"),
        (lambda: wl.prior_shift(Q, P, [1.0]), ValueError, "p_to must be of shape (3,); got shape (1,)"),
        (
            lambda: wl.prior_shift(EYE, P, [0.5, 0.5, 0.0]),
            ValueError,
            "p_to must leave every cell a class; got none for P[2], which is [0.0, 0.0, 1.0]",
        ),
    ],
    "saerens_em": [
        (lambda: wl.saerens_em(Q, [1.0, 0, 0]), ValueError, "p_from must be positive; got 0.0 among them"),
        (lambda: wl.saerens_em(Q, P, [1.0, 1.0, 0.5]), ValueError, f"alpha {NO_SENSE}"),
        (
            lambda: wl.saerens_em(Q, P, iterations=0),
            ValueError,
            "iterations must be a whole number of at least 1; got 0",
        ),
        (lambda: wl.saerens_em(Q, P, tolerance=-1), ValueError, "tolerance must be a number of at least 0; got -1"),
    ],
    "classify_and_count": [
        (lambda: wl.classify_and_count(LOPSIDED), ValueError, f"P {SUM}"),
    ],
    "count_error": [
        (lambda: wl.count_error(A, Q), ValueError, "truth must be of counted's shape (4, 3); got shape (6, 3)"),
    ],
    "apply_rules": [
        (lambda: wl.apply_rules([], [1]), TypeError, "rules must be a list of functions, one or more; got list"),
        (lambda: wl.apply_rules([len], []), ValueError, "cells must not be empty"),
        (
            lambda: wl.apply_rules([lambda cell: -2], [1]),
            ValueError,
            "the vote of rules[0] on cell 0 must be a whole number of at least -1; got -2",
        ),
    ],
    "summarize_votes": [
        (
            lambda: wl.summarize_votes(Y),
            TypeError,
            "votes must be a torch tensor of int64 and shape (n, m), not empty; got torch.int64 of shape (6,)",
        ),
        (lambda: wl.summarize_votes(VOTES, Y), ValueError, "y must be of shape (3,) and not empty; got shape (6,)"),
    ],
    "count_votes": [
        (lambda: wl.count_votes(VOTES, 1), ValueError, "classes must be a whole number of at least 2; got 1"),
    ],
    "majority_vote": [
        (
            lambda: wl.majority_vote(VOTES, 2),
            ValueError,
            "votes must be classes from 0 to 1 or -1 for no opinion; got 2 among them",
        ),
        (
            lambda: wl.majority_vote(VOTES - 2, 3),
            ValueError,
            "votes must be classes from 0 to 2 or -1 for no opinion; got -3 among them",
        ),
        (lambda: wl.majority_vote(VOTES, 3, [1.0, 0, 0]), ValueError, "prior must be positive; got 0.0 among them"),
    ],
    "dawid_skene": [
        (lambda: wl.dawid_skene(VOTES, 3, [1.0, 0, 0]), ValueError, "balance must be positive; got 0.0 among them"),
        (
            lambda: wl.dawid_skene(VOTES, 3, smoothing=-1),
            ValueError,
            "smoothing must be a number of at least 0; got -1",
        ),
        (
            lambda: wl.dawid_skene(VOTES, 3, iterations=0),
            ValueError,
            "iterations must be a whole number of at least 1; got 0",
        ),
        (
            lambda: wl.dawid_skene(VOTES, 3, tolerance=-1),
            ValueError,
            "tolerance must be a number of at least 0; got -1",
        ),
        (lambda: wl.dawid_skene(VOTES, 3).predict(VOTES[:, :1]), ValueError, "votes must be of 2 rules; got 1"),
    ],
    "reliability": [
        (lambda: wl.reliability(Q, Y, 0), ValueError, "bins must be a whole number of at least 1; got 0"),
        (
            lambda: wl.reliability(Q, Y, weights=Q[:2, 0]),
            ValueError,
            "weights must be 6 numbers of at least 0, not all 0; got shape (2,)",
        ),
    ],
    "expected_calibration_error": [
        (
            lambda: wl.expected_calibration_error(Q, Y[:3]),
            ValueError,
            "y must be of shape (6,) and not empty; got shape (3,)",
        ),
    ],
    "draw_cell_batches": [
        (lambda: wl.draw_cell_batches(5, 6, len), ValueError, "batch must be a whole number from 1 to 5; got 6"),
    ],
    "draw_own_batches": [
        (
            lambda: wl.draw_own_batches(Y, 1, len),
            TypeError,
            "rows must be a torch tensor of int64 and shape (nets, n), not empty; got torch.int64 of shape (6,)",
        ),
        (lambda: wl.draw_own_batches(ROWS, 0, len), ValueError, "batch must be a whole number of at least 1; got 0"),
    ],
    "draw_bag_batches": [
        (
            lambda: wl.draw_bag_batches(Y, 1, 1, len),
            TypeError,
            "rows must be a torch tensor of int64 and shape (B, k), not empty; got torch.int64 of shape (6,)",
        ),
        (lambda: wl.draw_bag_batches(ROWS, 5, 1, len), ValueError, "bags must be a whole number from 1 to 4; got 5"),
        (lambda: wl.draw_bag_batches(ROWS, 4, 6, len), ValueError, "cells must be a whole number from 1 to 5; got 6"),
    ],
    "train_classifiers": [
        (train(net=3), TypeError, "net must be an MLP; got int"),
        (train(x=EYE[:, :2]), ValueError, "x must be a matrix of shape (n, 3); got shape (3, 2)"),
        (train(draw=3), TypeError, "draw must be a function of a generator; got int"),
        (train(generator=0), TypeError, NO_GENERATOR),
        (train(nets=0), ValueError, "nets must be a whole number of at least 1; got 0"),
        (train(steps=0), ValueError, "steps must be a whole number of at least 1; got 0"),
        (train(lr=0), ValueError, "lr must be a positive number; got 0"),
        (train(clip=0), ValueError, "clip must be a positive number; got 0"),
        (train(weight_decay=-1), ValueError, "weight_decay must be a number of at least 0; got -1"),
    ],
}

ROWS_OF_TABLE = [
    pytest.param(call, error, sentence, id=f"{name}-{number}")
    for name, rows in TABLE.items()
    for number, (call, error, sentence) in enumerate(rows)
]

ANSWERS = {"ABSTAIN", "Bags", "Draw", "EstimatedPrior", "LabelModel", "Reliability", "VoteSummary"}
"""What functions give back, or constants: nobody makes them by hand."""


@pytest.mark.parametrize(("call", "error", "sentence"), ROWS_OF_TABLE)
def test_a_bad_argument_is_refused_with_its_sentence(call, error, sentence):
    with pytest.raises(error) as refusal:
        call()
    assert type(refusal.value) is error
    start, _, end = sentence.partition("{}")
    assert str(refusal.value).startswith(start)
    assert str(refusal.value).endswith(end)
    assert "{}" in sentence or str(refusal.value) == sentence


def test_every_public_function_is_in_the_table():
    assert set(TABLE) == set(wl.__all__) - ANSWERS
