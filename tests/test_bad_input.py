"""What each public function of the science refuses, and the sentence it gets: one table, walked by hypothesis."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddlearn import arguments, compute, datasets, fetch, kernels, result, ridge

G = torch.Generator().manual_seed(0)
X = torch.randn(5, 3, generator=G, dtype=torch.float64)
K = kernels.rbf(X)
Y = torch.randn(5, generator=G, dtype=torch.float64)
FOURIER = kernels.FourierFeatures.draw(3, 4, 1.0, G)
RELU = kernels.ReluFeatures.draw(3, 4, G)
PATH = ridge.ridge_path(K, Y, [0.1])
FEATURE_PATH = ridge.feature_ridge_path(X, Y, [0.1])
IMAGES = torch.zeros(2, 4, 4, dtype=torch.uint8)
SET = datasets.ImageSet("tiny", IMAGES, torch.tensor([0, 1]), IMAGES, torch.tensor([0, 1]), 255, "none", "none")


def shape(value):
    return tuple(value.shape)


def tensors(dtypes, dimensions):
    def build(dtype, sizes):
        return torch.ones(sizes, dtype=dtype)

    sizes = dimensions.flatmap(lambda n: st.lists(st.integers(1, 4), min_size=n, max_size=n).map(tuple))
    return st.builds(build, dtypes, sizes)


@dataclass(frozen=True)
class Kind:
    """A kind of bad value: how to make one, the exception, and the sentence for an argument of a given name."""

    values: st.SearchStrategy
    error: type[Exception]
    sentence: Callable[[str, Any], str]


not_tensors = Kind(
    st.one_of(st.lists(st.floats()), st.integers(), st.text(), st.builds(dict)),
    TypeError,
    lambda name, v: f"{name} must be a torch tensor; got {type(v).__qualname__}. torch.as_tensor({name}) converts it.",
)
wrong_dtypes = Kind(
    tensors(st.sampled_from([torch.int64, torch.uint8, torch.bool, torch.float16, torch.complex128]), st.just(2)),
    TypeError,
    lambda name, v: f"{name} must be float32 or float64; got {v.dtype}. {name}.double() converts it.",
)
empty = Kind(
    st.sampled_from([(0, 3), (3, 0), (0, 0)]).map(lambda sizes: torch.zeros(sizes, dtype=torch.float64)),
    ValueError,
    lambda name, v: f"{name} must not be empty; got shape {shape(v)}",
)
not_finite = Kind(
    st.builds(
        lambda i, j, bad: X.clone().index_put_((torch.tensor(i), torch.tensor(j)), torch.tensor(bad).double()),
        st.integers(0, 4),
        st.integers(0, 2),
        st.sampled_from([math.nan, math.inf, -math.inf]),
    ),
    ValueError,
    lambda name, v: f"{name} must be finite; got {v[~v.isfinite()].item()} at {(~v.isfinite()).nonzero()[0].tolist()}",
)
not_matrices = Kind(
    tensors(st.just(torch.float64), st.sampled_from([1, 3, 4])),
    ValueError,
    lambda name, v: f"{name} must be a matrix of shape (n, d); got shape {shape(v)}",
)


def other_columns(count):
    return Kind(
        st.integers(1, 6).filter(lambda d: d != count).map(lambda d: torch.ones(5, d, dtype=torch.float64)),
        ValueError,
        lambda name, v: f"{name} must be a matrix of shape (n, {count}); got shape {shape(v)}",
    )


other_dtype = Kind(
    st.just(X.float()),
    TypeError,
    lambda name, v: f"{name} must be of the same dtype as x, torch.float64; got torch.float32",
)
not_square = Kind(
    st.just(X), ValueError, lambda name, v: f"{name} must be a square matrix of shape (n, n); got shape (5, 3)"
)
not_symmetric = Kind(
    st.just(torch.tensor([[1.0, 0.5], [0.0, 1.0]])),
    ValueError,
    lambda name, v: f"{name} must be symmetric; got entries that differ from their mirror image by 0.5",
)
other_rows = Kind(
    st.integers(1, 9).filter(lambda n: n != 5).map(lambda n: torch.ones(n, dtype=torch.float64)),
    ValueError,
    lambda name, v: f"{name} must be of shape (5,) or (5, k); got shape {shape(v)}",
)
not_positive = Kind(
    st.one_of(st.floats(max_value=0), st.sampled_from([math.nan, math.inf]), st.integers(max_value=0)),
    ValueError,
    lambda name, v: f"{name} must be a positive number; got {v}",
)
negative = Kind(
    st.one_of(st.floats(max_value=0, exclude_max=True), st.sampled_from([math.nan, math.inf])),
    ValueError,
    lambda name, v: f"{name} must be a number of at least 0; got {v}",
)
not_numbers_for_positive = Kind(
    st.one_of(st.text(), st.none(), st.booleans()),
    TypeError,
    lambda name, v: f"{name} must be a positive number; got {v!r}",
)
not_positive_lists = Kind(
    st.floats(max_value=0).map(lambda v: torch.tensor([1.0, v], dtype=torch.float64)),
    ValueError,
    lambda name, v: (
        f"{name} must be finite; got -inf at [1]"
        if v[1].isinf()
        else f"{name} must be positive numbers; got {v[1].item()} among them"
    ),
)
too_small = Kind(
    st.floats(1e-300, 1e-160).map(lambda v: [v, 1.0]),
    ValueError,
    lambda name, v: f"{name} must be at least 1e-154 in torch.float64; got {v[0]}",
)
not_generators = Kind(
    st.one_of(st.integers(), st.none()),
    TypeError,
    lambda name, v: f"{name} must be a torch.Generator; got {type(v).__name__}",
)


def not_whole(wanted):
    return Kind(
        st.one_of(st.floats(), st.text(), st.booleans(), st.none()),
        TypeError,
        lambda name, v: f"{name} must be a whole number {wanted}; got {v!r}",
    )


def below(low, wanted):
    return Kind(
        st.integers(max_value=low - 1), ValueError, lambda name, v: f"{name} must be a whole number {wanted}; got {v}"
    )


def above(high, wanted):
    return Kind(
        st.integers(min_value=high + 1), ValueError, lambda name, v: f"{name} must be a whole number {wanted}; got {v}"
    )


def not_among(*options):
    listed = ", ".join(map(repr, options))
    return Kind(
        st.one_of(st.text(), st.integers(), st.booleans()).filter(
            lambda v: not any(type(v) is type(option) and v == option for option in options)
        ),
        ValueError,
        lambda name, v: f"{name} must be one of {listed}; got {v!r}",
    )


MATRIX = (not_tensors, wrong_dtypes, empty, not_finite, not_matrices)
POSITIVE = (not_positive, not_numbers_for_positive)
SHIFT = "from -4 to 4"
COUNT = (not_whole("of at least 1"), below(1, "of at least 1"))

# Function -> (argument's name, a call with that argument bad, the kinds of bad value it refuses).
TABLE = {
    "kernels.linear": [("x", kernels.linear, MATRIX), ("x2", lambda v: kernels.linear(X, v), (*MATRIX[:4],))],
    "kernels.polynomial": [
        ("x", kernels.polynomial, MATRIX),
        ("degree", lambda v: kernels.polynomial(X, degree=v), COUNT),
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
        ("x", FOURIER, (*MATRIX[:4], other_columns(3))),
        ("d", lambda v: kernels.FourierFeatures.draw(v, 4, 1.0, G), COUNT),
        ("pairs", lambda v: kernels.FourierFeatures.draw(3, v, 1.0, G), COUNT),
        ("width", lambda v: kernels.FourierFeatures.draw(3, 4, v, G), POSITIVE),
        ("generator", lambda v: kernels.FourierFeatures.draw(3, 4, 1.0, v), (not_generators,)),
    ],
    "kernels.ReluFeatures": [
        ("W", kernels.ReluFeatures, MATRIX),
        ("x", RELU, (*MATRIX[:4], other_columns(3))),
        ("d", lambda v: kernels.ReluFeatures.draw(v, 4, G), COUNT),
        ("count", lambda v: kernels.ReluFeatures.draw(3, v, G), COUNT),
        ("generator", lambda v: kernels.ReluFeatures.draw(3, 4, v), (not_generators,)),
    ],
    "ridge.ridge": [
        ("K", lambda v: ridge.ridge(v, Y, 0.1), (*MATRIX, not_square, not_symmetric)),
        ("y", lambda v: ridge.ridge(K, v, 0.1), (not_tensors, wrong_dtypes, empty, other_rows)),
        ("penalty", lambda v: ridge.ridge(K, Y, v), POSITIVE),
    ],
    "ridge.ridge_path": [
        ("K", lambda v: ridge.ridge_path(v, Y, [0.1]), (*MATRIX, not_square, not_symmetric)),
        ("y", lambda v: ridge.ridge_path(K, v, [0.1]), (not_tensors, wrong_dtypes, empty, other_rows)),
        ("penalties", lambda v: ridge.ridge_path(K, Y, v), (not_positive_lists, too_small, empty)),
        ("penalties[0]", lambda v: ridge.ridge_path(K, Y, [v, 1.0]), POSITIVE),
    ],
    "ridge.feature_ridge_path": [
        ("phi", lambda v: ridge.feature_ridge_path(v, Y, [0.1]), MATRIX),
        ("y", lambda v: ridge.feature_ridge_path(X, v, [0.1]), (not_tensors, wrong_dtypes, empty, other_rows)),
        ("penalties", lambda v: ridge.feature_ridge_path(X, Y, v), (not_positive_lists, too_small, empty)),
    ],
    "ridge.RidgePath": [("K_new", PATH.predict, (*MATRIX[:4], other_columns(5)))],
    "ridge.FeatureRidgePath": [("phi_new", FEATURE_PATH.predict, (*MATRIX[:4], other_columns(3)))],
    **{
        f"datasets.{name}": [
            ("n", lambda v, toy=toy: toy(v, 0.1, G), COUNT),
            ("noise", lambda v, toy=toy: toy(4, v, G), (negative,)),
            ("generator", lambda v, toy=toy: toy(4, 0.1, v), (not_generators,)),
        ]
        for name, toy in {**datasets.TOYS, "wave": datasets.wave}.items()
    },
    "datasets.wave_truth": [("x", datasets.wave_truth, (*MATRIX[:4], other_columns(1)))],
    "datasets.digits": [
        ("generator", datasets.digits, (not_generators,)),
        ("test", lambda v: datasets.digits(G, v), (below(1, "from 1 to 1796"), above(1796, "from 1 to 1796"))),
    ],
    "datasets.ImageSet": [
        ("train", lambda v: SET.sample(v, 1, G), (below(1, "from 1 to 2"), above(2, "from 1 to 2"))),
        ("test", lambda v: SET.sample(1, v, G), (below(1, "from 1 to 2"), above(2, "from 1 to 2"))),
        ("generator", lambda v: SET.sample(1, 1, v), (not_generators,)),
    ],
    "datasets.shift_images": [
        ("right", lambda v: datasets.shift_images(IMAGES, right=v), (not_whole(SHIFT), above(4, SHIFT))),
        ("down", lambda v: datasets.shift_images(IMAGES, down=v), (not_whole(SHIFT), below(-4, SHIFT))),
    ],
    "compute.generator": [("seed", compute.generator, (below(0, f"from 0 to {2**63 - 1}"),))],
    "compute.require_memory": [("bytes", lambda v: compute.require_memory(v, "a figure"), (negative,))],
    "result.Curve": [("measured", lambda v: result.Curve(X[0].sort().values, v, None, "x", "y"), (*MATRIX[:4],))],
}  # fmt: skip

ROWS = [
    pytest.param(name, call, kind, id=f"{function}-{name}-{number}")
    for function, checks in TABLE.items()
    for name, call, kinds in checks
    for number, kind in enumerate(kinds)
]


@pytest.mark.parametrize(("name", "call", "kind"), ROWS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_bad_value_is_refused_with_its_sentence(name, call, kind, data):
    value = data.draw(kind.values)
    with pytest.raises(kind.error) as refusal:
        call(value)
    assert type(refusal.value) is kind.error
    assert str(refusal.value) == kind.sentence(name, value)


def test_every_public_function_of_the_science_is_in_the_table():
    # What takes no argument of the learner's, or says its piece elsewhere: test_datasets, test_compute, test_arguments.
    elsewhere = {
        "datasets": {"DatasetUnavailable", "FASHION_MNIST", "MNIST", "TOYS", "fashion_mnist", "images", "mnist"},
        "compute": set(compute.__all__) - {"generator", "require_memory"},
        "kernels": {"KERNELS"},
        "ridge": {"RidgeFits"},
        "result": set(),
        "fetch": set(fetch.__all__),
        "arguments": set(arguments.__all__),
    }
    for module in (kernels, ridge, datasets, compute, result, fetch, arguments):
        short = module.__name__.removeprefix("ddlearn.")
        in_table = {name.partition(".")[2] for name in TABLE if name.startswith(short + ".")}
        assert in_table == set(module.__all__) - elsewhere[short], short


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
