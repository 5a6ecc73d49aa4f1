"""What each public function of weak labels refuses, and the sentence it gets."""

import torch
from refusals import refusals

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
        (lambda: wl.draw_patients([1.0, 0.0], 3, G), "alpha[1] must be a positive number; got 0.0"),
        (lambda: wl.draw_patients(P, 0, G), "bags must be a whole number of at least 1; got 0"),
        (lambda: wl.draw_patients(P, 3, 0), NO_GENERATOR, TypeError),
    ],
    "draw_bags": [
        (lambda: wl.draw_bags(Y.double(), A, 3, G), f"y {DOUBLE}", TypeError),
        (lambda: wl.draw_bags(Y + 1, A, 3, G), "y must be classes from 0 to 2; got 3 among them"),
        (lambda: wl.draw_bags(Y, LOPSIDED, 3, G), f"mixtures {SUM}"),
        (lambda: wl.draw_bags(Y, BELOW, 3, G), "mixtures must be at least 0; got -0.5 among them"),
        (lambda: wl.draw_bags(Y, A, 0, G), "k must be a whole number of at least 1; got 0"),
        (lambda: wl.draw_bags(Y, A, 3, 0), NO_GENERATOR, TypeError),
    ],
    "proportion_loss": [
        (lambda: wl.proportion_loss(CELLS, A), "logits must be of shape (..., B, k, C); got shape (6, 3)"),
        (lambda: wl.proportion_loss(BAGS, A[:2]), "proportions must be a matrix of shape (4, 3); got shape (2, 3)"),
        (
            lambda: wl.proportion_loss(BAGS[None], A[:, None]),
            "proportions must be of shape (1, 4, 3), for the stack of nets; got (4, 1, 3)",
        ),
        (
            lambda: wl.proportion_loss(BAGS, A.float()),
            "proportions must be of the same dtype as logits, torch.float64; got torch.float32",
            TypeError,
        ),
        (lambda: wl.proportion_loss(BAGS[:1], LOPSIDED), f"proportions {SUM}"),
    ],
    "bag_weights": [
        (lambda: wl.bag_weights(LOPSIDED, P, 2), f"proportions {SUM}"),
        (lambda: wl.bag_weights(A, P[:2], 2), "p must be of shape (3,); got shape (2,)"),
        (lambda: wl.bag_weights(A, [0.5, 0.6, 0.2], 2), f"p {SUM}"),
        (lambda: wl.bag_weights(A, P, 0.5), "kappa must be a number of at least 1; got 0.5"),
    ],
    "mean_map_weights": [
        (lambda: wl.mean_map_weights(A[:2], P), "mixtures must have rank 3, the number of classes; got 2"),
        (lambda: wl.mean_map_weights(A, [1.0]), "p must be of shape (3,); got shape (1,)"),
    ],
    "weighted_bag_loss": [
        (lambda: wl.weighted_bag_loss(BAGS, A[:, :2]), "weights must be a matrix of shape (4, 3); got shape (4, 2)"),
        (lambda: wl.weighted_bag_loss(CELLS, A), "logits must be of shape (..., B, k, C); got shape (6, 3)"),
    ],
    "kappa": [
        (lambda: wl.kappa(), "kappa takes k, alpha0 or both; got neither", TypeError),
        (lambda: wl.kappa(k=0), "k must be a whole number of at least 1; got 0"),
        (lambda: wl.kappa(alpha0=0), "alpha0 must be a positive number; got 0"),
    ],
    "second_moment": [
        (lambda: wl.second_moment(P, 0), "kappa must be a number of at least 1; got 0"),
        (lambda: wl.second_moment(A, 2), "p must be of shape (C,); got shape (4, 3)"),
    ],
    "efficiency": [
        (lambda: wl.efficiency(P, 0), "kappa must be a number of at least 1; got 0"),
        (lambda: wl.efficiency([-0.5, 1.5], 2), "p[0] must be a number of at least 0; got -0.5"),
    ],
    "mixing_moment": [
        (lambda: wl.mixing_moment(LOPSIDED), f"mixtures {SUM}"),
    ],
    "mixing_efficiency": [
        (lambda: wl.mixing_efficiency(A[:1], P), "mixtures must have rank 3, the number of classes; got 1"),
        (lambda: wl.mixing_efficiency(A, [1.0, 0, 0]), "p must be positive; got 0.0 among them"),
    ],
    "every_bag": [
        (lambda: wl.every_bag(0, 2), "classes must be a whole number of at least 1; got 0"),
        (lambda: wl.every_bag(3, 40), "classes^k must be at most 4194304; got 3^40"),
    ],
    "mixture_probabilities": [
        (lambda: wl.mixture_probabilities(Y, A), "bags must be a tensor of shape (S, k); got shape (6,)"),
        (lambda: wl.mixture_probabilities(EVERY, A[:, :2]), "mixtures must add up to 1 over the classes; got "),
        (lambda: wl.mixture_probabilities(EVERY, A, P), "shares must be of shape (4,); got shape (3,)"),
    ],
    "urn_probabilities": [
        (lambda: wl.urn_probabilities(EVERY, P[:2]), "bags must be classes from 0 to 1; got 2 among them"),
        (lambda: wl.urn_probabilities(EVERY, [1.0, -1.0, 1.0]), "alpha[1] must be a positive number; got -1.0"),
    ],
    "FiniteWorld": [
        (lambda: wl.FiniteWorld(A[:3], EYE[:2]), "logits must be a matrix of shape (3, 3); got shape (2, 3)"),
        (lambda: wl.FiniteWorld(LOPSIDED, EYE), f"appearances {SUM}"),
        (lambda: WORLD.risk([1.0]), "p must be of shape (3,); got shape (1,)"),
        (lambda: WORLD.bag_risk(EVERY, PROBABILITIES[:2], A), "probabilities must be of shape (9,); got shape (2,)"),
        (lambda: WORLD.bag_risk(EVERY, PROBABILITIES, A), "weights must be a matrix of shape (9, 3); got shape (4, 3)"),
    ],
    "purity_to_transition": [
        (lambda: wl.purity_to_transition(LOPSIDED), f"purity {SUM}"),
        (lambda: wl.purity_to_transition(EYE, [1.0, 0.0, 0.0]), "shares must be positive; got 0.0 among them"),
        (lambda: wl.purity_to_transition(EYE[:2]), "purity must have every class in some tube; got none of class 2"),
    ],
    "forward_loss": [
        (lambda: wl.forward_loss(CELLS[0], Y, EYE), "logits must be of shape (..., n, C); got shape (3,)"),
        (lambda: wl.forward_loss(CELLS, Y[:4], EYE), "tubes must be of shape (6,) and not empty; got shape (4,)"),
        (lambda: wl.forward_loss(CELLS, Y + 1, EYE), "tubes must be classes from 0 to 2; got 3 among them"),
        (lambda: wl.forward_loss(CELLS, Y, EYE[:2]), "transition must be a matrix of shape (3, d); got shape (2, 3)"),
        (
            lambda: wl.forward_loss(CELLS.expand(2, 6, 3), Y, EYE.expand(3, 3, 3)),
            "transition must be a matrix of shape (3, d); got shape (3, 3, 3)",
        ),
        (
            lambda: wl.forward_loss(CELLS.expand(2, 6, 3), Y.expand(3, 6), EYE),
            "tubes must be of shape (6,) and not empty; got shape (3, 6)",
        ),
        (
            lambda: wl.forward_loss(CELLS.expand(2, 6, 3), Y, EYE[[0, 1, 1]].expand(2, 3, 3)),
            "transition must have some class in every tube; got none in tube 2",
        ),
        (
            lambda: wl.forward_loss(CELLS, Y, EYE[[0, 1, 1]]),
            "transition must have some class in every tube; got none in tube 2",
        ),
    ],
    "confident_joint": [
        (lambda: wl.confident_joint(CELLS.abs() + 1, Y), "P must add up to 1 over the classes; got "),
        (lambda: wl.confident_joint(Q, 0 * Y), "tubes must name every class; got no cell of tube 1"),
        (lambda: wl.confident_joint(Q, Q[:, 0]), f"tubes {DOUBLE}", TypeError),
    ],
    "estimate_purity": [
        (lambda: wl.estimate_purity(Q, 0 * Y), "tubes must name every class; got no cell of tube 1"),
    ],
    "prior_shift": [
        (lambda: wl.prior_shift(LOPSIDED, P, P), f"P {SUM}"),
        (lambda: wl.prior_shift(Q, [1.0, 0, 0], P), "p_from must be positive; got 0.0 among them"),
        (lambda: wl.prior_shift(Q, P, [1.0]), "p_to must be of shape (3,); got shape (1,)"),
        (
            lambda: wl.prior_shift(EYE, P, [0.5, 0.5, 0.0]),
            "p_to must leave every cell a class; got none for P[2], which is [0.0, 0.0, 1.0]",
        ),
    ],
    "classify_and_count": [
        (lambda: wl.classify_and_count(LOPSIDED), f"P {SUM}"),
    ],
    "count_error": [
        (lambda: wl.count_error(A, Q), "truth must be of counted's shape (4, 3); got shape (6, 3)"),
    ],
    "summarize_votes": [
        (
            lambda: wl.summarize_votes(Y),
            "votes must be a torch tensor of int64 and shape (n, m), not empty; got torch.int64 of shape (6,)",
            TypeError,
        ),
        (lambda: wl.summarize_votes(VOTES, Y), "y must be of shape (3,) and not empty; got shape (6,)"),
    ],
    "count_votes": [
        (lambda: wl.count_votes(VOTES, 1), "classes must be a whole number of at least 2; got 1"),
    ],
    "majority_vote": [
        (
            lambda: wl.majority_vote(VOTES, 2),
            "votes must be classes from 0 to 1 or -1 for no opinion; got 2 among them",
        ),
        (
            lambda: wl.majority_vote(VOTES - 2, 3),
            "votes must be classes from 0 to 2 or -1 for no opinion; got -3 among them",
        ),
        (lambda: wl.majority_vote(VOTES, 3, [1.0, 0, 0]), "prior must be positive; got 0.0 among them"),
    ],
    "dawid_skene": [
        (lambda: wl.dawid_skene(VOTES, 3, [1.0, 0, 0]), "balance must be positive; got 0.0 among them"),
        (lambda: wl.dawid_skene(VOTES, 3, smoothing=-1), "smoothing must be a number of at least 0; got -1"),
        (lambda: wl.dawid_skene(VOTES, 3, iterations=0), "iterations must be a whole number of at least 1; got 0"),
        (lambda: wl.dawid_skene(VOTES, 3, tolerance=-1), "tolerance must be a number of at least 0; got -1"),
        (lambda: wl.dawid_skene(VOTES, 3).predict(VOTES[:, :1]), "votes must be of 2 rules; got 1"),
    ],
    "reliability": [
        (lambda: wl.reliability(Q, Y, 0), "bins must be a whole number of at least 1; got 0"),
        (
            lambda: wl.reliability(Q, Y, weights=Q[:2, 0]),
            "weights must be 6 numbers of at least 0, not all 0; got shape (2,)",
        ),
    ],
    "expected_calibration_error": [
        (lambda: wl.expected_calibration_error(Q, Y[:3]), "y must be of shape (6,) and not empty; got shape (3,)"),
    ],
    "draw_cell_batches": [
        (lambda: wl.draw_cell_batches(5, 6, len), "batch must be a whole number from 1 to 5; got 6"),
    ],
    "draw_own_batches": [
        (
            lambda: wl.draw_own_batches(Y, 1, len),
            "rows must be a torch tensor of int64 and shape (nets, n), not empty; got torch.int64 of shape (6,)",
            TypeError,
        ),
        (lambda: wl.draw_own_batches(ROWS, 0, len), "batch must be a whole number of at least 1; got 0"),
    ],
    "draw_bag_batches": [
        (
            lambda: wl.draw_bag_batches(Y, 1, 1, len),
            "rows must be a torch tensor of int64 and shape (B, k), not empty; got torch.int64 of shape (6,)",
            TypeError,
        ),
        (lambda: wl.draw_bag_batches(ROWS, 5, 1, len), "bags must be a whole number from 1 to 4; got 5"),
        (lambda: wl.draw_bag_batches(ROWS, 4, 6, len), "cells must be a whole number from 1 to 5; got 6"),
    ],
    "train_classifiers": [
        (train(net=3), "net must be an MLP; got int", TypeError),
        (train(x=EYE[:, :2]), "x must be a matrix of shape (n, 3); got shape (3, 2)"),
        (train(draw=3), "draw must be a function of a generator; got int", TypeError),
        (train(generator=0), NO_GENERATOR, TypeError),
        (train(nets=0), "nets must be a whole number of at least 1; got 0"),
        (train(steps=0), "steps must be a whole number of at least 1; got 0"),
        (train(lr=0), "lr must be a positive number; got 0"),
        (train(clip=0), "clip must be a positive number; got 0"),
        (train(weight_decay=-1), "weight_decay must be a number of at least 0; got -1"),
    ],
}

ANSWERS = {"ABSTAIN", "Bags", "Draw", "LabelModel", "Reliability", "VoteSummary"}
"""What functions give back, or constants: nobody makes them by hand."""
test_refusals, test_every_public_name_is_in_the_table = refusals(TABLE, set(wl.__all__) - ANSWERS)
