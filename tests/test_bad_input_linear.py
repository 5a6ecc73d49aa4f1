"""What linear networks, parities and sharpness refuse, and the sentence that each argument gets."""

import math

import pytest
import torch
from refusals import (
    MATRIX,
    POSITIVE,
    SYMMETRIC,
    TENSOR,
    bad,
    negative,
    not_among,
    not_generators,
    ones,
    refusals,
    whole,
)

from ddlearn import linear_networks as ln
from ddlearn import parities, sharpness

G = torch.Generator().manual_seed(0)
PROBLEM, W1, W2 = ln.draw_starts("barely", 2, 3, 2, G)  # h = 6
RUN = ln.descend(PROBLEM, W1, W2, 0.01, 2)
SIGNS, LABELS = parities.sparse_parity(5, 4, 2, G)
GRAM = parities.oracle_kernel(SIGNS)
VECTOR = torch.ones(3, dtype=torch.float64)
COUNT, STEPS, SIZE = whole(1), whole(0), whole(0, 4)
LARGEST = torch.finfo(torch.float64).max


def vector(*values):
    return torch.tensor(values, dtype=torch.float64)


no_layer = bad(ValueError, "{name} must be of shape (..., n, h); got shape (3,)", VECTOR)
other_width = bad(ValueError, "{name} must be of shape (2, m, 6), as W1 asks; got shape {shape}", W2[..., 1:], W2[0])
other_product = bad(
    ValueError, "W1 W2' must be of shape (2, 3, 2), as W_star, or a stack of such; got shape (2, 2, 2)", W1[:, 1:]
)
not_vectors = bad(ValueError, "{name} must be of one dimension; got shape {shape}", torch.ones(2, 2))
single_b = bad(TypeError, "b must be of the same dtype as a, torch.float64; got torch.float32", VECTOR.float())
single_kernel = bad(
    TypeError, "kernel must be of the same dtype as f, torch.float64; got torch.float32", VECTOR.float()
)
not_all_positive = bad(
    ValueError, "{name} must be positive numbers; got {v[1]} among them", vector(1.0, 0.0), vector(1.0, -2.0)
)
below_zero = bad(ValueError, "{name} must be at least 0 everywhere; got {v}", -1.0, math.nan)
early = bad(ValueError, "{name} must be numbers of at least 0; got -1.0 among them", vector(0.0, -1.0))
not_signs = bad(ValueError, "{name} must consist of -1 and +1; got 0.0", torch.zeros(2, 4), torch.eye(2).double())
many_signs = bad(ValueError, "{name} must be a matrix of shape (n, 4); got shape {shape}", ones(2, 5))
not_infinite = bad(ValueError, f"{{name}} must be a number from {-LARGEST} to {LARGEST}; got {{v}}", math.inf, math.nan)
below_one = bad(ValueError, "{name} must be a number of at least 1; got {v}", 0.99, -1, math.nan)


def on_layers(function):
    """The rows of a function of two layers and nothing else."""
    return [
        ("W1", lambda v: function(v, W2), (*TENSOR, no_layer)),
        ("W2", lambda v: function(W1, v), (*TENSOR, other_width)),
    ]


def on_starts(function):
    """The rows of a function of a problem and two layers."""
    return [
        ("W1", lambda v: function(PROBLEM, v, W2), (*TENSOR, no_layer, other_product)),
        ("W2", lambda v: function(PROBLEM, W1, v), (*TENSOR, other_width)),
    ]


TABLE = {
    "LeastSquares": [
        ("s", lambda v: ln.LeastSquares(v, VECTOR), (*TENSOR, not_all_positive)),
        ("W_star", lambda v: ln.LeastSquares(VECTOR, v), TENSOR),
    ],
    "reduce_data": [
        ("X", lambda v: ln.reduce_data(v, VECTOR), MATRIX),
        ("Y", lambda v: ln.reduce_data(torch.ones(5, 2).double(), v), TENSOR),
    ],
    "gradients": on_starts(ln.gradients),
    "imbalance": on_layers(ln.imbalance),
    "imbalance_spectrum": on_layers(ln.imbalance_spectrum),
    "tangent_range": on_layers(ln.tangent_range),
    "tangent_kernel": on_starts(ln.tangent_kernel),
    "descend": [
        *on_starts(lambda p, a, b: ln.descend(p, a, b, 0.1, 1)),
        ("rate", lambda v: ln.descend(PROBLEM, W1, W2, v, 1), (*POSITIVE, not_all_positive)),
        ("steps", lambda v: ln.descend(PROBLEM, W1, W2, 0.1, v), STEPS),
        ("stop", lambda v: ln.descend(PROBLEM, W1, W2, 0.1, 1, v), (negative,)),
    ],
    "Descent": [("tolerance", RUN.iterations, POSITIVE)],
    "spectral_bounds": [
        ("spectrum", lambda v: ln.spectral_bounds(v, 2, 2, 0, 1), TENSOR),
        ("n", lambda v: ln.spectral_bounds(VECTOR, v, 2, 0, 1), COUNT),
        ("m", lambda v: ln.spectral_bounds(VECTOR, 2, v, 0, 1), COUNT),
        ("weakest", lambda v: ln.spectral_bounds(VECTOR, 2, 2, v, 1), (below_zero,)),
        ("strongest", lambda v: ln.spectral_bounds(VECTOR, 2, 2, 0, v), (below_zero,)),
    ],
    "local_constants": [
        *on_starts(lambda p, a, b: ln.local_constants(p, a, b, 0.1)),
        ("rate", lambda v: ln.local_constants(PROBLEM, W1, W2, v), (below_zero,)),
    ],
    "measured_rate": on_starts(ln.measured_rate),
    "certificate": [
        *on_starts(ln.certificate),
        ("rate", lambda v: ln.certificate(PROBLEM, W1, W2, v), (POSITIVE[0], not_all_positive)),
    ],
    "Certificate": [
        ("steps", ln.certificate(PROBLEM, W1, W2).losses, STEPS),
        ("tolerance", ln.certificate(PROBLEM, W1, W2).iterations, POSITIVE),
    ],
    "kernel_ball": on_starts(ln.kernel_ball),
    "tube": [
        *on_starts(lambda p, a, b: ln.tube(p, a, b, RUN.losses, 0.1)),
        ("losses", lambda v: ln.tube(PROBLEM, W1, W2, v, 0.1), TENSOR),
        ("rate", lambda v: ln.tube(PROBLEM, W1, W2, RUN.losses, v), (*POSITIVE, not_all_positive)),
    ],
    "envelope": [
        *on_starts(lambda p, a, b: ln.envelope(p, a, b, 1)),
        ("steps", lambda v: ln.envelope(PROBLEM, W1, W2, v), COUNT),
        ("rate", lambda v: ln.envelope(PROBLEM, W1, W2, 1, v), (POSITIVE[0], not_all_positive)),
    ],
    "Envelope": [("tolerance", ln.envelope(PROBLEM, W1, W2, 1).iterations, POSITIVE)],
    "schedule": [
        *on_starts(lambda p, a, b: ln.schedule(p, a, b, 1)),
        ("steps", lambda v: ln.schedule(PROBLEM, W1, W2, v), COUNT),
    ],
    "scalar_flow": [
        ("t", lambda v: ln.scalar_flow(v, 1.0, 1.0, 1.0), (*TENSOR, not_vectors, early)),
        ("sigma", lambda v: ln.scalar_flow(VECTOR, v, 1.0, 1.0), POSITIVE),
        ("a", lambda v: ln.scalar_flow(VECTOR, 1.0, v, 1.0), (not_infinite,)),
        ("b", lambda v: ln.scalar_flow(VECTOR, 1.0, 1.0, v), (not_infinite,)),
    ],
    "draw_starts": [
        ("family", lambda v: ln.draw_starts(v, 1, 2, 2, G), (not_among(*ln.FAMILIES),)),
        ("count", lambda v: ln.draw_starts("wide", v, 2, 2, G), COUNT),
        ("n", lambda v: ln.draw_starts("wide", 1, v, 2, G), COUNT),
        ("m", lambda v: ln.draw_starts("wide", 1, 2, v, G), COUNT),
        ("generator", lambda v: ln.draw_starts("wide", 1, 2, 2, v), (not_generators,)),
    ],
    "gaussian_layers": [
        ("count", lambda v: ln.gaussian_layers(v, 2, 2, 2, (1, 1), G), COUNT),
        ("h", lambda v: ln.gaussian_layers(1, 2, 2, v, (1, 1), G), COUNT),
        ("scales[1]", lambda v: ln.gaussian_layers(1, 2, 2, 2, (1, v), G), (negative,)),
        ("generator", lambda v: ln.gaussian_layers(1, 2, 2, 2, (1, 1), v), (not_generators,)),
    ],
    "sparse_parity": [
        ("n", lambda v: parities.sparse_parity(v, 4, 2, G), COUNT),
        ("d", lambda v: parities.sparse_parity(2, v, 2, G), COUNT),
        ("k", lambda v: parities.sparse_parity(2, 4, v, G), SIZE),
        ("generator", lambda v: parities.sparse_parity(2, 4, 2, v), (not_generators,)),
    ],
    "parity": [
        ("x", lambda v: parities.parity(v, ()), (*MATRIX, not_signs)),
        ("subset[1]", lambda v: parities.parity(SIGNS, (0, v)), whole(0, 3)),
    ],
    "any_kernel_bound": [
        ("d", lambda v: parities.any_kernel_bound(v, 2, 3), COUNT),
        ("k", lambda v: parities.any_kernel_bound(4, v, 3), SIZE),
        ("n", lambda v: parities.any_kernel_bound(4, 2, v), STEPS),
    ],
    "krawtchouk": [
        ("d", lambda v: parities.krawtchouk(v, 2), COUNT),
        ("k", lambda v: parities.krawtchouk(4, v), SIZE),
    ],
    "oracle_kernel": [
        ("x", parities.oracle_kernel, (*MATRIX, not_signs)),
        ("x2", lambda v: parities.oracle_kernel(SIGNS, v), (*MATRIX, not_signs, many_signs)),
        ("k", lambda v: parities.oracle_kernel(SIGNS, k=v), SIZE),
    ],
    "oracle_error": [
        ("K", lambda v: parities.oracle_error(v, LABELS, 4, 2), SYMMETRIC),
        ("y", lambda v: parities.oracle_error(GRAM, v, 4, 2), TENSOR),
        ("d", lambda v: parities.oracle_error(GRAM, LABELS, v, 2), COUNT),
        ("k", lambda v: parities.oracle_error(GRAM, LABELS, 4, v), SIZE),
    ],
    "factor_descent": [
        ("a", lambda v: sharpness.factor_descent(v, VECTOR, 1.0, 0.1, 1), TENSOR),
        ("b", lambda v: sharpness.factor_descent(VECTOR, v, 1.0, 0.1, 1), (*TENSOR, single_b)),
        ("sigma", lambda v: sharpness.factor_descent(VECTOR, VECTOR, v, 0.1, 1), POSITIVE),
        ("rate", lambda v: sharpness.factor_descent(VECTOR, VECTOR, 1.0, v, 1), (*POSITIVE, not_all_positive)),
        ("steps", lambda v: sharpness.factor_descent(VECTOR, VECTOR, 1.0, 0.1, v), STEPS),
    ],
    "factor_sharpness": [
        ("a", lambda v: sharpness.factor_sharpness(v, VECTOR, 1.0), TENSOR),
        ("b", lambda v: sharpness.factor_sharpness(VECTOR, v, 1.0), (*TENSOR, single_b)),
        ("sigma", lambda v: sharpness.factor_sharpness(VECTOR, VECTOR, v), POSITIVE),
    ],
    "period_two_orbit": [("c", sharpness.period_two_orbit, (below_one,))],
    "catapult": [
        ("f", lambda v: sharpness.catapult(v, VECTOR, 0.1, 5, 1), TENSOR),
        ("kernel", lambda v: sharpness.catapult(VECTOR, v, 0.1, 5, 1), (*TENSOR, single_kernel)),
        ("rate", lambda v: sharpness.catapult(VECTOR, VECTOR, v, 5, 1), (*POSITIVE, not_all_positive)),
        ("width", lambda v: sharpness.catapult(VECTOR, VECTOR, 0.1, v, 1), COUNT),
        ("steps", lambda v: sharpness.catapult(VECTOR, VECTOR, 0.1, 5, v), STEPS),
    ],
    "sharpness": [("iterations", lambda v: sharpness.sharpness(torch.sum, [VECTOR], v, [VECTOR]), COUNT)],
    "edge_of_stability": [
        ("rate", lambda v: sharpness.edge_of_stability(torch.sum, [VECTOR], v, 1), POSITIVE),
        ("steps", lambda v: sharpness.edge_of_stability(torch.sum, [VECTOR], 0.1, v), COUNT),
        ("every", lambda v: sharpness.edge_of_stability(torch.sum, [VECTOR], 0.1, 1, v), COUNT),
    ],
}

# These take nothing of the learner's: results, a protocol, and imbalance_drift, which takes a result.
RESULTS = {"Gradients", "LocalConstants", "Objective", "Range", "Reduction", "Starts", "Edge", "imbalance_drift"}
CONSTANTS = {"FAMILIES", "SHARES", "ORBIT_STABLE_BELOW"}
PUBLIC = {*ln.__all__, *parities.__all__, *sharpness.__all__} - RESULTS - CONSTANTS
test_refusals, test_every_public_name_is_in_the_table = refusals(TABLE, PUBLIC)


def test_layers_and_problems_that_do_not_fit_each_other():
    with pytest.raises(ValueError, match=r"^m must be 3, as n, in the family 'balanced \+ margin'; got 2$"):
        ln.draw_starts("balanced + margin", 1, 3, 2, G)
    with pytest.raises(ValueError, match=r"^W_star must be of shape \(3, m\), as s asks; got shape \(2, 3\)$"):
        ln.LeastSquares(VECTOR, torch.ones(2, 3).double())
    with pytest.raises(ValueError, match=r"^rate must fit the stack of starts, \(2,\); got shape \(3,\)$"):
        ln.descend(PROBLEM, W1, W2, VECTOR, 1)
    with pytest.raises(ValueError, match=r"^rate must fit the stack of starts, \(2,\); got shape \(1, 2\)$"):
        ln.certificate(PROBLEM, W1, W2, torch.ones(1, 2).double())
    with pytest.raises(ValueError, match=r"^b must be of shape \(3,\), as a; got shape \(2,\)$"):
        sharpness.factor_descent(VECTOR, VECTOR[:2], 1.0, 0.1, 1)
    with pytest.raises(ValueError, match=r"^a \+ b must not be 0: from there the flow runs into the saddle"):
        ln.scalar_flow(VECTOR, 1.0, 0.5, -0.5)
    with pytest.raises(ValueError, match=r"^subset must name each coordinate once; got \[0, 2, 0\]$"):
        parities.parity(SIGNS, (0, 2, 0))
    with pytest.raises(ValueError, match=r"^X must have an entry that is not 0; got zeros only$"):
        ln.reduce_data(torch.zeros(3, 2), torch.ones(3, 1))
    with pytest.raises(TypeError, match=r"^W1 must be of the same dtype as W_star, torch.float64; got torch.float32$"):
        ln.gradients(PROBLEM, W1.float(), W2.float())
    with pytest.raises(TypeError, match=r"^x2 must be of the same dtype as x, torch.float64; got torch.float32$"):
        parities.oracle_kernel(SIGNS, SIGNS.float())
