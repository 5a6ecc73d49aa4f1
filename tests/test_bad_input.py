"""What kernels, ridge, data sets, memory and curves refuse, and the sentence that each argument gets."""

import pytest
import torch
from refusals import (
    MATRIX,
    POSITIVE,
    SYMMETRIC,
    TENSOR,
    bad,
    empty,
    negative,
    not_among,
    not_generators,
    not_tensors,
    ones,
    other_columns,
    refusals,
    whole,
    wrong_dtypes,
)

from ddlearn import compute, datasets, kernels, result, ridge

G = torch.Generator().manual_seed(0)
X = torch.randn(5, 3, generator=G, dtype=torch.float64)
K = kernels.rbf(X)
Y = torch.randn(5, generator=G, dtype=torch.float64)
FOURIER = kernels.FourierFeatures.draw(3, 4, 1.0, G)
RELU = kernels.ReluFeatures.draw(3, 4, G)
PATH = ridge.ridge_path(K, Y, [0.1])
IMAGES = torch.zeros(2, 4, 4, dtype=torch.uint8)
SET = datasets.ImageSet("tiny", IMAGES, torch.tensor([0, 1]), IMAGES, torch.tensor([0, 1]), 255, "none", "none")

other_dtype = bad(TypeError, "{name} must be of the same dtype as x, torch.float64; got torch.float32", X.float())
other_rows = bad(ValueError, "{name} must be of shape (5,) or (5, k); got shape {shape}", ones(4), ones(6))
not_all_positive = bad(
    ValueError, "{name} must be positive numbers; got {v[1]} among them", torch.tensor([1.0, -2.0]), torch.eye(2)[0]
)
too_small = bad(ValueError, "{name} must be at least 1e-154 in torch.float64; got {v[0]}", [1e-300, 1.0], [1e-160, 1.0])

TABLE = {
    "kernels.linear": [("x", kernels.linear, MATRIX), ("x2", lambda v: kernels.linear(X, v), TENSOR)],
    "kernels.polynomial": [
        ("x", kernels.polynomial, MATRIX),
        ("degree", lambda v: kernels.polynomial(X, degree=v), whole(1)),
        ("offset", lambda v: kernels.polynomial(X, offset=v), (negative,)),
    ],
    "kernels.rbf": [
        ("x", kernels.rbf, MATRIX),
        ("x2", lambda v: kernels.rbf(X, v), (other_columns(3), other_dtype)),
        ("width", lambda v: kernels.rbf(X, width=v), POSITIVE),
    ],
    "kernels.laplace": [
        ("x", kernels.laplace, MATRIX),
        ("x2", lambda v: kernels.laplace(X, v), (other_columns(3), other_dtype)),
        ("width", lambda v: kernels.laplace(X, width=v), POSITIVE),
    ],
    "kernels.arc_cosine": [
        ("x", kernels.arc_cosine, MATRIX),
        ("x2", lambda v: kernels.arc_cosine(X, v), (other_columns(3), other_dtype)),
        ("order", lambda v: kernels.arc_cosine(X, order=v), (not_among(0, 1, 2),)),
    ],
    "kernels.gram": [
        ("kernel", lambda v: kernels.gram(v, X), (not_among(*kernels.KERNELS),)),
        ("x", lambda v: kernels.gram("rbf", v), MATRIX),
        ("width", lambda v: kernels.gram("rbf", X, width=v), POSITIVE),
    ],
    "kernels.FourierFeatures": [
        ("W", kernels.FourierFeatures, MATRIX),
        ("x", FOURIER, (*TENSOR, other_columns(3))),
        ("d", lambda v: kernels.FourierFeatures.draw(v, 4, 1.0, G), whole(1)),
        ("pairs", lambda v: kernels.FourierFeatures.draw(3, v, 1.0, G), whole(1)),
        ("width", lambda v: kernels.FourierFeatures.draw(3, 4, v, G), POSITIVE),
        ("generator", lambda v: kernels.FourierFeatures.draw(3, 4, 1.0, v), (not_generators,)),
    ],
    "kernels.ReluFeatures": [
        ("W", kernels.ReluFeatures, MATRIX),
        ("x", RELU, (*TENSOR, other_columns(3))),
        ("d", lambda v: kernels.ReluFeatures.draw(v, 4, G), whole(1)),
        ("count", lambda v: kernels.ReluFeatures.draw(3, v, G), whole(1)),
        ("generator", lambda v: kernels.ReluFeatures.draw(3, 4, v), (not_generators,)),
    ],
    "ridge.ridge": [
        ("K", lambda v: ridge.ridge(v, Y, 0.1), SYMMETRIC),
        ("y", lambda v: ridge.ridge(K, v, 0.1), (not_tensors, wrong_dtypes, empty, other_rows)),
        ("penalty", lambda v: ridge.ridge(K, Y, v), POSITIVE),
    ],
    "ridge.ridge_path": [
        ("K", lambda v: ridge.ridge_path(v, Y, [0.1]), SYMMETRIC),
        ("y", lambda v: ridge.ridge_path(K, v, [0.1]), (not_tensors, wrong_dtypes, empty, other_rows)),
        ("penalties", lambda v: ridge.ridge_path(K, Y, v), (not_all_positive, too_small, empty)),
        ("penalties[0]", lambda v: ridge.ridge_path(K, Y, [v, 1.0]), POSITIVE),
    ],
    "ridge.RidgePath": [("K_new", PATH.predict, (*TENSOR, other_columns(5)))],
    **{
        f"datasets.{name}": [
            ("n", lambda v, toy=toy: toy(v, 0.1, G), whole(1)),
            ("noise", lambda v, toy=toy: toy(4, v, G), (negative,)),
            ("generator", lambda v, toy=toy: toy(4, 0.1, v), (not_generators,)),
        ]
        for name, toy in {**datasets.TOYS, "wave": datasets.wave}.items()
    },
    "datasets.wave_truth": [("x", datasets.wave_truth, (*TENSOR, other_columns(1)))],
    "datasets.digits": [
        ("generator", datasets.digits, (not_generators,)),
        ("test", lambda v: datasets.digits(G, v), whole(1, 1796)),
    ],
    "datasets.digit_points": [
        ("train", lambda v: datasets.digit_points(v, 797, 0), whole(1, 1000)),
        ("test", lambda v: datasets.digit_points(1, v, 0), whole(1, 1796)),
        ("scaling", lambda v: datasets.digit_points(1, 1, 0, v), (not_among("pixels", "unit", "standard"),)),
    ],
    "datasets.one_hot": [
        (lambda: datasets.one_hot([0], 2), "y must be a torch tensor of int64; got list", TypeError),
        (lambda: datasets.one_hot(Y, 2), "y must be a torch tensor of int64; got a tensor of torch.float64", TypeError),
        (lambda: datasets.one_hot(torch.arange(3), 2), "y must be classes from 0 to 1; got 2 among them"),
        (lambda: datasets.one_hot(-torch.arange(3), 2), "y must be classes from 0 to 1; got -2 among them"),
        (lambda: datasets.one_hot(torch.arange(0), 2), "y must not be empty; got shape (0,)"),
        ("classes", lambda v: datasets.one_hot(torch.tensor([0]), v), whole(2)),
    ],
    "datasets.standardize": [
        ("x", datasets.standardize, MATRIX),
        (lambda: datasets.standardize(torch.ones(3, 2)), "x must not be the same point throughout"),
        ("others[0]", lambda v: datasets.standardize(X, v), (*TENSOR, other_columns(3), other_dtype)),
    ],
    "datasets.ImageSet": [
        ("train", lambda v: SET.sample(v, 1, G), whole(1, 2)),
        ("test", lambda v: SET.sample(1, v, G), whole(1, 2)),
        ("generator", lambda v: SET.sample(1, 1, v), (not_generators,)),
    ],
    "datasets.shift_images": [
        ("right", lambda v: datasets.shift_images(IMAGES, right=v), whole(-4, 4)),
        ("down", lambda v: datasets.shift_images(IMAGES, down=v), whole(-4, 4)),
    ],
    "compute.generator": [("seed", compute.generator, whole(0, 2**63 - 1))],
    "compute.require_memory": [("bytes", lambda v: compute.require_memory(v, "a figure"), (negative,))],
    "result.Curve": [("measured", lambda v: result.Curve(X[0].sort().values, v, None, "x", "y"), TENSOR)],
}

# What takes no argument of the learner's, or says its piece elsewhere: test_datasets, test_compute.
ELSEWHERE = {"DatasetUnavailable", "FASHION_MNIST", "MNIST", "TOYS", "fashion_mnist", "images", "mnist", "KERNELS"}
PUBLIC = {
    f"{module.__name__.removeprefix('ddlearn.')}.{name}"
    for module in (kernels, ridge, datasets, result)
    for name in {*module.__all__} - ELSEWHERE
}
test_refusals, test_every_public_name_is_in_the_table = refusals(
    TABLE, PUBLIC | {"compute.generator", "compute.require_memory"}
)


def test_an_unknown_parameter_of_a_kernel_is_named_with_those_it_has():
    with pytest.raises(TypeError, match=r"^the rbf kernel takes width; got degree$"):
        kernels.gram("rbf", X, degree=2)
    with pytest.raises(TypeError, match=r"^the polynomial kernel takes degree and offset; got width$"):
        kernels.gram("polynomial", X, width=1.0)
    with pytest.raises(TypeError, match=r"^the linear kernel takes no parameters; got width$"):
        kernels.gram("linear", X, width=1.0)


def test_a_matrix_that_is_no_gram_matrix_is_refused():
    with pytest.raises(ValueError, match=r"^K must have no negative eigenvalue, as every Gram matrix; got -2$"):
        ridge.ridge_path(torch.diag(torch.tensor([1.0, -2.0])), torch.ones(2), [0.1])
    with pytest.raises(ValueError, match=r"^K must have no negative eigenvalue"):
        ridge.ridge(torch.diag(torch.tensor([1.0, -2.0])), torch.ones(2), 0.1)


def test_targets_of_another_precision_are_refused():
    with pytest.raises(TypeError, match=r"^y must be of the same dtype as K, torch.float64; got torch.float32$"):
        ridge.ridge_path(K, Y.float(), [0.1])


def test_images_that_are_none_are_refused():
    with pytest.raises(ValueError, match=r"^images must be of shape \(n, h, w\) and not empty; got shape \(5, 3\)$"):
        datasets.shift_images(X)
    with pytest.raises(TypeError, match=r"^images must be a torch tensor; got list$"):
        datasets.shift_images([[1]])
