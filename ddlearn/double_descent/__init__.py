"""Double descent: why a model that is large enough to fit the noise may do better than one that is not.

    linear               isotropic regression in closed form: limits, exact finite sizes, ridge, misspecification
    linear_draws         its simulation, with all averaged that can be
    feature_asymptotics  random features in the proportional limit, by one bisection
    feature_draws        their simulation, every penalty from one decomposition
    decomposition        bias and three variances: the interaction of data and features makes the peak
    eigenframework       finite size and any spectrum: the curve of real images, before a fit
    spectra              where such spectra come from, and predictions for images
    smoothers            P y: minimum norm and ridge, with the rank cut-off as an argument
    effective_parameters what the x-axis should have been
    fourier, images      fits to real images over widths and examples
    labels               wrong labels, exactly so many
    threshold            where the peak is expected, and what was found
    trained_nets         two-layer nets: over width, time and examples
    conv_nets            convolutional nets over their width, for machines with a GPU
    clocks               descent over time, solved
    cells                a sweep, by joblib

Fits by formula are lesson 07, fits by training lesson 08. Tensors that require a gradient are refused: none is passed
on, for the decompositions that all of this stands on have none where two eigenvalues are equal.
"""

from ddlearn.double_descent.cells import draw_seeds, run_cells
from ddlearn.double_descent.clocks import Clocks, clocks_curve, descent_risk, geometric_steps, three_clocks
from ddlearn.double_descent.conv_nets import conv_parameters, conv_widths, draw_conv_nets, run_conv_nets
from ddlearn.double_descent.decomposition import Decomposition, decompose, decompose_features
from ddlearn.double_descent.effective_parameters import least_squares_parameters, p_test, p_train
from ddlearn.double_descent.eigenframework import Predicted, Spectrum, predict_features
from ddlearn.double_descent.feature_asymptotics import FEATURE_ACTIVATIONS, FeatureRisk, Moments, feature_risk, moments
from ddlearn.double_descent.feature_draws import FeatureDraws, feature_cell, feature_draws, feature_smoother, sphere
from ddlearn.double_descent.fourier import CosineFeatures, FitPath, sample_path, width_path
from ddlearn.double_descent.images import image_curve, image_samples
from ddlearn.double_descent.labels import flip_labels, mean_target, one_hot, target_noise
from ddlearn.double_descent.linear import (
    best_penalty,
    best_ridge_risk,
    exact_risk,
    misspecified_risk,
    ridge_risk,
    ridgeless_risk,
)
from ddlearn.double_descent.linear_draws import draw_linear, linear_curve, plain_risk, risk_given
from ddlearn.double_descent.smoothers import Smoother, gram_smoother, min_norm, smoother
from ddlearn.double_descent.spectra import held_out, kernel_spectrum, predict_images, relu_sphere_spectrum
from ddlearn.double_descent.threshold import (
    Landmarks,
    interpolation_point,
    landmarks,
    null_mse,
    parameters,
    threshold_width,
)
from ddlearn.double_descent.trained_nets import NetSweep, average_outputs, net_samples, net_widths, standardize

__all__ = [
    "FEATURE_ACTIVATIONS",
    "Clocks",
    "CosineFeatures",
    "Decomposition",
    "FeatureDraws",
    "FeatureRisk",
    "FitPath",
    "Landmarks",
    "Moments",
    "NetSweep",
    "Predicted",
    "Smoother",
    "Spectrum",
    "average_outputs",
    "best_penalty",
    "best_ridge_risk",
    "clocks_curve",
    "conv_parameters",
    "conv_widths",
    "decompose",
    "decompose_features",
    "descent_risk",
    "draw_conv_nets",
    "draw_linear",
    "draw_seeds",
    "exact_risk",
    "feature_cell",
    "feature_draws",
    "feature_risk",
    "feature_smoother",
    "flip_labels",
    "geometric_steps",
    "gram_smoother",
    "held_out",
    "image_curve",
    "image_samples",
    "interpolation_point",
    "kernel_spectrum",
    "landmarks",
    "least_squares_parameters",
    "linear_curve",
    "mean_target",
    "min_norm",
    "misspecified_risk",
    "moments",
    "net_samples",
    "net_widths",
    "null_mse",
    "one_hot",
    "p_test",
    "p_train",
    "parameters",
    "plain_risk",
    "predict_features",
    "predict_images",
    "relu_sphere_spectrum",
    "ridge_risk",
    "ridgeless_risk",
    "risk_given",
    "run_cells",
    "run_conv_nets",
    "sample_path",
    "smoother",
    "sphere",
    "standardize",
    "target_noise",
    "three_clocks",
    "threshold_width",
    "width_path",
]
