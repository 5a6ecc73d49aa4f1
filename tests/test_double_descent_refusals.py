"""What each public function of double descent refuses, and the sentence it gets."""

import math

import torch
from refusals import refusals

from ddlearn import double_descent as dd
from ddlearn.compute import generator

G = generator(0)
X = torch.randn(6, 3, generator=generator(1), dtype=torch.float64)
Y = torch.randn(6, 2, generator=generator(2), dtype=torch.float64)
K = X @ X.T
LABELS = torch.tensor([0, 1, 2, 0, 1, 2])
SEEDS = LABELS.expand(2, 6)
FEATURES = dd.CosineFeatures.draw(3, 8, 1.0, G)
SPECTRUM = dd.Spectrum([1.0, 0.5], [1, 2], [1.0, 0.0])
FIT = dd.smoother(X, X)
CLOCKS = dd.three_clocks(10)
P = torch.randn(2, 2, 4, 6, generator=generator(3), dtype=torch.float64)
PARTS = dd.decompose_features(3, 4, [2], G, data_sets=2, inits=2, points=3)
NET = {"classes": 3, "steps": 1}
NO_GENERATOR = "generator must be a torch.Generator; got int"


def widths(**changed):
    asked = {"x": X, "y": SEEDS, "x_new": X, "y_new": LABELS, "widths": [2], "generator": G, **NET, **changed}
    return lambda: dd.net_widths(**asked)


def convolutions(**changed):
    pictures = torch.zeros(4, 8, 8)
    asked = {"images": pictures, "y": SEEDS[:, :4], "images_new": pictures, "y_new": LABELS[:4], "widths": [1]}
    return lambda: dd.conv_widths(**{**asked, "generator": G, "batch": 2, **NET, **changed})


def images(**changed):
    asked = {
        "x": X,
        "y": LABELS,
        "n": 3,
        "widths": [2],
        "seeds": 1,
        "generator": G,
        "width": 1.0,
        "classes": 3,
        **changed,
    }
    return lambda: dd.image_curve(**asked)


def path(**changed):
    asked = {"features": FEATURES, "x": X, "y": Y, "x_new": X, "truth": Y, "widths": [2], **changed}
    return lambda: dd.width_path(**asked)


TABLE = {
    "ridgeless_risk": [
        (lambda: dd.ridgeless_risk(0, 1, 1), "ratio must be a positive number; got 0"),
        (lambda: dd.ridgeless_risk(1, -1, 1), "signal must be a number of at least 0; got -1"),
        (lambda: dd.ridgeless_risk(1, 1, math.nan), "noise must be a number of at least 0; got nan"),
    ],
    "exact_risk": [
        (lambda: dd.exact_risk(0, 1, 1, 1), "n must be a whole number of at least 1; got 0"),
        (lambda: dd.exact_risk(1, 1.5, 1, 1), "p must be a whole number of at least 1; got 1.5", TypeError),
        (lambda: dd.exact_risk(1, 1, "5", 1), "signal must be a number of at least 0; got '5'", TypeError),
    ],
    "ridge_risk": [
        (lambda: dd.ridge_risk([1, -1], 1, 1, 1), "ratio[1] must be a positive number; got -1"),
        (lambda: dd.ridge_risk(1, 0, 1, 1), "penalty must be a positive number; got 0"),
    ],
    "best_penalty": [
        (lambda: dd.best_penalty(1, 0, 1), "signal must be a positive number; got 0"),
    ],
    "best_ridge_risk": [
        (lambda: dd.best_ridge_risk(1, 1, 0), "noise must be a positive number; got 0"),
    ],
    "draw_linear": [
        (lambda: dd.draw_linear(1, 1, 1, 1, 0), NO_GENERATOR, TypeError),
    ],
    "plain_risk": [
        (lambda: dd.plain_risk(1, 1, 1, 1, G, -1), "penalty must be a number of at least 0; got -1"),
    ],
    "risk_given": [
        (lambda: dd.risk_given(X[0], 1, 1), "X must be a matrix of shape (n, d); got shape (3,)"),
        (lambda: dd.risk_given(X, 1, 1, -1), "penalty must be a number of at least 0; got -1"),
    ],
    "linear_curve": [
        (
            lambda: dd.linear_curve(10, [0.5, 1.1], 2, G),
            "ratios must keep p two or more away from n = 10, where the risk is finite; got 11",
        ),
        (lambda: dd.linear_curve(10, [0.5], 0, G), "draws must be a whole number of at least 1; got 0"),
        (lambda: dd.linear_curve(10, [0.5], 2, 0), NO_GENERATOR, TypeError),
        (lambda: dd.linear_curve(10, [0.5, 0.2], 2, G), "x must increase from each point to the next"),
    ],
    "smoother": [
        (lambda: dd.smoother(X, X[:, :2]), "Z_new must be a matrix of shape (n, 3); got shape (6, 2)"),
        (lambda: dd.smoother(X, X, 2), "rank_cut must be a number from 0 to 1; got 2"),
        (
            lambda: dd.smoother(X, X.float()),
            "Z_new must be of the same dtype as Z, torch.float64; got torch.float32",
            TypeError,
        ),
    ],
    "gram_smoother": [
        (lambda: dd.gram_smoother(X, X), "K must be a square matrix of shape (n, n); got shape (6, 3)"),
        (lambda: dd.gram_smoother(K, X), "K_new must be a matrix of shape (n, 6); got shape (6, 3)"),
    ],
    "min_norm": [
        (lambda: dd.min_norm(X, Y[:5]), "y must be of shape (6,) or (6, k); got shape (5, 2)"),
        (lambda: dd.min_norm(X, Y, -1), "ridge must be a number of at least 0; got -1"),
    ],
    "Smoother": [
        (lambda: FIT.predict(Y[0]), "y must be of shape (..., 6, k); got shape (2,)"),
        (
            lambda: FIT.predict(Y.float()),
            "y must be of the same dtype as the features, torch.float64; got torch.float32",
            TypeError,
        ),
        (lambda: FIT.weights(-1), "ridge must be a number of at least 0; got -1"),
    ],
    "sphere": [
        (lambda: dd.sphere(1, 0, G), "d must be a whole number of at least 1; got 0"),
        (lambda: dd.sphere(1, 1, 0), NO_GENERATOR, TypeError),
    ],
    "feature_smoother": [
        (lambda: dd.feature_smoother(X, X, X[:, :2]), "theta must be a matrix of shape (n, 3); got shape (6, 2)"),
    ],
    "decompose_features": [
        (lambda: dd.decompose_features(3, 4, [2], G, inits=1), "inits must be a whole number of at least 2; got 1"),
        (lambda: dd.decompose_features(3, 4, [2], 0), NO_GENERATOR, TypeError),
    ],
    "Decomposition": [
        (lambda: PARTS.ensemble(0), "members must be a whole number of at least 1; got 0"),
        (lambda: PARTS.ensemble(1, 0), "data_sets must be a whole number of at least 1; got 0"),
    ],
    "Spectrum": [
        (lambda: dd.Spectrum([1.0, -1.0], [1, 1], [1, 1]), "eigenvalues[1] must be a number of at least 0"),
        (lambda: dd.Spectrum([1.0, 0.5], [1], [1, 1]), "counts must be one for each of 2 eigenvalues; got 1"),
        (lambda: dd.Spectrum([0.0], [1], [1]), "eigenvalues must not all be 0"),
        (lambda: dd.Spectrum([1.0], [1], [1], -1), "tail must be a number of at least 0; got -1"),
    ],
    "predict_features": [
        (lambda: dd.predict_features([1.0], 5, 5), "spectrum must be a Spectrum; got list", TypeError),
        (lambda: dd.predict_features(SPECTRUM, 0, 5), "n must be a whole number of at least 1; got 0"),
        (lambda: dd.predict_features(SPECTRUM, 5, 0), "features must be a positive number; got 0"),
        (lambda: dd.predict_features(SPECTRUM, 5, 5, -1), "ridge must be a number of at least 0; got -1"),
    ],
    "relu_sphere_spectrum": [
        (lambda: dd.relu_sphere_spectrum(2), "d must be a whole number of at least 3; got 2"),
    ],
    "held_out": [
        (lambda: dd.held_out(Y[:, 0], 6, 3, 6, 0.1), "population must be a whole number of at least 7; got 6"),
    ],
    "CosineFeatures": [
        (lambda: dd.CosineFeatures(X, X), "b must be of shape (3,); got shape (6, 3)"),
        (lambda: dd.CosineFeatures.draw(3, 0, 1, G), "count must be a whole number of at least 1; got 0"),
        (lambda: dd.CosineFeatures.draw(3, 1, 0, G), "width must be a positive number; got 0"),
        (lambda: dd.CosineFeatures.draw(3, 1, 1, 0), NO_GENERATOR, TypeError),
        (lambda: FEATURES(Y), "x must be a matrix of shape (n, 3); got shape (6, 2)"),
    ],
    "width_path": [
        (path(features=X), "features must be CosineFeatures; got Tensor", TypeError),
        (path(y=Y[:5]), "y must be of shape (6, k) or (draws, 6, k); got shape (5, 2)"),
        (path(truth=X), "truth must be a matrix of shape (6, 2); got shape (6, 3)"),
        (path(widths=[9]), "widths[0] must be a whole number from 1 to 8; got 9"),
        (path(widths=[]), "widths must not be empty"),
        (path(y=Y.float()), "y must be of the same dtype as x, torch.float64; got torch.float32", TypeError),
        (path(rank_cut=-1), "rank_cut must be a number from 0 to 1; got -1"),
    ],
    "sample_path": [
        (lambda: dd.sample_path(FEATURES, X, Y, X, Y, [7]), "sizes[0] must be a whole number from 1 to 6; got 7"),
    ],
    "image_curve": [
        (images(y=LABELS[:5]), "y must be of shape (6,) and not empty; got shape (5,)"),
        (images(n=6), "n must be a whole number from 1 to 5; got 6"),
        (images(against="noisy"), "against must be one of 'clean', 'mean'; got 'noisy'"),
        (images(rate=1.5), "rate must be a number from 0 to 1; got 1.5"),
        (images(classes=1), "classes must be a whole number of at least 2; got 1"),
        (images(generator=0), NO_GENERATOR, TypeError),
        (images(widths=[0]), "widths[0] must be a whole number of at least 1; got 0"),
    ],
    "image_samples": [
        (lambda: dd.image_samples(X, LABELS, 4, [], 1, G, width=1.0, classes=3), "sizes must not be empty"),
    ],
    "flip_labels": [
        (lambda: dd.flip_labels(LABELS, 2, 3, G), "rate must be a number from 0 to 1; got 2"),
        (lambda: dd.flip_labels(SEEDS, 0.1, 3, G), "y must be of shape (n,) and not empty; got shape (2, 6)"),
        (lambda: dd.flip_labels(LABELS, 0.1, 3, 0), NO_GENERATOR, TypeError),
        (
            lambda: dd.flip_labels(LABELS.int(), 0.1, 3, G),
            "y must be a torch tensor of int64; got a tensor of torch.int32",
            TypeError,
        ),
        (lambda: dd.flip_labels(LABELS[:0], 0.1, 3, G), "y must be of shape (n,) and not empty; got shape (0,)"),
    ],
    "mean_target": [(lambda: dd.mean_target(LABELS, -1, 3), "rate must be a number from 0 to 1; got -1")],
    "one_hot": [(lambda: dd.one_hot([0, 1], 3), "y must be a torch tensor of int64; got list", TypeError)],
    "target_noise": [
        (lambda: dd.target_noise(0.1, 1), "classes must be a whole number of at least 2; got 1"),
    ],
    "parameters": [(lambda: dd.parameters(1, 0, 1), "H must be a whole number of at least 1; got 0")],
    "threshold_width": [
        (lambda: dd.threshold_width(0, 1, 1), "n must be a whole number of at least 1; got 0"),
    ],
    "null_mse": [(lambda: dd.null_mse(Y[:, 0]), "y must be a matrix of shape (n, d); got shape (6,)")],
    "interpolation_point": [
        (lambda: dd.interpolation_point([2, 1], [1, 0], 1), "sizes must increase, one for each of train_mse"),
        (lambda: dd.interpolation_point([1, 2], [1, 0], 0), "null must be a positive number; got 0"),
    ],
    "landmarks": [
        (lambda: dd.landmarks([1, 2], [1, 1]), "ratio must have points below 0.4 and from there to 2.5"),
        (lambda: dd.landmarks([1, 2], [1]), "ratio must increase, one for each of values"),
    ],
    "standardize": [
        (lambda: dd.standardize(torch.ones(3, 2).double()), "x must not be the same point throughout"),
    ],
    "net_widths": [
        (widths(y=LABELS), "y must be of shape (seeds, 6); got shape (6,)"),
        (widths(y=SEEDS + 1), "y must be classes from 0 to 2; got 3 among them"),
        (widths(y_new=LABELS[:5]), "y_new must be of shape (6,) and not empty; got shape (5,)"),
        (widths(x_new=Y), "x_new must be a matrix of shape (n, 3); got shape (6, 2)"),
        (widths(widths=[4, 2]), "widths must increase from each to the next; got [4, 2]"),
        (widths(widths=[0]), "widths[0] must be a whole number of at least 1; got 0"),
        (widths(dtype=torch.float16), "dtype must be torch.float32 or torch.float64; got torch.float16"),
        (widths(steps=0), "steps must be a whole number of at least 1; got 0"),
        (widths(optimizer="sgd"), "optimizer must be one of 'gd', 'momentum', 'adam'; got 'sgd'"),
        (widths(record=[5]), "record[0] must be a whole number from 0 to 1; got 5"),
    ],
    "Clocks": [
        (lambda: dd.Clocks(X[0].abs(), X[0, :2], X[0].abs(), 1), "b must be of shape (3,); got shape (2,)"),
        (lambda: dd.Clocks([2.0], torch.ones(1), [0.5], 1), "eta must keep eta sigma^2 at 1 or below; got 2.0"),
        (lambda: CLOCKS.risk([-1], 10), "times[0] must be a number of at least 0; got -1"),
        (lambda: CLOCKS.draw(10, 0), NO_GENERATOR, TypeError),
    ],
    "three_clocks": [
        (lambda: dd.three_clocks(10, sizes=(1, 2)), "sizes must be three, one for each group; got (1, 2)"),
        (lambda: dd.three_clocks(10, slow=-1), "slow must be a number of at least 0; got -1"),
    ],
    "descent_risk": [
        (
            lambda: dd.descent_risk(
                dd.Clocks([1.0], torch.ones(1), [0.9], 1), 2 * torch.ones(3, 1).double(), X[:3, 0], [1]
            ),
            "eta must keep the fastest mode of these data below 1; got 3.6",
        ),
        (lambda: dd.descent_risk(CLOCKS, X, X[:, 0], [1]), "X must be a matrix of shape (n, 68); got"),
    ],
    "clocks_curve": [
        (lambda: dd.clocks_curve(CLOCKS, 10, [1], 0, G), "draws must be a whole number of at least 1"),
    ],
    "geometric_steps": [
        (lambda: dd.geometric_steps(5, 4, 3), "last must be a whole number of at least 5; got 4"),
        (lambda: dd.geometric_steps(1, 4, 1), "count must be a whole number of at least 2; got 1"),
    ],
    "average_outputs": [
        (lambda: dd.average_outputs([1.0], 1), "outputs must be a torch tensor; got list", TypeError),
        (lambda: dd.average_outputs(P, 3), "members must be a whole number from 1 to 2; got 3"),
    ],
    "conv_parameters": [
        (lambda: dd.conv_parameters(0, 3), "k must be a whole number of at least 1; got 0"),
        (lambda: dd.conv_parameters(1, 0), "K must be a whole number of at least 1; got 0"),
    ],
    "draw_conv_nets": [
        (lambda: dd.draw_conv_nets(0, 3, 1, G), "k must be a whole number of at least 1; got 0"),
        (lambda: dd.draw_conv_nets(1, 3, 0, G), "seeds must be a whole number of at least 1; got 0"),
        (lambda: dd.draw_conv_nets(1, 3, 1, 0), NO_GENERATOR, TypeError),
    ],
    "run_conv_nets": [
        (lambda: dd.run_conv_nets(dd.draw_conv_nets(1, 3, 1, G), X), "images must be of shape (n, h, w)"),
    ],
    "conv_widths": [
        (convolutions(images=X), "images must be of shape (n, h, w)"),
        (convolutions(y=LABELS[:4]), "y must be of shape (seeds, 4)"),
        (convolutions(widths=[0]), "widths[0] must be a whole number of at least 1; got 0"),
        (convolutions(y_new=LABELS[:3]), "y_new must be of shape (4,) and not empty; got shape (3,)"),
        (convolutions(batch=5), "batch must be a whole number from 1 to 4; got 5"),
        (convolutions(lr=0), "lr must be a positive number; got 0"),
        (convolutions(loss="none"), "loss must be one of 'mse', 'cross-entropy'; got 'none'"),
        (convolutions(generator=0), NO_GENERATOR, TypeError),
    ],
    "run_cells": [(lambda: dd.run_cells(3, []), "cell must be a function; got int", TypeError)],
    "draw_seeds": [(lambda: dd.draw_seeds(1, 0), NO_GENERATOR, TypeError)],
}

RESULTS = {"FitPath", "Landmarks", "NetSweep", "Predicted"}  # they come out, never in
test_refusals, test_every_public_name_is_in_the_table = refusals(
    TABLE, set(dd.__all__) - RESULTS - {"FEATURE_ACTIVATIONS", "RANK_CUT"}
)
