"""Weak labels: what can be learned when nobody says what any one cell is.

    bags            cells in bags, with proportions: independent cells, or patients
    proportions     the proportion loss, and why it may teach nothing
    unbiased        the risk with labels, from proportions: one kappa for all bags, or least squares (the mean map)
    spread          what bags can teach, in one number
    finite_world    expectations without an error bar, by visiting every bag
    purity          tubes that are not quite pure: forward and backward correction
    confident       how pure they are
    prior_shift     other shares of the classes, known or found by EM
    votes           rules that vote or are silent, and the majority
    dawid_skene     who is right, if nobody knows the truth
    calibration     does a classifier know what it does not know?
    classifier      small nets trained on any of these

Classes are numbered from 0; a mixture is a distribution over them; logits have the classes last. Bags are lesson 09,
tubes and rules lesson 10.
"""

from ddlearn.weak_labels.bags import Bags, draw_bags, draw_patients, report
from ddlearn.weak_labels.calibration import Reliability, expected_calibration_error, reliability
from ddlearn.weak_labels.classifier import (
    Draw,
    draw_bag_batches,
    draw_cell_batches,
    draw_own_batches,
    train_classifiers,
)
from ddlearn.weak_labels.confident import confident_joint, estimate_purity
from ddlearn.weak_labels.dawid_skene import LabelModel, dawid_skene
from ddlearn.weak_labels.finite_world import FiniteWorld, every_bag, mixture_probabilities, urn_probabilities
from ddlearn.weak_labels.prior_shift import EstimatedPrior, classify_and_count, count_error, prior_shift, saerens_em
from ddlearn.weak_labels.proportions import proportion_loss, proportion_loss_gradient
from ddlearn.weak_labels.purity import backward_loss, forward_loss, purity_to_transition
from ddlearn.weak_labels.spread import (
    efficiency,
    inverse_second_moment,
    kappa,
    mixing_efficiency,
    mixing_moment,
    second_moment,
)
from ddlearn.weak_labels.unbiased import bag_weights, mean_map_weights, weighted_bag_loss
from ddlearn.weak_labels.votes import ABSTAIN, VoteSummary, apply_rules, count_votes, majority_vote, summarize_votes

__all__ = [
    "ABSTAIN",
    "Bags",
    "Draw",
    "EstimatedPrior",
    "FiniteWorld",
    "LabelModel",
    "Reliability",
    "VoteSummary",
    "apply_rules",
    "backward_loss",
    "bag_weights",
    "classify_and_count",
    "confident_joint",
    "count_error",
    "count_votes",
    "dawid_skene",
    "draw_bag_batches",
    "draw_bags",
    "draw_cell_batches",
    "draw_own_batches",
    "draw_patients",
    "efficiency",
    "estimate_purity",
    "every_bag",
    "expected_calibration_error",
    "forward_loss",
    "inverse_second_moment",
    "kappa",
    "majority_vote",
    "mean_map_weights",
    "mixing_efficiency",
    "mixing_moment",
    "mixture_probabilities",
    "prior_shift",
    "proportion_loss",
    "proportion_loss_gradient",
    "purity_to_transition",
    "reliability",
    "report",
    "saerens_em",
    "second_moment",
    "summarize_votes",
    "train_classifiers",
    "urn_probabilities",
    "weighted_bag_loss",
]
