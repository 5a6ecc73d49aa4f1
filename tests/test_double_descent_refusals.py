"""What each public function of double descent refuses, and the sentence it gets."""

import math

import pytest
import torch

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
DATA = torch.randn(2, 6, 3, generator=generator(4), dtype=torch.float64)
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
        (lambda: dd.ridgeless_risk(0, 1, 1), ValueError, "ratio must be a positive number; got 0"),
        (lambda: dd.ridgeless_risk(1, -1, 1), ValueError, "signal must be a number of at least 0; got -1"),
        (lambda: dd.ridgeless_risk(1, 1, math.nan), ValueError, "noise must be a number of at least 0; got nan"),
    ],
    "exact_risk": [
        (lambda: dd.exact_risk(0, 1, 1, 1), ValueError, "n must be a whole number of at least 1; got 0"),
        (lambda: dd.exact_risk(1, 1.5, 1, 1), TypeError, "p must be a whole number of at least 1; got 1.5"),
        (lambda: dd.exact_risk(1, 1, "5", 1), TypeError, "signal must be a number of at least 0; got '5'"),
    ],
    "ridge_risk": [
        (lambda: dd.ridge_risk([1, -1], 1, 1, 1), ValueError, "ratio[1] must be a positive number; got -1"),
        (lambda: dd.ridge_risk(1, 0, 1, 1), ValueError, "penalty must be a positive number; got 0"),
    ],
    "best_penalty": [
        (lambda: dd.best_penalty(1, 0, 1), ValueError, "signal must be a positive number; got 0"),
    ],
    "best_ridge_risk": [
        (lambda: dd.best_ridge_risk(1, 1, 0), ValueError, "noise must be a positive number; got 0"),
    ],
    "misspecified_risk": [
        (lambda: dd.misspecified_risk(1, 0, 1, 1), ValueError, "decay must be a positive number; got 0"),
    ],
    "draw_linear": [
        (lambda: dd.draw_linear(1, 1, 1, 1, 0), TypeError, NO_GENERATOR),
    ],
    "plain_risk": [
        (lambda: dd.plain_risk(1, 1, 1, 1, G, -1), ValueError, "penalty must be a number of at least 0; got -1"),
    ],
    "risk_given": [
        (lambda: dd.risk_given(X[0], 1, 1), ValueError, "X must be a matrix of shape (n, d); got shape (3,)"),
        (lambda: dd.risk_given(X, 1, 1, -1), ValueError, "penalty must be a number of at least 0; got -1"),
    ],
    "linear_curve": [
        (
            lambda: dd.linear_curve(10, [0.5, 1.1], 2, G),
            ValueError,
            "ratios must keep p two or more away from n = 10, where the risk is finite; got 11",
        ),
        (lambda: dd.linear_curve(10, [0.5], 0, G), ValueError, "draws must be a whole number of at least 1; got 0"),
        (lambda: dd.linear_curve(10, [0.5], 2, 0), TypeError, NO_GENERATOR),
        (lambda: dd.linear_curve(10, [0.5, 0.2], 2, G), ValueError, "x must increase from each point to the next"),
    ],
    "smoother": [
        (lambda: dd.smoother(X, X[:, :2]), ValueError, "Z_new must be a matrix of shape (n, 3); got shape (6, 2)"),
        (lambda: dd.smoother(X, X, 2), ValueError, "rank_cut must be a number from 0 to 1; got 2"),
        (
            lambda: dd.smoother(X, X.float()),
            TypeError,
            "Z_new must be of the same dtype as Z, torch.float64; got torch.float32",
        ),
    ],
    "gram_smoother": [
        (
            lambda: dd.gram_smoother(X, X),
            ValueError,
            "K must be a square matrix of shape (n, n); got shape (6, 3)",
        ),
        (lambda: dd.gram_smoother(K, X), ValueError, "K_new must be a matrix of shape (n, 6); got shape (6, 3)"),
    ],
    "min_norm": [
        (lambda: dd.min_norm(X, Y[:5]), ValueError, "y must be of shape (6,) or (6, k); got shape (5, 2)"),
        (lambda: dd.min_norm(X, Y, -1), ValueError, "ridge must be a number of at least 0; got -1"),
    ],
    "Smoother": [
        (lambda: FIT.predict(Y[0]), ValueError, "y must be of shape (..., 6, k); got shape (2,)"),
        (
            lambda: FIT.predict(Y.float()),
            TypeError,
            "y must be of the same dtype as the features, torch.float64; got torch.float32",
        ),
        (lambda: FIT.weights(-1), ValueError, "ridge must be a number of at least 0; got -1"),
    ],
    "moments": [
        (
            lambda: dd.moments("gelu"),
            ValueError,
            "activation must be one of 'relu', 'tanh', 'erf', 'absolute'; got 'gelu'",
        ),
    ],
    "feature_risk": [
        (lambda: dd.feature_risk(0, 1), ValueError, "psi1 must be a positive number; got 0"),
        (lambda: dd.feature_risk(1, "1"), TypeError, "psi2 must be a positive number; got '1'"),
        (lambda: dd.feature_risk(1, 1, -1), ValueError, "penalty must be a number of at least 0; got -1"),
        (
            lambda: dd.feature_risk(1, 1, 0.0, "absolute"),
            ValueError,
            "activation must have a linear part for this theory; got 'absolute'",
        ),
    ],
    "FeatureRisk": [
        (lambda: dd.feature_risk(1, 2).risk(1, -1), ValueError, "noise must be a number of at least 0; got -1"),
    ],
    "sphere": [
        (lambda: dd.sphere(1, 0, G), ValueError, "d must be a whole number of at least 1; got 0"),
        (lambda: dd.sphere(1, 1, 0), TypeError, NO_GENERATOR),
    ],
    "feature_smoother": [
        (
            lambda: dd.feature_smoother(X, X, X[:, :2]),
            ValueError,
            "theta must be a matrix of shape (n, 3); got shape (6, 2)",
        ),
    ],
    "feature_draws": [
        (lambda: dd.feature_draws(3, [(4, 0)], 1, G), ValueError, "sizes[0][1] must be a whole number of at least 1"),
        (
            lambda: dd.feature_draws(3, [(4, 2)], 1, G, penalties=[-1]),
            ValueError,
            "penalties[0] must be a number of at least 0; got -1",
        ),
        (lambda: dd.feature_draws(3, [(4, 2)], 1, 0), TypeError, NO_GENERATOR),
    ],
    "decompose": [
        (
            lambda: dd.decompose(P[:1], DATA[:1], X[:4]),
            ValueError,
            "P must be of shape (T, M, m, n), T and M at least 2; got shape (1, 2, 4, 6)",
        ),
        (lambda: dd.decompose(P, DATA[:, :5], X[:4]), ValueError, "X must be of shape (2, 6, 3); got shape (2, 5, 3)"),
        (lambda: dd.decompose(P, DATA, X), ValueError, "X_new must be a matrix of shape (4, d); got shape (6, 3)"),
    ],
    "decompose_features": [
        (
            lambda: dd.decompose_features(3, 4, [2], G, inits=1),
            ValueError,
            "inits must be a whole number of at least 2; got 1",
        ),
        (lambda: dd.decompose_features(3, 4, [2], 0), TypeError, NO_GENERATOR),
    ],
    "Decomposition": [
        (
            lambda: dd.decompose(P, DATA, X[:4]).ensemble(0),
            ValueError,
            "members must be a whole number of at least 1; got 0",
        ),
        (
            lambda: dd.decompose(P, DATA, X[:4]).ensemble(1, 0),
            ValueError,
            "data_sets must be a whole number of at least 1; got 0",
        ),
    ],
    "Spectrum": [
        (lambda: dd.Spectrum([1.0, -1.0], [1, 1], [1, 1]), ValueError, "eigenvalues[1] must be a number of at least 0"),
        (
            lambda: dd.Spectrum([1.0, 0.5], [1], [1, 1]),
            ValueError,
            "counts must be one for each of 2 eigenvalues; got 1",
        ),
        (lambda: dd.Spectrum([0.0], [1], [1]), ValueError, "eigenvalues must not all be 0"),
        (lambda: dd.Spectrum([1.0], [1], [1], -1), ValueError, "tail must be a number of at least 0; got -1"),
    ],
    "predict_features": [
        (lambda: dd.predict_features([1.0], 5, 5), TypeError, "spectrum must be a Spectrum; got list"),
        (lambda: dd.predict_features(SPECTRUM, 0, 5), ValueError, "n must be a whole number of at least 1; got 0"),
        (lambda: dd.predict_features(SPECTRUM, 5, 0), ValueError, "features must be a positive number; got 0"),
        (lambda: dd.predict_features(SPECTRUM, 5, 5, -1), ValueError, "ridge must be a number of at least 0; got -1"),
    ],
    "relu_sphere_spectrum": [
        (lambda: dd.relu_sphere_spectrum(2), ValueError, "d must be a whole number of at least 3; got 2"),
    ],
    "kernel_spectrum": [
        (lambda: dd.kernel_spectrum(K, Y[:5]), ValueError, "targets must be of shape (6,) or (6, k); got shape (5, 2)"),
    ],
    "held_out": [
        (
            lambda: dd.held_out(Y[:, 0], 6, 3, 6, 0.1),
            ValueError,
            "population must be a whole number of at least 7; got 6",
        ),
    ],
    "predict_images": [
        (
            lambda: dd.predict_images(K, LABELS.double(), 3, 2, [1]),
            TypeError,
            "y must be a tensor of int64 labels; got torch.float64",
        ),
        (
            lambda: dd.predict_images(K, LABELS, 2, 2, [1]),
            ValueError,
            "y must be labels from 0 to 1; got labels from 0",
        ),
    ],
    "p_test": [(lambda: dd.p_test(Y[0]), ValueError, "weights must be a matrix of shape (n, d); got shape (2,)")],
    "p_train": [(lambda: dd.p_train(X), ValueError, "weights must be a matrix of shape (n, 6); got shape (6, 3)")],
    "least_squares_parameters": [
        (lambda: dd.least_squares_parameters(0, 1), ValueError, "n must be a whole number of at least 1; got 0"),
    ],
    "CosineFeatures": [
        (lambda: dd.CosineFeatures(X, X), ValueError, "b must be of shape (3,); got shape (6, 3)"),
        (lambda: dd.CosineFeatures.draw(3, 0, 1, G), ValueError, "count must be a whole number of at least 1; got 0"),
        (lambda: dd.CosineFeatures.draw(3, 1, 0, G), ValueError, "width must be a positive number; got 0"),
        (lambda: dd.CosineFeatures.draw(3, 1, 1, 0), TypeError, NO_GENERATOR),
        (lambda: FEATURES(Y), ValueError, "x must be a matrix of shape (n, 3); got shape (6, 2)"),
    ],
    "width_path": [
        (path(features=X), TypeError, "features must be CosineFeatures; got Tensor"),
        (path(y=Y[:5]), ValueError, "y must be of shape (6, k) or (draws, 6, k); got shape (5, 2)"),
        (path(truth=X), ValueError, "truth must be a matrix of shape (6, 2); got shape (6, 3)"),
        (path(widths=[9]), ValueError, "widths[0] must be a whole number from 1 to 8; got 9"),
        (path(widths=[]), ValueError, "widths must not be empty"),
        (path(y=Y.float()), TypeError, "y must be of the same dtype as x, torch.float64; got torch.float32"),
        (path(rank_cut=-1), ValueError, "rank_cut must be a number from 0 to 1; got -1"),
    ],
    "sample_path": [
        (
            lambda: dd.sample_path(FEATURES, X, Y, X, Y, [7]),
            ValueError,
            "sizes[0] must be a whole number from 1 to 6; got 7",
        ),
    ],
    "image_curve": [
        (images(y=LABELS[:5]), ValueError, "y must be of shape (6,); got shape (5,)"),
        (images(n=6), ValueError, "n must be a whole number from 1 to 5; got 6"),
        (images(against="noisy"), ValueError, "against must be one of 'clean', 'mean'; got 'noisy'"),
        (images(rate=1.5), ValueError, "rate must be a number from 0 to 1; got 1.5"),
        (images(classes=1), ValueError, "classes must be a whole number of at least 2; got 1"),
        (images(generator=0), TypeError, NO_GENERATOR),
        (images(widths=[0]), ValueError, "widths[0] must be a whole number of at least 1; got 0"),
    ],
    "image_samples": [
        (
            lambda: dd.image_samples(X, LABELS, 4, [], 1, G, width=1.0, classes=3),
            ValueError,
            "sizes must not be empty",
        ),
    ],
    "flip_labels": [
        (lambda: dd.flip_labels(LABELS, 2, 3, G), ValueError, "rate must be a number from 0 to 1; got 2"),
        (lambda: dd.flip_labels(SEEDS, 0.1, 3, G), ValueError, "y must be of shape (n,); got shape (2, 6)"),
        (lambda: dd.flip_labels(LABELS, 0.1, 3, 0), TypeError, NO_GENERATOR),
        (
            lambda: dd.flip_labels(LABELS.int(), 0.1, 3, G),
            TypeError,
            "y must be a tensor of int64 labels; got torch.int32",
        ),
        (lambda: dd.flip_labels(LABELS[:0], 0.1, 3, G), ValueError, "y must be labels from 0 to 2; got none"),
    ],
    "mean_target": [(lambda: dd.mean_target(LABELS, -1, 3), ValueError, "rate must be a number from 0 to 1; got -1")],
    "one_hot": [(lambda: dd.one_hot([0, 1], 3), TypeError, "y must be a tensor of int64 labels; got list")],
    "target_noise": [
        (lambda: dd.target_noise(0.1, 1), ValueError, "classes must be a whole number of at least 2; got 1"),
    ],
    "parameters": [(lambda: dd.parameters(1, 0, 1), ValueError, "H must be a whole number of at least 1; got 0")],
    "threshold_width": [
        (lambda: dd.threshold_width(0, 1, 1), ValueError, "n must be a whole number of at least 1; got 0"),
    ],
    "null_mse": [(lambda: dd.null_mse(Y[:, 0]), ValueError, "y must be a matrix of shape (n, d); got shape (6,)")],
    "interpolation_point": [
        (
            lambda: dd.interpolation_point([2, 1], [1, 0], 1),
            ValueError,
            "sizes must increase, one for each of train_mse",
        ),
        (lambda: dd.interpolation_point([1, 2], [1, 0], 0), ValueError, "null must be a positive number; got 0"),
    ],
    "landmarks": [
        (lambda: dd.landmarks([1, 2], [1, 1]), ValueError, "ratio must have points below 0.4 and from there to 2.5"),
        (lambda: dd.landmarks([1, 2], [1]), ValueError, "ratio must increase, one for each of values"),
    ],
    "standardize": [
        (
            lambda: dd.standardize(torch.ones(3, 2).double()),
            ValueError,
            "x must not be the same point throughout",
        ),
    ],
    "net_widths": [
        (widths(y=LABELS), ValueError, "y must be of shape (seeds, 6); got shape (6,)"),
        (widths(y=SEEDS + 1), ValueError, "y must be labels from 0 to 2; got labels from 1 to 3"),
        (widths(y_new=LABELS[:5]), ValueError, "y_new must be of shape (6,); got shape (5,)"),
        (widths(x_new=Y), ValueError, "x_new must be a matrix of shape (n, 3); got shape (6, 2)"),
        (widths(widths=[4, 2]), ValueError, "widths must increase from each to the next; got [4, 2]"),
        (widths(widths=[0]), ValueError, "widths[0] must be a whole number of at least 1; got 0"),
        (widths(dtype=torch.float16), ValueError, "dtype must be torch.float32 or torch.float64; got torch.float16"),
        (widths(steps=0), ValueError, "steps must be a whole number of at least 1; got 0"),
        (widths(optimizer="sgd"), ValueError, "optimizer must be one of 'gd', 'momentum', 'adam'; got 'sgd'"),
        (widths(record=[5]), ValueError, "record[0] must be a whole number from 0 to 1; got 5"),
    ],
    "net_samples": [
        (
            lambda: dd.net_samples(X, SEEDS, X, LABELS, [7], 2, G, **NET),
            ValueError,
            "sizes[0] must be a whole number from 1 to 6; got 7",
        ),
        (
            lambda: dd.net_samples(X, [SEEDS], X, LABELS, [3, 6], 2, G, **NET),
            ValueError,
            "y must be labels for each of 2 sizes; got 1",
        ),
    ],
    "Clocks": [
        (
            lambda: dd.Clocks(X[0].abs(), X[0, :2], X[0].abs(), 1),
            ValueError,
            "b must be of shape (3,); got shape (2,)",
        ),
        (
            lambda: dd.Clocks([2.0], torch.ones(1), [0.5], 1),
            ValueError,
            "eta must keep eta sigma^2 at 1 or below; got 2.0",
        ),
        (lambda: CLOCKS.risk([-1], 10), ValueError, "times[0] must be a number of at least 0; got -1"),
        (lambda: CLOCKS.draw(10, 0), TypeError, NO_GENERATOR),
    ],
    "three_clocks": [
        (
            lambda: dd.three_clocks(10, sizes=(1, 2)),
            ValueError,
            "sizes must be three, one for each group; got (1, 2)",
        ),
        (lambda: dd.three_clocks(10, slow=-1), ValueError, "slow must be a number of at least 0; got -1"),
    ],
    "descent_risk": [
        (
            lambda: dd.descent_risk(
                dd.Clocks([1.0], torch.ones(1), [0.9], 1), 2 * torch.ones(3, 1).double(), X[:3, 0], [1]
            ),
            ValueError,
            "eta must keep the fastest mode of these data below 1; got 3.6",
        ),
        (lambda: dd.descent_risk(CLOCKS, X, X[:, 0], [1]), ValueError, "X must be a matrix of shape (n, 68); got"),
    ],
    "clocks_curve": [
        (lambda: dd.clocks_curve(CLOCKS, 10, [1], 0, G), ValueError, "draws must be a whole number of at least 1"),
    ],
    "geometric_steps": [
        (lambda: dd.geometric_steps(5, 4, 3), ValueError, "last must be a whole number of at least 5; got 4"),
        (lambda: dd.geometric_steps(1, 4, 1), ValueError, "count must be a whole number of at least 2; got 1"),
    ],
    "average_outputs": [
        (lambda: dd.average_outputs([1.0], 1), TypeError, "outputs must be a torch tensor; got list"),
        (lambda: dd.average_outputs(P, 3), ValueError, "members must be a whole number from 1 to 2; got 3"),
    ],
    "conv_parameters": [
        (lambda: dd.conv_parameters(0, 3), ValueError, "k must be a whole number of at least 1; got 0"),
        (lambda: dd.conv_parameters(1, 0), ValueError, "K must be a whole number of at least 1; got 0"),
    ],
    "draw_conv_nets": [
        (lambda: dd.draw_conv_nets(0, 3, 1, G), ValueError, "k must be a whole number of at least 1; got 0"),
        (lambda: dd.draw_conv_nets(1, 3, 0, G), ValueError, "seeds must be a whole number of at least 1; got 0"),
        (lambda: dd.draw_conv_nets(1, 3, 1, 0), TypeError, NO_GENERATOR),
    ],
    "run_conv_nets": [
        (lambda: dd.run_conv_nets(dd.draw_conv_nets(1, 3, 1, G), X), ValueError, "images must be of shape (n, h, w)"),
    ],
    "conv_widths": [
        (convolutions(images=X), ValueError, "images must be of shape (n, h, w)"),
        (convolutions(y=LABELS[:4]), ValueError, "y must be of shape (seeds, 4)"),
        (convolutions(widths=[0]), ValueError, "widths[0] must be a whole number of at least 1; got 0"),
        (convolutions(lr=0), ValueError, "lr must be a positive number; got 0"),
        (convolutions(loss="none"), ValueError, "loss must be one of 'mse', 'cross-entropy'; got 'none'"),
        (convolutions(generator=0), TypeError, NO_GENERATOR),
    ],
    "run_cells": [(lambda: dd.run_cells(3, []), TypeError, "cell must be a function; got int")],
    "draw_seeds": [(lambda: dd.draw_seeds(1, 0), TypeError, NO_GENERATOR)],
}

ROWS = [pytest.param(*row, id=f"{name}-{i}") for name, rows in TABLE.items() for i, row in enumerate(rows)]


@pytest.mark.parametrize(("call", "error", "sentence"), ROWS)
def test_a_bad_argument_gets_its_sentence(call, error, sentence):
    with pytest.raises(error) as refusal:
        call()
    assert type(refusal.value) is error
    assert str(refusal.value).startswith(sentence)


def test_every_public_name_is_in_the_table():
    results = {"FeatureDraws", "FitPath", "Landmarks", "Moments", "NetSweep", "Predicted"}  # they come out, never in
    assert set(TABLE) == set(dd.__all__) - results - {"FEATURE_ACTIVATIONS", "feature_cell"}
